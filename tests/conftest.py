"""What every test folder shares: where the reference data lies, and what happens when the machine lacks something."""

from __future__ import annotations

import faulthandler
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# Two cores shared with a browser, Xvfb and the kiosk itself: a deadline would measure them. In CI the same examples
# every time, so that a red run can be repeated.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")


def pytest_configure() -> None:
    """`kill -USR1` a stuck run to see where every thread stands."""
    faulthandler.register(signal.SIGUSR1, all_threads=True)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def lacking() -> Callable[[str], NoReturn]:
    """Call it with what this machine lacks (a program, a service, a font): skips here, fails in CI.

    A suite that skips in CI whatever was not installed is green for the wrong reason.
    """

    def lack(what: str) -> NoReturn:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have it: {what}", pytrace=False)
        pytest.skip(what)

    return lack


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The reference data beside the checkout: real item names, queries, card exchanges. Skips where it is missing.

    Also in CI: the data may not be redistributed, so a clone elsewhere never has it.
    """
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip("the reference data (../shared/data) is not beside this checkout")
    return path
