"""One slip for a whole life event (一趟跑完): one list of papers for all steps, then the trips office by office."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain import wording
from domain.guard import due, limit_of
from domain.guide_slip import SlipFacts, take_away_block
from domain.hours import spans_on
from domain.life_plan import MergedMaterial, Plan, merge_materials
from domain.slip import (
    Block,
    Boxed,
    Figures,
    Guard,
    Keyed,
    Leg,
    Legs,
    Masthead,
    Paragraph,
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
from domain.take_away import event_take_away
from domain.trip import Route, Stop, Trip
from phrases import Phrases

STRIP_STOPS = 2
"""Offices that fit beside the kiosk on one line."""


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
    other = _Writer(second.say, second.plan, second.facts, second.route, variant)
    return Slip(blocks, variant, say.lang, other.blocks(number, skipped, check), second.say.lang)


class _Writer:
    """One language of the slip."""

    def __init__(self, say: Phrases, plan: Plan, facts: Sequence[SlipFacts], route: Route, variant: Variant) -> None:
        self._say = say
        self._plan = plan
        self._facts = facts
        self._route = route
        self._variant = variant
        self._marks = wording.letters(route)
        self._large = variant is Variant.LARGE

    def blocks(self, number: int, skipped: Sequence[str], check: str) -> tuple[Block, ...]:
        """All of it."""
        say, route = self._say, self._route
        merged = merge_materials([step.guide for step in self._plan.steps])
        copies = sum(item.copies for item in merged)
        blocks: list[Block] = [
            Masthead(say("event.slip_word"), say("slip.number", number=f"{number:06}")),
            Title(self._plan.event.name, say("event.slip_line")),
            *self._guard(),
            Figures(
                (
                    (say("event.in_order"), say.count("event.figure_steps", len(self._plan.steps))),
                    *self._trips_figure(),
                    (say("event.soonest"), wording.working_days(say, route)),
                    (say("figure.copies"), say("figure.copies_count", n=copies)),
                )
            ),
            Tab(say("slip.bring"), say("event.copies", n=copies)),
            self._papers(merged, copies),
            *self._trips(),
            *self._notes(skipped),
        ]
        if route.places and self._variant in (Variant.FULL, Variant.BILINGUAL):
            blocks.append(Tab(say("slip.where")))
            blocks += [self._office(place.id) for place in route.places]
        blocks.append(Separator())
        texts = (alone,) = event_take_away(say, self._plan, self._facts, route, most=1, check=check)
        blocks += [take_away_block(say, texts, alone, check), Separator()]
        blocks.append(Paragraph(say("slip.window_counts"), bold=True))
        if self._variant is Variant.BILINGUAL:
            blocks.append(Paragraph(say("slip.chinese_counts")))
        if self._facts:
            blocks += self._foot(self._facts[0])
        return tuple(blocks)

    def _guard(self) -> list[Block]:
        """When to go, where today is in vain: the day of the first trip and who is visited when."""
        say, route = self._say, self._route
        if not route.trips or not self._facts:
            return []
        first = route.trips[0]
        if first.day is None or first.day == self._facts[0].at.date():
            return []
        stops = say("join.comma").join(
            say("event.go_stop", time=wording.time_of_day(stop.at), place=stop.place.alias or stop.place.name)
            for stop in first.stops
            if stop.at is not None
        )
        day = wording.dated_weekday(say, first.day)
        key = "event.go_once" if len(route.trips) == 1 else "event.go_first"
        return [
            Guard(say("guard.label"), say("guard.closed_today"), f"{say(key, day=day)}{say('join.sentence')}{stops}")
        ]

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
            rows.append(TableRow(item.name, item.originals, item.copies, tuple(steps), self._detail(item.name, steps)))
        heads = (say("event.originals"), say("event.table_copies"), say("event.for_step"))
        return Table(heads, tuple(rows), (say("event.total_copies"), say("figure.copies_count", n=copies)))

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

    def _detail(self, name: str, steps: Sequence[int]) -> str:
        """Which step before gives it, else the note that an editor left on it."""
        if self._variant is Variant.COMPACT:
            return ""
        for number, step in enumerate(self._plan.steps, 1):
            if step.guide.result is not None and step.guide.result.name == name and number < min(steps, default=0):
                return self._say("event.from_step", n=number)
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
        figure = ""
        if single and route.trips[0].day is not None:
            figure = wording.dated_weekday(say, route.trips[0].day)
        yield Tab(say("event.slip_route"), figure or say.count("slip.steps", len(self._plan.steps)))
        for number, trip in enumerate(route.trips, 1):
            if not single:
                yield Paragraph(self._trip_head(number, trip), bold=True)
            if self._variant is Variant.FULL and len(trip.stops) <= STRIP_STOPS and self._facts:
                yield self._strip(trip)
            for stop in trip.stops:
                yield self._stop_tab(stop, trip)
                yield Legs(tuple(self._leg(n, trip) for n in stop.steps))
        if route.at_home:
            yield Tab(say("event.at_home"))
            yield Legs(tuple(self._leg(n, None) for n in route.at_home))

    def _trip_head(self, number: int, trip: Trip) -> str:
        say = self._say
        head = say("event.trip", n=number)
        if trip.day is not None:
            head = say("event.trip_day", n=number, date=wording.dated_weekday(say, trip.day))
        if trip.waits:
            head = say("join.comma").join((head, say("event.trip_waits", steps=wording.numbers(say, trip.waits))))
        return head

    def _strip(self, trip: Trip) -> Strip:
        kiosk = self._facts[0].kiosk
        stops = [("", self._say("event.this_kiosk"), kiosk.number)]
        stops += [
            (self._marks[stop.place.id], stop.place.alias or stop.place.name, stop.place.address or "")
            for stop in trip.stops
        ]
        return Strip(tuple(stops), tuple(wording.way(self._say, stop.way) for stop in trip.stops))

    def _stop_tab(self, stop: Stop, trip: Trip) -> Tab:
        place = stop.place
        hours = ""
        if trip.day is not None and stop.at is not None and self._facts:
            spans = spans_on(place, trip.day, self._facts[0].calendars, stop.at.tzinfo)
            found = next((span for span in spans if span.opens <= stop.at <= span.closes), None)
            if found is not None:
                hours = f"{wording.time_of_day(found.opens)}–{wording.time_of_day(found.closes)}"
        half = wording.half_day(self._say, stop)
        mark = self._marks[place.id]
        return Tab(half or mark, hours, f"{mark} {place.name}" if half else place.name)

    def _leg(self, n: int, trip: Trip | None) -> Leg:
        say = self._say
        step, fact = self._plan.steps[n], self._facts[n]
        at_place = trip is not None
        where = next((each.where for each in step.guide.steps if each.where), "") if at_place else ""
        office = fact.agency or fact.department
        detail = "" if self._large else say("join.comma").join(filter(None, (where, office, step.note)))
        return Leg(n + 1, step.guide.name, detail, self._result(n, trip))

    def _result(self, n: int, trip: Trip | None) -> str:
        """当场办好, 最迟 12 月 7 日, or how long it takes where no day is known."""
        say, guide = self._say, self._plan.steps[n].guide
        limit = limit_of(guide)
        if limit is None:
            return ""
        if limit.days == 0:
            return say("limit.immediate")
        if trip is not None and trip.day is not None:
            end = due(trip.day, limit, self._facts[n].calendars)
            if end is not None and end.known:
                return say("event.due", date=wording.month_day(say, end.day))
        return wording.limit(say, None, limit) or ""

    def _notes(self, skipped: Sequence[str]) -> list[Block]:
        say, rows = self._say, []
        if skipped and not self._large:
            rows.append((say("event.skipped"), say("join.list").join(skipped)))
        if self._route.closed:
            rows.append((say("event.ask"), say("event.closed", steps=wording.numbers(say, self._route.closed))))
            names = (f"{n + 1}. {self._plan.steps[n].guide.name}" for n in self._route.closed)
            rows.append(("", say("join.list").join(names)))
        return [Boxed(tuple(rows))] if rows else []

    def _office(self, id: str) -> Keyed:
        say = self._say
        place = next(place for place in self._route.places if place.id == id)
        hours = say("join.semicolon").join(wording.hours_lines(say, place, self._facts[0].at.date()))
        lines = ((say("key.address"), place.address), (say("key.hours"), hours), (say("key.phone"), place.phone))
        rows = tuple((key, text or say("slip.unverified")) for key, text in lines)
        return Keyed(rows, f"{self._marks[id]} {place.name}")

    def _foot(self, facts: SlipFacts) -> list[Block]:
        say = self._say
        blocks: list[Block] = [Paragraph(say("slip.sample"), bold=True)] if facts.sample else []
        catalogue = say(
            "slip.catalogue", revision=facts.revision, day=facts.catalogue_day.isoformat(), item=self._plan.event.id
        )
        when = f"{facts.at:%Y-%m-%d %H:%M}"
        key = "slip.printed" if facts.trusted else "slip.printed_unsure"
        blocks.append(Small((catalogue, say(key, when=when, kiosk=facts.kiosk.name, number=facts.kiosk.number))))
        return blocks
