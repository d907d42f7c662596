"""What departments were asked to answer or to verify and who writes what, by whom, until when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gap_rows", sa.Column("told", sa.Text))
    op.create_table(
        "asks",
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("department", sa.Text, primary_key=True),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "asked_rows",
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("department", sa.Text, primary_key=True),
        sa.Column("row", sa.Text, primary_key=True),
        sa.ForeignKeyConstraint(["topic", "subject", "department"], ["asks.topic", "asks.subject", "asks.department"]),
    )
    op.create_table(
        "commissions",
        sa.Column("item", sa.Text, sa.ForeignKey("items.key"), primary_key=True),
        sa.Column("writer", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_index("commissions_by_writer", "commissions", ["writer"])


def downgrade() -> None:
    for table in ("commissions", "asked_rows", "asks"):
        op.drop_table(table)
    op.drop_column("gap_rows", "told")
