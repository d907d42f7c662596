from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from kiosk.staffgate import CLOSED_S, DEMO_HASH, WRONG_IN_A_ROW, HashedStaffGate, PinHash, UnfitPin


def quick(pin: str) -> PinHash:
    cheap = PinHash(10, 1, 1, b"salt for tests", bytes(32))
    return PinHash(10, 1, 1, cheap.salt, cheap._of(pin))


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_demo_pin_is_the_documented_one() -> None:
    gate = HashedStaffGate(PinHash.parse(DEMO_HASH))
    assert gate.open("2468")
    assert not gate.open("8642")


def test_without_a_hash_it_never_opens() -> None:
    gate = HashedStaffGate(None)
    assert not any(gate.open(pin) for pin in ("", "0000", "2468"))


def test_hash_survives_writing_and_reading() -> None:
    made = PinHash.make("135790")
    assert PinHash.parse(str(made)) == made
    assert made.fits("135790")
    assert not made.fits("135791")


def test_same_pin_twice_gives_two_hashes() -> None:
    assert str(PinHash.make("2468")) != str(PinHash.make("2468"))


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12 34", "abcd", "１２３４"])
def test_unfit_pins(pin: str) -> None:
    with pytest.raises(UnfitPin):
        PinHash.make(pin)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2468",
        DEMO_HASH.replace("scrypt", "md5"),
        DEMO_HASH.replace(":14:", ":30:"),
        DEMO_HASH.replace(":8:", ":0:"),
        DEMO_HASH[:-8],
        DEMO_HASH + ":1",
        DEMO_HASH.replace(":14:", ":four:"),
    ],
)
def test_what_is_not_a_hash_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a hash as `kiosk staff-pin` prints it$"):
        PinHash.parse(text)


def test_hash_does_not_show_itself() -> None:
    assert repr(PinHash.parse(DEMO_HASH)) == "PinHash(…)"


def test_five_wrong_shut_it_for_a_minute_even_for_the_right_one() -> None:
    seconds = Seconds()
    gate = HashedStaffGate(quick("2468"), seconds)
    for _ in range(WRONG_IN_A_ROW):
        assert not gate.open("0000")
    assert not gate.open("2468")
    seconds.now += CLOSED_S - 0.1
    assert not gate.open("2468")
    seconds.now += 0.2
    assert gate.open("2468")


def test_attempts_while_shut_do_not_lengthen_the_minute() -> None:
    seconds = Seconds()
    gate = HashedStaffGate(quick("2468"), seconds)
    for _ in range(WRONG_IN_A_ROW):
        gate.open("0000")
    for _ in range(20):
        seconds.now += 2
        assert not gate.open("0000")
    seconds.now += 21
    assert gate.open("2468")


def test_the_right_one_ends_a_row() -> None:
    gate = HashedStaffGate(quick("2468"), Seconds())
    for _ in range(3):
        for _ in range(WRONG_IN_A_ROW - 1):
            assert not gate.open("0000")
        assert gate.open("2468")


def test_after_the_minute_five_more() -> None:
    seconds = Seconds()
    gate = HashedStaffGate(quick("2468"), seconds)
    for _ in range(2):
        for _ in range(WRONG_IN_A_ROW):
            assert not gate.open("0000")
        seconds.now += CLOSED_S + 1
    assert gate.open("2468")


@settings(max_examples=30)
@given(st.text(max_size=30))
def test_any_text_is_an_answer_not_a_fault(pin: str) -> None:
    assert HashedStaffGate(quick("2468"), Seconds()).open(pin) is (pin == "2468")
