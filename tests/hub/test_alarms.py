from __future__ import annotations

import datetime as dt
import json
import tomllib
import uuid
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from hub.alarm_judge import Judge
from hub.alarm_rules import KINDS, Mark, Rules
from hub.alarm_settings import AlarmSettings
from hub.alarms import Alarms
from hub.device import Device
from hub.harm import harm_of
from hub.office import ZONE
from hub.refusal import Reason, Refused
from hub.reports import Carried, Sent
from hub.standing import Asked
from hub.store import written
from hub.tables import alarms, device_health, device_reports
from tests.hub import fleets
from tests.hub.conftest import City
from tests.hub.kiosks import DIGEST, health
from uplink.messages import Batch

TEN = dt.timedelta(minutes=10)


@pytest.fixture
def kiosk(city: City) -> Device:
    fleets.release(city.office, at=city.clock.at - dt.timedelta(hours=1))
    (made,) = fleets.enrol(city.office, [fleets.place("1")], city.clock.at)
    return made


class Said:
    """A kiosk that reports again and again."""

    def __init__(self, city: City, device: Device) -> None:
        self.city, self.device, self.seq = city, device, 0

    def __call__(self, minutes: float = 1, **fields: Any) -> list[str]:
        """The open alarms after a report `minutes` later."""
        self.city.clock.later(minutes=minutes)
        self.seq += 1
        now = self.city.clock.at
        given = {"content": fleets.content(now), "last_visit": now.isoformat(), "errors": {}} | fields
        fleets.say(self.city.office, self.device, self.seq, **given)
        return self.open()

    def open(self) -> list[str]:
        return [one.kind for one in self.city.office.alarms.open()]


@pytest.fixture
def said(city: City, kiosk: Device) -> Said:
    return Said(city, kiosk)


def printer(left: int, state: str = "ready") -> dict[str, Any]:
    return {"printer": {"state": state, "slips_left": left, "millimetres": 1000}}


def test_the_rules_are_sound() -> None:
    rules = list(Rules(AlarmSettings()))
    assert [rule.kind for rule in rules] == list(KINDS) and len(set(KINDS)) == len(KINDS)
    assert set(KINDS) == set(AlarmSettings.model_fields)
    for place, rule in enumerate(rules):
        assert rule.raise_at != rule.clear_at and rule.bad(rule.raise_at) and rule.bring
        assert rule.good(rule.clear_at) and not rule.good(rule.raise_at) and not rule.bad(rule.clear_at)
        assert rule.beneath in {"", *KINDS[:place]}, "the upper one is looked at before"
        assert bool(rule.due) == rule.mark.visit and (rule.due == "today") == (rule.mark is Mark.NOW)


def test_paper_is_low_then_out_then_new_without_flapping(city: City, said: Said) -> None:
    assert said(**printer(60)) == []
    assert said(**printer(20)) == ["paper_low"]
    for left in (21, 19, 25, 20):
        assert said(**printer(left)) == ["paper_low"], "between the thresholds nothing changes"
    assert said(**printer(0, "paper_out")) == ["paper_out"], "the graver one stands for both"
    assert said(**printer(225)) == ["paper_out"], "well for a moment is not well"
    assert said(3, **printer(224)) == []
    found = [(one.kind, one.cleared_at is not None) for one in city.office.alarms.of(said.device.id)]
    assert sorted(found) == [("paper_low", True), ("paper_out", True)]
    over = city.office.alarms.of(said.device.id)[0]
    assert over.cleared_at is not None and over.raised_at < over.cleared_at


def test_what_must_last_is_not_raised_for_a_moment(city: City, said: Said) -> None:
    cover: dict[str, Any] = {"printer": {"state": "cover_open", "slips_left": 90}}
    assert said(**cover) == []
    assert said(**printer(90)) == []
    with city.office.store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(alarms)).scalar() == 0
    assert said(**cover) == [] and said(4, **cover) == [] and said(2, **cover) == ["printer"]
    assert city.office.alarms.open()[0].told == "cover_open"


