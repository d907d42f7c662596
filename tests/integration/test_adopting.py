"""New content and the citizen who is there: the real screen process with its real sync process, offscreen."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import psutil
import pytest

from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.records import digest
from kiosk.home import Home
from kiosk.settings import SyncSettings
from kiosk.sync_process import ContentSync
from tests.integration.glass import Glass
from tests.unit.contentsync.hub import City, Record, Server, Time, city, serving

DOGS: Record = {
    "kind": "guide", "id": "ga-900", "name": "养犬登记", "aliases": ["狗证"], "department": "org-ga",
    "audience": ["person"], "themes": ["person:095"], "summary": "带身份证到窗口，当场取。",
}  # fmt: skip
NEWER = [*city(12), DOGS]


@dataclass
class Street:
    """A hub with revision 1, and the environment of a kiosk that has taken it; `sample`: what the hub sends is one."""

    hub: City
    server: Server
    home: Home
    environment: dict[str, str]


@pytest.fixture
def street(tmp_path: Path, root: Path, lacking: Callable[[str], NoReturn]) -> Iterator[Street]:
    fonts = Path(os.environ.get("BIANMINTING_HOME") or root / "var").absolute() / "fonts"
    if not fonts.is_dir():
        lacking(f"the faces in {fonts}; make env makes them")
    time = Time(dt.datetime.now(dt.UTC))
    hub = City.found(tmp_path / "hub", time)
    hub.release(city(12))
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.fonts.symlink_to(fonts)
    home.prepare()
    Trust(home.sync, StateFile(home.sync / "state.json")).enrol(hub.root)
    with serving(hub.public, time) as server:
        sync = ContentSync(home, SyncSettings(), server.url)
        assert sync.look().event == "ready"
        sync.close()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BIANMINTING_", "SDL_"))}
        yield Street(
            hub, server, home, kept | {
                "BIANMINTING_HOME": str(home.root),
                "BIANMINTING_PLACE__NAME": "滨海广场亭",
                "BIANMINTING_PLACE__NUMBER": "7",
                "BIANMINTING_SYNC__URL": server.url,
                "BIANMINTING_SYNC__POLL_S": "5",
                "BIANMINTING_SYNC__JITTER": "0",
                "BIANMINTING_CARD__ENABLED": "false",
                "BIANMINTING_VISIT__IDLE_S": "600",
                "BIANMINTING_VISIT__CLEARED_S": "1",
            },
        )  # fmt: skip


def stays(glass: Glass, street: Street) -> dict[str, Any]:
    """What is seen once the hub has said that the newest revision has nothing after it: by then the screen process has
    long been told that it is there.
    """
    asked = len(street.server.asked)
    glass.until("two more looks at the hub", lambda _: len(street.server.asked) >= asked + 4)
    return glass.look()


def test_nobody_is_interrupted_and_the_next_one_finds_what_is_new(street: Street, tmp_path: Path) -> None:
    with Glass(street.environment, tmp_path / "kiosk.log") as glass:
        seen = glass.until("the hub's word", lambda seen: seen["checked_at"] is not None)
        assert (seen["view"], seen["revision"], seen["digest"]) == ("Attract", 1, digest(city(12)))
        assert glass.ask("search", query="狗证")["ids"][:1] != ["ga-900"]

        glass.touch("start")
        glass.see("Home")
        street.hub.release(NEWER)
        glass.until("the file of revision 2", lambda _: street.home.catalogue(2).exists())
        seen = stays(glass, street)
        assert (seen["view"], seen["revision"]) == ("Home", 1), "a citizen is there"
        assert glass.ask("search", query="证件3丢了")["ids"][0] == "ga-003"
        assert glass.ask("search", query="狗证")["ids"][:1] != ["ga-900"]
        assert seen["checked_at"] is None, "nobody vouches for what is read now: there is a newer one"

        glass.touch("end")
        seen = glass.until("revision 2", lambda seen: seen["revision"] == 2)
        assert seen["digest"] == digest(NEWER)
        assert glass.ask("search", query="狗证")["ids"][0] == "ga-900"
        assert glass.ask("type", letters="gouzheng")["words"][0] == "狗证"
        seen = glass.until("the hub's word", lambda seen: seen["checked_at"] is not None)

        glass.see("Attract")
        glass.touch("start")
        glass.see("Home")
        glass.touch("type")
        for letter in "gouzh":
            glass.see("Search")
            glass.touch("key", letter)
        glass.until("养犬登记 on the glass", lambda seen: "养犬登记" in seen["written"])
        screen = psutil.Process(glass.pid)
        children = screen.children(recursive=True)
        assert any("sync" in child.cmdline() for child in children)
    _, alive = psutil.wait_procs([screen, *children], timeout=20)
    assert alive == []
    log = (street.home.logs / "kiosk.log").read_text("utf-8")
    assert f"revision 2, digest {digest(NEWER)}" in log
    assert "catalogue revision 2 is open" in log
    assert "狗证" not in log
    assert "gouzh" not in log


def test_a_street_kiosk_that_is_sent_a_sample_goes_on_as_before(street: Street, tmp_path: Path) -> None:
    with Glass(street.environment, tmp_path / "kiosk.log") as glass:
        glass.until("the hub's word", lambda seen: seen["checked_at"] is not None)
        street.hub.release([{**record, "sample": True} for record in NEWER])
        glass.until("the file of revision 2", lambda _: street.home.catalogue(2).exists())
        seen = stays(glass, street)
        assert (seen["view"], seen["revision"]) == ("Attract", 1)
        assert glass.ask("search", query="证件3丢了")["ids"][0] == "ga-003"
        assert seen["checked_at"] is None
    assert "not taken: catalogue-2.db is a sample" in (street.home.logs / "kiosk.log").read_text("utf-8")
