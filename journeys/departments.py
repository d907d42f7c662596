"""机构编制: the tree of organisations, what each does, how it is set up, how many work there, and what it does for
you.
"""

from __future__ import annotations

from domain.ports import Catalogue, OrgBranch
from domain.records import Org, Place
from journeys import offices
from journeys.browse import OrgItemsStep
from journeys.find import SearchStep
from journeys.moves import Go, Move, Open, Quiet
from journeys.names import org_name, verified_tag
from journeys.views import Departments, OrgLine, OrgPanel, Press
from journeys.visit import Visit

LEVELS = ("city", "district", "institution", "company")
TABS = ("duties", "sections", "staff")
DEEPEST = 3
"""What lies deeper is not indented any further."""


class DepartmentsStep(Quiet):
    """The tree of one level; touching an organisation opens it in the tree and on the panel.

    Whatever the records say of who stands above whom, every organisation of the level is in the tree once.
    """

    def __init__(self, visit: Visit, chosen: str | None = None) -> None:
        self.visit = visit
        self.chosen = chosen
        self.tab = TABS[0]
        self.page = 0
        self.open: set[str] = set()
        self.level = LEVELS[0]
        self._of: Catalogue | None = None
        self._branches: dict[str, OrgBranch] = {}
        self._children: dict[str, list[OrgBranch]] = {}
        visit.looked = True
        branch = self._tree().get(chosen) if chosen else None
        if branch is not None:
            self.level = branch.level
            while branch.parent is not None:
                branch = self._branches[branch.parent]
                self.open.add(branch.id)

    def _tree(self) -> dict[str, OrgBranch]:
        """All organisations by id, read once for each catalogue."""
        catalogue = self.visit.catalogue
        if catalogue is not self._of:
            self._of = catalogue
            self._branches = {branch.id: branch for branch in catalogue.org_tree()}
            self._children = {}
            for branch in self._branches.values():
                if branch.parent is not None:
                    self._children.setdefault(branch.parent, []).append(branch)
        return self._branches

    def _is_top(self, branch: OrgBranch) -> bool:
        """Whether a branch begins a tree of its level: nothing of the level stands above it but the head of all."""
        if branch.level != self.level or branch.head:
            return False
        above = self._branches[branch.parent] if branch.parent else None
        return above is None or above.level != branch.level or above.head

    def _lines(self) -> tuple[OrgLine, ...]:
        visit, say = self.visit, self.visit.say
        tree = self._tree()
        shown: list[tuple[OrgBranch, int, bool | None]] = []

        def add(branch: OrgBranch, depth: int) -> None:
            children = [
                child
                for child in self._children.get(branch.id, ())
                if child.level == branch.level or child.level == "institution"
            ]
            opened = branch.id in self.open if children else None
            shown.append((branch, min(depth, DEEPEST), opened))
            if opened:
                for child in children:
                    add(child, depth + 1)

        for branch in tree.values():
            if self._is_top(branch):
                add(branch, 0)
        ids = [branch.id for branch, _, _ in shown]
        names = visit.catalogue.names(ids, visit.lang) if visit.lang != "zh-Hans" else {}
        return tuple(
            OrgLine(
                branch.id,
                names.get(branch.id, branch.name),
                branch.hint if depth else "",
                depth,
                opened,
                say.count("org.items", branch.items) if branch.items else "",
                branch.id == self.chosen,
            )
            for branch, depth, opened in shown
        )

    def view(self) -> Departments:
        """The page."""
        visit, say = self.visit, self.visit.say
        counts = visit.catalogue.info.counts
        return Departments(
            title=say("departments.title"),
            line=say("departments.line", orgs=len(self._tree()), items=counts.get("guide", 0)),
            levels=tuple((Press(say(f"level.{level}"), "level", level), level == self.level) for level in LEVELS),
            rows=self._lines(),
            page=self.page,
            chosen=self._panel(),
            actions=self._actions(),
            which=Press(say("departments.which"), "which", "", "search"),
        )

    def _actions(self) -> tuple[Press, ...]:
        branch = self._branches.get(self.chosen or "")
        if branch is None or branch.head or not branch.items:
            # What the head of all has below it is everything: the tree leads there, a list of thousands does not.
            return ()
        return (Press(self.visit.say.count("org.see_items", branch.items), "items", branch.id, "description"),)

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
        elif action == "which":
            return Go(SearchStep(self.visit))
        elif action == "items":
            return Go(OrgItemsStep(self.visit, value))
        elif action == "place":
            return Open(value)
        return None
