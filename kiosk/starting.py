"""How a process of the kiosk begins: nothing that a start does not need stands in its way."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib.util
from collections.abc import MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.home import Home

PLUGINS = "PYDANTIC_DISABLE_PLUGINS"
STYLES = "style.kv"

M_TRIM_THRESHOLD = -1
TRIM_BYTES = 128 * 1024
"""Of malloc(3), and its default."""


def without_plugins(environ: MutableMapping[str, str]) -> None:
    """Before the first import of pydantic: it would read the metadata of every installed distribution to look for
    plugins, and there are none of ours.
    """
    environ.setdefault(PLUGINS, "__all__")


def quiet_kivy(environ: MutableMapping[str, str], home: Home) -> None:
    """Before the first import of Kivy: no arguments, files or configuration of its own, its log is ours, and of what
    reads pictures it loads the one library that a screenshot needs, of its widgets' styles nothing.
    """
    for name in ("KIVY_NO_ARGS", "KIVY_NO_CONFIG", "KIVY_NO_FILELOG"):
        environ[name] = "1"
    # With any other mode Kivy takes standard error away from Python, and tracebacks are lost.
    environ["KIVY_LOG_MODE"] = "PYTHON"
    kivy_home = home.root / "kivy"
    environ["KIVY_HOME"] = str(kivy_home)
    environ["KIVY_IMAGE"] = "sdl2"
    with contextlib.suppress(OSError):  # a home that cannot be written: slower, and otherwise the same
        environ["KIVY_DATA_DIR"] = str(_data_without_styles(kivy_home / "data"))


def _data_without_styles(folder: Path) -> Path:
    """Kivy's data as links in `folder`, but for the styles of its own widgets: it reads those 1 300 lines whenever it
    is imported, and the stage is the only widget here.
    """
    found = importlib.util.find_spec("kivy")
    if found is None or found.origin is None:
        raise FileNotFoundError("no kivy")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for there in (Path(found.origin).parent / "data").iterdir():
        here = folder / there.name
        if there.name == STYLES:
            if here.is_symlink() or not here.exists():
                here.unlink(missing_ok=True)
                here.write_text("#:kivy 1.0\n", "ascii")
        elif not here.is_symlink() or here.readlink() != there:
            here.unlink(missing_ok=True)
            here.symlink_to(there)
    return folder


def hurry() -> None:
    """Loading makes many objects and hardly any garbage: the collector would look through all of them again and again,
    for a twentieth of the time of a start. Call `steady` when everything is loaded.
    """
    gc.disable()


def steady() -> None:
    """From now on garbage is collected, and what has been loaded until now is never looked through: it stays anyway,
    and a collection in the middle of a touch takes half as long.

    What the C heap has free at its end goes back to the machine: glibc would keep twice its largest block that was
    ever freed, 15 MB once a slip was drawn.
    """
    gc.freeze()
    gc.enable()
    with contextlib.suppress(AttributeError):  # a C library without it keeps what it keeps
        ctypes.CDLL(None).mallopt(M_TRIM_THRESHOLD, TRIM_BYTES)


def give_back() -> None:
    """Gives the machine what the C heap has free between what is in use, too: 4 MB once slips were drawn. Takes a
    millisecond or two; a moment when nobody waits is the time for it.
    """
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
