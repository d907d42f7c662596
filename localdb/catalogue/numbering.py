"""What a record puts into the index that check codes are looked up in; `localdb.catalogue.numbers` reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table

from domain.records import Change, Guide, LifeEvent, Record
from localdb.catalogue import schema

KINDS = (Guide.KIND, LifeEvent.KIND, Change.KIND)


def rows_of(record: Record) -> Iterator[tuple[Table, dict[str, Any]]]:
    """The rows that a record puts into `numbered` and `changed`."""
    if isinstance(record, (Guide, LifeEvent)) and record.number is not None:
        yield schema.numbered, {"kind": record.kind, "id": record.id, "number": record.number, "of": record.id}
    elif isinstance(record, Change):
        yield schema.changed, {"id": record.id, "of": record.of, "version": record.version}
        if record.number is not None:
            yield schema.numbered, {"kind": record.kind, "id": record.id, "number": record.number, "of": record.of}
