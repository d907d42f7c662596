from __future__ import annotations

import datetime as dt
import sys
import zoneinfo

import pytest

from kiosk.clock import CHINA, GRACE_S, MARK, SETTLE_S, STEP_S, SystemClock, system_clock, today_of, zone_of
from kiosk.unkept import UnkeptDevice

NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=CHINA)


class Machine:
    """The two clocks of a machine: wall time can be set, the other one only runs."""

    def __init__(self, at: dt.datetime = NOON) -> None:
        self.wall = at.timestamp()
        self.monotonic = 50.0

    def run(self, seconds: float, slewed: float = 0.0) -> None:
        self.monotonic += seconds
        self.wall += seconds + slewed

    def clock(self, floor: dt.datetime | None = None) -> SystemClock:
        return SystemClock(CHINA, floor, lambda: self.wall, lambda: self.monotonic)


def test_local_time() -> None:
    clock = Machine().clock()
    assert clock.now() == NOON
    assert clock.now().utcoffset() == dt.timedelta(hours=8)


def test_trusted_when_nothing_speaks_against_it() -> None:
    assert Machine().clock(NOON - dt.timedelta(days=3)).trusted


def test_before_the_catalogue_was_made_it_cannot_be() -> None:
    machine = Machine(dt.datetime(2000, 1, 1, tzinfo=CHINA))
    clock = machine.clock()
    assert clock.trusted
    clock.raise_floor(NOON)
    assert not clock.trusted


def test_a_hub_a_little_ahead_does_no_harm() -> None:
    assert Machine().clock(NOON + dt.timedelta(seconds=GRACE_S - 1)).trusted
    assert not Machine().clock(NOON + dt.timedelta(seconds=GRACE_S + 1)).trusted


@pytest.mark.parametrize("step", [STEP_S + 1, -STEP_S - 1, 86400 * 365])
def test_a_step_is_doubted_until_the_clock_has_settled(step: float) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += step
    assert not clock.trusted
    machine.run(SETTLE_S - 1)
    assert not clock.trusted
    machine.run(2)
    assert clock.trusted


def test_a_step_while_settling_begins_anew() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += 1000
    assert not clock.trusted
    machine.run(SETTLE_S - 10)
    machine.wall -= 1000
    assert not clock.trusted
    machine.run(20)
    assert not clock.trusted


def test_slewing_is_no_step() -> None:
    machine = Machine()
    clock = machine.clock()
    for _ in range(48):
        machine.run(3600, slewed=1.8)
        assert clock.trusted


def test_floor_rises_with_the_time_that_passed_and_never_with_wall_time() -> None:
    machine = Machine()
    clock = machine.clock(NOON)
    machine.run(3600)
    machine.wall += 86400 * 3650
    assert not clock.trusted
    assert clock.floor == NOON + dt.timedelta(hours=1)


def test_an_earlier_floor_is_no_news() -> None:
    clock = Machine().clock(NOON)
    clock.raise_floor(NOON - dt.timedelta(days=9))
    assert clock.floor == NOON


def test_no_floor_is_known_at_first() -> None:
    assert Machine().clock().floor is None


def test_floor_kept_from_before_a_restart_catches_a_dead_battery() -> None:
    machine = Machine()
    clock = machine.clock(NOON - dt.timedelta(days=30))
    machine.run(86400 * 20)
    kept = clock.floor
    assert kept is not None
    assert not Machine(NOON - dt.timedelta(days=25)).clock(kept).trusted


def test_zones() -> None:
    noon_utc = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    assert noon_utc.astimezone(zone_of("Asia/Shanghai")).hour == 20
    with pytest.raises(ValueError, match="Asia/Yantai"):
        zone_of("Asia/Yantai")


def test_china_without_tzdata(monkeypatch: pytest.MonkeyPatch) -> None:
    # Neither Debian's files nor the package of that name, which a library for tests brings along.
    for name in ("tzdata", *(name for name in sys.modules if name.startswith("tzdata."))):
        monkeypatch.setitem(sys.modules, name, None)
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    try:
        assert zone_of("Asia/Shanghai") == CHINA
        with pytest.raises(ValueError, match="Asia/Tokyo"):
            zone_of("Asia/Tokyo")
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.parametrize("kept", ["4102444800", "soon", "9" * 30, "nan"])
def test_kept_floor_counts_and_nonsense_under_its_mark_does_not(kept: str) -> None:
    marks = UnkeptDevice("a test")
    marks.put(MARK, kept)
    clock = system_clock("Asia/Shanghai", marks)
    assert clock.trusted is (kept != "4102444800")  # the year 2100


def test_day_is_unknown_while_the_clock_is_doubted() -> None:
    clock = Machine().clock()
    assert today_of(clock)() == NOON.date()
    clock.raise_floor(NOON + dt.timedelta(days=1))
    assert today_of(clock)() is None
