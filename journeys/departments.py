"""机构编制: the tree of organisations, what each does, how it is set up, how many work there, and what it does for
you.
"""

from __future__ import annotations

from domain.records import Org, Place
from journeys import offices
from journeys.browse import OrgItemsStep
from journeys.moves import Go, Move, Open, Quiet
from journeys.names import org_name, verified_tag
from journeys.views import Departments, OrgLine, OrgPanel, Press
from journeys.visit import Visit

LEVELS = ("city", "district", "institution", "company")
TABS = ("duties", "sections", "staff")
DEEPEST = 3


class DepartmentsStep(Quiet):
    """The tree of one level; touching an organisation opens it in the tree and on the panel."""

    def __init__(self, visit: Visit, chosen: str | None = None) -> None:
        self.visit = visit
        self.chosen = chosen
        self.tab = TABS[0]
        self.page = 0
        self.open: set[str] = set()
        self.level = LEVELS[0]
        visit.looked = True
        org = visit.catalogue.get(Org, chosen) if chosen else None
        if org is not None:
            self.level = org.level
            self.open.update(ancestor.id for ancestor in self._ancestors(org))

    def _ancestors(self, org: Org) -> list[Org]:
        found: list[Org] = []
        parent = org.parent
        while parent and len(found) < DEEPEST + 2:
            above = self.visit.catalogue.get(Org, parent)
            if above is None or above in found:
                break
            found.append(above)
            parent = above.parent
        return found

    def _roots(self) -> list[Org]:
        """Organisations of the level whose parent is of another level (or none): the tops of its trees."""
        catalogue = self.visit.catalogue
        tops: list[Org] = []
        seen: set[str] = set()
        queue = list(catalogue.orgs(None))
        while queue:
            org = queue.pop(0)
            if org.id in seen:
                continue
            seen.add(org.id)
            children = catalogue.orgs(org.id)
            above = catalogue.get(Org, org.parent) if org.parent else None
            root_of_city = above is None and org.level == "city" and bool(children)
            if (
                org.level == self.level
                and not root_of_city
                and (above is None or above.level != org.level or not above.parent)
            ):
                tops.append(org)
            queue.extend(children)
        return tops

    def _lines(self) -> list[OrgLine]:
        catalogue, say = self.visit.catalogue, self.visit.say
        lines: list[OrgLine] = []

        def add(org: Org, depth: int) -> None:
            children = [
                child for child in catalogue.orgs(org.id) if child.level == org.level or child.level == "institution"
            ]
            can_open = bool(children) and depth < DEEPEST
            opened = org.id in self.open if can_open else None
            items = len(catalogue.by_department(org.id))
            hint = (org.keywords[0] if depth and org.keywords else "") if not org.duties else ""
            count = say.count("org.items", items) if items else ""
            lines.append(OrgLine(org.id, org.name, hint, depth, opened, count, org.id == self.chosen))
            if opened:
                for child in children:
                    add(child, depth + 1)

        for org in self._roots():
            add(org, 0)
        return lines

    def view(self) -> Departments:
        """The page."""
        visit, say = self.visit, self.visit.say
        counts = visit.catalogue.info.counts
        return Departments(
            title=say("departments.title"),
            line=say("departments.line", orgs=counts.get("org", 0), items=counts.get("guide", 0)),
            levels=tuple((Press(say(f"level.{level}"), "level", level), level == self.level) for level in LEVELS),
            rows=tuple(self._lines()),
            page=self.page,
            chosen=self._panel(),
            actions=self._actions(),
        )

    def _actions(self) -> tuple[Press, ...]:
        if not self.chosen:
            return ()
        say = self.visit.say
        items = len(self.visit.catalogue.by_department(self.chosen))
        if not items:
            return ()
        return (Press(say.count("org.see_items", items), "items", self.chosen, "description"),)

    def _panel(self) -> OrgPanel | None:
        visit, say = self.visit, self.visit.say
        org = visit.catalogue.get(Org, self.chosen) if self.chosen else None
        if org is None:
            return None
        place = visit.catalogue.get(Place, org.place) if org.place else None
        if self.tab == "duties":
            lines = org.duties
        elif self.tab == "sections":
            lines = tuple(say("org.section", name=part.name, duty=part.duty or "").strip() for part in org.sections)
        else:
            posts = org.staff.posts if org.staff else None
            lines = (say("org.posts", n=posts),) if posts is not None else ()
        verified = verified_tag(visit, org.verified_on, org.verified_by)
        parent = org_name(visit.catalogue, org.parent)
        return OrgPanel(
            id=org.id,
            name=org.name,
            belongs=say("org.belongs", parent=parent) if parent else "",
            tabs=tuple((Press(say(f"tab.{tab}"), "tab", tab), tab == self.tab) for tab in TABS),
            lines=lines or (say("empty.line"),),
            place=(place.id, place.name) if place else None,
            state=offices.state(visit, place) if place else None,
            phone=org.phone or say("empty.phone"),
            verified=verified.text if verified else "",
        )

    def do(self, action: str, value: str) -> Move | None:
        """Opens and shuts branches, switches level and tab, leads on."""
        if action == "toggle":
            if value == self.chosen and value in self.open:
                self.open.discard(value)
            else:
                self.open.add(value)
            self.chosen = value
            self.tab = TABS[0]
        elif action == "level" and value in LEVELS:
            self.level, self.page, self.chosen = value, 0, None
        elif action == "tab" and value in TABS:
            self.tab = value
        elif action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "items":
            return Go(OrgItemsStep(self.visit, value))
        elif action == "place":
            return Open(value)
        return None
