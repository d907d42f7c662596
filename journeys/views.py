"""View states: everything a screen needs to draw itself, as frozen values with the final text in the citizen's
language.

A screen that is given an equal view may keep what it has drawn. `action` names in views are what the screen hands
back to
`Walk.act(action, value)` when the thing is touched; a view never holds a callback.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.paper import Dots

Tone = Literal["plain", "sea", "ok", "warn", "stop"]
"""How something stands; each tone has its own colour *and* icon shape on the screen."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A small fact with an icon: 10 元, 跑 1 次."""

    text: str
    icon: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Press:
    """Something to touch: its words, icon (Material name, may be empty) and what to hand back. `enabled` false:
    shown, but quiet.
    """

    label: str
    action: str
    value: str = ""
    icon: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A list row: official name, everyday name, why it is here, whose it is, up to three tags. Touch hands back
    ("open", id).

    `why` is split into (text, emphasised) runs. `answer` set: the row is a fact and is the answer itself.
    """

    id: str
    kind: str
    title: str
    alias: str = ""
    why: tuple[tuple[str, bool], ...] = ()
    department: str = ""
    tags: tuple[Tag, ...] = ()
    answer: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Nav:
    """The row at the foot of every page. `large_on`: big type is switched on."""

    back: Press | None
    home: Press | None
    large: Press
    language: Press
    end: Press | None
    large_on: bool = False


@dataclass(frozen=True, slots=True)
class Chrome:
    """The frame around every page: who, where, when, and that the content is a sample when it is."""

    brand: str
    kiosk: str
    date: str
    time: str
    sun: float
    """Position of the sun on the horizon line, 0 = 06:00 at the left, 1 = 20:00 at the right; outside: below the
    line.
    """
    sample: str = ""
    """Words of the sample mark; empty for real content."""


@dataclass(frozen=True, slots=True)
class NotReady:
    """尚未同步, or another state in which there is nothing to find yet. Drawn calmly, with a person to ask."""

    title: str
    lines: tuple[str, ...]
    code: str
    help: str


@dataclass(frozen=True, slots=True)
class Attract:
    """The inviting screen. Any touch starts ("start"); a language chip starts in that language ("start", tag).

    `promises`: (icon, what, how). `health`: tags of paper and content. Holding the clock for five seconds: ("staff",).
    """

    question: str
    line: str
    promises: tuple[tuple[str, str, str], ...]
    start: Press
    languages: tuple[tuple[str, str], ...]
    lang: str
    health: tuple[Tag, ...]
    help: str


@dataclass(frozen=True, slots=True)
class HomeTile:
    """A theme tile."""

    label: str
    icon: str
    action: str
    value: str


@dataclass(frozen=True, slots=True)
class Home:
    """The home screen: life events in the sky, the search field and popular questions in the sea, themes, tools."""

    greeting: str
    line: str
    events_head: str
    events: tuple[HomeTile, ...]
    events_all: Press
    ask_head: str
    ask_hint: str
    ask_modes: tuple[Press, ...]
    popular: tuple[Press, ...]
    tiles: tuple[HomeTile, ...]
    tools: tuple[Press, ...]
    notice: Tag | None = None
    """The most urgent notice of today in one line; touch: ("notices",)."""


@dataclass(frozen=True, slots=True)
class Search:
    """Typing with results in place. `composition` is underlined behind `text`; candidates are touched ("pick", index).

    Keys hand back ("key", letter), ("delete",), ("clear",), ("space",), ("mode", zh|en|num), ("submit",); a row
    ("open", id).
    """

    hint: str
    text: str
    composition: str
    candidates: tuple[str, ...]
    mode: Literal["zh", "en", "num"]
    count_line: str
    rows: tuple[Row, ...]
    more: Press | None
    examples_head: str
    examples: tuple[Press, ...]
    """Shown while nothing is typed yet."""
    keys: tuple[tuple[str, str], ...]
    """Words on the special keys: (name, label) for submit, space, num, zh, en, delete."""


@dataclass(frozen=True, slots=True)
class Word:
    """A part of the question and how it was read."""

    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Results:
    """The whole answer to a question. `best`: the first guide opened up a little. `weak`: nothing fits well.

    Actions: ("edit",), ("open", id), ("print", id), ("audience", person|enterprise|), ("page", n), ("ask", text).
    """

    query: str
    edit: Press
    understood_head: str
    understood: tuple[Word, ...]
    filters: tuple[tuple[Press, bool], ...]
    """(chip, selected)."""
    count_line: str
    best: Row | None
    best_mark: str
    best_summary: str
    best_actions: tuple[Press, ...]
    rows: tuple[Row, ...]
    page: int
    weak: bool = False
    weak_head: str = ""
    weak_line: str = ""
    near_head: str = ""
    suggestions_head: str = ""
    suggestions: tuple[Press, ...] = ()
    actions: tuple[Press, ...] = ()
    """Bottom actions of the weak answer (写过别的话, 打 12345)."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A titled list: a theme, a department's items, a topic, all life events, facts, notices' items."""

    title: str
    line: str
    filters: tuple[tuple[Press, bool], ...]
    rows: tuple[Row, ...]
    page: int
    empty: str = ""
    """What to say when there is nothing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell of the summary strip: value bold, label below; a tone makes it a verdict with its icon."""

    value: str
    label: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """One thing to bring; touch ticks it ("tick", index)."""

    index: int
    name: str
    supplier: str
    count: str
    ticked: bool
    when: str = ""


