"""The walk through a kiosk: who is where, what is on the screen, and when everything is forgotten.

One `Walk` lives as long as the screen process. Each citizen gets a new `Visit`; ending one, by hand or by idling,
drops it with all
steps, so that nothing of it can come back by 返回, by a late event or after a fault.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from domain import wording
from domain.errors import Code, CodedError
from domain.events import CatalogueReplaced, Event, SlipFinished
from domain.ports import Clock, KioskPlace
from journeys.attract import AttractStep, invitation
from journeys.cleared import ClearedStep
from journeys.home import HomeStep
from journeys.languages import LanguagesStep
from journeys.moves import Back, Begin, End, Go, GoHome, Leave, Move, Open, Quiet, Replace, Shut, Step
from journeys.opening import step_for
from journeys.slip import PrintingStep
from journeys.staff import PinStep, StaffStep
from journeys.views import Chrome, IdleSheet, Nav, Press, Scene, Tag, Trouble, View
from journeys.visit import Tools, Visit
from phrases import LANGUAGES, Phrases

log = logging.getLogger(__name__)

DEEPEST = 40
"""Longest way back that is remembered; a citizen who wanders further comes out at the oldest of these."""

SUNRISE_H, SUNSET_H = 6.0, 20.0


def chrome(say: Phrases, clock: Clock, place: KioskPlace, *, sample: bool) -> Chrome:
    """The frame around every page. A clock that is not trusted is not shown."""
    now = clock.now()
    hour = now.hour + now.minute / 60
    return Chrome(
        brand=say("brand"),
        kiosk=place.name,
        date=say("join.space").join((wording.month_day(say, now.date()), wording.weekday(say, now.date()))),
        time=wording.time_of_day(now) if clock.trusted else "",
        sun=round((hour - SUNRISE_H) / (SUNSET_H - SUNRISE_H), 3),
        sample=say("sample.mark") if sample else "",
    )


def opening(clock: Clock, place: KioskPlace) -> Scene:
    """What is seen while the catalogue is being opened: the invitation, with nothing claimed yet."""
    say = Phrases(LANGUAGES[0])
    view = invitation(say, (Tag(say("health.opening"), "update"),), prints=True)
    return Scene(0, say.lang, False, chrome(say, clock, place, sample=False), None, view)


class Walk:
    """Takes touches, events and time; hands out scenes.

    Nothing that a step raises gets past here: a coded error becomes a kind page with its code, anything else is
    logged and becomes
    K-05, and in both cases 首页 and 结束 still work.
    """

    def __init__(self, tools: Tools, show: Callable[[Scene], None], stop: Callable[[], None] = lambda: None) -> None:
        self.tools = tools
        self._show = show
        self._stop = stop
        self._number = 0
        self._touched = tools.clock.monotonic()
        self._alert_since: float | None = None
        self.visit = self._fresh(LANGUAGES[0])
        self.steps: list[Step] = [AttractStep(self.visit)]
        self.scene: Scene | None = None
        self._minute = -1
        self._sample = False

    # What the kiosk calls

    def start(self) -> None:
        """Shows the first scene."""
        self._redraw()

    def touched(self) -> None:
        """Somebody touched the screen anywhere, so nobody is asked 还在吗 for a while; once asked, `act` tells the
        answer.
        """
        self._touched = self.tools.clock.monotonic()

    def act(self, action: str, value: str = "") -> None:
        """A touch on something that a view offered; on the question 还在吗, anything but ("end",) means ("stay",)."""
        self.touched()
        self._alert_since = None
        if self._printing or action == "stay":
            self._redraw()
            return
        if action == "end" and self._in_visit:
            self._carry_out(End())
        elif action == "home" and self._in_visit:
            self._carry_out(GoHome())
        elif action == "back":
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
        """An event of a device or the catalogue; steps that are not on top hear of finished slips only."""
        if isinstance(event, CatalogueReplaced):
            log.info("catalogue revision %s is open", event.revision)
        if isinstance(event, SlipFinished):
            log.info("slip %s: %s %s", event.job, event.state.value, event.code.value if event.code else "")
        self._guard(lambda: self.steps[-1].hear(event))
        self._redraw()

    def tick(self) -> None:
        """About once a second: clock on the screen, countdowns, and the end of a visit that nobody continues."""
        now = self.tools.clock.monotonic()
        if self._in_visit and not self._printing:
            settings = self.tools.settings
            idle = settings.idle_large_s if self.visit.large else settings.idle_s
            alert = settings.alert_large_s if self.visit.large else settings.alert_s
            if self._alert_since is not None:
                if now - self._alert_since >= alert:
                    self._carry_out(End())
            elif now - self._touched >= idle:
                self._alert_since = now
        step = self.steps[-1]
        self._guard(lambda: step.tick(now))
        minute = self.tools.clock.now().minute
        fresh = step.lively or self.steps[-1] is not step or minute != self._minute
        self._minute = minute
        self._redraw(fresh=fresh)

    def trouble(self) -> None:
        """Puts the page that says K-05 on top: what the walk offered could not be drawn."""
        self.steps.append(TroubleStep(self.visit, Code.SCREEN_TROUBLE.value))
        self._redraw()

    @property
    def in_trouble(self) -> bool:
        """Whether that page is on the screen already."""
        return isinstance(self.steps[-1], TroubleStep)

    # Moves

    @property
    def _in_visit(self) -> bool:
        return not isinstance(self.steps[-1], AttractStep | ClearedStep | PinStep | StaffStep)

    @property
    def _printing(self) -> bool:
        return isinstance(self.steps[-1], PrintingStep)

    def _fresh(self, lang: str) -> Visit:
        self._number += 1
        return Visit(self.tools, self._number, lang)

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
            case Replace(step):
                self.steps[-1] = step
            case Open(id):
                step_there = step_for(self.visit, id)
                if step_there is not None:
                    self._push(step_there)
            case Back():
                if len(self.steps) > 1:
                    self.steps.pop()
            case GoHome():
                del self.steps[1:]
            case Begin(lang):
                self.visit = self._fresh(lang)
                self.steps = [HomeStep(self.visit)]
                self._alert_since = None
                self._touched = self.tools.clock.monotonic()
            case End():
                self._end()
            case Leave():
                self.visit = self._fresh(LANGUAGES[0])
                self.steps = [AttractStep(self.visit)]
            case Shut():
                log.info("staff stopped the kiosk")
                self._stop()

    def _push(self, step: Step) -> None:
        self.steps.append(step)
        del self.steps[1:-DEEPEST]

    def _end(self) -> None:
        """Forgets the visit: steps, words, ticks, bytes waiting for the printer. What is printed right now comes
        out.
        """
        old = self.visit
        waiting = self._printing
        self.tools.printer.end_session()
        self._alert_since = None
        self.visit = self._fresh(old.lang)
        self.steps = [ClearedStep(self.visit, looked=old.looked, typed=old.typed, waiting=waiting)]

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
        return Scene(
            visit=self.visit.number,
            lang=self.visit.lang,
            large=self.visit.large,
            chrome=self._chrome(),
            nav=self._nav() if self._in_visit and not self._printing else None,
            view=view,
            sheet=self._sheet(),
        )

    def _chrome(self) -> Chrome:
        return chrome(self.visit.say, self.tools.clock, self.tools.place, sample=self._is_sample())

    def _is_sample(self) -> bool:
        """Whether the content is invented; of a catalogue that cannot be read any more, what was known of it last."""
        catalogue = self.tools.catalogue.current()
        try:
            self._sample = catalogue is not None and catalogue.info.sample
        except CodedError as error:
            log.warning("%s: %s", error.code.value, error.detail)
        return self._sample

    def _nav(self) -> Nav:
        say = self.visit.say
        deep = len(self.steps) > 1
        return Nav(
            back=Press(say("nav.back"), "back", "", "arrow_back") if deep else None,
            home=Press(say("nav.home"), "home", "", "home") if deep else None,
            large=Press(say("nav.normal") if self.visit.large else say("nav.large"), "large", "", "format_size"),
            language=Press(say("nav.language"), "language", "", "language"),
            end=Press(say("nav.end"), "end", "", "logout"),
            large_on=self.visit.large,
        )

    def _sheet(self) -> IdleSheet | None:
        if self._alert_since is None:
            return None
        say, settings = self.visit.say, self.tools.settings
        total = settings.alert_large_s if self.visit.large else settings.alert_s
        left = max(0.0, total - (self.tools.clock.monotonic() - self._alert_since))
        seconds = int(left + 0.999)
        return IdleSheet(
            seconds=seconds,
            fraction=round(left / total, 3),
            title=say("idle.title"),
            line=say.count("idle.line", seconds),
            loses=(say("idle.loses"), say("idle.touch")),
            actions=(
                Press(say("idle.stay"), "stay"),
                Press(say("idle.end"), "end", "", "logout"),
            ),
        )


class TroubleStep(Quiet):
    """A page that could not be shown; it offers the way home and a person to ask, and holds nothing else."""

    def __init__(self, visit: Visit, code: str) -> None:
        self.visit = visit
        self.code = code

    def view(self) -> Trouble:
        """The page."""
        say = self.visit.say
        known = say.has(f"error.{self.code}.title")
        key = f"error.{self.code}" if known else "error.K-05"
        return Trouble(
            title=say(f"{key}.title"),
            lines=(say(f"{key}.line"), say("notprinted.code", code=self.code)),
            code=self.code,
            actions=(
                Press(say("trouble.home"), "home", "", "home"),
                Press(say("help.call"), "", "", "call", enabled=False),
            ),
        )

    def do(self, action: str, value: str) -> Move | None:
        """Home."""
        return GoHome() if action == "home" else None
