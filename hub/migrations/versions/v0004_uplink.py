"""Kiosks that report home, and what they reported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolment_codes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("district", sa.Text),
        sa.Column("ring", sa.Text, nullable=False),
        sa.Column("lat", sa.Float),
        sa.Column("lon", sa.Float),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("until", sa.Text, nullable=False),
        sa.Column("device", sa.Text),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("district", sa.Text),
        sa.Column("ring", sa.Text, nullable=False),
        sa.Column("lat", sa.Float),
        sa.Column("lon", sa.Float),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("enrolled_at", sa.Text, nullable=False),
        sa.Column("revoked_at", sa.Text),
    )
    op.create_table(
        "device_reports",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("body", sa.Text),
    )
    op.create_table(
        "device_health",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger),
        sa.Column("content_digest", sa.Text),
        sa.Column("proved", sa.Boolean, nullable=False),
        sa.Column("paper", sa.Text, nullable=False),
        sa.Column("lat", sa.Float),
        sa.Column("lon", sa.Float),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "device_days",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("spans", sa.Text, nullable=False),
    )
    op.create_table(
        "device_counters",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("counts", sa.Text, nullable=False),
    )
    op.create_table(
        "device_receipts",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("revision", sa.BigInteger, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "tickets",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("edits", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.Text, nullable=False),
        sa.Column("answered_by", sa.Text, sa.ForeignKey("people.id")),
        sa.Column("answered_at", sa.Text),
        sa.Column("version", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("closed_at", sa.Text),
    )
    op.create_table(
        "corrections",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("revision", sa.BigInteger, primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("ticket", sa.Text, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
    )
    op.create_index("devices_by_number", "devices", ["number"])
    op.create_index("device_health_by_revision", "device_health", ["revision", "content_digest"])
    op.create_index("tickets_by_item", "tickets", ["item", "field"])
    op.create_index("tickets_by_state", "tickets", ["state", "department"])
    op.create_index("corrections_by_ticket", "corrections", ["ticket"])
    op.create_index("corrections_by_time", "corrections", ["received_at"])


def downgrade() -> None:
    op.drop_table("corrections")
    op.drop_table("tickets")
    op.drop_table("device_receipts")
    op.drop_table("device_counters")
    op.drop_table("device_days")
    op.drop_table("device_health")
    op.drop_table("device_reports")
    op.drop_table("devices")
    op.drop_table("enrolment_codes")
