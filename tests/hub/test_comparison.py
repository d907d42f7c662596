"""Kiosks that have a release beside those that stay with the one before."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import insert, update

from hub.comparison import Comparison, Side, Verdict, verdict
from hub.corrections import take
from hub.device import Device
from hub.refusal import Reason
from hub.reports import Sent
from hub.rollout import Course, First, Goal
from hub.tables import device_counters
from tests.hub import fleets
from tests.hub.conftest import PASSPHRASE, City
from tests.hub.kiosks import message
from tests.hub.test_releases import refused_as, town
from tests.hub.test_rollout import out
from uplink.messages import Batch, Correction

__all__ = ["town"]

NEW, OLD = 12, 60
DAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("new", "old", "wanted"),
    [
        ((3, 3), (2, 0), Verdict.FEW),  # whatever five kiosks say
        ((1, 1), (400, 0), Verdict.FEW),
        ((0, 0), (400, 9), Verdict.FEW),
        ((42, 0), (0, 0), Verdict.FEW),
        ((42, 2), (376, 9), Verdict.SAME),  # five per cent beside two: luck
        ((42, 9), (376, 9), Verdict.WORSE),
        ((4, 3), (376, 9), Verdict.WORSE),  # few, but not by luck
        ((4, 1), (376, 9), Verdict.SAME),
        ((4000, 200), (4000, 100), Verdict.SAME),  # no luck at all, but less than five points
        ((42, 0), (376, 90), Verdict.BETTER),
        ((5000, 5000), (5000, 0), Verdict.WORSE),
    ],
)
def test_worse_is_more_than_points_and_more_than_luck(
    new: tuple[int, int], old: tuple[int, int], wanted: Verdict
) -> None:
    assert verdict(Side(*new), Side(*old), 5) is wanted
    if wanted is Verdict.WORSE:
        assert verdict(Side(*new), Side(*old), 100) is Verdict.SAME, "100: never"
        assert verdict(Side(*old), Side(*new), 5) is Verdict.BETTER


class Watched:
    """A release at ten per cent of a street; kiosks that have it, and others."""

    def __init__(self, city: City) -> None:
        self.city, self.office = city, city.office
        city.release()
        self.revision = out(city, First(10), summary="比一比。")
        sites = [fleets.place(f"{number:03}") for number in range(NEW + OLD)]
        made = fleets.enrol(city.office, sites, city.clock())
        self.new, self.old = made[:NEW], made[NEW:]
        self.seq = 0
        self.restarts: dict[str, int] = {}
        for one in made:
            counts = json.dumps({"sessions": 9, "slips.confirmed": 30, "slips.not_sent": 7})
            row = {"device": one.id, "day": DAY.isoformat(), "counts": counts}
            city.office.store.run_tx(lambda c, row=row: c.execute(insert(device_counters).values(**row)))  # type: ignore[misc]
        self.report()
        assert city.office.rollouts.judge() is None

    def report(self) -> None:
        """Everybody says how it is."""
        self.seq += 1
        latest = {row.revision: row.digest for row in self.office.releases.history()}
        said = []
        for devices, revision in ((self.new, self.revision), (self.old, self.revision - 1)):
            content = fleets.content(self.city.clock(), revision=revision, digest=latest[revision])
            said += [(one, self.seq, {"content": content, "restarts": self.restarts.get(one.id, 0)}) for one in devices]
        fleets.many(self.office, said)

    def printed(self, devices: tuple[Device, ...], day: dt.date = DAY, **counts: int) -> None:
        told = json.dumps({f"slips.{name}": count for name, count in counts.items()})
        for one in devices:
            row = {"device": one.id, "day": day.isoformat(), "counts": told}
            here = (device_counters.c.device == one.id) & (device_counters.c.day == row["day"])

            def keep(connection, here=here, row=row) -> None:  # type: ignore[no-untyped-def]
                if not connection.execute(update(device_counters).where(here).values(counts=row["counts"])).rowcount:
                    connection.execute(insert(device_counters).values(**row))

            self.office.store.run_tx(keep)

    def opened(self, devices: tuple[Device, ...], all: int, first: int) -> None:
        """What the kiosks say themselves that people opened of what they found."""
        told = {"day": DAY.isoformat(), "sessions": 9, "opened": {"all": all, "first": first}}
        batches = (json.dumps({"messages": [message("counters", told)]}) for _ in devices)
        said = [Batch.model_validate_json(one).messages for one in batches]
        self.office.reports.ingest([Sent(one, messages) for one, messages in zip(devices, said, strict=True)])

    def compared(self) -> Comparison:
        found = self.office.rollouts.open()
        assert found is not None
        return self.office.rollouts.comparison(found)

    def figures(self) -> dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]]:
        """Kiosks, bad ones and events of both sides by measure."""
        return {
            one.name: ((one.new.kiosks, one.new.bad, one.new.events), (one.old.kiosks, one.old.bad, one.old.events))
            for one in self.compared().measures
        }


@pytest.fixture
def watched(town: City) -> Watched:
    return Watched(town)


def test_what_was_before_the_stage_does_not_count(watched: Watched) -> None:
    nothing = {
        "slips": ((0, 0, 0), (0, 0, 0)),
        "opened": ((0, 0, 0), (0, 0, 0)),
        "restarts": ((NEW, 0, 0), (OLD, 0, 0)),
        "corrections": ((NEW, 0, 0), (OLD, 0, 0)),
    }
    assert watched.figures() == nothing
    assert (watched.compared().new, watched.compared().old) == (NEW, OLD)
    watched.printed(watched.new[:4], confirmed=36, not_sent=7)
    watched.printed(watched.old[:5], confirmed=32, not_sent=8)
    watched.printed(watched.old[:1], DAY + dt.timedelta(days=1), confirmed=3)
    watched.restarts = {watched.new[0].id: 2, watched.old[0].id: 1}
    watched.report()
    assert watched.office.rollouts.judge() is None
    watched.restarts[watched.new[0].id] = 1  # the day of 24 hours goes on: nothing has begun anew
    watched.report()
    assert watched.office.rollouts.judge() is None
    for kiosk, revision in ((watched.new[1], 2), (watched.new[1], 1), (watched.old[0], 1)):
        said = Correction(item="mz-001", revision=revision, field="phone", day=DAY)
        watched.office.store.run_tx(lambda c, k=kiosk, s=said: take(c, k.id, s, watched.city.clock()))  # type: ignore[misc]
    assert watched.figures() == {
        "slips": ((4, 0, 24), (5, 5, 18)),
        "opened": ((0, 0, 0), (0, 0, 0)),
        "restarts": ((NEW, 1, 2), (OLD, 1, 1)),
        "corrections": ((NEW, 1, 1), (OLD, 1, 1)),  # about the revision that the kiosk has
    }
    watched.city.clock.later(minutes=31)
    watched.report()
    watched.office.rollouts.widen(watched.city.signer, Goal(20), PASSPHRASE)
    assert watched.figures()["restarts"] == ((0, 0, 0), (0, 0, 0)), "the next stage is looked at by itself"


def test_one_broken_printer_holds_nothing_up(watched: Watched) -> None:
    watched.printed(watched.new, confirmed=40, not_sent=7)
    watched.printed(watched.old, confirmed=40, not_sent=7)
    watched.printed(watched.new[:1], confirmed=30, not_sent=90)
    assert watched.office.rollouts.judge() is None
    slips = watched.compared().measures[0]
    assert (slips.new.wrong, slips.new.bad, slips.verdict) == (83, 1, Verdict.SAME)


def test_slips_that_do_not_come_out_hold_it_up(watched: Watched) -> None:
    office, rollouts, signer = watched.office, watched.office.rollouts, watched.city.signer
    watched.printed(watched.old, confirmed=40, not_sent=7)
    watched.printed(watched.new, confirmed=40, not_sent=7)
    watched.printed(watched.new[:5], confirmed=34, not_sent=7, uncertain=1)
    watched.city.clock.later(minutes=30)
    watched.report()
    # Whoever widens before the hub has looked by itself is told at once.
    refused_as(Reason.ROLLOUT_HELD, rollouts.widen, signer, Goal(20), PASSPHRASE)
    found, hold = rollouts.open(), rollouts.hold(watched.revision)
    assert found is not None and (found.course, found.goal) == (Course.HELD, Goal(10))
    assert hold is not None and hold.held and hold.harm.bad == 0
    assert [(one.name, one.new.bad, one.new.kiosks, one.old.bad) for one in hold.worse] == [("slips", 5, NEW, 0)]
    entry = office.audit.entries(limit=1)[0]
    assert (entry.action, entry.details["worse"]) == ("rollout.hold", ["slips"])
    after = rollouts.resume(signer, PASSPHRASE)
    assert rollouts.judge() is None, "who lets it go on has seen these; the stage begins anew"
    assert rollouts.left(after) == 30


@pytest.mark.parametrize(
    ("new", "old", "wanted"),
    [
        ((40, 30), (40, 35), Verdict.WORSE),
        ((40, 34), (40, 35), Verdict.SAME),  # lower on every kiosk, but by less than the points
        ((40, 38), (40, 30), Verdict.BETTER),
    ],
)
def test_results_that_people_open_further_down(
    watched: Watched, new: tuple[int, int], old: tuple[int, int], wanted: Verdict
) -> None:
    watched.opened(watched.old, *old)
    watched.opened(watched.new, *new)
    measure = watched.compared().measures[1]
    assert (measure.name, measure.verdict) == ("opened", wanted)
    assert (measure.new.events, measure.new.wrong) == (NEW * new[0], NEW * (new[0] - new[1]))
    assert measure.new.bad == (0 if wanted is Verdict.BETTER else NEW)
    hold = watched.office.rollouts.judge()
    assert [one.name for one in hold.worse] == ["opened"] if wanted is Verdict.WORSE and hold else hold is None


def test_where_only_some_kiosks_say_what_was_opened_the_others_count_on_no_side(watched: Watched) -> None:
    watched.opened(watched.old[:30], 40, 35)
    watched.opened(watched.old[:30], 39, 34)  # an older count that came late
    watched.opened(watched.new[:3], 40, 20)
    measure = watched.compared().measures[1]
    assert (measure.new.kiosks, measure.new.bad, measure.old.kiosks, measure.old.bad) == (3, 3, 30, 0)
    assert (measure.old.events, measure.old.wrong, measure.verdict) == (1200, 150, Verdict.WORSE)
    watched.opened(watched.new[:1], 42, 22)
    assert watched.compared().measures[1].new.events == 122


def test_screens_that_begin_anew_hold_it_up(watched: Watched) -> None:
    watched.restarts = {one.id: 1 for one in watched.new[:4]}
    watched.report()
    hold = watched.office.rollouts.judge()
    assert hold is not None and [one.name for one in hold.worse] == ["restarts"]


def test_a_kiosk_that_takes_the_release_is_looked_at_from_then_on(watched: Watched) -> None:
    late, watched.old = watched.old[0], watched.old[1:]
    watched.printed((late,), confirmed=30, not_sent=20)
    watched.restarts = {late.id: 1}
    watched.report()
    assert watched.office.rollouts.judge() is None
    watched.new = (*watched.new, late)
    watched.report()
    assert watched.office.rollouts.judge() is None
    figures = watched.figures()
    assert (figures["slips"], figures["restarts"][0]) == (((0, 0, 0), (0, 0, 0)), (NEW + 1, 0, 0))
