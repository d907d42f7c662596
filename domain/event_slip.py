"""One slip for a whole life event (一趟跑完): one list of papers for all steps, then the trips office by office.

Whatever several steps share is said once: papers in one list, address and phone with the office, the date with the
trip. What the citizen has not answered stands there as questions to tick, each answer with the steps it leads to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from domain import wording
from domain.guard import due, limit_of
from domain.guide_slip import SlipFacts, closing_lines, take_away_block
from domain.hours import spans_on
from domain.life_plan import MergedMaterial, Plan, merge_materials, total
from domain.slip import (
    Block,
    Boxed,
    Choice,
    Choices,
    Figures,
    Guard,
    Keyed,
    Leg,
    Legs,
    Masthead,
    Office,
    Separator,
    Slip,
    Small,
    Strip,
    Tab,
    Table,
    TableRow,
    Tick,
    Ticks,
    Title,
    Variant,
)
from domain.take_away import HOTLINE, TakenAlong, event_take_away, for_paper
from domain.trip import Route, Stop, Trip
from phrases import Phrases

STRIP_STOPS = 2
"""Offices that fit beside the kiosk on one line; of more of them the ways are not told."""


@dataclass(frozen=True, slots=True)
class EventSecond:
    """The other language of a bilingual slip: its sentences, and plan, facts and route as far as translated."""

    say: Phrases
    plan: Plan
    facts: Sequence[SlipFacts]
    route: Route


def build_event_slip(
    say: Phrases,
    plan: Plan,
    facts: Sequence[SlipFacts],
    route: Route,
    *,
    number: int,
    variant: Variant = Variant.FULL,
    skipped: Sequence[str] = (),
    check: str = "",
    second: EventSecond | None = None,
) -> Slip:
    """The slip of `plan`; `facts` belong to its steps, in order; `route`: its trips; `skipped`: names of the items that
    the answers made unnecessary; `check`: the check code, empty when there is none.
    """
    writer = _Writer(say, plan, facts, route, variant)
    blocks = writer.blocks(number, skipped, check)
    if second is None or variant is not Variant.BILINGUAL or second.say.lang == say.lang:
        return Slip(blocks, variant, say.lang)
    other = _Writer(second.say, second.plan, second.facts, second.route, variant, below=True)
    return Slip(blocks, variant, say.lang, other.blocks(number, skipped, check), second.say.lang)


class _Writer:
    """One language of the slip. `below`: it stands below another, which has addresses and phones already."""

    def __init__(
        self,
        say: Phrases,
        plan: Plan,
        facts: Sequence[SlipFacts],
        route: Route,
        variant: Variant,
        *,
        below: bool = False,
    ) -> None:
        self._say = say
        self._plan = plan
        self._facts = facts
        self._route = route
        self._variant = variant
        self._below = below
        self._marks = wording.letters(route)
        self._large = variant is Variant.LARGE
        self._days = {n: trip.day for trip in route.trips for n in trip.steps}

    def blocks(self, number: int, skipped: Sequence[str], check: str) -> tuple[Block, ...]:
        """All of it."""
        say, route = self._say, self._route
        merged = merge_materials([step.guide for step in self._plan.steps])
        copies = sum(item.copies for item in merged)
        blocks: list[Block] = [
            Masthead(say("event.slip_word"), say("slip.number", number=f"{number:06}")),
            Title(self._plan.event.name, self._chosen()),
            *self._guard(),
            Figures(
                (
                    (say("event.in_order"), say.count("event.figure_steps", len(self._plan.steps))),
                    *self._trips_figure(),
                    (say("event.soonest"), wording.working_days(say, route)),
                    (say("event.costs"), self._costs()),
                )
            ),
            *self._choices(),
            Tab(say("slip.bring"), say("event.copies", n=copies)),
            self._papers(merged, copies),
            *self._other_papers(),
            *self._trips(),
            *self._notes(skipped),
            Separator(),
        ]
        sample = bool(self._facts) and self._facts[0].sample
        closing = closing_lines(say, self._variant, sample=sample)
        taken = take_away_block(say, *self._taken(check), check, closing)
        # Where each office is asked stands with it.
        blocks.append(replace(taken, lines=(taken.lines[0], say("text.hotline", phone=HOTLINE))))
        if self._facts:
            blocks += [Separator(), self._foot(self._facts[0])]
        return tuple(blocks)

    def _taken(self, check: str) -> tuple[TakenAlong, TakenAlong]:
        """The texts for wide paper and for narrow paper."""

        def make(most: int, part: int) -> TakenAlong:
            return event_take_away(self._say, self._plan, self._facts, self._route, most, part, check)

        return for_paper(make, brief=self._variant not in (Variant.FULL, Variant.BILINGUAL))

    def _chosen(self) -> str | None:
        """What the citizen answered; the order of the steps where nothing was asked."""
        event, answers = self._plan.event, self._plan.answers
        texts = [
            option.text for each in event.questions for option in each.options if answers.get(each.id) == option.id
        ]
        if texts:
            return self._say("event.chosen", answers=self._say("join.list").join(texts))
        return None if event.questions else self._say("event.slip_line")

    def _choices(self) -> list[Block]:
        """Questions without an answer that decide about steps of this plan."""
        rows = []
        for question in self._plan.event.questions:
            asked = [dict(step.when).get(question.id) for step in self._plan.steps]
            if any(asked):
                steps = {
                    option.text: tuple(n for n, options in enumerate(asked, 1) if options and option.id in options)
                    for option in question.options
                }
                rows.append(Choice(question.ask, tuple((text, held) for text, held in steps.items() if held)))
        return [Choices(self._say("event.choices"), tuple(rows))] if rows else []

    def _guard(self) -> list[Block]:
        """When to go, where today is in vain: the day of the first trip and who is visited when."""
        say, route = self._say, self._route
        if not route.trips or not self._facts:
            return []
        first = route.trips[0]
        if first.day is None or first.day == self._facts[0].at.date():
            return []
        stop = first.stops[0]
        day = wording.dated_weekday(say, first.day)
        if stop.at is not None:
            place = stop.place.alias or stop.place.name
            day = f"{day} {say('event.go_stop', time=wording.time_of_day(stop.at), place=place)}"
        return [Guard(say("guard.label"), say("guard.closed_today"), day)]

    def _trips_figure(self) -> tuple[tuple[str, str], ...]:
        say, route = self._say, self._route
        if not route.trips:
            return ()
        places = say.count("event.figure_places", len(route.places))
        return ((places, say.count("event.figure_trips", len(route.trips))),)

    def _papers(self, merged: Sequence[MergedMaterial], copies: int) -> Block:
        say = self._say
        if self._large:
            return Ticks(tuple(Tick(item.name, self._count(item)) for item in merged))
        rows = []
        for item in merged:
            steps = [n for n, step in enumerate(self._plan.steps, 1) if self._wants(n, item.name)]
            given = self._given(item.name, steps)
            detail = self._detail(item.name, steps, given)
            rows.append(TableRow(item.name, item.originals, item.copies, tuple(steps), detail, given))
        heads = (say("event.originals"), say("event.table_copies"), say("event.for_step"))
        total = (say("event.total_copies"), say("figure.copies_count", n=copies))
        legend = "event.legend_given" if any(row.given for row in rows) else "event.legend"
        return Table(heads, tuple(rows), total, say(legend))

    def _count(self, item: MergedMaterial) -> str:
        parts = [self._say("material.originals", n=item.originals)] if item.originals else []
        parts += [self._say("material.copies", n=item.copies)] if item.copies else []
        return self._say("join.comma").join(parts)

    def _wants(self, number: int, name: str) -> bool:
        return any(
            material.name == name
            and material.source != "counter"
            and material.when is None
            and material.necessity != "optional"
            for material in self._plan.steps[number - 1].guide.materials
        )

    def _given(self, name: str, steps: Sequence[int]) -> int:
        """The step before `steps` that hands the paper out; 0 when there is none."""
        for number, step in enumerate(self._plan.steps, 1):
            if step.guide.result is not None and step.guide.result.name == name and number < min(steps, default=0):
                return number
        return 0

    def _detail(self, name: str, steps: Sequence[int], given: int) -> str:
        """Which step before gives it, else the note that an editor left on it."""
        if self._variant is Variant.COMPACT:
            return ""
        if given:
            return self._say("event.from_step", n=given)
        notes = (
            material.note
            for number in steps
            for material in self._plan.steps[number - 1].guide.materials
            if material.name == name and material.note
        )
        return next(notes, "")

    def _trips(self) -> Iterator[Block]:
        """Trip by trip and office by office; then what needs no way at all."""
        say, route = self._say, self._route
        single = len(route.trips) == 1
        days = [wording.dated_weekday(say, trip.day) if trip.day is not None else "" for trip in route.trips]
        by_when = say("event.by_when") if any(trip.day is not None for trip in route.trips) else ""
        if single or not route.trips:
            yield Tab(say("event.slip_route"), by_when, days[0] if days else "")
        seen: set[str] = set()
        for number, trip in enumerate(route.trips, 1):
            if not single:
                waits = say("event.after", steps=wording.numbers(say, trip.waits)) if trip.waits else ""
                yield Tab(say("event.trip", n=number), by_when if number == 1 else waits, days[number - 1])
            # Of many offices the way to each is more than anybody reads.
            ways = self._variant in (Variant.FULL, Variant.BILINGUAL) and len(trip.stops) <= STRIP_STOPS
            drawn = ways and single and self._variant is Variant.FULL and bool(self._facts)
            if drawn:
                yield self._strip(trip)
            for stop in trip.stops:
                together = "" if ways and not drawn else self._window(stop)
                way = wording.way(say, stop.way) if ways and not drawn else ""
                yield self._office(stop, trip, together, way, known=stop.place.id in seen, drawn=drawn)
                yield Legs(tuple(self._leg(n, stop, together) for n in stop.steps))
                seen.add(stop.place.id)
        if route.at_home:
            yield Office("", "", say("event.at_home"))
            yield Legs(tuple(self._leg(n, None, "") for n in route.at_home))

    def _strip(self, trip: Trip) -> Strip:
        kiosk = self._facts[0].kiosk
        stops = [("", self._say("event.this_kiosk"), kiosk.number)]
        stops += [
            (self._marks[stop.place.id], stop.place.alias or stop.place.name, stop.place.address or "")
            for stop in trip.stops
        ]
        return Strip(tuple(stops), tuple(wording.way(self._say, stop.way) for stop in trip.stops))

    def _window(self, stop: Stop) -> str:
        """The window at which everything of a stop is done; empty when there are several."""
        windows = {self._where(n) for n in stop.steps}
        return windows.pop() if len(windows) == 1 else ""

    def _where(self, n: int) -> str:
        """The window of a step where its guide names but one; else its department, unless everything that is done at
        that office is the same department's.
        """
        place = self._route.offices[n]
        windows = {each.where for each in self._plan.steps[n].guide.steps if each.where}
        if len(windows) == 1:
            window = windows.pop()
            return "" if place is not None and window in place.name else window
        here = [m for m, office in enumerate(self._route.offices) if office == place]
        by = [self._facts[m].agency or self._facts[m].department for m in here]
        return "" if place is not None and len(set(by)) == 1 else by[here.index(n)]

    def _office(self, stop: Stop, trip: Trip, together: str, way: str, *, known: bool, drawn: bool) -> Office:
        """`known`: it stood there with address and phone before; `drawn`: its address stands in a strip."""
        say, place = self._say, stop.place
        hours = ""
        if trip.day is not None and stop.at is not None and self._facts:
            spans = spans_on(place, trip.day, self._facts[0].calendars, stop.at.tzinfo)
            found = next((span for span in spans if span.opens <= stop.at <= span.closes), None)
            if found is not None:
                hours = f"{wording.time_of_day(found.opens)}–{wording.time_of_day(found.closes)}"
        parts: list[str] = []
        if not known:
            address, phone = ("", "") if self._below else (place.address or "", place.phone or say("event.no_phone"))
            parts += ["" if drawn else address, phone, way]
            if not hours and self._facts:
                weekly = say("join.semicolon").join(wording.hours_lines(say, place, self._facts[0].at.date()))
                parts.append(weekly or say("event.no_hours"))
        detail = say("join.comma").join(filter(None, (*parts, together)))
        return Office(wording.half_day(say, stop), self._marks[place.id], place.name, hours, detail)

    def _leg(self, n: int, stop: Stop | None, together: str) -> Leg:
        """`together`: the window that stands in the head of the stop already."""
        step = self._plan.steps[n]
        window = self._where(n)
        parts = ["" if window == together else window]
        if self._variant in (Variant.FULL, Variant.BILINGUAL):
            parts.append(step.note or "")
        day = self._days.get(n)
        return Leg(n + 1, step.guide.name, self._say("join.comma").join(filter(None, parts)), self._result(n, day))

    def _result(self, n: int, day: dt.date | None) -> str:
        """当场办, 12 月 7 日, or how long it takes where no day is known. `day`: when one goes there."""
        say, guide = self._say, self._plan.steps[n].guide
        limit = limit_of(guide)
        if limit is None:
            return ""
        if limit.days == 0:
            return say("limit.immediate")
        if day is not None:
            end = due(day, limit, self._facts[n].calendars)
            if end is not None and end.known:
                return wording.month_day(say, end.day)
        return wording.limit(say, None, limit) or ""

    def _notes(self, skipped: Sequence[str]) -> list[Block]:
        say = self._say
        rows: list[tuple[str, str]] = []
        if skipped and not self._large:
            rows.append((say("event.skipped"), say("join.list").join(skipped)))
        if self._route.closed:
            rows.append((say("event.ask"), say("event.closed", steps=wording.numbers(say, self._route.closed))))
            names = (f"{n + 1}. {self._plan.steps[n].guide.name}" for n in self._route.closed)
            rows.append(("", say("join.list").join(names)))
        return [Boxed(tuple(rows))] if rows else []

    def _costs(self) -> str:
        """The sum of what all steps cost; at least that where it depends, or where a department has not said."""
        sum = total([step.guide for step in self._plan.steps])
        value, _ = wording.money(self._say, sum)
        return self._say("event.at_least", sum=value) if sum.charged or sum.unknown else value

    def _other_papers(self) -> list[Block]:
        """What is not in the list of papers: by name what an answer asks for, else how many."""
        say, rows = self._say, []
        chosen = self._answered()
        if chosen:
            rows.append((say("event.answered"), say("join.list").join(chosen)))
        others = wording.other_papers(say, self._plan)
        if others:
            rows.append((say("event.papers"), others))
        return [Keyed(tuple(rows), fine=True)] if rows else []

    def _answered(self) -> tuple[str, ...]:
        """Papers of some people that an answer of the citizen names: 公司的章程 for who has chosen 公司."""
        event, answers = self._plan.event, self._plan.answers
        chosen = [
            option.text for each in event.questions for option in each.options if answers.get(each.id) == option.id
        ]
        found = (material for step in self._plan.steps for material in step.guide.materials)
        named = (each.name for each in found if each.when and any(text in each.when for text in chosen))
        return tuple(dict.fromkeys(named))

    def _foot(self, facts: SlipFacts) -> Small:
        say = self._say
        catalogue = say(
            "slip.catalogue", revision=facts.revision, day=facts.catalogue_day.isoformat(), item=self._plan.event.id
        )
        when = f"{facts.at:%Y-%m-%d %H:%M}"
        key = "slip.printed" if facts.trusted else "slip.printed_unsure"
        return Small((catalogue, say(key, when=when, kiosk=facts.kiosk.name, number=facts.kiosk.number)))
