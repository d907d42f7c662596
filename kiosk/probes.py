"""What `kiosk diagnose` looks at, one function a question. A probe may raise: `health` reports that too."""

from __future__ import annotations

import ctypes
import datetime as dt
import importlib.metadata
import platform
import re
import shutil
import socket
import sqlite3
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.errors import CatalogueError, SettingsError
from domain.home import checkout
from domain.ports import CatalogueInfo, Clock
from kiosk.home import Home
from kiosk.last_scan import Kept
from kiosk.settings import Settings

LOW_DISK_MB: Final = 300
"""Room for two catalogues of 70 000 items beside each other while a new one is built."""

SCAN_OLD: Final = dt.timedelta(days=3)
"""The scan is nightly; three nights without one are no accident."""

LIBRARIES: Final[Mapping[str, str]] = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libmtdev.so.1": "libmtdev1",
}
"""What Kivy loads at run time, and the Debian package that brings it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one probe. `state` is one of `STATES[probe]` or "unknown"; `values` are for its sentence and for
    programs; `detail` is English, for logs and the command line.
    """

    probe: str
    state: str
    well: bool
    detail: str
    values: Mapping[str, object]

    @classmethod
    def of(cls, probe: str, state: str, detail: str, **values: object) -> Finding:
        """A finding; whether it is well follows from `STATES`."""
        return cls(probe, state, STATES[probe][state], detail, values)


Probe = Callable[[], Finding]

STATES: Final[Mapping[str, Mapping[str, bool]]] = {
    "settings": {"ok": True, "bad": False, "unready": False},
    "software": {"ok": True, "missing": False},
    "libraries": {"ok": True, "missing": False},
    "fonts": {"ok": True, "missing": False},
    "home": {"ok": True, "full": False, "readonly": False, "absent": False},
    "catalogue": {"ok": True, "sample": True, "absent": False, "unreadable": False},
    "journal": {"ok": True, "new": True, "damaged": False},
    "printer": {
        "checking": True,
        "ready": True,
        "near_end": False,
        "paper_out": False,
        "cover_open": False,
        "offline": False,
        "absent": False,
        "trouble": False,
        "none": True,
    },
    "roll": {"ok": True, "low": False, "none": True},
    "card": {
        "empty": True,
        "reading": True,
        "holding": True,
        "left": False,
        "stuck": False,
        "absent": False,
        "none": True,
    },
    "pinyin": {"ok": True, "missing": False},
    "handwriting": {"ok": True, "off": True, "missing": False},
    "display": {"ok": True, "absent": False},
    "clock": {"ok": True, "doubted": False},
    "staff": {"ok": True, "demo": True, "unset": False},
    "outbox": {"ok": True, "dead": False, "none": True},
    "privacy": {"ok": True, "found": False, "incomplete": False, "old": False, "never": True},
}
"""Every probe, its states, and whether each is well. Each pair has a sentence `health.<probe>.<state>`."""


def settings(load: Callable[[], Settings]) -> Finding:
    """Whether the settings fit, and whether they are enough for the street."""
    try:
        unready = load().unready()
    except SettingsError as error:
        return Finding.of("settings", "bad", "; ".join(error.problems), n=len(error.problems), problems=error.problems)
    if unready:
        return Finding.of("settings", "unready", "; ".join(unready), problems=unready)
    return Finding.of("settings", "ok", "they fit")


def software() -> Finding:
    """Versions of Python, SQLite, SDL and everything that the kiosk is made with."""
    versions: dict[str, str | None] = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for name in _requirements():
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    versions["sdl"] = _sdl_version()
    missing = sorted(name for name, version in versions.items() if version is None)
    if not _has_fts5():
        missing.append("FTS5 in SQLite")
    if missing:
        return Finding.of("software", "missing", f"missing: {', '.join(missing)}", names=", ".join(missing), **versions)
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    return Finding.of("software", "ok", told, **versions)


def _requirements() -> tuple[str, ...]:
    """Names of the distributions that ours asks for, from where they are declared."""
    tree = checkout()
    if tree is not None:
        asked = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    else:
        asked = importlib.metadata.requires("bianminting") or []
    names = (re.match(r"[A-Za-z0-9._-]+", line) for line in asked if "extra ==" not in line)
    return tuple(name[0].lower() for name in names if name)


def _has_fts5() -> bool:
    with sqlite3.connect(":memory:") as connection:
        return bool(connection.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0])


def _sdl_version() -> str | None:
    """Of the SDL inside Kivy's wheel, without starting Kivy."""
    try:
        files = importlib.metadata.files("kivy") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if re.fullmatch(r"libSDL2-2.*\.so[.0-9]*", file.name):
            version = (ctypes.c_uint8 * 3)()
            ctypes.CDLL(str(file.locate())).SDL_GetVersion(version)
            return ".".join(map(str, version))
    return None


def libraries(wanted: Mapping[str, str] = LIBRARIES) -> Finding:
    """Whether the shared libraries that Kivy opens at run time are there."""
    missing = []
    for library, package in wanted.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    if missing:
        return Finding.of("libraries", "missing", f"apt-get install {' '.join(missing)}", names="、".join(missing))
    return Finding.of("libraries", "ok", ", ".join(wanted))


def fonts(wanted: Mapping[Path, str]) -> Finding:
    """Whether the files in `wanted` are there; each with what makes it appear."""
    missing = {path: remedy for path, remedy in wanted.items() if not path.is_file()}
    if missing:
        remedies = {remedy: [path.name for path in missing if missing[path] == remedy] for remedy in missing.values()}
        told = "; ".join(f"{remedy}: {', '.join(names)}" for remedy, names in remedies.items())
        return Finding.of("fonts", "missing", told, names="、".join(path.stem for path in missing))
    return Finding.of("fonts", "ok", f"{len(wanted)} files")


