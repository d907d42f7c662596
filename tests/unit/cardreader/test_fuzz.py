"""Broken, bent and invented answers: facts, or a coded error, and always an end."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st

from cardreader.apdu import ALLOWED
from cardreader.details import as_document, details_in, details_of
from cardreader.families import social_security, t_union
from cardreader.reading import read
from cardreader.transcript import Transcript
from domain.card import CardFacts
from domain.errors import CardError
from tests.unit.cardreader.samples import (
    CARDS,
    CONTACT_T0,
    CONTACTLESS,
    ID_NUMBER,
    OK,
    TODAY,
    VERSION_2,
    YANTAI,
    Scripted,
    SocialSecurity,
    fci,
    holder_file,
    management_file,
    t_union_card,
)

MOST_EXCHANGES = 27 * 20
"""Every command of a reading, each with all its repeats and parts; far more than any card needs."""

Bend = Callable[[int, bytes], bytes]

CARD_KINDS: Sequence[Callable[[], Scripted | SocialSecurity]] = (
    lambda: t_union_card(holder=holder_file(ID_NUMBER), management=management_file(3)),
    lambda: t_union_card(holder=holder_file(ID_NUMBER), management=management_file(3), in_fci=False),
    SocialSecurity,
    lambda: SocialSecurity("2.00", VERSION_2, by_tag=False),
)


class Bent:
    """A connection whose answers go through `bend`."""

    def __init__(self, card: Scripted | SocialSecurity, bend: Bend, atr: bytes = CONTACTLESS) -> None:
        self.atr = atr
        self.sent: list[bytes] = []
        self._card, self._bend = card, bend

    def transmit(self, apdu: bytes) -> bytes:
        self.sent.append(apdu)
        assert len(self.sent) < MOST_EXCHANGES
        return self._bend(len(self.sent) - 1, self._card.transmit(apdu))


def coded(work: Callable[[], object]) -> str:
    """What `work` gives or says, as text; anything but a `CardError` goes on."""
    try:
        return str(work())
    except CardError as error:
        return f"{error} {error!r} {error.detail}"


def survive(card: Bent) -> None:
    def facts() -> CardFacts:
        told = read(card, today=TODAY, city=YANTAI)
        assert told.age_months is None or 0 <= told.age_months <= 1440
        return told

    assert ID_NUMBER not in coded(facts)
    assert ID_NUMBER not in coded(lambda: json.dumps(as_document(details_of(card))))
    assert {(apdu[0], apdu[1]) for apdu in card.sent} <= ALLOWED


@given(st.lists(st.binary(max_size=300), max_size=30), st.sampled_from([CONTACTLESS, CONTACT_T0, b""]))
@example([b"\x61\x00"] * 30, CONTACTLESS)
@example([b"\x6c\x00"] * 30, CONTACT_T0)
@example([fci(t_union.NAME) + OK, bytes(30) + OK], CONTACTLESS)
@example([b"\x6a\x82", fci(social_security.NAME) + OK, OK, b"\x01\x10\x37\x06\x02" + OK], CONTACTLESS)
def test_any_answers(answers: list[bytes], atr: bytes) -> None:
    survive(Bent(Scripted({}), lambda at, _: answers[at % len(answers)] if answers else b"", atr))


@given(
    st.sampled_from(range(len(CARD_KINDS))),
    st.dictionaries(st.integers(0, 12), st.binary(max_size=60).map(lambda data: data + OK), max_size=6),
)
def test_any_data_with_a_good_status(kind: int, answers: dict[int, bytes]) -> None:
    survive(Bent(CARD_KINDS[kind](), answers.get))


@given(st.sampled_from(range(len(CARD_KINDS))), st.integers(0, 12), st.integers(0, 70))
def test_answers_cut_short(kind: int, which: int, keep: int) -> None:
    survive(Bent(CARD_KINDS[kind](), lambda at, answer: answer[:keep] if at == which else answer))
    survive(Bent(CARD_KINDS[kind](), lambda at, answer: answer[:-2][:keep] + OK if at == which else answer))


@given(st.sampled_from(range(len(CARD_KINDS))), st.integers(0, 12), st.integers(0, 560), st.integers(1, 3))
def test_flipped_bits(kind: int, which: int, bit: int, every: int) -> None:
    def flip(at: int, answer: bytes) -> bytes:
        if (at != which and at % every) or not answer:
            return answer
        bent = bytearray(answer)
        bent[bit // 8 % len(bent)] ^= 1 << bit % 8
        return bytes(bent)

    survive(Bent(CARD_KINDS[kind](), flip))


@pytest.mark.parametrize("path", sorted(CARDS.glob("*.json")), ids=lambda path: path.stem)
def test_bent_recordings(path: Path) -> None:
    whole = Transcript.load(path)

    @given(st.data())
    def bend(data: st.DataObject) -> None:
        exchanges = []
        for command, response in whole.exchanges:
            at = data.draw(st.integers(0, len(response) * 8 - 1))
            bent = bytearray(response)
            bent[at // 8] ^= 1 << at % 8
            keep = data.draw(st.sampled_from([len(bent), len(bent), len(bent) // 2]))
            exchanges.append((command, bytes(bent[:keep])))
        coded(lambda: json.dumps(as_document(details_in(Transcript(tuple(exchanges))))))

    bend()
