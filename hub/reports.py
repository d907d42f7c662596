"""What kiosks report comes in here: batches of messages, each written once however often and in whatever order it
comes.

A message is known by (device, id). Health is kept only as the newest of each kiosk, by its growing number, with the
least and the most of each day; counts of a day keep the larger one. One call is one transaction, also for the messages
of many kiosks.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from domain.events import PrinterState
from domain.unmet import LEAST_VISITS, Unmet as Question, kept_form
from hub import corrections
from hub.candidates import note_unmet
from hub.device import Device
from hub.store import Store, utc_now, written
from hub.tables import device_counters, device_days, device_health, device_receipts, device_reports
from hub.upserts import upsert
from uplink.messages import (
    Answer,
    CorrectionMessage,
    Counters,
    CountersMessage,
    Health,
    HealthMessage,
    LetterMessage,
    Message,
    Receipt,
    ReceiptMessage,
    Unmet,
    UnmetMessage,
    body_of,
    canonical,
    digest_of,
)

Status = Literal["stored", "duplicate", "conflict"]

LOW_SLIPS = 10
"""Fewer slips than this left on the roll, and the kiosk is nobody's neighbour with paper for long."""

DAYS_KEPT = 92
"""Days of which the least and the most are kept."""

TOMORROW = dt.timedelta(days=1)
"""A kiosk may be ahead of the hub's day; further ahead its clock is wrong."""


STICK = "stick"
"""Kind under which an envelope that came on a stick is in the ledger."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The envelope on a stick in which messages came: its id, and SHA-256 of its bytes, hexadecimal."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The messages of one request of `device`, whose signature held; or of one envelope on a stick, `carried`."""

    device: Device
    messages: tuple[Message, ...]
    carried: Carried | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of them. `newest`: the highest number of this kiosk's health that the hub has; `known`: whether the
    envelope had come before.
    """

    answers: tuple[Answer, ...]
    newest: int
    known: bool = False


@dataclass(slots=True)
class _Held:
    """What the database has of the devices of a call; kept up while their messages are gone through."""

    ledger: dict[tuple[str, str], str]
    health: dict[str, tuple[int, str, str]]
    fresh: dict[str, HealthMessage] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    """Of `fresh`, in canonical form."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    heard: dict[str, dt.datetime] = field(default_factory=dict)
    """When the health of a device was true that came on a stick."""
    carried: set[str] = field(default_factory=set)
    """Devices whose newest health came on a stick."""


