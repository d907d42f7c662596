"""What staff and programs see of recorded cards: against what the sources of the recordings state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cardreader.details import as_document, details_in, details_of
from cardreader.transcript import Transcript
from cardreader.trips import parse_trip
from domain.errors import CardError, Code, RecordError
from tests.unit.cardreader.samples import CARDS, STORAGE, Scripted, SocialSecurity, t_union_card

KEYS = ["family", "city", "card_type", "valid_from", "valid_to", "number", "balance_fen", "records", "notes"]


def decoded(path: Path, *, unmask: bool = True) -> dict[str, Any]:
    return as_document(details_in(Transcript.load(path)), unmask=unmask)


def city(name: str, gbt2260: str, scheme: str, raw: str) -> dict[str, str]:
    return {"name": name, "gbt2260": gbt2260, "scheme": scheme, "raw": raw}


def ride(seq: int, amount_fen: int, at: str, type: str = "09") -> dict[str, Any]:
    return {"seq": seq, "amount_fen": amount_fen, "type": type, "at": at}


FIXTURES: dict[str, dict[str, Any]] = {
    "shanghai-overdrawn": {
        "family": "t-union",
        "city": city("上海市", "310000", "GB/T 13497", "2900"),
        "valid_from": "2020-01-15",
        "valid_to": "2040-12-31",
        "number": "3104770099900000001",
        "balance_fen": 0,
        "records": [ride(2, 0, "2020-01-15T15:13:21", "02"), ride(1, 0, "2020-01-15T15:13:21", "02")],
        "notes": None,
    },
    "nanjing-ten-records": {
        "family": "t-union",
        "city": city("南京市", "320100", "GB/T 13497", "3010"),
        "valid_from": "2023-08-28",
        "valid_to": "2099-12-31",
        "number": "3104830099900000002",
        "balance_fen": 250,
    },
    "huainan-long-fci": {
        "family": "t-union",
        "city": city("淮南市", "340400", "GB/T 13497", "3640"),
        "valid_from": "2021-07-22",
        "valid_to": "2025-09-30",
        "number": "3104991599900000003",
        "balance_fen": None,
        "records": None,
    },
    "beijing-two-applications": {
        "family": "t-union",
        "city": city("北京市", "110000", "GB/T 13497", "1000"),
        "valid_from": "2019-08-06",
        "valid_to": "2040-12-31",
        "number": "3105170099900000004",
        "balance_fen": 2850,
    },
    "beijing-high-bit": {
        "family": "t-union",
        "city": city("北京市", "110000", "GB/T 13497", "1000"),
        "card_type": "ordinary",
        "valid_from": "2019-07-18",
        "balance_fen": 5710,
    },
    "shanghai-balance-after": {
        "family": "t-union",
        "city": city("上海市", "310000", "GB/T 13497", "2900"),
        "number": "3104770099900000006",
        "notes": ["no SELECT in the recording"],
    },
    "blank-holder": {
        "family": "t-union",
        "city": city("吉林省", "220000", "GB/T 13497", "2482"),
        "card_type": "ordinary",
        "valid_from": "2020-10-20",
        "valid_to": "2040-12-31",
        "number": "3104895199900000002",
    },
    "documented-record": {
        "family": "t-union",
        "city": None,
        "valid_to": None,
        "number": None,
        "balance_fen": 2755,
        "records": [ride(0x42D, -500, "2024-12-29T14:17:40")],
    },
    "social-security-blank": {
        "family": "social-security",
        "city": city("温州市", "330300", "GB/T 2260", "330300"),
        "card_type": None,
        "valid_from": None,
        "valid_to": None,
        "number": None,
        "balance_fen": None,
        "records": None,
        "notes": ["version 3.00", "no SELECT in the recording"],
    },
    "hangzhou-city-union": {
        "family": "city-union",
        "city": city("杭州市", "330100", "postcode", "3100"),
        "valid_from": "2019-12-25",
        "valid_to": "2069-12-25",
        "number": "3100000099900007",
        "records": [ride(13, -240, "2021-07-02T08:39:13")],
        "notes": None,
    },
    "shanghai-city-union": {
        "family": "city-union",
        "city": city("上海市", "310000", "postcode", "2000"),
        "valid_from": "2016-10-21",
        "valid_to": "2021-10-21",
        "number": str(0x99000063),
        "notes": ["city-union-shanghai"],
    },
    "zhenjiang-issue-file": {
        "family": "city-union",
        "city": city("镇江市", "321100", "postcode", "2120"),
        "valid_from": "2019-02-22",
        "valid_to": None,
        "number": "99990004",
        "balance_fen": None,
    },
    "toll-yunnan": {
        "family": "etc",
        "city": city("云南省", "530000", "province", "云南"),
        "valid_from": "2016-05-30",
        "valid_to": "2026-05-30",
        "balance_fen": None,
        "notes": ["not read for citizens"],
    },
    "beijing-old": {
        "family": "beijing",
        "city": city("北京市", "110000", "GB/T 2260", "110000"),
        "valid_from": "2018-04-10",
        "valid_to": "2024-04-10",
        "number": "1000999900000012",
        "balance_fen": 5710,
        "records": [
            ride(2, -1000, "2017-08-30T12:56:37", "05"),
            ride(1, -1500, "2017-08-30T12:23:17", "05"),
            ride(1, 20000, "2017-08-30T12:19:17", "01"),
        ],
    },
    "lingnan": {
        "family": "lingnan",
        "city": city("广东省", "440000", "GB/T 2260", "440000"),
        "valid_from": "2015-09-16",
        "valid_to": "2025-12-31",
        "number": "5100999900000008",
        "balance_fen": 100,
    },
    "chengdu": {
        "family": "chengdu",
        "city": city("成都市", "510100", "postcode", "6100"),
        "valid_from": "2017-09-27",
        "valid_to": "2027-09-27",
        "number": "6100999900000007",
    },
    "suzhou": {
        "family": "suzhou",
        "city": city("苏州市", "320500", "GB/T 2260", "320500"),
        "valid_from": "2019-01-01",
        "valid_to": "2050-12-31",
        "number": "2150999900000010",
    },
    "suzhou-tickets": {"family": "suzhou", "valid_to": None, "number": None, "notes": ["suzhou-tickets"]},
    "campus-status-words": {"family": "purse", "number": None, "balance_fen": None, "records": None},
    "shenzhen-old": {
        "family": "shenzhen",
        "city": city("深圳市", "440300", "GB/T 2260", "440300"),
        "valid_from": "2017-12-01",
        "valid_to": "2027-12-01",
        "balance_fen": 100,
    },
}


@pytest.mark.parametrize("name", FIXTURES)
def test_recorded_cards(name: str) -> None:
    document = decoded(CARDS / f"{name}.json")
    assert list(document) == KEYS
    assert {key: document[key] for key in FIXTURES[name]} == FIXTURES[name]


def test_every_recorded_card_is_expected() -> None:
    assert {path.stem for path in CARDS.glob("*.json")} == set(FIXTURES)


def test_a_full_list_of_records() -> None:
    records = decoded(CARDS / "nanjing-ten-records.json")["records"]
    assert [each["seq"] for each in records] == list(range(0x57, 0x4D, -1))
    assert [each["amount_fen"] for each in records] == [-600, 0, -190, 0, 0, -160, -190, 0, -190, 0]


def test_amounts_of_a_shanghai_history_chain_with_the_balance_afterwards() -> None:
    # The source's invariant: bytes 2-4 fall by the amount from one record to the next newer one. Only amounts are told.
    exchanges = json.loads((CARDS / "shanghai-balance-after.json").read_text("utf-8"))["exchanges"]
    after = {each["c"][4:6]: int(each["r"][4:10], 16) for each in exchanges if each["c"][6:8] == "C4"}
    records = decoded(CARDS / "shanghai-balance-after.json")["records"]
    assert len(records) == 10
    assert after["01"] == after["02"] + records[0]["amount_fen"]


@pytest.mark.parametrize("name", [name for name, told in FIXTURES.items() if told.get("number")])
def test_the_number_keeps_four_characters_unless_unmasked(name: str) -> None:
    whole = FIXTURES[name]["number"]
    document = decoded(CARDS / f"{name}.json", unmask=False)
    assert document["number"] == "*" * (len(whole) - 4) + whole[-4:]
    assert whole not in json.dumps(document)


def test_a_card_on_the_reader() -> None:
    card = SocialSecurity()
    document = as_document(details_of(card))
    assert document == dict.fromkeys(KEYS) | {
        "family": "social-security",
        "city": city("烟台市", "370602", "GB/T 2260", "370602"),
        "valid_from": "2020-01-15",
        "valid_to": "2030-01-15",
        "number": "*****0001",
        "notes": ["version 1.00"],
    }
    assert not any(apdu[5:7] == b"\xef\x06" for apdu in card.sent), "staff have no business with the holder"


def test_a_card_of_no_family_on_the_reader_is_a_code() -> None:
    with pytest.raises(CardError) as error:
        details_of(Scripted({}))
    assert error.value.code is Code.CARD_UNKNOWN


def test_a_recorded_storage_card_is_a_code(tmp_path: Path) -> None:
    path = tmp_path / "storage.json"
    path.write_text(json.dumps({"atr": STORAGE.hex(), "exchanges": []}))
    with pytest.raises(CardError) as error:
        decoded(path)
    assert error.value.code is Code.CARD_WITHOUT_PROCESSOR


def test_a_record_without_a_date_and_empty_records() -> None:
    card = t_union_card()
    for command, record in {
        "00B201C4": "0003000000000000640642000000000120FF0101000000",
        "00B202C4": "00" * 23,
        "00B203C4": "00020000000000012C0242000000000120200101250000",
        "00B204C4": "FF" * 23,
    }.items():
        card._answers[bytes.fromhex(command)] = bytes.fromhex(record + "9000")
    assert as_document(details_of(card))["records"] == [
        {"seq": 3, "amount_fen": -100, "type": "06", "at": None},
        {"seq": 2, "amount_fen": 300, "type": "02", "at": None},
    ]


def test_nothing_of_a_card_is_in_a_repr() -> None:
    told = repr(details_in(Transcript.load(CARDS / "nanjing-ten-records.json")))
    assert not any(character.isdigit() for character in told)


# --- Everything in the shared data ----------------------------------------------------------------------------------

STATED: dict[str, dict[str, Any]] = {
    # By the sources themselves.
    "cenfc_shanghai_tunion": {"balance_fen": 0},
    "cenfc_tunion_s_nanjing3010": {"balance_fen": 250},
    "tunion_master_doc_sample": {"balance_fen": 2755},
    "tunion_huainan_3640_fci": {"number": "3104991585000011383", "valid_from": "2021-07-22", "valid_to": "2025-09-30"},
    "ssc_evolis_ef05_blank": {"family": "social-security"},
    # Plain decodes: regressions.
    "hce_tunion_beijing": {
        "number": "3105170010170907984",
        "valid_from": "2019-08-06",
        "valid_to": "2040-12-31",
        "balance_fen": 2850,
    },
    "nfsee_tunion_bj": {"number": "3105170070104791381", "valid_from": "2019-07-18", "valid_to": "2040-12-31"},
    "tunion_perso_2482_card1": {"number": "3104895199900000002", "valid_from": "2020-10-20", "valid_to": "2040-12-31"},
    "hce_hangzhou": {"number": "3100000151073028", "valid_from": "2019-12-25", "valid_to": "2069-12-25"},
    "shanghai_cityunion_fci_2016": {"valid_from": "2016-10-21", "valid_to": "2021-10-21"},
    "shanghai_cityunion_fmsh": {"valid_from": "2014-05-04", "valid_to": "2016-05-04"},
    "hce_shanghai_sptc": {"valid_from": "2018-07-24", "valid_to": "2024-10-16"},
    "nfsee_cityunion_synthetic": {
        "number": "0102030405060708",
        "valid_from": "2017-01-01",
        "valid_to": "2027-12-31",
        "balance_fen": 5710,
    },
    "hce_zhenjiang_ef05": {"number": "00479190", "valid_from": "2019-02-22"},
    "etc_yunnan_test_card": {"family": "etc", "valid_from": "2016-05-30", "valid_to": "2026-05-30"},
    "nfsee_beijing_bmac_legacy": {
        "number": "1000751511409928",
        "valid_from": "2018-04-10",
        "valid_to": "2024-04-10",
        "balance_fen": 5710,
    },
    "hce_beijing_legacy": {"number": "1000751136141285", "valid_from": "2018-03-09", "valid_to": "2024-03-09"},
    "hce_shenzhen_szt": {"valid_from": "2017-12-01", "valid_to": "2027-12-01", "balance_fen": 100},
    "nfsee_shenzhen_szt": {"number": "0331498659", "valid_from": "2017-03-14", "valid_to": "2027-03-14"},
    "hce_lingnan_yct": {"number": "5100000756695739", "valid_from": "2015-09-16", "valid_to": "2025-12-31"},
    "hce_chengdu_tft": {"number": "6100020180102381", "valid_from": "2017-09-27", "valid_to": "2027-09-27"},
    "hce_suzhou_suxin": {"number": "2150090928399151", "valid_from": "2019-01-01", "valid_to": "2050-12-31"},
}
CITIES = {
    "cenfc_shanghai_tunion": ("2900", "上海市"),
    "cenfc_tunion_s_nanjing3010": ("3010", "南京市"),
    "tunion_huainan_3640_fci": ("3640", "淮南市"),
    "hce_tunion_beijing": ("1000", "北京市"),
    "tunion_perso_2482_card1": ("2482", "吉林省"),
    "ssc_evolis_ef05_blank": ("330300", "温州市"),
    "hce_hangzhou": ("3100", "杭州市"),
    "shanghai_cityunion_fci_2016": ("2000", "上海市"),
    "hce_zhenjiang_ef05": ("2120", "镇江市"),
    "hce_chengdu_tft": ("6100", "成都市"),
    "etc_yunnan_test_card": ("云南", "云南省"),
}
RECORDS = {
    "cenfc_shanghai_tunion": (2, 0, "2020-01-15T15:13:21"),
    "cenfc_tunion_s_nanjing3010": (10, -600, "2024-06-14T14:22:50"),
    "tunion_master_doc_sample": (1, -500, "2024-12-29T14:17:40"),
    "hce_hangzhou": (1, -240, "2021-07-02T08:39:13"),
    "hce_shenzhen_szt": (1, -160, "2019-10-24T18:42:45"),
    "hce_tunion_shanghai_history_2020": (10, -200, "2020-10-15T20:00:19"),
}
"""How many, and of the first amount and moment."""


def test_what_the_sources_state(shared_data: Path) -> None:
    for name, stated in STATED.items():
        document = decoded(shared_data / "cards" / f"{name}.json")
        assert {key: document[key] for key in stated} == stated, name
        assert document["family"] is not None, name
    for name, (raw, place) in CITIES.items():
        told = decoded(shared_data / "cards" / f"{name}.json")["city"]
        assert (told["raw"], told["name"]) == (raw, place), name
    for name, (count, amount, at) in RECORDS.items():
        records = decoded(shared_data / "cards" / f"{name}.json")["records"]
        assert (len(records), records[0]["amount_fen"], records[0]["at"]) == (count, amount, at), name


def test_the_plate_of_a_toll_card_is_in_nothing_that_is_told(shared_data: Path) -> None:
    path = shared_data / "cards" / "etc_yunnan_test_card.json"
    assert "测YD0006".encode("gbk").hex().upper() in path.read_text("utf-8")
    told = json.dumps(decoded(path), ensure_ascii=False)
    assert "YD0006" not in told


def test_a_trip_as_its_source_states_it(shared_data: Path) -> None:
    path = shared_data / "cards" / "tunion_master_doc_sample.json"
    assert "trips" not in decoded(path), "only when asked for"
    document = as_document(details_in(Transcript.load(path), with_trips=True))
    assert document["trips"] == [
        {
            "kind": "out",
            "industry": "metro",
            "amount_fen": 500,
            "balance_fen": 3585,
            "at": "2024-12-29T14:17:40",
            "city": city("北京市", "110000", "GB/T 13497", "1000"),
        }
    ]


def test_every_trip_of_the_collection_is_a_trip(shared_data: Path) -> None:
    lines = (shared_data / "cards" / "hce_tunion_sfi1e_trips.tsv").read_text("utf-8").splitlines()[1:]
    whole = [bytes.fromhex(line.split("\t")[0]) for line in lines]
    told = [parse_trip(data) for data in whole]
    assert len(told) == 280
    assert sum(trip is None for trip in told) == sum(not any(data) or len(data) != 48 for data in whole) < 10
    assert parse_trip(bytes(48)) is None


FAMILY_OF = {
    "T-Union": "t-union", "CityUnion": "city-union", "ETC": "etc", "Beijing": "beijing", "Shenzhen": "shenzhen",
    "羊城通": "lingnan", "Chengdu": "chengdu", "Suzhou": "suzhou", "社会保障卡": "social-security",
    "PBOC campus": "purse",
}  # fmt: skip


def test_no_file_crashes_and_each_is_of_its_family(shared_data: Path) -> None:
    for path in sorted((shared_data / "cards").iterdir()):
        try:
            document = decoded(path)
        except RecordError:
            assert path.suffix in (".md", ".tsv") or path.stem == "pboc_crypto_vectors", path.name
            continue
        expected = json.loads(path.read_text("utf-8"))["family"]
        # Records alone, without an application or a file that names it, are anybody's purse.
        nameless = path.stem in ("hce_tunion_generic_history", "hce_tunion_sfi1a")
        family = next(family for begin, family in FAMILY_OF.items() if expected.startswith(begin))
        assert document["family"] == (None if nameless else family), path.name
