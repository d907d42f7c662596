"""Answers that are not what the card said: a hundred thousand ways to lie, the same ones in every run."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Sequence
from typing import Final

from cardreader.apdu import ALLOWED
from cardreader.connection import Connection
from cardreader.details import as_document, details_in, details_of
from cardreader.facts import Details
from cardreader.reading import read
from cardreader.sameness import Noted
from cardreader.transcript import Replay, Transcript
from domain.card import CardFacts
from domain.errors import CardError
from tests.unit.cardreader.samples import CARDS, TODAY, YANTAI
from workbench.cards.chip import Chip, Interface
from workbench.cards.wallet import WALLET

MOST_EXCHANGES: Final = 600
"""Every way to every family's application, each with all its repeats and parts; far more than any card needs."""

BUDGET_S: Final = 5.0

PERSONAL: Final = re.compile(r"\d{15}|\d{17}[\dXx]|[一-鿿]{2,}")
"""What an identity number or a name looks like, in the words of facts and of faults."""

_WORDS: Final = bytes.fromhex(
    "9000 6100 6101 61FF 6C00 6C01 6CFF 6281 6282 6283 6300 63C0 6581 6700 6881 6982 6983 6985 6986 6988 6A80 6A81"
    " 6A82 6A83 6A86 6A88 6B00 6D00 6E00 6F00 9303 9401 9406 0000 FFFF 5000"
)
STATUS: Final = tuple(_WORDS[at : at + 2] for at in range(0, len(_WORDS), 2))

Mutation = Callable[[random.Random, bytes], bytes]


