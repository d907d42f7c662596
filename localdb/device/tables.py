"""Tables of `device.db` as they are now; `migrations` is how older files get there."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, MetaData, Table, Text

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
