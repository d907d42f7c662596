"""The same card, or another: by what cards say, without any reader."""

from __future__ import annotations

import dataclasses

import pytest

from cardreader.connection import CardGone, Connection
from cardreader.reading import read
from cardreader.sameness import Exchanged, Noted, Proof
from tests.unit.cardreader.samples import TODAY, YANTAI
from workbench.cards.chip import Chip, Interface
from workbench.cards.wallet import WALLET

OURS = [name for name, card in WALLET.items() if name.startswith(("tunion", "social", "expiring"))]


class Laid:
    """A card of the wallet on a reader."""

    def __init__(self, name: str) -> None:
        card = WALLET[name]
        self.interface = next(iter(card.resets))
        self.chip: Chip = card.make(TODAY)
        self.chip.reset()
        self.atr = card.resets[self.interface]
        self.sent: list[bytes] = []

    def transmit(self, apdu: bytes) -> bytes:
        self.sent.append(apdu)
        return self.chip.answer(apdu, Interface(self.interface))


def proof_of(name: str) -> tuple[Proof, Laid]:
    card = Laid(name)
    noted = Noted(card)
    read(noted, today=TODAY, city=YANTAI)
    return noted.proof(), card


@pytest.mark.parametrize("name", OURS)
def test_the_same_card_is_known_again_and_every_other_is_not(name: str) -> None:
    proof, card = proof_of(name)
    assert not proof.fresh
    proof.check(card)  # as it is left by the reading
    proof.check(Laid(name))  # and after its power was off
    for other in WALLET:
        if other != name and set(WALLET[other].resets) & set(WALLET[name].resets) and other != "storage":
            with pytest.raises(Exchanged):
                proof.check(Laid(other))


@pytest.mark.parametrize("name", OURS)
def test_a_proof_is_short_and_holds_nothing_that_the_card_said(name: str) -> None:
    proof, card = proof_of(name)
    assert 1 <= len(proof.commands) <= 8
    assert set(proof.commands) <= set(card.sent)
    assert repr(proof).startswith("<") and all(len(digest) == 32 for digest in proof.digests)
    answers = [Laid(name).transmit(command) for command in proof.commands]
    assert not set(answers) & set(proof.digests)


def test_a_transport_card_is_known_by_its_selection_alone() -> None:
    proof, _ = proof_of("tunion-senior")
    assert [command[:4].hex() for command in proof.commands] == ["00a40400"]


class Files:
    """A card without names: files that can be reached only after its power was switched on."""

    def __init__(self, serial: bytes) -> None:
        self.atr = b"\x3b\x00"
        self.serial = serial
        self.below = False

    def transmit(self, apdu: bytes) -> bytes:
        if apdu[1] == 0xA4 and apdu[2] == 0x04:
            return b"\x6a\x82"
        if apdu[1] == 0xA4:
            found, self.below = not self.below, True
            return b"\x90\x00" if found else b"\x6a\x82"
        return self.serial + b"\x90\x00"


def test_a_card_without_names_is_compared_after_its_power_was_off() -> None:
    noted: Connection = Noted(Files(b"\x01" * 16))
    for command in ("00a4040003010203", "00a40000021001", "00b0950010"):
        noted.transmit(bytes.fromhex(command))
    assert isinstance(noted, Noted)
    proof = noted.proof()
    assert proof.fresh and len(proof.commands) == 3
    proof.check(Files(b"\x01" * 16))
    with pytest.raises(Exchanged):
        proof.check(Files(b"\x02" * 16))
    assert dataclasses.replace(proof, commands=(), digests=()).check(Files(b"")) is None  # type: ignore[func-returns-value]


def test_a_card_that_is_gone_is_no_other_card() -> None:
    proof, _ = proof_of("tunion-senior")

    class Away(Laid):
        def transmit(self, apdu: bytes) -> bytes:
            raise CardGone

    with pytest.raises(CardGone) as gone:
        proof.check(Away("tunion-senior"))
    assert not isinstance(gone.value, Exchanged)
