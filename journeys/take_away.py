"""手机带走: the guide itself as one to three QR codes, with the very words of each beside it."""

from __future__ import annotations

from journeys.moves import Back, Move, Quiet
from journeys.nearby import nearest_with_paper
from journeys.slip import EventPaper, GuidePaper, Words
from journeys.views import Press, TakeAway
from journeys.visit import Visit


class TakeAwayText(Quiet):
    """One code at a time; the words that it holds can be read, so that nobody has to trust a code that says nothing."""

    def __init__(self, visit: Visit, words: Words) -> None:
        self.visit = visit
        self.words = words
        self.at = 0
        visit.looked = True

    def text(self) -> str:
        """What the code holds that is shown now."""
        texts = self.words().texts
        return texts[min(self.at, len(texts) - 1)]

    def view(self) -> TakeAway:
        """The page. Raises `CatalogueError` (K-06) when the item is gone from the catalogue."""
        say, printer = self.visit.say, self.visit.tools.printer
        taken = self.words()
        count = len(taken.texts)
        self.at = min(self.at, count - 1)
        lines = [say("take.offline")]
        if count > 1:
            lines.append(say("take.one_by_one", n=count))
        else:
            lines.append(say("take.all_text" if taken.whole else "take.main_points"))
        if printer.state.prints:
            lines.append(say("take.no_phone"))
        text = self.text()
        return TakeAway(
            title=say("take.title"),
            qr=self.visit.tools.qr.rows(text),
            lines=tuple(lines),
            actions=(Press(say("take.back"), "back", "", "arrow_back"),),
            text_head=say("take.says"),
            text=tuple(text.splitlines()),
            number=self.at,
            count=count,
            step=say("take.step", n=self.at + 1, all=count) if count > 1 else "",
            near=nearest_with_paper(self.visit) if not printer.state.prints else None,
        )

    def do(self, action: str, value: str) -> Move | None:
        """Another code, or back."""
        if action == "code" and value.isdigit() and int(value) < len(self.words().texts):
            self.at = int(value)
        return Back() if action == "back" else None


class TakeAwayStep(TakeAwayText):
    """手机带走 of one guide."""

    def __init__(self, visit: Visit, id: str) -> None:
        super().__init__(visit, Words(visit, lambda say: GuidePaper(visit, id, say)))


class EventTakeAwayStep(TakeAwayText):
    """手机带走 of a life event with the answers that were given."""

    def __init__(self, visit: Visit, id: str, answers: dict[str, str]) -> None:
        super().__init__(visit, Words(visit, lambda say: EventPaper(visit, id, answers, say)))