class Reports:
    """Takes messages in. `least`: visits that must have asked a question before its words may come here. `heard` is
    told in the same transaction which devices have newly said how they are.
    """

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        least: int = LEAST_VISITS,
        zone: dt.tzinfo,
        heard: Callable[[Connection, Mapping[str, Health], dt.datetime], None] | None = None,
    ) -> None:
        self._store = store
        self._heard = heard
        self._now = now
        self._least = least
        self._zone = zone

    def ingest(self, sent: Sequence[Sent]) -> tuple[Taken, ...]:
        """Everything of `sent` in one transaction; answers in its order. Raises what SQLAlchemy raises when the
        database cannot be written; nothing was taken then.
        """

        def work(connection: Connection) -> tuple[Taken, ...]:
            now = self._now()
            held = _held(connection, sent)
            told: list[tuple[Answer, ...]] = []
            known: list[bool] = []
            for one in sent:
                known.append(_note_carried(held, one, now))
                newest = held.fresh.get(one.device.id)
                answers = tuple(
                    Answer(id=message.id, status=self._take(connection, held, one.device, message, now))
                    for message in one.messages
                )
                told.append(answers)
                if held.fresh.get(one.device.id) is not newest:
                    held.carried.discard(one.device.id)
                    held.carried |= {one.device.id} if one.carried is not None else set()
            if held.rows:
                connection.execute(insert(device_reports), held.rows)
            self._keep_health(connection, held, now)
            if self._heard is not None and held.fresh:
                self._heard(connection, {id: message.body for id, message in held.fresh.items()}, now)
            return tuple(
                Taken(answers, held.health.get(one.device.id, (0, "", ""))[0], before)
                for one, answers, before in zip(sent, told, known, strict=True)
            )

        return self._store.run_tx(work)

    def _take(self, connection: Connection, held: _Held, device: Device, message: Message, now: dt.datetime) -> Status:
        body = body_of(message.body)
        digest = digest_of(message.kind, body)
        known = held.ledger.get((device.id, message.id))
        if known is not None:
            return "duplicate" if known == digest else "conflict"
        if isinstance(message, HealthMessage):
            return _take_health(held, device, message, body, digest)
        if not self._apply(connection, device, message, now):
            return "conflict"
        held.ledger[device.id, message.id] = digest
        kept = canonical(body).decode() if isinstance(message, LetterMessage) else None
        row = {"device": device.id, "id": message.id, "kind": message.kind, "digest": digest, "body": kept}
        held.rows.append({**row, "received_at": written(now)})
        return "stored"

    def _apply(self, connection: Connection, device: Device, message: Message, now: dt.datetime) -> bool:
        """Writes what the message says; False when the hub can never take it, and nothing was written then."""
        last_day = (now + TOMORROW).astimezone(self._zone).date()
        match message:
            case UnmetMessage(body=body):
                return body.day <= last_day and self._take_unmet(connection, device, body)
            case ReceiptMessage(body=body):
                _take_receipt(connection, device, body)
                corrections.settle(connection, body.revision, now)
            case CorrectionMessage(body=body):
                if body.day > last_day:
                    return False
                corrections.take(connection, device.id, body, now)
            case CountersMessage(body=body):
                if body.day > last_day:
                    return False
                _take_counters(connection, device, body)
        return True

    def _take_unmet(self, connection: Connection, device: Device, body: Unmet) -> bool:
        texts = [one.text for one in body.queries]
        fit = all(kept_form(one.text) == one.text and one.visits >= self._least for one in body.queries)
        if not fit or len(set(texts)) != len(texts):
            return False
        note_unmet(connection, device.number, [Question(one.text, body.day, one.visits) for one in body.queries])
        return True

    def _keep_health(self, connection: Connection, held: _Held, now: dt.datetime) -> None:
        if not held.fresh:
            return
        rows = [
            _health_row(id, message, held.bodies[id], held.health[id][2], written(held.heard.get(id, now)))
            | {"by_stick": id in held.carried}
            for id, message in held.fresh.items()
        ]
        upsert(connection, device_health, rows)
        _keep_days(connection, held.fresh, now.astimezone(self._zone).date())


def _held(connection: Connection, sent: Sequence[Sent]) -> _Held:
    keys = [(one.device.id, message.id) for one in sent for message in one.messages]
    keys += [(one.device.id, one.carried.id) for one in sent if one.carried is not None]
    ids = list({one.device.id for one in sent})
    ledger: dict[tuple[str, str], str] = {}
    reports = device_reports.c
    for part in _parts(keys, 200):
        wanted = select(reports.device, reports.id, reports.digest).where(tuple_(reports.device, reports.id).in_(part))
        ledger |= {(row.device, row.id): row.digest for row in connection.execute(wanted)}
    health: dict[str, tuple[int, str, str]] = {}
    columns = device_health.c
    for some in _parts(ids, 500):
        found = select(columns.device, columns.seq, columns.id, columns.digest).where(columns.device.in_(some))
        health |= {row.device: (row.seq, row.id, row.digest) for row in connection.execute(found)}
    return _Held(ledger, health)


def _parts(things: list[Any], most: int) -> Iterable[list[Any]]:
    return (things[at : at + most] for at in range(0, len(things), most))


def _note_carried(held: _Held, one: Sent, now: dt.datetime) -> bool:
    """Puts the envelope into the ledger; whether it was there. Its health was true when it was written, not now."""
    if one.carried is None:
        return False
    for message in one.messages:
        if isinstance(message, HealthMessage) and message.body.clock.trusted:
            held.heard[one.device.id] = min(now, message.body.at)
    known = (one.device.id, one.carried.id) in held.ledger
    if not known:
        held.ledger[one.device.id, one.carried.id] = one.carried.digest
        row = {"device": one.device.id, "id": one.carried.id, "kind": STICK, "digest": one.carried.digest}
        held.rows.append({**row, "body": None, "received_at": written(now)})
    return known


