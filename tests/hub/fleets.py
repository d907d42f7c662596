"""Fleets that there are not: kiosks in invented districts, what they report and how they are on one afternoon."""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from hub.device import Device, Site
from hub.office import ZONE, Office
from hub.reports import Sent
from hub.store import written
from hub.tables import device_counters, device_days, devices, kiosk_care, releases
from tests.hub.kiosks import DIGEST, health
from uplink.messages import Batch

DISTRICTS = ("370691", "370692", "370693", "370694", "370695", "370696", "370697", "370698")
"""Codes that no district has."""

PLACES = (
    "公园东门",
    "医院门口",
    "文化路口",
    "老年大学",
    "政务大厅",
    "集市",
    "客运站",
    "小学",
    "体育馆",
    "广场",
    "渡口",
    "图书馆",
)
CONTACTS = ("样本周", "样本邓", "样本林")

TROUBLES = ("out", "low", "printer", "reader", "silent", "offline", "differs", "old", "disk")


@dataclass(frozen=True)
class Made:
    """A fleet that was made; `trouble` by number."""

    devices: tuple[Device, ...]
    trouble: dict[str, str]


def release(office: Office, revision: int = 7, digest: str = DIGEST, *, at: dt.datetime) -> None:
    """A release as the table has it, without its content."""
    row = {"id": uuid.uuid4().hex, "kind": "normal", "state": "published", "base": revision - 1, "revision": revision}
    numbers = dict.fromkeys(("records", "added", "changed", "dropped"), 1)

    def work(connection: Connection) -> None:
        connection.execute(
            insert(releases).values(**row, **numbers, digest=digest, made_at=written(at), published_at=written(at))
        )

    office.store.run_tx(work)


def place(number: str, district: str | None = DISTRICTS[0], **fields: Any) -> Site:
    return Site(number, f"样本亭{number}", district=district, **fields)


def enrol(office: Office, sites: list[Site], at: dt.datetime) -> tuple[Device, ...]:
    """Kiosks that are there, without the exchange of codes."""
    found = tuple(Device(uuid.uuid4().hex, site, uuid.uuid4().hex * 2, at, None) for site in sites)
    rows = [
        {
            "id": one.id,
            "number": one.site.number,
            "name": one.site.name,
            "place": one.site.place,
            "district": one.site.district,
            "ring": one.site.ring,
            "lat": one.site.lat,
            "lon": one.site.lon,
            "key": one.key,
            "enrolled_at": written(at),
        }
        for one in found
    ]
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        office.store.run_tx(lambda connection, part=part: connection.execute(insert(devices), part))  # type: ignore[misc]
    return found


def say(office: Office, device: Device, seq: int, **fields: Any) -> None:
    """The kiosk reports how it is."""
    many(office, [(device, seq, fields)])


def many(office: Office, said: list[tuple[Device, int, dict[str, Any]]]) -> None:
    """Several kiosks report."""
    sent = []
    for device, seq, fields in said:
        batch = Batch.model_validate_json(json.dumps({"messages": [health(seq, **fields)]}))
        sent.append(Sent(device, batch.messages))
    for start in range(0, len(sent), 250):
        office.reports.ingest(sent[start : start + 250])


def content(now: dt.datetime, **fields: Any) -> dict[str, Any]:
    """Content as a kiosk has it that has just asked the hub."""
    at = now.isoformat()
    return {"revision": 7, "digest": DIGEST, "made_at": at, "proved_at": at, "checked_at": at} | fields


def counted(office: Office, device: Device, day: dt.date, **counts: int) -> None:
    """Counts of a day, as they are kept."""
    text = json.dumps({name.replace("_", "."): value for name, value in counts.items()})
    row = {"device": device.id, "day": day.isoformat(), "counts": text}
    office.store.run_tx(lambda connection: connection.execute(insert(device_counters).values(**row)))


