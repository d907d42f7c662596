"""Kiosks and their alarms in the words of the office."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

from hub.alarm_rules import Mark
from hub.alarms import Alarm
from hub.office import ZONE
from hub.rounds import Stop
from hub.standing import Standing
from hub.web import words
from phrases import Phrases

SHAPES = {Mark.NORMAL: "ok", Mark.LOOK: "warn", Mark.LOST: "bad", Mark.SOON: "warn", Mark.NOW: "bad"}
"""Shape of the icon before a state."""

GROUPS = {"paper": ("paper_out", "paper_low", "paper_soon"), "away": ("silent", "content_stale", "stick_late")}
"""Alarms as the list of visits sorts them; every other one is ``broken``."""


ROLLS: Mapping[int | None, int] = {80: 2, 58: 3}
"""Rolls for a kiosk, by the millimetres of its paper."""

SPARES = ("printer", "reader", "screen", "battery")
"""What every kiosk needs one of its own of."""


def group(kind: str) -> str:
    """paper, away or broken."""
    return next((name for name, kinds in GROUPS.items() if kind in kinds), "broken")


def clock(at: dt.datetime, now: dt.datetime) -> str:
    """``14:10`` for today, else with the day."""
    local = at.astimezone(ZONE)
    return f"{local:%H:%M}" if local.date() == now.astimezone(ZONE).date() else f"{local:%m-%d %H:%M}"


def alarm(one: Alarm, now: dt.datetime, say: Phrases) -> str:
    """What is wrong: 纸剩 18 张."""
    key = f"alarm.{one.kind}"
    own = f"{key}_{one.told}"
    ago = words.ago(one.heard_at or one.began_at, now)
    return say(own if one.told and say.has(own) else key, n=words.figure(int(one.value)), ago=ago)


def detail(one: Alarm, standing: Standing | None, now: dt.datetime, say: Phrases) -> str:
    """What goes with it: since when, at which pace."""
    if one.kind == "paper_low" and standing is not None and standing.pace:
        return say("alarm.pace", n=round(standing.pace))
    if one.kind == "paper_soon" and standing is not None and standing.pace:
        left = standing.roll[0] if standing.roll is not None else 0
        return say("alarm.pace_left", n=round(standing.pace), left=left)
    if one.kind == "reader_errors" and standing is not None and standing.used is not None:
        return say("alarm.reader_share", used=standing.used)
    if one.kind == "stick_late" and one.heard_at:
        return say("alarm.heard_by_stick", at=clock(one.heard_at, now))
    if one.kind in ("silent", "offline"):
        return say("alarm.heard", at=clock(one.heard_at, now)) if one.heard_at else say("alarm.never_heard")
    return say("alarm.since", at=clock(one.raised_at, now))


def bring(word: str, paper_mm: int | None, say: Phrases, kiosks: int = 1) -> str:
    """What to take along for so many kiosks: rolls of paper and spare parts for each, one stick for all."""
    if word == "paper":
        rolls = kiosks * ROLLS.get(paper_mm, 2)
        return say("bring.paper", mm=paper_mm, n=rolls) if paper_mm else say("bring.paper_any", n=rolls)
    what = say(f"bring.{word}")
    return say("bring.several", what=what, n=kiosks) if kiosks > 1 and word in SPARES else what


def packing(stops: Iterable[Stop], say: Phrases) -> str:
    """What is packed for a whole round, everything once."""
    wanted = Counter(
        (word, one.standing.care.paper_mm if word == "paper" else None) for one in stops for word in one.bring
    )
    return "；".join(bring(word, paper_mm, say, kiosks) for (word, paper_mm), kiosks in wanted.items())


def due(stop: Stop, now: dt.datetime, say: Phrases) -> str:
    """By when somebody must have been there."""
    if not isinstance(stop.due, dt.datetime):
        return say(f"due.{stop.due}")
    days = (stop.due.astimezone(ZONE).date() - now.astimezone(ZONE).date()).days
    at = f"{stop.due.astimezone(ZONE):%H:%M}"
    return at if not days else say("due.tomorrow_at", at=at) if days == 1 else words.day(stop.due)


def state(standing: Standing, now: dt.datetime, say: Phrases) -> tuple[str, str]:
    """Shape and words of a kiosk's state: its gravest alarm that calls somebody, else 正常."""
    called = standing.called
    if not called:
        return "ok", say("fleet.normal")
    return SHAPES[called[0].rule.mark], alarm(called[0], now, say)


def digest(standing: Standing, now: dt.datetime, say: Phrases) -> tuple[str, str, str]:
    """Shape, the first eight digits, and what is known: 一致, 不一致，在自补, 昨天一致…"""
    content = standing.health.content if standing.health is not None else None
    if content is None:
        return "off", "", say("digest.none")
    shown = words.groups(content.digest, 8)
    heard = standing.heard_at
    days = (now.astimezone(ZONE).date() - heard.astimezone(ZONE).date()).days if heard is not None else 0
    lost = standing.mark is Mark.LOST or any(one.kind in ("silent", "offline") for one in standing.alarms)
    if lost or (standing.by_stick and days):
        if standing.digest != "equal" or heard is None:
            return "wait", shown, say("digest.not_known")
        key = "digest.then_today" if not days else "digest.then_yesterday" if days == 1 else "digest.then"
        return "wait", shown, say(key, days=days)
    shape = {"equal": "ok", "differs": "bad", "unproved": "wait", "unknown": "info"}[standing.digest]
    return shape, shown, say(f"digest.{standing.digest}")


def reader(standing: Standing, say: Phrases) -> tuple[str, str]:
    """Shape and words of the card reader."""
    if standing.health is None or any(one.kind in ("silent", "offline") for one in standing.alarms):
        return "wait", say("reader.unknown")
    if standing.health.reader.state == "none":
        return "off", say("reader.none")
    wrong = next((one for one in standing.alarms if one.kind in ("reader_gone", "reader_errors")), None)
    if wrong is None:
        return "ok", say("reader.good")
    if wrong.kind == "reader_errors":
        return "warn", say("reader.errors", n=int(wrong.value))
    return "bad", say(f"reader.{wrong.told}" if say.has(f"reader.{wrong.told}") else "reader.absent")
