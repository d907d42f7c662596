"""Finding in one's own words: writing with results in place."""

from __future__ import annotations

import string
from typing import Literal

from domain.search import Results as Answer
from journeys import rows
from journeys.moves import Ask, Move, Open, Quiet
from journeys.views import Press, Search
from journeys.visit import Visit
from journeys.writing import Ink

MAX_TEXT = 40
"""Longest question; the field shows about twenty characters."""

MAX_LETTERS = 30
LIVE_ROWS = 4
CANDIDATES = 24
KEYS = ("submit", "space", "num", "zh", "en", "delete")
PAD_KEYS = ("undo", "rewrite", "erase", "submit")
EXAMPLES = 6
RESULTS = 40
Keys = Literal["zh", "en", "num"]
Mode = Literal["zh", "en", "num", "hand"]


class SearchStep(Quiet):
    """What is typed or written lives here only, and goes with the visit. A candidate is applied only when it is
    touched; until then a character on the pad looks for nothing.

    `hand`: begins with the writing pad, where there is one. Who has chosen the pad once finds it again in this visit.
    """

    def __init__(self, visit: Visit, text: str = "", *, hand: bool = False) -> None:
        self.visit = visit
        self.text = text
        self.letters = ""
        self.ink = Ink(visit.tools.handwriting)
        self._keys: Keys = "zh" if visit.lang.startswith("zh") else "en"
        self.mode: Mode = self._keys
        if hand or visit.by_hand:
            self._turn("hand")
        self._answer: tuple[str, Answer] | None = None

    @property
    def query(self) -> str:
        """What is asked so far: chosen words and the letters not yet turned into words."""
        return (self.text + self.letters).strip()

    def view(self) -> Search:
        """The page as typed so far."""
        say = self.visit.say
        answer = self._find()
        hits = answer.hits if answer else ()
        shown = hits[:LIVE_ROWS]
        more = None
        if len(hits) > len(shown):
            more = Press(say("search.all", n=len(hits)), "submit", "", "chevron_right")
        hand = self.mode == "hand"
        if not self.query:
            count_line = say("search.empty_hand" if hand else "search.empty")
        elif not hits:
            count_line = say("search.none")
        elif answer is not None and answer.weak:
            count_line = say("search.weak")
        else:
            count_line = say.count("search.count_hand" if hand else "search.count", len(hits))
        home = self.visit.catalogue.home()
        popular = home.popular[:EXAMPLES] if home and not self.query else ()
        return Search(
            hint=say("home.hint"),
            text=self.text,
            composition=self.letters,
            candidates=self.ink.candidates if hand else self._candidates(),
            mode=self.mode,
            count_line=count_line,
            rows=rows.hit_rows(self.visit, shown),
            more=more,
            examples_head=say("search.examples") if popular else "",
            examples=tuple(Press(query, "ask", query) for query in popular),
            keys=tuple((key, say(f"keyboard.{key}")) for key in (PAD_KEYS if hand else KEYS)),
            modes=self._modes(),
            ink=self.ink.strokes if hand else (),
            pad_line=say("search.pad") if hand else "",
        )

    def _modes(self) -> tuple[tuple[Press, bool], ...]:
        """The switch inside the field; none where there is only one way to write."""
        if not self.visit.tools.handwriting.available:
            return ()
        say, hand = self.visit.say, self.mode == "hand"
        return (Press(say("mode.keys"), "mode", self._keys), not hand), (Press(say("mode.hand"), "mode", "hand"), hand)

    def _candidates(self) -> tuple[str, ...]:
        if not self.letters:
            return ()
        return tuple(found.text for found in self.visit.tools.typing.candidates(self.letters, CANDIDATES))

    def do(self, action: str, value: str) -> Move | None:
        """Keys, strokes, candidates, rows."""
        self.visit.typed = True
        if action == "key" and len(value) == 1 and self.mode != "hand":
            self._type(value)
        elif action in ("stroke", "undo_stroke", "rewrite") and self.mode == "hand":
            self._write(action, value)
        elif action == "space":
            self._commit_letters(" ")
        elif action == "pick" and value.isdigit():
            self._pick(int(value))
        elif action == "delete":
            if self.letters:
                self.letters = self.letters[:-1]
            else:
                self.text = self.text[:-1]
        elif action == "clear":
            self.text = self.letters = ""
            self.ink.clear()
        elif action == "mode" and value in ("zh", "en", "num", "hand"):
            self._commit_letters("")
            self._turn(value)  # type: ignore[arg-type]
        elif action == "ask":
            return Ask(value)
        elif action == "submit" and self.query:
            return Ask(self.query)
        elif action == "open":
            answer = self._find()
            shown = [hit.card.id for hit in answer.hits[:LIVE_ROWS]] if answer else []
            self.visit.result_opened(self.query, shown, value)
            return Open(value)
        return None

    def _turn(self, mode: Mode) -> None:
        """To another keyboard, or to the pad and back."""
        if mode == "hand" and not self.visit.tools.handwriting.available:
            return
        self.ink.clear()
        self.mode = mode
        self.visit.by_hand = mode == "hand"
        if mode != "hand":
            self._keys = mode

    def _write(self, action: str, value: str) -> None:
        if action == "stroke":
            self.ink.add(value)
        elif action == "undo_stroke":
            self.ink.undo()
        else:
            self.ink.clear()
        if self.ink.strokes and not self.ink.candidates and not self.visit.tools.handwriting.available:
            self._turn(self._keys)  # its engine proved to be missing when it was first needed

    def _type(self, letter: str) -> None:
        if self.mode == "zh" and letter.lower() in string.ascii_lowercase:
            if len(self.letters) < MAX_LETTERS and len(self.query) < MAX_TEXT:
                self.letters += letter.lower()
        elif letter.isprintable() and len(self.query) < MAX_TEXT:
            self._commit_letters("")
            self.text += letter

    def _commit_letters(self, tail: str) -> None:
        """Letters that were not turned into words stay as they are."""
        self.text = (self.text + self.letters + tail)[:MAX_TEXT].lstrip()
        self.letters = ""

    def _pick(self, index: int) -> None:
        if self.mode == "hand":
            if index < len(self.ink.candidates):
                self.text = (self.text + self.ink.candidates[index])[:MAX_TEXT]
                self.ink.clear()
            return
        candidates = self.visit.tools.typing.candidates(self.letters, CANDIDATES)
        if index < len(candidates):
            chosen = candidates[index]
            self.text = (self.text + chosen.text)[:MAX_TEXT]
            self.letters = self.letters[max(1, chosen.letters) :]

    def _find(self) -> Answer | None:
        query = self.query
        if not query:
            return None
        catalogue = self.visit.catalogue
        key = f"{catalogue.info.revision} {query}"
        if self._answer is None or self._answer[0] != key:
            self._answer = (key, catalogue.search(query, limit=RESULTS))
        return self._answer[1]
