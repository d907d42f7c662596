"""Lists to browse: a theme, a topic, the items of an organisation or a place, all life events."""

from __future__ import annotations

from collections.abc import Sequence

from domain.records import Org, Place, Topic
from domain.search import Card
from journeys import rows
from journeys.moves import Move, Open, Quiet
from journeys.views import ListPage, Row
from journeys.visit import Visit


class ListStep(Quiet):
    """What all lists share: filters by audience, pages, opening a row."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.audience = ""
        self.page = 0
        visit.looked = True

    def listed(self, title: str, line: str, cards: Sequence[Card]) -> ListPage:
        """The page of `cards`."""
        filters = rows.audience_filters(self.visit, cards, self.audience)
        kept = rows.keep(cards, self.audience if filters else "")
        return ListPage(
            title, line, filters, rows.rows(self.visit, kept), self.page, "" if kept else self.visit.say("empty.list")
        )

    def do(self, action: str, value: str) -> Move | None:
        """Filters, pages, rows."""
        if action == "audience":
            self.audience = "" if self.audience == value else value
            self.page = 0
        elif action == "page" and value.isdigit():
            self.page = int(value)
        elif action == "open":
            return Open(value)
        return None


class ThemeStep(ListStep):
    """The items of one home tile."""

    def __init__(self, visit: Visit, tile: int) -> None:
        super().__init__(visit)
        self.tile = tile

    def view(self) -> ListPage:
        """The list; empty when the tile went away with a newer catalogue."""
        catalogue = self.visit.catalogue
        home = catalogue.home()
        if home is None or self.tile >= len(home.tiles):
            return self.listed("", "", ())
        tile = home.tiles[self.tile]
        label = tile.label
        if self.visit.lang != "zh-Hans":
            labels = catalogue.translation(home.id, self.visit.lang).get("tiles")
            if isinstance(labels, list) and self.tile < len(labels):
                label = str(labels[self.tile])
        cards = catalogue.by_theme(tile.themes)
        return self.listed(label, self.visit.say.count("list.count", len(cards)), cards)


class TopicStep(ListStep):
    """An edited list."""

    def __init__(self, visit: Visit, id: str) -> None:
        super().__init__(visit)
        self.id = id

    def view(self) -> ListPage:
        """The list; empty when the topic is over."""
        topic = self.visit.catalogue.get(Topic, self.id)
        if topic is None:
            return self.listed("", "", ())
        return self.listed(topic.name, topic.intro or "", self.visit.catalogue.cards(topic.items))


class OrgItemsStep(ListStep):
    """What an organisation does for people."""

    def __init__(self, visit: Visit, org: str) -> None:
        super().__init__(visit)
        self.org = org

    def view(self) -> ListPage:
        """The list."""
        org = self.visit.catalogue.get(Org, self.org)
        cards = self.visit.catalogue.by_department(self.org)
        return self.listed(org.name if org else "", self.visit.say.count("list.count", len(cards)), cards)


class PlaceItemsStep(ListStep):
    """What can be done at a place."""

    def __init__(self, visit: Visit, place: str) -> None:
        super().__init__(visit)
        self.place = place

    def view(self) -> ListPage:
        """The list."""
        place = self.visit.catalogue.get(Place, self.place)
        cards = self.visit.catalogue.at_place(self.place)
        return self.listed(place.name if place else "", self.visit.say.count("list.count", len(cards)), cards)


class LifeEventsStep(ListStep):
    """All life events (一件事)."""

    def view(self) -> ListPage:
        """The list."""
        visit, say = self.visit, self.visit.say
        events = visit.catalogue.life_events()
        names = visit.catalogue.names([event.id for event in events], visit.lang) if visit.lang != "zh-Hans" else {}
        listed = tuple(
            Row(
                id=event.id,
                kind="life_event",
                title=names.get(event.id, event.name),
                alias=event.alias or "",
                why=((event.intro, False),) if event.intro else (),
                note=say.count("event.steps", len(event.steps)),
            )
            for event in events
        )
        return ListPage(
            say("events.title"), say("events.line"), (), listed, self.page, "" if listed else say("empty.list")
        )