def _take_health(held: _Held, device: Device, message: HealthMessage, body: Mapping[str, Any], digest: str) -> Status:
    seq, id, known = held.health.get(device.id, (0, "", ""))
    if message.id == id:
        return "duplicate" if digest == known else "conflict"
    if message.body.seq <= seq:
        return "duplicate"
    held.health[device.id] = message.body.seq, message.id, digest
    held.fresh[device.id] = message
    held.bodies[device.id] = canonical(body).decode()
    return "stored"


def _health_row(device: str, message: HealthMessage, body: str, digest: str, at: str) -> dict[str, Any]:
    health = message.body
    content, place = health.content, health.place
    return {
        "device": device,
        "id": message.id,
        "digest": digest,
        "seq": health.seq,
        "received_at": at,
        "revision": content.revision if content else None,
        "content_digest": content.digest if content else None,
        "proved": content is not None and content.proved_at is not None,
        "paper": paper_word(health),
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "body": body,
    }


def paper_word(health: Health) -> str:
    """ok, low, out, or none for a kiosk that cannot print whatever paper it has."""
    printer = health.printer
    if printer.state == PrinterState.PAPER_OUT:
        return "out"
    if not isinstance(printer.state, PrinterState) or not printer.state.prints:
        return "none"
    left = printer.slips_left
    if left == 0:
        return "out"
    low = printer.state is PrinterState.NEAR_END or (left is not None and left < LOW_SLIPS)
    return "low" if low else "ok"


def measured(health: Health) -> Mapping[str, int]:
    """What of a report is kept as the least and the most of a day."""
    found = {
        "slips_left": health.printer.slips_left,
        "disk_free_mb": health.disk_free_mb,
        "waiting": health.outbox.waiting,
        "errors": sum(health.errors.values()),
        "revision": health.content.revision if health.content else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _keep_days(connection: Connection, fresh: Mapping[str, HealthMessage], today: dt.date) -> None:
    day, days = today.isoformat(), device_days.c
    wanted = select(days.device, days.spans).where(days.device.in_(list(fresh)), days.day == day)
    held = {row.device: json.loads(row.spans) for row in connection.execute(wanted)}
    changed: list[dict[str, str]] = []
    for device, message in fresh.items():
        before = held.get(device, {})
        spans = dict(before)
        for name, value in measured(message.body).items():
            least, most = spans.get(name, (value, value))
            spans[name] = [min(least, value), max(most, value)]
        if device not in held or spans != before:
            text = json.dumps(spans, sort_keys=True, separators=(",", ":"))
            changed.append({"device": device, "day": day, "spans": text})
    upsert(connection, device_days, changed)
    gone = [device for device in fresh if device not in held]
    if gone:
        oldest = (today - dt.timedelta(days=DAYS_KEPT)).isoformat()
        connection.execute(delete(device_days).where(days.device.in_(gone), days.day < oldest))


def _take_receipt(connection: Connection, device: Device, body: Receipt) -> None:
    here = (device_receipts.c.device == device.id) & (device_receipts.c.revision == body.revision)
    row = {"digest": body.digest, "at": written(body.at)}
    if connection.execute(update(device_receipts).where(here).values(**row)).rowcount == 0:
        connection.execute(insert(device_receipts).values(device=device.id, revision=body.revision, **row))


def _take_counters(connection: Connection, device: Device, body: Counters) -> None:
    told = {"sessions": body.sessions}
    told |= {f"slips.{state.value}": count for state, count in body.slips.items()}
    if body.opened is not None:
        told |= {"opened.all": body.opened.all, "opened.first": body.opened.first}
    told |= {f"reader.{code.value}": count for code, count in body.reader.items()}
    day = body.day.isoformat()
    here = (device_counters.c.device == device.id) & (device_counters.c.day == day)
    held = connection.execute(select(device_counters.c.counts).where(here)).scalar()
    before: dict[str, int] = json.loads(held) if held is not None else {}
    larger = {name: max(before.get(name, 0), told.get(name, 0)) for name in {*before, *told}}
    text = json.dumps(larger, sort_keys=True, separators=(",", ":"))
    if held is None:
        connection.execute(insert(device_counters).values(device=device.id, day=day, counts=text))
    elif larger != before:
        connection.execute(update(device_counters).where(here).values(counts=text))
