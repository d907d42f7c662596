"""The way of a command to the card: what is refused, repeated, fetched and given up."""

from __future__ import annotations

import pytest

from cardreader.apdu import Command, Response, get_balance, read_binary, read_record, select_file, select_name
from cardreader.connection import CardGarbled, CardMute
from cardreader.families import register, t_union
from cardreader.processors import (
    MOST_PARTS,
    MOST_REPEATS,
    Deadline,
    Forbidden,
    Guard,
    Wire,
    pipeline,
    speaks_t0_only,
)
from domain.errors import CardError, Code
from tests.unit.cardreader.samples import CONTACT_T0, CONTACTLESS, STORAGE, Scripted


def whole(card: Scripted, budget_s: float = 5.0) -> Response:
    return pipeline(card, names=register().names, budget_s=budget_s).send(read_binary(0x15))


@pytest.mark.parametrize(
    ("command", "encoded"),
    [
        (select_name(t_union.NAME), "00A4040008A00000063201010500"),
        (select_file(0xEF05), "00A4000002EF0500"),
        (read_binary(0x17, 0, 11), "00B097000B"),
        (read_binary(0x15), "00B0950000"),
        (read_record(3, 0x18), "00B203C400"),
        (read_record(3), "00B2030400"),
        (get_balance(1), "805C010204"),
    ],
)
def test_commands_as_cards_know_them(command: Command, encoded: str) -> None:
    assert command.encoded().hex().upper() == encoded


@pytest.mark.parametrize(
    ("atr", "t0"),
    [
        (CONTACT_T0, True),  # no TD1
        (bytes.fromhex("3B8000"), True),  # TD1: T=0, no more
        (bytes.fromhex("3B9000"), False),  # cut short
        (CONTACTLESS, False),  # TD1 T=0, TD2 T=1: every contactless reader
        (STORAGE, False),
        (bytes.fromhex("3B8001"), False),  # TD1: T=1
        (bytes.fromhex("3BF01300008110"), False),
        (b"", False),
        (b"\x3b", False),
    ],
)
def test_the_protocol_in_the_answer_to_reset(atr: bytes, t0: bool) -> None:
    assert speaks_t0_only(atr) is t0


def test_short_answers_are_joined_and_lengths_corrected() -> None:
    card = Scripted(
        {
            "00B0950000": bytes.fromhex("6C04"),
            "00B0950004": bytes.fromhex("01026102"),
            "00C0000002": bytes.fromhex("6C01"),
            "00C0000001": bytes.fromhex("039000"),
        }
    )
    assert whole(card) == Response(bytes.fromhex("010203"), 0x9000)
    assert len(card.sent) == 4


@pytest.mark.parametrize("answer", ["6C04", "6100", "0061FF", "6C00"])
def test_a_card_that_goes_on_for_ever_is_given_up(answer: str) -> None:
    card = Scripted({"00": bytes.fromhex(answer)})
    with pytest.raises(CardError) as error:
        whole(card)
    assert error.value.code is Code.CARD_UNREADABLE
    assert len(card.sent) <= (MOST_PARTS + 1) * (MOST_REPEATS + 1)


@pytest.mark.parametrize("status", ["0000", "6000", "5F00", "7000", "8FFF", "A000", "FFFF"])
def test_what_is_no_status_word_is_noise(status: str) -> None:
    with pytest.raises(CardGarbled):
        Wire(Scripted({"00": bytes.fromhex("0102" + status)})).send(read_binary(0x15))


@pytest.mark.parametrize("status", [0x6100, 0x6A82, 0x6FFF, 0x9000, 0x9404, 0x9FFF])
def test_status_words_pass(status: int) -> None:
    card = Scripted({"00": status.to_bytes(2, "big")})
    assert Wire(card).send(read_binary(0x15)).sw == status


def test_more_than_was_asked_for_is_noise() -> None:
    card = Scripted({"00B0": bytes(12) + b"\x90\x00"})
    assert len(Wire(card).send(read_binary(0x17, 0, 12)).data) == 12
    with pytest.raises(CardGarbled):
        Wire(card).send(read_binary(0x17, 0, 11))
    with pytest.raises(CardGarbled):
        Wire(card).send(Command(0x00, 0xB0, 0x97, 0x00))


