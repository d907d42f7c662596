"""Result codes to coded errors, and what is freed whatever happens."""

from __future__ import annotations

import pytest

from cardreader import pcsc
from cardreader.connection import CardGarbled, CardGone
from cardreader.pcsc import Context, open_card, our_readers
from cardreader.roles import Roles
from cardreader.settings import ReaderSettings
from domain.errors import CardError, Code
from domain.events import ReaderKind
from tests.unit.cardreader.fake_scard import FakeCard, FakeScard

ONE, TWO = "ACME Contactless 00 00", "ACME Contact 00 01"
SELECT = bytes.fromhex("00A4040007A0000000000001")


@pytest.fixture
def scard() -> FakeScard:
    return FakeScard(ONE, TWO, "ACME SAM 00 02")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("ACS ACR1281 1S Dual Reader [ACR1281 PICC] 00 00", ReaderKind.CONTACTLESS),
        ("ACS ACR1281 1S Dual Reader [ACR1281 ICC] 01 00", ReaderKind.CONTACT),
        ("ACS ACR1281 1S Dual Reader [ACR1281 SAM] 02 00", None),
        ("HID Global OMNIKEY 5422 Smartcard Reader [OMNIKEY 5422CL Smartcard Reader] 00 00", ReaderKind.CONTACTLESS),
        ("HID Global OMNIKEY 5422 Smartcard Reader [OMNIKEY 5422 Smartcard Reader] 01 00", ReaderKind.CONTACT),
        ("Identive CLOUD 4700 F Dual Interface Reader [CLOUD 4700 F Contactless Reader] 00 00", ReaderKind.CONTACTLESS),
        ("Identive CLOUD 4700 F Dual Interface Reader [CLOUD 4700 F Contact Reader] 01 00", ReaderKind.CONTACT),
        ("Duali DE-620 [CL/PICC] 00 00", ReaderKind.CONTACTLESS),
        ("Duali DE-620 [PSAM1] 00 01", None),
        ("Generic SAM2 00 00", None),
        ("Samsung Reader 00 00", ReaderKind.CONTACT),
        ("Virtual PCD 00 00", ReaderKind.CONTACT),
    ],
)
def test_roles_by_name(name: str, role: ReaderKind | None) -> None:
    assert Roles(ReaderSettings()).of(name) is role


def test_a_role_can_be_left_out() -> None:
    roles = Roles(ReaderSettings(contact=""))
    assert roles.of(TWO) is None and roles.of(ONE) is ReaderKind.CONTACTLESS


def test_our_readers_contactless_first() -> None:
    assert our_readers(ReaderSettings(), FakeScard(TWO, "ACME SAM 00 02", ONE)) == (ONE, TWO)
    assert our_readers(ReaderSettings(), FakeScard()) == ()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (pcsc.REMOVED, Code.CARD_GONE),
        (pcsc.NOT_TRANSACTED, Code.CARD_GONE),
        (pcsc.RESET, Code.CARD_GONE),
        (pcsc.NO_SERVICE, Code.NO_READER),
        (pcsc.READER_UNAVAILABLE, Code.NO_READER),
        (0x8010002F, Code.CARD_UNREADABLE),
        (0x80100001, Code.CARD_UNREADABLE),
    ],
)
def test_a_broken_exchange_has_a_code_and_ends_the_session(scard: FakeScard, code: int, told: Code) -> None:
    said: list[bytes] = []

    def answer(apdu: bytes) -> bytes | int:
        said.append(apdu)
        return code if len(said) == 2 else b"\x90\x00"

    scard.lay(ONE, FakeCard(answer))
    with Context(scard) as context, context.connected(ONE) as connection:
        assert connection.transmit(SELECT) == b"\x90\x00"
        for _ in range(3):  # the card that answers next may be another one
            with pytest.raises(CardError) as error:
                connection.transmit(SELECT)
            assert error.value.code is told
        with pytest.raises(CardError):
            connection.prove_same()
    assert len(said) == 2
    assert not scard.cards and not scard.contexts


def test_success_without_an_answer_is_a_card_that_is_gone(scard: FakeScard) -> None:
    scard.lay(ONE, FakeCard(lambda apdu: b""))
    with Context(scard) as context, context.connected(ONE) as connection, pytest.raises(CardGone):
        connection.transmit(SELECT)


def test_one_byte_is_no_response(scard: FakeScard) -> None:
    scard.lay(ONE, FakeCard(lambda apdu: b"\x90"))
    with Context(scard) as context, context.connected(ONE) as connection, pytest.raises(CardGarbled):
        connection.transmit(SELECT)


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (None, Code.CARD_GONE),
        (FakeCard(connect=pcsc.PROTO_MISMATCH), Code.CARD_UNREADABLE),
        (FakeCard(connect=pcsc.UNRESPONSIVE), Code.CARD_UNREADABLE),
        (FakeCard(connect=pcsc.SHARING_VIOLATION), Code.READER_BUSY),
        (FakeCard(connect=pcsc.NO_SERVICE), Code.NO_READER),
    ],
)
def test_open_card_tells_why_not(scard: FakeScard, card: FakeCard | None, code: Code) -> None:
    if card is not None:
        scard.lay(ONE, card)
    with pytest.raises(CardError) as error, open_card("less", scard=scard):
        pass
    assert error.value.code is code
    assert not scard.contexts


def test_open_card_takes_the_reader_on_which_a_card_lies(scard: FakeScard) -> None:
    scard.lay(TWO, FakeCard(atr=b"\x3b\x00"))
    with open_card(None, scard=scard) as connection:
        assert connection.atr == b"\x3b\x00"
        with pytest.raises(CardError) as error, open_card(None, scard=scard):
            pass
        assert error.value.code is Code.READER_BUSY
    assert not scard.contexts


def test_open_card_without_service_or_reader(scard: FakeScard) -> None:
    with pytest.raises(CardError) as error, open_card("Omnikey", scard=scard):
        pass
    assert error.value.code is Code.NO_READER
    scard.kill()
    with pytest.raises(CardError) as error, open_card(None, scard=scard):
        pass
    assert error.value.code is Code.NO_READER
    with pytest.raises(ValueError, match="regular expression"), open_card("(", scard=scard):
        pass


def test_everything_is_freed_when_the_block_falls_over(scard: FakeScard) -> None:
    scard.lay(ONE)
    with pytest.raises(RuntimeError), open_card(None, scard=scard):
        raise RuntimeError
    assert not scard.contexts and not scard.cards
