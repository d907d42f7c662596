"""Faults, and the slot that acts them out: against the driver's end of the connection, played here."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from workbench.cards.chip import Interface
from workbench.cards.faults import Fault, FaultName, Faults
from workbench.cards.journal import Journal
from workbench.cards.slot import Slot
from workbench.cards.wallet import WALLET

PATIENCE_S = 5
SELECT = bytes.fromhex("00A4040008A00000063201010500")
READ = bytes.fromhex("00B0950000")


class Driver:
    """vpcd's end: listens, and takes a card when one comes."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE_S)
        self.port: int = self.listener.getsockname()[1]
        self.card: socket.socket | None = None

    def accept(self) -> None:
        if self.card is not None:
            self.card.close()
        self.card, _ = self.listener.accept()
        self.card.settimeout(PATIENCE_S)

    def send(self, body: bytes) -> None:
        assert self.card is not None
        self.card.sendall(struct.pack(">H", len(body)) + body)

    def ask(self, body: bytes) -> bytes:
        """The answer; b"" when the card is gone."""
        self.send(body)
        head = self.read(2)
        return self.read(struct.unpack(">H", head)[0]) if head else b""

    def read(self, count: int) -> bytes:
        assert self.card is not None
        got = b""
        while len(got) < count:
            more = self.card.recv(count - len(got))
            if not more:
                return b""
            got += more
        return got

    def silent(self, seconds: float = 0.1) -> bool:
        assert self.card is not None
        self.card.settimeout(seconds)
        try:
            self.card.recv(1)
        except TimeoutError:
            return True
        finally:
            self.card.settimeout(PATIENCE_S)
        return False

    def close(self) -> None:
        self.listener.close()
        if self.card is not None:
            self.card.close()


@pytest.fixture
def driver() -> Iterator[Driver]:
    driver = Driver()
    yield driver
    driver.close()


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def slot(driver: Driver, faults: Faults, journal: Journal) -> Iterator[Slot]:
    slot = Slot(Interface.CONTACTLESS, driver.port, faults, threading.Lock(), journal)
    yield slot
    slot.close()


def order(faults: Faults, name: str, argument: object = None, at: int = 1) -> None:
    faults.order(Fault.ordered(name, argument, at))


def test_a_card_is_there_tells_its_atr_and_answers(slot: Slot, driver: Driver, journal: Journal) -> None:
    reset = slot.insert("tunion-ordinary")
    driver.accept()
    assert driver.ask(b"\x04") == reset == WALLET["tunion-ordinary"].resets[Interface.CONTACTLESS]
    driver.send(b"\x01")
    assert driver.ask(SELECT).endswith(b"\x90\x00")
    assert len(driver.ask(READ)) == 32
    driver.send(b"\x02")  # a reset makes it forget the application
    assert driver.ask(READ) == b"\x6a\x82"
    told = journal.all()
    assert [(c["card"], c["command"], c["response"][-4:]) for c in told["apdus"]] == [
        ("tunion-ordinary", SELECT.hex().upper(), "9000"),
        ("tunion-ordinary", READ.hex().upper(), "9000"),
        ("tunion-ordinary", READ.hex().upper(), "6A82"),
    ]
    assert [event["event"] for event in told["events"]] == ["insert", "power-on", "reset"]


def test_taken_away_and_laid_again(slot: Slot, driver: Driver) -> None:
    slot.insert("tunion-ordinary")
    driver.accept()
    slot.remove()
    assert (driver.read(1), slot.card) == (b"", None)
    slot.insert("bank")
    driver.accept()
    assert driver.ask(SELECT) == b"\x6a\x82"
    assert slot.card == "bank"


def test_a_card_stays_where_it_lies_when_the_driver_goes(slot: Slot, driver: Driver) -> None:
    slot.insert("tunion-ordinary")
    driver.accept()
    assert len(driver.ask(SELECT)) > 2
    driver.accept()  # hangs up, and takes the card anew
    assert driver.ask(READ) == b"\x6a\x82"  # without power it forgot


def test_it_waits_for_a_driver_that_is_not_there_yet(faults: Faults, journal: Journal) -> None:
    driver = Driver()
    driver.listener.close()
    slot = Slot(Interface.CONTACTLESS, driver.port, faults, threading.Lock(), journal)
    try:
        slot.insert("tunion-ordinary")
        driver.listener = socket.create_server(("127.0.0.1", driver.port))
        driver.listener.settimeout(PATIENCE_S)
        driver.accept()
        assert driver.ask(SELECT).endswith(b"\x90\x00")
    finally:
        slot.close()
        driver.close()


def test_cards_that_cannot_be_read_there_are_refused(slot: Slot) -> None:
    with pytest.raises(ValueError, match="contactless"):
        slot.insert("social-v1")
    with pytest.raises(ValueError, match="no card"):
        slot.insert("library")
    assert slot.card is None


