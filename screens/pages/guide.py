"""A guide: what it takes, what to bring, how to do it, where, and everything else that a department says of it."""

from __future__ import annotations

from collections.abc import Iterator

from journeys.views import Guide, PlaceSection, Press
from screens.kit.bars import ActionRow
from screens.kit.buttons import Chip
from screens.kit.kit import Kit
from screens.kit.part import Part
from screens.kit.planes import Column, Flow
from screens.kit.rows import SummaryStrip
from screens.kit.words import Note, Text
from screens.page import Frame, Page
from screens.pages.foot import Foot, NamedTurner, office_note, verified_note
from screens.pages.guard import left_behind, panel_parts
from screens.pages.parts_read import Alias, Office
from screens.pages.passages import Leaf, Passage, Prose, bare, spread
from screens.pages.sections import passages_of


class GuidePage(Page):
    """Figures, then sections over as many leaves as they need. The first leaf has what one must know before going:
    where and whom to ring stand at its foot when the office itself has no room. In large type a leaf says one thing.
    """

    def draw(self, view: Guide, page: Frame) -> None:
        page.foot(ActionRow(view.actions), gap=3)
        head, leaves, feet = leaves_of(view, page)
        at = min(view.page, len(leaves) - 1)
        page.foot(feet[at], gap=2)
        page.space(3)
        for part, gap in running_head(view) if at else head:
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


def opening(view: Guide, *, brief: bool = False) -> list[tuple[Part, float]]:
    """The head of the first leaf: (part, gap above). While going now is in vain, the panel that says so stands where
    the figures are else. `brief`: no more than the title, that it is in vain, and when it is not.
    """
    head: list[tuple[Part, float]] = [(Alias(view.title, view.alias), 0)]
    if view.guard:
        return [*head, *panel_parts(view.guard, brief=brief)]
    if not brief:
        head += [(part, 0) for part in about(view)]
        if view.figures:
            head.append((SummaryStrip(view.figures), 2))
    return head


def about(view: Guide) -> tuple[Part, ...]:
    """What it is in a sentence, and that it is told in Chinese."""
    summary = (Prose((Text(view.summary, "t34", "ink2"),), pad=0),) if view.summary else ()
    return (*summary, *((Note("translate", view.chinese_only),) if view.chinese_only else ()))


def left_over(view: Guide) -> list[Passage]:
    """What a head without the figures leaves to the leaves."""
    figures = [Passage((SummaryStrip(view.figures),), None, bare, 0)] if view.figures else []
    rest = about(view)
    return [*figures, *([Passage(rest, None, bare, 0)] if rest else [])]


def in_order(view: Guide, passages: list[Passage], *, brief: bool) -> list[Passage]:
    """The passages with what the head left to them: behind a warning the papers come first, for there is time now to
    get them.
    """
    if not view.guard:
        return [*left_over(view), *passages] if brief else passages
    parts = left_behind(view.guard) if brief else ()
    first = [Passage(parts, None, apart, 0)] if parts else []
    return [*first, *passages[:1], *left_over(view), *passages[1:]]


def apart(rows: tuple[Part, ...]) -> Part:
    """Planes below one another."""
    return Column(rows, gap=2)


def running_head(view: Guide) -> list[tuple[Part, float]]:
    """The head of the other leaves."""
    return [(Text(view.title, ink="ink2", most=2), 0)]


def tall(kit: Kit, width: int, parts: list[tuple[Part, float]]) -> int:
    """Height of a head."""
    return sum(part.height(kit, width) + kit.g(gap) for part, gap in parts)


def leaves_of(view: Guide, page: Frame) -> tuple[list[tuple[Part, float]], list[Leaf], list[Foot]]:
    """The head of the first leaf, the leaves, and what stands at the foot of each: who has checked it, where to go and
    whom to ring as long as the leaf does not show it, and turning.
    """
    kit, width = page.kit, page.body.w
    office = next((section for section in view.sections if isinstance(section, PlaceSection)), None)
    verified = (verified_note(view.verified),) if view.verified else ()
    passages, slim = passages_of(kit, view), passages_of(kit, view, slim=True)
    names = ["", *(passage.head.text for passage in passages if passage.head)]

    def foot(at: int, count: int, following: str, shown: bool) -> Foot:
        notes: tuple[Part, ...] = verified if at == 0 else ()
        if office and not shown and (at == 0 or not kit.theme.large):
            notes = (*notes, office_note(office))
        return Foot(notes, NamedTurner(at, count, following) if count > 1 else None)

    def reserve(at: int) -> int:
        """What the foot of a leaf takes at most."""
        return max(foot(at, 3, name, shown=False).height(kit, width) for name in names) + kit.g(2)

    head, room = opening(view), page.body.h - kit.g(3 + 1.5)
    ordered, thin = (in_order(view, found, brief=False) for found in (passages, slim))
    alone = room - tall(kit, width, head) - kit.g(3) - foot(0, 1, "", shown=True).height(kit, width) - kit.g(2)
    leaves = spread(kit, width, ordered, alone, alone)
    if len(leaves) > 1:
        if tall(kit, width, head) > room - reserve(0):
            head = opening(view, brief=True)
            ordered, thin = (in_order(view, found, brief=True) for found in (passages, slim))
        first = room - tall(kit, width, head) - kit.g(3) - reserve(0)
        other = room - tall(kit, width, running_head(view)) - kit.g(2) - reserve(1)
        leaves, others = spread(kit, width, ordered, first, other), spread(kit, width, thin, first, other)
        # Without its drawing the office may fit a leaf, come on the first one, or save a leaf.
        if _ranked(kit, width, others, other) < _ranked(kit, width, leaves, other):
            leaves = others
    where, following = _where(leaves), [*(leaf.name for leaf in leaves[1:]), ""]
    return head, leaves, [foot(at, len(leaves), name, at == where) for at, name in enumerate(following)]


def _ranked(kit: Kit, width: int, leaves: list[Leaf], room: int) -> tuple[bool, bool, int]:
    """How good leaves are, the best first: nothing too high, the office on the first leaf, few of them."""
    over = any(part.height(kit, width) > room for leaf in leaves[1:] for part in leaf.parts)
    return over, _where(leaves) > 0, len(leaves)


def _where(leaves: list[Leaf]) -> int:
    """The leaf with the office."""
    return next((at for at, leaf in enumerate(leaves) if any(map(_shows_office, leaf.parts))), -1)


def _shows_office(part: Part) -> bool:
    return isinstance(part, Office) or (isinstance(part, Column) and any(map(_shows_office, part.parts)))
