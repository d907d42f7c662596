"""Finding in one's own words: typing with results in place, then the whole answer."""

from __future__ import annotations

import string
from typing import Literal

from domain.search import Results as Answer
from journeys import rows
from journeys.moves import Back, Go, Move, Open, Quiet, Replace
from journeys.slip import SlipStep
from journeys.views import Press, Results, Search, Word
from journeys.visit import Visit

MAX_TEXT = 40
"""Longest question; the field shows about twenty characters."""

MAX_LETTERS = 30
LIVE_ROWS = 4
CANDIDATES = 24
KEYS = ("submit", "space", "num", "zh", "en", "delete")
EXAMPLES = 6
RESULTS = 40
NEAR = 6
"""So many near ones are offered when nothing fits well; further ones would only be a longer walk in vain."""

Mode = Literal["zh", "en", "num"]


class SearchStep(Quiet):
    """What is typed lives here only, and goes with the visit. A candidate is applied only when it is touched."""

    def __init__(self, visit: Visit, text: str = "") -> None:
        self.visit = visit
        self.text = text
        self.letters = ""
        self.mode: Mode = "zh" if visit.lang.startswith("zh") else "en"
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
        if not self.query:
            count_line = say("search.empty")
        elif not hits:
            count_line = say("search.none")
        elif answer is not None and answer.weak:
            count_line = say("search.weak")
        else:
            count_line = say.count("search.count", len(hits))
        home = self.visit.catalogue.home()
        popular = home.popular[:EXAMPLES] if home and not self.query else ()
        candidates = self.visit.tools.typing.candidates(self.letters, CANDIDATES) if self.letters else ()
        return Search(
            hint=say("home.hint"),
            text=self.text,
            composition=self.letters,
            candidates=tuple(candidate.text for candidate in candidates),
            mode=self.mode,
            count_line=count_line,
            rows=rows.hit_rows(self.visit, shown),
            more=more,
            examples_head=say("search.examples") if popular else "",
            examples=tuple(Press(query, "ask", query) for query in popular),
            keys=tuple((key, say(f"keyboard.{key}")) for key in KEYS),
        )

    def do(self, action: str, value: str) -> Move | None:
        """Keys, candidates, rows."""
        self.visit.typed = True
        if action == "key" and len(value) == 1:
            self._type(value)
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
        elif action == "mode" and value in ("zh", "en", "num"):
            self._commit_letters("")
            self.mode = value  # type: ignore[assignment]
        elif action == "ask":
            return Go(ResultsStep(self.visit, value))
        elif action == "submit" and self.query:
            return Go(ResultsStep(self.visit, self.query))
        elif action == "open":
            return Open(value)
        return None

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


class ResultsStep(Quiet):
    """The answer to one question: the best guide opened a little, facts beside guides, and never an empty page."""

    def __init__(self, visit: Visit, query: str) -> None:
        self.visit = visit
        self.query = query[:MAX_TEXT]
        self.audience = ""
        self.page = 0
        visit.looked = True

    def view(self) -> Results:
        """The page."""
        say, visit = self.visit.say, self.visit
        answer = visit.catalogue.search(self.query, limit=RESULTS)
        cards = [hit.card for hit in answer.hits]
        filters = rows.audience_filters(visit, cards, self.audience)
        wanted = {card.id for card in rows.keep(cards, self.audience if filters else "")}
        hits = [hit for hit in answer.hits if hit.card.id in wanted]
        if answer.weak:
            del hits[NEAR:]
        listed = rows.hit_rows(visit, hits)
        best = None
        if not answer.weak and hits and hits[0].card.kind == "guide":
            best, listed = listed[0], listed[1:]
        actions: tuple[Press, ...] = ()
        if best is not None:
            actions = (
                Press(say("result.see"), "open", best.id, "description"),
                Press(say("result.print"), "print", best.id, "print"),
            )
        return Results(
            query=self.query,
            edit=Press(say("result.edit"), "edit", "", "edit"),
            understood_head=say("result.understood"),
            understood=tuple(Word(part.text, self._meaning(part.role, part.meaning)) for part in answer.understood),
            filters=filters,
            count_line=say.count("result.count", len(hits)),
            best=best,
            best_mark=say("result.best"),
            best_summary=hits[0].card.summary or "" if best else "",
            best_actions=actions,
            rows=listed,
            page=self.page,
            weak=answer.weak,
            weak_head=say("weak.head"),
            weak_line=say("weak.line"),
            near_head=say.count("weak.near", len(listed)) if listed else "",
            suggestions_head=say("weak.suggestions") if answer.suggestions else "",
            suggestions=tuple(Press(text, "ask", text) for text in answer.suggestions),
            actions=(
                (Press(say("weak.again"), "edit", "", "edit"), Press(say("help.call"), "", "", "call", enabled=False))
                if answer.weak
                else ()
            ),
        )

    def _meaning(self, role: str, meaning: str | None) -> str:
        if meaning:
            return meaning
        return self.visit.say(f"role.{role}")

    def do(self, action: str, value: str) -> Move | None:
        """Filters, pages, opening, printing at once."""
        if action == "audience":
            self.audience = "" if self.audience == value else value
            self.page = 0
        elif action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "open":
            return Open(value)
        elif action == "print":
            return Go(SlipStep(self.visit, value))
        elif action == "ask":
            return Replace(ResultsStep(self.visit, value))
        elif action == "edit":
            return Replace(SearchStep(self.visit, self.query))
        elif action == "back":
            return Back()
        return None
