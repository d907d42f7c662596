"""A life event (一件事): which items, in which order, with which papers, for this person's answers."""

from __future__ import annotations

from domain import wording
from domain.errors import CatalogueError, Code
from domain.life_plan import Plan, merge_materials, ordered_steps
from domain.records import Guide, LifeEvent
from journeys import offices
from journeys.moves import Go, Move, Open, Quiet
from journeys.names import guide_places, org_name
from journeys.slip import EventSlipStep
from journeys.views import EventLine, Figure, LifeEvent as LifeEventView, Press
from journeys.visit import Visit


class LifeEventStep(Quiet):
    """One life event. Unanswered questions leave every branch in, so nothing is hidden by silence."""

    def __init__(self, visit: Visit, id: str) -> None:
        self.visit = visit
        self.id = id
        self.answers: dict[str, str] = {}
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
        names = (
            visit.catalogue.names([step.guide.id for step in plan.steps], visit.lang) if visit.lang != "zh-Hans" else {}
        )
        places: dict[str, str] = {}
        lines = []
        for number, step in enumerate(plan.steps, 1):
            guide = step.guide
            found = offices.nearest_first(visit, guide_places(visit.catalogue, guide))
            place = ""
            if found:
                place = places.setdefault(found[0].id, offices.LETTERS[len(places) % len(offices.LETTERS)])
            lines.append(
                EventLine(
                    number=number,
                    id=guide.id,
                    name=names.get(guide.id, guide.name),
                    department=org_name(visit.catalogue, guide.department),
                    limit=wording.limit(say, guide.immediate, guide.promised_limit or guide.legal_limit) or "",
                    place=say("event.place", letter=place) if place else "",
                    note=step.note or "",
                )
            )
        merged = merge_materials([step.guide for step in plan.steps])
        copies = sum(item.copies for item in merged)
        questions = tuple(
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
        departments = len({step.guide.department for step in plan.steps})
        return LifeEventView(
            id=self.id,
            title=str(translated.get("name") or event.name),
            line=str(translated.get("intro") or event.intro or ""),
            questions=questions,
            figures=self._figures(len(plan.steps), departments, len(places), copies),
            steps=tuple(lines),
            materials_head=say("event.materials"),
            materials_side=say("event.copies", n=copies),
            materials=tuple(
                (item.name, say.count("event.used", item.uses), self._pieces(item.originals, item.copies))
                for item in merged
            ),
            page=self.page,
            actions=(
                Press(
                    say("event.print") if visit.tools.printer.state.prints else say("guide.no_paper"),
                    "print",
                    "",
                    "print",
                    enabled=visit.tools.printer.state.prints,
                ),
            ),
        )

    def _figures(self, steps: int, departments: int, places: int, copies: int) -> tuple[Figure, ...]:
        say = self.visit.say
        figures = [
            Figure(say.count("event.figure_steps", steps), say("event.in_order")),
            Figure(say.count("event.figure_departments", departments), say("event.to_ask")),
        ]
        if places:
            figures.append(Figure(say.count("event.figure_places", places), say("event.to_go")))
        figures.append(Figure(say("figure.copies_count", n=copies), say("figure.copies")))
        return tuple(figures)

    def _pieces(self, originals: int, copies: int) -> str:
        say = self.visit.say
        parts = [say("material.originals", n=originals)] if originals else []
        if copies:
            parts.append(say("material.copies", n=copies))
        return say("join.comma").join(parts)

    def do(self, action: str, value: str) -> Move | None:
        """Answers (touched again: taken back), pages, steps, printing."""
        if action == "answer":
            question, _, option = value.partition("=")
            if self.answers.get(question) == option:
                del self.answers[question]
            else:
                self.answers[question] = option
        elif action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "open":
            return Open(value)
        elif action == "print":
            return Go(EventSlipStep(self.visit, self.id, dict(self.answers)))
        return None
