"""筛一筛: by what an answer can be narrowed, in people's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from domain.records import Org, Place
from domain.search import Axis, Facet, Narrowing
from journeys import themes
from journeys.moves import Back, Move, Quiet
from journeys.views import Choices, Narrow, Press
from journeys.visit import Visit

OFFERED: tuple[Axis, ...] = ("department", "theme", "district", "coverage")
"""The attributes behind 筛一筛, in this order; whom it is for stands on the page of the answer itself."""

MOST = 6
"""So many values of one attribute, those with the most things; more would be another list to read."""


def value_of(narrow: Narrowing, axis: Axis) -> str:
    """What `narrow` says of `axis`, as in a facet; empty: nothing."""
    if axis == "coverage":
        return "wide" if narrow.coverage else ""
    value: str | None = getattr(narrow, axis)
    return value or ""


def with_value(narrow: Narrowing, axis: Axis, value: str) -> Narrowing:
    """`narrow` with one attribute set, or taken off by an empty value."""
    match axis:
        case "audience":
            return replace(narrow, audience=value or None)
        case "department":
            return replace(narrow, department=value or None)
        case "theme":
            return replace(narrow, theme=value or None)
        case "district":
            return replace(narrow, district=value or None)
        case "coverage":
            return replace(narrow, coverage=bool(value))


def districts(visit: Visit) -> dict[str, str]:
    """Names of districts by code: a district is called as the organisation whose seat lies in it is called for short;
    of several the first.
    """
    catalogue, found = visit.catalogue, dict[str, str]()
    tops = catalogue.orgs(None)
    for org in (*tops, *(below for top in tops for below in catalogue.orgs(top.id))):
        place = catalogue.get(Place, org.place) if org.level == "district" and org.place else None
        if place is not None and place.district:
            found.setdefault(place.district, org.short_name or org.name)
    return found


def named(visit: Visit, axis: Axis, value: str) -> str:
    """What people call a value; empty for one that nobody has a word for."""
    match axis:
        case "department":
            org = visit.catalogue.get(Org, value)
            return (org.short_name or org.name) if org is not None else ""
        case "theme":
            return themes.label(visit, value)
        case "district":
            return districts(visit).get(value, "")
        case "coverage":
            return visit.say("narrow.wide")
        case "audience":
            return ""


def groups(visit: Visit, facets: Sequence[Facet]) -> tuple[Choices, ...]:
    """What can be chosen, the values with the most things first; one that nobody has a word for is left out."""
    say, found = visit.say, list[Choices]()
    areas = districts(visit) if any(facet.axis == "district" for facet in facets) else {}
    for axis in OFFERED:
        presses = []
        for facet in facets:
            if facet.axis != axis:
                continue
            name = areas.get(facet.value, "") if axis == "district" else named(visit, axis, facet.value)
            if name:
                label = say("narrow.option", name=name, n=facet.count)
                presses.append(Press(label, "choose", f"{axis}={facet.value}"))
        if presses:
            found.append(Choices(say(f"narrow.{axis}"), tuple(presses[:MOST])))
    return tuple(found)


class NarrowStep(Quiet):
    """What the answer to a question can be narrowed to. A choice is taken over by the answer at once, and leads back to
    it. `offered`: what can be chosen, and how many things there are now.
    """

    def __init__(
        self,
        visit: Visit,
        query: str,
        offered: Callable[[], tuple[Sequence[Facet], int]],
        choose: Callable[[Axis, str], None],
    ) -> None:
        self.visit = visit
        self.query = query
        self.page = 0
        self._offered = offered
        self._choose = choose

    def view(self) -> Narrow:
        """The page."""
        say, (facets, count) = self.visit.say, self._offered()
        return Narrow(
            title=say("narrow.title"),
            line=say("narrow.line"),
            query=self.query,
            groups=groups(self.visit, facets),
            page=self.page,
            actions=(Press(say.count("narrow.see", count), "back", "", "list_alt"),),
        )

    def do(self, action: str, value: str) -> Move | None:
        """Choosing, pages."""
        if action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "choose":
            axis, _, chosen = value.partition("=")
            offered = {(facet.axis, facet.value) for facet in self._offered()[0]}
            for known in OFFERED:
                if known == axis and (known, chosen) in offered:
                    self._choose(known, chosen)
                    return Back()
        return None
