"""Tables of the hub as they are now; `migrations` is how older databases get there.

The portable subset: keys are text made by the application, moments are ISO 8601 text in UTC, numbers come from rows
that are moved on by compare-and-set, composite keys instead of sequences, no triggers, arrays or advisory locks. SQLite
and PostgreSQL get the same statements.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, Table, Text

metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True, comment="uuid4, hexadecimal"),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, comment="as shown to colleagues and in signed approvals"),
    Column("department", Text, nullable=False, comment="id of an org record; * for people who work for the whole city"),
    Column("password", Text, nullable=False, comment="argon2id, encoded"),
    Column("demo", Boolean, nullable=False, comment="may log in only where the hub's profile is demo"),
    Column("disabled_at", Text),
    Column("made_at", Text, nullable=False),
)

person_roles = Table(
    "person_roles",
    metadata,
    Column("person", Text, ForeignKey("people.id"), primary_key=True),
    Column("role", Text, primary_key=True, comment="hub.workflow.Role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True, comment="SHA-256 of the cookie's value"),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    Column("made_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("csrf", Text, nullable=False, comment="what forms of this session carry"),
    Index("sessions_by_person", "person"),
)

items = Table(
    "items",
    metadata,
    Column("key", Text, primary_key=True, comment="kind/id of the record"),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False, comment="of the newest version"),
    Column("department", Text, nullable=False, comment="whose item it is; * for what belongs to the whole city"),
    Column("last", Integer, nullable=False, comment="highest version number given"),
    Column("live", Integer, comment="version that the newest release has; null: none"),
    Column("open", Integer, comment="version that is being written or reviewed; null: none"),
    Column("verified_on", Text, comment="of the live version"),
    Index("items_by_kind", "kind", "id"),
    Index("items_by_department", "department"),
)

versions = Table(
    "versions",
    metadata,
    Column("item", Text, ForeignKey("items.key"), primary_key=True),
    Column("number", Integer, primary_key=True, comment="from 1, never given twice"),
    Column("line", Text, nullable=False, comment="the whole record, canonical form without its line feed"),
    Column("retired", Boolean, nullable=False, comment="publishing this version takes the item down (下线)"),
    Column("status", Text, nullable=False, comment="hub.workflow.Status"),
    Column("status_at", Text, nullable=False),
    Column("edits", Integer, nullable=False, comment="grows with every change of the row; guards against lost updates"),
    Column("author", Text, ForeignKey("people.id"), comment="who began it; null: import or withdrawal"),
    Column("saved_by", Text, ForeignKey("people.id"), comment="who changed it last"),
    Column("made_at", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
    Column("remark", Text, comment="of the last return, or what a withdrawal restores"),
    Column("base", Integer, comment="live version when this one was begun"),
    Column("release", Text, comment="id of the release that holds it; locks the version while the release is open"),
    Column("revision", Integer, comment="first revision that had it"),
    Index("versions_by_status", "status"),
    Index("versions_by_release", "release"),
)

hands = Table(
    "hands",
    metadata,
    Column("item", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("person", Text, ForeignKey("people.id"), primary_key=True),
    Column("part", Text, nullable=False, comment="hub.workflow.Part; one person has one part in a version"),
    Column("at", Text, nullable=False),
    ForeignKeyConstraint(["item", "number"], ["versions.item", "versions.number"]),
    Index("hands_by_person", "person"),
)

steps = Table(
    "steps",
    metadata,
    Column("item", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("step", Integer, primary_key=True, comment="from 1 within the version"),
    Column("at", Text, nullable=False),
    Column("person", Text, ForeignKey("people.id"), comment="null: import, release or withdrawal"),
    Column("action", Text, nullable=False, comment="hub.workflow.Action"),
    Column("status", Text, nullable=False, comment="status after it"),
    Column("remark", Text),
    ForeignKeyConstraint(["item", "number"], ["versions.item", "versions.number"]),
)

releases = Table(
    "releases",
    metadata,
    Column("id", Text, primary_key=True, comment="uuid4, hexadecimal"),
    Column("kind", Text, nullable=False, comment="normal, baseline or withdrawal"),
    Column("state", Text, nullable=False, comment="hub.release.State"),
    Column("base", Integer, nullable=False, comment="revision that was out when it was prepared; 0: none"),
    Column("revision", Integer, unique=True, comment="given when publishing begins"),
    Column("withdraws", Integer, comment="revision whose changes are taken back"),
    Column("digest", Text, nullable=False, comment="SHA-256 of all canonical lines, hexadecimal"),
    Column("records", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("dropped", Integer, nullable=False),
    Column("made_by", Text, ForeignKey("people.id"), comment="null: the command line"),
    Column("made_at", Text, nullable=False),
    Column("published_at", Text),
    Column("audit_seq", Integer, comment="end of the audit chain when it was published"),
    Column("audit_hash", Text),
)

release_items = Table(
    "release_items",
    metadata,
    Column("release", Text, ForeignKey("releases.id"), primary_key=True),
    Column("item", Text, ForeignKey("items.key"), primary_key=True),
    Column("number", Integer, nullable=False, comment="version that goes out"),
    Column("before", Integer, comment="live version that it replaces; null: the item is new"),
    Column("change", Text, nullable=False, comment="added, changed or dropped"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("release", Text, ForeignKey("releases.id"), primary_key=True),
    Column("person", Text, ForeignKey("people.id"), primary_key=True),
    Column("at", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="what was approved"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False, comment="from 1, without gaps"),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False, comment="id of a person, or - for the command line"),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="kind/id of an item, release, login…"),
    Column("done", Boolean, nullable=False, comment="false: it was refused"),
    Column("details", Text, nullable=False, comment="JSON object, short"),
    Column("before", Text, nullable=False, comment="hash of the entry before; zeros for the first"),
    Column("hash", Text, nullable=False, comment="SHA-256 over all of the above, hexadecimal"),
    Index("audit_by_subject", "subject"),
    Index("audit_by_who", "who"),
)

unmet_report = Table(
    "unmet_report",
    metadata,
    Column("kiosk", Text, primary_key=True, comment="number of the kiosk"),
    Column("day", Text, primary_key=True, comment="ISO 8601, local"),
    Column("text", Text, primary_key=True, comment="as domain.unmet.kept_form makes it"),
    Column("visits", Integer, nullable=False, comment="separate visits of that day that asked it in vain"),
    Index("unmet_report_by_text", "text"),
)

candidate_decisions = Table(
    "candidate_decisions",
    metadata,
    Column("text", Text, primary_key=True),
    Column("adopted", Boolean, nullable=False, comment="false: declined"),
    Column("item", Text, ForeignKey("items.key"), comment="whose alias it became"),
    Column("reason", Text, comment="why it was declined"),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("revision", Integer, nullable=False, comment="release that was out then"),
    Column("met", Boolean, nullable=False, comment="whether search met the question then"),
)

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True, comment="revision, open_release, audit_head"),
    Column("value", Text, nullable=False, comment="moved on by compare-and-set"),
)