def city(office: Office, size: int, now: dt.datetime, *, seed: int = 7, share: float = 0.06) -> Made:
    """A fleet of `size`, of which about `share` have a trouble. `office.now` must be a clock that stands at `now`."""
    rng = random.Random(seed)
    if (
        office.store.read(lambda c: c.execute(select(releases.c.revision).where(releases.c.revision == 7)).first())
        is None
    ):
        release(office, 7, DIGEST, at=now - dt.timedelta(hours=22))
    sites = []
    for number in range(size):
        nth = rng.choices(range(len(DISTRICTS)), weights=(9, 7, 5, 5, 4, 3, 3, 2))[0]
        lat, lon = 37.30 + 0.12 * (nth // 3) + rng.random() * 0.1, 121.2 + 0.15 * (nth % 3) + rng.random() * 0.13
        name = f"样本{rng.choice(PLACES)}{number % 90 + 1}"
        sites.append(
            Site(f"{nth + 1}-{number:04}", name, "样本路口", DISTRICTS[nth], "all", round(lat, 5), round(lon, 5))
        )
    made = enrol(office, sites, now - dt.timedelta(days=90))
    step = max(1, round(1 / share))
    troubles = {one.number: TROUBLES[nth % len(TROUBLES)] for nth, one in enumerate(made[::step])}
    _count(office, made, troubles, now, rng)
    silent = [one for one in made if troubles.get(one.number) in ("silent", "offline")]
    said = [(one, 1, _said(troubles.get(one.number, ""), now, rng)) for one in made]
    many(office, said)
    _backdate(office, silent, troubles, now)
    return Made(made, troubles)


def _said(trouble: str, now: dt.datetime, rng: random.Random) -> dict[str, Any]:
    left = rng.randint(70, 220)
    fields: dict[str, Any] = {
        "content": content(now),
        "printer": {"state": "ready", "slips_left": left, "millimetres": (225 - left) * 220},
        "last_visit": (now - dt.timedelta(hours=1)).replace(minute=0, second=0, microsecond=0).isoformat(),
        "errors": {},
    }
    match trouble:
        case "out":
            fields["printer"] = {"state": "paper_out", "slips_left": 0, "millimetres": 49500}
        case "low":
            fields["printer"] = {"state": "ready", "slips_left": rng.randint(4, 19), "millimetres": 45000}
        case "printer":
            fields |= {"printer": {"state": "trouble", "slips_left": left}, "errors": {"P-06": 3}}
        case "differs":
            fields["content"] = content(now, digest="41c0" * 16)
        case "old":
            fields["content"] = content(now, checked_at=(now - dt.timedelta(days=rng.randint(4, 9))).isoformat())
        case "disk":
            fields["disk_free_mb"] = 300
    return fields


def _count(
    office: Office, made: tuple[Device, ...], troubles: dict[str, str], now: dt.datetime, rng: random.Random
) -> None:
    today = now.astimezone(ZONE).date()
    counts, days = [], []
    for one in made:
        wrong = troubles.get(one.number) == "reader"
        used = rng.randint(40, 240)
        told = _day(used, wrong)
        counts.append({"device": one.id, "day": today.isoformat(), "counts": json.dumps(told)})
    for one in made[:400]:
        for back in range(1, 31):
            day = (today - dt.timedelta(days=back)).isoformat()
            used = rng.randint(20, 200)
            wrong = troubles.get(one.number) == "reader"
            counts.append({"device": one.id, "day": day, "counts": json.dumps(_day(used, wrong))})
            left = 225 - (back * 23) % 210
            days.append({"device": one.id, "day": day, "spans": json.dumps({"slips_left": [max(2, left - 40), left]})})
    care = [
        {"number": one.number, "contact": CONTACTS[int(one.number[0]) % 3], "paper_mm": 80, "note": "", "edits": 1}
        for one in made
    ]
    for table, rows in ((device_counters, counts), (device_days, days), (kiosk_care, care)):
        for start in range(0, len(rows), 500):
            part = rows[start : start + 500]
            office.store.run_tx(lambda c, table=table, part=part: c.execute(insert(table), part))  # type: ignore[misc]


def _backdate(office: Office, silent: list[Device], troubles: dict[str, str], now: dt.datetime) -> None:
    from sqlalchemy import update

    from hub.tables import device_health

    def work(connection: Connection) -> None:
        for one in silent:
            hours = 26 if troubles[one.number] == "silent" else 3
            at = written(now - dt.timedelta(hours=hours))
            connection.execute(update(device_health).where(device_health.c.device == one.id).values(received_at=at))

    office.store.run_tx(work)


def _day(used: int, wrong: bool) -> dict[str, int]:
    """Counts of a day; `wrong`: with a reader that is to be exchanged."""
    return {"sessions": used, "slips.confirmed": used // 4, "reader.C-11": used * 2 // 5 if wrong else 1}
