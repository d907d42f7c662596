"""Status words and data of the card engine, command by command."""

from __future__ import annotations

import pytest

from workbench.cards import atr
from workbench.cards.chip import FileChip, Interface, StorageChip
from workbench.cards.files import MASTER_FILE, DedicatedFile, ElementaryFile, Purse

AID = bytes.fromhex("F001020304")
SELECT = "00A4040005F001020304"
RECORDS = (b"\x01\x02ab", b"\x05\x03xyz", b"\x07\x01!")


@pytest.fixture
def chip() -> FileChip:
    application = DedicatedFile(
        0xDF01,
        AID,
        purses={2: Purse(12_345, overdrawn=7)},
        proprietary=b"\x88\x01\x15",
        files=(
            ElementaryFile(0x0015, 0x15, data=bytes(range(30))),
            ElementaryFile(0xEF05, 0x05, records=RECORDS, locked=frozenset({0x07})),
            ElementaryFile(None, 0x16, data=b"secret", all_locked=True),
            ElementaryFile(0x0019, 0x19, data=bytes(300)),
        ),
    )
    return FileChip(DedicatedFile(MASTER_FILE, b"1PAY.SYS.DDF01"), application, uid=bytes.fromhex("04112233445566"))


def ask(chip: FileChip | StorageChip, *commands: str, interface: Interface = Interface.CONTACTLESS) -> list[str]:
    return [chip.answer(bytes.fromhex(command), interface).hex().upper() for command in commands]


def over_contacts(chip: FileChip, *commands: str) -> list[str]:
    return ask(chip, *commands, interface=Interface.CONTACT)


FCI = "6F0C8405F001020304A503880115"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (SELECT, FCI + "9000"),
        (SELECT + "00", FCI + "9000"),
        ("00A4040003F00102", FCI + "9000"),  # the beginning of a name is enough
        ("00A4040C05F001020304", "9000"),
        ("00A4040005F001020305", "6A82"),
        ("00A4040105F001020304", "6A86"),
        ("00A4080002DF01", "6A86"),
        ("00A4000002DF01", FCI + "9000"),
        ("00A4000002DF02", "6A82"),
        ("00A40000", "6F10840E315041592E5359532E44444630319000"),
        ("00A4040006F001020304", "6700"),  # Lc says more than there is
        ("00A404", "6700"),
        ("0012000000", "6D00"),
        ("A0A40000023F00", "6E00"),
    ],
)
def test_select(chip: FileChip, command: str, answer: str) -> None:
    assert ask(chip, command) == [answer]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00B0950004", "000102039000"),
        ("00B0951A00", "1A1B1C1D9000"),
        ("00B0951A05", "6C04"),
        ("00B0951E00", "6B00"),
        ("00B08100", "6A82"),
        ("00B0810004", "6A82"),
        ("00B0960004", "6982"),
        ("00B0850004", "6981"),
        ("00B09500", "6700"),
        ("00B0990000", "00" * 256 + "9000"),
        ("00B0000004", "6986"),
    ],
)
def test_read_binary(chip: FileChip, command: str, answer: str) -> None:
    assert ask(chip, SELECT, command)[1] == answer


def test_a_file_that_was_selected_or_named_last_is_the_current_one(chip: FileChip) -> None:
    assert ask(chip, SELECT, "00A4020C020015", "00B0000202", "00B0990001", "00B0000002")[1:] == [
        "9000", "02039000", "009000", "00009000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00B2012C04", "010261629000"),
        ("00B2022C00", "050378797A9000"),
        ("00B2022C04", "6C05"),
        ("00B2042C00", "6A83"),
        ("00B2002C00", "6A83"),
        ("00B2032C00", "6982"),
        ("00B2052805", "050378797A9000"),  # by the tag in P1
        ("00B2062800", "6A83"),
        ("00B2012D00", "6A81"),
        ("00B2010C00", "6A82"),
        ("00B2010400", "6986"),
        ("00B201AC00", "6981"),
    ],
)
def test_read_record(chip: FileChip, command: str, answer: str) -> None:
    assert ask(chip, SELECT, command)[1] == answer


