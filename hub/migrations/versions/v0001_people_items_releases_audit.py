"""People, items with their versions and reviews, releases, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("login", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("demo", sa.Boolean, nullable=False),
        sa.Column("disabled_at", sa.Text),
        sa.Column("made_at", sa.Text, nullable=False),
    )
    op.create_table(
        "person_roles",
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("role", sa.Text, primary_key=True),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Text, nullable=False),
        sa.Column("csrf", sa.Text, nullable=False),
    )
    op.create_table(
        "items",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("live", sa.Integer),
        sa.Column("open", sa.Integer),
        sa.Column("verified_on", sa.Text),
    )
    op.create_table(
        "versions",
        sa.Column("item", sa.Text, sa.ForeignKey("items.key"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("status_at", sa.Text, nullable=False),
        sa.Column("edits", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, sa.ForeignKey("people.id")),
        sa.Column("saved_by", sa.Text, sa.ForeignKey("people.id")),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("saved_at", sa.Text, nullable=False),
        sa.Column("remark", sa.Text),
        sa.Column("base", sa.Integer),
        sa.Column("release", sa.Text),
        sa.Column("revision", sa.Integer),
    )
    op.create_table(
        "hands",
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["item", "number"], ["versions.item", "versions.number"]),
    )
    op.create_table(
        "steps",
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id")),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("remark", sa.Text),
        sa.ForeignKeyConstraint(["item", "number"], ["versions.item", "versions.number"]),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, unique=True),
        sa.Column("withdraws", sa.Integer),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("dropped", sa.Integer, nullable=False),
        sa.Column("made_by", sa.Text, sa.ForeignKey("people.id")),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("published_at", sa.Text),
        sa.Column("audit_seq", sa.Integer),
        sa.Column("audit_hash", sa.Text),
    )
    op.create_table(
        "release_items",
        sa.Column("release", sa.Text, sa.ForeignKey("releases.id"), primary_key=True),
        sa.Column("item", sa.Text, sa.ForeignKey("items.key"), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("before", sa.Integer),
        sa.Column("change", sa.Text, nullable=False),
    )
    op.create_table(
        "approvals",
        sa.Column("release", sa.Text, sa.ForeignKey("releases.id"), primary_key=True),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("sessions_by_person", "sessions", ["person"])
    op.create_index("items_by_kind", "items", ["kind", "id"])
    op.create_index("items_by_department", "items", ["department"])
    op.create_index("versions_by_status", "versions", ["status"])
    op.create_index("versions_by_release", "versions", ["release"])
    op.create_index("hands_by_person", "hands", ["person"])
    op.create_index("audit_by_subject", "audit", ["subject"])
    op.create_index("audit_by_who", "audit", ["who"])


def downgrade() -> None:
    op.drop_table("marks")
    op.drop_table("audit")
    op.drop_table("approvals")
    op.drop_table("release_items")
    op.drop_table("releases")
    op.drop_table("steps")
    op.drop_table("hands")
    op.drop_table("versions")
    op.drop_table("items")
    op.drop_table("sessions")
    op.drop_table("person_roles")
    op.drop_table("people")
