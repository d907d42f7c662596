"""What records say of each other: references, and what a record is without some of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from domain.records.kinds import Change, Home, LifeEvent, Record
from domain.records.parts import EventStep

_ONE = ("department", "place", "parent", "of")
_SEVERAL = ("places", "related", "items", "life_events")

_NEEDED = frozenset({"department", "of", "steps.guide"})
"""Without these a record means nothing, or something else: a life event that lacks a step sends people in vain."""


def references(record: Record) -> Iterator[tuple[str, str]]:
    """(field, id) of every reference that `record` makes in fields that this version knows; offices may be plain text,
    so only ids in id-only fields count. What a change is about may be gone: that is no reference.
    """
    if record.verified_by:
        yield "verified_by", record.verified_by
    for name, verification in record.verified_fields.items():
        if verification.by:
            yield f"verified_fields.{name}.by", verification.by
    fields = type(record).model_fields
    for field in _ONE:
        target = getattr(record, field) if field in fields and not isinstance(record, Change) else None
        if target is not None:
            yield field, target
    for field in _SEVERAL:
        for target in getattr(record, field) if field in fields else ():
            yield field, target
    if isinstance(record, LifeEvent):
        for step in record.steps:
            yield "steps.guide", step.guide
            for earlier in step.after:
                yield "steps.after", earlier
    if isinstance(record, Home):
        for tile in record.tiles:
            if tile.item:
                yield "tiles.item", tile.item


def dangling(records: Iterable[Record]) -> list[str]:
    """References that lead nowhere, one sentence each."""
    held = list(records)
    ids = {record.id for record in held}
    return [
        f"{record.kind} {record.id}: {field}: {target} is not here"
        for record in held
        for field, target in references(record)
        if target not in ids
    ]


def without(record: Record, raw: Mapping[str, Any], targets: Collection[str]) -> dict[str, Any] | None:
    """`raw`, the JSON object of `record`, without its references to `targets`; None when it cannot be without one.

    A tile of the home screen goes with the item that it leads to.
    """
    if any(field in _NEEDED for field, target in references(record) if target in targets):
        return None
    left = dict(raw)
    fields = type(record).model_fields
    for field in ("verified_by", *_ONE):
        if field in fields and left.get(field) in targets:
            del left[field]
    for field in _SEVERAL:
        if field in fields and left.get(field):
            left[field] = [target for target in left[field] if target not in targets]
    if left.get("verified_fields"):
        left["verified_fields"] = {
            name: {key: value for key, value in one.items() if key != "by" or value not in targets}
            for name, one in left["verified_fields"].items()
        }
    if isinstance(record, LifeEvent) and left.get("steps"):
        left["steps"] = [
            {**step, "after": [one for one in step["after"] if one not in targets]} if step.get("after") else step
            for step in left["steps"]
        ]
    if isinstance(record, Home) and left.get("tiles"):
        left["tiles"] = [tile for tile in left["tiles"] if tile.get("item") not in targets]
    return left


def circle(parents: Mapping[str, str], id: str, parent: str) -> tuple[str, ...]:
    """The ids on the way from `id` through `parent` and `parents` back to `id`; empty when there is no way back."""
    way = [id]
    here: str | None = parent
    while here is not None and here not in way:
        way.append(here)
        here = parents.get(here)
    return tuple(way) if here == id else ()


def step_circle(event: LifeEvent) -> tuple[str, ...]:
    """Guides of steps that wait for each other in a circle; empty when some order fits all. Steps that no answers bring
    together do not wait for each other.
    """
    steps = event.steps
    waits = [
        [at for at, other in enumerate(steps) if other.guide in step.after and _together(step, other)] for step in steps
    ]
    done: set[int] = set()
    for start in range(len(steps)):
        way: list[int] = []
        found = _way_back(waits, start, way, done)
        if found:
            return tuple(steps[at].guide for at in found)
    return ()


def _together(one: EventStep, other: EventStep) -> bool:
    return all(set(options) & set(other.when[name]) for name, options in one.when.items() if name in other.when)


def _way_back(waits: Sequence[Sequence[int]], start: int, way: list[int], done: set[int]) -> list[int]:
    """Depth first without recursion: a life event may be as long as a line."""
    ahead = [iter((start,))]
    while ahead:
        here = next(ahead[-1], None)
        if here is None:
            ahead.pop()
            if way:
                done.add(way.pop())
        elif here in way:
            return way[way.index(here) :]
        elif here not in done:
            way.append(here)
            ahead.append(iter(waits[here]))
    return []