def home(place: Home) -> Finding:
    """Whether the home can be written and how much room is left."""
    if not place.root.is_dir():
        return Finding.of("home", "absent", f"{place.root} is not there")
    free = shutil.disk_usage(place.root).free >> 20
    if not place.writable():
        return Finding.of("home", "readonly", f"{place.root} cannot be written", free_mb=free)
    state = "full" if free < LOW_DISK_MB else "ok"
    return Finding.of("home", state, f"{place.root}, {free} MB free", free=_size(free), free_mb=free)


def _size(megabytes: int) -> str:
    return f"{megabytes / 1024:.1f} GB" if megabytes >= 1024 else f"{megabytes} MB"


def catalogue(look: Callable[[], CatalogueInfo | None]) -> Finding:
    """What `look` says of the catalogue: its identity, None when there is none, `CatalogueError` when it is broken."""
    try:
        info = look()
    except CatalogueError as error:
        return Finding.of("catalogue", "unreadable", error.detail or error.code.value, code=error.code.value)
    if info is None:
        return Finding.of("catalogue", "absent", "there is none")
    state = "sample" if info.sample else "ok"
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(info.counts.items()))
    return Finding.of(
        "catalogue",
        state,
        f"revision {info.revision}, {counts}, digest {info.digest}",
        revision=info.revision,
        guides=info.counts.get("guide", 0),
        digest=info.digest,
        counts=dict(info.counts),
    )


def pinyin(missing: Callable[[], str]) -> Finding:
    """`missing` says what the pinyin keyboard lacks; "" when it has everything."""
    lacking = missing()
    return Finding.of("pinyin", "missing", lacking) if lacking else Finding.of("pinyin", "ok", "library and dictionary")


def handwriting(look: Callable[[], tuple[str, str]]) -> Finding:
    """`look` says which engine reads the writing pad ("off": none, on purpose) and what it lacks, "" for nothing."""
    kind, lacking = look()
    if kind == "off":
        return Finding.of("handwriting", "off", "input.handwriting is off")
    return Finding.of("handwriting", "missing" if lacking else "ok", lacking or kind, engine=kind)


def display(environ: Mapping[str, str]) -> Finding:
    """Where Kivy would draw: what SDL is told, an X server that answers, or the graphics card itself."""
    if driver := environ.get("SDL_VIDEODRIVER"):
        return Finding.of("display", "ok", f"SDL driver {driver}", what=driver)
    if name := environ.get("DISPLAY"):
        if _x_answers(name):
            return Finding.of("display", "ok", f"X server {name}", what=name)
        return Finding.of("display", "absent", f"no X server answers at {name}")
    cards = sorted(Path("/dev/dri").glob("card*")) if Path("/dev/dri").is_dir() else []
    if cards:
        return Finding.of("display", "ok", f"graphics card {cards[0]}", what=cards[0].name)
    return Finding.of("display", "absent", "neither DISPLAY nor a graphics card")


def _x_answers(name: str) -> bool:
    """`:1`, `:1.0` through the local socket, `host:1` through TCP."""
    found = re.fullmatch(r"([^:]*):([0-9]+)(?:\.[0-9]+)?", name)
    if found is None:
        return False
    host, number = found[1], int(found[2])
    try:
        if host in ("", "unix"):
            with socket.socket(socket.AF_UNIX) as local:
                local.settimeout(1.0)
                local.connect(f"/tmp/.X11-unix/X{number}")
        else:
            socket.create_connection((host, 6000 + number), timeout=1.0).close()
    except OSError:
        return False
    return True


def clock(time: Clock) -> Finding:
    """Local time and whether it can be believed."""
    now = time.now()
    state = "ok" if time.trusted else "doubted"
    return Finding.of("clock", state, now.isoformat(timespec="seconds"), time=f"{now:%Y-%m-%d %H:%M}")


def staff(config: Settings) -> Finding:
    """Whether anybody can open staff mode."""
    if config.staff.pin_hash is not None:
        return Finding.of("staff", "ok", "a PIN is set")
    if config.demo:
        return Finding.of("staff", "demo", "the demo PIN")
    return Finding.of("staff", "unset", "no staff.pin_hash: staff mode cannot be opened")


def privacy(look: Callable[[], Kept | None], now: dt.datetime, trusted: bool = True) -> Finding:
    """What the last privacy scan of this machine found, as `look` says; None: nobody has run one."""
    last = look()
    if last is None:
        return Finding.of("privacy", "never", "no scan has been kept")
    state = {"clean": "ok", "found": "found"}.get(last.status, "incomplete")
    if state == "ok" and trusted and now - last.at > SCAN_OLD:
        state = "old"
    when = last.at.astimezone(now.tzinfo).isoformat(sep=" ", timespec="minutes")[:16]
    return Finding.of("privacy", state, f"{last.status}, {when}", when=when)


def outbox(look: Callable[[], tuple[int, int] | None]) -> Finding:
    """How many messages wait to be sent home, and how many the hub will not have, as `look` says; None: this kiosk has
    no hub to report to.
    """
    counts = look()
    if counts is None:
        return Finding.of("outbox", "none", "not enrolled; nothing is reported")
    waiting, dead = counts
    told = f"{waiting} waiting, {dead} refused by the hub"
    return Finding.of("outbox", "dead" if dead else "ok", told, waiting=waiting, dead=dead)
