"""Views of reading: a guide with its sections, and a fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from journeys.views.parts import Press, Row, Tag, Tone


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
class GuardDay:
    """One day of the strip: 今天 周五, 已停止取号, open spans as shares of 06:00 to 20:00, whether one can still come,
    and where now is.
    """

    label: str
    state: str
    spans: tuple[tuple[float, float], ...]
    open: bool
    now: float | None = None


@dataclass(frozen=True, slots=True)
class GuardPanel:
    """Go now or not (白跑预警): headline, why, the next days; when instead with the day on which it is finished; and
    another office that does not make one wait (title, words below, place id; touch ("place", id)).
    """

    headline: str
    line: str
    days: tuple[GuardDay, ...]
    next_head: str = ""
    next: str = ""
    due: str = ""
    other: tuple[str, str, str] | None = None
    note: str = ""


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
    guard: GuardPanel | None
    """When going now is in vain or only just in time; it stands above the figures."""
    sections: tuple[Section, ...]
    verified: Tag | None
    page: int
    actions: tuple[Press, ...]
    chinese_only: str = ""
    """Said when the citizen's language has no translation of this guide."""


@dataclass(frozen=True, slots=True)
class Correction:
    """报错: what of the guide `name` is not so. Actions: ("say", field); a choice that was said is not enabled.
    `thanks` and `fate` are empty until something was said.
    """

    title: str
    name: str
    line: str
    thanks: str
    fate: str
    choices: tuple[Press, ...]
    actions: tuple[Press, ...]


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
