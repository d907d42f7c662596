"""A guide page: what to bring, where to go, what to do there, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain import wording
from domain.errors import CatalogueError, Code
from domain.guard import Verdict
from domain.records import Guide, Material, Org, Place
from domain.take_away import HOTLINE
from journeys import guard, offices, rows
from journeys.correction import CorrectionStep
from journeys.moves import Go, Move, Open, Quiet
from journeys.names import guide_places, org_name, verified_tag
from journeys.places import PlacesStep
from journeys.preview import SlipStep
from journeys.take_away import TakeAwayStep
from journeys.views import (
    EmptySection,
    Figure,
    Guide as GuideView,
    MaterialLine,
    MaterialsSection,
    OrgsSection,
    PlaceSection,
    Press,
    QuestionsSection,
    RelatedSection,
    Section,
    StepLine,
    StepsSection,
    TextSection,
)
from journeys.visit import Visit


class GuideStep(Quiet):
    """One guide. Ticks live in the visit, so that they are still there after a look at the office."""

    def __init__(self, visit: Visit, id: str) -> None:
        self.visit = visit
        self.id = id
        self.page = 0
        visit.looked = True

    def view(self) -> GuideView:
        """The page. Raises `CatalogueError` (K-06) when the guide is gone from the catalogue."""
        visit, say = self.visit, self.visit.say
        catalogue = visit.catalogue
        guide = catalogue.get(Guide, self.id)
        if guide is None:
            raise CatalogueError(Code.NO_SUCH_ITEM)
        translated: Mapping[str, Any] = {}
        if visit.lang != "zh-Hans":
            translated = catalogue.translation(self.id, visit.lang)
        places = offices.nearest_first(visit, guide_places(catalogue, guide))
        verdict = guard.verdict(visit, guide, places)
        prints = visit.tools.printer.state.prints
        return GuideView(
            id=guide.id,
            title=str(translated.get("name") or guide.name),
            alias=guide.name if translated.get("name") else (guide.alias or ""),
            summary=str(translated.get("summary") or guide.summary or ""),
            figures=self._figures(guide, guard.figure(visit, verdict)),
            guard=guard.panel(visit, verdict),
            sections=self._sections(guide, places, verdict),
            verified=verified_tag(visit, guide.verified_on, guide.verified_by),
            page=self.page,
            actions=(
                Press(
                    guard.print_label(visit, verdict) if prints else say("guide.no_paper"),
                    "print",
                    "",
                    "print",
                    enabled=prints,
                ),
                Press(say("guide.take"), "take", "", "qr_code_2"),
                *self._correcting(),
            ),
            chinese_only=say("guide.chinese_only") if visit.lang not in ("zh-Hans", "zh-Hant") else "",
        )

    def do(self, action: str, value: str) -> Move | None:
        """Ticks, pages, leads on."""
        visit = self.visit
        if action == "print":
            return Go(SlipStep(visit, self.id))
        if action == "take":
            return Go(TakeAwayStep(visit, self.id))
        if action == "correct":
            return Go(CorrectionStep(visit, self.id))
        if action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "tick" and value.isdigit():
            visit.ticked.setdefault(self.id, set()).symmetric_difference_update({int(value)})
        elif action in ("open", "place", "org"):
            return Open(value)
        elif action == "offices":
            guide = visit.catalogue.get(Guide, self.id)
            if guide is not None:
                ids = tuple(place.id for place in guide_places(visit.catalogue, guide))
                return Go(PlacesStep(visit, only=ids))
        return None

    def _correcting(self) -> tuple[Press, ...]:
        """The way to say that something is not so, where there is a hub that is told."""
        reports = self.visit.tools.reports
        return (Press(self.visit.say("guide.correct"), "correct", "", "flag"),) if reports and reports.ready else ()

    def _figures(self, guide: Guide, verdict: Figure | None) -> tuple[Figure, ...]:
        say = self.visit.say
        figures = []
        limit = wording.limit(say, guide.immediate, guide.promised_limit or guide.legal_limit)
        if limit:
            label = say("figure.promised") if guide.promised_limit else say("figure.by_law")
            figures.append(Figure(limit, say("figure.on_the_spot") if guide.immediate else label))
        fee = wording.fee_figure(say, guide.fee)
        if fee:
            figures.append(Figure(fee, say("figure.fee")))
        visits = wording.visits(say, guide.visits)
        if visits:
            online = "online" in guide.channels
            figures.append(Figure(visits, say("figure.online_too") if online else say("figure.to_window")))
        if verdict is not None:
            figures.append(verdict)
        return tuple(figures)

    def _line(self, index: int, material: Material, marked: str) -> MaterialLine:
        say = self.visit.say
        ticked = index in self.visit.ticked.get(self.id, ())
        supplier = wording.supplier(say, material, marked)
        if material.necessity == "deferrable":
            supplier = say("join.note", first=supplier, note=say("material.deferrable"))
        elif material.necessity == "optional" and material.when is None:
            supplier = say("join.note", first=supplier, note=say("material.optional"))
        return MaterialLine(index, material.name, supplier, wording.count(say, material), ticked, material.when or "")

    def _materials(self, guide: Guide, verdict: Verdict | None) -> Section:
        say = self.visit.say
        if not guide.materials:
            return EmptySection(say("section.bring"), say("empty.materials"), say("empty.ask"))
        marked = wording.marked_form(guide)
        lines = [self._line(index, material, marked) for index, material in enumerate(guide.materials)]
        always = tuple(line for line in lines if not line.when)
        conditional = tuple(line for line in lines if line.when)
        head = say.count("section.bring_n", len(always)) if always else say("section.bring")
        head = guard.bring_head(self.visit, verdict, len(always)) or head
        return MaterialsSection(
            head, say("section.bring_side"), always, say("section.conditional") if conditional else "", conditional
        )

    def _sections(self, guide: Guide, places: tuple[Place, ...], verdict: Verdict | None) -> tuple[Section, ...]:
        say, catalogue = self.visit.say, self.visit.catalogue
        sections: list[Section] = [self._materials(guide, verdict)]
        if guide.steps:
            steps = tuple(
                StepLine(number, step.name, say("join.comma").join(filter(None, (step.where, step.note))))
                for number, step in enumerate(guide.steps, 1)
            )
            sections.append(StepsSection(say("section.how"), say.count("section.how_side", len(steps)), steps))
        else:
            sections.append(EmptySection(say("section.how"), say("empty.steps"), say("empty.ask")))
        sections.append(self._where(guide, places))
        sections.append(self._orgs(guide))
        if guide.eligibility:
            sections.append(TextSection(say("section.who"), guide.eligibility, numbered=len(guide.eligibility) > 1))
        if guide.fee is not None and guide.fee.charged:
            sections.append(TextSection(say("section.fee"), tuple(filter(None, (guide.fee.text, guide.fee.basis)))))
        told = self._duties(guide)
        if told:
            sections.append(TextSection(say("section.know"), told))
        if guide.result is not None:
            lines = filter(None, (guide.result.name, guard.accepted_today(self.visit, verdict)))
            sections.append(TextSection(say("section.result"), tuple(lines)))
        if guide.faq:
            sections.append(QuestionsSection(say("section.faq"), tuple((item.q, item.a) for item in guide.faq)))
        if guide.legal_basis:
            laws = tuple(say("law.line", law=law.law, article=law.article or "").strip() for law in guide.legal_basis)
            sections.append(TextSection(say("section.law"), laws))
        sections.append(self._complaint(guide))
        related = catalogue.cards(guide.related)
        if related:
            sections.append(RelatedSection(say("section.related"), rows.rows(self.visit, related[:4])))
        return tuple(sections)

    def _duties(self, guide: Guide) -> tuple[str, ...]:
        """What is to be told besides papers, place and steps."""
        say = self.visit.say
        electronic = wording.electronic(say, guide)
        rows = [(say(f"key.{key}"), text) for key, text in wording.duties(say, guide)]
        rows += [(say("key.limit"), note) for note in wording.limit_notes(guide)]
        lines = tuple(say("slip.step", name=key, detail=text) for key, text in rows)
        return (*((electronic,) if electronic else ()), *lines)

    def _where(self, guide: Guide, places: tuple[Place, ...]) -> PlaceSection | EmptySection:
        say = self.visit.say
        office = org_name(self.visit.catalogue, guide.accepting_office)
        if places:
            section = offices.section(self.visit, places, office)
            enquiry = guide.phone.enquiry if guide.phone else None
            if enquiry:
                lines = tuple(("call", enquiry) if icon == "call" else (icon, text) for icon, text in section.lines)
                section = PlaceSection(
                    section.head,
                    section.id,
                    section.name,
                    section.detail,
                    section.state,
                    lines,
                    section.map,
                    section.others,
                )
            return section
        phone = (guide.phone.enquiry if guide.phone else None) or ""
        title = office or say("empty.place")
        line = say("empty.place_phone", phone=phone) if phone else say("empty.ask")
        return EmptySection(say("section.where"), title, line)

    def _orgs(self, guide: Guide) -> OrgsSection:
        say, catalogue = self.visit.say, self.visit.catalogue

        def line(role: str, value: str | None) -> tuple[str, str, str]:
            known = value if value and catalogue.get(Org, value) else ""
            return (say(f"org.{role}"), org_name(catalogue, value) or say("empty.short"), known)

        found = [
            line("department", guide.department),
            line("accepting", guide.accepting_office),
            line("handling", guide.handling_agency),
        ]
        if guide.handler:
            found.append((say("org.handler"), guide.handler, ""))
        return OrgsSection(tuple(found))

    def _complaint(self, guide: Guide) -> Section:
        say = self.visit.say
        complaint = guide.phone.complaint if guide.phone else None
        if complaint:
            line = complaint if complaint == HOTLINE else say("complaint.line", phone=complaint)
            return TextSection(say("section.complaint"), (line,))
        return EmptySection(say("section.complaint"), say("empty.title"), say("empty.ask"))
