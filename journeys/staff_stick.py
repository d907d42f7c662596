"""U 盘: which sticks are plugged in, what is on them, and taking one. A page of staff mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import wording
from domain.errors import Code
from domain.events import Event, FoundStick, SticksFound, StickTaken
from domain.ports import Sticks
from journeys.moves import Leave, Move, Quiet, Replace
from journeys.views import Press, Staff

if TYPE_CHECKING:
    from journeys.staff import StaffStep

MOST_STICKS = 3
"""That there are buttons for; more are plugged in nowhere."""

SENTENCES = {
    Code.HUB_OUT_OF_REACH: "staff.usb_pulled",
    Code.RELEASE_REFUSED: "staff.usb_refused",
    Code.RELEASE_OLDER: "staff.usb_older",
    Code.RELEASE_EXPIRED: "staff.usb_expired",
    Code.DIGEST_DIFFERS: "staff.usb_differs",
    Code.NOT_ENROLLED: "staff.usb_stranger",
    Code.APPROVALS_MISSING: "staff.usb_unsigned",
    Code.DISK_FULL: "staff.usb_full",
    Code.ALREADY_RUNNING: "staff.usb_busy",
}
"""Why nothing was taken; every other code has a sentence that names it."""


class StickStep(Quiet):
    """The sticks that are plugged in. While one is taken nothing can be touched, and the page does not shut."""

    lively = True

    def __init__(self, staff: StaffStep, sticks: Sticks) -> None:
        self.staff = staff
        self.visit = staff.visit
        self._sticks = sticks
        self._found: tuple[FoundStick, ...] | None = None
        self._taking = False
        self._taken: StickTaken | None = None
        self.touched = self.visit.tools.clock.monotonic()
        sticks.look()

    def view(self) -> Staff:
        """The page."""
        say = self.visit.say
        presses = () if self._taking else (*self._offers(), Press(say("staff.usb_again"), "look", "", "refresh"))
        back = () if self._taking else (Press(say("staff.usb_back"), "done", "", "arrow_back"),)
        return Staff(
            title=say("staff.usb_title"), rows=self._rows(), message=self._message(), page=0, actions=(*presses, *back)
        )

    def do(self, action: str, value: str) -> Move | None:
        """Looks again, takes a stick, goes back."""
        if self._taking:
            return None
        self.touched = self.visit.tools.clock.monotonic()
        if action == "look":
            self._found = self._taken = None
            self._sticks.look()
        elif action == "take" and any(one.path == value for one in self._takeable()):
            self._taking, self._taken = True, None
            self._sticks.take(value)
        elif action == "done":
            self.staff.touched = self.touched
            self.staff.report = self.visit.tools.diagnosis.report()
            return Replace(self.staff)
        return None

    def hear(self, event: Event) -> Move | None:
        """What was found, and what became of it."""
        if isinstance(event, SticksFound):
            self._found = event.sticks
        elif isinstance(event, StickTaken):
            self._taking, self._taken = False, event
            self.touched = self.visit.tools.clock.monotonic()
        return None

    def tick(self, now: float) -> Move | None:
        """Shuts by itself, but not while a stick is in use."""
        if self._taking:
            return None
        return Leave() if now - self.touched > self.visit.tools.settings.staff_idle_s else None

    def _takeable(self) -> tuple[FoundStick, ...]:
        return tuple(one for one in self._found or () if one.revision is not None)[:MOST_STICKS]

    def _offers(self) -> tuple[Press, ...]:
        say, sticks = self.visit.say, self._takeable()
        if self._taken is not None and self._taken.code is None:
            return ()  # it is done; whoever has another stick looks again
        if len(sticks) == 1:
            return (Press(say("staff.usb_take"), "take", sticks[0].path, "download"),)
        return tuple(Press(say("staff.usb_take_one", name=one.name), "take", one.path, "download") for one in sticks)

    def _message(self) -> str:
        say = self.visit.say
        if self._taking:
            return say("staff.usb_taking")
        if self._taken is not None:
            code = self._taken.code
            if code is not None:
                return say(SENTENCES.get(code, "staff.usb_not_taken"), code=code.value)
            return say("staff.usb_done")
        if self._found is None:
            return say("staff.usb_looking")
        return say("staff.usb_look_at") if self._takeable() else say("staff.usb_none")

    def _rows(self) -> tuple[tuple[str, str, bool], ...]:
        if self._taken is not None:
            return self._outcome(self._taken)
        rows: list[tuple[str, str, bool]] = []
        for one in self._found or ():
            rows += self._about(one)
        return tuple(rows)

    def _about(self, one: FoundStick) -> list[tuple[str, str, bool]]:
        say = self.visit.say
        if one.revision is None or one.made_at is None:
            return [(one.name, say("staff.usb_nothing_on_it"), False)]
        zone = self.visit.tools.clock.now().tzinfo
        made = one.made_at.astimezone(zone).date()
        rows = [
            (say("staff.usb_name"), one.name, True),
            (say("staff.usb_revision"), say("staff.usb_revision_number", n=one.revision), True),
            (say("staff.usb_made"), wording.month_day(say, made), True),
            (say("staff.usb_size"), say("staff.usb_megabytes", n=f"{max(one.bytes, 1 << 17) / (1 << 20):.1f}"), True),
        ]
        return rows if one.writable else [*rows, (say("staff.usb_mail"), say("staff.usb_read_only"), False)]

    def _outcome(self, taken: StickTaken) -> tuple[tuple[str, str, bool], ...]:
        say = self.visit.say
        if taken.code is not None:
            content = say("staff.usb_kept"), False
        else:
            content = say("staff.usb_fresh" if taken.fresh else "staff.usb_same", n=taken.revision or 0), True
        rows = [(say("staff.usb_content"), *content)]
        if taken.handed is not None:
            rows.append((say("staff.usb_mail"), say("staff.usb_handed", n=taken.handed), True))
        elif taken.mail_code is not None:
            rows.append((say("staff.usb_mail"), say("staff.usb_not_handed", code=taken.mail_code.value), False))
        else:
            rows.append((say("staff.usb_mail"), say("staff.usb_no_mail"), True))
        if taken.home:
            rows.append((say("staff.usb_home"), say("staff.usb_home_count", n=taken.home), True))
        return tuple(rows)