def test_pulled_inside_the_third_command(slot: Slot, driver: Driver, faults: Faults, journal: Journal) -> None:
    order(faults, "pull", 3)
    slot.insert("tunion-ordinary")
    driver.accept()
    assert [len(driver.ask(each)) for each in (SELECT, READ, READ)] == [53, 32, 0]
    assert slot.card is None
    assert [command["response"] is None for command in journal.all()["apdus"]] == [False, False, True]
    slot.insert("tunion-ordinary")
    driver.accept()
    assert [len(driver.ask(each)) for each in (SELECT, READ, READ)] == [53, 32, 32]  # once


def test_exchanged_between_two_commands(slot: Slot, driver: Driver, faults: Faults) -> None:
    order(faults, "swap", "tunion-student", at=2)
    slot.insert("tunion-senior")
    driver.accept()
    driver.ask(SELECT)
    senior = driver.ask(READ)
    assert driver.ask(READ) == b""
    began = time.monotonic()
    driver.accept()
    assert time.monotonic() - began < 0.4
    assert slot.card == "tunion-student"
    driver.ask(SELECT)
    student = driver.ask(READ)
    assert (senior[10:20].hex()[-1], student[10:20].hex()[-1]) == ("2", "3")


def test_slow_takes_its_time_and_is_cut_short_by_removal(slot: Slot, driver: Driver, faults: Faults) -> None:
    order(faults, "slow", "0.3")
    slot.insert("tunion-ordinary")
    driver.accept()
    began = time.monotonic()
    assert len(driver.ask(SELECT)) == 53
    assert time.monotonic() - began >= 0.3
    order(faults, "slow", 600)
    driver.send(SELECT)
    assert driver.silent()
    slot.remove()
    assert driver.read(1) == b""


def test_silent_keeps_the_presence_check_alive(slot: Slot, driver: Driver, faults: Faults, journal: Journal) -> None:
    order(faults, "silent", at=2)
    slot.insert("tunion-ordinary")
    driver.accept()
    assert len(driver.ask(SELECT)) == 53
    driver.send(READ)
    assert driver.silent()
    assert driver.ask(b"\x04")
    faults.clear()
    assert len(driver.ask(READ)) == 32
    assert [command["response"] is None for command in journal.all()["apdus"]] == [False, True, False]


@pytest.mark.parametrize(
    ("name", "argument", "answer"),
    [
        ("short", None, "05"),
        ("short", 0, ""),
        ("short", "half", "05214560FFFFFFFF0200031049306999"),
        ("oversize", 4, "AAAAAAAA9000"),
        ("oversize", None, "AA" * 300 + "9000"),
        ("sw", "6982", "6982"),
    ],
)
def test_answers_that_are_not_right(
    slot: Slot, driver: Driver, faults: Faults, name: str, argument: object, answer: str
) -> None:
    order(faults, name, argument, at=2)
    slot.insert("tunion-ordinary")
    driver.accept()
    assert len(driver.ask(SELECT)) == 53
    assert [driver.ask(READ).hex().upper() for _ in range(2)] == [answer] * 2
    faults.clear(FaultName(name))
    assert len(driver.ask(READ)) == 32


def test_the_latest_commands_come_newest_first(slot: Slot, driver: Driver, journal: Journal) -> None:
    slot.insert("tunion-ordinary")
    driver.accept()
    for _ in range(3):
        driver.ask(SELECT)
    assert [entry["n"] for entry in journal.latest(2)] == [3, 2]
    assert len(journal.latest(60)) == 3


@pytest.mark.parametrize(
    ("name", "argument", "at"),
    [
        ("burn", None, 1), ("pull", 0, 1), ("pull", "soon", 1), ("slow", 0, 1), ("slow", "a while", 1),
        ("slow", 601, 1), ("slow", "nan", 1), ("short", -1, 1), ("oversize", 0, 1), ("oversize", 65_534, 1),
        ("swap", None, 1), ("swap", "library", 1), ("sw", None, 1), ("sw", "69", 1), ("sw", "no", 1),
        ("silent", None, 0),
    ],
)  # fmt: skip
def test_orders_that_make_no_sense(name: str, argument: object, at: int) -> None:
    with pytest.raises(ValueError):
        Fault.ordered(name, argument, at)


def test_what_is_told_of_faults() -> None:
    faults = Faults()
    order(faults, "pull", "", at=4)
    order(faults, "slow", at=2)
    assert [(f["name"], f["argument"], f["at"], f["at_work"]) for f in faults.told()] == [
        ("pull", "", 4, False), ("slow", "1", 2, False),
    ]  # fmt: skip
    assert faults.command() == {}
    assert [f["at_work"] for f in faults.told()] == [False, True]
    assert list(faults.command()) == ["slow"]
    assert list(faults.command()) == ["slow"]
    assert list(faults.command()) == ["pull", "slow"]
    assert [f["name"] for f in faults.told()] == ["slow"]
