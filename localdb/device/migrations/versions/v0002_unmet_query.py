"""Words that enough people asked in vain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unmet_query",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, primary_key=True),
        sa.Column("visits", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("unmet_query")
