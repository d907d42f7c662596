"""Translations beside what they translate: which texts of a record there are, which are translated, which are out of
date because the Chinese changed after them.

A translation is a record of its own (``t-en-ga-001``) and goes the way of every version. Its texts stand at the places
of the Chinese ones (``materials.0.name``); a kiosk shows the Chinese wherever there is none. A text is as old as the
version of the translation in which it was last written, or as the day on which somebody said that it still holds
(``verified_fields``: ``fields.name``); the Chinese of that time is looked up in the versions of its item.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from hub.item import Item, Version
from hub.items import Items
from hub.owners import owner_of
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import Store, moment, utc_now
from hub.tables import items, versions
from hub.workflow import CITY, Status

LANGS = ("en", "ja", "ko", "zh-Hant")

TEXTS: Mapping[str, tuple[str, ...]] = {
    "guide": (
        *("name", "summary", "eligibility.*", "materials.*.name", "materials.*.when", "materials.*.note"),
        *("steps.*.name", "steps.*.where", "steps.*.note", "special_procedure", "visit_reason", "fee.text"),
        *("result.name", "faq.*.q", "faq.*.a"),
    ),
    "fact": ("question", "answer"),
    "place": ("name", "address"),
    "org": ("name",),
    "life_event": ("name", "intro"),
    "topic": ("name", "intro"),
    "rule": ("reason",),
    "home": ("name", "tiles.*.label", "popular.*"),
}
"""Texts that a kiosk shows in another language, by kind; ``*`` stands for every entry of a list."""

FLAT = {"home": frozenset({"tiles", "popular"})}
"""Lists whose entries are single texts in a translation, and may be empty in it."""

LONGEST_ID = 64

OWN_ZONE = ZoneInfo("Asia/Shanghai")
"""Where a day of ``verified_fields`` ends."""


class State(StrEnum):
    """How one text stands; the words are ``translation.<state>``."""

    MISSING = "missing"
    STALE = "stale"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages. `path`: its place; `was`: the Chinese that a stale one was made for."""

    path: str
    chinese: str
    text: str
    state: State
    was: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many texts of an item stand in a language, of how many; `stale` ones are among the `done`."""

    done: int
    stale: int
    total: int

    @property
    def open(self) -> int:
        """What is to be done: missing and out of date."""
        return self.total - self.done + self.stale


@dataclass(frozen=True, slots=True)
class Sheet:
    """An item beside one language. `source`: the Chinese version; `version`: of the translation, None when there is
    none; `uneven`: lists whose number of entries differs, for which a kiosk shows the whole record in Chinese.
    """

    item: Item
    lang: str
    source: Version
    key: str
    version: Version | None
    texts: tuple[Text, ...]
    uneven: tuple[str, ...]

    @property
    def count(self) -> Count:
        """How far it is."""
        return _count(self.texts)


@dataclass(frozen=True, slots=True)
class Standing:
    """One item in the list: a count for each language."""

    key: str
    name: str
    department: str
    counts: Mapping[str, Count]


@dataclass(frozen=True, slots=True)
class _Saved:
    """What the tables say of a version."""

    number: int
    status: Status
    saved_at: dt.datetime
    status_at: dt.datetime
    record: Mapping[str, Any]


class Translations:
    """Reads and writes translations. Whatever is refused is `Refused` as `Items` has it."""

    def __init__(self, store: Store, item_store: Items, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._store = store
        self._items = item_store
        self._now = now

    def sheet(self, key: str, lang: str, known: Mapping[str, str] | None = None) -> Sheet:
        """An item beside `lang`; `known`: keys of its translations, where they have been looked up.

        Raises `Refused`: no_such_item, no_such_version (a kind that has no texts, a language that kiosks do not speak).
        """
        item = self._items.get(key)
        if item.kind not in TEXTS or lang not in LANGS:
            raise Refused(Reason.NO_SUCH_VERSION)
        source = self._items.live(key) or self._items.open(key) or self._items.version(key, item.last)

        def work(connection: Connection) -> tuple[str, list[_Saved], list[_Saved]]:
            own = (known or _translations_of(connection, item.id))[lang]
            return own, _versions(connection, [own]).get(own, []), _versions(connection, [key])[key]

        own, theirs, ours = self._store.read(work)
        shown = self._shown(own)
        record = shown.record if shown is not None else {}
        texts = tuple(_texts(item.kind, source.record, record, theirs, ours))
        return Sheet(item, lang, source, own, shown, texts, tuple(_uneven(item.kind, source.record, record)))

    def fields(self, id: str, lang: str) -> Mapping[str, Any]:
        """What the translation of a record says, as it is being written or is live; nothing when there is none."""
        own = self._store.read(lambda connection: _translations_of(connection, id))[lang]
        version = self._shown(own)
        return dict(version.record.get("fields", {})) if version is not None else {}

    def counts(self, key: str) -> Mapping[str, Count]:
        """How far an item is in every language; nothing for kinds without texts."""
        kind, _, id = key.partition("/")
        if kind not in TEXTS:
            return {}
        known = self._store.read(lambda connection: _translations_of(connection, id))
        return {lang: self.sheet(key, lang, known).count for lang in LANGS}

    def board(self, department: str | None = None, kind: str | None = None) -> tuple[Standing, ...]:
        """Every live item with texts, what is to be done first: most missing and stale ones at the top."""
        kinds = [one for one in TEXTS if kind in (None, one)]

        def work(connection: Connection) -> list[Standing]:
            wanted = select(items).where(items.c.live.is_not(None), items.c.kind.in_(kinds))
            if department is not None:
                wanted = wanted.where(items.c.department == department)
            sources = list(connection.execute(wanted))
            translated: dict[tuple[str, str], str] = {}
            keys = connection.execute(
                select(items.c.key).where(
                    items.c.kind == "translation", or_(items.c.live.is_not(None), items.c.open.is_not(None))
                )
            ).scalars()
            held = _versions(connection, sorted(keys))
            for own, theirs in held.items():
                record = theirs[-1].record
                pair = (str(record.get("of")), str(record.get("lang")))
                translated[pair] = max(own, translated.get(pair, ""))
            ours = _versions(connection, [row.key for row in sources])
            return [_standing(row, ours[row.key], translated, held) for row in sources]

        found = self._store.read(work)
        return tuple(sorted(found, key=lambda one: (-sum(count.open for count in one.counts.values()), one.key)))

    def save(
        self, person: Person, key: str, lang: str, texts: Mapping[str, str], confirmed: Iterable[str], edits: int
    ) -> Version:
        """Puts `texts` (by path; empty: none) into the translation's draft, beginning one where there is none.
        `confirmed`: paths of which the person says that they still hold. `edits`: of the draft that they saw; 0: none.

        Raises `Conflict`, and `Refused` as `Items.create`, `edit` and `save`; nothing was changed then.
        """
        sheet = self.sheet(key, lang)
        known = {one.path for one in sheet.texts}
        said = {path: text.strip() for path, text in texts.items() if path in known and text.strip()}
        before = sheet.version.record if sheet.version is not None else None
        raw = self._raw(sheet, said, before)
        day = self._now().astimezone(OWN_ZONE).date().isoformat()
        checks = dict(raw.get("verified_fields", {}))
        checks.update({f"fields.{path}": {"on": day} for path in confirmed if path in said})
        checks = {
            field: check
            for field, check in checks.items()
            if not field.startswith("fields.") or field.removeprefix("fields.") in said
        }
        raw.pop("verified_fields", None)
        if checks:
            raw["verified_fields"] = checks
        if sheet.version is not None and raw == sheet.version.record:
            return sheet.version
        if sheet.version is None or (self._items.open(sheet.key) is None and self._items.live(sheet.key) is None):
            return self._items.create(person, raw)
        open = self._items.open(sheet.key)
        if open is None:
            began = self._items.edit(person, sheet.key)
            return self._items.save(person, sheet.key, raw, began.edits)
        return self._items.save(person, sheet.key, raw, edits)

    def _shown(self, own: str) -> Version | None:
        try:
            return self._items.open(own) or self._items.live(own)
        except Refused:
            return None

    def _raw(self, sheet: Sheet, said: Mapping[str, str], before: Mapping[str, Any] | None) -> dict[str, Any]:
        fields = dict(before.get("fields", {})) if before is not None else {}
        fields.update(placed(sheet.item.kind, sheet.source.record, said))
        for pattern in TEXTS[sheet.item.kind]:
            top = pattern.partition(".")[0]
            if not any(path == top or path.startswith(f"{top}.") for path in said):
                fields.pop(top, None)
        if sheet.item.kind == "fact" and "question" in said:
            fields["name"] = said["question"]
        name = said.get("name") or said.get("question") or said.get("reason") or sheet.item.name
        if before is not None:
            return {**before, "name": name[:200], "fields": fields}
        raw = {"kind": "translation", "id": sheet.key.partition("/")[2], "name": name[:200], "of": sheet.item.id}
        owner = owner_of(sheet.source.record)
        return {**raw, "lang": sheet.lang, "fields": fields, **({} if owner == CITY else {"verified_by": owner})}


def places(kind: str, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text of a record that is translated, with its place, in the order of the form."""
    for pattern in TEXTS.get(kind, ()):
        yield from _found(record, pattern.split("."), "")


