"""The desk for sticks against processes that say what they should, and whoever reports stumbling."""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from domain.errors import Code, DeviceStoreError
from domain.events import Event, SticksFound, StickTaken
from kiosk import stick_desk
from kiosk.stick_desk import StickDesk
from kiosk.unkept import UnkeptDevice

PATIENCE_S = 20.0


class Silent:
    """Reports of a kiosk whose outbox cannot be read."""

    def for_a_stick(self) -> tuple[Any, ...]:
        raise DeviceStoreError(Code.JOURNAL_FAILED, "of a test")

    def answered(self, fates: Mapping[str, str], newest: int) -> None:
        raise AssertionError("nothing was handed out")

    def heard(self, said: Mapping[str, Any]) -> None:
        assert said["event"] == "checked"


def desk(events: queue.SimpleQueue[Event], *lines: str) -> StickDesk:
    """Every process of it says `lines`."""
    command = (sys.executable, "-I", "-S", "-c", "".join(f"print({line!r})\n" for line in lines))
    return StickDesk(events.put, UnkeptDevice("of a test"), Silent(), lambda: 3, os.environ, command)


def test_content_that_is_in_place_is_told_though_nothing_can_go_home() -> None:
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    made = desk(events, json.dumps({"event": "checked", "revision": 3, "digest": "00", "at": "2026-11-20T04:30:00Z"}))
    try:
        made.take("/media/stick")
        told = events.get(timeout=PATIENCE_S)
    finally:
        made.close()
    assert told == StickTaken(3, fresh=False, code=None, handed=None, mail_code=Code.JOURNAL_FAILED)


@pytest.mark.parametrize("line", ['[{"path": 7}]', "7", '["x"]', '{"a": 1}', "no JSON", '[{"made_at": {}}]'])
def test_a_look_that_came_to_nothing_is_answered_and_the_next_one_too(line: str) -> None:
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    made = desk(events, line)
    try:
        for _ in range(2):
            made.look()
            assert events.get(timeout=PATIENCE_S) == SticksFound(())
    finally:
        made.close()


def test_a_process_that_cannot_be_ended_keeps_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here it is a child of its own that holds on to the line."""
    monkeypatch.setattr(stick_desk, "GOODBYE_S", 0.2)
    told = tmp_path / "child"
    program = f"sleep 60 & echo $! > {told}.new; mv {told}.new {told}; wait"
    made = StickDesk(lambda _: None, UnkeptDevice("of a test"), Silent(), lambda: 3, os.environ, ("sh", "-c", program))
    made.look()
    until = time.monotonic() + PATIENCE_S
    while not told.exists():
        assert time.monotonic() < until
        time.sleep(0.01)
    began = time.monotonic()
    made.close()
    took = time.monotonic() - began
    os.kill(int(told.read_text()), signal.SIGKILL)
    assert took < stick_desk.LOOK_S / 2
