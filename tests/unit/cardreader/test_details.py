"""What staff and programs see of recorded cards: against what the sources of the recordings state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cardreader.details import as_document, details_in, details_of
from cardreader.transcript import Transcript
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
        "family": None,
        "city": None,
        "number": None,
        "records": [ride(13, -240, "2021-07-02T08:39:13")],
        "notes": [
            "city union environment, not read",
            "city union purse (or toll card), not read",
            "not a family that is read",
        ],
    },
    "toll-yunnan": {"family": None, "number": None, "balance_fen": None, "notes": ["toll card (ETC), not read"]},
    "campus-status-words": {"family": None, "number": None, "balance_fen": None, "records": None},
    "shenzhen-old": {"family": None, "number": None, "balance_fen": 100},
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
    assert document["number"] == "*" * 15 + whole[-4:]
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
}
CITIES = {
    "cenfc_shanghai_tunion": "2900",
    "cenfc_tunion_s_nanjing3010": "3010",
    "tunion_huainan_3640_fci": "3640",
    "hce_tunion_beijing": "1000",
    "tunion_perso_2482_card1": "2482",
    "ssc_evolis_ef05_blank": "330300",
}


def test_what_the_sources_state(shared_data: Path) -> None:
    for name, stated in STATED.items():
        document = decoded(shared_data / "cards" / f"{name}.json")
        assert {key: document[key] for key in stated} == stated, name
        assert document["family"] is not None, name
    for name, raw in CITIES.items():
        assert decoded(shared_data / "cards" / f"{name}.json")["city"]["raw"] == raw, name
    assert len(decoded(shared_data / "cards" / "cenfc_shanghai_tunion.json")["records"]) == 2
    records = decoded(shared_data / "cards" / "cenfc_tunion_s_nanjing3010.json")["records"]
    assert (len(records), records[0]["amount_fen"]) == (10, -600)


def test_no_file_crashes_and_only_transit_and_social_security_are_families(shared_data: Path) -> None:
    for path in sorted((shared_data / "cards").iterdir()):
        try:
            document = decoded(path)
        except RecordError:
            assert path.suffix in (".md", ".tsv") or path.stem == "pboc_crypto_vectors", path.name
            continue
        expected = json.loads(path.read_text("utf-8"))["family"]
        # Records alone, without an application or a file that names it, are anybody's purse.
        nameless = path.stem in ("hce_tunion_generic_history", "hce_tunion_sfi1a")
        ours = expected.startswith(("T-Union", "社会保障卡")) and not nameless
        assert (document["family"] is not None) == ours, path.name
