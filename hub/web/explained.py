"""What a record does for people, in words beside its form: who sees a rule's items today, where a notice stands, what
a word is found as. Worked out with the kiosk's own matching and planning, from what the form holds now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

from domain.card import CardType, Division, Sex
from domain.life_plan import ordered_steps
from domain.matching import ASKED, OLDEST_YEARS, Person, attributes, recommend
from domain.records import Guide, Home, LifeEvent, Notice, Record, Rule, Topic, Vocabulary, validate
from hub.differences import field_name
from hub.item import Version
from hub.office import ZONE, Office
from hub.refusal import Refused
from hub.store import utc_now
from hub.web import words
from hub.web.bound import words_of
from hub.web.lists import flag_words
from phrases import Phrases

YEARS = 101
"""Ages that a rule is tried with: 0 to 100."""

MOST_LINES = 40
"""Entries that are shown of a long list."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence; `state` as the parts of the pages have it, empty without a sign; `below`: what is behind it."""

    words: str
    state: str = ""
    below: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """The card beside a form. `numbered`: its lines stand in an order; `tiles`: (label, where it leads)."""

    head: str
    lines: tuple[Line, ...] = ()
    numbered: tuple[Line, ...] = ()
    tiles: tuple[tuple[str, str], ...] = ()


