"""What is on the named cards, decoded here by offsets from the standards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from workbench.cards.chip import Interface
from workbench.cards.wallet import WALLET, months_before, person, senior

TODAY = date(2026, 11, 21)
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
T_UNION = "00A4040008A00000063201010500"


class Reader:
    """Reads one card and follows 61xx and 6Cxx as readers over contacts must."""

    def __init__(self, name: str, interface: Interface | None = None, today: date = TODAY) -> None:
        self.interface = interface or next(iter(WALLET[name].resets))
        self.chip = WALLET[name].make(today)

    def ask(self, command: str) -> tuple[bytes, str]:
        said = self.chip.answer(bytes.fromhex(command), self.interface)
        if said[0] == 0x61:
            said = self.chip.answer(bytes.fromhex(f"00C00000{said[1]:02X}"), self.interface)
        elif said[0] == 0x6C:
            said = self.chip.answer(bytes.fromhex(f"{command[:8]}{said[1]:02X}"), self.interface)
        return said[:-2], said[-2:].hex().upper()

    def read(self, command: str) -> bytes:
        data, status = self.ask(command)
        assert status == "9000", (command, status)
        return data

    def records(self, how: str) -> list[bytes]:
        found: list[bytes] = []
        for number in range(1, 256):
            data, status = self.ask(f"00B2{number:02X}{how}00")
            if status == "6A83":
                return found
            assert status == "9000"
            found.append(data)
        raise AssertionError("records without end")


def test_the_cards_and_where_they_can_be_read() -> None:
    places = {name: "+".join(card.resets) for name, card in WALLET.items()}
    assert places == {
        "tunion-ordinary": "contactless", "tunion-senior": "contactless", "tunion-student": "contactless",
        "expiring": "contactless", "tunion-province": "contactless", "tunion-elsewhere": "contactless",
        "social-v1": "contact", "social-v1-senior": "contact", "social-v3": "contactless+contact",
        "city-union": "contactless", "city-union-shanghai": "contactless", "city-union-chongqing": "contactless",
        "city-union-zhenjiang": "contactless", "beijing": "contactless", "shenzhen": "contactless",
        "wuhan": "contactless", "lingnan": "contactless", "chengdu": "contactless", "suzhou": "contactless",
        "suzhou-tickets": "contactless", "macau": "contactless", "health": "contact", "etc": "contactless",
        "campus": "contactless", "phone": "contactless",
        "unknown": "contactless+contact", "storage": "contactless", "bank": "contactless+contact",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "prefix", "city", "kind", "fen"),
    [
        ("tunion-ordinary", "31049306", "4560", 1, 4_260),
        ("tunion-senior", "31049306", "4560", 3, 1_500),
        ("tunion-student", "31049306", "4560", 2, 880),
        ("expiring", "31049306", "4560", 1, 620),
        ("tunion-province", "31049307", "4650", 1, 3_000),
        ("tunion-elsewhere", "31048300", "3010", 1, 0),
    ],
)
def test_transit_cards(name: str, prefix: str, city: str, kind: int, fen: int) -> None:
    card = Reader(name)
    told = card.read(T_UNION)
    assert told[:12].hex().upper() == "6F318408A000000632010105"
    public = card.read("00B0950000")
    assert told[told.index(b"\x9f\x0c\x1e") + 3 :] == public
    assert (len(public), public[2:4].hex(), public[4:8].hex()) == (30, city, "ffffffff")
    assert public[10:20].hex()[:9] == "0" + prefix
    start, end = (date.fromisoformat(part.hex()) for part in (public[20:24], public[24:28]))
    assert start < TODAY < end
    assert (end - TODAY <= timedelta(60)) == (name == "expiring")
    management = card.read("00B0970000")
    assert (len(management), management[:4].hex(), management[6:8].hex()) == (60, "00000156", city)
    assert (management[4:6].hex(), management[8:10].hex(), management[10]) == (city[:2] + "00", "0001", kind)
    holder = card.read("00B0960037")
    assert (len(holder), holder[2:54].strip(b" ")) == (55, b"")
    below = int.from_bytes(card.read("805C010204"), "big")
    assert int.from_bytes(card.read("805C000204"), "big") - below == fen


def test_the_transactions_of_a_transit_card() -> None:
    card = Reader("tunion-ordinary")
    card.read(T_UNION)
    records = card.records("C4")
    assert [len(record) for record in records] == [23] * 10
    assert [(int.from_bytes(r[5:9], "big"), r[9], r[16:20].hex()) for r in records if any(r)] == [
        (200, 0x09, "20261120"), (3_000, 0x02, "20261119"), (200, 0x09, "20261118"), (100, 0x09, "20261117"),
    ]  # fmt: skip
    sequence = [int.from_bytes(record[:2], "big") for record in records[:4]]
    assert sequence == list(range(sequence[0], sequence[0] - 4, -1))
    trips = card.records("F4")
    assert [len(trip) for trip in trips] == [48] * 30
    assert [(int.from_bytes(t[17:21], "big"), int.from_bytes(t[21:25], "big"), t[32:34].hex()) for t in trips[:4]] == [
        (200, 4_260, "4560"), (200, 1_460, "4560"), (100, 1_660, "4560"), (0, 0, "0000"),
    ]  # fmt: skip


def test_record_files_differ_as_those_of_real_cards_do() -> None:
    student, elsewhere = Reader("tunion-student"), Reader("tunion-elsewhere")
    student.read(T_UNION)
    assert len(student.records("C4")) == 2  # ends with what was written
    elsewhere.read(T_UNION)
    shown = [int.from_bytes(record[2:5], "big") for record in elsewhere.records("C4")[:2]]
    assert shown == [800, 990]  # the balance after each, where others have zeros


@pytest.mark.parametrize("name", ["social-v1", "social-v1-senior"])
def test_first_social_security_cards_tell_everything(name: str) -> None:
    card = Reader(name)
    card.read(SSSE)
    card.read("00A4020002EF05")
    first = {record[0]: record[2 : 2 + record[1]] for record in card.records("04")}
    assert list(first) == [1, 2, 3, 4, 5, 6, 7]
    assert (first[1][:8].hex(), first[3]) == ("370600d156000005", b"1.00")
    assert date.fromisoformat(first[5].hex()) < TODAY < date.fromisoformat(first[6].hex())
    assert card.read("00B2030006") == b"\x03\x04" + first[3]  # the spelling with the tag
    card.read("00A4020002EF06")
    second = {record[0]: record[2 : 2 + record[1]] for record in card.records("04")}
    assert list(second) == [0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D]
    holder = person(TODAY) if name == "social-v1" else senior(TODAY)
    assert second[0x09].rstrip(b"\x00").decode("gbk") == holder.name
    assert second[0x0A].decode() == str(holder.sex)
    assert date.fromisoformat(second[0x0D].hex()) == holder.born
    number = second[0x08].decode()
    assert number[6:14] == f"{holder.born:%Y%m%d}"
    # ISO 7064, MOD 11-2: what the weights of GB 11643 amount to.
    assert sum((10 if c == "X" else int(c)) * 2 ** (17 - i) for i, c in enumerate(number)) % 11 == 1
    assert int(number[16]) % 2 == holder.sex % 2


def test_the_people_are_visibly_invented_and_as_old_as_they_say() -> None:
    for holder in (person(TODAY), senior(TODAY)):
        assert holder.name.startswith("样本")
        assert holder.citizen_number.startswith("370699")  # no such district
    assert person(TODAY).born == date(1985, 8, 21)
    assert senior(TODAY).born == date(1959, 9, 21)
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 5), -13) == date(2027, 2, 5)


@pytest.mark.parametrize("interface", list(Interface))
def test_the_third_social_security_card_keeps_the_person_to_itself(interface: Interface) -> None:
    card = Reader("social-v3", interface)
    card.read(SSSE)
    free = {number: card.ask(f"00B2{number:02X}2C00") for number in range(1, 8)}
    assert free[1][0][2:5].hex() == "370600"
    assert free[3][0][2:] == b"3.00"
    assert {number: status for number, (_, status) in free.items() if status != "9000"} == {7: "6982"}
    assert [card.ask(f"00B2{number:02X}3400")[1] for number in (1, 2, 5)] == ["6982"] * 3


@pytest.mark.parametrize("aid", [T_UNION, SSSE, "00A4040009A00000000386980701", "00A40400065041592E535A54"])
@pytest.mark.parametrize("name", ["unknown", "bank"])
def test_cards_that_are_not_ours_have_no_application_of_ours(name: str, aid: str) -> None:
    assert Reader(name, Interface.CONTACTLESS).ask(aid)[1] == "6A82"


def test_a_bank_card_would_tell_its_number_to_anyone() -> None:
    card = Reader("bank")
    directory = card.read("00A404000E325041592E5359532E444446303100")
    aid = directory[directory.index(b"\x4f\x08") + 2 :][:8]
    assert aid.hex().upper() == "A000000333010101"
    card.read(f"00A4040008{aid.hex()}00")
    assert "5a086299990000000000" in card.read("00B2010C00").hex()


def test_both_payment_applications_are_in_the_directory_of_a_transit_card() -> None:
    directory = Reader("tunion-senior").read("00A404000E325041592E5359532E444446303100")
    assert directory.hex().upper().count("A0000006320101") == 2


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
def test_every_card_can_be_made_on_any_day(day: date) -> None:
    for name in WALLET:
        assert len(Reader(name, today=day).ask("00A40000023F00")[1]) == 4
    card = Reader("expiring", today=day)
    card.read(T_UNION)
    assert date.fromisoformat(card.read("00B0951804").hex()) == day + timedelta(45)
