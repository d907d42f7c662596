"""A sync that is killed, or loses its power, at any moment: the catalogue is the old one or the new one, each whole.

Twenty of each here; `make soak` takes two hundred. It counts as it goes, and begins where it was broken off with
`SOAK_FROM=N`.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.errors import CatalogueError
from domain.records import digest
from kiosk.contents import synced
from kiosk.home import Home
from kiosk.settings import Settings, SyncSettings
from kiosk.sync_process import ContentSync
from localdb.catalogue.file import prove
from tests.integration.power import after_power_loss, cut_off, life_of
from tests.unit.contentsync.hub import City, Time, city

GUIDES = 150
OLD, NEW = city(GUIDES), city(GUIDES, ga_003="改到二楼。", ga_104="改到三楼。")
TIMES = 20
SOAK = 200

LOOKING = """
from kiosk.home import Home
from kiosk.settings import SyncSettings
from kiosk.sync_process import ContentSync
from tests.unit.contentsync.hub import Time
sync = ContentSync(Home(_root), SyncSettings(), sys.argv[3], Time())
print("ready", flush=True)
sys.stdin.readline()
sync.look()
"""


class Bench:
    """A hub that has a new release, and the home of a kiosk that has the one before; `whole`: without the changes."""

    def __init__(self, folder: Path, *, whole: bool) -> None:
        self.time = Time()
        self.hub = City.found(folder / "hub", self.time)
        self.hub.release(OLD)
        self.before = folder / "before"
        home = Home(self.before)
        home.prepare()
        Trust(home.sync, StateFile(home.sync / "state.json")).enrol(self.hub.root)
        self.look(self.before)
        self.hub.release(NEW)
        if whole:
            self.hub.step(2).unlink()
        self.folder = folder
        trial = self.copied("trial")
        source, store = str(self.hub.public), folder / "trial-store"
        self.life_s = life_of(LOOKING, trial, store, source)

    def copied(self, name: str) -> Path:
        place = self.folder / name
        shutil.copytree(self.before, place, symlinks=True)
        return place

    def look(self, home: Path) -> str:
        sync = ContentSync(Home(home), SyncSettings(), str(self.hub.public), self.time)
        try:
            return sync.look().event
        finally:
            sync.close()

    def after(self, home: Path) -> str:
        """What a kiosk that starts there shows: old or new, every record proved; then it goes on to the new one."""
        served = next(synced(Settings(), Home(home)), None)
        assert served is not None, "nothing to show"
        found = prove(served).digest
        assert found in (digest(OLD), digest(NEW))
        for path in Home(home).catalogues():
            try:
                assert prove(path).digest in (digest(OLD), digest(NEW))
            except CatalogueError as error:
                raise AssertionError(f"{path.name} stands there and is broken: {error}") from error
        assert self.look(home) in ("ready", "checked")
        assert prove(next(synced(Settings(), Home(home)))).digest == digest(NEW)
        return "new" if found == digest(NEW) else "old"

    def run(self, number: int, *, power: bool) -> str:
        chance = random.Random(f"{number} {power}")
        home, store = self.copied(f"home-{number}"), self.folder / f"store-{number}"
        said = cut_off(LOOKING, home, store, str(self.hub.public), after_s=chance.uniform(0, 1.4) * self.life_s)
        found = home
        if power:
            found = self.folder / f"after-{number}"
            after_power_loss(self.before, home, store, said, found, chance)
        told = self.after(found)
        for place in {home, store, found}:
            shutil.rmtree(place, ignore_errors=True)
        return told


@pytest.fixture(scope="module", params=[False, True], ids=["changes", "whole"])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("power"), whole=request.param)


@pytest.mark.parametrize("power", [False, True], ids=["killed", "power lost"])
def test_old_or_new_and_nothing_between(bench: Bench, power: bool) -> None:
    told = Counter(bench.run(number, power=power) for number in range(TIMES // 2))
    assert told.total() == TIMES // 2
    assert told["old"], "it was always too late"


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("power", [False, True], ids=["killed", "power lost"])
def test_two_hundred_times(bench: Bench, power: bool) -> None:
    told: Counter[str] = Counter()
    for number in range(int(os.environ.get("SOAK_FROM", "0")), SOAK // 2):
        told[bench.run(1000 + number, power=power)] += 1
        print(f"{number + 1} of {SOAK // 2}: {dict(told)}", flush=True)
    assert told["old"] and told["new"]
