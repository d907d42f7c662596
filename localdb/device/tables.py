"""Tables of `device.db` as they are now; `migrations` is how older files get there."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, Table, Text

metadata = MetaData()

slip_jobs = Table(
    "slip_jobs",
    metadata,
    Column("number", Integer, primary_key=True, comment="printed on the slip; consecutive, never given twice"),
    Column("job", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False, comment="domain.events.JobState"),
    Column("code", Text, comment="domain.errors.Code"),
    Column("millimetres", Float, nullable=False),
    Column("changed_at", Text, nullable=False, comment="ISO 8601, UTC"),
    sqlite_autoincrement=True,
)

marks = Table(
    "marks",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

unmet_query = Table(
    "unmet_query",
    metadata,
    Column("day", Text, primary_key=True, comment="ISO 8601, local"),
    Column("text", Text, primary_key=True, comment="as `domain.unmet.kept_form` makes it"),
    Column("visits", Integer, nullable=False, comment="separate visits of that day; never one below the threshold"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True, comment="uuid4; the hub knows the message by it"),
    Column("kind", Text, nullable=False),
    Column("name", Text, unique=True, comment="what it is the newest of; null: it stands for itself"),
    Column("body", Text, nullable=False, comment="JSON, canonical; letters are sealed before they come here"),
    Column("size", Integer, nullable=False, comment="bytes of body"),
    Column("made_at", Text, nullable=False, comment="ISO 8601, UTC"),
    Column("tries", Integer, nullable=False, comment="deliveries that did not reach the hub"),
    Column("refusals", Integer, nullable=False, comment="times that the hub would not have it"),
    Column("next_at", Integer, nullable=False, comment="seconds since 1970; not before"),
    Column("dead", Boolean, nullable=False, comment="the hub will not have it; kept for staff to see"),
    Index("outbox_by_time", "dead", "next_at"),
)

outbox_told = Table(
    "outbox_told",
    metadata,
    Column("name", Text, primary_key=True, comment="as in outbox"),
    Column("digest", Text, nullable=False, comment="SHA-256 of the body that the hub has"),
    Column("at", Text, nullable=False, comment="ISO 8601, UTC"),
)
