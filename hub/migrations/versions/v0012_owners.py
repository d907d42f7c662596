"""Whose an item is follows from its kind: lists, words, rules and the home screen are the city's whatever they say, and
a translation is whose its item is.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CITY = "*"
FREE = ("guide", "org", "fact", "place", "notice", "life_event", "translation")

items = sa.table(
    "items",
    sa.column("key", sa.Text),
    sa.column("kind", sa.Text),
    sa.column("id", sa.Text),
    sa.column("department", sa.Text),
    sa.column("live", sa.Integer),
    sa.column("last", sa.Integer),
)
versions = sa.table("versions", sa.column("item", sa.Text), sa.column("number", sa.Integer), sa.column("line", sa.Text))


def upgrade() -> None:
    connection = op.get_bind()
    connection.execute(sa.update(items).where(items.c.kind.not_in(FREE)).values(department=CITY))
    whose: dict[str, set[str]] = {}
    for row in connection.execute(sa.select(items.c.id, items.c.department).where(items.c.kind != "translation")):
        whose.setdefault(row.id, set()).add(row.department)
    for key, raw in _records(items.c.kind == "translation"):
        found = whose.get(str(raw.get("of")), set())
        _give(key, next(iter(found)) if len(found) == 1 else CITY)


def downgrade() -> None:
    for key, raw in _records(sa.or_(items.c.kind == "translation", items.c.kind.not_in(FREE))):
        _give(key, str(raw.get("verified_by") or CITY))


def _records(which: sa.ColumnElement[bool]) -> list[tuple[str, dict[str, object]]]:
    shown = sa.and_(versions.c.item == items.c.key, versions.c.number == sa.func.coalesce(items.c.live, items.c.last))
    wanted = sa.select(items.c.key, versions.c.line).join(versions, shown).where(which).order_by(items.c.key)
    return [(row.key, json.loads(row.line)) for row in op.get_bind().execute(wanted)]


def _give(key: str, department: str) -> None:
    op.get_bind().execute(
        sa.update(items).where(items.c.key == key, items.c.department != department).values(department=department)
    )