def test_silence_is_lost_then_a_visit_then_over(city: City, said: Said) -> None:
    said()
    city.clock.later(minutes=14)
    city.office.upkeep.round()
    assert said.open() == []
    city.clock.later(minutes=2)
    city.office.upkeep.round()
    (lost,) = city.office.alarms.open()
    assert lost.kind == "offline" and lost.rule.mark is Mark.LOST and lost.began_at == lost.heard_at
    assert city.office.fleet.counts().lost == 1 and city.office.fleet.to_visit() == 0
    city.clock.later(hours=24)
    city.office.upkeep.round()
    assert said.open() == ["silent"] and city.office.fleet.to_visit() == 1
    assert said() == [] and city.office.fleet.counts().normal == 1


def test_a_kiosk_that_never_spoke_is_silent_too(city: City, kiosk: Device) -> None:
    city.clock.later(hours=25)
    city.office.upkeep.round()
    (found,) = city.office.alarms.open()
    assert (found.kind, found.heard_at) == ("silent", None)
    city.office.devices.revoke(kiosk, by=city.operator)
    assert city.office.alarms.open() == () and city.office.alarms.counts() == {}
    city.office.upkeep.round()
    assert city.office.alarms.of(kiosk.id) == ()
    with city.office.store.engine.connect() as connection:
        assert connection.execute(select(alarms.c.cleared_at)).scalar() is not None


def test_the_digest_counts_and_not_that_something_was_fetched(city: City, said: Said) -> None:
    now = city.clock.at
    assert said(content=fleets.content(now, digest="cd" * 32)) == ["digest"]
    (kiosk,) = city.office.fleet.kiosks()
    assert (kiosk.revision, kiosk.proved) == (7, False)
    assert said(3, content=fleets.content(now)) == ["digest"] and said(3, content=fleets.content(now)) == []
    assert city.office.fleet.kiosks()[0].proved
    unproved = fleets.content(now, proved_at=None)
    said(content=unproved)
    assert not city.office.fleet.kiosks()[0].proved
    assert said(31, content=unproved) == ["unproved"]
    unknown = fleets.content(now, revision=3, digest="cd" * 32)
    said(content=unknown)
    assert not city.office.fleet.kiosks()[0].proved, "this hub never released it"


def test_content_grows_old_amber_then_red(city: City, said: Said) -> None:
    checked = city.clock.at
    old = fleets.content(checked)
    assert said(60 * 24 * 2, content=old) == []
    assert said(60 * 24 * 1.1, content=old) == ["content_old"]
    assert said(60 * 24 * 8, content=old) == ["content_stale"]
    assert said(content=fleets.content(city.clock.at)) == []


def test_a_newer_release_that_was_not_taken_makes_old_too(city: City, said: Said) -> None:
    fleets.release(city.office, 8, "cd" * 32, at=city.clock.at)
    assert said(60 * 24 * 4) == ["content_old"], "asked the hub a moment ago, and yet shows revision 7"
    assert said(content=fleets.content(city.clock.at, revision=8, digest="cd" * 32)) == []


def test_restarts_count_within_ten_minutes(city: City, said: Said) -> None:
    said(restarts=20)
    assert said(5, restarts=22) == [] and said(4, restarts=23) == ["restarts"]
    assert said(11, restarts=23) == ["restarts"]
    assert said(11, restarts=23) == ["restarts"], "it must go well for half an hour"
    assert said(31, restarts=23) == []
    assert said(60, restarts=29) == [], "over an hour: nobody knows when"


def test_the_others(city: City, said: Said) -> None:
    fleets.counted(
        city.office, said.device, dt.date(2026, 11, 20), sessions=50, **{"reader_C-11": 19}
    )  # fmt: skip
    assert said() == ["reader_errors"]
    assert said(disk_free_mb=400) == ["reader_errors", "disk"]
    assert "dead" in said(outbox={"waiting": 0, "dead": 2})
    assert said(privacy={"status": "found", "at": city.clock.at.isoformat()})[0] == "privacy"
    drift: dict[str, Any] = {"clock": {"trusted": True, "drift_s": -90}}
    assert "clock" not in said(**drift) and "clock" in said(31, **drift)
    gone: dict[str, Any] = {"reader": {"state": "absent", "stuck": False}}
    said(**gone)
    kinds = said(6, **gone)
    assert "reader_gone" in kinds and "reader_errors" not in kinds
    idle = (city.clock.at - dt.timedelta(hours=25)).isoformat()
    assert "untouched" in said(last_visit=idle)
    assert said.city.office.alarms.counts()["untouched"] == 1


