"""Releases that reach the street in steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rollouts",
        sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("stable", sa.BigInteger, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("districts", sa.Text, nullable=False),
        sa.Column("not_before", sa.Text),
        sa.Column("begun_at", sa.Text, nullable=False),
    )
    op.create_table(
        "rollout_steps",
        sa.Column("revision", sa.BigInteger, sa.ForeignKey("rollouts.revision"), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id")),
    )


def downgrade() -> None:
    op.drop_table("rollout_steps")
    op.drop_table("rollouts")
