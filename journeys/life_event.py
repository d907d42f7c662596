"""A life event (一件事): which items, in which order, with which papers, for this person's answers."""

from __future__ import annotations

from domain import wording
from domain.errors import CatalogueError, Code
from domain.life_plan import Plan, merge_materials, ordered_steps, total
from domain.records import Guide, LifeEvent
from domain.trip import Route
from journeys.moves import Go, Move, Open, Quiet
from journeys.names import org_name
from journeys.preview import EventSlipStep
from journeys.take_away import EventTakeAwayStep
from journeys.trip import first_day, route_of
from journeys.views import EventLine, Figure, LifeEvent as LifeEventView, Press, Tag
from journeys.visit import Visit


class LifeEventStep(Quiet):
    """One life event. Unanswered questions leave every branch in, so nothing is hidden by silence."""

    def __init__(self, visit: Visit, id: str) -> None:
        self.visit = visit
        self.id = id
        self.answers: dict[str, str] = {}
        self.asking = False
        self.page = 0
        visit.looked = True

    def plan(self) -> Plan:
        """Event, steps in order and merged papers. Raises `CatalogueError` (K-06) when the event is gone."""
        catalogue = self.visit.catalogue
        event = catalogue.get(LifeEvent, self.id)
        if event is None:
            raise CatalogueError(Code.NO_SUCH_ITEM)
        guides = {step.guide: catalogue.get(Guide, step.guide) for step in event.steps}
        return ordered_steps(event, {id: guide for id, guide in guides.items() if guide is not None}, self.answers)

    def view(self) -> LifeEventView:
        """The page."""
        visit, say = self.visit, self.visit.say
        plan = self.plan()
        event = plan.event
        translated = visit.catalogue.translation(self.id, visit.lang) if visit.lang != "zh-Hans" else {}
        route = route_of(visit, plan)
        guides = [step.guide for step in plan.steps]
        merged = merge_materials(guides)
        copies = sum(item.copies for item in merged)
        prints = visit.tools.printer.state.prints
        departments = len({guide.department for guide in guides})
        asking = self.asking and bool(event.questions)
        way = Press(say("event.plan"), "plan", "", "event_note")
        if event.questions and not asking:
            way = Press(say("event.conditions"), "conditions", "", "tune")
        open_question = next((each.ask for each in event.questions if each.id not in self.answers), "")
        return LifeEventView(
            id=self.id,
            title=str(translated.get("name") or event.name),
            line=say.count("event.line", departments) if guides else "",
            questions=self._questions(event),
            asking=asking,
            ask_head=say("event.conditions_head"),
            ask_line=say("event.conditions_line"),
            next_question=Press(open_question, "conditions", "", "chevron_right") if open_question else None,
            figures=self._figures(plan, route),
            steps=self._steps(plan, route),
            materials_head=say("event.materials"),
            materials_side=say("event.copies", n=copies),
            materials=tuple(
                (item.name, say.count("event.used", item.uses), self._pieces(item.originals, item.copies))
                for item in merged
            ),
            route=first_day(visit, route),
            intro=str(translated.get("intro") or event.intro or ""),
            verified=self._verified(guides, departments),
            page=self.page,
            actions=(
                Press(say("event.print"), "print", "", "print")
                if prints
                else Press(say("guide.take"), "take", "", "qr_code_2"),
                *((way,) if event.questions else ()),
            ),
        )

    def _questions(self, event: LifeEvent) -> tuple[tuple[str, tuple[tuple[Press, bool], ...]], ...]:
        return tuple(
            (
                question.ask,
                tuple(
                    (
                        Press(option.text, "answer", f"{question.id}={option.id}"),
                        self.answers.get(question.id) == option.id,
                    )
                    for option in question.options
                ),
            )
            for question in event.questions
        )

    def _steps(self, plan: Plan, route: Route) -> tuple[EventLine, ...]:
        visit, say = self.visit, self.visit.say
        names = (
            visit.catalogue.names([step.guide.id for step in plan.steps], visit.lang) if visit.lang != "zh-Hans" else {}
        )
        letters = wording.letters(route)
        lines = []
        for number, (step, office) in enumerate(zip(plan.steps, route.offices, strict=True), 1):
            guide = step.guide
            place, icon = "", "place"
            if office is not None and office.id in letters:
                place = say("event.place", letter=letters[office.id])
            elif guide.visits == 0:
                place, icon = say("visits.none"), "phone_android"
            lines.append(
                EventLine(
                    number=number,
                    id=guide.id,
                    name=names.get(guide.id, guide.name),
                    department=org_name(visit.catalogue, guide.department),
                    limit=wording.limit(say, guide.immediate, guide.promised_limit or guide.legal_limit) or "",
                    place=place,
                    note=step.note or "",
                    icon=icon,
                )
            )
        return tuple(lines)

    def _figures(self, plan: Plan, route: Route) -> tuple[Figure, ...]:
        say = self.visit.say
        if not plan.steps:
            return ()
        figures = [Figure(say.count("event.figure_steps", len(plan.steps)), say("event.in_order"))]
        if route.trips:
            places = say.count("event.figure_places", len(route.places))
            figures.append(Figure(say.count("event.figure_trips", len(route.trips)), places))
        figures.append(Figure(wording.working_days(say, route), say("event.soonest")))
        figures.append(Figure(*wording.money(say, total([step.guide for step in plan.steps]))))
        return tuple(figures)

    def _verified(self, guides: list[Guide], departments: int) -> Tag | None:
        """The oldest of the checks, once all were checked."""
        days = [guide.verified_on for guide in guides if guide.verified_on is not None]
        if not days or len(days) < len(guides):
            return None
        say = self.visit.say
        text = say.count("event.verified", departments, date=wording.month_day(say, min(days)))
        return Tag(text, "verified", "ok")

    def _pieces(self, originals: int, copies: int) -> str:
        say = self.visit.say
        parts = [say("material.originals", n=originals)] if originals else []
        if copies:
            parts.append(say("material.copies", n=copies))
        return say("join.comma").join(parts)

    def do(self, action: str, value: str) -> Move | None:
        """Answers (touched again: taken back), conditions and plan, pages, steps, offices, printing."""
        if action == "answer":
            question, _, option = value.partition("=")
            if self.answers.get(question) == option:
                del self.answers[question]
            else:
                self.answers[question] = option
        elif action in ("conditions", "plan"):
            self.asking, self.page = action == "conditions", 0
        elif action == "page" and value.isdigit():
            self.page = int(value)
        elif action in ("open", "place"):
            return Open(value)
        elif action == "print":
            return Go(EventSlipStep(self.visit, self.id, dict(self.answers)))
        elif action == "take":
            return Go(EventTakeAwayStep(self.visit, self.id, dict(self.answers)))
        return None
