"""Recording without the person, and playing back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cardreader.details import as_document, details_in, details_of
from cardreader.reading import read
from cardreader.transcript import Recorder, Replay, Transcript
from domain.errors import CardError, Code, RecordError
from tests.unit.cardreader.samples import (
    CARDS,
    ID_NUMBER,
    NAME,
    OK,
    TODAY,
    YANTAI,
    OnReader,
    Scripted,
    SocialSecurity,
    holder_file,
    management_file,
    t_union_card,
)
from workbench.cards.wallet import WALLET, senior

CITIES = [name for name in WALLET if not name.startswith(("tunion", "social", "expiring", "storage", "unknown"))]


def replay(*exchanges: tuple[str, str]) -> Replay:
    return Replay(Transcript(tuple((bytes.fromhex(c), bytes.fromhex(r)) for c, r in exchanges)))


def answer(connection: Replay | Recorder, command: str) -> str:
    return connection.transmit(bytes.fromhex(command)).hex().upper()


@pytest.mark.parametrize("le", ["", "00", "17", "04"])
def test_le_is_no_part_of_the_question(le: str) -> None:
    card = replay(("00B201C417", "01029000"), ("00A4040002AABB00", "6F009000"))
    assert answer(card, "00B201C4" + le) == "01029000"
    assert answer(card, "00A4040002AABB" + le) == "6F009000"


def test_any_order_as_often_as_one_asks_and_nothing_else() -> None:
    card = replay(("00A4040002AABB00", "9000"), ("00B0950000", "AA9000"), ("805C000204", "000000649000"))
    assert [answer(card, "805C000204") for _ in range(3)] == ["000000649000"] * 3
    assert answer(card, "00B0950000") == "AA9000"
    assert answer(card, "00A4040002AABC00") == "6A82"
    assert answer(card, "00A4000002AABB00") == "6A82"
    assert answer(card, "00B0960000") == "6A83"
    assert answer(card, "00B2010C00") == "6A83"
    assert answer(card, "805C010204") == "6A83"


def test_a_recording_of_more_than_is_asked_for_is_cut() -> None:
    card = replay(("00B0970000", "0102030405069000"))
    assert answer(card, "00B0970002") == "01029000"
    assert answer(card, "00B0970000") == "0102030405069000"


def test_a_recording_over_contacts_is_played_back_whole() -> None:
    card = replay(
        ("00A4000002EF05", "6104"),
        ("00C0000004", "6F0284009000"),
        ("00B2010400", "6C04"),
        ("00B2010404", "0102AABB9000"),
        ("00B2020400", "01026102"),
        ("00C0000009", "6C02"),
        ("00C0000002", "03049000"),
        ("00B2030400", "6C04"),
    )
    assert answer(card, "00A4000002EF0500") == "6F0284009000"
    assert answer(card, "00B2010400") == "0102AABB9000"
    assert answer(card, "00B2020400") == "010203049000"
    assert answer(card, "00B2030400") == "6C04"
    assert answer(card, "00C0000004") == "6A83"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("\ud800", "not JSON"),
        ("[]", "no exchanges"),
        ('{"exchanges": 3}', "no exchanges"),
        ('{"load": {}}', "no exchanges"),
        ('{"exchanges": [{"c": "00B0950000", "r": "6A82"}, {"c": "00B0"}]}', "exchange 2"),
        ('{"exchanges": [{"c": "00B095000", "r": "6A82"}]}', "exchange 1"),
        ('{"exchanges": [{"c": "00B0950000", "r": "6A"}]}', "exchange 1"),
        ('{"exchanges": [null]}', "exchange 1"),
        ('{"atr": "3", "exchanges": []}', "atr"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_file_that_is_no_transcript_is_refused_with_its_reason(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(RecordError, match=why) as error:
        Transcript.load(path)
    assert error.value.code is Code.RECORD_UNREADABLE
    assert "card.json" in error.value.problems[0]


def written(card: Scripted | SocialSecurity, *, unmask: bool = False) -> tuple[str, Transcript]:
    recorder = Recorder(card, unmask=unmask)
    read(recorder, today=TODAY, city=YANTAI)
    details_of(recorder)
    # Whatever a reader may ask later, too.
    for command in ("00B0960037", "00B201F400", "00B2090000", "00A4000002EF0600", "00B2010400", "00B2020400"):
        recorder.transmit(bytes.fromhex(command))
    transcript = recorder.transcript()
    return json.dumps(transcript.document()), transcript


def personal() -> list[str]:
    return [value.hex().upper() for value in (NAME, ID_NUMBER.encode(), b"S99900001")] + ["19590815", "00000001"]


@pytest.mark.parametrize("make", [SocialSecurity, lambda: t_union_card(holder=holder_file(ID_NUMBER))])
def test_a_recording_holds_nothing_of_the_holder(make: type[SocialSecurity]) -> None:
    text, _ = written(make())
    assert not [value for value in personal() if value in text]


def test_unmasked_it_holds_everything() -> None:
    text, _ = written(SocialSecurity(), unmask=True)
    for value in personal()[:-1]:
        assert value in text


def test_a_masked_recording_still_tells_what_the_card_is(tmp_path: Path) -> None:
    card = t_union_card(holder=holder_file(ID_NUMBER), management=management_file(3))
    card._answers[bytes.fromhex("805C0002")] = bytes.fromhex("000003E89000")
    card._answers[bytes.fromhex("00B201C4")] = bytes.fromhex("0002000000000000C80942010058120020240614142250" + "9000")
    text, transcript = written(card)
    path = tmp_path / "card.json"
    path.write_text(text)
    assert Transcript.load(path) == transcript
    before, after = as_document(details_of(card)), as_document(details_in(transcript))
    assert after["records"] == [{**before["records"][0], "at": "2024-06-14T00:00:00"}]
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"number", "records"}
    assert after["number"] == "*" * 15 + "0000"
    assert "420100581200" not in text, "where the holder went"


def test_a_masked_social_security_recording_keeps_region_version_and_days() -> None:
    _, transcript = written(SocialSecurity())
    document = as_document(details_in(transcript), unmask=True)
    assert document["city"] == {"name": "烟台市", "gbt2260": "370602", "scheme": "GB/T 2260", "raw": "370602"}
    assert (document["valid_from"], document["valid_to"]) == ("2020-01-15", "2030-01-15")
    assert document["notes"] == ["version 1.00"]
    assert document["number"] is None


def test_parts_of_a_longer_answer_are_masked_as_what_they_belong_to() -> None:
    card = Scripted(
        {
            "00A40400": bytes.fromhex("6108"),
            "00B09600": bytes.fromhex("AABB6102"),
            "00C0000008": bytes.fromhex("6F06840400000001" + "9000"),
            "00C0000002": bytes.fromhex("CCDD9000"),
        }
    )
    recorder = Recorder(card)
    told = [answer(recorder, c) for c in ("00A4040004AABBCCDD", "00C0000008", "00B0960000", "00C0000002")]
    assert told[-1] == "CCDD9000", "the caller gets what the card said"
    assert [response.hex().upper() for _, response in recorder.transcript().exchanges] == [
        "6108",
        "6F068404000000019000",
        "00006102",
        "00009000",
    ]


def test_the_rest_of_a_record_is_not_taken_for_a_record_of_its_own() -> None:
    # The second part of the card's number begins like the record of the day of issue.
    card = Scripted(
        {
            "00A40000": OK,
            "00B20704": bytes.fromhex("07096109"),
            "00C0000009": bytes.fromhex("059990000153393939" + "9000"),
        }
    )
    recorder = Recorder(card)
    for command in ("00A4000002EF05", "00B2070400", "00C0000009"):
        recorder.transmit(bytes.fromhex(command))
    assert recorder.transcript().exchanges[-1][1] == bytes(9) + OK


@pytest.mark.parametrize("name", CITIES)
def test_a_masked_recording_of_any_city_tells_what_the_card_is_and_not_which(name: str) -> None:
    for interface, atr in WALLET[name].resets.items():
        recorder = Recorder(OnReader(WALLET[name].make(TODAY), interface, atr))
        try:
            before = as_document(details_of(recorder), unmask=True)
        except CardError as error:
            before = {"code": error.code}
        # Whatever a reader may ask later, too.
        for command in ("00B0950000", "00B0960000", "00B2010C00", "00B2030000", "00B0840000", "00B0850000"):
            recorder.transmit(bytes.fromhex(command))
        text = json.dumps(recorder.transcript().document())
        number = before.get("number")
        forms = [secret.encode("gbk").hex().upper() for secret in ("测A00005", "样本三", senior(TODAY).citizen_number)]
        forms += ["6299990000000000"]
        if number is not None:
            forms += [number, number.encode().hex()] if not number.startswith("0") else []
            forms += [int(number).to_bytes(8, "little").rstrip(b"\0").hex().upper()] if number.isdecimal() else []
        assert not [form for form in forms if form in text]
        after = as_document(details_in(recorder.transcript()))
        if "code" not in before:
            assert {key for key in before if after[key] != before[key]} <= {"number", "records"}


def test_the_fixtures_are_transcripts() -> None:
    for path in CARDS.glob("*.json"):
        assert Transcript.load(path).exchanges
