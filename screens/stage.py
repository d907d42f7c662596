"""The stage: the one widget. It shows a scene, and turns fingers into acts for the journey."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.graphics import RenderContext
from kivy.uix.widget import Widget

from journeys.views import CardSheet, IdleSheet, Scene
from screens.kit.bars import Anywhere, NavRow, StatusBar
from screens.kit.board import VERTEX_SHADER, Board, Placed
from screens.kit.buttons import act_of
from screens.kit.card import Laying
from screens.kit.ink import LiveInk
from screens.kit.kit import Kit, Kits
from screens.kit.part import AT_REST, HOLD_S, Act, Part, Target
from screens.kit.pen import Box, Written
from screens.kit.sheets import Idle, Scrim
from screens.page import Frame, Page

SETTLE_S = 0.25
"""For so long a new page takes no touch: the second tap of a trembling finger is not meant for it."""

SHEET_BEAT_S = 1.0
"""Seconds from one drawing to the next of a sheet that moves by itself."""

LOST_S = 3.0
"""A finger that was not heard of for so long has been lifted unseen, and another one may begin. What lies on a key for
so long is no finger that types.
"""

BOUNCE_S = 0.12
"""A key touched again so soon after its last touch began was meant once, and so it was when the finger had left it for
no more than a third of that: two letters that are alike are typed no faster than 160 ms apart.
"""

HAND = 3
"""So many touches at once are a hand that lies there."""


class Stage(Widget):
    """Shows the current page and the sheet over it.

    A touch is one finger: it presses what it lands on, or what is nearest, in the very frame of the touch; it may slip
    6 mm, on a keyboard half a key, and is still meant; lifted further away it means nothing. Further fingers are
    ignored until it is lifted, and a page that replaces another one under a finger takes the touch away. A key that is
    touched again within `bounce` seconds was meant once; a hand on the keys types nothing.

    On a writing pad the finger draws: its line is shown in the frames of its moves, without the page being painted, and
    handed back when it is lifted. A touch that rests there while another begins is the heel of the hand.

    Exceptions of a page leave `show` with the old picture still standing; the plug board shows another scene then.
    The window must exist before the kits are made, because they hold textures.
    """

    def __init__(
        self,
        kits: Kits,
        pages: Mapping[type, type[Page]],
        act: Callable[[str, str], None],
        *,
        touched: Callable[[], None] = lambda: None,
        motion: bool = True,
        settle: float = SETTLE_S,
        bounce: float = BOUNCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.canvas = RenderContext(use_parent_projection=True, use_parent_modelview=True)
        self.canvas.shader.vs = VERTEX_SHADER
        super().__init__(size=(kits.panel.width, kits.panel.height), size_hint=(None, None))
        self._kits = kits
        self._pages = pages
        self._act = act
        self._touched = touched
        self._motion = motion
        self._settle = settle
        self._bounce = bounce
        self._clock = clock
        self.board, self.sheet = Board(), Board()
        self.ink = LiveInk()
        self.canvas.add(self.board.canvas)
        self.canvas.add(self.ink.canvas)
        self.canvas.add(self.sheet.canvas)
        self.scene: Scene | None = None
        self.page: Page | None = None
        self._feel = AT_REST
        self._quiet_until = 0.0
        self._finger: Any = None
        self._target: Target | None = None
        self._began = self._heard = 0.0
        self._start = (0.0, 0.0)
        self._down: dict[Any, float] = {}
        self._trembling = False
        self._typed: tuple[Act, float, float] | None = None  # the last key, when its touch began and when it ended
        self._hold = Clock.create_trigger(self._held, HOLD_S)
        self._beat: Any = None
        self._sheet_beat: Any = None
        self._sheet_beats = 0

    def show(self, scene: Scene) -> None:
        """Draws `scene`; only what differs from the scene before costs anything."""
        before = self.scene
        if before is None or before.visit != scene.visit:
            self._kits.forget()
        page = self.page
        if page is None or before is None or before.visit != scene.visit or type(before.view) is not type(scene.view):
            page = self._pages[type(scene.view)]()
        another_sheet = before is not None and _asks_for_card(before) is not _asks_for_card(scene)
        if page is not self.page or another_sheet:
            self._feel = AT_REST
        reading = _reading(scene)
        if not reading or before is None or not _reading(before):
            self._sheet_beats = 0
        self._draw(self._kits.kit(scene.lang, large=scene.large), page, scene)
        self._follow(reading)
        if page is not self.page:
            self._turn(page)
        elif another_sheet:
            self._let_go()
            self._quiet_until = self._clock() + self._settle
        elif self._target is not None and self._target.act not in {target.act for target in self.targets}:
            self._let_go()

    def _turn(self, page: Page) -> None:
        self.page = page
        self._let_go()
        self._quiet_until = self._clock() + self._settle
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None
        if page.beat and self._motion:
            self._beat = Clock.schedule_interval(self._beaten, page.beat)

    def _follow(self, reading: bool) -> None:
        """Lets the sheet be drawn every second while a card is being read, and not at all else."""
        if self._sheet_beat is not None and not reading:
            self._sheet_beat.cancel()
            self._sheet_beat = None
        elif self._sheet_beat is None and reading and self._motion:
            self._sheet_beat = Clock.schedule_interval(self._sheet_beaten, SHEET_BEAT_S)

    def _sheet_beaten(self, _dt: float) -> None:
        self._sheet_beats += 1
        self.redraw()

    def redraw(self) -> None:
        """Draws the current scene again, for a page whose own state has changed."""
        if self.scene is not None and self.page is not None:
            self._draw(self.kit, self.page, self.scene)

    def _draw(self, kit: Kit, page: Page, scene: Scene) -> None:
        frame = Frame(kit, scene.chrome)
        if page.navigation and scene.nav is not None:
            frame.foot(NavRow(scene.nav), gap=4)
        if page.status:
            frame.add(StatusBar(scene.chrome, bare=page.bare_status))
        page.draw(scene.view, frame)
        over = _sheet(kit, scene.sheet, self._sheet_beats) if scene.sheet else []
        for _ in range(2):
            generation = kit.atlas.generation
            self.board.show(kit, frame.placed, AT_REST if over else self._feel)
            self.sheet.show(kit, over, self._feel)
            if generation == kit.atlas.generation:
                break  # else a glyph of the sheet made the atlas begin anew after the page was painted
        self.ink.keep(kit)
        self.scene = scene
        if EventLoop.window is not None:
            EventLoop.window.clearcolor = kit.theme.colours["ground"]

    def _beaten(self, _dt: float) -> None:
        if self.page is not None and self.scene is not None and self.scene.sheet is None:
            self.page.beats += 1
            self.redraw()

    @property
    def kit(self) -> Kit:
        """What the current scene is drawn with; before the first one, what a Chinese one would be."""
        if self.scene is None:
            return self._kits.kit()
        return self._kits.kit(self.scene.lang, large=self.scene.large)

    @property
    def _top(self) -> Board:
        """The layer that takes touches."""
        return self.sheet if self.scene is not None and self.scene.sheet is not None else self.board

    @property
    def targets(self) -> list[Target]:
        """What can be touched now, lowest first: the sheet's targets while there is one."""
        return self._top.targets

    @property
    def written(self) -> list[Written]:
        """Every line that can be read now, in reading order."""
        return self._top.written

    @property
    def ready(self) -> bool:
        """Whether a touch counts: a new page takes none for a moment."""
        return self._clock() >= self._quiet_until

    def on_touch_down(self, touch: Any) -> bool:
        if "button" in touch.profile and touch.button != "left":
            return True  # the wheel and the other buttons of a mouse
        now = self._clock()
        self._touched()
        self._down = {uid: since for uid, since in self._down.items() if now - since < LOST_S} | {touch.uid: now}
        point = touch.x, self.kit.theme.panel.height - touch.y
        if self._finger is not None and not self._gives_way(now, point):
            if len(self._down) >= HAND and self._target is not None and self._target.way == "key":
                self._target = None
                self._press(None)
            return True
        self._let_go()
        if self.scene is None or not self.ready:
            return True
        target = self._top.at(*point, self.kit.theme.slop / 2)
        if target is not None and target.way == "key" and self._bounces(target.act, now):
            target, self._trembling = None, True
        self._finger, self._target = touch.uid, target
        self._began = self._heard = now
        self._start = point
        if target is None:
            return True
        if target.way == "ink":
            self.ink.begin(self.kit, target.box, point)
            return True
        self._press(target.act)
        if target.hold is not None:
            self._hold()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.uid == self._finger and self._target is not None:
            self._heard = self._clock()
            if self._target.way == "ink":
                self.ink.draw((touch.x, self.kit.theme.panel.height - touch.y))
                return True
            if self._target.way == "pull":
                self._pull(touch)
                return True
            meant = self._meant(touch)
            self._press(self._target.act if meant else None)
            if not meant:
                self._hold.cancel()
        return True

    def on_touch_up(self, touch: Any) -> bool:
        self._down.pop(touch.uid, None)
        if touch.uid == self._finger:
            target, meant = self._target, self._target is not None and self._meant(touch)
            line = self.ink.line
            if self._trembling and self._typed is not None:
                self._typed = self._typed[0], self._began, self._clock()
            self._let_go()
            if target is not None and target.way == "ink":
                self._do((target.act[0], line))
            elif target is not None and target.way != "pull" and meant:
                if target.way == "key":
                    self._typed = target.act, self._began, self._clock()
                self._do(target.act)
        return True

    def _pull(self, touch: Any) -> None:
        """Moves what lies under the finger along with it, by whole pixels."""
        target, point = self._target, (touch.x, self.kit.theme.panel.height - touch.y)
        by = round(point[1] - self._start[1])
        if target is not None and by:
            self._start = self._start[0], self._start[1] + by
            self._do((target.act[0], str(by)))

    def _gives_way(self, now: float, point: tuple[float, float]) -> bool:
        """Whether the touch that is there makes room for one at `point`."""
        if self._target is not None and self._target.way == "key":
            return now - self._began >= LOST_S
        if self._target is not None and self._target.way == "ink" and self._target.box.holds(*point):
            return self.ink.resting or now - self._heard >= LOST_S
        return now - self._heard >= LOST_S

    def _bounces(self, act: Act, now: float) -> bool:
        """Whether this touch of a key is the trembling of the one before; a series of such touches is one."""
        if self._typed is None or self._typed[0] != act:
            return False
        _, began, ended = self._typed
        if now - began >= self._bounce and now - ended >= self._bounce / 3:
            return False
        self._typed = act, now, now
        return True

    def _meant(self, touch: Any) -> bool:
        if self._target is None or self.scene is None:
            return False
        theme, box = self.kit.theme, self._target.box
        point = touch.x, theme.panel.height - touch.y
        if self._target.way == "key":
            if self._clock() - self._began >= LOST_S:
                return False
            if math.dist(self._start, point) <= min(box.w, box.h) / 2:
                return True
        return box.gap(*point) <= theme.slop

    def _held(self, _dt: float) -> None:
        target = self._target
        if target is not None and target.hold is not None:
            self._let_go()
            self._do(target.hold)

    def _let_go(self) -> None:
        self._finger = self._target = None
        self._trembling = False
        self.ink.clear()
        self._hold.cancel()
        self._press(None)

    def _press(self, act: Act | None) -> None:
        if act != self._feel.down:
            self._feel = self._feel._replace(down=act)
            self._top.feel(self._feel)

    def _do(self, act: Act) -> None:
        if act[0].startswith("."):
            if self.page is not None and self.page.handle(act):
                self.redraw()
        else:
            self._act(*act)

    def step(self, by: int) -> None:
        """Moves the focus by so many targets, for a keypad beside the screen."""
        acts = [target.act for target in self.targets]
        if acts:
            at = acts.index(self._feel.focus) + by if self._feel.focus in acts else (0 if by > 0 else -1)
            self._feel = self._feel._replace(focus=acts[at % len(acts)])
            self._top.feel(self._feel)

    def enter(self) -> None:
        """Does what has the focus."""
        if self._feel.focus is not None:
            self._touched()
            self._do(self._feel.focus)


def _asks_for_card(scene: Scene) -> bool:
    return isinstance(scene.sheet, CardSheet)


def _reading(scene: Scene) -> bool:
    """Whether a card is being read, the one time that a sheet moves by itself."""
    return isinstance(scene.sheet, CardSheet) and scene.sheet.phase == "reading"


def _sheet(kit: Kit, view: IdleSheet | CardSheet, beats: int) -> list[Placed]:
    """The sheet over the page, from below. Any touch beside the buttons of 还在吗 continues; beside those of the card
    it means nothing, because there both hands are busy with a card.
    """
    panel = kit.theme.panel
    whole = Box(0, 0, panel.width, panel.height)
    sheet: Part = Laying(view, beats) if isinstance(view, CardSheet) else Idle(view)
    height = sheet.height(kit, panel.width)
    anywhere = [Placed(Anywhere(act_of(view.actions[0])), whole)] if isinstance(view, IdleSheet) else []
    return [Placed(Scrim(), whole), *anywhere, Placed(sheet, Box(0, panel.height - height, panel.width, height))]
