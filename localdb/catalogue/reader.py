"""An open catalogue file as the kiosk's `Catalogue`."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.errors import CatalogueError, Code
from domain.ports import CatalogueInfo, OrgBranch, R
from domain.records import Calendar, Change, Home, LifeEvent, Notice, Org, Place, Rule, Topic
from domain.search import EVERYTHING, Card, LexiconWord, Narrowing, Results
from localdb.catalogue import browse, facts, numbers, tree
from localdb.catalogue.file import open_file
from localdb.catalogue.search.normalise import Normaliser
from localdb.catalogue.search.pipeline import Search
from localdb.catalogue.search.scope import Scope
from localdb.catalogue.search.vocabulary import Vocabulary

Today = Callable[[], dt.date | None]
"""The day, or None while the clock cannot be trusted."""

MOST_SPARE = 400
"""Hidden cards that a search reaches past; more of them at once than this were a catalogue that nobody keeps."""


class CatalogueFile:
    """The read model of one revision; implements `domain.ports.Catalogue`.

    Opening takes a few milliseconds: the vocabulary is read at the first search (`warm` does it ahead of time). Safe in
    several threads. What is not valid today is never returned; without a trusted clock the day on which the catalogue
    was made counts, since it cannot be earlier than that. When the file can no longer be read, every method raises
    `CatalogueError` (D-01) and the object stays usable: the next call tries again.

    Raises `CatalogueError` when opened: D-01 missing, cut short or not a database; D-02 another layout.
    """

    def __init__(self, path: Path, today: Today) -> None:
        self.path = path
        self._pool, self._info = open_file(path)
        self._today = today
        self._lock = threading.Lock()
        self._search: Search | None = None
        self._hidden: tuple[dt.date, int] | None = None

    def __repr__(self) -> str:
        return f"CatalogueFile({self.path.name}, revision {self._info.revision})"

    @property
    def info(self) -> CatalogueInfo:
        return self._info

    def close(self) -> None:
        """Gives the file back; calls under way end first."""
        self._pool.close()

    def warm(self) -> None:
        """Reads what the first search would have to read; for a thread that has nothing else to do."""
        with self._reading() as connection:
            self._ready(connection)

    def search(self, query: str, *, limit: int = 30, narrow: Narrowing = EVERYTHING, facets: bool = False) -> Results:
        day = self._day()
        scope = Scope(day.isoformat(), narrow)
        with self._reading() as connection:
            search, spare = self._ready(connection), self._spare(connection, day)
            return search.run(connection, query, scope, limit=limit, facets=facets, spare=spare)

    def get(self, kind: type[R], id: str) -> R | None:
        with self._reading() as connection:
            return browse.get(connection, kind, id, self._day())

    def cards(self, ids: Sequence[str]) -> tuple[Card, ...]:
        with self._reading() as connection:
            return browse.cards(connection, ids, self._day())

    def by_theme(self, themes: Sequence[str], audience: str | None = None) -> tuple[Card, ...]:
        with self._reading() as connection:
            return browse.listed(connection, "theme", themes, self._day(), audience)

    def by_department(self, org: str) -> tuple[Card, ...]:
        with self._reading() as connection:
            return tree.by_department(connection, org, self._day())

    def at_place(self, place: str) -> tuple[Card, ...]:
        with self._reading() as connection:
            return browse.listed(connection, "place", [place], self._day())

    def orgs(self, parent: str | None) -> tuple[Org, ...]:
        with self._reading() as connection:
            return browse.orgs(connection, parent, self._day())

    def org_tree(self) -> tuple[OrgBranch, ...]:
        with self._reading() as connection:
            return tree.branches(connection, self._day())

    def facts(self) -> tuple[tuple[Card, tuple[str, ...]], ...]:
        with self._reading() as connection:
            return facts.facts(connection, self._day())

    def places(self) -> tuple[Place, ...]:
        with self._reading() as connection:
            return browse.places(connection, self._day())

    def life_events(self) -> tuple[LifeEvent, ...]:
        with self._reading() as connection:
            return browse.life_events(connection, self._day())

    def topics(self) -> tuple[Topic, ...]:
        with self._reading() as connection:
            return browse.topics(connection, self._day())

    def notices(self, district: str | None) -> tuple[Notice, ...]:
        with self._reading() as connection:
            return browse.notices(connection, district, self._day())

    def rules(self) -> tuple[Rule, ...]:
        with self._reading() as connection:
            return browse.rules(connection, self._day())

    def home(self) -> Home | None:
        with self._reading() as connection:
            return browse.home(connection, self._day())

    def calendar(self, year: int) -> Calendar | None:
        with self._reading() as connection:
            return browse.calendar(connection, year)

    def translation(self, id: str, lang: str) -> Mapping[str, Any]:
        with self._reading() as connection:
            return browse.translation(connection, id, lang)

    def by_number(self, number: int) -> str | None:
        with self._reading() as connection:
            return numbers.by_number(connection, number)

    def changes(self, of: str) -> tuple[Change, ...]:
        with self._reading() as connection:
            return numbers.changes(connection, of)

    def names(self, ids: Sequence[str], lang: str) -> Mapping[str, str]:
        with self._reading() as connection:
            return browse.names(connection, ids, lang)

    def lexicon(self) -> tuple[LexiconWord, ...]:
        with self._reading() as connection:
            return browse.lexicon(connection)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._pool.connect() as connection:
                yield connection
        except (sqlite3.Error, ValidationError, ValueError) as error:
            raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{self.path.name}: {error.__class__.__name__}") from error

    def _day(self) -> dt.date:
        return self._today() or self._info.made_at.date()

    def _ready(self, connection: sqlite3.Connection) -> Search:
        with self._lock:
            if self._search is None:
                plain = Normaliser()
                rows = connection.execute(
                    "SELECT plain, relation, target, weight, intent FROM meaning ORDER BY vocabulary, number"
                )
                cards = connection.execute("SELECT count(*) FROM card").fetchone()[0]
                self._search = Search(plain, Vocabulary.read(rows, plain), cards)
            return self._search

    def _spare(self, connection: sqlite3.Connection, day: dt.date) -> int:
        """How many cards are hidden on `day`, at most `MOST_SPARE`; counted once a day."""
        if self._hidden is None or self._hidden[0] != day:
            count = connection.execute(
                "SELECT (SELECT count(*) FROM card WHERE valid_from > :day)"
                " + (SELECT count(*) FROM card WHERE valid_until < :day)",
                {"day": day.isoformat()},
            ).fetchone()[0]
            self._hidden = (day, min(count, MOST_SPARE))
        return self._hidden[1]
