"""Three taps instead of a card: age, home, what one does. Every answer may stay open, none is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from domain.card import Division
from domain.matching import Person
from journeys.card_results import CardResultsStep
from journeys.concerns import concerns
from journeys.moves import Go, Move, Quiet
from journeys.views import Choice, Declaration, Press, Question
from journeys.visit import Visit

AGES: Mapping[str, tuple[int, int]] = {
    "under_16": (0, 16 * 12 - 1),
    "16_35": (16 * 12, 36 * 12 - 1),
    "36_59": (36 * 12, 60 * 12 - 1),
    "60_64": (60 * 12, 65 * 12 - 1),
    "65_79": (65 * 12, 80 * 12 - 1),
    "over_80": (80 * 12, 121 * 12 - 1),
}
"""The bands of age in completed months, first and last; nobody is asked for more."""

HOMES: Mapping[str, Division] = {division.value: division for division in Division}

DOINGS: Mapping[str, frozenset[str]] = {
    "employed": frozenset({"employed"}),
    "flexible": frozenset({"flexible"}),
    "enterprise": frozenset({"enterprise"}),
    "unemployed": frozenset({"unemployed"}),
    "retired": frozenset({"retired"}),
    "student": frozenset({"student"}),
    "baby": frozenset({"newborn", "young_child"}),
    "schoolchild": frozenset({"kindergarten", "primary_school"}),
    "caregiver": frozenset({"caregiver"}),
    "car_owner": frozenset({"car_owner"}),
    "veteran": frozenset({"veteran"}),
    "half_year": frozenset({"resident_half_year"}),
}
"""What one can be doing → the flags that rules ask for (`Rule.when.asked`). Want, illness, disability and death are not
among them: nobody should have to touch these words in the street, and search leads there.
"""


class DeclarationStep(Quiet):
    """Nothing is chosen beforehand, and touching an answer again takes it back. The button counts along.

    The answers live in this step and go with the visit. Beside a card that was read they add what it did not say; what
    it said stands. Whoever is under 16 gets what is for every child, whatever else was touched; the rules see to that.
    """

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.age = ""
        self.home = ""
        self.doings: set[str] = set()

    @property
    def person(self) -> Person:
        """What is known of the one who answers."""
        known = self.visit.card.person or Person()
        return replace(
            known,
            age_months=known.age_months or AGES.get(self.age),
            division=known.division or HOMES.get(self.home),
            asked=frozenset().union(*(DOINGS[doing] for doing in self.doings)),
        )

    def view(self) -> Declaration:
        """The page."""
        say = self.visit.say
        count = len(concerns(self.visit, self.person))
        show = Press(say.count("declare.show", count), "show")
        if not count:
            show = Press(say("declare.nothing"), "show", enabled=False)
        return Declaration(
            title=say("declare.title"),
            line=say("declare.line"),
            questions=(
                self._question("age", AGES, {self.age}),
                self._question("home", HOMES, {self.home}),
                self._question("doing", DOINGS, self.doings, several=True),
            ),
            notes=(say("declare.not_kept"), say("declare.children")),
            show=show,
            clear=Press(say("declare.clear"), "clear"),
        )

    def _question(
        self, name: str, values: Mapping[str, object], chosen: set[str], *, several: bool = False
    ) -> Question:
        say = self.visit.say
        choices = tuple(Choice(say(f"declare.{name}.{value}"), f"{name}:{value}", value in chosen) for value in values)
        return Question(say(f"declare.{name}"), choices, several)

    def do(self, action: str, value: str) -> Move | None:
        """Answers, takes back, shows."""
        if action == "choose":
            self._choose(*value.partition(":")[::2])
        elif action == "clear":
            self.age = self.home = ""
            self.doings.clear()
        elif action == "show":
            person = self.person
            if concerns(self.visit, person):
                return Go(CardResultsStep(self.visit, person, declared=True))
        return None

    def _choose(self, name: str, value: str) -> None:
        self.visit.looked = True
        if name == "age" and value in AGES:
            self.age = "" if self.age == value else value
        elif name == "home" and value in HOMES:
            self.home = "" if self.home == value else value
        elif name == "doing" and value in DOINGS:
            self.doings ^= {value}