@dataclass(frozen=True, slots=True)
class MaterialsSection:
    """要带什么: rows, those that only some need behind `conditional_head`."""

    head: str
    side: str
    rows: tuple[MaterialLine, ...]
    conditional_head: str = ""
    conditional: tuple[MaterialLine, ...] = ()


@dataclass(frozen=True, slots=True)
class StepLine:
    """A numbered step."""

    number: int
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class StepsSection:
    """怎么办."""

    head: str
    side: str
    rows: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class Pin:
    """A point on the schematic map, metres east and north of the kiosk. `letter` stands in the pin; `chosen`: filled
    larger.
    """

    east_m: float
    north_m: float
    letter: str
    name: str = ""
    kind: Literal["office", "stop"] = "office"
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class MapView:
    """Schematic: kiosk in the middle, pins by distance and direction, north arrow, scale; never a road."""

    here: str
    north: str
    pins: tuple[Pin, ...]
    line: str = ""
    """Words below the drawing: 直线 650 米."""


@dataclass(frozen=True, slots=True)
class PlaceSection:
    """去哪儿: one office; touch opens it ("place", id). `lines`: (icon, text). `state`: open now or not."""

    head: str
    id: str
    name: str
    detail: str
    state: Tag | None
    lines: tuple[tuple[str, str], ...]
    map: MapView | None
    others: Press | None = None


@dataclass(frozen=True, slots=True)
class OrgsSection:
    """The three organisations: (role, name, org id or empty); touch ("org", id)."""

    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class TextSection:
    """A head with lines of text; `emphasis`: a line that stands before the others in bold."""

    head: str
    lines: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class QuestionsSection:
    """常见问答."""

    head: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EmptySection:
    """A section that the department has not filled: says so, and one way on."""

    head: str
    title: str
    line: str


@dataclass(frozen=True, slots=True)
class RelatedSection:
    """Other things that people do next."""

    head: str
    rows: tuple[Row, ...]


