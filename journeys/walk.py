"""The walk through a kiosk: who is where, what is on the screen, and when everything is forgotten.

One `Walk` lives as long as the screen process. Each citizen gets a new `Visit`; ending one, by hand, by idling or
because another card is laid down, drops it with all steps, so that nothing of it can come back by 返回, by a late event
or after a fault.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from domain import wording
from domain.errors import Code, CodedError
from domain.events import CardRead, CardUnread, CatalogueReplaced, Event, ReaderChanged, ReaderState, SlipFinished
from domain.freshness import Freshness
from journeys.attract import AttractStep, age_tag, content_age
from journeys.card import CardEvent, CardSession
from journeys.card_results import CardResultsStep
from journeys.card_sheet import CardSheetStep
from journeys.check_slip import SlipCheckedStep, asked
from journeys.cleared import ClearedStep
from journeys.declaration import DeclarationStep
from journeys.home import HomeStep
from journeys.idling import Idling
from journeys.invitation import chrome
from journeys.languages import LanguagesStep
from journeys.left_card import LeftCard
from journeys.moves import Ask, Back, Begin, Declare, End, Go, GoHome, Leave, Move, Open, Replace, Shut, Step
from journeys.opening import step_for
from journeys.printing import PrintingStep
from journeys.results import ResultsStep
from journeys.staff import PaperStep, PinStep, StaffStep
from journeys.staff_stick import StickStep
from journeys.trouble import TroubleStep
from journeys.views import CardResults, Chrome, IdleSheet, Nav, Press, Scene, View
from journeys.visit import Tools, Visit
from phrases import LANGUAGES

log = logging.getLogger(__name__)

DEEPEST = 40
"""Longest way back that is remembered; a citizen who wanders further comes out at the oldest of these."""

LAID_MOST = 5
"""So many times laying a card down shows without any touch that somebody is there; a thing that was left on the reader
and is seen there again and again does not keep a visit alive.
"""


class Walk:
    """Takes touches, events and time; hands out scenes.

    Nothing that a step raises gets past here: a coded error becomes a kind page with its code, anything else is logged
    and becomes K-05, and in both cases 首页 and 结束 still work.

    A card that is laid down on the invitation or the farewell begins a visit; in a visit without a card it is read over
    whatever page is there; in a visit that has read a card already it ends that visit at once and begins the next: two
    people never share one. While a slip is printed nothing of this is shown, it is made up for afterwards. In staff
    mode, and while there is no catalogue, cards are forgotten again as soon as they are read.
    """

    def __init__(self, tools: Tools, show: Callable[[Scene], None], stop: Callable[[], None] = lambda: None) -> None:
        self.tools = tools
        self._show = show
        self._stop = stop
        self._number = 0
        self._idling = Idling(tools.settings, tools.clock.monotonic())
        self._left_card = LeftCard(tools)
        self._next: CardSession | None = None
        """A further card that was laid down while a slip of this visit is printed."""
        self._laid = 0
        self.visit = self._fresh(LANGUAGES[0])
        self.steps: list[Step] = [AttractStep(self.visit)]
        self.scene: Scene | None = None
        self._minute = -1
        self._sample = False
        self._age: Freshness | None = None

    # What the kiosk calls

    def start(self) -> None:
        """Shows the first scene."""
        self._redraw()

    def touched(self) -> None:
        """Somebody touched the screen anywhere, so nobody is asked 还在吗 for a while; once asked, `act` tells the
        answer.
        """
        self._idling.touched(self.tools.clock.monotonic())

    def act(self, action: str, value: str = "") -> None:
        """A touch on something that a view offered; on the question 还在吗, anything but ("end",) means ("stay",). The
        seconds after a card was taken away stop for ("stay",) only.
        """
        self._idling.answered(self.visit, self.tools.clock.monotonic())
        self._laid = 0
        if self._printing or action == "stay":
            if not self._printing:
                self.visit.card.keep()
            self._redraw()
            return
        if action == "end" and self._in_visit:
            self._carry_out(End())
        elif action == "home" and self._in_visit:
            self._carry_out(GoHome())
        elif action == "back":
            if isinstance(self.steps[-1], CardSheetStep):
                self.visit.card.cancel()
            self._carry_out(Back())
        elif action == "large" and self._in_visit:
            self.visit.large = not self.visit.large
        elif action == "language" and self._in_visit:
            if not isinstance(self.steps[-1], LanguagesStep):
                self._carry_out(Go(LanguagesStep(self.visit)))
        else:
            self._guard(lambda: self.steps[-1].do(action, value))
        self._redraw()

    def hear(self, event: Event) -> None:
        """An event of a device or the catalogue; only the step on top hears of it, the visit of every card."""
        if isinstance(event, CatalogueReplaced):
            log.info("catalogue revision %s is open", event.revision)
        if isinstance(event, SlipFinished):
            log.info("slip %s: %s %s", event.job, event.state.value, event.code.value if event.code else "")
        if isinstance(event, ReaderChanged | CardRead | CardUnread):
            self._hear_card(event)
        self._guard(lambda: self.steps[-1].hear(event))
        self._show_card()
        self._redraw()

    def tick(self) -> None:
        """About once a second: clock on the screen, countdowns, and the end of a visit that nobody continues."""
        now = self.tools.clock.monotonic()
        if self._printing:
            self.visit.card.hold(now)
        elif self._in_visit and self._idling.over(self.visit, now):
            self._carry_out(End())
        self._left_card.tick(now, alone=isinstance(self.steps[-1], AttractStep | ClearedStep))
        step = self.steps[-1]
        self._guard(lambda: step.tick(now))
        self._show_card()
        minute = self.tools.clock.now().minute
        fresh = step.lively or self.steps[-1] is not step or minute != self._minute
        self._minute = minute
        self._redraw(fresh=fresh)

    def trouble(self) -> None:
        """Puts the page that says K-05 on top: what the walk offered could not be drawn."""
        self.steps.append(TroubleStep(self.visit, Code.SCREEN_TROUBLE.value))
        self._redraw()

    @property
    def resting(self) -> bool:
        """Whether no citizen is there: what is shown may be exchanged. Staff with a stick wait for just that."""
        return isinstance(self.steps[-1], AttractStep | StickStep)

    @property
    def in_trouble(self) -> bool:
        """Whether that page is on the screen already."""
        return isinstance(self.steps[-1], TroubleStep)

    # Moves

    @property
    def _in_visit(self) -> bool:
        return not isinstance(self.steps[-1], AttractStep | ClearedStep | PinStep | StaffStep | PaperStep | StickStep)

    @property
    def _printing(self) -> bool:
        return isinstance(self.steps[-1], PrintingStep)

    def _fresh(self, lang: str, card: CardSession | None = None) -> Visit:
        self._number += 1
        return Visit(self.tools, self._number, lang, card)

    # Cards

    def _hear_card(self, event: CardEvent) -> None:
        now = self.tools.clock.monotonic()
        laid = isinstance(event, ReaderChanged) and event.state is ReaderState.READING
        card = self._next or self.visit.card
        self._laid += laid
        if (laid or (card.reading and not isinstance(event, ReaderChanged))) and self._laid <= LAID_MOST:
            self._idling.answered(self.visit, now)
        if laid and card.person is not None:
            card = self._next = CardSession()
        card.hear(event, now)

    def _show_card(self) -> None:
        """Shows what became of a card, when there is something new and no slip is being printed."""
        card = self._next or self.visit.card
        if self._printing or not (card.news or self._next):
            return
        if not self._receives:
            # Nobody is there to be told: as soon as the read is over, what it gave is forgotten here and in the reader.
            if not card.reading:
                self.visit.card, self._next = CardSession(lying=card.lying), None
                self.tools.cards.end_session()
            return
        if self._next is not None or not self._in_visit:
            self._begin(self.visit.lang if isinstance(self.steps[-1], ClearedStep) else LANGUAGES[0], card)
        news, card.news = card.news, ""
        if news == "read" and card.person is not None:
            person = card.person
            self._drop_sheet()
            self._guard(lambda: Go(CardResultsStep(self.visit, person)))
        elif news and not isinstance(self.steps[-1], CardSheetStep):
            self._push(CardSheetStep(self.visit, self.steps[-1]))

    @property
    def _receives(self) -> bool:
        """Whether a card can be shown to somebody here."""
        return self.tools.catalogue.current() is not None and not isinstance(
            self.steps[-1], PinStep | StaffStep | PaperStep | StickStep
        )

    def _begin(self, lang: str, card: CardSession | None = None) -> None:
        """A visit begins; one that another card ends is forgotten first. The process that reads cards is not ended
        then, because it has the next one in its hands; it goes with the visit that begins.
        """
        if self._in_visit:
            self.tools.printer.end_session()
        self._next = None
        lying = self.tools.cards.state is ReaderState.HOLDING
        self.visit = self._fresh(lang, card or CardSession(lying=lying))
        self.steps = [HomeStep(self.visit)]
        if self.tools.reports is not None:
            self.tools.reports.visit_began()
        self._idling.begin(self.tools.clock.monotonic())
        if card is None and lying:
            self._push(CardSheetStep(self.visit, self.steps[-1], asked=False))

    def _drop_sheet(self) -> None:
        self.steps = [step for step in self.steps if not isinstance(step, CardSheetStep)]

    def _guard(self, call: Callable[[], Move | None]) -> None:
        """Carries out what a step answers; a fault leads to a page that says so, and the kiosk goes on."""
        try:
            move = call()
            if move is not None:
                self._carry_out(move)
        except CodedError as error:
            log.warning("%s: %s", error.code.value, error.detail)
            self.steps.append(TroubleStep(self.visit, error.code.value))
        except Exception:
            log.exception("a step failed")
            self.steps.append(TroubleStep(self.visit, Code.SCREEN_TROUBLE.value))

    def _carry_out(self, move: Move) -> None:
        match move:
            case Go(step):
                self._push(step)
            case Ask(question):
                code = asked(question)
                step = ResultsStep(self.visit, question) if code is None else SlipCheckedStep(self.visit, code)
                self._push(step)
            case Replace(step):
                self.steps[-1] = step
            case Open(id):
                step_there = step_for(self.visit, id)
                if step_there is not None:
                    self._push(step_there)
            case Declare():
                self.visit.card.cancel()
                self._drop_sheet()
                self._push(DeclarationStep(self.visit))
            case Back():
                if len(self.steps) > 1:
                    self.steps.pop()
            case GoHome():
                del self.steps[1:]
            case Begin(lang):
                self._begin(lang)
            case End():
                self._end()
            case Leave():
                if self.visit.card.had:
                    self.tools.cards.end_session()
                self.visit = self._fresh(LANGUAGES[0])
                self.steps = [AttractStep(self.visit)]
            case Shut():
                log.info("staff stopped the kiosk")
                self._stop()

    def _push(self, step: Step) -> None:
        self.steps.append(step)
        del self.steps[1:-DEEPEST]

    def _end(self) -> None:
        """Forgets the visit: steps, words, ticks, what a card told, bytes waiting for the printer. What is printed
        right now comes out.
        """
        old, tools = self.visit, self.tools
        waiting = self._printing
        tools.printer.end_session()
        lying = old.card.lying or tools.cards.state is ReaderState.HOLDING
        if old.card.had:
            tools.cards.end_session()
        self._next = None
        self._idling.begin(tools.clock.monotonic())
        self.visit = self._fresh(old.lang)
        self.steps = [
            ClearedStep(self.visit, looked=old.looked, typed=old.typed, card=old.card.had, waiting=waiting, lying=lying)
        ]

    # Scenes

    def _redraw(self, *, fresh: bool = True) -> None:
        """Makes the scene and shows it when it is another; `fresh` false: the page itself cannot have changed."""
        view = self._view() if fresh or self.scene is None else self.scene.view
        scene = self._scene(view)
        if scene != self.scene:
            self.scene = scene
            self._show(scene)

    def _view(self) -> View:
        """The view of the step on top; one that cannot be made puts a page with its code on top instead."""
        try:
            return self.steps[-1].view()
        except CodedError as error:
            log.warning("%s: %s", error.code.value, error.detail)
            code = error.code.value
        except Exception:
            log.exception("a view failed")
            code = Code.SCREEN_TROUBLE.value
        trouble = TroubleStep(self.visit, code)
        self.steps.append(trouble)
        return trouble.view()

    def _scene(self, view: View) -> Scene:
        sheet = self.steps[-1].sheet()
        barred = isinstance(view, CardResults) and sheet is None
        now = self.tools.clock.monotonic()
        if isinstance(view, CardResults):
            view = replace(view, bar=self._idling.bar(self.visit, now))
        return Scene(
            visit=self.visit.number,
            lang=self.visit.lang,
            large=self.visit.large,
            chrome=self._chrome(),
            nav=self._nav(view) if self._in_visit and not self._printing else None,
            view=view,
            sheet=self._idle_sheet(now, barred=barred) or sheet,
        )

    def _chrome(self) -> Chrome:
        """In a visit the day of the last update stands where the kiosk's name was: on every page, for it matters more
        there. Old content is told of in a mark of its own.
        """
        say = self.visit.say
        made = chrome(say, self.tools.clock, self.tools.place, sample=self._is_sample())
        if not self._in_visit:
            return made
        words = [say("card.in_use")] if self.visit.card.person else []
        if self._age is not None:
            words.append(say("fresh.updated", date=wording.month_day(say, self._age.on)))
        old = age_tag(say, self._age) if self._age is not None and self._age.level != "fresh" else None
        return replace(made, kiosk=say("join.dot").join(words) or made.kiosk, old=old)

    def _is_sample(self) -> bool:
        """Whether the content is invented. Of a catalogue that cannot be read any more this and its age are what was
        known last.
        """
        catalogue = self.tools.catalogue.current()
        try:
            self._sample = catalogue is not None and catalogue.info.sample
            self._age = content_age(self.tools)
        except CodedError as error:
            log.warning("%s: %s", error.code.value, error.detail)
        return self._sample

    def _idle_sheet(self, now: float, *, barred: bool) -> IdleSheet | None:
        if not self._in_visit or self._printing:
            return None
        return self._idling.sheet(self.visit, now, barred=barred)

    def _nav(self, view: View) -> Nav:
        """The row at the foot. Where the bar of a card offers 结束并清除, 结束 is not offered twice."""
        say = self.visit.say
        deep = len(self.steps) > 1
        return Nav(
            back=Press(say("nav.back"), "back", "", "arrow_back") if deep else None,
            home=Press(say("nav.home"), "home", "", "home") if deep else None,
            large=Press(say("nav.normal") if self.visit.large else say("nav.large"), "large", "", "format_size"),
            language=Press(say("nav.language"), "language", "", "language"),
            end=None if isinstance(view, CardResults) and view.bar else Press(say("nav.end"), "end", "", "logout"),
            large_on=self.visit.large,
        )
