"""What concerns the person who laid a card down, or who answered with three taps, each thing with its reason."""

from __future__ import annotations

from dataclasses import replace

from domain.matching import Person
from journeys import concerns
from journeys.browse import ListStep
from journeys.concerns import Concern
from journeys.find import SearchStep
from journeys.moves import Back, Declare, Go, Move, Open, Quiet
from journeys.rows import row
from journeys.views import CardResults, ListPage, Press, Recommended, Tag
from journeys.visit import Visit

DISCREET = "+"
"""Id of the one row behind which the sensitive things stand; no record can have it."""


class CardResultsStep(Quiet):
    """At most eight things, what was put away not among them.

    Nothing on this page names a sensitive thing (support, disability, illness, marriage and the like): whoever stands
    behind one may read along. They stand together behind one neutral row; a touch on it opens a list that names them,
    as a touch on any item opens its page. Their reasons would give them away as well and are told in that list only.

    What was put away by 与我无关 comes back by 放回来 and is never hidden from search. The rules are asked once, when
    the step is made.
    """

    def __init__(self, visit: Visit, person: Person, *, declared: bool = False) -> None:
        self.visit = visit
        self.declared = declared
        """Whether the three taps led here, so that 返回 leads to them."""
        self.found = concerns.concerns(visit, person)
        self.page = 0
        self.unfolded = ""
        visit.looked = True

    def view(self) -> CardResults:
        """The page; the bar of the card is put into it by `Walk`, which knows the time."""
        say, away = self.visit.say, self.visit.put_away
        plain = [concern for concern in self.found if not concern.rule.sensitive]
        discreet = [concern for concern in self.found if concern.rule.sensitive]
        names = concerns.names(self.visit, plain)
        shown = [concern for concern in plain if concern.card.id not in away]
        listed = [self._row(concern, names.get(concern.card.id, "")) for concern in shown]
        if discreet and DISCREET not in away:
            listed.append(self._discreet(len(discreet)))
        folded = len(plain) - len(shown) + (len(discreet) if DISCREET in away else 0)
        count = len(self.found) - folded
        return CardResults(
            greeting=say("greeting.any"),
            line=say.count("card.count", count) if count else "",
            search=Press(say("card.search"), "type", "", "search"),
            rows=tuple(listed),
            page=self.page,
            folded=say.count("card.folded", folded) if folded else "",
            restore=Press(say("card.restore"), "restore") if folded else None,
            empty="" if listed else say("card.all_folded") if folded else say("card.empty"),
            again=Press(say("card.change") if self.declared else say("card.tell_more"), "declare", "", "touch_app"),
            bar=None,
        )

    def _row(self, concern: Concern, name: str) -> Recommended:
        say, card = self.visit.say, concern.card
        return Recommended(
            id=card.id,
            title=name or card.name,
            alias=card.name if name else card.alias or "",
            reason=concerns.reason_tag(self.visit, concern.rule),
            why=Press(say("card.why"), "why", card.id),
            not_mine=Press(say("card.not_mine"), "fold", card.id),
            basis=concerns.basis(self.visit, concern.rule) if self.unfolded == card.id else "",
        )

    def _discreet(self, count: int) -> Recommended:
        say = self.visit.say
        return Recommended(
            id=DISCREET,
            title=say.count("card.discreet", count),
            alias="",
            reason=Tag(say("card.discreet_reason"), "visibility_off"),
            why=Press(say("card.why"), "why", DISCREET),
            not_mine=Press(say("card.not_mine"), "fold", DISCREET),
            basis=say("card.discreet_why") if self.unfolded == DISCREET else "",
        )

    def do(self, action: str, value: str) -> Move | None:
        """Opens, unfolds, puts away, brings back, leads to search and to the three taps."""
        visit = self.visit
        offered = {concern.card.id for concern in self.found if not concern.rule.sensitive} | {DISCREET}
        if action == "open" and value == DISCREET:
            return Go(DiscreetStep(visit, tuple(concern for concern in self.found if concern.rule.sensitive)))
        if action == "open":
            return Open(value)
        if action == "why" and value in offered:
            self.unfolded = "" if self.unfolded == value else value
        elif action == "fold" and value in offered:
            visit.put_away.add(value)
        elif action == "restore":
            visit.put_away.clear()
        elif action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "type":
            return Go(SearchStep(visit))
        elif action == "declare":
            return Back() if self.declared else Declare()
        return None


class DiscreetStep(ListStep):
    """The sensitive things by name, after a touch that asked for them."""

    def __init__(self, visit: Visit, found: tuple[Concern, ...]) -> None:
        super().__init__(visit)
        self.found = found

    def view(self) -> ListPage:
        """The list."""
        visit, say = self.visit, self.visit.say
        names = concerns.names(visit, self.found)
        listed = tuple(
            replace(row(visit, concern.card, names=names), why=((concerns.reason(visit, concern.rule), False),))
            for concern in self.found
        )
        return ListPage(say("card.discreet_title"), say("card.discreet_line"), (), listed, self.page)
