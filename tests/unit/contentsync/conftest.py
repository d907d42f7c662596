from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.contentsync.hub import City, Server, Time, city, serving


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A hub that was founded and has released the small city once. Keys take their time; tests work on copies."""
    hub = City.found(tmp_path_factory.mktemp("founded") / "hub", Time())
    hub.release(city())
    return hub


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def hub(founded: City, tmp_path: Path, time: Time) -> City:
    return founded.copy(tmp_path / "hub", time)


@pytest.fixture
def server(hub: City, time: Time) -> Iterator[Server]:
    with serving(hub.public, time) as running:
        yield running
