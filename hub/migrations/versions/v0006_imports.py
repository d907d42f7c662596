"""Files that were tried out before they were taken in; other cities' lists and what was answered to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_trials",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id")),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("dialect", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("moved_at", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("report", sa.Text),
        sa.Column("told", sa.Text),
    )
    op.create_table(
        "gap_lists",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("city", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "gap_rows",
        sa.Column("list", sa.Text, sa.ForeignKey("gap_lists.id"), primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("theirs", sa.Text, nullable=False),
    )
    op.create_table(
        "gap_answers",
        sa.Column("city", sa.Text, primary_key=True),
        sa.Column("mark", sa.Text, primary_key=True),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("item", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_index("import_trials_by_person", "import_trials", ["person", "at"])
    op.create_index("gap_lists_by_city", "gap_lists", ["city", "at"])
    op.create_index("gap_rows_by_mark", "gap_rows", ["mark"])


def downgrade() -> None:
    for table in ("gap_answers", "gap_rows", "gap_lists", "import_trials"):
        op.drop_table(table)
