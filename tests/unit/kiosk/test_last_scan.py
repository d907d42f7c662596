"""The outcome of the nightly scan: kept by one process, told by another."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cardreader.fields import check_character
from domain.events import ReaderState
from journeys.left_card import LEFT_MARK
from kiosk import last_scan, probes
from kiosk.__main__ import app
from kiosk.diagnosis import _card_now
from kiosk.health import sentence
from kiosk.home import Home
from kiosk.last_scan import FILE, Kept, keep, kept
from kiosk.settings import Settings
from phrases import LANGUAGES, Phrases

NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def test_what_is_kept_is_told(home: Home) -> None:
    assert kept(home) is None
    for status in last_scan.STATES:
        keep(home, status, NOON)
        assert kept(home) == Kept(status, NOON)
    assert stat.S_IMODE((home.root / FILE).stat().st_mode) == 0o600
    assert json.loads((home.root / FILE).read_text()) == {"status": "incomplete", "at": "2026-11-21T12:00:00+08:00"}
    assert [path.name for path in home.root.glob("privacy-scan*")] == [FILE]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for somebody else")
def test_root_keeps_it_for_the_owner_of_the_home(home: Home) -> None:
    os.chown(home.root, 65534, 65534)
    keep(home, "clean", NOON)
    told = (home.root / FILE).stat()
    assert (told.st_uid, told.st_gid) == (65534, 65534)


def test_a_link_in_its_place_leads_nowhere(home: Home, tmp_path: Path) -> None:
    other = tmp_path / "of-somebody-else"
    other.write_text("theirs")
    (home.root / FILE).with_suffix(".new").symlink_to(other)
    keep(home, "clean", NOON)
    assert other.read_text() == "theirs"
    assert kept(home) == Kept("clean", NOON) and not (home.root / FILE).is_symlink()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"status":"clean"}', '{"status":"well","at":"2026-11-21T12:00:00+08:00"}',
             '{"status":"clean","at":"2026-11-21T12:00:00"}', '{"status":"clean","at":7}'],
)  # fmt: skip
def test_what_cannot_be_read_is_never_clean(home: Home, text: str) -> None:
    (home.root / FILE).write_text(text)
    last = kept(home)
    assert last is not None and last.status == "incomplete"


@pytest.mark.parametrize(
    ("status", "days", "trusted", "state", "well"),
    [
        ("clean", 0.5, True, "ok", True),
        ("clean", 2.9, True, "ok", True),
        ("clean", 3.1, True, "old", False),
        ("clean", 3.1, False, "ok", True),
        ("found", 0.5, True, "found", False),
        ("found", 30, True, "found", False),
        ("incomplete", 0.5, True, "incomplete", False),
    ],
)
def test_the_probe(status: str, days: float, trusted: bool, state: str, well: bool) -> None:
    found = probes.privacy(lambda: Kept(status, NOON - dt.timedelta(days=days)), NOON, trusted)
    assert (found.state, found.well) == (state, well)
    for lang in LANGUAGES:
        what, how = sentence(Phrases(lang), found)
        assert what and str(found.values["when"]) in how


def test_nobody_has_looked() -> None:
    found = probes.privacy(lambda: None, NOON)
    assert (found.state, found.well) == ("never", True)
    assert sentence(Phrases(), found) == ("隐私检查", "还没有查过")


def test_the_command_keeps_its_outcome_and_nothing_else(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIANMINTING_HOME", str(home.root))
    runner = CliRunner()
    assert runner.invoke(app, ["privacy-scan"]).exit_code == 0
    assert kept(home) is None
    assert runner.invoke(app, ["privacy-scan", "--keep"]).exit_code == 0
    last = kept(home)
    assert last is not None and last.status == "clean"
    number = "37069919850821001"  # of nobody: 370699 was never given out
    (home.root / "left").write_text(f"x {number}{check_character(number)} x")
    assert runner.invoke(app, ["privacy-scan", "--keep"]).exit_code == 1
    last = kept(home)
    assert last is not None and last.status == "found"
    assert set(json.loads((home.root / FILE).read_text())) == {"status", "at"}


class Reader:
    def __init__(self, state: ReaderState, *, stuck: bool = False) -> None:
        self.state, self.stuck = state, stuck


class Notes(dict[str, str]):
    def put(self, key: str, value: str) -> None:
        self[key] = value


class Clock:
    trusted = True

    def now(self) -> dt.datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("reader", "since", "state", "how"),
    [
        (Reader(ReaderState.HOLDING), "2026-11-21T11:20+08:00", "left", "有张卡没人拿走，从 11:20 起"),
        (Reader(ReaderState.HOLDING), "2026-11-20T11:20+08:00", "left", "有张卡没人拿走，从 2026-11-20 11:20 起"),
        (Reader(ReaderState.HOLDING), "", "holding", "上面有张卡"),
        (Reader(ReaderState.EMPTY), "2026-11-21T11:20+08:00", "empty", "正常"),
        (Reader(ReaderState.HOLDING, stuck=True), "", "stuck", "读卡服务卡住了，拿走卡、重启它"),
    ],
)
def test_a_forgotten_card_and_a_stuck_service_are_told_to_staff(
    reader: Reader, since: str, state: str, how: str
) -> None:
    found = _card_now(Settings(), reader, Notes({LEFT_MARK: since}), Clock())
    assert (found.state, found.well) == (state, state in ("holding", "empty"))
    assert sentence(Phrases(), found) == ("读卡器", how)
    assert probes.STATES["card"].keys() >= {state}


def test_nothing_is_left_half_written(home: Home, tmp_path: Path) -> None:
    keep(home, "clean", NOON)
    (home.root / "privacy-scan.new").mkdir()
    with pytest.raises(OSError):
        keep(home, "found", NOON)
    assert kept(home) == Kept("clean", NOON)
