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
import os
import random
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

BLOCK = 4096

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


def cut_off(program: str, folder: Path, store: Path, *arguments: str, after_s: float | None) -> list[list[object]]:
    """Runs `program` over `folder` for so long after it said ``ready``, then kills it; what it had said till then.

    The process is a fork of this one: what the program imports is there already, and its life is the work alone. With
    None it comes to its end.
    """
    store.mkdir()
    begin, tell = os.pipe()
    heard, say = os.pipe()
    child = os.fork()
    if child == 0:
        _be(program, ("", str(folder), str(store), *arguments), begin, say)
    os.close(begin)
    os.close(say)
    with os.fdopen(heard) as said, os.fdopen(tell, "w") as told:
        try:
            assert said.readline() == "ready\n"
            told.write("\n")
            told.flush()
            if after_s is not None and not _ends(child, after_s):
                os.kill(child, signal.SIGKILL)
            lines = list(said)
        except BaseException:
            os.kill(child, signal.SIGKILL)
            raise
        finally:
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), "the program did not come to its end"
    return [json.loads(line) for line in lines if line.startswith("[") and line.endswith("]\n")]


def _ends(child: int, seconds: float) -> bool:
    """Whether it comes to its end within so long."""
    watched = os.pidfd_open(child)
    try:
        return bool(select.select([watched], [], [], seconds)[0])
    finally:
        os.close(watched)


def _be(program: str, arguments: tuple[str, ...], begin: int, say: int) -> NoReturn:
    """The life of the fork."""
    try:
        os.dup2(begin, 0)
        os.dup2(say, 1)
        os.closerange(3, 1024)  # what this process holds open is none of the fork's business
        sys.stdin, sys.stdout, sys.argv = open(0), open(1, "w"), list(arguments)  # noqa: SIM115
        exec(compile(LISTENING_IN + program, "program", "exec"), {"__name__": "__main__"})
        sys.stdout.flush()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


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


def life_of(run: Callable[[], object]) -> float:
    """Seconds that `run` takes."""
    began = time.monotonic()
    run()
    return time.monotonic() - began
