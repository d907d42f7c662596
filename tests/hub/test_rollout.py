"""A release reaches the street in steps: what is signed, what the rows say, and what a kill leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, insert

from contentsync.channels import EARLY, STREET, Standpoint, lot
from domain.errors import Code, SyncError
from hub.harm import Harm
from hub.home import HubHome
from hub.office import Office
from hub.passwords import Passwords
from hub.publishing import Press, one_at_a_time
from hub.refusal import Reason
from hub.rollout import Course, First, Goal, Kiosk
from hub.rollouts import Rollouts
from hub.settings import HubSettings, RolloutSettings
from hub.store import written
from hub.tables import device_health, device_starts, devices, rollout_kiosks
from tests.hub.conftest import PASSPHRASE, City
from tests.hub.test_releases import changed, refused_as, town

__all__ = ["town"]


class Killed(BaseException):
    """Ends the process as far as the hub can tell."""


class Fleet:
    """Kiosks that a test invents."""

    def __init__(self, *kiosks: Kiosk) -> None:
        self.all = kiosks

    def kiosks(self) -> Sequence[Kiosk]:
        return self.all


def out(city: City, first: First, **fields: Any) -> int:
    """A changed guide goes out with `first`; the revision."""
    changed(city, **fields)
    open = city.office.releases.prepare(city.signer)
    for person in (city.signer, city.cosigner):
        city.office.releases.approve(person, open.id)
    revision = city.office.issuing.publish(city.signer, open.id, PASSPHRASE, first=first).revision
    assert revision is not None
    return revision


def told(city: City) -> tuple[int, dict[str, int], bool] | None:
    """What is signed: the stable revision, per cent by ring, whether it is held up."""
    channels = city.office.press.channels()
    if channels is None:
        return None
    return channels.stable, {name: ring.percent for name, ring in channels.rings.items()}, channels.paused


def test_the_first_release_is_everybodys(town: City) -> None:
    town.release()
    assert town.office.rollouts.current() is None
    assert told(town) is None


def test_from_one_per_cent_to_everybody(town: City) -> None:
    town.release()
    revision = out(town, First(1), summary="先看看。")
    rollouts = town.office.rollouts
    assert told(town) == (revision - 1, {EARLY: 100, STREET: 1}, False)
    begun = rollouts.open()
    assert begun is not None
    assert (begun.revision, begun.stable, begun.goal, begun.course) == (revision, revision - 1, Goal(1), Course.RUNNING)
    assert begun.next == Goal(10)
    assert town.office.press.latest() == (revision, town.office.releases.latest().digest)  # type: ignore[union-attr]

    town.clock.later(minutes=30)
    rollouts.widen(town.cosigner, Goal(10), PASSPHRASE)
    assert told(town) == (revision - 1, {EARLY: 100, STREET: 10}, False)
    refused_as(Reason.NOT_WIDER, rollouts.widen, town.signer, Goal(5), PASSPHRASE)
    refused_as(Reason.NOT_PAUSED, rollouts.resume, town.signer, PASSPHRASE)

    rollouts.pause(town.signer, PASSPHRASE)
    assert told(town) == (revision - 1, {EARLY: 100, STREET: 10}, True)
    refused_as(Reason.PAUSED_ALREADY, rollouts.widen, town.signer, Goal(100), PASSPHRASE)
    refused_as(Reason.PAUSED_ALREADY, rollouts.pause, town.signer, PASSPHRASE)
    rollouts.resume(None, PASSPHRASE)
    rollouts.approve(town.cosigner)
    town.clock.later(minutes=30)
    done = rollouts.widen(town.signer, Goal(100), PASSPHRASE)
    assert (done.course, told(town), rollouts.open()) == (Course.DONE, None, None)
    refused_as(Reason.NO_ROLLOUT, rollouts.pause, town.signer, PASSPHRASE)

    steps = [(step.action, step.goal.percent, step.who) for step in rollouts.steps(revision)]
    assert steps == [
        ("start", 1, "样本signer"),
        ("widen", 10, "样本cosigner"),
        ("pause", 10, "样本signer"),
        ("resume", 10, ""),
        ("approve", 10, "样本cosigner"),
        ("widen", 100, "样本signer"),
    ]
    logged = [entry.action for entry in town.office.audit.entries(limit=50) if entry.action.startswith("rollout.")]
    assert sorted(logged) == ["rollout.approve", "rollout.pause", "rollout.resume", "rollout.widen", "rollout.widen"]
    assert town.office.audit.verify() is None


def test_a_step_needs_the_key_and_a_publisher(town: City) -> None:
    town.release()
    out(town, First(1), summary="先看看。")
    before = told(town)
    town.clock.later(minutes=30)
    for step in (town.office.rollouts.pause, lambda who, word: town.office.rollouts.widen(who, Goal(10), word)):
        with pytest.raises(SyncError) as refused:
            step(town.signer, "not the passphrase")
        assert refused.value.code is Code.KEY_REFUSED
        refused_as(Reason.NOT_A_PUBLISHER, step, town.operator, PASSPHRASE)
    assert told(town) == before
    assert [step.action for step in town.office.rollouts.steps(2)] == ["start"]


def test_a_district_first(town: City) -> None:
    town.release()
    revision = out(town, First(100, ("370602",), dt.datetime(2026, 12, 1, tzinfo=dt.UTC)), summary="芝罘先看。")
    channels = town.office.press.channels()
    assert channels is not None
    later = dt.datetime(2026, 12, 2, tzinfo=dt.UTC)
    here, there = Standpoint("a", district="370602"), Standpoint("a", district="370611")
    assert channels.revision_for(here, later) == revision
    assert channels.revision_for(here, later - dt.timedelta(days=3)) == revision - 1
    assert channels.revision_for(there, later) == revision - 1
    assert channels.revision_for(Standpoint("a", EARLY, "370611"), later) == revision
    town.clock.at = later
    for person in (town.signer, town.cosigner):
        refused_as(Reason.TWO_FOR_ALL, town.office.rollouts.widen, None, Goal(100), PASSPHRASE)
        town.office.rollouts.approve(person)
    assert town.office.rollouts.widen(None, Goal(100), PASSPHRASE).course is Course.DONE


def test_everybody_is_the_word_of_two(town: City) -> None:
    town.release()
    revision = out(town, First(10), summary="先看看。")
    rollouts, before = town.office.rollouts, told(town)
    refused_as(Reason.TWO_FOR_ALL, rollouts.widen, town.signer, Goal(100), PASSPHRASE)
    refused_as(Reason.NOT_A_PUBLISHER, rollouts.approve, town.operator)
    rollouts.approve(town.signer)
    refused_as(Reason.SIGNS_TWICE, rollouts.approve, town.signer)
    refused_as(Reason.TWO_FOR_ALL, rollouts.widen, town.signer, Goal(100), PASSPHRASE)
    assert told(town) == before
    town.clock.later(minutes=30)
    rollouts.widen(town.cosigner, Goal(20), PASSPHRASE)  # what was approved was another state
    assert rollouts.approved(revision) == ()
    refused_as(Reason.TWO_FOR_ALL, rollouts.widen, town.cosigner, Goal(100), PASSPHRASE)
    rollouts.approve(town.signer)
    assert rollouts.approved(revision) == (town.signer.id,)
    town.clock.later(minutes=30)
    assert rollouts.widen(town.cosigner, Goal(100), PASSPHRASE).course is Course.DONE


def heard(city: City, count: int, revision: int, *, differing: int = 0, restarting: int = 0, silent: int = 0) -> None:
    """`count` kiosks say that they have `revision`; so many of them are not well, one after another."""
    now = city.clock()
    latest = city.office.releases.latest()
    assert latest is not None
    plain = {"seq": 1, "proved": True, "paper": "ok", "body": "{}"}

    def work(connection: Connection) -> None:
        for table in (rollout_kiosks, device_starts, device_health, devices):
            connection.execute(table.delete())
        for number in range(count):
            id = f"kiosk-{number:03}"
            site = {"number": f"{number:03}", "name": "样本亭", "place": "样本路", "district": None, "ring": "all"}
            connection.execute(
                insert(devices).values(id=id, key=f"{number:064x}", enrolled_at=written(now), revoked_at=None, **site)
            )
            digest = "0" * 64 if number < differing else latest.digest
            at = written(now - dt.timedelta(minutes=31) if number >= count - silent else now)
            row = {**plain, "id": id, "digest": "", "received_at": at, "revision": revision, "content_digest": digest}
            connection.execute(insert(device_health).values(device=id, **row))
            lately = 3 if differing <= number < differing + restarting else 1
            connection.execute(insert(device_starts).values(device=id, restarts=lately, at=written(now), lately=lately))

    city.office.store.run_tx(work)


def test_what_does_harm_is_held_up_and_nothing_is_signed(town: City) -> None:
    town.release()
    revision = out(town, First(10), summary="会坏的。")
    rollouts, before = town.office.rollouts, told(town)
    town.clock.at += dt.timedelta(hours=1)
    heard(town, 40, revision - 1, differing=40)
    assert rollouts.judge() is None  # they have another revision
    heard(town, 40, revision, differing=1, silent=1)
    assert rollouts.judge() is None  # five per cent are not more than five per cent
    heard(town, 40, revision, differing=1, restarting=1, silent=2)
    hold = rollouts.judge()
    assert hold is not None
    assert (hold.harm, hold.held) == (Harm(40, 1, 1, 2), True)
    assert abs(hold.at - town.clock()) < dt.timedelta(seconds=1)
    assert rollouts.hold(revision) == hold
    assert rollouts.judge() is None  # it is held already
    assert told(town) == before
    found = rollouts.open()
    assert found is not None and (found.course, found.goal) == (Course.HELD, Goal(10))
    refused_as(Reason.ROLLOUT_HELD, rollouts.widen, town.signer, Goal(20), PASSPHRASE)
    refused_as(Reason.ROLLOUT_HELD, rollouts.approve, town.signer)
    rollouts.reconcile()
    assert rollouts.open() == found  # the files say nothing of a hold
    assert "rollout.hold" in {entry.action for entry in town.office.audit.entries(limit=5)}

    rollouts.pause(town.signer, PASSPHRASE)
    assert told(town) == (revision - 1, {EARLY: 100, STREET: 10}, True)
    rollouts.resume(town.signer, PASSPHRASE)
    after = rollouts.hold(revision)
    assert after is not None and not after.held
    assert rollouts.judge() is None  # a publisher has seen these four
    heard(town, 40, revision, differing=7)
    again = rollouts.judge()
    assert again is not None and again.harm == Harm(40, 7, 0, 0)
    assert rollouts.resume(None, PASSPHRASE).course is Course.RUNNING
    assert [step.action for step in rollouts.steps(revision)] == [
        "start", "hold", "pause", "resume", "hold", "resume",
    ]  # fmt: skip


def test_a_kiosk_that_is_well_is_none_of_them(town: City) -> None:
    town.release()
    revision = out(town, First(10), summary="好的。")
    heard(town, 3, revision)
    never = Rollouts(town.office.store, town.office.press, rules=RolloutSettings(hold_percent=100), now=town.clock)
    assert town.office.rollouts.judge() is None
    heard(town, 3, revision, restarting=3)
    assert never.judge() is None
    with one_at_a_time(town.office.press.lock):
        assert town.office.rollouts.judge() is None  # a step is being signed: the next round
    hold = town.office.rollouts.judge()
    assert hold is not None and hold.harm == Harm(3, 0, 3, 0)


def test_a_withdrawal_is_everybodys_at_once(town: City) -> None:
    town.release()
    revision = out(town, First(1), summary="印错了。")
    open = town.office.releases.withdraw(town.signer, revision)
    for person in (town.signer, town.cosigner):
        town.office.releases.approve(person, open.id)
    back = town.office.issuing.publish(town.signer, open.id, PASSPHRASE, first=First(1))
    assert (back.revision, told(town)) == (revision + 1, None)
    current = town.office.rollouts.current()
    assert current is not None
    assert (current.revision, current.course) == (revision, Course.OVERTAKEN)


def test_a_newer_release_overtakes(town: City) -> None:
    town.release()
    first = out(town, First(10), summary="一")
    second = out(town, First(1), summary="二")
    assert told(town) == (first - 1, {EARLY: 100, STREET: 1}, False)
    assert [step.action for step in town.office.rollouts.steps(first)] == ["start", "overtaken"]
    open = town.office.rollouts.open()
    assert open is not None and (open.revision, open.stable) == (second, first - 1)


class Dying(Press):
    """Dies when the files of a step are in place."""

    def steer(self, *given: Any, **named: Any) -> None:
        super().steer(*given, **named)
        raise Killed


def test_killed_between_the_files_of_a_step_and_its_row(
    town: City, database: SecretStr | None, passwords: Passwords, tmp_path: Path
) -> None:
    town.release()
    revision = out(town, First(1), summary="先看看。")
    home = town.office.home
    dying = Rollouts(town.office.store, Dying(home.public, home.keys, home.publishing), now=town.clock)
    town.clock.later(minutes=30)
    with pytest.raises(Killed):
        dying.widen(town.signer, Goal(10), PASSPHRASE)
    row = town.office.rollouts.open()
    assert row is not None and row.goal == Goal(1)
    settings = HubSettings(database=database)
    with Office.open(settings, HubHome(tmp_path / "home"), now=town.clock, passwords=passwords) as again:
        row = again.rollouts.open()
        assert row is not None and (row.revision, row.goal) == (revision, Goal(10))
        assert [step.action for step in again.rollouts.steps(revision)] == ["start", "reconcile"]


def test_stages_count_who_has_proved_it(town: City) -> None:
    town.release()
    revision = out(town, First(1), summary="先看看。")
    names = [f"kiosk-{number}" for number in range(400)]
    inside = [name for name in names if lot(name, revision) < 1]
    kiosks = [Kiosk(name, name[6:], STREET, None, revision if name in inside else revision - 1, True) for name in names]
    kiosks.append(Kiosk("early", "900", EARLY, None, revision, False))
    rollouts = Rollouts(town.office.store, town.office.press, Fleet(*kiosks), now=town.clock)
    current = rollouts.open()
    assert current is not None
    stages = rollouts.stages(current)
    assert [(stage.goal.percent, stage.state) for stage in stages] == [(1, "now"), (10, "todo"), (100, "todo")]
    assert sum(len(stage.dots) for stage in stages) == 401
    assert (stages[0].count("proved"), stages[0].count("differs")) == (len(inside), 1)
    assert stages[1].count("waiting") == sum(1 <= lot(name, revision) < 10 for name in names) > 20
