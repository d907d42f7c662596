"""How long a visit waits for a person: the question 还在吗, and the seconds after a card was taken away."""

from __future__ import annotations

import math

from journeys.views import IdleSheet, Press, SessionBar
from journeys.visit import Visit, VisitSettings


class Idling:
    """The patience of the kiosk, in monotonic seconds.

    Without a card: so many seconds without a touch, then the question, then the end; big type gets the longer pair.
    With a card the first wait is shorter, because what is on the glass is about one person; once in `card_most_s` the
    question comes even while somebody touches, and an answer to it begins that time anew.

    A card that is taken away starts seconds of its own. Only 继续看 stops them: every other touch does what it always
    does while they run on, and so does opening a thing, over which the question then stands at once. A person needs one
    touch more for that; but whoever comes up to a screen that the one before has just left is asked before reading on.
    """

    def __init__(self, settings: VisitSettings, now: float) -> None:
        self._settings = settings
        self._touched = now
        self._asked: float | None = None

    def touched(self, now: float) -> None:
        """Somebody touched something, or laid a card down, so that nobody is asked for a while."""
        self._touched = now

    def answered(self, visit: Visit, now: float) -> None:
        """Whoever was asked is there."""
        if self._asked is not None:
            visit.card.since = now
        self._touched, self._asked = now, None

    def begin(self, now: float) -> None:
        """A visit begins or ends: nothing of the one before counts."""
        self._touched, self._asked = now, None

    def over(self, visit: Visit, now: float) -> bool:
        """Whether the visit ends now; asks when it is time to."""
        card, settings = visit.card, self._settings
        if card.leaving:
            return self._away_left(visit, now) <= 0
        if self._asked is not None:
            return now - self._asked >= self._alert(visit)
        if card.person is not None:
            idle = settings.card_idle_large_s if visit.large else settings.card_idle_s
            due = now - self._touched >= idle or now - card.since >= settings.card_most_s
        else:
            due = now - self._touched >= (settings.idle_large_s if visit.large else settings.idle_s)
        if due:
            self._asked = now
        return False

    def _alert(self, visit: Visit) -> float:
        return self._settings.alert_large_s if visit.large else self._settings.alert_s

    def _away_left(self, visit: Visit, now: float) -> float:
        since = visit.card.away_since
        return math.inf if since is None else max(0.0, self._settings.card_away_s - (now - since))

    def sheet(self, visit: Visit, now: float, *, barred: bool) -> IdleSheet | None:
        """The question, when it stands; `barred`: the page shows the seconds after a card itself."""
        say = visit.say
        if visit.card.leaving:
            if barred:
                return None
            left, total = self._away_left(visit, now), self._settings.card_away_s
            seconds = math.ceil(left)
            title, line = say("card.away_title"), say.count("card.away_line", seconds)
            loses = (say("card.away_loses"), say("idle.touch"))
            stay = say("card.stay")
        elif self._asked is not None:
            total = self._alert(visit)
            left = max(0.0, total - (now - self._asked))
            seconds = math.ceil(left)
            title, line = say("idle.title"), say.count("idle.line", seconds)
            loses = (say("idle.loses"), say("idle.touch"))
            stay = say("idle.stay")
        else:
            return None
        return IdleSheet(
            seconds=seconds,
            fraction=round(left / total, 3),
            title=title,
            line=line,
            loses=loses,
            actions=(Press(stay, "stay"), Press(say("idle.end"), "end", "", "logout")),
        )

    def bar(self, visit: Visit, now: float) -> SessionBar | None:
        """How long what the card brought stays; None without a card."""
        card, say = visit.card, visit.say
        if card.person is None:
            return None
        end = Press(say("idle.end"), "end", "", "logout")
        if card.leaving:
            left, total = self._away_left(visit, now), self._settings.card_away_s
            return SessionBar(
                seconds=math.ceil(left),
                fraction=round(left / total, 3),
                title=say("card.bar_away"),
                line=say("card.bar_away_line"),
                actions=(Press(say("card.stay"), "stay"), end),
            )
        if card.away_since is not None:
            return SessionBar(None, 1.0, say("card.bar_kept"), say("card.bar_kept_line"), (end,))
        line = say.count("card.promise_clear", int(self._settings.card_away_s))
        return SessionBar(None, 1.0, say("card.bar_lying"), line, (end,))
