"""Publishing that is killed before any of its steps on the file system: kiosks take the release before or the new one.

Each step (a file opened for writing, flushed, renamed, removed, a folder flushed) is counted by wrappers in a process
of its own, which ends itself without another instruction when the step has come.
"""

from __future__ import annotations

import os
import pathlib
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contentsync.channels import STREET, Ring
from contentsync.client import Client, Installed, Release
from contentsync.fetcher import Fetcher
from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.errors import SyncError
from domain.records import digest, digest_of_lines
from tests.mortal import Mortal
from tests.unit.contentsync.hub import RELEASE, City, Time, city, serving

OLD, NEW = city(4), city(5, ga_001="新的。")
DIED = 77

KILLS = 20
SOAK = 200

SOME = 20
"""Steps of a release before which it is killed here, spread over all of them; `make soak` takes every one."""


class Steps:
    """Counts what changes the file system; ends the process before step `last`."""

    def __init__(self, last: int | None) -> None:
        self.count = 0
        self.last = last

    def wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*given: Any, **named: Any) -> Any:
            self.step()
            return call(*given, **named)

        return stepping

    def step(self) -> None:
        if self.count == self.last:
            os._exit(DIED)
        self.count += 1

    def put_in(self) -> None:
        for name in ("fsync", "replace", "rename", "unlink", "mkdir"):
            setattr(os, name, self.wrapped(getattr(os, name)))
        opened = os.open

        def opening(path: Any, flags: int, *rest: Any, **named: Any) -> int:
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                self.step()
            return opened(path, flags, *rest, **named)

        os.open = opening
        reading = pathlib.Path.open

        def opening_path(path: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
            if mode.strip("bt") != "r":
                self.step()
            return reading(path, mode, *rest, **named)

        setattr(pathlib.Path, "open", opening_path)  # noqa: B010


def in_a_child(work: Callable[[], object], last: int | None) -> tuple[int, int]:
    """Exit status and steps of `work` in a process of its own, killed before step `last`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            steps = Steps(last)
            steps.put_in()
            work()
            os.write(writing, str(steps.count).encode())
            os._exit(0)
        except BaseException:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as told:
        count = told.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(count or 0)


def seen(hub: City, source: str, folder: Path) -> tuple[int, str]:
    """What a kiosk with revision 1 has after it has looked; everything it fetched is what was signed."""
    fetcher = Fetcher()
    try:
        trust = Trust(folder, StateFile(folder / "state.json"), now=hub.time)
        trust.enrol(hub.root)
        client = Client(source, trust, folder / "spool", fetcher, hub.time)
        outcome = client.poll(Installed(1, digest(OLD)))
        if isinstance(outcome, Release):
            whole = client.whole(outcome).whole
            assert whole is not None
            assert digest_of_lines(list(whole.lines())) == outcome.manifest.digest
            for step in outcome.changes():
                assert list(step.lines)
            return outcome.manifest.revision, outcome.manifest.digest
        return outcome.revision, outcome.digest
    finally:
        fetcher.close()


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> City:
    hub = City.found(tmp_path_factory.mktemp("before") / "hub", Time())
    hub.release(OLD)
    return hub


def some(steps: int, most: int | None) -> list[int]:
    """So many of the steps, the first and the last among them; None: all."""
    if most is None or most >= steps:
        return list(range(steps))
    return [place * (steps - 1) // (most - 1) for place in range(most)]


def test_killed_before_a_step(before: City, tmp_path: Path) -> None:
    killed_before(before, tmp_path, SOME)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_killed_before_any_step(before: City, tmp_path: Path) -> None:
    killed_before(before, tmp_path, None)


def killed_before(before: City, tmp_path: Path, most: int | None) -> None:
    whole = before.copy(tmp_path / "whole", Time())
    status, steps = in_a_child(lambda: whole.release(NEW), None)
    assert (status, steps > 60) == (0, True)
    came = 0
    points = some(steps, most)
    for last in points:
        place = tmp_path / str(last)
        hub = before.copy(place / "hub", Time())
        assert in_a_child(lambda hub=hub: hub.release(NEW), last)[0] == DIED  # type: ignore[misc]
        found = seen(hub, str(hub.public), place / "kiosk")
        assert found in ((1, digest(OLD)), (2, digest(NEW))), last
        came += found[0] == 2
        # The next start shows what was signed, or goes on from what was there.
        hub.publisher.repair()
        again = seen(hub, str(hub.public), place / "kiosk")
        assert again >= found
        assert not hub.publisher.repair()
        published = hub.release(NEW)
        assert published.manifest.digest == digest(NEW)
        assert seen(hub, str(hub.public), place / "kiosk") == (published.manifest.revision, digest(NEW))
        left = [path.name for path in hub.public.rglob(".*")]
        hub.publisher.resign()
        assert not [path.name for path in hub.public.rglob(".*.new")], left
        shutil.rmtree(place)
    assert 0 < came < len(points)


def test_a_step_of_a_rollout_killed_before_a_step(before: City, tmp_path: Path) -> None:
    steered_and_killed_before(before, tmp_path, SOME // 2)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_step_of_a_rollout_killed_before_any_step(before: City, tmp_path: Path) -> None:
    steered_and_killed_before(before, tmp_path, None)


def steered_and_killed_before(before: City, tmp_path: Path, most: int | None) -> None:
    begun = before.copy(tmp_path / "begun", Time())
    begun.release(NEW, rings={STREET: Ring(1, 0)})
    whole = begun.copy(tmp_path / "whole", Time())
    status, steps = in_a_child(lambda: whole.publisher.steer({}, passphrase=RELEASE), None)
    assert (status, steps > 10) == (0, True)
    for last in some(steps, most):
        place = tmp_path / str(last)
        hub = begun.copy(place / "hub", Time())
        assert in_a_child(lambda hub=hub: hub.publisher.steer({}, passphrase=RELEASE), last)[0] == DIED  # type: ignore[misc]
        assert seen(hub, str(hub.public), place / "kiosk") in ((1, digest(OLD)), (2, digest(NEW))), last
        hub.publisher.repair()
        assert seen(hub, str(hub.public), place / "kiosk") in ((1, digest(OLD)), (2, digest(NEW))), last
        try:
            hub.publisher.steer({}, passphrase=RELEASE)
        except SyncError:
            assert hub.publisher.standing().channels is None
        assert seen(hub, str(hub.public), place / "kiosk") == (2, digest(NEW))
        shutil.rmtree(place)


PUBLISHING = """
from pathlib import Path
from tests.unit.contentsync.hub import City, Time, city

def work(begun, folder):
    hub = City(Path(folder), Time())
    begun()
    hub.release(city(60, ga_001="新的。"))
"""


def test_a_process_that_is_really_killed(before: City, tmp_path: Path) -> None:
    really_killed(before, tmp_path, range(KILLS))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_process_that_is_killed_two_hundred_times(before: City, tmp_path: Path) -> None:
    """Begins where it was broken off with `SOAK_FROM`."""
    really_killed(before, tmp_path, range(int(os.environ.get("SOAK_FROM", "0")), SOAK))


def really_killed(before: City, tmp_path: Path, turns: range) -> None:
    new = digest(city(60, ga_001="新的。"))
    killed = 0
    with Mortal(PUBLISHING) as mortal:
        trial = before.copy(tmp_path / "trial", Time())
        whole = mortal.run([str(trial.folder)])
        assert whole.status == 0
        for turn in turns:
            place = tmp_path / str(turn)
            hub = before.copy(place / "hub", Time())
            ended = mortal.run([str(hub.folder)], random.Random(turn).uniform(0.0, 1.1) * whole.took)
            killed += ended.killed
            assert ended.killed or ended.status == 0
            with serving(hub.public, hub.time) as server:
                assert seen(hub, server.url, place / "kiosk")[1] in (digest(OLD), new)
                hub.publisher.repair()
                hub.release(city(60, ga_001="新的。"))
                assert seen(hub, server.url, place / "kiosk")[1] == new
            shutil.rmtree(place)
            if len(turns) > KILLS:
                print(f"{turn + 1} of {turns.stop}: {killed} killed", flush=True)
    assert killed, "it was always too late"
