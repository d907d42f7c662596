"""Candidates for aliases (叫法候选): what kiosks report was asked in vain, and what becomes of it.

Reports come in whole files or not at all. A candidate becomes an alias through a draft of its item, which goes through
both reviews like every other; or it is declined with a reason, which is remembered. Whether search meets a question is
never guessed: it is searched, as a kiosk would, in what is out and in what would be.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from domain.search import Results
from domain.unmet import LONGEST, Unmet, UnmetFile
from hub import audit
from hub.audit import COMMAND_LINE, Event
from hub.candidate import NOTHING, TOP, Answer, Asked, Board, Candidate, Decision, Found, Rate, Standing, Taken, Trial
from hub.item import Version
from hub.items import Items
from hub.people import Person, person_of
from hub.refusal import Reason, Refused
from hub.rehearsal import Rehearsal
from hub.searching import ItemSearch
from hub.store import Store, moment, utc_now, written
from hub.tables import candidate_decisions, people, unmet_report
from hub.workflow import CITY, Actor, Role, Status

DAYS = 90
"""Reports that old count; a round of sticks takes some weeks."""

MOST = 300
"""Candidates on the board, those of most kiosks."""

MOST_NEIGHBOURS = 60
"""Other words that a trial looks at."""

LONGEST_REASON = 200

Added = Mapping[str, Sequence[str]]


def note_unmet(connection: Connection, kiosk: str, queries: Sequence[Unmet]) -> Taken:
    """Notes what a kiosk was asked in vain, in the caller's transaction; a day that was told before keeps the larger
    count.
    """
    here = unmet_report.c
    held = {
        (row.day, row.text): row.visits for row in connection.execute(select(unmet_report).where(here.kiosk == kiosk))
    }
    grown = same = 0
    coming: dict[tuple[str, str], int] = {}
    for one in queries:
        key = (one.day.isoformat(), one.text)
        if key not in held:
            coming[key] = one.visits
        elif one.visits > held[key]:
            grown += 1
            connection.execute(
                update(unmet_report)
                .where(here.kiosk == kiosk, here.day == key[0], here.text == key[1])
                .values(visits=one.visits)
            )
        else:
            same += 1
    if coming:
        rows = [{"kiosk": kiosk, "day": day, "text": text, "visits": visits} for (day, text), visits in coming.items()]
        connection.execute(insert(unmet_report), rows)
    return Taken(len(coming), grown, same)


class Candidates:
    """The board, and what people do with it.

    Who writes for the city, or reviews for it, sees everything and may decline; a department's people see the
    candidates that lead to their items. Whatever changes something raises `Refused`, and nothing was changed then.
    """

    def __init__(
        self,
        store: Store,
        items: Items,
        search: ItemSearch,
        rehearsal: Rehearsal,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        zone: dt.tzinfo = dt.UTC,
    ) -> None:
        self._store = store
        self._items = items
        self._search = search
        self._rehearsal = rehearsal
        self._now = now
        self._zone = zone
        self._lock = threading.Lock()
        self._live: tuple[int, dict[str, Answer]] = (0, {})
        self._coming: tuple[object, dict[str, Answer]] = (None, {})

    # Reports

    def take(self, files: Sequence[UnmetFile]) -> Taken:
        """Takes reports of kiosks in, all of `files` in one transaction. A day of a kiosk that was told before keeps
        the larger count, so that a file may come twice, and an older one after a newer one.
        """

        def work(connection: Connection) -> Taken:
            new = grown = same = 0
            for file in files:
                taken = note_unmet(connection, file.kiosk, file.queries)
                new, grown, same = new + taken.new, grown + taken.grown, same + taken.same
                told = {"new": taken.new, "made_at": file.made_at.isoformat()}
                audit.append(connection, self._now(), Event(COMMAND_LINE, "unmet.import", f"kiosk/{file.kiosk}", told))
            return Taken(new, grown, same)

        return self._store.run_tx(work)

    # Reading

    def board(self, person: Person) -> Board:
        """Everything that `person` may see, most kiosks first, then most visits. Blocks while things are tried out."""
        asked, decisions = self._store.read(self._held)
        live = self._answers_now([one.text for one in asked])
        standings = {text: self._standing(text, decision) for text, decision in decisions.items()}
        added: dict[str, list[str]] = {}
        for text, (standing, item, _) in standings.items():
            if standing is Standing.COMING and item is not None:
                added.setdefault(item.key, []).append(text)
        after = self._answers_then(added, asked, live)
        found = []
        for one in asked:
            now = live[one.text]
            standing, item, version = standings.get(one.text, (Standing.OPEN, None, None))
            found.append(
                Candidate(
                    asked=one,
                    standing=standing,
                    now=now,
                    after=(after or live)[one.text],
                    decision=decisions.get(one.text),
                    item=item,
                    version=version,
                )
            )
        whole = tuple(found)
        return Board(
            candidates=tuple(one for one in whole if _may_see(person.actor, one)),
            rate=Rate.of(tuple(one for one in whole if one.standing is not Standing.DECLINED)),
            revision=self._search.revision,
            complete=after is not None,
        )

    def waiting(self, person: Person) -> int:
        """How many candidates wait for somebody like `person`."""
        asked, decisions = self._store.read(self._held)
        open = [one for one in asked if one.text not in decisions]
        if not _of_the_city(person.actor):
            live = self._answers_now([one.text for one in open])
            open = [one for one in open if _leads_to(person.actor, live[one.text].hits)]
        return len(open)

    def look_for(self, query: str, limit: int = 8) -> tuple[Found, ...]:
        """Items that an alias could belong to."""
        return _answer(self._search.answer(query, limit), limit).hits

    def trial(self, text: str, key: str) -> Trial | None:
        """What `text` as an alias of the item would do; None when it cannot be tried out now.

        Raises `Refused`: no_such_candidate, no_such_item, not_live.
        """
        asked, _ = self._store.read(self._held)
        if text not in {one.text for one in asked}:
            raise Refused(Reason.NO_SUCH_CANDIDATE)
        item = self._items.get(key)
        live = self._items.live(key)
        if live is None:
            raise Refused(Reason.NOT_LIVE)
        others = [*_said(live), *(one.text for one in asked)]
        for hit in self._answers_now([text])[text].hits:
            near = self._items.live(hit.key) if hit.key != item.key else None
            others.extend(_said(near) if near is not None else ())
        words = [one for one in dict.fromkeys(others) if one != text][:MOST_NEIGHBOURS]
        with self._rehearsal.with_aliases({key: [text]}) as catalogue:
            if catalogue is None:
                return None
            moved = []
            for word in words:
                before, then = _answer(self._search.answer(word, TOP)), _answer(catalogue.search(word, limit=TOP))
                first, second = _first(before), _first(then)
                if first != second:
                    moved.append((word, first, second))
            return Trial(_answer(catalogue.search(text, limit=TOP)), tuple(moved), len(words))

    # Deciding

    def adopt(self, person: Person, text: str, key: str) -> Version:
        """Makes `text` an alias of the item, in a draft of it; a draft that is there already gets it, too.

        Raises `Refused`: no_such_candidate, already_decided, not_live, alias_there, item_being_changed, and as
        `Items.edit` and `Items.save` do.
        """
        self._check_open(text)
        answer = self._answers_now([text])[text]
        live = self._items.live(key)
        if live is None:
            raise Refused(Reason.NOT_LIVE)
        if text in (live.record["name"], *live.record.get("aliases", ())):
            raise Refused(Reason.ALIAS_THERE)
        version = self._items.edit(person, key)
        if version.status is not Status.DRAFT or version.retired:
            raise Refused(Reason.ITEM_BEING_CHANGED)
        aliases = list(version.record.get("aliases", ()))
        if text not in aliases:
            raw = {**version.record, "aliases": [*aliases, text]}
            version = self._items.save(person, key, raw, version.edits)
        met = answer.meets(key)
        self._note(person, text, "adopt", {"adopted": True, "item": key, "met": met}, {"item": key})
        return version

    def decline(self, person: Person, text: str, reason: str) -> None:
        """Nothing becomes of `text`, and why. Raises `Refused`: no_such_candidate, already_decided, remark_needed,
        not_for_the_city.
        """
        reason = reason.strip()[:LONGEST_REASON]
        with self._telling(person, text, "decline"):
            self._for_the_city(person)
            self._check_open(text)
            if not reason:
                raise Refused(Reason.REMARK_NEEDED)
            met = self._answers_now([text])[text].meets(None)
            self._note(person, text, "decline", {"adopted": False, "reason": reason, "met": met}, {"remark": reason})

    def reopen(self, person: Person, text: str) -> None:
        """What was declined is open again. Raises `Refused`: no_such_candidate, not_for_the_city."""
        with self._telling(person, text, "reopen"):
            self._for_the_city(person)
            self._reopen(person, text)

    def _reopen(self, person: Person, text: str) -> None:
        def work(connection: Connection) -> None:
            here = candidate_decisions.c
            gone = connection.execute(
                delete(candidate_decisions).where(here.text == text, here.adopted.is_(False))
            ).rowcount
            if not gone:
                raise Refused(Reason.NO_SUCH_CANDIDATE)
            audit.append(connection, self._now(), Event(person.id, "candidate.reopen", f"candidate/{text}"))

        self._store.run_tx(work)

    @contextlib.contextmanager
    def _telling(self, person: Person, text: str, what: str) -> Iterator[None]:
        """Tells the log of a refusal."""
        try:
            yield
        except Refused as refused:
            details = {"reason": refused.reason.value}
            told = Event(person.id, f"candidate.{what}", f"candidate/{text[:LONGEST]}", details, done=False)
            self._store.run_tx(lambda connection: audit.append(connection, self._now(), told))
            raise

    def _for_the_city(self, person: Person) -> None:
        actor = self._store.read(lambda connection: person_of(connection, person.id).actor)
        if not may_decline(actor):
            raise Refused(Reason.NOT_FOR_THE_CITY)

    def _check_open(self, text: str) -> None:
        def work(connection: Connection) -> Decision | None:
            known = connection.execute(select(unmet_report.c.text).where(unmet_report.c.text == text).limit(1)).first()
            if known is None:
                raise Refused(Reason.NO_SUCH_CANDIDATE)
            return _decisions(connection, text).get(text)

        decision = self._store.read(work)
        if decision is not None and self._standing(text, decision)[0] is not Standing.OPEN:
            raise Refused(Reason.ALREADY_DECIDED)

    def _note(
        self, person: Person, text: str, what: str, values: Mapping[str, object], details: Mapping[str, object]
    ) -> None:
        def work(connection: Connection) -> None:
            now = self._now()
            # A decision that came to nothing makes room for the next one; the log has both.
            connection.execute(delete(candidate_decisions).where(candidate_decisions.c.text == text))
            row = {"text": text, "person": person.id, "at": written(now), "revision": self._search.revision, **values}
            connection.execute(insert(candidate_decisions).values(row))
            audit.append(connection, now, Event(person.id, f"candidate.{what}", f"candidate/{text}", details))

        self._store.run_tx(work)

    # What is held, and what search says

    def _held(self, connection: Connection) -> tuple[list[Asked], dict[str, Decision]]:
        since = (self._now().astimezone(self._zone).date() - dt.timedelta(days=DAYS)).isoformat()
        here = unmet_report.c
        kiosks, visits = func.count(here.kiosk.distinct()), func.sum(here.visits)
        rows = connection.execute(
            select(here.text, kiosks.label("kiosks"), visits.label("visits"), func.max(here.day).label("last"))
            .where(here.day >= since)
            .group_by(here.text)
            .order_by(kiosks.desc(), visits.desc(), here.text)
            .limit(MOST)
        )
        asked = [Asked(row.text, int(row.kiosks), int(row.visits), dt.date.fromisoformat(row.last)) for row in rows]
        texts = {one.text for one in asked}
        return asked, {text: one for text, one in _decisions(connection).items() if text in texts}

    def _standing(self, text: str, decision: Decision) -> tuple[Standing, Found | None, Status | None]:
        """Where it stands, and of what was adopted the item and where its version stands."""
        if not decision.adopted or decision.item is None:
            return Standing.DECLINED, None, None
        item = self._items.get(decision.item)
        found = Found(item.key, item.name, item.department, "")
        live, open = self._items.live(item.key), self._items.open(item.key)
        if live is not None and text in live.record.get("aliases", ()):
            return Standing.LIVE, found, None
        if live is not None and open is not None and not open.retired and text in open.record.get("aliases", ()):
            return Standing.COMING, found, open.status
        return Standing.OPEN, None, None

    def _answers_now(self, texts: Iterable[str]) -> dict[str, Answer]:
        """What the newest release answers, searched once a release."""
        revision = self._search.revision
        with self._lock:
            if self._live[0] != revision:
                self._live = (revision, {})
            known = self._live[1]
        found = {}
        for text in texts:
            if text not in known:
                known[text] = _answer(self._search.answer(text, TOP))
            found[text] = known[text]
        return found

    def _answers_then(
        self, added: Added, asked: Sequence[Asked], live: Mapping[str, Answer]
    ) -> Mapping[str, Answer] | None:
        """What would be answered with `added` put in; None when that cannot be tried out."""
        if not added:
            return live
        mark = (self._search.revision, tuple(sorted((key, tuple(texts)) for key, texts in added.items())))
        texts = [one.text for one in asked]
        with self._lock:
            held, known = self._coming
            if held == mark and known.keys() >= set(texts):
                return known
            with self._rehearsal.with_aliases(added) as catalogue:
                if catalogue is None:
                    return None
                known = {text: _answer(catalogue.search(text, limit=TOP)) for text in texts}
            self._coming = (mark, known)
            return known


def may_decline(actor: Actor) -> bool:
    """Whether the person decides for the whole city."""
    return _of_the_city(actor) and bool(actor.roles & {Role.EDITOR, Role.COLLECTOR, Role.CITY_REVIEWER})


def _of_the_city(actor: Actor) -> bool:
    return actor.department == CITY or Role.COLLECTOR in actor.roles


def _may_see(actor: Actor, candidate: Candidate) -> bool:
    if _of_the_city(actor):
        return True
    own = (candidate.item,) if candidate.item is not None else candidate.now.hits
    return _leads_to(actor, own)


def _leads_to(actor: Actor, hits: Iterable[Found]) -> bool:
    return any(hit.department in actor.departments for hit in hits)


def _answer(results: Results | None, limit: int = TOP) -> Answer:
    if results is None:
        return NOTHING
    hits = tuple(
        Found(f"{hit.card.kind}/{hit.card.id}", hit.card.name, hit.card.department_id or "", hit.card.department or "")
        for hit in results.hits[:limit]
    )
    return Answer(bool(hits) and not results.weak, hits)


def _first(answer: Answer) -> str:
    return answer.hits[0].name if answer.sure else ""


def _said(version: Version) -> list[str]:
    """What people call an item already."""
    return [str(version.record["name"]), *map(str, version.record.get("aliases", ()))]


def _decisions(connection: Connection, text: str | None = None) -> dict[str, Decision]:
    wanted = select(candidate_decisions, people.c.name).join(people, people.c.id == candidate_decisions.c.person)
    if text is not None:
        wanted = wanted.where(candidate_decisions.c.text == text)
    return {
        row.text: Decision(row.adopted, row.item, row.reason, row.name, moment(row.at), row.revision, row.met)
        for row in connection.execute(wanted)
    }
