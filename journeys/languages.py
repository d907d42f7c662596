"""Choosing a language, each under its own name."""

from __future__ import annotations

from journeys.moves import Back, Move, Quiet
from journeys.views import Languages
from journeys.visit import Visit
from phrases import LANGUAGES, Phrases


class LanguagesStep(Quiet):
    """Five languages; choosing one leads back to the same page in it."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def view(self) -> Languages:
        """The page."""
        names = tuple((lang, Phrases(lang)("language.own_name")) for lang in LANGUAGES)
        return Languages(self.visit.say("language.title"), names, self.visit.lang)

    def do(self, action: str, value: str) -> Move | None:
        """Switches."""
        if action == "choose" and value in LANGUAGES:
            self.visit.speak(value)
            return Back()
        return None
