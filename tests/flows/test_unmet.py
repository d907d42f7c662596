"""What becomes of words that find nothing, from the fifth visit on and before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.card import CardFacts, CardFamily, CardType
from domain.unmet import Unmet
from journeys import views
from kiosk.unmet import CountedUnmet, VisitCounter
from localdb.device.store import DeviceStore
from tests.flows.conftest import Kiosk

WEAK = "月亮"
NO_CARD = CardFacts(CardFamily.T_UNION, CardType.SENIOR)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeviceStore]:
    with DeviceStore(tmp_path / "device.db") as store:
        yield store


@pytest.fixture
def counting(kiosk: Kiosk, store: DeviceStore) -> Kiosk:
    kiosk.walk.tools = replace(kiosk.walk.tools, unmet=CountedUnmet(VisitCounter(), store, kiosk.clock))
    return kiosk


def ask_in_vain(kiosk: Kiosk, times: int = 1) -> None:
    """One visit: somebody comes, asks, and goes."""
    kiosk.do("start")
    for _ in range(times):
        kiosk.do("home", ("ask", WEAK))
        assert kiosk.see(views.Results).weak
    kiosk.do("end", "again")


def kept(kiosk: Kiosk, store: DeviceStore) -> tuple[Unmet, ...]:
    store.open_job(f"behind what was noted {store.next_number()}")  # one thread writes, in order
    return store.unmet()


def test_four_visits_leave_nothing_and_the_fifth_leaves_the_words(counting: Kiosk, store: DeviceStore) -> None:
    for _ in range(4):
        ask_in_vain(counting)
    assert kept(counting, store) == ()
    ask_in_vain(counting)
    day = counting.clock.now().date()
    assert kept(counting, store) == (Unmet(WEAK, day, 5),)
    ask_in_vain(counting)
    assert kept(counting, store) == (Unmet(WEAK, day, 6),)


def test_one_visit_that_asks_again_and_again_counts_once(counting: Kiosk, store: DeviceStore) -> None:
    ask_in_vain(counting, 9)
    for _ in range(3):
        ask_in_vain(counting)
    assert kept(counting, store) == ()


def test_visits_with_a_card_never_count(counting: Kiosk, store: DeviceStore) -> None:
    for _ in range(6):
        counting.do("start")
        counting.lay(NO_CARD)
        counting.take_away()
        counting.do("home", ("ask", WEAK))
        assert counting.see(views.Results).weak
        counting.do("end", "again")
    assert kept(counting, store) == ()


def test_letters_that_are_still_being_typed_do_not_count(counting: Kiosk, store: DeviceStore) -> None:
    for _ in range(6):
        counting.do("start", "search")
        counting.type("yueliang")
        counting.do("end", "again")
    assert kept(counting, store) == ()


def test_four_visits_yesterday_and_one_today_are_not_five(counting: Kiosk, store: DeviceStore) -> None:
    for _ in range(4):
        ask_in_vain(counting)
    counting.clock.pass_time(24 * 3600)
    ask_in_vain(counting)
    assert kept(counting, store) == ()
