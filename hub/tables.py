"""Tables of the hub as they are now; `migrations` is how older databases get there.

The portable subset: keys are text made by the application, moments are ISO 8601 text in UTC, numbers come from rows
that are moved on by compare-and-set, composite keys instead of sequences, no triggers, arrays or advisory locks. SQLite
and PostgreSQL get the same statements.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
)

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
    Column("content", Text, comment="the same of what editors wrote alone, without numbers, versions and changes"),
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

check_numbers = Table(
    "check_numbers",
    metadata,
    Column("item", Text, ForeignKey("items.key"), primary_key=True),
    Column("number", Integer, nullable=False, unique=True, comment="from 1, never given twice: what check codes name"),
    Column("release", Text, ForeignKey("releases.id"), comment="first release that had it; null: none as yet"),
)

changes = Table(
    "changes",
    metadata,
    Column("id", Text, primary_key=True, comment="of the change record"),
    Column("item", Text, ForeignKey("items.key"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Text, nullable=False, comment="when the release was put together"),
    Column("release", Text, ForeignKey("releases.id"), nullable=False),
    Column("line", Text, nullable=False, comment="the change record, canonical form without its line feed"),
    Index("changes_by_release", "release"),
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

import_trials = Table(
    "import_trials",
    metadata,
    Column("id", Text, primary_key=True, comment="random, for the address of its page"),
    Column("person", Text, ForeignKey("people.id"), comment="who tried it out; null: the command line"),
    Column("name", Text, nullable=False, comment="of the file"),
    Column("sha256", Text, nullable=False, comment="of the file, hexadecimal; the file itself is not in the database"),
    Column("dialect", Text, nullable=False, comment="mapping that was asked for; empty: found out"),
    Column("state", Text, nullable=False, comment="hub.importing.trials.State"),
    Column("done", Integer, nullable=False, comment="rows read so far"),
    Column("total", Integer, nullable=False),
    Column("at", Text, nullable=False, comment="when it began"),
    Column("moved_at", Text, nullable=False, comment="last sign of life"),
    Column("plan", Text, nullable=False, comment="SHA-256 over every record that would become a draft"),
    Column("report", Text, comment="JSON object, what the page shows; long numbers masked"),
    Column("told", Text, comment="why it could not be read"),
    Index("import_trials_by_person", "person", "at"),
)

gap_lists = Table(
    "gap_lists",
    metadata,
    Column("id", Text, primary_key=True, comment="random"),
    Column("city", Text, nullable=False, comment="whose list it is"),
    Column("source", Text, nullable=False, comment="file name, and where it comes from"),
    Column("sha256", Text, nullable=False),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    Column("at", Text, nullable=False),
    Index("gap_lists_by_city", "city", "at"),
)

gap_rows = Table(
    "gap_rows",
    metadata,
    Column("list", Text, ForeignKey("gap_lists.id"), primary_key=True),
    Column("row", Integer, primary_key=True, comment="from 1, as in the list"),
    Column("name", Text, nullable=False),
    Column("mark", Text, nullable=False, comment="the name as it is compared; answers hang on it"),
    Column("code", Text, nullable=False, comment="empty: the list has none"),
    Column("theirs", Text, nullable=False, comment="department in the other city"),
    Column("told", Text, comment="JSON list of [heading, cell]: its other columns; null: none"),
    Index("gap_rows_by_mark", "mark"),
)

gap_answers = Table(
    "gap_answers",
    metadata,
    Column("city", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("department", Text, nullable=False, comment="ours, that answers"),
    Column("answer", Text, nullable=False, comment="hub.gaps.Answer; empty: only the department was set"),
    Column("item", Text, comment="what covers it, or the draft that came of it"),
    Column("reason", Text),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    Column("at", Text, nullable=False),
)

asks = Table(
    "asks",
    metadata,
    Column("topic", Text, primary_key=True, comment="hub.asking.Topic"),
    Column("subject", Text, primary_key=True, comment="the other city, or empty"),
    Column("department", Text, primary_key=True, comment="who is asked"),
    Column("due", Text, nullable=False, comment="ISO 8601, the last day for it"),
    Column("person", Text, ForeignKey("people.id"), nullable=False, comment="who asked last"),
    Column("at", Text, nullable=False),
)

asked_rows = Table(
    "asked_rows",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("department", Text, primary_key=True),
    Column("row", Text, primary_key=True, comment="gap_rows.mark, or the key of an item"),
    ForeignKeyConstraint(["topic", "subject", "department"], ["asks.topic", "asks.subject", "asks.department"]),
)

commissions = Table(
    "commissions",
    metadata,
    Column("item", Text, ForeignKey("items.key"), primary_key=True),
    Column("writer", Text, ForeignKey("people.id"), nullable=False, comment="who writes it"),
    Column("due", Text, nullable=False, comment="ISO 8601, the last day for it"),
    Column("person", Text, ForeignKey("people.id"), nullable=False, comment="who said so"),
    Column("at", Text, nullable=False),
    Index("commissions_by_writer", "writer"),
)

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True, comment="revision, open_release, audit_head"),
    Column("value", Text, nullable=False, comment="moved on by compare-and-set"),
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("id", Text, primary_key=True, comment="SHA-256 of the code"),
    Column("number", Text, nullable=False, comment="of the kiosk that it is for"),
    Column("name", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("district", Text, comment="GB/T 2260"),
    Column("ring", Text, nullable=False),
    Column("lat", Float, comment="WGS 84"),
    Column("lon", Float),
    Column("made_by", Text, nullable=False, comment="id of a person, or - for the command line"),
    Column("made_at", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("device", Text, comment="who used it; null: nobody yet"),
)

devices = Table(
    "devices",
    metadata,
    Column("id", Text, primary_key=True, comment="uuid4, hexadecimal"),
    Column("number", Text, nullable=False, comment="of the kiosk; one device of a number is not revoked"),
    Column("name", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("district", Text, comment="GB/T 2260"),
    Column("ring", Text, nullable=False, comment="of the staged releases"),
    Column("lat", Float, comment="WGS 84; null: as the kiosk says"),
    Column("lon", Float),
    Column("key", Text, nullable=False, unique=True, comment="Ed25519 public key, hexadecimal"),
    Column("enrolled_at", Text, nullable=False),
    Column("revoked_at", Text),
    Index("devices_by_number", "number"),
)

device_reports = Table(
    "device_reports",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("id", Text, primary_key=True, comment="of the message, made by the kiosk"),
    Column("kind", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="uplink.messages.digest_of"),
    Column("received_at", Text, nullable=False),
    Column("body", Text, comment="of kinds that have no table of their own; sealed ones as they came"),
)

device_health = Table(
    "device_health",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("id", Text, nullable=False, comment="of the message"),
    Column("digest", Text, nullable=False),
    Column("seq", BigInteger, nullable=False, comment="the highest that came"),
    Column("received_at", Text, nullable=False),
    Column("revision", BigInteger, comment="of the catalogue that is open there"),
    Column("content_digest", Text),
    Column("proved", Boolean, nullable=False, comment="whether the kiosk has read that catalogue back whole"),
    Column("paper", Text, nullable=False, comment="ok, low, out or none"),
    Column("lat", Float),
    Column("lon", Float),
    Column("body", Text, nullable=False, comment="uplink.messages.Health as JSON"),
    Column("by_stick", Boolean, nullable=False, server_default=false(), comment="whether it came on a stick"),
    Index("device_health_by_revision", "revision", "content_digest"),
)

device_days = Table(
    "device_days",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("day", Text, primary_key=True, comment="ISO 8601, as the hub received it"),
    Column("spans", Text, nullable=False, comment="JSON object: [least, most] by name of what was measured"),
)

device_counters = Table(
    "device_counters",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("day", Text, primary_key=True, comment="ISO 8601, local to the kiosk"),
    Column("counts", Text, nullable=False, comment="JSON object: the largest count that came, by name"),
)

device_receipts = Table(
    "device_receipts",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("at", Text, nullable=False, comment="as the kiosk says"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Text, primary_key=True, comment="uuid4, hexadecimal"),
    Column("item", Text, nullable=False, comment="kind/id; the item may be gone by now"),
    Column("department", Text, nullable=False, comment="whose item it was when the ticket was opened"),
    Column("field", Text, nullable=False, comment="uplink.messages.Faulty"),
    Column("state", Text, nullable=False, comment="hub.corrections.State"),
    Column("edits", Integer, nullable=False, comment="grows with every change; guards against lost updates"),
    Column("opened_at", Text, nullable=False),
    Column("answered_by", Text, ForeignKey("people.id")),
    Column("answered_at", Text),
    Column("version", Integer, comment="of the item, in which it is mended"),
    Column("reason", Text, comment="why it is not so"),
    Column("closed_at", Text),
    Index("tickets_by_item", "item", "field"),
    Index("tickets_by_state", "state", "department"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("item", Text, primary_key=True, comment="kind/id"),
    Column("field", Text, primary_key=True),
    Column("day", Text, primary_key=True, comment="ISO 8601, local to the kiosk"),
    Column("revision", BigInteger, primary_key=True, comment="of the catalogue in which it was read"),
    Column("times", Integer, nullable=False, comment="how many visits of that day said so"),
    Column("version", Integer, comment="of the item in that revision; null: not known here"),
    Column("ticket", Text, ForeignKey("tickets.id"), nullable=False),
    Column("received_at", Text, nullable=False),
    Index("corrections_by_ticket", "ticket"),
    Index("corrections_by_time", "received_at"),
)

stray_corrections = Table(
    "stray_corrections",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("item", Text, primary_key=True, comment="kind/id, as the kiosk said; no version of it was ever out"),
    Column("field", Text, primary_key=True),
    Column("day", Text, primary_key=True, comment="ISO 8601, local to the kiosk"),
    Column("revision", BigInteger, primary_key=True, autoincrement=False, comment="as the kiosk said"),
    Column("times", Integer, nullable=False),
    Column("received_at", Text, nullable=False),
    Index("stray_corrections_by_time", "received_at"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("kind", Text, primary_key=True, comment="hub.alarm_rules.Rule.kind"),
    Column("began_at", Text, primary_key=True, comment="when it was first seen"),
    Column("rank", Integer, nullable=False, comment="hub.alarm_rules.Mark"),
    Column("value", Float, nullable=False, comment="what was measured last while it held"),
    Column("told", Text, nullable=False, comment="a word beside the value: the printer's state…; may be empty"),
    Column("raised_at", Text, comment="null: it has not lasted long enough yet"),
    Column("quiet_at", Text, comment="since when it is well again; null: it is not"),
    Column("cleared_at", Text, comment="null: it still holds"),
    Index("alarms_by_end", "cleared_at", "kind"),
)

alarm_mutes = Table(
    "alarm_mutes",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("until", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    Column("at", Text, nullable=False),
)

device_starts = Table(
    "device_starts",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("restarts", Integer, nullable=False, comment="in 24 hours, as the kiosk said at that time"),
    Column("at", Text, nullable=False, comment="beginning of the ten minutes that are looked at"),
    Column("lately", Integer, nullable=False, comment="restarts within them"),
)

kiosk_care = Table(
    "kiosk_care",
    metadata,
    Column("number", Text, primary_key=True, comment="of the kiosk, whichever device stands there"),
    Column("contact", Text, nullable=False, comment="who goes there; empty: nobody was named"),
    Column("paper_mm", Integer, comment="width of its paper, 80 or 58; null: not known"),
    Column("note", Text, nullable=False),
    Column("edits", Integer, nullable=False, comment="grows with every change; guards against lost updates"),
)

visits = Table(
    "visits",
    metadata,
    Column("number", Text, primary_key=True, comment="of the kiosk"),
    Column("id", Text, primary_key=True, comment="uuid4, hexadecimal"),
    Column("came_at", Text, nullable=False, comment="when somebody was there"),
    Column("who", Text, nullable=False),
    Column("done", Text, nullable=False),
    Column("person", Text, ForeignKey("people.id"), nullable=False, comment="who wrote it down"),
    Column("at", Text, nullable=False),
)

rollouts = Table(
    "rollouts",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False, comment="that reaches the street in steps"),
    Column("stable", BigInteger, nullable=False, comment="revision that everybody else stays with"),
    Column("course", Text, nullable=False, comment="hub.rollout.Course"),
    Column("percent", Integer, nullable=False, comment="of the street; 0: only rings have it"),
    Column("districts", Text, nullable=False, comment="JSON list, GB/T 2260; empty: all"),
    Column("not_before", Text),
    Column("begun_at", Text, nullable=False),
    Column("ring", Text, comment="up to which rings have it; empty: all of them"),
    Column("reached_at", Text, comment="since when it is as far as it is, or goes on again"),
    Column("plan", Text, comment="JSON object: the rings and shares that it goes through"),
)

rollout_steps = Table(
    "rollout_steps",
    metadata,
    Column("revision", BigInteger, ForeignKey("rollouts.revision"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("action", Text, nullable=False, comment="hub.rollout.Step"),
    Column("percent", Integer, nullable=False, comment="after it"),
    Column("person", Text, ForeignKey("people.id"), comment="null: the command line"),
    Column("ring", Text, comment="after it, as in rollouts"),
    Column("reason", Text, comment="why somebody did not wait"),
)

rollout_kiosks = Table(
    "rollout_kiosks",
    metadata,
    Column("device", Text, ForeignKey("devices.id"), primary_key=True),
    Column("revision", BigInteger, nullable=False, comment="that it had when it was first seen in this stage"),
    Column("since", Text, nullable=False),
    Column("said", Integer, nullable=False, comment="restarts in 24 hours, as it said last"),
    Column("restarts", Integer, nullable=False, comment="seen since then"),
    Column("day", Text, nullable=False, comment="its newest day of counts at that time; empty: none"),
    Column("counts", Text, nullable=False, comment="JSON object: of that day, at that time"),
)

login_tries = Table(
    "login_tries",
    metadata,
    Column("who", Text, primary_key=True, comment="SHA-256 of what is counted: a login or an address"),
    Column("slot", BigInteger, primary_key=True, autoincrement=False, comment="tenth of the window, since 1970"),
    Column("tries", Integer, nullable=False),
    Index("login_tries_by_slot", "slot"),
)

enrolment_tries = Table(
    "enrolment_tries",
    metadata,
    Column("who", Text, primary_key=True, comment="SHA-256 of an address"),
    Column("slot", BigInteger, primary_key=True, autoincrement=False, comment="tenth of the window, since 1970"),
    Column("tries", Integer, nullable=False),
    Index("enrolment_tries_by_slot", "slot"),
)
