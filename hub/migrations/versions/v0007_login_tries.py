"""Tries to log in, counted where every process of the hub sees them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "login_tries",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("slot", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_index("login_tries_by_slot", "login_tries", ["slot"])


def downgrade() -> None:
    op.drop_table("login_tries")
