"""The hub as one: its parts over one database and one home, wired once. Web pages and commands begin here."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from domain.errors import Code, HubStoreError, SyncError
from domain.unmet import LEAST_VISITS
from hub import audit
from hub.alarm_judge import Judge
from hub.alarm_rules import Rules
from hub.alarms import Alarms
from hub.audit import AuditLog
from hub.candidates import Candidates
from hub.care import Caring
from hub.corrections import Corrections
from hub.devices import Devices
from hub.enrolment import Enrolling
from hub.fleet import Fleet
from hub.freshness import Ledger
from hub.gaps import Gaps
from hub.home import HubHome
from hub.importing import Importing
from hub.importing.trials import Trials
from hub.issuing import Issuing
from hub.items import Items
from hub.passphrases import Passphrases
from hub.passwords import Passwords
from hub.people import People
from hub.publishing import Press
from hub.rehearsal import Rehearsal
from hub.release_work import ReleaseWork
from hub.releases import Releases
from hub.reminders import Reminders
from hub.reports import Reports
from hub.rollouts import Rollouts, route_of
from hub.searching import ItemSearch
from hub.sessions import Sessions
from hub.settings import HubSettings, load
from hub.store import Store, sqlite_url, utc_now
from hub.tasks import Tasks
from hub.ticket_book import TicketBook
from hub.upkeep import Upkeep
from hub.usb import Sticks

ZONE = ZoneInfo("Asia/Shanghai")
"""Where the city's people work; the database keeps UTC."""


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that a page or a command needs. Close it, or use it with `with`."""

    settings: HubSettings
    home: HubHome
    store: Store
    people: People
    sessions: Sessions
    items: Items
    tasks: Tasks
    releases: Releases
    issuing: Issuing
    release_work: ReleaseWork
    rollouts: Rollouts
    importing: Importing
    trials: Trials
    gaps: Gaps
    ledger: Ledger
    reminders: Reminders
    audit: AuditLog
    search: ItemSearch
    candidates: Candidates
    devices: Devices
    enrolling: Enrolling
    reports: Reports
    corrections: Corrections
    book: TicketBook
    alarms: Alarms
    rules: Rules
    fleet: Fleet
    care: Caring
    upkeep: Upkeep
    press: Press
    sticks: Sticks

    @classmethod
    def open(
        cls,
        settings: HubSettings,
        home: HubHome,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        passwords: Passwords | None = None,
    ) -> Office:
        """Opens (and makes or migrates) the database, and ends a release that a kill left half-way.

        Raises `HubStoreError` (D-06 a newer database, D-07 one that cannot be reached, D-09 a restore that was stopped
        half-way), OSError.
        """
        home.prepare()
        url = settings.database.get_secret_value() if settings.database else sqlite_url(home.database)
        store = Store(url)
        press = Press(home.public, home.keys, home.publishing)
        items = Items(store, now=now, zone=ZONE)
        passphrases = Passphrases(store, settings.login, now=now)
        releases = Releases(store, now=now)
        issuing = Issuing(store, press, route=route_of(settings.rollout), passphrases=passphrases, now=now)
        devices = Devices(store, now=now)
        rules = Rules(settings.alarms)
        alarms = Alarms(store, rules, now=now)
        judge = Judge(store, rules, now=now, zone=ZONE)
        least = 1 if settings.demo else LEAST_VISITS
        reports = Reports(store, now=now, least=least, zone=ZONE, heard=judge.heard)
        fleet = Fleet(store, alarms, now=now, zone=ZONE)
        book = TicketBook(store, items, now=now, zone=ZONE)
        rollouts = Rollouts(store, press, fleet, rules=settings.rollout, passphrases=passphrases, now=now)
        search = ItemSearch(home.catalogue, items, releases, now=now)
        rehearsal = Rehearsal(home.folder, search, items, releases, now=now)
        importing = Importing(store, now=now, zone=ZONE)
        ledger = Ledger(store, items, settings.content.verify_days, now=now, zone=ZONE)
        hashing = passwords or Passwords()
        office = cls(
            settings=settings,
            home=home,
            store=store,
            people=People(store, hashing, settings.login, now=now),
            sessions=Sessions(store, hashing, settings.session, settings.login, demo=settings.demo, now=now),
            items=items,
            tasks=Tasks(store, settings.content.verify_days, now=now),
            releases=releases,
            issuing=issuing,
            release_work=ReleaseWork(home.release_work),
            rollouts=rollouts,
            importing=importing,
            trials=Trials(store, importing, items, home.mappings, now=now),
            gaps=Gaps(store, items, now=now, zone=ZONE),
            ledger=ledger,
            reminders=Reminders(store, items, ledger, now=now, zone=ZONE),
            audit=AuditLog(store),
            search=search,
            candidates=Candidates(store, items, search, rehearsal, now=now, zone=ZONE),
            devices=devices,
            enrolling=Enrolling(store, settings.uplink.enrolments_per_address, now=now),
            reports=reports,
            sticks=Sticks(store, press, devices, reports, now=now),
            corrections=Corrections(store, now=now),
            book=book,
            alarms=alarms,
            rules=rules,
            fleet=fleet,
            care=Caring(store, now=now),
            upkeep=Upkeep(store, judge, book, rollouts, now=now),
            press=press,
        )
        try:
            _whole(store, press)
            issuing.recover()
            rollouts.reconcile()
        except BaseException:
            office.close()
            raise
        return office

    @classmethod
    def of(cls, config: Path | None = None, environ: Mapping[str, str] = os.environ) -> Office:
        """The office that settings and environment describe. Raises `SettingsError` and as `open`."""
        return cls.open(load(config, environ), HubHome.of(environ))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives database and catalogue back."""
        self.search.close()
        self.store.close()


def _whole(store: Store, press: Press) -> None:
    """Raises `HubStoreError` (D-09) when something was released from this home of which the database knows nothing."""
    if store.read(lambda connection: audit.head(connection)[0]):
        return
    try:
        latest = press.latest()
    except SyncError:
        return  # without its keys nobody can tell; publishing will
    if latest is not None:
        detail = f"{press.public} has release {latest[0]}, the database has nothing: hub restore DIR"
        raise HubStoreError(Code.HALF_RESTORED, detail)
