"""Today's notices (通知)."""

from __future__ import annotations

from domain import wording
from journeys.moves import Move, Quiet
from journeys.views import NoticeLine, Notices
from journeys.visit import Visit


class NoticesStep(Quiet):
    """What is shown in this kiosk's district today, warnings first."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.page = 0

    def view(self) -> Notices:
        """The page."""
        visit, say = self.visit, self.visit.say
        lines = []
        for notice in visit.catalogue.notices(visit.tools.place.district):
            when = say("notice.until", date=wording.month_day(say, notice.show_until)) if notice.show_until else ""
            tone = "warn" if notice.level == "warn" else "sea"
            lines.append(NoticeLine(notice.id, notice.name, notice.text, when, "warn" if tone == "warn" else "sea"))
        return Notices(
            say("notices.title"), say("notices.line"), tuple(lines), self.page, "" if lines else say("notices.empty")
        )

    def do(self, action: str, value: str) -> Move | None:
        """Pages."""
        if action == "page" and value.isdigit():
            self.page = int(value)
        return None