@pytest.mark.parametrize(
    "command",
    [
        Command(0x00, 0x20, 0x00, 0x03, b"888888"),  # VERIFY
        Command(0x00, 0x82, 0x00, 0x0A, bytes(16)),  # EXTERNAL AUTHENTICATE
        Command(0x00, 0x88, 0x00, 0x00, bytes(8), 8),  # INTERNAL AUTHENTICATE
        Command(0x00, 0x84, 0x00, 0x00, b"", 8),  # GET CHALLENGE
        Command(0x80, 0x50, 0x00, 0x02, bytes(11), 16),  # INITIALIZE FOR LOAD
        Command(0x80, 0x50, 0x01, 0x02, bytes(11), 15),  # INITIALIZE FOR PURCHASE
        Command(0x80, 0x54, 0x01, 0x00, bytes(15), 8),  # DEBIT
        Command(0x00, 0xD6, 0x95, 0x00, b"\x00"),  # UPDATE BINARY
        Command(0x00, 0xDC, 0x01, 0x04, b"\x00"),  # UPDATE RECORD
        Command(0x80, 0xA4, 0x04, 0x00, t_union.NAME),
        Command(0x00, 0x5C, 0x00, 0x02, b"", 4),
        Command(0xFF, 0xCA, 0x00, 0x00, b"", 256),
        select_name(bytes.fromhex("A0000000031010")),
        select_name(b"1PUB.SYS.DDF01"),
        select_name(bytes.fromhex("A000000632010106")),
        select_name(t_union.NAME[:5]),
        select_name(b""),
    ],
    ids=lambda command: command.header.hex() + command.data[:8].hex(),
)
def test_what_a_kiosk_never_sends_does_not_reach_the_card(command: Command) -> None:
    card = Scripted({})
    with pytest.raises(Forbidden):
        pipeline(card, names=register().names, budget_s=5.0).send(command)
    assert card.sent == []


BANK = bytes.fromhex("A000000333010101")


@pytest.mark.parametrize("name", [BANK, b"2PAY.SYS.DDF01", b"1PAY.SYS.DDF01"])
def test_of_a_bank_card_nothing_is_read_whoever_asks(name: bytes) -> None:
    card = Scripted({"00": b"\x90\x00", "80": b"\x90\x00"})
    send = pipeline(card, names=register().names, silent=register().silent, budget_s=5.0).send
    send(read_binary(0x04))
    send(select_name(name))
    for command in (read_binary(0x15), read_record(1, 1), get_balance(), Command(0x00, 0xB0, 0x00, 0x00, b"", 5)):
        with pytest.raises(Forbidden):
            send(command)
    assert len(card.sent) == 2
    send(select_name(t_union.NAME))
    send(read_binary(0x15))
    assert len(card.sent) == 4


def test_a_bank_card_that_says_no_leaves_what_was_selected() -> None:
    card = Scripted({"00B0": b"\x00\x90\x00"})
    send = pipeline(card, names=register().names, silent=register().silent, budget_s=5.0).send
    send(select_name(BANK))
    assert send(read_binary(0x15)).ok


def test_the_guard_stands_next_to_the_card() -> None:
    # GET RESPONSE and repeats, which the pipeline makes itself, pass it as well.
    seen: list[Command] = []

    class Card:
        def send(self, command: Command) -> Response:
            seen.append(command)
            return Response(b"", 0x9000)

    Guard(Card(), register().names).send(select_name(t_union.NAME))
    assert len(seen) == 1


def test_the_budget_is_for_all_exchanges_together() -> None:
    now = [100.0]
    card = Scripted({"00B095": b"\x00\x90\x00"})
    deadline = Deadline(Wire(card), 1.0, lambda: now[0])
    deadline.send(read_binary(0x15))
    now[0] += 0.9
    deadline.send(read_binary(0x15))
    now[0] += 0.2
    with pytest.raises(CardMute) as error:
        deadline.send(read_binary(0x15))
    assert error.value.code is Code.CARD_TOO_SLOW
    assert len(card.sent) == 2


def test_responses_do_not_show_their_data() -> None:
    assert repr(Response(b"secret", 0x9000)) == "Response(6 B, 9000)"
