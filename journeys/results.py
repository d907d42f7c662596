"""The whole answer to one question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.ports import Catalogue
from domain.search import EVERYTHING, Axis, Facet, Narrowing, Results as Answer, Understood
from journeys import guard, narrowing, rows, themes
from journeys.browse import CodeStep
from journeys.find import MAX_TEXT, RESULTS, SearchStep
from journeys.moves import Ask, Back, Go, Move, Open, Quiet, Replace
from journeys.preview import SlipStep
from journeys.views import Press, Results, Word
from journeys.visit import Visit

NEAR = 6
"""So many near ones are offered when nothing fits well; further ones would only be a longer walk in vain."""

NEAR_BESIDE = 3
"""So many when the kiosk has something to ask back."""

ASKS = 4
"""So many answers to the question back, or categories."""

ASKS_BESIDE = 3
"""So many beside 您是不是要找: they fit one row."""


class ResultsStep(Quiet):
    """The answer to one question: the best guide opened a little, facts beside guides, and never an empty page. Where
    the question stands for several things, none is taken for the best, and it is asked which is meant.

    When nothing fits well, the question is told to those who can teach the city's words, unless a card was read in this
    visit.
    """

    def __init__(self, visit: Visit, query: str) -> None:
        self.visit = visit
        self.query = query[:MAX_TEXT]
        self.narrow = EVERYTHING
        self.page = 0
        self._answers: dict[Narrowing, Answer] = {}
        self._of: Catalogue | None = None
        self._told = False
        visit.looked = True

    def _answer(self, narrow: Narrowing) -> Answer:
        """Asked once for each catalogue; a page is made anew whenever the clock moves on."""
        catalogue = self.visit.catalogue
        if catalogue is not self._of:
            self._of, self._answers = catalogue, {}
        if narrow not in self._answers:
            self._answers[narrow] = catalogue.search(self.query, limit=RESULTS, narrow=narrow, facets=True)
        return self._answers[narrow]

    def _choose(self, axis: Axis, value: str) -> None:
        self.narrow, self.page = narrowing.with_value(self.narrow, axis, value), 0

    def view(self) -> Results:
        """The page."""
        say, visit = self.visit.say, self.visit
        whole = self._answer(EVERYTHING)
        answer = self._answer(self.narrow)
        if not answer.hits and self.narrow != EVERYTHING:
            # The content was exchanged meanwhile: better everything than nothing.
            self.narrow, answer = EVERYTHING, whole
        weak = whole.weak
        ask_head, asks = self._asks(whole) if weak or whole.ask_back else ("", ())
        hits = answer.hits[: NEAR_BESIDE if asks else NEAR] if weak else answer.hits
        listed = rows.hit_rows(visit, hits)
        best = None
        if not (weak or asks) and hits and hits[0].card.kind == "guide":
            best, listed = listed[0], listed[1:]
        actions: tuple[Press, ...] = ()
        if best is not None:
            now = guard.tag(visit, hits[0].card)
            best = replace(best, tags=(*best.tags, now)) if now else best
            actions = (
                Press(say("result.see"), "open", best.id, "description"),
                Press(say("result.print"), "print", best.id, "print"),
            )
        understood = self._understood(whole.understood)
        chips = not weak and self._audiences()
        narrow = None if weak else self._narrow(answer)
        return Results(
            query=self.query,
            edit=Press(say("result.edit"), "edit", "", "edit"),
            understood_head=say("result.understood"),
            understood=understood,
            filters=chips or (),
            count_line=say.count("result.total" if chips and narrow else "result.count", len(hits)),
            best=best,
            best_mark=say("result.best"),
            best_summary=hits[0].card.summary or "" if best else "",
            best_actions=actions,
            rows=listed,
            page=self.page,
            weak=weak,
            weak_head=say("weak.head"),
            weak_line=say("weak.line"),
            near_head=say.count("weak.near", len(listed)) if listed else "",
            suggestions_head=say("weak.suggestions") if whole.suggestions else "",
            suggestions=tuple(Press(text, "ask", text) for text in whole.suggestions),
            actions=(
                (Press(say("weak.again"), "edit", "", "edit"), Press(say("help.call"), "", "", "call", enabled=False))
                if weak
                else ()
            ),
            understood_side=say("result.not_meant") if any(word.other for word in understood) else "",
            narrow=narrow,
            chosen=() if weak else self._chosen(),
            ask_head=ask_head,
            asks=asks,
            heard=say("weak.heard") if weak and self._tell() else "",
        )

    def _shown(self) -> list[str]:
        """Ids of what stands on all pages, best first."""
        return [hit.card.id for hit in self._answer(self.narrow).hits]

    def _understood(self, parts: Sequence[Understood]) -> tuple[Word, ...]:
        """The parts of the question. What a vocabulary read into one can be undone by asking for the others."""
        say = self.visit.say
        telling = sum(part.role != "stop" for part in parts)
        found = []
        for part in parts:
            other = None
            if part.meaning and part.role == "word" and telling > 1 and part.text in self.query:
                other = Press(part.text, "plain", part.text)
            found.append(Word(part.text, part.meaning or say(f"role.{part.role}"), other))
        return tuple(found)

    def _audiences(self) -> tuple[tuple[Press, bool], ...]:
        """个人 6, 企业 1, counted over what the other choices leave."""
        answer = self._answer(narrowing.with_value(self.narrow, "audience", ""))
        counts = {facet.value: facet.count for facet in answer.facets if facet.axis == "audience"}
        chosen = self.narrow.audience or ""
        if {"person", "enterprise"} <= counts.keys():
            return rows.audience_chips(self.visit, counts["person"], counts["enterprise"], chosen)
        return rows.audience_filters(self.visit, [hit.card for hit in answer.hits], chosen)

    def _narrow(self, answer: Answer) -> Press | None:
        offered = self._offered(answer)
        return Press(self.visit.say("result.narrow"), "narrow", "", "tune") if offered else None

    def _offered(self, answer: Answer) -> list[Facet]:
        """What can be chosen still: one value of each attribute."""
        free = {axis for axis in narrowing.OFFERED if not narrowing.value_of(self.narrow, axis)}
        return [facet for facet in answer.facets if facet.axis in free]

    def _open_choices(self) -> tuple[list[Facet], int]:
        answer = self._answer(self.narrow)
        return self._offered(answer), len(answer.hits)

    def _chosen(self) -> tuple[Press, ...]:
        values = ((axis, narrowing.value_of(self.narrow, axis)) for axis in narrowing.OFFERED)
        return tuple(
            Press(narrowing.named(self.visit, axis, value), "drop", axis, "close") for axis, value in values if value
        )

    def _asks(self, answer: Answer) -> tuple[str, tuple[Press, ...]]:
        """A question that would narrow a weak one, else categories near it."""
        say, visit = self.visit.say, self.visit
        most = ASKS_BESIDE if answer.suggestions else ASKS
        if answer.ask_back is not None:
            asks = tuple(Press(text, "ask", text, "search") for text in answer.ask_back.options[:most])
            head = "weak.ask" if answer.weak else "result.ask"
            return say(head, word=answer.ask_back.word), asks
        telling = (code for code in answer.categories if not code.endswith(themes.VAGUE))
        named = [(code, themes.label(visit, code)) for code in telling]
        tiles = tuple(Press(label, "theme", code, themes.icon(code)) for code, label in named if label)
        return (say("weak.categories"), tiles[:most]) if tiles else ("", ())

    def _tell(self) -> bool:
        """Whether the question was passed on, which is done once."""
        visit = self.visit
        if visit.tools.unmet is None or visit.card.had or visit.card.person is not None:
            return False
        if not self._told:
            self._told = True
            visit.tools.unmet.note(self.query, visit.number)
        return True

    def do(self, action: str, value: str) -> Move | None:
        """Filters, pages, opening, printing at once, asking in other words."""
        visit = self.visit
        if action == "audience":
            self._choose("audience", "" if self.narrow.audience == value else value)
        elif action == "narrow":
            return Go(narrowing.NarrowStep(visit, self.query, self._open_choices, self._choose))
        elif action == "drop":
            for axis in narrowing.OFFERED:
                if axis == value:
                    self._choose(axis, "")
        elif action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "open":
            visit.result_opened(self.query, self._shown(), value)
            return Open(value)
        elif action == "print":
            visit.result_opened(self.query, self._shown(), value)
            return Go(SlipStep(visit, value))
        elif action == "theme":
            return Go(CodeStep(visit, value))
        elif action == "ask":
            return Replace(ResultsStep(visit, value))
        elif action == "plain":
            rest = self.query.replace(value, "", 1).strip()
            return Ask(rest) if rest else Go(SearchStep(visit, self.query))
        elif action == "edit":
            return Replace(SearchStep(visit, self.query))
        elif action == "back":
            return Back()
        return None
