"""What concerns the person who laid a card down, or who answered with three taps, each thing with its reason."""

from __future__ import annotations

from collections.abc import Sequence

from domain.matching import Person, may_be_child
from journeys import concerns
from journeys.concerns import Concern
from journeys.find import SearchStep
from journeys.moves import Back, Declare, Go, Move, Open, Quiet
from journeys.views import CardResults, ListPage, Press, Recommended, Tag
from journeys.visit import Visit

DISCREET = "+"
"""Id of the one row behind which the sensitive things stand; no record can have it."""


class ConcernList(Quiet):
    """Things that may concern a person, one a row: 为什么推荐 unfolds what was read and the basis in law, 与我无关 puts
    a row away and 放回来 brings it back. What was put away stays so for the visit and is never hidden from search.

    `offered`: the ids that rows of this page can have.
    """

    def __init__(self, visit: Visit, offered: Sequence[str]) -> None:
        self.visit = visit
        self.offered = frozenset(offered)
        self.page = 0
        self.unfolded = ""

    def rows(self, found: Sequence[Concern]) -> tuple[Recommended, ...]:
        """What was not put away of `found`, best first."""
        names = concerns.names(self.visit, found)
        shown = (concern for concern in found if concern.card.id not in self.visit.put_away)
        return tuple(self._row(concern, names.get(concern.card.id, "")) for concern in shown)

    def _row(self, concern: Concern, name: str) -> Recommended:
        card = concern.card
        return self._recommended(
            card.id,
            title=name or card.name,
            alias=card.name if name else card.alias or "",
            reason=concerns.reason_tag(self.visit, concern.rule),
            basis=concerns.basis(self.visit, concern.rule),
        )

    def _recommended(self, id: str, *, title: str, alias: str, reason: Tag, basis: str) -> Recommended:
        say = self.visit.say
        return Recommended(
            id=id,
            title=title,
            alias=alias,
            reason=reason,
            why=Press(say("card.why"), "why", id),
            not_mine=Press(say("card.not_mine"), "fold", id),
            basis=basis if self.unfolded == id else "",
        )

    def do(self, action: str, value: str) -> Move | None:
        """Opens, unfolds, puts away, brings back, leads to search."""
        if action == "open":
            return Open(value)
        if action == "why" and value in self.offered:
            self.unfolded = "" if self.unfolded == value else value
        elif action == "fold" and value in self.offered:
            self.visit.put_away.add(value)
        elif action == "restore":
            self.visit.put_away -= self.offered
        elif action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "type":
            return Go(SearchStep(self.visit))
        return None


class CardResultsStep(ConcernList):
    """At most eight things, what was put away not among them.

    Nothing on this page names a sensitive thing (support, disability, illness, marriage and the like): whoever stands
    behind one may read along. They stand together behind one neutral row; a touch on it opens a page that names them,
    as a touch on any item opens its page. Their reasons would give them away as well and are told there only.

    Where the one who asks may be under 14, the page says that it is general and for two. The rules are asked once, when
    the step is made.
    """

    def __init__(self, visit: Visit, person: Person, *, declared: bool = False) -> None:
        self.found = concerns.concerns(visit, person)
        self.plain = tuple(concern for concern in self.found if not concern.rule.sensitive)
        self.discreet = tuple(concern for concern in self.found if concern.rule.sensitive)
        super().__init__(visit, [concern.card.id for concern in self.plain] + [DISCREET])
        self.declared = declared
        """Whether the three taps led here, so that 返回 leads to them."""
        self.general = may_be_child(person)
        visit.looked = True

    def view(self) -> CardResults:
        """The page; the bar of the card is put into it by `Walk`, which knows the time."""
        say, away = self.visit.say, self.visit.put_away
        listed = self.rows(self.plain)
        left = 0 if DISCREET in away else sum(concern.card.id not in away for concern in self.discreet)
        count = len(listed) + left
        folded = len(self.found) - count
        if left:
            listed += (self._neutral(left),)
        line = say("card.children") if self.general else say.count("card.count", count)
        return CardResults(
            greeting=say("greeting.any"),
            line=line if count else "",
            search=Press(say("card.search"), "type", "", "search"),
            rows=listed,
            page=self.page,
            folded=say.count("card.folded", folded) if folded else "",
            restore=Press(say("card.restore"), "restore") if folded else None,
            empty="" if listed else say("card.all_folded") if folded else say("card.empty"),
            again=self._again(),
            bar=None,
        )

    def _again(self) -> Press | None:
        """The way to the three taps, except beside a child's card: there they would change nothing."""
        if self.general and not self.declared:
            return None
        say = self.visit.say
        return Press(say("card.change") if self.declared else say("card.tell_more"), "declare", "", "touch_app")

    def _neutral(self, count: int) -> Recommended:
        say = self.visit.say
        return self._recommended(
            DISCREET,
            title=say.count("card.discreet", count),
            alias="",
            reason=Tag(say("card.discreet_reason"), "visibility_off"),
            basis=say("card.discreet_why"),
        )

    def do(self, action: str, value: str) -> Move | None:
        """What every such page does; opens the sensitive things, brings everything back, leads to the three taps."""
        if action == "open" and value == DISCREET:
            return Go(DiscreetStep(self.visit, self.discreet))
        if action == "restore":
            self.visit.put_away.clear()
            return None
        if action == "declare":
            return Back() if self.declared else Declare()
        return super().do(action, value)


class DiscreetStep(ConcernList):
    """The sensitive things by name, after a touch that asked for them: with their reasons, what was read and the basis,
    each put away and brought back like any other.

    While a card is away and nobody has said that it goes on, nothing is named: over an empty page stands the question.
    """

    def __init__(self, visit: Visit, found: tuple[Concern, ...]) -> None:
        super().__init__(visit, [concern.card.id for concern in found])
        self.found = found

    def view(self) -> CardResults | ListPage:
        """The page."""
        say = self.visit.say
        if self.visit.card.leaving:
            return ListPage(say("card.discreet_title"), "", (), (), 0, empty=say("card.away_loses"))
        listed = self.rows(self.found)
        folded = len(self.found) - len(listed)
        return CardResults(
            greeting=say("card.discreet_title"),
            line=say("card.discreet_line"),
            search=Press(say("card.search"), "type", "", "search"),
            rows=listed,
            page=self.page,
            folded=say.count("card.folded", folded) if folded else "",
            restore=Press(say("card.restore"), "restore") if folded else None,
            empty="" if listed else say("card.all_folded"),
            again=None,
            bar=None,
        )
