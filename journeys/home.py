"""The home screen: everything starts here."""

from __future__ import annotations

import datetime as dt

from domain.events import ReaderState
from journeys.browse import FactsStep, LifeEventsStep, ThemeStep
from journeys.card_results import CardResultsStep
from journeys.card_sheet import CardSheetStep
from journeys.check_slip import CheckSlipStep
from journeys.departments import DepartmentsStep
from journeys.find import SearchStep
from journeys.moves import Ask, Declare, Go, Move, Open, Quiet
from journeys.notices import NoticesStep
from journeys.places import PlacesStep
from journeys.views import Home, HomeTile, Press, Tag
from journeys.visit import Visit

EVENT_ICONS = {
    "le-restaurant": "restaurant",
    "le-newborn": "child_friendly",
    "le-retire": "elderly",
    "le-house": "real_estate_agent",
}
"""Icons of life events that have one of their own; the rest share one."""

GREETINGS = (
    (5, "greeting.evening"),
    (11, "greeting.morning"),
    (13, "greeting.noon"),
    (18, "greeting.afternoon"),
)
"""(until which hour, sentence); later it is evening again."""

EVENTS_SHOWN = 4
TILES_SHOWN = 12
POPULAR_SHOWN = 4


def greeting_key(now: dt.datetime, trusted: bool) -> str:
    """Which greeting fits the hour; a neutral one while the clock is not trusted."""
    if not trusted:
        return "greeting.any"
    return next((key for until, key in GREETINGS if now.hour < until), GREETINGS[0][1])


class HomeStep(Quiet):
    """Order and tiles are content; only the tools are ours."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def view(self) -> Home:
        """The page."""
        say, catalogue, clock = self.visit.say, self.visit.catalogue, self.visit.tools.clock
        home = catalogue.home()
        events = catalogue.life_events()
        if home and home.life_events:
            first = {id: place for place, id in enumerate(home.life_events)}
            events = tuple(sorted(events, key=lambda event: first.get(event.id, len(first))))
        names = catalogue.names([event.id for event in events], self.visit.lang) if self.visit.lang != "zh-Hans" else {}
        labels = catalogue.translation(home.id, self.visit.lang) if home and self.visit.lang != "zh-Hans" else {}
        tiles = []
        for index, tile in enumerate(home.tiles[:TILES_SHOWN] if home else ()):
            label = str(_nth(labels.get("tiles"), index) or tile.label)
            if tile.item:
                tiles.append(HomeTile(label, tile.icon, "open", tile.item))
            else:
                tiles.append(HomeTile(label, tile.icon, "theme", str(index)))
        popular = []
        for index, query in enumerate(home.popular[:POPULAR_SHOWN] if home else ()):
            popular.append(Press(str(_nth(labels.get("popular"), index) or query), "ask", query))
        title, line, card = self._card()
        notices = catalogue.notices(self.visit.tools.place.district)
        notice = None
        if notices:
            warn = notices[0].level == "warn"
            notice = Tag(notices[0].name, "warning" if warn else "campaign", "warn" if warn else "sea")
        return Home(
            greeting=say(greeting_key(clock.now(), clock.trusted)),
            line=say("home.line"),
            events_head=say("home.events"),
            events=tuple(
                HomeTile(names.get(event.id, event.name), EVENT_ICONS.get(event.id, "fact_check"), "open", event.id)
                for event in events[:EVENTS_SHOWN]
            ),
            events_all=Press(say.count("home.events_all", len(events)), "events", "", "chevron_right"),
            ask_head=say("home.ask"),
            ask_hint=say("home.hint"),
            ask_modes=self._ways_to_write(),
            popular=tuple(popular),
            tiles=tuple(tiles),
            tools=(
                Press(say("tool.departments"), "departments", "", "account_tree"),
                Press(say("tool.events"), "events", "", "event_note"),
                Press(say("tool.places"), "places", "", "near_me"),
                Press(say("tool.facts"), "facts", "", "lightbulb"),
                Press(say("tool.notices"), "notices", "", "campaign"),
                Press(say("tool.check"), "check", "", "fact_check"),
            ),
            notice=notice,
            card_title=title,
            card_line=line,
            card=card,
        )

    def _ways_to_write(self) -> tuple[Press, ...]:
        say = self.visit.say
        keys = Press(say("mode.pinyin"), "type", "zh", "keyboard")
        if not self.visit.tools.handwriting.available:
            return (keys,)
        return keys, Press(say("mode.hand"), "type", "hand", "draw")

    def _card(self) -> tuple[str, str, Press]:
        """Title, line and button of the card's row: laying one down; back to what it brought; or, while there is no
        reader, the three taps that do without.
        """
        say, visit = self.visit.say, self.visit
        if visit.card.person is not None:
            again = Press(say("home.card_again"), "card", "", "contactless")
            return say("home.card_yours"), say("home.card_yours_line"), again
        if visit.tools.cards.state is ReaderState.ABSENT:
            return say("home.taps"), say("home.card_line"), Press(say("home.taps_go"), "declare", "", "touch_app")
        return say("home.card"), say("home.card_line"), Press(say("home.card_go"), "card", "", "contactless")

    def do(self, action: str, value: str) -> Move | None:
        """Leads on."""
        visit = self.visit
        if action == "type":
            return Go(SearchStep(visit, hand=value == "hand"))
        if action == "ask":
            return Ask(value)
        if action == "card" and visit.card.person is not None:
            return Go(CardResultsStep(visit, visit.card.person))
        if action == "card" and visit.tools.cards.state is not ReaderState.ABSENT:
            visit.card.code = None
            return Go(CardSheetStep(visit, self))
        if action == "declare":
            return Declare()
        if action == "events":
            return Go(LifeEventsStep(visit))
        if action == "departments":
            return Go(DepartmentsStep(visit))
        if action == "facts":
            return Go(FactsStep(visit))
        if action == "places":
            return Go(PlacesStep(visit))
        if action == "notices":
            return Go(NoticesStep(visit))
        if action == "check":
            return Go(CheckSlipStep(visit))
        if action == "theme" and value.isdigit():
            home = visit.catalogue.home()
            if home and int(value) < len(home.tiles):
                return Go(ThemeStep(visit, int(value)))
        if action == "open":
            return Open(value)
        return None


def _nth(values: object, index: int) -> object:
    return values[index] if isinstance(values, list) and index < len(values) else None
