"""Rings that the city has named take a release before the street, and each stage lasts a while before the next."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from pydantic import ValidationError

from contentsync.channels import EARLY, STREET, Standpoint
from hub.issuing import Issuing
from hub.refusal import Reason, Refused
from hub.rollout import Course, First, Goal, Kiosk, Route
from hub.rollouts import Rollouts
from hub.settings import RolloutSettings
from hub.store import Store, written
from hub.tables import rollouts as table
from tests.hub.conftest import PASSPHRASE, City
from tests.hub.test_releases import changed, refused_as, town
from tests.hub.test_rollout import Fleet, told

__all__ = ["town"]

STAFF = "staff"
RULES = RolloutSettings(rings=(EARLY, STAFF), stages=(5, 100), stage_minutes=20)
ROUTE = Route((EARLY, STAFF), (5, 100))
KIOSKS = Fleet(
    Kiosk("a", "001", EARLY, None, None, False),
    Kiosk("b", "002", STAFF, None, None, False),
    Kiosk("c", "003", "market", None, None, False),
    Kiosk("d", "004", STREET, None, None, False),
)


def begun(city: City, first: First) -> tuple[int, Rollouts]:
    """A release on its way by `RULES`: its revision, and who leads it on."""
    office = city.office
    releases, issuing = office.releases, Issuing(office.store, office.press, route=ROUTE, now=city.clock)
    changed(city, summary="一圈一圈地放。")
    open = releases.prepare(city.signer)
    for person in (city.signer, city.cosigner):
        releases.approve(person, open.id)
    revision = issuing.publish(city.signer, open.id, PASSPHRASE, first=first).revision
    assert revision is not None
    return revision, Rollouts(office.store, office.press, KIOSKS, rules=RULES, now=city.clock)


def takes(city: City, ring: str) -> int:
    """The revision that a kiosk of `ring` shall have by what is signed."""
    channels = city.office.press.channels()
    assert channels is not None
    return channels.revision_for(Standpoint("x", ring), city.clock())


def test_ring_by_ring_then_a_share_then_everybody(town: City) -> None:
    town.release()
    revision, rollouts = begun(town, First(ring=EARLY))
    before = revision - 1
    assert told(town) == (before, {EARLY: 100, STAFF: 0, STREET: 0}, False)
    assert [takes(town, ring) for ring in (EARLY, STAFF, STREET, "market")] == [revision, before, before, before]
    found = rollouts.open()
    assert found is not None and (found.goal, found.next, found.route) == (Goal(ring=EARLY), Goal(ring=STAFF), ROUTE)
    town.clock.later(minutes=20)
    for skipped in (Goal(5), Goal(100)):
        refused_as(Reason.STAGE_SKIPPED, rollouts.widen, town.signer, skipped, PASSPHRASE)
    refused_as(Reason.NOT_WIDER, rollouts.widen, town.signer, Goal(ring=EARLY), PASSPHRASE)
    assert rollouts.widen(town.signer, Goal(ring=STAFF), PASSPHRASE).next == Goal(5)
    assert told(town) == (before, {EARLY: 100, STAFF: 100, STREET: 0}, False)
    assert [takes(town, ring) for ring in (STAFF, "market")] == [revision, before]

    found = rollouts.open()
    assert found is not None
    shown = [(stage.goal.name, stage.state, [dot.number for dot in stage.dots]) for stage in rollouts.stages(found)]
    assert shown[:2] == [(EARLY, "done", ["001"]), (STAFF, "now", ["002"])]
    assert [name for name, _, _ in shown] == [EARLY, STAFF, "5", "100"]
    assert sorted(number for _, _, numbers in shown[2:] for number in numbers) == ["003", "004"]

    town.clock.later(minutes=20)
    rollouts.widen(town.signer, Goal(3), PASSPHRASE)  # a share before the next stage
    assert told(town) == (before, {EARLY: 100, STAFF: 100, STREET: 3}, False)
    town.clock.later(minutes=20)
    rollouts.widen(town.signer, Goal(5), PASSPHRASE)
    rollouts.approve(town.cosigner)
    town.clock.later(minutes=20)
    assert rollouts.widen(town.signer, Goal(100), PASSPHRASE).course is Course.DONE
    assert told(town) is None
    goals = [(step.action, step.goal.name) for step in rollouts.steps(revision)]
    assert goals == [
        ("start", EARLY), ("widen", STAFF), ("widen", "3"), ("widen", "5"), ("approve", "5"), ("widen", "100"),
    ]  # fmt: skip


def test_a_release_may_begin_at_any_stage_and_rings_before_it_have_it(town: City) -> None:
    town.release()
    revision, rollouts = begun(town, First(ring=STAFF, districts=("370602",)))
    assert told(town) == (revision - 1, {EARLY: 100, STAFF: 100, STREET: 0}, False)
    found = rollouts.open()
    assert found is not None
    assert [(stage.goal.name, len(stage.dots)) for stage in rollouts.stages(found)] == [
        (STAFF, 2),
        ("5", 0),
        ("100", 2),
    ]
    town.clock.later(minutes=20)
    rollouts.widen(None, Goal(5), PASSPHRASE)
    channels = town.office.press.channels()
    assert channels is not None and channels.rings[STREET].districts == ("370602",)


def test_a_ring_that_the_city_has_not_is_refused_before_anything_goes_out(town: City) -> None:
    town.release()
    with pytest.raises(Refused, match="no_such_stage"):
        begun(town, First(ring="hall"))
    assert town.office.releases.revision() == 1 and told(town) is None
    for name in ("hall", "0", "101", "", "١", "1.5", "-1"):
        with pytest.raises(Refused, match="no_such_stage"):
            ROUTE.goal(name)


def test_a_stage_lasts_before_the_next_unless_somebody_writes_down_why_not(town: City) -> None:
    town.release()
    revision, rollouts = begun(town, First(ring=EARLY))
    found = rollouts.open()
    assert found is not None and rollouts.left(found) == 20
    town.clock.later(minutes=12)
    refused = refused_as(Reason.STAGE_TOO_SOON, rollouts.widen, town.signer, found.next, PASSPHRASE)
    assert refused.values == {"minutes": 8, "of": 20}
    blank = partial(rollouts.widen, reason=" \n ")
    refused_as(Reason.STAGE_TOO_SOON, blank, town.signer, found.next, PASSPHRASE)
    assert told(town) == (revision - 1, {EARLY: 100, STAFF: 0, STREET: 0}, False)
    after = rollouts.widen(town.signer, found.next, PASSPHRASE, reason=" 样本急电：\n电话印错了 ")
    assert (after.goal, rollouts.steps(revision)[-1].reason) == (Goal(ring=STAFF), "样本急电： 电话印错了")
    entry = town.office.audit.entries(limit=1)[0]
    assert (entry.action, entry.who) == ("rollout.widen", town.signer.id)
    assert (entry.details["reason"], entry.details["minutes_early"]) == ("样本急电： 电话印错了", 8)
    assert rollouts.left(after) == 20
    # Everybody is the word of two all the same, and a reason that was not needed is not kept.
    town.clock.later(minutes=21)
    rollouts.widen(town.signer, Goal(5), PASSPHRASE, reason="不用说")
    assert rollouts.steps(revision)[-1].reason == ""
    refused_as(Reason.TWO_FOR_ALL, partial(rollouts.widen, reason="很急"), town.signer, Goal(100), PASSPHRASE)


def test_what_is_gone_on_with_is_looked_at_anew(town: City) -> None:
    town.release()
    _, rollouts = begun(town, First(ring=EARLY))
    town.clock.later(minutes=19)
    rollouts.pause(town.signer, PASSPHRASE)
    assert told(town) == (1, {EARLY: 100, STAFF: 0, STREET: 0}, True)
    town.clock.later(minutes=30)
    assert rollouts.left(rollouts.resume(town.signer, PASSPHRASE)) == 20


def test_a_day_of_its_own_begins_the_wait(town: City) -> None:
    town.release()
    begins = town.clock() + dt.timedelta(hours=3)
    _, rollouts = begun(town, First(5, (), begins))
    found = rollouts.open()
    assert found is not None and rollouts.left(found) == 200


def test_a_row_of_an_older_hub_goes_its_old_way(town: City) -> None:
    """As it stands after the migration that added the stages."""

    def keep(store: Store) -> None:
        at = written(town.clock())
        row = {"revision": 1, "stable": 1, "course": "running", "percent": 1, "districts": "[]", "begun_at": at}
        route = '{"rings": ["early"], "shares": [1, 10, 100]}'
        store.run_tx(lambda c: c.execute(table.insert().values(**row, ring="", reached_at=at, plan=route)))

    keep(town.office.store)
    found = town.office.rollouts.current()
    assert found is not None and (found.goal, found.next, found.route) == (Goal(1), Goal(10), Route())


@pytest.mark.parametrize(
    "given",
    [
        {"stages": (10, 1, 100)}, {"stages": (1, 10)}, {"stages": ()}, {"stages": (0, 100)}, {"stages": (10, 10, 100)},
        {"stages": (1, 2, 3, 4, 5, 6, 100)}, {"rings": ("all",)}, {"rings": ("early", "early")}, {"rings": ("10",)},
        {"rings": ("Staff",)}, {"rings": ("",)}, {"rings": tuple("abcdefghi")}, {"stage_minutes": -1},
    ],
)  # fmt: skip
def test_stages_that_make_no_sense(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RolloutSettings.model_validate(given)


def test_stages_in_the_environment_stand_with_commas() -> None:
    made = RolloutSettings.model_validate({"rings": "early, staff", "stages": "2,20,100"})
    assert (made.rings, made.stages) == (("early", "staff"), (2, 20, 100))