def test_paper_that_will_not_last_the_day(city: City, said: Said) -> None:
    city.clock.at = dt.datetime(2026, 11, 20, 7, 0, tzinfo=dt.UTC)  # 15:00 in the city
    fleets.counted(city.office, said.device, dt.date(2026, 11, 20), sessions=90, slips_confirmed=48)
    assert said(**printer(46)) == ["paper_soon"]
    ((round),) = city.office.fleet.rounds()
    (stop,) = round.stops
    assert isinstance(stop.due, dt.datetime) and stop.bring == ("paper",)
    assert stop.due - city.clock.at == pytest.approx(dt.timedelta(hours=46 / 6), abs=dt.timedelta(minutes=6))


def test_muting_needs_an_operator_a_reason_and_an_end(city: City, said: Said) -> None:
    said(**printer(0, "paper_out"))
    desk, until = city.office.alarms, city.clock.at + dt.timedelta(days=2)
    for person, reason, end, wrong in (
        (city.auditor, "装修", until, Reason.NOT_AN_OPERATOR),
        (city.operator, "  ", until, Reason.MUTE_UNFIT),
        (city.operator, "装修", city.clock.at, Reason.MUTE_UNFIT),
        (city.operator, "装修", until + dt.timedelta(days=60), Reason.MUTE_UNFIT),
    ):
        with pytest.raises(Refused) as refused:
            desk.mute(person, said.device.id, "paper_out", end, reason)
        assert refused.value.reason is wrong
    desk.mute(city.operator, said.device.id, "paper_out", until, "装修，围着")
    assert desk.open() == () and desk.counts() == {} and desk.muted() == 1
    (muted,) = desk.open(muted=True)
    assert muted.mute is not None and muted.mute.reason == "装修，围着"
    assert city.office.fleet.to_visit() == 0 and city.office.fleet.counts().normal == 1
    said(3, **printer(220))
    said(3, **printer(220))
    assert said(**printer(0, "paper_out")) == [], "it holds for the next one, too"
    city.clock.later(days=3)
    assert [one.kind for one in desk.open()] == ["paper_out"]
    desk.unmute(city.operator, said.device.id, "paper_out")
    with pytest.raises(Refused, match="no_such_alarm"):
        desk.unmute(city.operator, said.device.id, "paper_out")
    actions = [one.action for one in city.office.audit.entries(action="alarm.")]
    assert actions == ["alarm.unmute", "alarm.mute"]


def judged_by(city: City, toml: str) -> tuple[Judge, Alarms]:
    """Judge and desk of a city that has set this, over the same database."""
    rules = Rules(AlarmSettings.model_validate(tomllib.loads(toml)))
    store = city.office.store
    return Judge(store, rules, now=city.clock, zone=ZONE), Alarms(store, rules, now=city.clock)


def test_a_city_sets_from_where_on_paper_is_low_and_what_that_means(city: City, said: Said) -> None:
    assert said(**printer(55)) == []
    judge, desk = judged_by(city, "[paper_low]\nraise_at = 60\nclear_at = 80\nmark = 'now'")
    city.office.store.run_tx(lambda connection: judge.judge(connection, [said.device.id], city.clock.at))
    (low,) = desk.open()
    assert (low.kind, low.rule.mark, low.rule.due, low.rule.well) == ("paper_low", Mark.NOW, "today", TEN / 2)
    assert city.office.fleet.standings(Asked())[0][0].mark is Mark.NOW
    judge, desk = judged_by(city, "paper_low = {raise_at = 60, clear_at = 80, mark = 'look'}")
    judge.sweep()
    assert [one.rule.mark for one in desk.open()] == [Mark.LOOK]
    assert (city.office.fleet.counts().look, city.office.fleet.to_visit()) == (1, 0), "the open one changes with it"
    judge, desk = judged_by(city, "")
    judge.sweep()
    city.clock.later(minutes=6)
    judge.sweep()
    assert desk.open() == ()


def test_when_a_kiosk_is_lost_is_the_citys_to_say(city: City, said: Said) -> None:
    said()
    judge, desk = judged_by(city, "offline = {raise_at = 120}\nsilent = {raise_at = 180, mark = 'soon'}")
    for minutes, expected in ((119, []), (2, ["offline"]), (60, ["silent"])):
        city.clock.later(minutes=minutes)
        judge.sweep()
        assert [one.kind for one in desk.open()] == expected


