"""A disk that forgets: what is left of a folder when the power goes at a moment of a process' life.

The process says on standard output what it makes last (a file or a folder flushed, with a copy of the file as it is
then) and what it renames and removes. It is stopped at some moment; `after_power_loss` makes of what it has left, and
of what it had made last, one of the folders that a machine may find when it starts again:

- of a file that was flushed, what was written since may be there, block by block, or not; a block may be torn;
- of a file that never was, every block may be there, be torn, or be zeros, and the file may be short;
- names that were given, changed or taken away since their folder was flushed hold up to some moment, and not after it.

SQLite's own flushes are not heard of, so they count as not done: the model is harsher than a disk.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

BLOCK = 4096

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["kiosk.sync_process", "pypinyin", "opencc"])

LISTENING_IN = """
import json, os, shutil, sys, pathlib
_root, _store = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
_number = 0
def _tell(*what):
    os.write(1, (json.dumps(what) + "\\n").encode())
def _relative(path):
    try:
        return str(pathlib.Path(os.path.abspath(path)).relative_to(_root))
    except ValueError:
        return None
_fsync, _replace, _unlink = os.fsync, os.replace, os.unlink
def fsync(handle):
    global _number
    path = os.readlink(f"/proc/self/fd/{handle if isinstance(handle, int) else handle.fileno()}")
    name = _relative(path)
    _fsync(handle)
    if name is None:
        return
    if os.path.isdir(path):
        _tell("folder", name, sorted(os.listdir(path)))
    else:
        _number += 1
        shutil.copyfile(path, _store / str(_number))
        _tell("file", os.stat(path).st_ino, str(_number))
def replace(source, target, **named):
    known = _relative(source), _relative(target)
    held = os.stat(target).st_ino if os.path.isfile(target) and not os.path.islink(target) else None
    if held is not None and None not in known:
        os.link(target, _store / f"gone-{held}") if not (_store / f"gone-{held}").exists() else None
    _replace(source, target, **named)
    if None not in known:
        _tell("rename", *known, held)
def unlink(path, **named):
    name, held = _relative(path), None
    if name is not None and os.path.isfile(path) and not os.path.islink(path):
        held = os.stat(path).st_ino
        if not (_store / f"gone-{held}").exists():
            os.link(path, _store / f"gone-{held}")
    _unlink(path, **named)
    if held is not None:
        _tell("remove", name, held)
