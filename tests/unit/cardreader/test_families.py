"""Tables of families: what an operator may add, and what is refused with its reason."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from cardreader.apdu import ALLOWED
from cardreader.details import as_document, details_of
from cardreader.families import TablesFault, register, t_union
from cardreader.families.loading import tables_of
from cardreader.families.tables import Meaning
from cardreader.reading import read
from domain.card import CardFacts, CardFamily, CardType, Division
from domain.errors import CardError, Code
from tests.unit.cardreader.samples import CONTACTLESS, OK, TODAY, YANTAI, OnReader, Scripted, fci, t_union_card, tlv
from workbench.cards import cities
from workbench.cards.chip import FileChip, Interface
from workbench.cards.files import DedicatedFile, ElementaryFile
from workbench.cards.wallet import WALLET

PENGLAI = """\
# 蓬莱通, an invented city.
[[family]]
name = "penglai"
family = "city"
select = ["50454E474C4149"]
city = "370614"
file.card = { command = "00 B0 95 00 0D" }
is = [{ file = "card", offset = 0, values = ["A1"] }]
field = [
  { file = "card", means = "number", offset = 1, length = 4, encoding = "bcd" },
  { file = "card", means = "valid_to", offset = 5 },
  { file = "card", means = "card_type", offset = 12, encoding = "code", values = { 07 = "senior" } },
]
balance = ["80 5C 00 02 04"]
records = "00 B2 01 C4 17"
"""
NAME = b"PENGLAI"


def folder(tmp_path: Path, **files: str) -> str:
    tmp_path.joinpath("cards.d").mkdir(exist_ok=True)
    for name, text in files.items():
        tmp_path.joinpath("cards.d", f"{name}.toml").write_text(text, "utf-8")
    return str(tmp_path / "cards.d")


def penglai(first: bytes = b"\xa1") -> Scripted:
    card = first + bytes.fromhex("9990000120301231") + bytes(3) + b"\x07" + b"HOLDER"
    return Scripted(
        {
            f"00A40400{len(NAME):02X}{NAME.hex()}": fci(NAME) + OK,
            "00B095000D": card[:13] + OK,
            "00B09500": card + OK,
            "805C000204": bytes.fromhex("80000123") + OK,
            "00B20AC4": bytes.fromhex("6A83"),
            "00B201C4": bytes.fromhex("0007000064000001900600000000000020260102030405") + OK,
        }
    )


def mistakes(text: str) -> list[str]:
    with pytest.raises(TablesFault) as fault:
        tables_of([("city.toml", text)], taken=["etc"], reserved=[t_union.NAME])
    return list(fault.value.mistakes)


def test_a_city_that_an_operator_adds_is_read(tmp_path: Path) -> None:
    families = register(folder(tmp_path, penglai=PENGLAI))
    card = penglai()
    assert read(card, today=TODAY, city=YANTAI, families=families) == CardFacts(
        CardFamily.CITY,
        CardType.SENIOR,
        Division.LOCAL,
        expires_in_days=(dt.date(2030, 12, 31) - TODAY).days,
    )
    # 交通联合, 社会保障卡, then toll and city: the operator's come before the cities that are shipped.
    assert [apdu.hex() for apdu in card.sent[-2:]] == ["00a404000750454e474c414900", "00b095000d"]
    assert len(card.sent) == 5
    document = as_document(details_of(penglai(), families=families), unmask=True)
    assert (document["number"], document["balance_fen"]) == ("99900001", 0x123)
    assert document["city"]["name"] == "烟台市"
    assert document["records"] == [{"seq": 7, "amount_fen": -400, "type": "06", "at": "2026-01-02T03:04:05"}]


def test_without_its_table_it_is_unknown_and_its_name_is_not_selected() -> None:
    card = penglai()
    with pytest.raises(CardError) as error:
        read(card, today=TODAY, city=YANTAI)
    assert error.value.code is Code.CARD_UNKNOWN
    assert not [apdu for apdu in card.sent if NAME in apdu]


def test_a_card_that_does_not_fit_its_conditions_goes_on_to_the_others(tmp_path: Path) -> None:
    families = register(folder(tmp_path, penglai=PENGLAI))
    with pytest.raises(CardError) as error:
        read(penglai(b"\xa2"), today=TODAY, city=YANTAI, families=families)
    assert error.value.code is Code.CARD_UNKNOWN


def test_what_is_shipped_is_read_as_before_beside_it(tmp_path: Path) -> None:
    families = register(folder(tmp_path, penglai=PENGLAI))
    assert read(t_union_card(), today=TODAY, city=YANTAI, families=families).division is Division.LOCAL
    interface, atr = next(iter(WALLET["city-union"].resets.items()))
    card = OnReader(WALLET["city-union"].make(TODAY), interface, atr)
    assert read(card, today=TODAY, city=YANTAI, families=families).family is CardFamily.CITY_UNION


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("00 20 00 03 03 88 88 88", "00 20 is not allowed: VERIFY tries a PIN, and a wrong one burns a try"),
        ("00 D6 95 00 01 00", "00 D6 is not allowed: UPDATE BINARY writes"),
        ("04 DC 01 C4 17", "04 DC is not allowed: UPDATE RECORD writes"),
        ("80 50 00 02 0B", "80 50 is not allowed: INITIALIZE FOR LOAD or PURCHASE begins to move money"),
        ("80 54 01 00 0F", "80 54 is not allowed: DEBIT FOR PURCHASE moves money"),
        ("00 82 00 0A 10", "00 82 is not allowed: EXTERNAL AUTHENTICATE burns a try of a key"),
        ("00 A4 04 00 00", "00 A4 is not allowed: SELECT belongs into select"),
        ("00 84 00 00 08", "00 84 is not allowed; only READ BINARY or READ RECORD is"),
        ("80 5C 00 02 04", "80 5C is not allowed; only READ BINARY or READ RECORD is"),
        ("00 B0 96 00 0D", "reads EF16, where name and number of the holder stand"),
        ("00 B2 01 B4 0D", "reads EF16, where name and number of the holder stand"),
        ("00 B0 95 00", "must be CLA INS P1 P2 Le, five bytes"),
        ("00 B0 95 00 00", "fetches 256 bytes, of which 13 are looked at: Le must be 0D"),
        ("00 B0 95 00 37", "fetches 55 bytes, of which 13 are looked at: Le must be 0D"),
        ("read it all", "must be hexadecimal"),
    ],
)
def test_a_command_that_a_kiosk_must_not_send_is_refused_with_file_line_field_and_reason(
    command: str, why: str
) -> None:
    told = mistakes(PENGLAI.replace("00 B0 95 00 0D", command))
    assert len(told) == 1
    assert told[0].startswith(f"city.toml, line 7: penglai: file.card.command: {why}")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "penglai"', 'name = "Peng Lai"', "line 3: Peng Lai: name: must be small letters, digits and hyphens"),
        ('name = "penglai"', 'name = "etc"', "line 3: etc: name: is there already"),
        ('family = "city"', 'family = "passport"', "line 4: penglai: family: 'passport' is none of t-union, "),
        ("50454E474C4149", "504", "line 5: penglai: select[0]: must be hexadecimal"),
        ("50454E474C4149", "50454E", "line 5: penglai: select[0]: is neither a file identifier (2 bytes) nor a DF"),
        ("50454E474C4149", "A000000632010105", "line 5: penglai: select[0]: has a reader of its own"),
        ("50454E474C4149", "A000000333010101", "line 5: penglai: select: is a bank's application"),
        ("50454E474C4149", "A0000000031010", "line 5: penglai: select: is a bank's application"),
        ("50454E474C4149", "325041592E5359532E4444463031", "line 5: penglai: select: is a bank's application"),
        ('"370614"', '"996614"', "line 6: penglai: city: must be a place of GB/T 2260, six digits"),
        ("0D\" }", "0D\", sfi = 21 }", "line 7: penglai: file.card: must be a table of command, fci and select"),
        ('file = "card", offset = 0', 'file = "cart", offset = 0', "line 8: penglai: is[0].file: 'cart' is no file"),
        ('["A1"]', '["A1", "B1B2"]', "line 8: penglai: is[0].values: must be one or more, all of the same length"),
        ('means = "number"', 'means = "name"', "line 10: penglai: field[0].means: 'name' is none of city, card_type"),
        ('means = "number"', 'means = "id_number"', "line 10: penglai: field[0].means: 'id_number' is none of"),
        ("offset = 1,", "offset = -1,", "line 10: penglai: field[0].offset: must be a whole number from 0 on"),
        ('encoding = "bcd"', 'encoding = "utf-8"', "line 10: penglai: field[0].encoding: 'utf-8' is none of bcd, hex"),
        ('"senior"', '"vip"', "line 12: penglai: field[2].values: 'vip' is none of ordinary, student, senior"),
        ("80 5C 00 02 04", "80 50 00 02 0B", "line 14: penglai: balance: 80 50 is not allowed: INITIALIZE"),
        ("00 B2 01 C4 17", "00 DC 01 C4 17", "line 15: penglai: records: 00 DC is not allowed: UPDATE RECORD"),
        ("[[family]]", '[[family]]\npin = "888888"', "line 3: penglai: pin: is no key of a family"),
        ("# 蓬莱通", 'title = "x"\n# 蓬莱通', "must hold [[family]] and nothing else"),
        ('city = "370614"', "", "penglai: city: is missing, and no field tells it"),
        ('means = "number"', 'means = ["number"]', "penglai: field[0].means: ['number'] is none of city, card_type"),
        ('encoding = "bcd"', 'encoding = ["bcd"]', "penglai: field[0].encoding: ['bcd'] is none of bcd, hex"),
        ('"senior"', '["senior"]', "penglai: field[2].values: ['senior'] is none of ordinary, student, senior"),
        ('file = "card", offset = 0', 'file = ["card"], offset = 0', "penglai: is[0].file: ['card'] is no file"),
        ('file = "card", means = "number"', 'file = {}, means = "number"', "penglai: field[0].file: {} is no file"),
        ('city = "370614"', 'tells = ["C-12"]', "penglai: tells: is no code of cards"),
    ],
)  # fmt: skip
def test_every_mistake_is_told_with_its_place(old: str, new: str, told: str) -> None:
    assert old in PENGLAI
    found = mistakes(PENGLAI.replace(old, new, 1))
    assert any(each.startswith("city.toml") and told in each for each in found), found


def test_a_file_identifier_alone_makes_no_family() -> None:
    text = PENGLAI.replace("50454E474C4149", "5045").replace(
        'is = [{ file = "card", offset = 0, values = ["A1"] }]', ""
    )
    assert [each for each in mistakes(text) if "df_name: is missing" in each]


def test_all_mistakes_of_all_files_together(tmp_path: Path) -> None:
    wrong = PENGLAI.replace("00 B0 95 00 0D", "00 20 00 03 03").replace('"370614"', '"x"')
    place = folder(tmp_path, a=wrong, b="[[family", c=PENGLAI.replace("80 5C 00 02 04", "80 52 00 00 0B"))
    with pytest.raises(TablesFault) as fault:
        register(place)
    told = "\n".join(fault.value.mistakes)
    assert all(part in told for part in ("VERIFY", "city: must be", "b.toml", "c.toml, line 14", "CREDIT FOR LOAD"))
    assert "penglai: name: is there already" in told


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(TablesFault, match="nowhere"):
        register(str(tmp_path / "nowhere"))


def test_the_table_in_the_documentation_is_one() -> None:
    page = Path(__file__).parents[3] / "docs" / "formats" / "cards.md"
    text = page.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    (table,) = tables_of([("cards.md", text)])
    assert (table.name, len(table.fields), len(table.ways)) == ("penglai", 3, 2)


def test_the_tables_that_are_shipped_read_no_more_than_they_look_at() -> None:
    for family in register().families:
        if family.table is None:
            continue
        table = family.table
        commands = [each.command for each in table.files.values() if each.command] + list(table.balance)
        assert {(each.cla, each.ins) for each in commands} <= ALLOWED
        assert all(each.command is None or each.command.le == table.needed(each.name) for each in table.files.values())
        assert not any(each.command and each.command.p1 == 0x96 for each in table.files.values())
        plates = [each for each in table.fields if each.meaning not in set(Meaning)]
        assert plates == []


@pytest.mark.parametrize("in_fci", [True, False])
def test_files_of_two_places_are_read_where_they_are(in_fci: bool) -> None:
    chip = cities.chongqing("4000999900000003", dt.date(2031, 2, 28), in_fci=in_fci, uid=b"")
    document = as_document(details_of(OnReader(chip, Interface.CONTACTLESS, CONTACTLESS)), unmask=True)
    assert document["city"]["name"] == "重庆市"
    assert (document["valid_to"], document["number"]) == ("2031-02-28", "4000999900000003")
    assert (document["balance_fen"], len(document["records"])) == (2_350, 2)


def test_a_file_of_the_application_behind_one_of_the_master_file(tmp_path: Path) -> None:
    text = PENGLAI.replace("file.card =", 'file.issue = { select = "3F00", command = "00 B0 85 00 02" }\nfile.card =')
    text = text.replace(
        "field = [", 'field = [\n  { file = "issue", means = "city", offset = 0, encoding = "postcode" },'
    )
    families = register(folder(tmp_path, penglai=text))
    card = FileChip(
        DedicatedFile(
            0x3F00, files=(ElementaryFile(short=5, data=b"\x26\x42"), ElementaryFile(short=0x15, data=bytes(20)))
        ),
        DedicatedFile(
            name=NAME, files=(ElementaryFile(short=0x15, data=bytes.fromhex("A19990000120301231000000FF07")),)
        ),
    )
    told = read(OnReader(card, Interface.CONTACTLESS, CONTACTLESS), today=TODAY, city=YANTAI, families=families)
    assert told.division is Division.PROVINCE, "威海, by the master file"
    assert told.expires_in_days == (dt.date(2030, 12, 31) - TODAY).days


def test_a_city_union_card_with_an_empty_public_file_is_unreadable() -> None:
    name = bytes.fromhex("A00000000386980701")
    card = Scripted({f"00A4040009{name.hex()}": fci(name, tlv("50", b"X")) + OK, "00B095": bytes.fromhex("6982")})
    with pytest.raises(CardError) as error:
        read(card, today=TODAY, city=YANTAI)
    assert error.value.code is Code.CARD_UNREADABLE
    # Toll or city, Chongqing, Shanghai or another: the file that tells is asked for once.
    assert sum(apdu[1] == 0xB0 and apdu[2] == 0x95 for apdu in card.sent) == 1
