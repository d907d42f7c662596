"""Paper of a roll: counted in marks (`domain.paper`), which every file has; no table of its own."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
