"""How often codes were tried, counted where every process of the hub sees it; whether a kiosk's last report came on a
stick.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolment_tries",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("slot", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_index("enrolment_tries_by_slot", "enrolment_tries", ["slot"])
    op.add_column("device_health", sa.Column("by_stick", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("device_health", "by_stick")
    op.drop_table("enrolment_tries")