os.fsync, os.replace, os.rename, os.unlink, os.remove = fsync, replace, replace, unlink, unlink
"""
"""Goes before the program of the process; its first arguments are the folder and where copies are put."""


def life_of(program: str, folder: Path, store: Path, *arguments: str) -> float:
    """Seconds from ``ready`` to the end of `program`."""
    return _run(program, folder, store, arguments, None)[1]


def cut_off(program: str, folder: Path, store: Path, *arguments: str, after_s: float) -> list[list[object]]:
    """Runs `program` over `folder` for so long after it said ``ready``, then kills it; what it had said till then."""
    return _run(program, folder, store, arguments, after_s)[0]


def _run(
    program: str, folder: Path, store: Path, arguments: tuple[str, ...], after_s: float | None
) -> tuple[list[list[object]], float]:
    """What it said, and how long it lived after ``ready``. With None it comes to its end.

    The process is a fork of a small one of its own, which has imported what the program imports, so that its life is
    the work alone; this one has been through hundreds of tests.
    """
    store.mkdir()
    begin, tell = CONTEXT.Pipe(duplex=False)
    heard, say = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=_be, args=(program, ("", str(folder), str(store), *arguments), begin, say))
    child.start()
    begin.close()
    say.close()
    with os.fdopen(os.dup(heard.fileno())) as said:
        try:
            assert said.readline() == "ready\n"
            began = time.monotonic()
            os.write(tell.fileno(), b"\n")
            if after_s is not None:
                child.join(after_s)
                child.kill()
            lines = list(said)
            lived = time.monotonic() - began
        finally:
            if sys.exc_info()[0] is not None:
                child.kill()
            child.join()
            heard.close()
            tell.close()
    assert child.exitcode in (0, -signal.SIGKILL), f"the program ended with {child.exitcode}"
    return [json.loads(line) for line in lines if line.startswith("[") and line.endswith("]\n")], lived


def _be(program: str, arguments: tuple[str, ...], begin: Connection, say: Connection) -> None:
    """The life of the fork."""
    os.dup2(begin.fileno(), 0)
    os.dup2(say.fileno(), 1)
    begin.close()
    say.close()
    sys.stdin, sys.stdout, sys.argv = open(0), open(1, "w"), list(arguments)  # noqa: SIM115
    exec(compile(LISTENING_IN + program, "program", "exec"), {"__name__": "__main__"})
    sys.stdout.flush()
    os._exit(0)


def after_power_loss(
    before: Path, folder: Path, store: Path, said: list[list[object]], out: Path, chance: random.Random
) -> None:
    """Makes `out`, what `folder` may be after the power went. `before`: what it was, all flushed, at the beginning."""
    flushed = {str(one[1]): store / str(one[2]) for one in said if one[0] == "file"}
    names = {str(path.relative_to(before)): path for path in before.rglob("*") if path.is_file()}
    # Everything that changed names since the folder was last flushed, of which the disk has a beginning.
    pending: list[Callable[[dict[str, Path]], None]] = []
    now = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    inodes = {str(path.stat().st_ino): path for path in (*now.values(), *store.glob("gone-*"))}

    def renamed(source: str, target: str) -> Callable[[dict[str, Path]], None]:
        def do(held: dict[str, Path]) -> None:
            if source in held:
                held[target] = held.pop(source)
            elif target in now:
                held[target] = now[target]

        return do

    for one in said:
        if one[0] == "rename":
            pending.append(renamed(str(one[1]), str(one[2])))
        elif one[0] == "remove":
            pending.append(lambda held, name=str(one[1]): held.pop(name, None))  # type: ignore[misc]
        elif one[0] == "folder":
            for do in pending:
                do(names)
            pending.clear()
    for do in pending[: chance.randint(0, len(pending))]:
        do(names)
    for name, path in now.items():
        if name not in names and chance.random() < 0.5:
            names[name] = path  # made and never flushed: the name may have come through
    shutil.rmtree(out, ignore_errors=True)
    for name, path in names.items():
        place = out / name
        place.parent.mkdir(parents=True, exist_ok=True)
        latest = now.get(name, path)
        if latest.is_symlink():
            place.symlink_to(latest.readlink())
            continue
        if path.is_relative_to(before) and latest.stat().st_mtime <= path.stat().st_mtime:
            shutil.copyfile(path, place)
            continue
        inode = str(latest.stat().st_ino)
        sure = flushed.get(inode)
        place.write_bytes(_blocks(inodes.get(inode, latest).read_bytes(), sure.read_bytes() if sure else None, chance))
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            (out / path.relative_to(folder)).mkdir(parents=True, exist_ok=True)


def _blocks(new: bytes, sure: bytes | None, chance: random.Random) -> bytes:
    """The bytes of a file as the disk has them: what was flushed, and of what came after it, some."""
    if sure == new:
        return new
    size = len(new) if sure is not None and chance.random() < 0.5 else chance.randint(0, len(new))
    if sure is not None:
        size = max(size, min(len(sure), len(new)))
    found = bytearray()
    for start in range(0, size, BLOCK):
        wanted = new[start : min(start + BLOCK, size)]
        old = (sure or b"")[start : start + len(wanted)].ljust(len(wanted), b"\0")
        draw = chance.random()
        if wanted == old or draw < 0.5:
            found += wanted
        elif draw < 0.9:
            found += old
        else:
            torn = chance.randrange(len(wanted))
            found += wanted[:torn] + old[torn:]
    return bytes(found)
