"""Short numbers of items that slips carry, and what changed for citizens from one version to the next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_numbers",
        sa.Column("item", sa.Text, sa.ForeignKey("items.key"), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("release", sa.Text, sa.ForeignKey("releases.id")),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("item", sa.Text, sa.ForeignKey("items.key"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("release", sa.Text, sa.ForeignKey("releases.id"), nullable=False),
        sa.Column("line", sa.Text, nullable=False),
    )
    op.create_index("changes_by_release", "changes", ["release"])
    op.add_column("releases", sa.Column("content", sa.Text))
    op.execute("UPDATE releases SET content = digest")


def downgrade() -> None:
    op.drop_column("releases", "content")
    op.drop_table("changes")
    op.drop_table("check_numbers")
