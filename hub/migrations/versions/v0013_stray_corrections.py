"""Corrections of what the hub never had lie apart: they are no ticket, and count nowhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = ("device", "item", "field", "day", "revision", "times", "received_at")

items = sa.table("items", sa.column("key", sa.Text))
tickets = sa.table("tickets", sa.column("item", sa.Text))
corrections = sa.table("corrections", *(sa.column(name) for name in COLUMNS))
strays = sa.table("stray_corrections", *(sa.column(name) for name in COLUMNS))


def upgrade() -> None:
    op.create_table(
        "stray_corrections",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
    )
    op.create_index("stray_corrections_by_time", "stray_corrections", ["received_at"])
    unknown = corrections.c.item.not_in(sa.select(items.c.key))
    found = sa.select(*(corrections.c[name] for name in COLUMNS)).where(unknown)
    op.execute(sa.insert(strays).from_select(COLUMNS, found))
    op.execute(sa.delete(corrections).where(unknown))
    op.execute(sa.delete(tickets).where(tickets.c.item.not_in(sa.select(items.c.key))))


def downgrade() -> None:
    op.drop_table("stray_corrections")
