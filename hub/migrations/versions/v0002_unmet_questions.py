"""What kiosks report was asked in vain, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unmet_report",
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, primary_key=True),
        sa.Column("visits", sa.Integer, nullable=False),
    )
    op.create_table(
        "candidate_decisions",
        sa.Column("text", sa.Text, primary_key=True),
        sa.Column("adopted", sa.Boolean, nullable=False),
        sa.Column("item", sa.Text, sa.ForeignKey("items.key")),
        sa.Column("reason", sa.Text),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("met", sa.Boolean, nullable=False),
    )
    op.create_index("unmet_report_by_text", "unmet_report", ["text"])


def downgrade() -> None:
    op.drop_table("candidate_decisions")
    op.drop_table("unmet_report")
