"""The kiosk's side of reporting home: fills the outbox, hands what is due to the sync process, notes the answers.

The screen process alone writes `device.db`; the sync process alone talks to the hub. Between them go lines
(`kiosk.delivering`). One batch is under way at a time; one whose process ended is handed over again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import random
import threading
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from domain.errors import CodedError, DeviceStoreError
from kiosk.health_report import Proof, Sources, health, note_start
from kiosk.tally import CodeCounter, DayTally, Tally

if TYPE_CHECKING:
    from domain.events import Event, JobState
    from domain.ports import Faulty
    from domain.unmet import Unmet as Question
    from kiosk.settings import Settings
    from localdb.device.outbox import OutboxState, Waiting
    from uplink.identity import IdentityFolder
    from uplink.messages import Counters

log = logging.getLogger(__name__)

SEQ: Final = "uplink.seq"
PROOF: Final = "uplink.proof"
NEIGHBOURS: Final = "fleet.neighbours"

BATCH: Final = 50
BATCH_BYTES: Final = 40_000
"""A line of a batch fits into an empty pipe, so that whoever writes another line is never kept waiting."""

PATIENCE_S: Final = 180.0
"""After this a batch counts as lost; a delivery gives up long before."""

LOOK_S: Final = 5.0
"""How often it is looked whether anything is due."""

COUNTERS_S: Final = 900.0
"""Counts of a day are told this often, and when the day is over."""

MOST_REMEMBERED: Final = 200
"""Ids of messages that came home, so that a page can say so."""


class Outbox(Protocol):
    """Of `device.db`, as `localdb.device.store.DeviceStore` has it; each raises `DeviceStoreError`."""

    def put_message(self, kind: str, body: str, name: str | None = None) -> str | None: ...
    def due_messages(self, most: int, most_bytes: int) -> tuple[Waiting, ...]: ...
    def waiting_messages(self) -> tuple[Waiting, ...]: ...
    def settle_messages(self, fates: Mapping[str, str]) -> None: ...
    def postpone_messages(self, ids: Collection[str]) -> None: ...
    def hasten_messages(self) -> None: ...
    def outbox(self) -> OutboxState: ...
    def slip_counts(self, since: dt.datetime) -> Mapping[JobState, int]: ...
    def unmet(self) -> tuple[Question, ...]: ...


class Post(Protocol):
    """The way to the sync process."""

    @property
    def process(self) -> int | None:
        """Its id, None before the first."""
        ...

    def tell(self, line: bytes) -> bool:
        """Hands it a line; whether there is a process that was given it."""
        ...


class Reporter:
    """Port `Reports`. A thread of its own reports every `report.every_s`, give or take a fifth, while this kiosk is
    enrolled; until then nothing is collected but corrections, which wait.

    Whatever goes wrong here is logged, and the kiosk goes on. `close` ends the thread; what waits stays in `device.db`.
    """

    def __init__(
        self,
        settings: Settings,
        folder: IdentityFolder,
        store: Outbox,
        post: Post,
        sources: Sources,
        tally: DayTally,
        codes: CodeCounter,
    ) -> None:
        self._every_s = settings.report.every_s
        self._folder = folder
        self._store = store
        self._post = post
        self._sources = sources
        self._tally = tally
        self._codes = codes
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._enrolled = False
        self._batch = 0
        self._under_way: tuple[int, frozenset[str], int | None, float] | None = None
        self._drift_s: int | None = None
        self._home: dict[str, None] = {}
        self._proof: Proof | None = None
        self._counted_at = float("-inf")
        self._seq = 0
        self._thread = threading.Thread(target=self._run, name="reporting", daemon=True)

    # What journeys and events tell

    @property
    def ready(self) -> bool:
        """Whether this kiosk has a hub to report to."""
        return self._enrolled

    def visit_began(self) -> None:
        self._tally.visit_began()

    def result_opened(self, place: int) -> None:
        self._tally.result_opened(place)

    def correct(self, item: str, revision: int, field: Faulty) -> str:
        from uplink.messages import Correction, body_of, canonical

        day = self._sources.clock.now().date()
        body = body_of(Correction(item=item, revision=revision, field=field, day=day))
        try:
            id = self._store.put_message("correction", canonical(body).decode())
        except DeviceStoreError as error:
            log.warning("a correction is lost: %s", error.detail, extra={"code": error.code})
            return ""
        self._wake.set()
        return id or ""

    def arrived(self, message: str) -> bool:
        return message in self._home

    def waiting(self) -> tuple[int, int] | None:
        """How many messages wait, and how many the hub will not have; None for a kiosk that is not enrolled.

        Raises `DeviceStoreError`.
        """
        if not self._folder.enrolled:
            return None
        state = self._store.outbox()
        return state.waiting, state.dead

    def hear(self, event: Event) -> None:
        """An event of a device."""
        self._tally.hear(event)

    # By stick

    def for_a_stick(self) -> tuple[Waiting, ...]:
        """Everything that there is to say now, and all that waits; nothing while this kiosk is not enrolled. It goes on
        waiting until the hub has answered. Raises `DeviceStoreError`.
        """
        if not self._folder.enrolled:
            return ()
        self._counted_at = float("-inf")
        self.report()
        return self._store.waiting_messages()

    def answered(self, fates: Mapping[str, str], newest: int) -> None:
        """Notes what the hub has answered on a stick, as over the line. Raises `DeviceStoreError`."""
        self._store.settle_messages(fates)
        self._note_home(fates)
        with self._lock:
            self._seq = max(self._seq, newest)

    def _note_home(self, fates: Mapping[str, str]) -> None:
        for id, fate in fates.items():
            if fate in ("stored", "duplicate"):
                self._home[id] = None
        while len(self._home) > MOST_REMEMBERED:
            self._home.pop(next(iter(self._home)))

    # Its life

    def start(self) -> Self:
        """Begins to report."""
        self._enrolled = self._folder.enrolled
        note_start(self._sources.marks, self._sources.clock.now())
        self._proof = _kept_proof(self._sources.marks.get(PROOF))
        logging.getLogger().addHandler(self._codes)
        self._thread.start()
        return self

    def close(self) -> None:
        """Ends the thread."""
        self._closing = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()
        logging.getLogger().removeHandler(self._codes)

    def _run(self) -> None:
        monotonic = self._sources.clock.monotonic
        due = monotonic()
        while not self._closing:
            try:
                self._enrolled = self._folder.enrolled
                if self._enrolled:
                    if monotonic() >= due:
                        due = monotonic() + self._every_s * random.uniform(0.8, 1.2)
                        self.report()
                    self.hand_over()
            except CodedError as error:
                log.warning("not reported: %s", error.detail, extra={"code": error.code})
            except Exception:
                log.exception("not reported")
            self._wake.wait(max(0.05, min(LOOK_S, due - monotonic())))
            self._wake.clear()

    # Filling the outbox

    def report(self) -> None:
        """Puts into the outbox what there is to say now. Raises `DeviceStoreError`."""
        from uplink.messages import body_of

        monotonic = self._sources.clock.monotonic()
        counted = self._tally.counted()
        if len(counted) > 1 or monotonic - self._counted_at >= COUNTERS_S:
            self._counted_at = monotonic
            for tally in counted:
                if self._sources.clock.trusted:
                    self._put("counters", body_of(self._counters(tally)), tally.day)
            self._put_unmet()
        self._put_receipt()
        seq = self._next_seq()
        last = counted[-1].last_visit
        body = health(self._sources, seq, proof=self._proof, last_visit=last, drift_s=self._drift_s)
        self._put("health", body, None)

    def _put(self, kind: str, body: Mapping[str, Any], of: object) -> None:
        from uplink.messages import canonical

        name = kind if of is None else f"{kind}/{of}"
        self._store.put_message(kind, canonical(body).decode(), name)

    def _counters(self, tally: Tally) -> Counters:
        from uplink.messages import Counters, OpenedResults

        day, opened = tally.day, None
        if tally.opened:
            opened = OpenedResults(all=tally.opened, first=tally.first)
        zone = self._sources.clock.now().tzinfo
        begin = dt.datetime.combine(day, dt.time(), zone)
        since, until = (self._store.slip_counts(moment) for moment in (begin, begin + dt.timedelta(days=1)))
        slips = {state: count - until.get(state, 0) for state, count in since.items()}
        done = {state: count for state, count in slips.items() if state.final and count > 0}
        return Counters(day=day, sessions=tally.sessions, slips=done, reader=dict(tally.reader), opened=opened)

    def _put_unmet(self) -> None:
        from uplink.messages import MOST_UNMET, Unmet, UnmetCount, body_of

        days: dict[dt.date, list[Question]] = {}
        for one in self._store.unmet():
            days.setdefault(one.day, []).append(one)
        for day, asked in sorted(days.items()):
            most = sorted(asked, key=lambda one: (-one.visits, one.text))[:MOST_UNMET]
            queries = tuple(UnmetCount(text=one.text, visits=one.visits) for one in most)
            self._put("unmet", body_of(Unmet(day=day, queries=queries)), day)

    def _put_receipt(self) -> None:
        from uplink.messages import Receipt, body_of

        proof = self._proof
        try:
            held = self._sources.catalogue.current()
            shown = (held.info.revision, held.info.digest) if held is not None else None
        except CodedError:
            return  # a catalogue that cannot be read any more is told of in the log
        if proof is None or shown != (proof.revision, proof.digest):
            return
        if self._sources.marks.get("uplink.receipt") != f"{proof.revision} {proof.digest}":
            receipt = Receipt(revision=proof.revision, digest=proof.digest, at=proof.at)
            self._put("receipt", body_of(receipt), proof.revision)
            self._sources.marks.put("uplink.receipt", f"{proof.revision} {proof.digest}")

    def _next_seq(self) -> int:
        """Grows from report to report, also over a `device.db` that was lost, as long as the clock is right; where it
        is not, the hub's answer says how far it has got.
        """
        with self._lock:
            if not self._seq:
                kept = self._sources.marks.get(SEQ) or ""
                self._seq = int(kept) if kept.isascii() and kept.isdigit() and len(kept) < 16 else 0
            self._seq = max(self._seq + 1, int(self._sources.clock.now().timestamp() * 1000))
            self._sources.marks.put(SEQ, str(self._seq))
            return self._seq

    # Handing over

    def hand_over(self) -> None:
        """Gives the sync process what is due, unless it has something under way. Raises `DeviceStoreError`."""
        now, process = self._sources.clock.monotonic(), self._post.process
        with self._lock:
            if self._under_way is not None:
                _, _, whose, since = self._under_way
                if whose == process and now - since < PATIENCE_S:
                    return
                self._under_way = None
        due = self._store.due_messages(BATCH, BATCH_BYTES)
        if not due or process is None:
            return
        with self._lock:
            self._batch += 1
            number = self._batch
            self._under_way = number, frozenset(one.id for one in due), process, now
        if not self._post.tell(_line(number, due)):
            with self._lock:
                self._under_way = None

    def heard(self, said: Mapping[str, Any]) -> None:
        """What the sync process tells of a batch, or has proved. Never raises for what it says."""
        try:
            if said["event"] in ("checked", "ready"):
                self._note_proof(said)
            elif said["event"] in ("sent", "unsent"):
                self._note_delivery(said)
        except (KeyError, TypeError, ValueError, OverflowError):
            log.warning("the sync process tells of a delivery what is none")
        except DeviceStoreError as error:
            log.warning("an answer is not noted: %s", error.detail, extra={"code": error.code})

    def _note_proof(self, said: Mapping[str, Any]) -> None:
        at = dt.datetime.fromisoformat(said["at"])
        self._proof = Proof(int(said["revision"]), str(said["digest"]), at.astimezone(dt.UTC))
        with contextlib.suppress(DeviceStoreError):
            self._sources.marks.put(PROOF, f"{self._proof.revision} {self._proof.digest} {int(at.timestamp())}")

    def _note_delivery(self, said: Mapping[str, Any]) -> None:
        with self._lock:
            if self._under_way is None or self._under_way[0] != said["batch"]:
                return
            ids = self._under_way[1]
            self._under_way = None
        fates = {id: str(fate) for id, fate in dict(said.get("fates") or {}).items() if id in ids}
        if fates:
            self._store.settle_messages(fates)
        if missed := ids - fates.keys():
            self._store.postpone_messages(missed)
        if said["event"] == "unsent":
            return
        self._note_home(fates)
        if isinstance(said.get("drift_s"), int):
            self._drift_s = said["drift_s"]
        with self._lock:
            self._seq = max(self._seq, int(said.get("newest") or 0))
        self._sources.marks.put(NEIGHBOURS, json.dumps(list(said.get("neighbours") or []), ensure_ascii=False))
        self._store.hasten_messages()
        self._wake.set()


def _line(number: int, messages: Sequence[Waiting]) -> bytes:
    bodies = ",".join(
        f'{{"id":{json.dumps(one.id)},"kind":{json.dumps(one.kind)},"body":{one.body}}}' for one in messages
    )
    return f'send {{"batch":{number},"messages":[{bodies}]}}\n'.encode()


def _kept_proof(text: str | None) -> Proof | None:
    with contextlib.suppress(ValueError, OverflowError, OSError):
        revision, digest, at = (text or "").split()
        return Proof(int(revision), digest, dt.datetime.fromtimestamp(int(at), dt.UTC))
    return None
