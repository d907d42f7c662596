"""Alarms of kiosks, who looks after them, and visits to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("began_at", sa.Text, primary_key=True),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("raised_at", sa.Text),
        sa.Column("quiet_at", sa.Text),
        sa.Column("cleared_at", sa.Text),
    )
    op.create_table(
        "alarm_mutes",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("until", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "device_starts",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("restarts", sa.Integer, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("lately", sa.Integer, nullable=False),
    )
    op.create_table(
        "kiosk_care",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("paper_mm", sa.Integer),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("edits", sa.Integer, nullable=False),
    )
    op.create_table(
        "visits",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("came_at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("done", sa.Text, nullable=False),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_index("alarms_by_end", "alarms", ["cleared_at", "kind"])


def downgrade() -> None:
    for table in ("visits", "kiosk_care", "device_starts", "alarm_mutes", "alarms"):
        op.drop_table(table)