class Explainer:
    """Reads names from the hub's items, live or as they are being written. Blocks."""

    def __init__(self, office: Office, say: Phrases, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._office = office
        self._say = say
        self._now = now

    def of(self, raw: Mapping[str, Any]) -> Explained | None:
        """The card of a record that fits its kind; None for kinds whose fields say it all."""
        tell = _TELL.get(str(raw["kind"]))
        if tell is None:
            return None
        record = validate({"id": "new", "name": self._say("explain.nameless"), **raw})
        return tell(self, record)

    def _card(self, record: Record, **parts: Any) -> Explained:
        return Explained(self._say(f"explain.head_{record.kind}"), **parts)

    def _today(self) -> dt.date:
        return self._now().astimezone(ZONE).date()

    def _names(self, ids: Iterable[str]) -> Mapping[str, str]:
        return {id: name for id, (_, name) in self._office.items.called(ids).items()}

    def _quoted(self, texts: Sequence[str]) -> str:
        return "".join(self._say("explain.quoted", word=one) for one in texts[:MOST_LINES])

    # Kinds

    def vocabulary(self, record: Vocabulary) -> Explained:
        say, first, rest = self._say, record.words[0], record.words[1:]
        told = say(
            f"explain.vocabulary_{record.relation}",
            first=first,
            rest=self._quoted(rest or record.words),
            every=self._quoted(record.words),
            intent=words_of("intent", record.intent, say) if record.intent else say("form.not_said"),
        )
        lines = [Line(told, "info")]
        if record.relation == "intent" and record.intent is None:
            lines.append(Line(say("explain.intent_missing"), "warn"))
        if record.relation in ("same", "narrower", "related") and not rest:
            lines.append(Line(say("explain.one_word"), "warn"))
        if record.weight < 1:
            lines.append(Line(say("explain.weight", percent=round(record.weight * 100))))
        return self._card(record, lines=tuple(lines))

    def notice(self, record: Notice) -> Explained:
        say, today = self._say, self._today()
        span = self._span(record.show_from, record.show_until)
        where = (
            say("explain.notice_district", district=record.district) if record.district else say("explain.everywhere")
        )
        lines = [Line(say("explain.notice_where", span=span, where=where), "info")]
        if record.show_from and today < record.show_from:
            lines.append(Line(say("explain.notice_later", days=(record.show_from - today).days), "wait"))
        elif record.shown_at(today, record.district):
            left = (
                "" if record.show_until is None else say("explain.days_left", days=(record.show_until - today).days + 1)
            )
            lines.append(Line(say("explain.notice_now", left=left), "ok"))
        else:
            lines.append(Line(say("explain.notice_over"), "off"))
        if record.show_until is None:
            lines.append(Line(say("explain.notice_endless"), "warn"))
        return self._card(record, lines=tuple(lines))

    def topic(self, record: Topic) -> Explained:
        say, names = self._say, self._names(record.items)
        lines = [Line(say("explain.topic_span", span=self._span(record.show_from, record.show_until)), "info")]
        numbered = [self._named(id, names) for id in record.items[:MOST_LINES]]
        return self._card(record, lines=tuple(lines), numbered=tuple(numbered))

    def home(self, record: Home) -> Explained:
        ids = [*record.life_events, *(tile.item for tile in record.tiles if tile.item)]
        names, themes = self._names(ids), self._themes()
        tiles = tuple(
            (
                tile.label,
                names.get(tile.item, tile.item)
                if tile.item
                else self._say("join.list").join(themes.get(one, one) for one in tile.themes),
            )
            for tile in record.tiles
        )
        events = tuple(self._named(id, names) for id in record.life_events)
        return self._card(record, tiles=tiles, numbered=events)

    def life_event(self, record: LifeEvent) -> Explained:
        say = self._say
        ids = [step.guide for step in record.steps]
        names = self._names([*ids, *(id for step in record.steps for id in step.after)])
        asks = {each.id: each for each in record.questions}
        guides = {each: guide for each in dict.fromkeys(ids) if (guide := self._guide(each, names))}
        lines, numbered = [], []
        lines.append(Line(say("explain.event_asks", n=len(record.questions)) if asks else say("explain.event_for_all")))
        whens = {step.guide: step.when for step in record.steps}
        for planned in ordered_steps(record, guides, {}).steps:
            below = []
            if planned.after:
                before = say("join.list").join(names.get(id, id) for id in planned.after)
                below.append(say("explain.event_after", names=before))
            for question, options in whens.get(planned.guide.id, {}).items():
                ask = asks.get(question)
                texts = {one.id: one.text for one in ask.options} if ask else {}
                chosen = say("join.or").join(texts.get(one, one) for one in options)
                below.append(say("explain.event_when", ask=ask.ask if ask else question, chosen=chosen))
            numbered.append(Line(planned.guide.name, "", say("join.sentence").join(below)))
        for step in record.steps:
            for question, options in step.when.items():
                held = {one.id for one in asks[question].options} if question in asks else set()
                lost = [one for one in options if one not in held]
                if question not in asks or lost:
                    known = say("join.list").join(f"{one.id}" for one in asks[question].options) if held else ""
                    name = names.get(step.guide, step.guide)
                    what = say("explain.event_no_question", name=name, question=question)
                    if question in asks:
                        what = say(
                            "explain.event_no_option", name=name, option=say("join.list").join(lost), known=known
                        )
                    lines.append(Line(what, "warn"))
        return self._card(record, lines=tuple(lines), numbered=tuple(numbered[:MOST_LINES]))

    def rule(self, record: Rule) -> Explained:
        say, today = self._say, self._today()
        lines = [Line(self._needs(record), "info")]
        lines.extend(Line(one) for one in self._conditions(record))
        lines.extend(self._seen(record, today))
        if record.verified == "no":
            lines.append(Line(say("explain.rule_unverified"), "warn"))
        names = self._names(record.items)
        return self._card(record, lines=tuple(lines), numbered=tuple(self._named(id, names) for id in record.items))

    # A rule

    def _needs(self, rule: Rule) -> str:
        say = self._say
        told = []
        for need in attributes(rule):
            told.append(say(f"explain.need_{need}"))
        return (
            say("explain.rule_needs", what=say("join.list").join(told)) if told else say("explain.rule_needs_nothing")
        )

    def _conditions(self, rule: Rule) -> list[str]:
        """Every condition as ``name：value``, ages and lists in words."""
        say, when = self._say, rule.when
        found = []
        for name, value in when.model_dump(mode="json", exclude_none=True).items():
            if name == "age" and isinstance(value, list) and len(value) == 2:
                text = self._years(*value)
            elif name == "turns" and isinstance(value, list) and len(value) == 2:
                text = say("explain.turns", first=value[0], last=value[1])
            elif name == "retires":
                text = say("explain.retires")
            elif isinstance(value, list):
                said = (
                    flag_words(str(one), say) if name == "asked" else words_of(name, str(one), say) for one in value
                )
                text = say("join.list").join(said)
            else:
                text = words_of(name, str(value), say)
            found.append(say("explain.condition", name=field_name(f"when.{name}", say), value=text))
        return found

    def _seen(self, rule: Rule, today: dt.date) -> list[Line]:
        """Who sees it today: invented people of every age, sex, card and place are asked."""
        say, asks = self._say, set(attributes(rule))
        flags = frozenset(
            {*(rule.when.asked or ()), *(one.removeprefix(ASKED) for one in rule.needs if one.startswith(ASKED))}
        )
        ages: Sequence[int | None] = range(YEARS) if "age" in asks else (None,)
        sexes: Sequence[Sex | None] = tuple(Sex) if "sex" in asks else (None,)
        cards: Sequence[CardType | None] = tuple(CardType) if "card_type" in asks else (None,)
        divisions: Sequence[Division | None] = tuple(Division) if "division" in asks else (None,)
        seen = []
        for age, sex, card, division in product(ages, sexes, cards, divisions):
            span = None if age is None else (age * 12, age * 12)
            person = Person(span, sex, division, card, 0 if "card_expiry" in asks else None, flags)
            if recommend((rule,), person, today):
                seen.append((age, sex, card, division))
        if not seen:
            return [Line(say("explain.rule_nobody", month=today.month), "warn")]
        told = []
        years = sorted({age for age, *_ in seen if age is not None})
        if years:
            told.append(say("join.list").join(self._years(first, last) for first, last in _ranges(years)))
        for place, (name, every) in enumerate((("sex", sexes), ("card_type", cards), ("division", divisions)), start=1):
            held = [one for one in every if one is not None and any(each[place] is one for each in seen)]
            if held and len(held) < len(every):
                told.append(say("join.or").join(words_of(name, one.value, say) for one in held))
        if flags:
            told.append(
                say("explain.rule_flags", flags=say("join.list").join(flag_words(flag, say) for flag in sorted(flags)))
            )
        if "card_expiry" in asks:
            told.append(say("explain.rule_expiring"))
        return [Line(say("explain.rule_seen", who=say("join.comma").join(told) or say("explain.everybody")), "ok")]

    def _years(self, first: int, last: int) -> str:
        if last >= min(OLDEST_YEARS, YEARS - 1):
            return self._say("explain.years_from", first=first)
        return (
            self._say("explain.years", first=first, last=last) if last > first else self._say("explain.year", n=first)
        )

    # Names

    def _span(self, first: dt.date | None, last: dt.date | None) -> str:
        if first and last:
            return self._say("explain.from_until", first=words.day(first), last=words.day(last))
        if first or last:
            return self._say("explain.from" if first else "explain.until", day=words.day(cast(dt.date, first or last)))
        return self._say("explain.always")

    def _named(self, id: str, names: Mapping[str, str]) -> Line:
        return Line(names[id]) if id in names else Line(self._say("form.dangling", id=id), "bad")

    def _guide(self, id: str, names: Mapping[str, str]) -> Guide | None:
        """Enough of a guide for planning: its id and its name."""
        try:
            version: Version | None = self._office.items.live(f"guide/{id}") or self._office.items.open(f"guide/{id}")
        except Refused:
            version = None
        if version is None:
            return None
        return Guide(id=id, name=names.get(id, id), department=str(version.record["department"]))

    def _themes(self) -> Mapping[str, str]:
        """Names of themes from the code lists ``person_theme`` and ``legal_theme``, where the city keeps them."""
        found = {}
        for raw in self._office.items.records(["codelist"]):
            whose = str(raw.get("list", "")).partition("_")[0]
            if whose in ("person", "legal"):
                found.update({f"{whose}:{one['code']}": str(one["name"]) for one in raw.get("entries", ())})
        return found


def _ranges(years: Sequence[int]) -> list[tuple[int, int]]:
    """Years without a gap between them, as first and last."""
    found: list[tuple[int, int]] = []
    for year in years:
        if found and found[-1][1] == year - 1:
            found[-1] = (found[-1][0], year)
        else:
            found.append((year, year))
    return found


_TELL: Mapping[str, Callable[[Explainer, Any], Explained]] = {
    Vocabulary.KIND: Explainer.vocabulary,
    Notice.KIND: Explainer.notice,
    Topic.KIND: Explainer.topic,
    Home.KIND: Explainer.home,
    LifeEvent.KIND: Explainer.life_event,
    Rule.KIND: Explainer.rule,
}
