"""What several integration tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest

from tests.integration.cards import CardBench, running, software


@pytest.fixture(scope="session")
def _one_card_bench(lacking: Callable[[str], NoReturn]) -> Iterator[CardBench]:
    if not (software() / "usr/sbin/pcscd").exists():
        lacking(f"pcscd and vpcd in {software()}; make env puts them there")
    with running() as bench:
        yield bench


@pytest.fixture
def card_bench(_one_card_bench: CardBench) -> Iterator[CardBench]:
    """Virtual readers with a running pcscd, no faults and no cards; one bench serves the whole session."""
    _one_card_bench.reset()
    yield _one_card_bench
    _one_card_bench.reset()
