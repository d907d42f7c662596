"""What the hub told of other kiosks, read out of the mark."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any

import pytest

from domain.errors import Code, DeviceStoreError
from domain.ports import KioskPlace
from kiosk.neighbours import NEIGHBOURS_MARK, MarkedNeighbours

ZONE = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2026, 11, 20, 9, 41, tzinfo=ZONE)
HERE = KioskPlace("滨海广场亭", "017", "370602", 37.533, 121.404)


class Clock:
    trusted = True

    def now(self) -> dt.datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class Marks:
    def __init__(self, text: str | None) -> None:
        self.text = text

    def get(self, key: str) -> str | None:
        return self.text if key == NEIGHBOURS_MARK else None

    def put(self, key: str, value: str) -> None:
        self.text = value


def entry(minutes: int = 10, **more: Any) -> dict[str, Any]:
    at = (NOW - dt.timedelta(minutes=minutes)).astimezone(dt.UTC).isoformat()
    return {"number": "021", "name": "月亮湾亭", "lon": 121.404, "lat": 37.5, "paper": "ok", "at": at} | more


def told(*entries: Any, place: KioskPlace = HERE) -> MarkedNeighbours:
    return MarkedNeighbours(Marks(json.dumps(entries)), Clock(), place)


def test_the_nearest_comes_first_with_distance_and_direction() -> None:
    east = entry(number="022", name="东亭", lon=121.41, lat=37.533, paper="low")
    near, far = told(entry(), east).with_paper()
    assert (near.number, near.name, near.low) == ("022", "东亭", True)
    assert near.metres == pytest.approx(529, abs=2) and near.bearing == pytest.approx(90, abs=1)
    assert (far.number, far.low) == ("021", False)
    assert far.metres == pytest.approx(3669, abs=3) and far.bearing == pytest.approx(180, abs=1)
    assert far.at == NOW - dt.timedelta(minutes=10)


@pytest.mark.parametrize(
    ("told_of", "known"),
    [
        (entry(119), True),
        (entry(120), False),
        (entry(-1), False),
        (entry(paper="out"), False),
        (entry(number="017"), False),
        (entry(lon=None, lat=None), True),
    ],
)
def test_only_fresh_word_of_other_kiosks_with_paper(told_of: dict[str, Any], known: bool) -> None:
    assert bool(told(told_of).with_paper()) is known


def test_without_positions_nothing_is_said_of_the_way() -> None:
    (kiosk,) = told(entry(), place=KioskPlace("亭", "017")).with_paper()
    assert kiosk.metres is None and kiosk.bearing is None
    (kiosk,) = told(entry(lon=None, lat=None)).with_paper()
    assert kiosk.metres is None


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "no json",
        "{}x",
        "7",
        '["021"]',
        json.dumps([entry(at="yesterday")]),
        json.dumps([entry(at="2026-11-20T09:30:00")]),
        json.dumps([entry(lon="east")]),
        json.dumps([entry(lat=float("nan"))]),
        json.dumps([entry(name=" ")]),
        json.dumps([{"paper": "ok"}]),
    ],
)
def test_what_makes_no_sense_is_nothing_known(text: str | None, caplog: pytest.LogCaptureFixture) -> None:
    neighbours = MarkedNeighbours(Marks(text), Clock(), HERE)
    with caplog.at_level(logging.WARNING):
        assert neighbours.with_paper() == ()
        assert neighbours.with_paper() == ()
    assert len(caplog.records) == (1 if text else 0), "said once"


def test_while_the_clock_is_not_trusted_nothing_is_told() -> None:
    class Unsure(Clock):
        trusted = False

    assert MarkedNeighbours(Marks(json.dumps([entry()])), Unsure(), HERE).with_paper() == ()


def test_a_device_store_that_cannot_be_read_is_nothing_known() -> None:
    class Broken(Marks):
        def get(self, key: str) -> str | None:
            raise DeviceStoreError(Code.JOURNAL_FAILED)

    assert MarkedNeighbours(Broken(None), Clock(), HERE).with_paper() == ()