def by_stick(city: City, device: Device, seq: int, at: dt.datetime, **fields: Any) -> None:
    """The kiosk's report of `at` comes home on a stick now."""
    batch = Batch.model_validate_json(json.dumps({"messages": [health(seq, at=at.isoformat(), **fields)]}))
    city.office.reports.ingest([Sent(device, batch.messages, Carried(uuid.uuid4().hex, DIGEST))])


def test_a_kiosk_fed_by_sticks_is_late_and_not_lost(city: City, said: Said, kiosk: Device) -> None:
    began = city.clock.at
    city.clock.later(hours=25)
    city.office.upkeep.round()
    assert said.open() == ["silent"], "nobody can know yet that sticks come from there"
    shown = fleets.content(began + dt.timedelta(hours=20))
    by_stick(city, kiosk, 1, began + dt.timedelta(hours=20), content=shown, restarts=2)
    assert said.open() == [] and city.office.fleet.counts().normal == 1
    standing = city.office.fleet.standing(kiosk)
    assert standing.by_stick and standing.heard_at == began + dt.timedelta(hours=20)
    city.clock.at = began + dt.timedelta(days=14)
    city.office.upkeep.round()
    assert said.open() == [], "and content that old is what sticks are like"
    city.clock.at = began + dt.timedelta(days=15)
    city.office.upkeep.round()
    (late,) = city.office.alarms.open()
    assert (late.kind, late.began_at) == ("stick_late", began + dt.timedelta(hours=20))
    ((stop,),) = (one.stops for one in city.office.fleet.rounds())
    assert stop.bring == ("stick",) and stop.due == "tomorrow"
    now = city.clock.at
    by_stick(city, kiosk, 2, now - dt.timedelta(days=1), content=fleets.content(now - dt.timedelta(days=1)))
    assert said.open() == []
    old = fleets.content(now - dt.timedelta(days=29))
    by_stick(city, kiosk, 3, now, content=old)
    assert said.open() == ["content_stale"], "that stick had an old release on it"
    said.seq = 3
    assert said() == [] and not city.office.fleet.standing(kiosk).by_stick
    city.clock.later(minutes=16)
    city.office.upkeep.round()
    assert said.open() == ["offline"], "it has a line now"


def test_an_older_report_on_a_stick_makes_no_kiosk_one_of_sticks(city: City, said: Said, kiosk: Device) -> None:
    said.seq = 4
    said()
    by_stick(city, kiosk, 2, city.clock.at - dt.timedelta(days=2))
    assert not city.office.fleet.standing(kiosk).by_stick
    with city.office.store.engine.connect() as connection:
        assert connection.execute(select(device_reports.c.kind)).scalars().all() == ["stick"]


def test_a_kiosk_fed_by_sticks_is_not_silent_in_a_rollout(city: City, kiosk: Device) -> None:
    (other,) = fleets.enrol(city.office, [fleets.place("2")], city.clock.at)
    since = city.clock.at
    city.clock.later(minutes=5)
    fleets.say(city.office, other, 1, content=fleets.content(city.clock.at))
    by_stick(city, kiosk, 1, city.clock.at, content=fleets.content(city.clock.at))
    city.clock.later(days=3)
    silent = dt.timedelta(minutes=30)
    harm = city.office.store.read(lambda connection: harm_of(connection, 7, since, city.clock.at, silent))
    assert (harm.having, harm.silent, harm.bad) == (2, 1, 1)


def test_old_messages_are_forgotten_but_letters_are_not(city: City, kiosk: Device) -> None:
    old, new = city.clock.at - dt.timedelta(days=93), city.clock.at
    rows = [
        {"device": kiosk.id, "id": f"{kind}-{at.day}", "kind": kind, "digest": DIGEST, "received_at": written(at)}
        for kind in ("unmet", "letter")
        for at in (old, new)
    ]
    city.office.store.run_tx(lambda connection: connection.execute(insert(device_reports), rows))
    city.office.upkeep.round()
    with city.office.store.engine.connect() as connection:
        left = connection.execute(select(device_reports.c.kind, device_reports.c.id)).all()
    assert sorted(kind for kind, _ in left) == ["letter", "letter", "unmet"]


def test_a_round_on_the_hubs_own_thread(city: City, said: Said) -> None:
    said()
    city.clock.later(minutes=20)
    city.office.upkeep.start()
    city.office.upkeep.close()
    assert said.open() == ["offline"]
    with city.office.store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(device_health)).scalar() == 1
