"""What a version changes, ready to be drawn: both sides marked, what it means, and what stayed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from domain.lint import Finding
from domain.records import KINDS
from hub.differences import as_text, field_name
from hub.item import Step, Version
from hub.office import Office
from hub.web.bound import OFFICES
from hub.web.fields import FIXED, fields_of, naming
from hub.web.meaning import Meaning, meaning
from hub.web.words import marked
from hub.workflow import Action, Part, Status
from phrases import Phrases


@dataclass(frozen=True, slots=True)
class Row:
    """One changed field."""

    name: str
    path: str
    before: Markup
    after: Markup
    means: Meaning | None


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain of people: words (写, 初审通过…), name, when; `state` as the parts of the pages have it."""

    words: str
    name: str
    at: object
    state: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A version against the one that was live when it was begun. `same`: (name, text) of what stayed."""

    version: Version
    rows: tuple[Row, ...]
    same: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    chain: tuple[Link, ...]
    remarks: tuple[Link, ...]


def difference(office: Office, key: str, number: int, say: Phrases, *, mine: bool = False) -> Difference:
    """Reads it. Blocks. Raises `Refused` (no_such_version). `mine`: the review it is in is that of who looks."""
    version = office.items.version(key, number)
    changes = office.items.changes(key, number)
    names = _names(office, [version.record, *(change.old for change in changes)])
    rows = []
    for change in changes:
        if change.path in FIXED:
            continue  # what makes the item what it is stands above
        field = field_of(change.path)
        before, after = marked(shown(change.old, say, names, field), shown(change.new, say, names, field))
        rows.append(Row(change.name(say), change.path, before, after, meaning(change, say)))
    touched = {change.path.partition(".")[0] for change in changes}
    same = tuple(
        (field_name(field, say), shown(value, say, names, field))
        for field, value in version.record.items()
        if field not in touched and field not in FIXED
    )
    return Difference(
        version=version,
        rows=tuple(rows),
        same=same,
        findings=tuple(office.items.findings(key, number)),
        chain=_chain(office, version, say, mine),
        remarks=_remarks(office, version, say),
    )


_LEADING = ("name", "q", "law", "stop", "a", "article", "originals", "copies", "when", "note", "source")
"""How an entry of a list is read: what it is first, then how much of it, when and from whom."""

_ITSELF = frozenset({"name", "q", "a", "law", "stop"})
"""Fields that need no label before them."""

_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")

MOST_NAMES = 60
"""Names that are looked up for one version."""


@cache
def _naming() -> frozenset[str]:
    """Names of the fields, of any kind, that hold ids of other records."""
    every = (name for kind in KINDS for name in naming(fields_of(kind)))
    return frozenset({*every, *OFFICES, "by"})


def field_of(path: str) -> str:
    """The field at the end of a path: ``fields`` for ``steps.0.fields.1``."""
    return next((word for word in reversed(path.split(".")) if not word.isdigit()), "")


def shown(value: Any, say: Phrases, names: Mapping[str, str] | None = None, field: str = "") -> str:
    """A value as `as_text`; an entry of a list begins with its name, leaves out what there is none of and has a line
    of its own. `names`: of organisations, places and items by id, shown in the place of the id where the `field` that
    it stands in names records.
    """
    if isinstance(value, str) and names and value in names and field in _naming():
        return names[value]
    if isinstance(value, list | tuple):
        between = "\n" if any(isinstance(one, Mapping) for one in value) else "、"
        return between.join(shown(one, say, names, field) for one in value)
    if not isinstance(value, Mapping):
        return as_text(value, say)
    order = [*(name for name in _LEADING if name in value), *(name for name in value if name not in _LEADING)]
    parts = []
    for name in order:
        inner = value[name]
        if inner in (None, "", [], {}) or (inner == 0 and inner is not False):
            continue
        text = shown(inner, say, names, name)
        parts.append(text if name in _ITSELF else f"{field_name(name, say)}：{text}")
    return "；".join(parts)


def _names(office: Office, values: Sequence[Any]) -> dict[str, str]:
    """Names of what is referred to in `values`, by id."""
    ids = list(dict.fromkeys(_ids(values)))[:MOST_NAMES]
    return {id: name for id, (_, name) in office.items.called(ids).items()}


def _ids(value: Any) -> Iterator[str]:
    """Every text that has the form of an id."""
    if isinstance(value, str):
        if _ID.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _ids(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _ids(inner)


_ORDER = (Part.AUTHOR, Part.DEPARTMENT_REVIEW, Part.CITY_REVIEW)
_REACHED = {
    Status.DRAFT: 0,
    Status.DISCARDED: 0,
    Status.DEPARTMENT_REVIEW: 1,
    Status.CITY_REVIEW: 2,
    Status.APPROVED: 3,
    Status.PUBLISHED: 3,
}


def _chain(office: Office, version: Version, say: Phrases, mine: bool) -> tuple[Link, ...]:
    hands = office.items.hands(version.item, version.number)
    names = office.people.names(hand.person for hand in hands)
    reached = _REACHED[version.status]
    chain = []
    for place, part in enumerate(_ORDER):
        held = [hand for hand in hands if hand.part is part]
        if part is Part.AUTHOR:
            shown: Sequence[tuple[str, object]] = [(names.get(one.person, ""), one.at) for one in held]
            if not held:
                chain.append(Link(say("chain.imported"), "", version.made_at, "info"))
            chain.extend(Link(say("part.author"), name, at, "info") for name, at in shown)
        elif place < reached and held:
            done = held[-1]
            at = _passed(office, version, done.person) or done.at
            chain.append(Link(say(f"chain.{part.value}_done"), names.get(done.person, ""), at, "ok"))
        elif place == reached and mine:
            chain.append(Link(say(f"chain.{part.value}_you"), "", None, "info"))
        elif place == reached:
            chain.append(Link(say(f"chain.{part.value}_now"), "", None, "wait"))
        elif place > reached:
            chain.append(Link(say(f"chain.{part.value}_later"), "", None, "off"))
    return tuple(chain)


def _passed(office: Office, version: Version, person: str) -> object:
    """When the person passed it last; they may have returned it before."""
    at = [step.at for step in office.items.history(version.item, version.number) if step.person == person]
    return at[-1] if at else None


def _remarks(office: Office, version: Version, say: Phrases) -> tuple[Link, ...]:
    """What was written on the way, newest first."""
    steps = [step for step in office.items.history(version.item, version.number) if step.remark]
    names = office.people.names(step.person for step in steps if step.person)
    return tuple(
        Link(
            f"{_why(version, step, say)}：{step.remark}",
            names.get(step.person or "", ""),
            step.at,
            "bad" if step.action.value == "return" else "info",
        )
        for step in reversed(steps)
        if step.action.value not in ("publish", "restore")
    )


def _why(version: Version, step: Step, say: Phrases) -> str:
    """What a remark belongs to; with the first one of a version that takes its item down, it is the reason."""
    if version.retired and step.action is Action.CREATE:
        return say("review.retire_because")
    return say(f"action.{step.action.value}")
