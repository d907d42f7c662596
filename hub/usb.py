"""Sticks, as the hub sees them: a release goes out on one, and what kiosks have put on it comes home.

Coming home is the same as over the line: who has signed is looked at first, then one call of `Reports.ingest` writes
each message once. An envelope that is not taken is named with its reason and stays on the stick; nothing of it is
taken. What was taken is answered on the stick, signed, so that the kiosk can forget it; then the envelope goes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from contentsync.usb import StickFolder, release_folder, unreadable
from domain.errors import Code, CodedError, SyncError
from hub import audit
from hub.audit import COMMAND_LINE, Event
from hub.device import Device
from hub.devices import Devices
from hub.people import Person
from hub.publishing import Press
from hub.reports import Carried, Reports, Sent
from hub.store import Store, utc_now
from uplink.messages import Placement
from uplink.sealing import SealingKey
from uplink.stick import (
    ANSWER,
    FOLDER,
    LONGEST_ENVELOPE,
    MOST_ANSWERED,
    Envelope,
    HubAnswer,
    id_of,
    is_device,
)

log = logging.getLogger(__name__)

ANSWERED_FOR = dt.timedelta(days=120)
"""How far back an answer names messages: longer than any stick is on its way."""


class Fate(StrEnum):
    """What became of an envelope. `taken` and `known` (it came before, or all that is in it did) are well; the others
    are refusals.
    """

    TAKEN = "taken"
    KNOWN = "known"
    FOREIGN = "foreign"
    """Nothing that a kiosk has put there."""
    DAMAGED = "damaged"
    """Cut off, too large, or no envelope."""
    MISPLACED = "misplaced"
    """Another kiosk's, or under another name."""
    UNKNOWN = "unknown"
    """No device that the hub knows, or a revoked one."""
    FORGED = "forged"
    """Its kiosk has not signed it so."""
    SEALED = "sealed"
    """Sealed for another hub."""

    @property
    def refused(self) -> bool:
        return self not in (Fate.TAKEN, Fate.KNOWN)


@dataclass(frozen=True, slots=True)
class Brought:
    """A file of a stick and what became of it. `kiosk`: its number, empty where nobody knows; counts of messages."""

    file: str
    fate: Fate
    kiosk: str = ""
    stored: int = 0
    known: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class Home:
    """What came home on a stick. `answered`: kiosks whose answer is on the stick now; `unanswered`: those for whom it
    could not be written, so that they will send the same again.
    """

    files: tuple[Brought, ...]
    answered: tuple[str, ...]
    unanswered: tuple[str, ...] = ()

    @property
    def refused(self) -> tuple[Brought, ...]:
        return tuple(one for one in self.files if one.fate.refused)


@dataclass(frozen=True, slots=True)
class Exported:
    """What went onto a stick. `answered`: numbers of the kiosks that are told what the hub has of them."""

    revision: int
    digest: str
    answered: tuple[str, ...]


