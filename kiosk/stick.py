"""What the kiosk does with a stick: finds it, takes its content through the gate that content over the line goes
through, puts on it what there is to report, and reads what the hub has answered. Part of `kiosk usb`, which is a
process of its own: what a stick does to whoever reads it happens there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contentsync.marks import StateFile
from contentsync.stick_fetcher import StickFetcher
from contentsync.trust import Trust
from contentsync.usb import StickFolder, described, read_note, release_folder, unreadable
from domain.errors import Code, SyncError
from domain.events import FoundStick
from kiosk.home import Home
from kiosk.settings import Settings
from kiosk.standpoint import standpoint
from kiosk.sync_process import Answer, ContentSync
from uplink.delivery import Outgoing
from uplink.identity import IdentityFolder
from uplink.stick import ANSWER, FOLDER, LONGEST_ANSWER, HubAnswer, enveloped, file_of, id_of, lasting

MOST_FOLDERS = 64
"""Folders below a root that are looked into."""

LONGEST_NAME = 24


def found(roots: Sequence[Path]) -> tuple[FoundStick, ...]:
    """Sticks below `roots`: folders with a release, and whatever is mounted there without one; up to two folders deep,
    as desktops mount below the name of whoever sits there.
    """
    sticks: dict[Path, FoundStick] = {}
    for root in roots:
        for folder in _folders(root):
            below = () if _of_interest(folder) else _folders(folder)
            for place in (folder, *below):
                if _of_interest(place):
                    sticks.setdefault(place, _looked_at(place))
    return tuple(sticks.values())


def _folders(folder: Path) -> tuple[Path, ...]:
    try:
        with os.scandir(folder) as entries:
            names = [one.name for one in entries if one.is_dir(follow_symlinks=False) and _is_named(one.name)]
    except OSError:
        return ()
    return tuple(folder / name for name in sorted(names)[:MOST_FOLDERS])


def _is_named(name: str) -> bool:
    """Whether a folder may be a stick's. A name that is no text could not be told of, nor any stick beside it."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return not name.startswith(".")


def _of_interest(place: Path) -> bool:
    return release_folder(place) is not None or os.path.ismount(place)


def _looked_at(place: Path) -> FoundStick:
    name = "".join(letter for letter in place.name if letter.isprintable())[:LONGEST_NAME] or "U"
    folder = release_folder(place)
    try:
        if folder is None:
            raise SyncError(Code.RELEASE_REFUSED, "no release")
        said = described(folder)
    except SyncError as error:
        return FoundStick(str(place), name, writable=False, code=error.code)
    return FoundStick(str(place), name, _writable(folder), said.revision, said.made_at, said.bytes)


def _writable(folder: Path) -> bool:
    try:
        return not os.statvfs(folder).f_flag & os.ST_RDONLY and os.access(folder, os.W_OK)
    except OSError:
        return False


def take(settings: Settings, home: Home, stick: Path) -> Answer:
    """Installs what is on a stick, if it may be; never raises for what the stick does."""
    try:
        folder = _release(stick)
        StickFolder(folder).survey()
    except SyncError as error:
        event = "refused" if error.code is Code.RELEASE_REFUSED else "failed"
        return Answer(event, dt.datetime.now(dt.UTC), code=error.code, detail=error.detail)
    content = ContentSync(
        home, settings.sync, str(folder), kiosk=lambda: standpoint(settings, home), fetcher=StickFetcher(folder)
    )
    try:
        return content.look()
    finally:
        content.close()


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What was put on a stick and what was on it. `handed`: messages, None when nothing could be handed out, `code`
    says why; `fates`: what the hub says that it has, with `at`, when it said so; both empty without an answer.
    """

    handed: int | None
    code: Code | None = None
    fates: Mapping[str, str] = field(default_factory=dict)
    newest: int = 0
    at: dt.datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """A line for the screen process."""
        return {
            "event": "exchanged",
            "handed": self.handed,
            "code": self.code.value if self.code else None,
            "fates": dict(self.fates),
            "newest": self.newest,
            "answered_at": self.at.isoformat() if self.at else None,
        }


def exchange(home: Home, stick: Path, messages: Sequence[Outgoing]) -> Exchanged:
    """Reads the hub's answer, then puts all of `messages` that it does not name on the stick, in the place of what this
    kiosk had put there before.

    Raises `SyncError`: S-06 not enrolled, S-08 its key cannot be read, S-02 for a stick without a release. What goes
    wrong with the stick itself is in the answer.
    """
    folder = IdentityFolder(home.uplink)
    identity, key = folder.read(), folder.key()
    trust = Trust(home.sync, StateFile(home.sync / "state.json"))
    place = StickFolder(_release(stick))
    answer, fault = _answer(place, identity.device, trust)
    home_now = lasting(answer.fates) if answer is not None else {}
    told: dict[str, Any] = {}
    if answer is not None:
        told = {"fates": answer.fates, "newest": answer.newest, "at": answer.at}
        if answer.placement is not None:
            with contextlib.suppress(SyncError):  # it is said again on the next stick
                folder.stand_at(answer.placement.ring, answer.placement.district)
    letterbox = trust.letterbox
    if letterbox is None:
        return Exchanged(None, Code.KEY_REFUSED, **told)
    going = [one for one in messages if one.id not in home_now]
    try:
        before = [name for name in place.names(FOLDER, identity.device) if id_of(name) is not None]
        for id, data in enveloped(going, device=identity.device, key=key, letterbox=letterbox, at=int(time.time())):
            place.write(FOLDER, identity.device, file_of(id), data=data)
        for name in before:
            place.remove(FOLDER, identity.device, name)
        place.sweep(FOLDER, identity.device)
    except OSError as error:
        return Exchanged(None, unreadable(error).code, **told)
    return Exchanged(len(going), fault, **told)


def _answer(place: StickFolder, device: str, trust: Trust) -> tuple[HubAnswer | None, Code | None]:
    """What the hub has answered this kiosk; None with the code of what is wrong with it, or with None: it has not."""
    try:
        data = place.read(FOLDER, device, ANSWER, most=LONGEST_ANSWER)
        answer = HubAnswer.of_note(read_note(data, trust.online_keys()))
        if answer.device != device:
            raise SyncError(Code.RELEASE_REFUSED, "an answer to another kiosk")
    except FileNotFoundError:
        return None, None
    except OSError as error:
        return None, unreadable(error).code
    except SyncError as error:
        return None, error.code
    return answer, None


def _release(stick: Path) -> Path:
    folder = release_folder(stick)
    if folder is None:
        raise SyncError(
            Code.RELEASE_REFUSED if stick.is_dir() else Code.HUB_OUT_OF_REACH, "there is no release on the stick"
        )
    return folder


def lines_of(stream: Iterator[str]) -> Iterator[Outgoing]:
    """Messages out of lines of JSON, as the screen process hands them over. Raises ValueError for others."""
    import json

    for line in stream:
        with contextlib.suppress(KeyError, TypeError):
            said = json.loads(line)
            yield Outgoing(str(said["id"]), str(said["kind"]), dict(said["body"]))
