"""A real printer and a real reader, as the settings of this terminal name them: `TERMINAL_CONFIG` is its TOML file.

Nothing here runs unasked: `TERMINAL_CONFIG=kiosk.toml pytest -m hardware tests/hardware`. The kiosk must not be
running. Slips come out; a card of the engineer's own lies on the reader for those tests that read one.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kiosk.settings import Settings, load


@pytest.fixture(scope="session")
def terminal() -> Settings:
    file = os.environ.get("TERMINAL_CONFIG")
    assert file, "TERMINAL_CONFIG must name the settings of this terminal"
    return load(Path(file))
