"""A form as it is drawn: every field with its text, its choices in words, and what is wrong with it beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.lint import Finding, Level
from hub.differences import field_name
from hub.web import notation
from hub.web.faults import Fault
from hub.web.fields import Field, Widget, Window, drawn, fields_of, page_size, sections_of, shown, window_of
from hub.web.lists import Lists
from phrases import Phrases

SPARE_ROWS = 1
"""Empty rows below those that are filled; a button adds more."""

OFFICES = frozenset({"accepting_office", "handling_agency"})
"""Fields that hold an id or a name as it is."""

MANY_LINES = 12
"""A box of text grows with what is in it up to here."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a field. `stops`: it has to be mended before a review."""

    words: str
    stops: bool


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `group`: the heading that it stands under."""

    value: str
    words: str
    chosen: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Another record that a field names; `name` empty: there is none."""

    id: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Paged:
    """Which page of a long list is shown: its window, the number of the page and of all pages, of all entries."""

    window: Window
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Bound:
    """A field with what stands in it. `path` is its name in the form; `live`: what the live version says instead, when
    something is wrong here and that is another text; `rows`: of a list, `paged` when it has more; `fields`: of a group,
    or the headings of rows.
    """

    field: Field
    path: str
    label: str
    hint: str
    text: str
    options: tuple[Option, ...]
    remarks: tuple[Remark, ...]
    references: tuple[Reference, ...]
    live: str
    fields: tuple[Bound, ...]
    rows: tuple[Row, ...]
    paged: Paged | None = None

    @property
    def stops(self) -> bool:
        return any(one.stops for one in self.everything())

    @property
    def warns(self) -> bool:
        return bool(list(self.everything()))

    @property
    def groups(self) -> tuple[tuple[str, tuple[Option, ...]], ...]:
        """The choices by their headings, in the order in which these come first."""
        held: dict[str, list[Option]] = {}
        for option in self.options:
            held.setdefault(option.group, []).append(option)
        return tuple((group, tuple(options)) for group, options in held.items())

    @property
    def chosen(self) -> tuple[str, ...]:
        """What is chosen, in the order of the record."""
        return tuple(dict.fromkeys(filter(None, self.text.split("\n"))))

    @property
    def lines(self) -> int:
        """Height of the box for this text."""
        wrapped = sum(1 + len(line) // 40 for line in self.text.split("\n"))
        return max(2, min(MANY_LINES, wrapped))

    def everything(self) -> Iterator[Remark]:
        """The remarks of this field and of all within it."""
        yield from self.remarks
        for inner in self.fields:
            yield from inner.everything()
        for row in self.rows:
            yield from row.remarks
            for cell in row.cells:
                yield from cell.everything()


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a list. `number` is part of its names; `at`: the entry of the saved record that it came from."""

    number: int
    at: str
    cells: tuple[Bound, ...]
    remarks: tuple[Remark, ...]
    spare: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form: key, heading, fields, how many remarks of each sort."""

    key: str
    words: str
    fields: tuple[Bound, ...]
    stops: int
    notes: int


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form; `loose`: remarks that belong to no field; `judged`: whether the lint could speak, which it
    does of what fits the format alone.
    """

    parts: tuple[Part, ...]
    loose: tuple[Remark, ...]
    stops: int
    notes: int
    judged: bool = True

    def counting(self, other: Form) -> Form:
        """The same form with the numbers of `other`, which says of the same record what is wrong with it."""
        parts = tuple(
            replace(mine, stops=theirs.stops, notes=theirs.notes)
            for mine, theirs in zip(self.parts, other.parts, strict=True)
        )
        return replace(self, parts=parts, stops=other.stops, notes=other.notes, judged=other.judged)

    def told(self, words: str) -> Form:
        """The same form with one thing more that would better be mended."""
        return replace(self, loose=(*self.loose, Remark(words, False)), notes=self.notes + 1)


def words_of(name: str, choice: str, say: Phrases) -> str:
    """A choice in words: those of this field, else the usual ones."""
    for key in (f"value.{name}.{choice}", f"value.{choice}"):
        if say.has(key):
            return say(key)
    return choice


def told(finding: Finding, say: Phrases, lint: Phrases) -> str:
    """A finding of the lint as an editor reads it; `lint` speaks for the kiosk's domain, which has the rules' words."""
    if finding.rule == "dangling":
        return say("form.dangling", id=lost(finding))
    return finding.message(lint)


def lost(finding: Finding) -> str:
    """The id that leads nowhere, of a finding of the rule ``dangling``."""
    problem = str(dict(finding.values).get("problem", ""))
    return problem.removesuffix(" is not here").rpartition(": ")[2]


class Binder:
    """Binds a record to the form of its kind."""

    def __init__(self, say: Phrases, lint: Phrases) -> None:
        self._say = say
        self._lint = lint

    def form(
        self,
        kind: str,
        raw: Mapping[str, Any],
        *,
        findings: Iterable[Finding] = (),
        faults: Iterable[Fault] = (),
        live: Mapping[str, Any] | None = None,
        called: Mapping[str, tuple[str, str]] | None = None,
        more: Mapping[str, int] | None = None,
        at: Mapping[str, Sequence[str]] | None = None,
        windows: Mapping[str, Window] | None = None,
        lists: Lists | None = None,
        judged: bool = True,
    ) -> Form:
        """`live`: the record that is out; `called`: (key, name) of records by id; `more`: spare rows of lists; `at`:
        for lists, where each entry of `raw` stands in the saved record (without it, in the same place); `windows`: the
        pages of long lists (without it, the first); `lists`: what can be chosen from.
        """
        remarks: dict[str, list[Remark]] = {}
        for one in faults:
            remarks.setdefault(one.path, []).append(Remark(one.words, True))
        for finding in findings:
            words = told(finding, self._say, self._lint)
            remarks.setdefault(finding.field, []).append(Remark(words, finding.level is Level.STOP))
        work = _Work(self._say, remarks, live or {}, called or {}, more or {}, at or {}, windows or {}, lists or {})
        parts = []
        for section in sections_of(kind):
            fields = tuple(work.bind(field, raw.get(field.name), "") for field in section.fields)
            every = [one for field in fields for one in field.everything()]
            stops = sum(one.stops for one in every)
            parts.append(Part(section.key, self._say(f"section.{section.key}"), fields, stops, len(every) - stops))
        loose = tuple(one for path in list(remarks) for one in remarks[path])
        return Form(
            parts=tuple(parts),
            loose=loose,
            stops=sum(part.stops for part in parts) + sum(one.stops for one in loose),
            notes=sum(part.notes for part in parts) + sum(not one.stops for one in loose),
            judged=judged,
        )


class _Work:
    """Takes the remarks out of `remarks` as it finds their fields."""

    def __init__(
        self,
        say: Phrases,
        remarks: dict[str, list[Remark]],
        live: Mapping[str, Any],
        called: Mapping[str, tuple[str, str]],
        more: Mapping[str, int],
        at: Mapping[str, Sequence[str]],
        windows: Mapping[str, Window],
        lists: Lists,
    ) -> None:
        self.say = say
        self.remarks = remarks
        self.live = live
        self.called = called
        self.more = more
        self.at = at
        self.windows = windows
        self.lists = lists

    def bind(self, field: Field, value: Any, above: str, heading: str = "") -> Bound:
        path = f"{above}{field.name}"
        field = drawn(field, value)
        fields: tuple[Bound, ...] = ()
        rows: tuple[Row, ...] = ()
        paged: Paged | None = None
        plain = heading or path
        if field.widget is Widget.GROUP:
            held = value if isinstance(value, Mapping) else {}
            fields = tuple(self.bind(inner, held.get(inner.name), f"{path}.") for inner in field.fields)
        elif field.widget is Widget.ROWS:
            fields = tuple(self.bind(inner, None, f"{path}.", f"{path}.{inner.name}") for inner in field.fields)
            entries = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
            paged = self._paged(field, path, len(entries))
            rows = tuple(self._rows(field, entries, path, paged))
        group = field.widget in (Widget.GROUP, Widget.ROWS)
        text = "" if group else shown(field, value)
        remarks = self._taken(path, elsewhere=paged is not None)
        hint = next((key for key in self._hints(field, plain) if self.say.has(key)), "")
        return Bound(
            field=field,
            path=path,
            label=field_name(plain, self.say),
            hint=self.say(hint) if hint else "",
            text=text,
            options=self._options(field, text),
            remarks=remarks,
            references=self._references(field, text),
            live=self._instead(field, path, text) if remarks else "",
            fields=fields,
            rows=rows,
            paged=paged,
        )

    def _hints(self, field: Field, plain: str) -> Iterator[str]:
        yield f"hint.{plain}"
        if field.notation is not None:
            yield f"hint.notation.{field.notation.value}"

    def _paged(self, field: Field, path: str, total: int) -> Paged | None:
        window = self.windows.get(path) or window_of(field, total)
        if window is None:
            return None
        size = page_size(field)
        return Paged(window, window.start // size + 1, max(1, -(-total // size)), total)

    def _rows(
        self, field: Field, entries: Sequence[Mapping[str, Any]], path: str, paged: Paged | None
    ) -> Iterator[Row]:
        at = self.at.get(path)
        first = paged.window.start if paged else 0
        end = first + paged.window.length if paged else len(entries)
        for number in range(first, end + self.more.get(path, SPARE_ROWS)):
            spare = number >= end
            entry: Mapping[str, Any] = {} if spare else entries[number]
            above = f"{path}.{number}."
            heading = f"{path}."
            # What is said of an entry of the next page does not belong into the empty row below this one.
            remarks, self.remarks = self.remarks, {} if spare else self.remarks
            cells = tuple(
                self.bind(inner, entry.get(inner.name), above, heading + inner.name) for inner in field.fields
            )
            self.remarks = remarks
            place = "" if spare else at[number - first] if at is not None and number - first < len(at) else str(number)
            yield Row(number, place, cells, () if spare else self._taken(f"{path}.{number}"), spare)

    def _taken(self, path: str, *, elsewhere: bool = False) -> tuple[Remark, ...]:
        """What was said of this path or of something within it that has no field of its own; `elsewhere`: that is on
        another page, and has to say of which entry it is.
        """
        found: list[Remark] = []
        for one in list(self.remarks):
            if one == path or one.startswith(f"{path}."):
                said = self.remarks.pop(one)
                inside = elsewhere and one != path
                found.extend(
                    Remark(f"{field_name(one, self.say)}：{each.words}", each.stops) if inside else each
                    for each in said
                )
        return tuple(found)

    def _options(self, field: Field, text: str) -> tuple[Option, ...]:
        if field.widget is Widget.YES_NO:
            return tuple(
                Option(value, self.say(f"value.{value}") if value else self.say("form.not_said"), text == value)
                for value in ("", "yes", "no")
            )
        if field.listed in self.lists:
            return self._listed(field, text)
        if field.widget not in (Widget.CHOICE, Widget.CHOICES):
            return ()
        chosen = text.split("\n")
        found = [Option(one, words_of(field.name, one, self.say), one in chosen) for one in field.choices]
        if field.widget is Widget.CHOICE and not field.default:
            found.insert(0, Option("", self.say("form.not_said"), not text))
        if field.widget is Widget.CHOICE and text and text not in field.choices:
            found.append(Option(text, text, True))
        return tuple(found)

    def _listed(self, field: Field, text: str) -> tuple[Option, ...]:
        """What the list has, and what the record says that the list has not."""
        chosen = list(filter(None, text.split("\n")))
        if field.notation is not None:
            answers = notation.read(field.notation, text)
            if not isinstance(answers, Mapping):
                return ()  # lines of another form: to be mended as they were written
            chosen = [f"{question}={one}" for question, said in answers.items() for one in said]
        held = self.lists[field.listed]
        known = {one.value for one in held}
        found = [Option(one.value, one.words, one.value in chosen, one.group) for one in held]
        found.extend(Option(one, one, True) for one in dict.fromkeys(chosen) if one not in known)
        return tuple(found)

    def _references(self, field: Field, text: str) -> tuple[Reference, ...]:
        if field.name in OFFICES:
            return (Reference(text, *self.called[text]),) if text in self.called else ()
        if not field.id or field.name == "id":
            return ()
        ids = [line for line in text.split("\n") if line]
        return tuple(Reference(id, *self.called.get(id, ("", ""))) for id in ids)

    def _instead(self, field: Field, path: str, text: str) -> str:
        if field.widget not in (Widget.LINE, Widget.NUMBER, Widget.DATE, Widget.TEXT) or any(
            word.isdigit() for word in path.split(".")
        ):
            return ""
        value: Any = self.live
        for word in path.split("."):
            value = value.get(word) if isinstance(value, Mapping) else None
        said = shown(field, value)
        return said if said != text else ""


def ids_in(kind: str, raw: Mapping[str, Any]) -> list[str]:
    """Every id that a record's fields name, for looking their names up."""
    return list(dict.fromkeys(_ids(fields_of(kind), raw)))


def _ids(fields: Sequence[Field], raw: Mapping[str, Any]) -> Iterator[str]:
    for field in fields:
        value = raw.get(field.name)
        if field.widget is Widget.GROUP and isinstance(value, Mapping):
            yield from _ids(field.fields, value)
        elif field.widget is Widget.ROWS and isinstance(value, list | tuple):
            for entry in value:
                if isinstance(entry, Mapping):
                    yield from _ids(field.fields, entry)
        elif (field.id or field.name in OFFICES) and value is not None:
            yield from (line for line in shown(field, value).split("\n") if line)