Section = (
    MaterialsSection
    | StepsSection
    | PlaceSection
    | OrgsSection
    | TextSection
    | QuestionsSection
    | EmptySection
    | RelatedSection
)


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide page: figures, then sections in order; the screen lays them out on as many pages as they need.

    Actions: ("print",), ("take",), ("page", n), ("tick", index), ("place", id), ("org", id), ("open", id).
    """

    id: str
    title: str
    alias: str
    summary: str
    figures: tuple[Figure, ...]
    warning: tuple[str, str] | None
    """(headline, what instead) when going now would be in vain; it stands above the figures."""
    sections: tuple[Section, ...]
    verified: Tag | None
    page: int
    actions: tuple[Press, ...]
    chinese_only: str = ""
    """Said when the citizen's language has no translation of this guide."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A one-sentence answer with its place and phone."""

    id: str
    question: str
    answer: str
    lines: tuple[tuple[str, str], ...]
    place: PlaceSection | None
    verified: Tag | None
    actions: tuple[Press, ...]
    chinese_only: str = ""


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


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """A life event: its questions as chips ("answer", question=option), ordered steps, merged materials.

    Actions: ("print",), ("page", n), ("open", id).
    """

    id: str
    title: str
    line: str
    questions: tuple[tuple[str, tuple[tuple[Press, bool], ...]], ...]
    figures: tuple[Figure, ...]
    steps: tuple[EventLine, ...]
    materials_head: str
    materials_side: str
    materials: tuple[tuple[str, str, str], ...]
    """(name, where it is needed, how many)."""
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

    Actions: ("toggle", id), ("level", name), ("items", id), ("place", id), ("page", n), ("tab", duties|sections|staff).
    """

    title: str
    line: str
    levels: tuple[tuple[Press, bool], ...]
    rows: tuple[OrgLine, ...]
    page: int
    chosen: OrgPanel | None
    actions: tuple[Press, ...]


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
class Places:
    """附近网点: kinds as chips ("kind", …), schematic map, list by distance. Actions: ("choose", id), ("place", id),
    ("page", n).
    """

    title: str
    line: str
    kinds: tuple[tuple[Press, bool], ...]
    map: MapView | None
    rows: tuple[PlaceLine, ...]
    page: int
    actions: tuple[Press, ...]
    empty: str = ""


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
class SlipPreview:
    """打印前看一眼: the very dots of the paper, and choices ("variant", …), ("slip_lang", …). Primary: ("submit",)."""

    title: str
    paper: Dots
    length: str
    choices: tuple[tuple[str, tuple[tuple[Press, str, bool], ...]], ...]
    """(head, ((press, second line, selected), …))."""
    privacy: str
    state: Tag
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class Printing:
    """The slip is on its way: `fraction` 0–1 sent; `paper` is drawn head first. No way back until it ends."""

    title: str
    line: str
    fraction: float
    paper: Dots


@dataclass(frozen=True, slots=True)
class Printed:
    """The printer said it is done: where to take it, and what to do when nothing came out ("missing",)."""

    title: str
    lines: tuple[str, ...]
    seconds: int
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """Nothing was printed, or nobody knows: what happened, what was not done, the whole text as a QR code, a person
    to ask.
    """

    title: str
    lines: tuple[str, ...]
    code: str
    tone: Tone
    ways_head: str
    qr: tuple[bytes, ...]
    qr_head: str
    qr_lines: tuple[str, ...]
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class TakeAway:
    """手机带走: the guide's text as a QR code that needs no network."""

    title: str
    qr: tuple[bytes, ...]
    lines: tuple[str, ...]
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


@dataclass(frozen=True, slots=True)
class Languages:
    """Choosing a language ("choose", tag); each name in its own face."""

    title: str
    rows: tuple[tuple[str, str], ...]
    lang: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """都清掉了: (what, result) rows, then back to the beginning in `seconds`. Actions: ("again",)."""

    title: str
    line: str
    rows: tuple[tuple[str, str], ...]
    again: Press
    countdown: str


@dataclass(frozen=True, slots=True)
class StaffPin:
    """The staff gate: digits typed so far (count only). Keys: ("digit", d), ("delete",), ("enter",)."""

    title: str
    line: str
    typed: int
    trouble: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Staff mode: (what, how it is, well) rows and actions ("test_slip",), ("paper_changed",), ("refresh",),
    ("leave",), ("stop",).
    """

    title: str
    rows: tuple[tuple[str, str, bool], ...]
    message: str
    page: int
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A page could not be shown: what happened, what to do now; never a dead end."""

    title: str
    lines: tuple[str, ...]
    code: str
    actions: tuple[Press, ...]


View = (
    NotReady
    | Attract
    | Home
    | Search
    | Results
    | ListPage
    | Guide
    | Fact
    | LifeEvent
    | Departments
    | Places
    | Place
    | SlipPreview
    | Printing
    | Printed
    | NotPrinted
    | TakeAway
    | Notices
    | Languages
    | Cleared
    | StaffPin
    | Staff
    | Trouble
)


@dataclass(frozen=True, slots=True)
class IdleSheet:
    """还在吗？: any touch continues ("stay",); ("end",) ends at once. `fraction`: share of the time that is left."""

    seconds: int
    fraction: float
    title: str
    line: str
    loses: tuple[str, ...]
    actions: tuple[Press, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is on the screen now. `visit` changes with every citizen: whatever a screen remembers of another visit is
    dropped.
    """

    visit: int
    lang: str
    large: bool
    chrome: Chrome
    nav: Nav | None
    view: View
    sheet: IdleSheet | None = None
