"""Views of the city: life events, departments, places, notices."""

from __future__ import annotations

from dataclasses import dataclass

from journeys.views.guide import Figure, MapView
from journeys.views.parts import Press, Row, Tag, Tone


@dataclass(frozen=True, slots=True)
class EventLine:
    """One step of a life event; touch ("open", id)."""

    number: int
    id: str
    name: str
    department: str
    limit: str
    place: str
    note: str
    icon: str = "place"
    """Beside `place`."""


@dataclass(frozen=True, slots=True)
class RouteStop:
    """One office of a day's route: its letter, 上午 政务服务中心, and the way to it from what stands before it."""

    letter: str
    when: str
    name: str
    way: str
    place: str
    """Place id; touch ("place", id)."""


@dataclass(frozen=True, slots=True)
class RouteView:
    """The first day's route (第一天这样跑): from here over its stops; `side`: which steps, and what comes later."""

    head: str
    side: str
    here: str
    stops: tuple[RouteStop, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """A life event: ordered steps, merged materials, the route of the first day; its questions as chips
    ("answer", question=option) stand on a leaf of their own while `asking`.

    Actions: ("print",), ("conditions",), ("plan",), ("page", n), ("open", id), ("place", id).
    """

    id: str
    title: str
    line: str
    questions: tuple[tuple[str, tuple[tuple[Press, bool], ...]], ...]
    asking: bool
    ask_head: str
    ask_line: str
    next_question: Press | None
    """The first question without an answer; leads to all of them."""
    figures: tuple[Figure, ...]
    steps: tuple[EventLine, ...]
    materials_head: str
    materials_side: str
    materials: tuple[tuple[str, str, str], ...]
    """(name, where it is needed, how many)."""
    route: RouteView | None
    intro: str
    verified: Tag | None
    page: int
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class OrgLine:
    """A line of the department tree: `depth` 0…3; touch ("toggle", id)."""

    id: str
    name: str
    hint: str
    depth: int
    opened: bool | None
    """None: has no children."""
    count: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Departments:
    """机构编制: level chips ("level", …), the tree, and the chosen organisation.

    Actions: ("toggle", id), ("level", name), ("items", id), ("place", id), ("page", n), ("tab", duties|sections|staff),
    ("which",). Counts are those of an organisation with all below it.
    """

    title: str
    line: str
    levels: tuple[tuple[Press, bool], ...]
    rows: tuple[OrgLine, ...]
    page: int
    chosen: OrgPanel | None
    actions: tuple[Press, ...]
    which: Press | None = None
    """哪个部门管？: to asking in one's own words."""


@dataclass(frozen=True, slots=True)
class OrgPanel:
    """The chosen organisation: tabs (what it does, how it is set up, how many people), place, phone, verified."""

    id: str
    name: str
    belongs: str
    tabs: tuple[tuple[Press, bool], ...]
    lines: tuple[str, ...]
    place: tuple[str, str] | None
    """(place id, words)."""
    state: Tag | None
    phone: str
    verified: str


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place in the list by distance; touch ("choose", id)."""

    id: str
    number: int
    name: str
    detail: str
    state: Tag | None
    distance: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PlacePanel:
    """The chosen place: its number on the drawing, name, how long the way takes, (icon, words) on how to get there."""

    number: int
    name: str
    remark: str
    lines: tuple[tuple[str, str], ...]
    verified: Tag | None


@dataclass(frozen=True, slots=True)
class Places:
    """附近网点: kinds as chips ("kind", …), schematic map, list by distance. Actions: ("choose", id), ("place", id),
    ("items", id), ("page", n).
    """

    title: str
    line: str
    kinds: tuple[tuple[Press, bool], ...]
    map: MapView | None
    rows: tuple[PlaceLine, ...]
    page: int
    actions: tuple[Press, ...]
    empty: str = ""
    chosen: PlacePanel | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One place: open or not, the week, how to get there, what is done there."""

    id: str
    name: str
    alias: str
    state: Tag | None
    lines: tuple[tuple[str, str], ...]
    week: tuple[tuple[str, str, bool], ...]
    """(day, hours, is today)."""
    week_note: str
    map: MapView | None
    items_head: str
    items: tuple[Row, ...]
    verified: Tag | None
    page: int
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice."""

    id: str
    title: str
    text: str
    when: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Notices:
    """Today's notices."""

    title: str
    line: str
    rows: tuple[NoticeLine, ...]
    page: int
    empty: str
