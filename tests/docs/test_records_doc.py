"""docs/formats/records.md names every field of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.records import KINDS
from domain.records.kinds import Record
from domain.records.parts import Value

TEXT = (Path(__file__).parents[2] / "docs" / "formats" / "records.md").read_text(encoding="utf-8")


def fields(model: type[Value]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_is_documented(kind: str) -> None:
    own = fields(KINDS[kind])
    if kind != "guide":
        own -= fields(Record)
    assert not {name for name in own if f"`{name}`" not in TEXT}
    assert kind in TEXT


@pytest.mark.parametrize("value", Value.__subclasses__(), ids=lambda value: value.__name__)
def test_every_part_is_documented(value: type[Value]) -> None:
    assert not {name for name in fields(value) if f"`{name}`" not in TEXT}
