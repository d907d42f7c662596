"""The papers of a visit: what a slip of an item is made from, and the same words for a phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from domain.check_code import code_of
from domain.clerk_slip import build_clerk_slip
from domain.errors import CatalogueError, Code
from domain.event_slip import EventSecond, build_event_slip
from domain.guide_slip import Second, SlipFacts, build_guide_slip
from domain.life_plan import Plan, ordered_steps
from domain.records import Guide, LifeEvent
from domain.reprint import Reprint, reprinted
from domain.slip import Slip, Variant
from domain.take_away import TakenAlong, event_take_away, take_away
from journeys import offices
from journeys.names import guide_places, org_name
from journeys.translated import translated
from journeys.trip import route_of
from journeys.visit import Visit
from phrases import Phrases

SIZES = (Variant.FULL, Variant.LARGE, Variant.COMPACT)

CHINESE = ("zh-Hans", "zh-Hant")
"""Languages whose slips every clerk reads."""

ABROAD = "en"
"""What stands below Chinese for those who read Chinese."""


def slip_facts(visit: Visit, guide: Guide) -> SlipFacts:
    """What the paper needs besides the guide, taken now, so that preview and paper are the same."""
    catalogue, clock = visit.catalogue, visit.tools.clock
    info = catalogue.info
    now = clock.now()
    return SlipFacts(
        department=org_name(catalogue, guide.department),
        agency=org_name(catalogue, guide.handling_agency),
        places=offices.nearest_first(visit, guide_places(catalogue, guide)),
        kiosk=visit.tools.place,
        at=now,
        trusted=clock.trusted,
        calendars=visit.calendars,
        revision=info.revision,
        catalogue_day=info.made_at.astimezone(now.tzinfo).date(),
        sample=info.sample,
        office=org_name(catalogue, guide.accepting_office),
        verified_by=org_name(catalogue, guide.verified_by),
        check=code_of(guide),
    )


class Paper(Protocol):
    """What is to be printed: named for the pages around it, built for a number and a size."""

    @property
    def key(self) -> str:
        """What it is about, so that the same is not printed twice by a second touch."""
        ...

    @property
    def variants(self) -> tuple[Variant, ...]:
        """As what it can be printed."""
        ...

    def build(self, number: int, variant: Variant, reprint: Reprint | None = None) -> Slip:
        """The slip; with `reprint`, framed as one that is printed once more."""
        ...

    def texts(self) -> TakenAlong:
        """The same in plain words for one to three QR codes."""
        ...


Make = Callable[[Phrases], Paper]
"""Makes a paper in a language, from what the catalogue says now. Raises `CatalogueError` (K-06) when it is gone."""


class GuidePaper:
    """The 明白纸 of one guide; its facts are taken once, so that every look at it shows the same. It is in the visit's
    language unless `say` speaks another.
    """

    variants = (*SIZES, Variant.BILINGUAL, Variant.CLERK)

    def __init__(self, visit: Visit, id: str, say: Phrases | None = None) -> None:
        guide = visit.catalogue.get(Guide, id)
        if guide is None:
            raise CatalogueError(Code.NO_SUCH_ITEM)
        self.guide = guide
        self.key = id
        self.say = say or visit.say
        self.facts = slip_facts(visit, guide)
        self._chinese = self.say if self.say.lang in CHINESE else Phrases(CHINESE[0])
        self._catalogue = visit.catalogue

    def build(self, number: int, variant: Variant, reprint: Reprint | None = None) -> Slip:
        """The slip. The clerk's is in Chinese, with the citizen's language below; so is a bilingual one, for those who
        read Chinese with English.
        """
        if variant is Variant.CLERK:
            second = self._second(self.say.lang)
            slip = build_clerk_slip(self._chinese, self.guide, self.facts, number=number, second=second)
            return self._framed(slip, reprint, second)
        if variant is Variant.BILINGUAL:
            second = self._second(ABROAD if self.say.lang in CHINESE else self.say.lang)
            slip = build_guide_slip(
                self._chinese, self.guide, self.facts, number=number, variant=variant, second=second
            )
            return self._framed(slip, reprint, second)
        slip = build_guide_slip(self.say, self.guide, self.facts, number=number, variant=variant)
        return slip if reprint is None else reprinted(self.say, slip, reprint)

    def _framed(self, slip: Slip, reprint: Reprint | None, second: Second) -> Slip:
        return slip if reprint is None else reprinted(self._chinese, slip, reprint, second.say)

    def _second(self, lang: str) -> Second:
        """The other language, with what is translated of the guide and its offices."""
        guide = translated(self._catalogue, self.guide, lang)
        return Second(
            Phrases(lang), guide, tuple(translated(self._catalogue, each, lang) for each in self.facts.places)
        )

    def texts(self) -> TakenAlong:
        """The guide in plain words."""
        return take_away(self.say, self.guide, self.facts)


class EventPaper:
    """One slip for a whole life event; nobody lays it before a clerk."""

    variants = (*SIZES, Variant.BILINGUAL)

    def __init__(self, visit: Visit, id: str, answers: dict[str, str], say: Phrases | None = None) -> None:
        catalogue = visit.catalogue
        event = catalogue.get(LifeEvent, id)
        if event is None:
            raise CatalogueError(Code.NO_SUCH_ITEM)
        guides = {step.guide: catalogue.get(Guide, step.guide) for step in event.steps}
        held = {id: guide for id, guide in guides.items() if guide is not None}
        self.plan = ordered_steps(event, held, answers)
        planned = {step.guide.id for step in self.plan.steps}
        self.skipped = tuple(guide.name for id, guide in held.items() if id not in planned)
        self.key = id
        self.say = say or visit.say
        self._catalogue = catalogue
        self.facts = [slip_facts(visit, step.guide) for step in self.plan.steps]
        self.route = route_of(visit, self.plan)
        self.check = code_of(event)

    def build(self, number: int, variant: Variant, reprint: Reprint | None = None) -> Slip:
        """The slip; a bilingual one as that of a guide."""
        say, second = self.say, None
        if variant is Variant.BILINGUAL:
            second = self._second(ABROAD if say.lang in CHINESE else say.lang)
            say = say if say.lang in CHINESE else Phrases(CHINESE[0])
        slip = build_event_slip(
            say,
            self.plan,
            self.facts,
            self.route,
            number=number,
            variant=variant,
            skipped=self.skipped,
            check=self.check,
            second=second,
        )
        return slip if reprint is None else reprinted(say, slip, reprint, second.say if second else None)

    def _second(self, lang: str) -> EventSecond:
        steps = (replace(step, guide=translated(self._catalogue, step.guide, lang)) for step in self.plan.steps)
        plan = Plan(translated(self._catalogue, self.plan.event, lang), tuple(steps), self.plan.answers)
        return EventSecond(Phrases(lang), plan, self.facts, self.route)

    def texts(self) -> TakenAlong:
        """The steps in plain words."""
        return event_take_away(self.say, self.plan, self.facts, self.route, check=self.check)


class Words:
    """The texts to take along, in the language that is chosen when they are looked at."""

    def __init__(self, visit: Visit, make: Make) -> None:
        self._visit = visit
        self._make = make
        self._lang = ""
        self._taken = TakenAlong((), whole=True)

    def __call__(self) -> TakenAlong:
        """One to three texts. Raises `CatalogueError` (K-06) when the item is gone."""
        if self._lang != self._visit.lang:
            self._taken, self._lang = self._make(self._visit.say).texts(), self._visit.lang
        return self._taken
