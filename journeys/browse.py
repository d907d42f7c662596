"""Lists to browse: a theme, a topic, the items of an organisation or a place, all life events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from domain.ports import Catalogue
from domain.records import Org, Place, Topic
from domain.search import Card
from journeys import rows, themes
from journeys.moves import Move, Open, Quiet
from journeys.views import ListPage, Press, Row
from journeys.visit import Visit


class ListStep(Quiet):
    """What all lists share: filters by audience, pages, opening a row. Rows are made once for each catalogue, language
    and filter, because a list may be long.
    """

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.audience = ""
        self.page = 0
        self._made: tuple[tuple[Catalogue, str, str], ListPage] | None = None
        visit.looked = True

    def view(self) -> ListPage:
        """The list."""
        key = (self.visit.catalogue, self.visit.lang, self.audience)
        if self._made is None or self._made[0] != key:
            self._made = (key, self.fresh())
        return replace(self._made[1], page=self.page)

    def fresh(self) -> ListPage:
        """The list, made anew."""
        return self.listed("", "", ())

    def listed(self, title: str, line: str, cards: Sequence[Card], actions: tuple[Press, ...] = ()) -> ListPage:
        """The page of `cards`."""
        filters = rows.audience_filters(self.visit, cards, self.audience)
        kept = rows.keep(cards, self.audience if filters else "")
        empty = "" if kept else self.visit.say("empty.list")
        return ListPage(title, line, filters, rows.rows(self.visit, kept), self.page, empty, actions)

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

    def fresh(self) -> ListPage:
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


class CodeStep(ListStep):
    """The items of one theme, by its code."""

    def __init__(self, visit: Visit, code: str) -> None:
        super().__init__(visit)
        self.code = code

    def fresh(self) -> ListPage:
        """The list."""
        cards = self.visit.catalogue.by_theme([self.code])
        return self.listed(themes.label(self.visit, self.code), self.visit.say.count("list.count", len(cards)), cards)


class TopicStep(ListStep):
    """An edited list."""

    def __init__(self, visit: Visit, id: str) -> None:
        super().__init__(visit)
        self.id = id

    def fresh(self) -> ListPage:
        """The list; empty when the topic is over."""
        topic = self.visit.catalogue.get(Topic, self.id)
        if topic is None:
            return self.listed("", "", ())
        return self.listed(topic.name, topic.intro or "", self.visit.catalogue.cards(topic.items))


class OrgItemsStep(ListStep):
    """What an organisation does for people, those below it included, and the way to its seat."""

    def __init__(self, visit: Visit, org: str) -> None:
        super().__init__(visit)
        self.org = org

    def fresh(self) -> ListPage:
        """The list."""
        say, catalogue = self.visit.say, self.visit.catalogue
        org = catalogue.get(Org, self.org)
        place = catalogue.get(Place, org.place) if org is not None and org.place else None
        actions = (Press(say("places.see"), "open", place.id, "place"),) if place is not None else ()
        cards = catalogue.by_department(self.org)
        return self.listed(org.name if org else "", say.count("list.count", len(cards)), cards, actions)


class PlaceItemsStep(ListStep):
    """What can be done at a place."""

    def __init__(self, visit: Visit, place: str) -> None:
        super().__init__(visit)
        self.place = place

    def fresh(self) -> ListPage:
        """The list."""
        place = self.visit.catalogue.get(Place, self.place)
        cards = self.visit.catalogue.at_place(self.place)
        return self.listed(place.name if place else "", self.visit.say.count("list.count", len(cards)), cards)


class FactsStep(ListStep):
    """便民查询: one-sentence answers, all of them or those of one theme."""

    THEMES = 7
    """So many themes, those with the most answers, have a chip of their own; the rest share one."""

    OTHER = "other"

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self.theme = ""

    def fresh(self) -> ListPage:
        """The list."""
        visit, say = self.visit, self.visit.say
        facts = visit.catalogue.facts()
        counts = Counter(theme for _, codes in facts for theme in codes[:1] if not theme.endswith(themes.VAGUE))
        common = [theme for theme, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[: self.THEMES]]
        under = {card.id: next((code for code in codes if code in common), self.OTHER) for card, codes in facts}
        shown = Counter(under.values())
        filters = tuple(
            (Press(say("narrow.option", name=label, n=shown[code]), "theme", code), code == self.theme)
            for code, label in (*((code, themes.label(visit, code)) for code in common), (self.OTHER, self._other()))
            if label and shown[code]
        )
        kept = [card for card, _ in facts if self.theme in ("", under[card.id])]
        line = say.count("result.total", len(kept))
        empty = "" if kept else say("empty.list")
        return ListPage(say("facts.title"), line, filters, rows.rows(visit, kept), self.page, empty)

    def _other(self) -> str:
        return self.visit.say("facts.other")

    def do(self, action: str, value: str) -> Move | None:
        """Themes, pages, rows."""
        if action == "theme":
            self.theme, self.page, self._made = "" if self.theme == value else value, 0, None
            return None
        return super().do(action, value)


class LifeEventsStep(ListStep):
    """All life events (一件事), those for one audience on request."""

    def fresh(self) -> ListPage:
        """The list."""
        visit, say = self.visit, self.visit.say
        everything = visit.catalogue.life_events()
        filters = rows.audience_filters(visit, everything, self.audience)
        events = rows.keep(everything, self.audience if filters else "")
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
        empty = "" if listed else say("empty.list")
        return ListPage(say("events.title"), say("events.line"), filters, listed, self.page, empty)
