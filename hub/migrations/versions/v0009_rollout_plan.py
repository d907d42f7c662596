"""How a release is led on: the stages that it goes through, when each was reached, and what kiosks did since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("ring", "reached_at", "plan"):
        op.add_column("rollouts", sa.Column(name, sa.Text))
    for name in ("ring", "reason"):
        op.add_column("rollout_steps", sa.Column(name, sa.Text))
    rollouts = sa.table("rollouts", *(sa.column(name) for name in ("ring", "reached_at", "begun_at", "plan")))
    plan = '{"rings": ["early"], "shares": [1, 10, 100]}'
    op.execute(rollouts.update().values(ring="", reached_at=rollouts.c.begun_at, plan=plan))
    op.create_table(
        "rollout_kiosks",
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id"), primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("said", sa.Integer, nullable=False),
        sa.Column("restarts", sa.Integer, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("rollout_kiosks")
    for table, names in (("rollout_steps", ("reason", "ring")), ("rollouts", ("plan", "reached_at", "ring"))):
        for name in names:
            op.drop_column(table, name)