def _flip(chance: random.Random, answer: bytes) -> bytes:
    bent = bytearray(answer or b"\x00")
    for _ in range(chance.choice((1, 1, 1, 2, 5, 20))):
        at = chance.randrange(len(bent) * 8)
        bent[at // 8] ^= 1 << at % 8
    return bytes(bent)


def _cut(chance: random.Random, answer: bytes) -> bytes:
    keep = chance.randrange(len(answer) + 1)
    return answer[:keep] if chance.random() < 0.3 else answer[:-2][:keep] + answer[-2:]


def _extend(chance: random.Random, answer: bytes) -> bytes:
    more = chance.randbytes(chance.choice((1, 2, 16, 100, 256, 3000)))
    return answer[:-2] + more + answer[-2:] if chance.random() < 0.7 else answer + more


def _status(chance: random.Random, answer: bytes) -> bytes:
    return (answer[:-2] if chance.random() < 0.5 else b"") + chance.choice(STATUS)


def _length(chance: random.Random, answer: bytes) -> bytes:
    """A TLV that says another length: any byte may be one, and those near the front are."""
    if len(answer) < 4:
        return answer + b"\x90\x00"
    bent = bytearray(answer)
    bent[chance.choice((1, 3, chance.randrange(len(bent) - 2)))] = chance.choice((0, 1, 0x7F, 0x80, 0x81, 0x82, 0xFF))
    return bytes(bent)


def _noise(chance: random.Random, answer: bytes) -> bytes:
    return chance.randbytes(chance.choice((0, 1, 2, 3, 8, 30, 60, 255))) + chance.choice((b"", b"\x90\x00"))


def _digits(chance: random.Random, answer: bytes) -> bytes:
    """Every byte of the same kind: zeros, ones, decimal digits, letters of GBK."""
    data = max(0, len(answer) - 2)
    filled = chance.choice((bytes(data), b"\xff" * data, b"9" * data, b"\xd5\xc5" * data, b"\x99" * data))
    return filled[:data] + b"\x90\x00"


def _always(word: bytes) -> Mutation:
    return lambda chance, answer: (answer[:-2] if chance.random() < 0.5 else b"") + word


MUTATIONS: Final[Sequence[Mutation]] = (_flip, _flip, _cut, _extend, _status, _length, _noise, _digits)


class Liar:
    """A connection whose answers are bent, most of them; its clock goes on by 10 ms with every exchange."""

    def __init__(self, card: Connection, chance: random.Random, share: float) -> None:
        self.atr = card.atr
        self.sent: list[bytes] = []
        self.bent = 0
        self._card, self._chance, self._share = card, chance, share
        # Sticks with one way: a card that is always cut short, or says the same status (61xx, 6Cxx) for ever.
        self._stuck = (
            chance.choice((*MUTATIONS, *(_always(word) for word in STATUS))) if chance.random() < 0.3 else None
        )

    def monotonic(self) -> float:
        return len(self.sent) * 0.01

    def transmit(self, apdu: bytes) -> bytes:
        self.sent.append(apdu)
        assert len(self.sent) < MOST_EXCHANGES, "no end"
        answer = self._card.transmit(apdu)
        if self._chance.random() >= self._share:
            return answer
        self.bent += 1
        return (self._stuck or self._chance.choice(MUTATIONS))(self._chance, answer)


class _Laid:
    """A card of the workbench, without a reader."""

    def __init__(self, chip: Chip, interface: Interface, atr: bytes) -> None:
        self.atr = atr
        self._chip, self._interface = chip, interface

    def transmit(self, apdu: bytes) -> bytes:
        return self._chip.answer(apdu, self._interface)


def _of_the_workbench(name: str, interface: Interface) -> Callable[[], Connection]:
    card = WALLET[name]
    chip = card.make(TODAY)

    def laid() -> Connection:
        chip.reset()
        return _Laid(chip, interface, card.resets[interface])

    return laid


def sources() -> dict[str, Callable[[], Connection]]:
    """Every card there is: those of the workbench, on each interface, and the recorded ones."""
    found = {
        f"{name} {interface}": _of_the_workbench(name, interface)
        for name, card in WALLET.items()
        for interface in card.resets
    }
    return found | {name: functools.partial(Replay, whole) for name, whole in recordings().items()}


def recordings() -> dict[str, Transcript]:
    """The recorded ones as they are kept."""
    return {path.stem: Transcript.load(path) for path in sorted(CARDS.glob("*.json"))}


def told(work: Callable[[], object]) -> str:
    """What `work` gives or says, as text; anything but a `CardError` goes on."""
    try:
        return str(work())
    except CardError as error:
        return f"{error} {error!r} {error.detail}"


def lie(card: Connection, chance: random.Random) -> tuple[int, int]:
    """Reads a card that lies, as a citizen's and as staff's: (bent answers, outcomes that were facts)."""
    share = chance.choice((0.15, 0.5, 1.0))
    facts: list[CardFacts] = []

    liar = Liar(card, chance, share)

    def person() -> CardFacts:
        facts.append(read(Noted(liar), today=TODAY, city=YANTAI, budget_s=BUDGET_S, monotonic=liar.monotonic))
        return facts[0]

    words = told(person)
    assert not PERSONAL.search(words), "facts or fault quote the card"
    for each in facts:
        assert each.age_months is None or 0 <= each.age_months <= 1800
    staff = Liar(card, chance, share)
    assert not PERSONAL.search(told(lambda: _whole(details_of(staff)))), "details or fault quote the card"
    for apdu in (*liar.sent, *staff.sent):
        assert (apdu[0], apdu[1]) in ALLOWED, apdu[:4].hex()
    return liar.bent + staff.bent, len(facts)


def decode(whole: Transcript, chance: random.Random) -> int:
    """Decodes a recording that was bent; how many answers were."""
    exchanges = []
    bent = 0
    for command, response in whole.exchanges:
        lies = chance.random() < 0.6
        bent += lies
        exchanges.append((command, chance.choice(MUTATIONS)(chance, response) if lies else response))
    assert not PERSONAL.search(told(lambda: _whole(details_in(Transcript(tuple(exchanges))))))
    return bent


def _whole(details: Details) -> Details:
    """As `kiosk card read` would print them, too."""
    as_document(details)
    return details
