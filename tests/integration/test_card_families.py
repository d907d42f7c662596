"""Every family through real pcscd: its facts, or what it is told to be, and nothing is read that these do not need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.card import CardFacts, CardFamily, Division
from domain.errors import Code
from domain.events import CardRead, CardUnread
from tests.integration.cards import CardBench
from tests.integration.test_card_service import EMPTY, Kiosk, settings, without_expiry

ALLOWED = {"00A4", "00B0", "00B2", "00C0", "805C"}
"""SELECT, READ BINARY, READ RECORD, GET RESPONSE, GET BALANCE."""

LOCAL, ELSEWHERE = Division.LOCAL, Division.ELSEWHERE

FACTS = {
    "city-union": (CardFacts(CardFamily.CITY_UNION, None, LOCAL), True),
    "city-union-shanghai": (CardFacts(CardFamily.CITY_UNION, None, ELSEWHERE), True),
    "city-union-chongqing": (CardFacts(CardFamily.CITY_UNION, None, ELSEWHERE), True),
    "city-union-zhenjiang": (CardFacts(CardFamily.CITY_UNION, None, ELSEWHERE), False),
    "beijing": (CardFacts(CardFamily.BEIJING, None, ELSEWHERE), True),
    "shenzhen": (CardFacts(CardFamily.SHENZHEN, None, ELSEWHERE), True),
    "wuhan": (CardFacts(CardFamily.WUHAN, None, ELSEWHERE), True),
    "lingnan": (CardFacts(CardFamily.LINGNAN, None, ELSEWHERE), True),
    "chengdu": (CardFacts(CardFamily.CHENGDU, None, ELSEWHERE), True),
    "suzhou": (CardFacts(CardFamily.SUZHOU, None, ELSEWHERE), True),
    "suzhou-tickets": (CardFacts(CardFamily.SUZHOU, None, ELSEWHERE), False),
    "macau": (CardFacts(CardFamily.MACAU, None, ELSEWHERE), False),
    "health": (CardFacts(CardFamily.HEALTH, None, LOCAL), False),
}
"""What is told of the card, and whether it has a last day."""

CODES = {
    "etc": Code.CARD_FOR_TOLLS,
    "bank": Code.CARD_OF_A_BANK,
    "campus": Code.CARD_OF_A_SCHOOL,
    "phone": Code.CARD_IN_A_PHONE,
}

SECRETS = ("测A00005".encode("gbk").hex(), "样本三".encode("gbk").hex(), b"370699".hex(), "6299990000000000")
"""A plate, a name, the beginning of an identity number, a bank card's number: all invented, all free to be read."""


@pytest.fixture
def kiosk(card_bench: CardBench) -> Iterator[Kiosk]:
    with Kiosk(card_bench) as kiosk:
        assert kiosk.mail.until(EMPTY) == [EMPTY]
        yield kiosk


def check_exchanges(kiosk: Kiosk, *, money: bool = False) -> None:
    exchanges = kiosk.exchanges()
    assert exchanges
    commands = {str(each["command"])[:4] for each in exchanges}
    assert commands <= (ALLOWED if money else ALLOWED - {"805C"})
    answers = "".join(str(each["response"]) for each in exchanges).lower()
    assert not [secret for secret in SECRETS if secret in answers]


@pytest.mark.parametrize("card", FACTS)
def test_every_family_gives_its_facts(kiosk: Kiosk, card: str) -> None:
    outcome = kiosk.tap(card)
    expected, has_last_day = FACTS[card]
    assert isinstance(outcome, CardRead)
    assert without_expiry(outcome) == CardRead(expected)
    assert (outcome.facts.expires_in_days is not None) == has_last_day
    check_exchanges(kiosk)


@pytest.mark.parametrize("card", CODES)
def test_what_is_no_card_of_a_city_is_told_what_it_is(kiosk: Kiosk, card: str) -> None:
    assert kiosk.tap(card) == CardUnread(CODES[card])
    check_exchanges(kiosk)


def test_a_family_that_the_operator_has_added(card_bench: CardBench, tmp_path: Path) -> None:
    """The workbench's unknown card, told by a table to be a card of Weihai."""
    tmp_path.joinpath("weihai.toml").write_text(
        """
        [[family]]
        name = "weihai"
        family = "city"
        select = ["F0574F524B42454E4348"]
        city = "371000"
        file.mark = { command = "00 B0 81 00 04" }
        is = [{ file = "mark", offset = 0, values = ["574F524B"] }]
        """
    )
    with Kiosk(card_bench, replace(settings(), families=str(tmp_path))) as kiosk:
        assert kiosk.mail.until(EMPTY) == [EMPTY]
        assert kiosk.tap("unknown") == CardRead(CardFacts(CardFamily.CITY, None, Division.PROVINCE))
        assert isinstance(kiosk.tap("tunion-senior"), CardRead)
        check_exchanges(kiosk)


def test_tables_that_were_spoilt_later_leave_the_rest_readable(
    card_bench: CardBench, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tmp_path.joinpath("spoilt.toml").write_text("[[family]]\nselect = [")
    with Kiosk(card_bench, replace(settings(), families=str(tmp_path))) as kiosk:
        assert kiosk.mail.until(EMPTY) == [EMPTY]
        assert kiosk.tap("unknown") == CardUnread(Code.CARD_UNKNOWN)
        assert isinstance(kiosk.tap("tunion-senior"), CardRead)
    assert "K-03 spoilt.toml" in capfd.readouterr().err