class Sticks:
    """Writes sticks and reads them."""

    def __init__(
        self,
        store: Store,
        press: Press,
        devices: Devices,
        reports: Reports,
        *,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._store = store
        self._press = press
        self._devices = devices
        self._reports = reports
        self._now = now

    def export(self, folder: Path, kiosks: Sequence[str] | None = None, *, by: Person | None = None) -> Exported:
        """Puts the release onto a stick, and the answers to `kiosks` (numbers; None: all that ever sent something on a
        stick; of those of a district's person, `by`, the district's). What else is on it stays.

        Raises `Refused` (no_such_device), `SyncError`: S-02 for a stick with links, S-08, S-09, D-03 when it is full.
        """
        wanted = [self._devices.of_number(number) for number in kiosks] if kiosks is not None else self._travellers(by)
        revision, digest = self._press.export(folder)
        stick = StickFolder(folder)
        for device in wanted:
            try:
                self._answer(stick, device, {})
            except OSError as error:
                raise _unwritable(error) from error
        answered = tuple(device.number for device in wanted)
        self._note(by, "usb.export", f"release/{revision}", {"digest": digest, "answered": len(answered)})
        return Exported(revision, digest, answered)

    def bring_home(self, folder: Path, *, by: Person | None = None) -> Home:
        """Takes in what kiosks have put on a stick. `by`: who has brought it; None: the command line.

        Raises `SyncError`: S-01 when it cannot be read, S-02 when there are links or special files on it, S-08 when the
        hub's letterbox key is not there; what SQLAlchemy raises when the database cannot be written. What was taken
        until then is taken, and does no harm when it comes again.
        """
        stick = StickFolder(release_folder(folder) or folder)
        stick.survey()
        try:
            names = stick.names(FOLDER)
        except OSError as error:
            raise unreadable(error) from error
        key = self._press.letterbox() if names else None
        files: list[Brought] = []
        answered: list[str] = []
        unanswered: list[str] = []
        for name in names:
            assert key is not None
            found = list(self._of_kiosk(stick, name, key))
            files += (one for one, _ in found)
            device = self._trusted(name)
            taken = [one for one, _ in found if not one.fate.refused]
            if device is None or not taken:
                continue
            conflicts = {id: "conflict" for _, ids in found for id in ids}
            try:
                self._answer(stick, device, conflicts)
                for one in taken:
                    stick.remove(*one.file.split("/"))
                answered.append(device.number)
            except (OSError, CodedError) as error:
                log.warning("kiosk %s is not answered on the stick: %s", device.number, error)
                unanswered.append(device.number)
        home = Home(tuple(files), tuple(answered), tuple(unanswered))
        if files:
            told = {"taken": sum(one.stored for one in files), "refused": len(home.refused)}
            self._note(by, "usb.import", "usb/stick", told)
        return home

    def _of_kiosk(self, stick: StickFolder, folder: str, key: SealingKey) -> Iterator[tuple[Brought, tuple[str, ...]]]:
        """Each file of a kiosk's folder, with the ids of the messages that the hub can never take."""
        if not is_device(folder):
            yield Brought(f"{FOLDER}/{folder}", Fate.FOREIGN), ()
            return
        for name in stick.names(FOLDER, folder):
            if name == ANSWER or name.startswith("."):
                continue
            file, id = f"{FOLDER}/{folder}/{name}", id_of(name)
            if id is None:
                yield Brought(file, Fate.FOREIGN), ()
                continue
            try:
                data = stick.read(FOLDER, folder, name, most=LONGEST_ENVELOPE)
            except SyncError:
                yield Brought(file, Fate.DAMAGED), ()
            except OSError as error:
                raise unreadable(error) from error
            else:
                yield self._take(file, folder, id, data, key)

    def _take(self, file: str, folder: str, id: str, data: bytes, key: SealingKey) -> tuple[Brought, tuple[str, ...]]:
        try:
            envelope = Envelope.read(data)
        except SyncError:
            return Brought(file, Fate.DAMAGED), ()
        if (envelope.device, envelope.id) != (folder, id):
            return Brought(file, Fate.MISPLACED), ()
        device = self._trusted(folder)
        if device is None:
            return Brought(file, Fate.UNKNOWN), ()
        if not envelope.signed_by(device.key):
            return Brought(file, Fate.FORGED, device.number), ()
        try:
            contents = envelope.opened(key)
        except SyncError as error:
            fate = Fate.SEALED if error.code is Code.KEY_REFUSED else Fate.DAMAGED
            return Brought(file, fate, device.number), ()
        carried = Carried(id, hashlib.sha256(data).hexdigest())
        (taken,) = self._reports.ingest([Sent(device, contents.messages, carried)])
        fates = [answer.status for answer in taken.answers]
        conflicts = tuple(one.id for one in taken.answers if one.status == "conflict") + contents.unfit
        stored = fates.count("stored")
        fate = Fate.KNOWN if taken.known and not stored else Fate.TAKEN
        return Brought(file, fate, device.number, stored, fates.count("duplicate"), len(conflicts)), conflicts

    def _trusted(self, id: str) -> Device | None:
        device = self._devices.get(id) if is_device(id) else None
        return device if device is not None and device.revoked_at is None else None

    def _travellers(self, person: Person | None) -> list[Device]:
        sticks = self._devices.by_stick()
        return [seen.device for seen in self._devices.fleet(person=person) if seen.device.id in sticks]

    def _answer(self, stick: StickFolder, device: Device, conflicts: dict[str, str]) -> None:
        now = self._now()
        fates, newest = self._devices.held_of(device, now - ANSWERED_FOR, MOST_ANSWERED - len(conflicts))
        stands = Placement(ring=device.site.ring, district=device.site.district)
        answer = HubAnswer(device.id, now, {**conflicts, **fates}, newest, stands)
        stick.write(FOLDER, device.id, ANSWER, data=self._press.note(answer.as_note()))

    def _note(self, by: Person | None, action: str, subject: str, details: Mapping[str, object]) -> None:
        event = Event(by.id if by is not None else COMMAND_LINE, action, subject, details)
        self._store.run_tx(lambda connection: audit.append(connection, self._now(), event))


def _unwritable(error: OSError) -> SyncError:
    return SyncError(Code.RELEASE_FAILED, f"the answers are not on the stick: {error.strerror}")
