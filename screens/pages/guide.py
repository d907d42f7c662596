"""A guide: what it takes, what to bring, how to do it, where, and everything else that a department says of it."""

from __future__ import annotations

from collections.abc import Iterator

from journeys.views import Guide, PlaceSection, Press
from screens.kit.bars import ActionRow
from screens.kit.buttons import Chip
from screens.kit.kit import Kit
from screens.kit.part import Part
from screens.kit.planes import Column, Flow, Plane
from screens.kit.rows import SummaryStrip
from screens.kit.words import Note, Text
from screens.page import Frame, Page
from screens.pages.foot import Foot, NamedTurner, office_note, verified_note
from screens.pages.parts_read import Alias, Office
from screens.pages.passages import Leaf, spread
from screens.pages.sections import passages_of


class GuidePage(Page):
    """Figures, then sections over as many leaves as they need. The first leaf has what one must know before going:
    where and whom to ring stand at its foot when the office itself has no room. In large type a leaf says one thing.
    """

    def draw(self, view: Guide, page: Frame) -> None:
        page.foot(ActionRow(view.actions), gap=3)
        leaves, feet = leaves_of(view, page)
        at = min(view.page, len(leaves) - 1)
        page.foot(feet[at], gap=2)
        page.space(3)
        for part, gap in opening(view) if at == 0 else running_head(view):
            page.add(part, gap)
        for i, part in enumerate(leaves[at].parts):
            page.add(part, 3 if i or at == 0 else 2)
        if not leaves[at].parts:
            for contents in contents_of(leaves):
                if page.fits(contents, gap=6):
                    page.foot(contents, gap=3)
                    break


def contents_of(leaves: list[Leaf]) -> Iterator[Flow]:
    """Where everything is, for a first leaf with nothing but figures on it: every head, or what every leaf begins with
    when there is no room for that.
    """
    for every in (True, False):
        first: dict[str, int] = {}
        for at, leaf in enumerate(leaves):
            for name in leaf.names if every else leaf.names[:1]:
                first.setdefault(name, at)
        yield Flow(tuple(Chip(Press(name, "page", str(at))) for name, at in first.items()))


def opening(view: Guide) -> Iterator[tuple[Part, float]]:
    """The head of the first leaf: (part, gap above)."""
    yield Alias(view.title, view.alias), 0
    if view.summary:
        yield Text(view.summary, "t34", "ink2"), 0
    if view.chinese_only:
        yield Note("translate", view.chinese_only), 0
    if view.warning:
        headline, instead = view.warning
        parts = (
            Note("warning", headline, "ink", "warn", step="t60", bold=True, steps=9),
            Note("event_available", instead, "ink", "ok", step="t48", bold=True, steps=9),
        )
        yield Plane(parts, fill="warnt", above=2.5, gap=1, edge="warn"), 2
    if view.figures:
        yield SummaryStrip(view.figures), 2


def running_head(view: Guide) -> Iterator[tuple[Part, float]]:
    """The head of the other leaves."""
    yield Text(view.title, ink="ink2", most=2), 0


def tall(kit: Kit, width: int, parts: Iterator[tuple[Part, float]]) -> int:
    """Height of a head."""
    return sum(part.height(kit, width) + kit.g(gap) for part, gap in parts)


def leaves_of(view: Guide, page: Frame) -> tuple[list[Leaf], list[Foot]]:
    """The leaves, and what stands at the foot of each: who has checked it, where to go and whom to ring as long as the
    leaf does not show it, and turning.
    """
    kit, width = page.kit, page.body.w
    office = next((section for section in view.sections if isinstance(section, PlaceSection)), None)
    verified = (verified_note(view.verified),) if view.verified else ()
    room = page.body.h - kit.g(3) - kit.g(1.5)
    first = room - tall(kit, width, opening(view)) - kit.g(3)
    other = room - tall(kit, width, running_head(view)) - kit.g(2)

    def foot(at: int, count: int, following: str, shown: bool) -> Foot:
        notes: tuple[Part, ...] = verified if at == 0 else ()
        if office and not shown and (at == 0 or not kit.theme.large):
            notes = (*notes, office_note(office))
        return Foot(notes, NamedTurner(at, count, following) if count > 1 else None)

    passages = passages_of(kit, view)
    names = ["", *(passage.head.text for passage in passages if passage.head)]

    def reserve(at: int) -> int:
        """What the foot of a leaf takes at most."""
        return max(foot(at, 3, name, shown=False).height(kit, width) for name in names) + kit.g(2)

    alone = first - foot(0, 1, "", shown=True).height(kit, width) - kit.g(2)
    leaves = spread(kit, width, passages, alone, alone)
    if len(leaves) > 1:
        rooms = first - reserve(0), other - reserve(1)
        leaves = spread(kit, width, passages, *rooms)
        slim = spread(kit, width, passages_of(kit, view, slim=True), *rooms)
        # Without its drawing the office may come on the first leaf, or everything on fewer leaves.
        if (_where(slim) > 0, len(slim)) < (_where(leaves) > 0, len(leaves)):
            leaves = slim
    where, following = _where(leaves), [*(leaf.name for leaf in leaves[1:]), ""]
    return leaves, [foot(at, len(leaves), name, at == where) for at, name in enumerate(following)]


def _where(leaves: list[Leaf]) -> int:
    """The leaf with the office."""
    return next((at for at, leaf in enumerate(leaves) if any(map(_shows_office, leaf.parts))), -1)


def _shows_office(part: Part) -> bool:
    return isinstance(part, Office) or (isinstance(part, Column) and any(map(_shows_office, part.parts)))