def test_records_are_read_from_the_current_file_in_both_spellings(chip: FileChip) -> None:
    assert ask(chip, SELECT, "00A4020002EF05", "00B2020400", "00B2050005", "00B2050004")[2:] == [
        "050378797A9000", "050378797A9000", "6C05",
    ]  # fmt: skip


def test_over_contacts_data_after_data_is_fetched(chip: FileChip) -> None:
    select, wrong, response, again = over_contacts(chip, SELECT, "00C0000020", "00C000000E", "00C000000E")
    assert (select, wrong, response, again) == ("610E", "6C0E", FCI + "9000", "6985")
    assert over_contacts(chip, SELECT, "00C0000004", "00C000000A") == ["610E", "6F0C8405610A", FCI[8:] + "9000"]
    assert over_contacts(chip, SELECT, "00B0950001", "00C000000E")[2] == "6985"


def test_over_contacts_a_length_has_to_be_the_right_one(chip: FileChip) -> None:
    assert over_contacts(chip, SELECT, "00B2022C00", "00B2022C", "00B2022C05", "805C000200", "00B0950000")[1:] == [
        "6C05", "6C05", "050378797A9000", "6C04", "6C1E",
    ]  # fmt: skip


def test_balance(chip: FileChip) -> None:
    assert ask(chip, "805C000204", SELECT, "805C000204", "805C010200", "805C000104", "805C030204", "805C000203") == [
        "6A81", FCI + "9000", "000030399000", "000000079000", "6A81", "6A86", "6C04",
    ]  # fmt: skip


def test_a_wrong_pin_burns_a_try_for_good(chip: FileChip) -> None:
    wrong = "0020000003123456"
    assert ask(chip, "00200000", wrong, wrong) == ["63C3", "63C2", "63C1"]
    chip.reset()
    assert ask(chip, wrong, wrong, "00200000") == ["6983", "6983", "6983"]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00D6950001FF", "6982"),
        ("04D6950005FF00000000", "6982"),
        ("0082000008" + "00" * 8, "6A88"),
        ("805000020B" + "00" * 11 + "10", "9403"),
    ],
)
def test_what_only_an_issuer_may_do_is_refused(chip: FileChip, command: str, answer: str) -> None:
    assert ask(chip, SELECT, command)[1] == answer


def test_a_challenge_is_another_each_time(chip: FileChip) -> None:
    first, second = ask(chip, "0084000008", "0084000008")
    assert first != second
    assert (len(first), first[-4:]) == (20, "9000")


def test_power_makes_it_forget_what_was_selected(chip: FileChip) -> None:
    ask(chip, SELECT)
    chip.reset()
    assert ask(chip, "00B0950004", "805C000204") == ["6A82", "6A81"]


def test_the_reader_tells_the_uid_only_without_contacts(chip: FileChip) -> None:
    assert ask(chip, "FFCA000000", "FFCA010000") == ["041122334455669000", "6A81"]
    assert over_contacts(chip, "FFCA000000") == ["6E00"]


def test_a_storage_card_knows_its_uid_and_nothing_else() -> None:
    chip = StorageChip(b"\x01\x02\x03\x04")
    assert ask(chip, "FFCA000000", "FFB0000410", SELECT, "00B0950000") == ["010203049000", "6982", "6D00", "6D00"]


def test_answers_to_reset() -> None:
    # The two vectors are printed in the manuals of contactless readers.
    assert atr.storage(1).hex().upper() == "3B8F8001804F0CA000000306030001000000006A"
    assert atr.storage(2).hex().upper() == "3B8F8001804F0CA0000003060300020000000069"
    assert atr.contactless(bytes.fromhex("0073C84013009000")).hex().upper() == "3B8880010073C8401300900071"
    assert atr.contact(b"ABC").hex().upper() == "3B630002414243"
