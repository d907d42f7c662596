"""A thousand people lay their cards down, on several kiosks at once; two hundred more, and a look for what is left.

Counted as it goes: a run that was broken off has said how far it came, and begins where it ended when it is asked with
`SOAK_FROM=N` (cards laid by one kiosk).
"""

from __future__ import annotations

import itertools
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from domain.events import CardRead, CardUnread, Event, ReaderState
from tests.integration.cards import CardBench, running, software
from tests.integration.test_card_service import FACTS, Kiosk, until, without_expiry
from tests.integration.test_privacy import answers, invented, scan, screen, session

KIOSKS, CYCLES, SESSIONS = 4, 250, 200

WHOLE = {CardRead(replace(facts, expires_in_days=None)) for facts in FACTS.values()}


def counted(kiosk: int, number: int, told: Counter[str], began: float) -> None:
    words = ", ".join(f"{what} {count}" for what, count in sorted(told.items()))
    print(f"kiosk {kiosk}: {number} cards, {words}, {time.monotonic() - began:.0f} s", flush=True)


def soak(which: int, cycles: int, since: int) -> Counter[str]:
    """One kiosk with its own pcscd: cards come and go at any moment, some stay until they are read."""
    told: Counter[str] = Counter()
    began = time.monotonic()
    with running() as bench, Kiosk(bench) as kiosk:
        until(lambda: kiosk.service.state is ReaderState.EMPTY)
        for number in range(since, cycles):
            chance = random.Random(f"{which} {number}")  # the same whatever was before
            card = chance.choice(list(FACTS))
            hurried = chance.random() < 0.4
            kiosk.mail.forget()
            bench.insert(card, wait=False)
            came: list[Event] = []
            if hurried:
                time.sleep(chance.uniform(0, 0.6))
            else:
                until(lambda seen=came: _outcome(kiosk, seen), 15)  # type: ignore[misc]
            bench.remove(wait=False)
            if chance.random() < 0.2:
                kiosk.service.end_session()
            until(lambda: kiosk.service.state is ReaderState.EMPTY, 15)
            until(lambda: not any(reader["present"] for reader in bench.state()["readers"]), 15)
            came += kiosk.mail.take()
            read = [without_expiry(event) for event in came if isinstance(event, CardRead)]
            # Of this card or of none: nobody else's facts, and no mixture.
            expected = CardRead(replace(FACTS[card], expires_in_days=None))
            assert all(event == expected for event in read), (card, read)
            assert hurried or read, (card, came)
            told["read" if read else "unread" if any(isinstance(e, CardUnread) for e in came) else "unseen"] += 1
            if number % 25 == 24:
                counted(which, number + 1, told, began)
        process = kiosk.service.process
        assert process is not None
        # One context for the watch; what reading took was given back each time.
        assert psutil.Process(process).num_fds() <= 12
        assert len(psutil.Process(bench.process.pid).children(recursive=True)) <= 3
    return told


def _outcome(kiosk: Kiosk, seen: list[Event]) -> bool:
    seen += kiosk.mail.take()
    return any(isinstance(event, CardRead) for event in seen)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_thousand_cards(lacking: Callable[[str], NoReturn]) -> None:
    if not (software() / "usr/sbin/pcscd").exists():
        lacking(f"pcscd and vpcd in {software()}; make env puts them there")
    since = int(os.environ.get("SOAK_FROM", "0"))
    threads = threading.active_count()
    with ThreadPoolExecutor(KIOSKS) as pool:
        told = sum(pool.map(lambda which: soak(which, CYCLES, since), range(KIOSKS)), Counter[str]())
    print(f"all: {dict(told)}")
    assert told.total() == KIOSKS * (CYCLES - since)
    assert told["read"] >= told.total() // 2
    assert threading.active_count() <= threads + 1


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_nothing_of_two_hundred_people_is_left(card_bench: CardBench, tmp_path: Path) -> None:
    with screen(card_bench, tmp_path) as shown:
        for number, card in enumerate(itertools.islice(itertools.cycle(card_bench.cards), SESSIONS)):
            session(shown, card_bench, card, number)
            if number % 20 == 19:
                print(f"{number + 1} people", flush=True)
        status, report = scan(tmp_path, [*invented(), answers(card_bench)])
        assert (report["found"], report["gaps"]) == ([], [])
        assert (status, report["status"]) == (0, "clean")
        assert not [pid for pid in shown.services if psutil.pid_exists(pid)]
