"""The audit log (审计日志): who did what to what, as a chain in which every entry holds the hash of the one before.

An entry is written in the same transaction as what it tells of; what was refused is told, too. Details are short and
never hold a password, a session or the text of a letter.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from hub import marks
from hub.store import Store, moment, written
from hub.tables import audit, releases

COMMAND_LINE = "-"
"""Who acted when it was a command on the hub's own machine."""

BEGINNING = "0" * 64
HEAD = "audit_head"

LONGEST_DETAIL = 200
"""Characters; a remark is told up to here, it stands whole with its version."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be told: an action (``item.submit``), its subject (``guide/ga-001``), details; `done`: not refused."""

    who: str
    action: str
    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)
    done: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log."""

    seq: int
    at: dt.datetime
    who: str
    action: str
    subject: str
    done: bool
    details: Mapping[str, Any]
    before: str
    hash: str


@dataclass(frozen=True, slots=True)
class BadEntry:
    """Where the chain breaks first, and how: missing, altered, unlinked, cut (the end is gone)."""

    seq: int
    how: str


def append(connection: Connection, now: dt.datetime, *events: Event) -> None:
    """Writes entries at the end of the chain, in the caller's transaction."""
    if not events:
        return
    head = marks.get(connection, HEAD)
    seq, before = _parsed(head)
    at = written(now)
    rows = []
    for event in events:
        seq += 1
        row = {
            "seq": seq,
            "at": at,
            "who": event.who,
            "action": event.action,
            "subject": event.subject,
            "done": event.done,
            "details": json.dumps(_short(event.details), ensure_ascii=False, sort_keys=True, separators=(",", ":")),
            "before": before,
        }
        row["hash"] = before = _hash(row)
        rows.append(row)
    marks.move(connection, HEAD, head, f"{seq}:{before}")
    connection.execute(insert(audit), rows)


def head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the newest entry; (0, zeros) before the first."""
    return _parsed(marks.get(connection, HEAD))


class AuditLog:
    """Reads the log and proves it. Nothing in the hub can change or remove an entry."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def entries(
        self,
        *,
        limit: int = 100,
        older_than: int | None = None,
        who: str | None = None,
        subject: str | None = None,
        action: str | None = None,
        done: bool | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
    ) -> tuple[Entry, ...]:
        """Newest first. `older_than`: only lower numbers; `action`: a name or its beginning (``item.``); the moment
        `since` counts, `until` does not.
        """
        wanted = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        if older_than is not None:
            wanted = wanted.where(audit.c.seq < older_than)
        if since is not None:
            wanted = wanted.where(audit.c.at >= written(since))
        if until is not None:
            wanted = wanted.where(audit.c.at < written(until))
        if who is not None:
            wanted = wanted.where(audit.c.who == who)
        if subject is not None:
            wanted = wanted.where(audit.c.subject == subject)
        if action is not None:
            wanted = wanted.where(audit.c.action.startswith(action, autoescape=True))
        if done is not None:
            wanted = wanted.where(audit.c.done.is_(done))
        return self._store.read(lambda connection: tuple(_entry(row) for row in connection.execute(wanted)))

    def head(self) -> tuple[int, str]:
        """Number and hash of the newest entry."""
        return self._store.read(head)

    def verify(self) -> BadEntry | None:
        """The first entry that is not as it was written, or None when the chain is whole.

        Besides the links it compares the end of the chain with what each release noted when it went out, so that a
        chain that was cut or written anew from some entry on does not pass.
        """
        return self._store.read(first_bad)


def first_bad(connection: Connection) -> BadEntry | None:
    """As `AuditLog.verify`, in the caller's transaction."""
    anchors = {
        row.audit_seq: row.audit_hash
        for row in connection.execute(
            select(releases.c.audit_seq, releases.c.audit_hash).where(releases.c.audit_seq.is_not(None))
        )
    }
    seq, before = 0, BEGINNING
    for row in connection.execute(select(audit).order_by(audit.c.seq), execution_options={"yield_per": 1000}):
        seq += 1
        found = dict(row._mapping)
        if found["seq"] != seq:
            return BadEntry(seq, "missing")
        if found["before"] != before:
            return BadEntry(seq, "unlinked")
        if found["hash"] != _hash(found) or anchors.pop(seq, found["hash"]) != found["hash"]:
            return BadEntry(seq, "altered")
        before = found["hash"]
    if anchors or head(connection) != (seq, before):
        return BadEntry(seq + 1, "cut")
    return None


def _parsed(head: str) -> tuple[int, str]:
    seq, _, digest = head.partition(":")
    return (int(seq), digest) if head else (0, BEGINNING)


def _hash(row: Mapping[str, Any]) -> str:
    told = [row[name] for name in ("seq", "at", "who", "action", "subject", "done", "details", "before")]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8")).hexdigest()


def _short(details: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value[: LONGEST_DETAIL - 1] + "…" if isinstance(value, str) and len(value) > LONGEST_DETAIL else value
        for name, value in details.items()
        if value is not None and value != ""
    }


def _entry(row: Any) -> Entry:
    return Entry(
        seq=row.seq,
        at=moment(row.at),
        who=row.who,
        action=row.action,
        subject=row.subject,
        done=row.done,
        details=json.loads(row.details),
        before=row.before,
        hash=row.hash,
    )