def text_at(kind: str, fields: Mapping[str, Any], path: str) -> str:
    """The text of a translation for the place `path` of the Chinese; empty when there is none."""
    words = path.split(".")
    if words[0] in FLAT.get(kind, ()):
        words = words[:2]
    held: Any = fields
    for word in words:
        if isinstance(held, Mapping):
            held = held.get(word)
        elif isinstance(held, list | tuple) and word.isdigit() and int(word) < len(held):
            held = held[int(word)]
        else:
            return ""
    return held if isinstance(held, str) else ""


def placed(kind: str, record: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a translation with these texts. Lists are as long as the Chinese ones, since a kiosk lays them over
    each other; where a list of plain texts lacks one, the Chinese stands in it.
    """
    fields: dict[str, Any] = {}
    for path, text in said.items():
        first, *rest = path.split(".")
        chinese = record.get(first)
        if not rest:
            fields[first] = text
        elif isinstance(chinese, Mapping):
            fields.setdefault(first, {})[rest[0]] = text
        elif isinstance(chinese, list | tuple):
            flat = first in FLAT.get(kind, ())
            plain = flat or len(rest) == 1
            blank = [("" if flat else str(one)) if plain else {} for one in chinese]
            entries = fields.setdefault(first, blank)
            if plain:
                entries[int(rest[0])] = text
            else:
                entries[int(rest[0])][rest[1]] = text
    return fields


def laid_over(kind: str, raw: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """A record with the texts of a translation in the places of its own, as far as there are any."""
    made = json.loads(json.dumps(raw))
    for path, _ in places(kind, raw):
        text = text_at(kind, fields, path)
        if text:
            *above, last = path.split(".")
            held = made
            for word in above:
                held = held[int(word)] if isinstance(held, list) else held[word]
            held[int(last) if isinstance(held, list) else last] = text
    return dict(made)


def _found(held: Any, words: Sequence[str], above: str) -> Iterator[tuple[str, str]]:
    if not words:
        if isinstance(held, str) and held:
            yield above.removesuffix("."), held
    elif words[0] == "*":
        for number, one in enumerate(held if isinstance(held, list | tuple) else ()):
            yield from _found(one, words[1:], f"{above}{number}.")
    elif isinstance(held, Mapping):
        yield from _found(held.get(words[0]), words[1:], f"{above}{words[0]}.")


def _texts(
    kind: str, source: Mapping[str, Any], record: Mapping[str, Any], theirs: Sequence[_Saved], ours: Sequence[_Saved]
) -> Iterator[Text]:
    fields = record.get("fields", {})
    for path, chinese in places(kind, source):
        text = text_at(kind, fields, path)
        if not text or (text == chinese and path.rpartition(".")[2].isdigit()):
            yield Text(path, chinese, "", State.MISSING)
            continue
        was = text_at("", _at_time(ours, _written_at(kind, theirs, path)), path) if ours and theirs else chinese
        stale = was != chinese
        yield Text(path, chinese, text, State.STALE if stale else State.DONE, was if stale else "")


def _written_at(kind: str, theirs: Sequence[_Saved], path: str) -> dt.datetime:
    """When the text at `path` was written, or found to hold still: with the version since which it has not changed."""
    at = theirs[-1].saved_at
    now = _said(kind, theirs[-1], path)
    for version in reversed(theirs):
        if _said(kind, version, path) != now:
            break
        at = version.saved_at
    return at


def _said(kind: str, version: _Saved, path: str) -> tuple[str, Any]:
    check = version.record.get("verified_fields", {}).get(f"fields.{path}")
    return text_at(kind, version.record.get("fields", {}), path), check


def _at_time(ours: Sequence[_Saved], at: dt.datetime) -> Mapping[str, Any]:
    """The Chinese record that was out at a time; before anything was, the one that had been written by then, else the
    first.
    """
    out = [one for one in ours if one.status is Status.PUBLISHED and one.status_at <= at]
    written = [one for one in ours if one.saved_at <= at]
    found = out or written or ours[:1]
    return found[-1].record if found else {}


def _uneven(kind: str, source: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[str]:
    for name, theirs in record.get("fields", {}).items():
        ours = source.get(name)
        if name == "aliases" or name in FLAT.get(kind, ()) or not isinstance(ours, list | tuple):
            continue
        if isinstance(theirs, list | tuple) and len(theirs) != len(ours):
            yield name


def _count(texts: Sequence[Text]) -> Count:
    done = sum(one.state is not State.MISSING for one in texts)
    return Count(done, sum(one.state is State.STALE for one in texts), len(texts))


def _standing(
    row: Any, ours: Sequence[_Saved], translated: Mapping[tuple[str, str], str], held: Mapping[str, Sequence[_Saved]]
) -> Standing:
    live = next(one for one in ours if one.number == row.live)
    counts = {}
    for lang in LANGS:
        theirs = held.get(translated.get((row.id, lang), ""), ())
        record = theirs[-1].record if theirs else {}
        counts[lang] = _count(tuple(_texts(row.kind, live.record, record, theirs, ours)))
    return Standing(row.key, row.name, row.department, counts)


def _translations_of(connection: Connection, id: str) -> dict[str, str]:
    """Keys of the translations that a kiosk takes, by language: of several the last one. One that is to be begun gets
    its own.
    """
    wanted = (
        select(items.c.key, versions.c.line)
        .join(versions, versions.c.item == items.c.key)
        .where(items.c.kind == "translation", versions.c.line.contains(f'"of":"{id}"', autoescape=True))
        .order_by(items.c.key)
    )
    found = {lang: f"translation/t-{lang.lower()}-{id}"[: len("translation/") + LONGEST_ID] for lang in LANGS}
    for key, line in connection.execute(wanted):
        record = json.loads(line)
        if record.get("of") == id and record.get("lang") in found:
            found[record["lang"]] = key
    return found


def _versions(connection: Connection, keys: Sequence[str]) -> dict[str, list[_Saved]]:
    """What was not given up of these items, oldest first."""
    found: dict[str, list[_Saved]] = {key: [] for key in keys}
    for start in range(0, len(keys), 500):
        wanted = (
            select(
                *(versions.c.item, versions.c.number, versions.c.status, versions.c.saved_at, versions.c.status_at),
                versions.c.line,
            )
            .where(versions.c.item.in_(keys[start : start + 500]), versions.c.status != Status.DISCARDED.value)
            .order_by(versions.c.item, versions.c.number)
        )
        for row in connection.execute(wanted):
            saved, since = moment(row.saved_at), moment(row.status_at)
            found[row.item].append(_Saved(row.number, Status(row.status), saved, since, json.loads(row.line)))
    return {key: held for key, held in found.items() if held} | {key: [] for key in keys if not found[key]}
