"""Installing what changed, killed at any moment, or run into the end of a real file system."""

from __future__ import annotations

import json
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.errors import Code
from domain.records import canonical_line, digest_of_lines
from domain.records.changes import diff
from localdb.catalogue.build import build
from localdb.catalogue.file import prove
from localdb.catalogue.install import install_changes
from tests.unit.localdb.conftest import MADE_AT, SAMPLE_CITY

ROOT = Path(__file__).parents[3]

KILLS = 20

INSTALLING = """
import datetime as dt, sys
from pathlib import Path
from domain.errors import CatalogueError
from localdb.catalogue import install

folder, out, digest = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
lines = (folder / "changes").read_bytes().splitlines(keepends=True)
made_at = dt.datetime.fromisoformat(sys.argv[4])
install.SPARE = int(sys.argv[5])
print("ready", flush=True)
sys.stdin.readline()
try:
    install.install_changes(folder / "catalogue-1.db", lines, out, revision=2, digest=digest, made_at=made_at)
    print("done", flush=True)
except CatalogueError as error:
    print(error.code.value, sorted(path.name for path in out.parent.iterdir()), flush=True)
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """(folder with catalogue-1.db and the changes, its digest, the digest after them)."""
    folder = tmp_path_factory.mktemp("release")
    raws = [json.loads(line) for file in SAMPLE_CITY.glob("*.jsonl") for line in file.read_bytes().splitlines()]
    raws.sort(key=lambda raw: (raw["kind"], raw["id"]))
    old = [canonical_line(raw) for raw in raws]
    for number, raw in enumerate(raw for raw in raws if raw["kind"] == "guide"):
        if number % 3 == 0:
            raw["aliases"] = [*raw.get("aliases", ()), f"新叫法{number}"]
            raw["phone"] = {"enquiry": f"0535-{number:07}"}
    new = [canonical_line(raw) for raw in raws]
    info = build(old, folder / "catalogue-1.db", revision=1, made_at=MADE_AT)
    (folder / "changes").write_bytes(b"".join(diff(old, new)))
    return folder, info.digest, digest_of_lines(new)


def start(folder: Path, out: Path, digest: str, *, spare: int = 0, inside: Sequence[str] = ()) -> subprocess.Popen[str]:
    """A child that installs as soon as it is told to; `inside`: a command that runs it."""
    arguments = [str(folder), str(out), digest, MADE_AT.isoformat(), str(spare)]
    command = [*inside, sys.executable, "-c", INSTALLING, *arguments]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def go(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def ended(child: subprocess.Popen[str]) -> str:
    out, _ = child.communicate(timeout=30)
    return out.strip()


def test_a_kill_at_any_moment_leaves_the_old_catalogue_or_the_new_one(release: tuple[Path, str, str]) -> None:
    folder, old, new = release
    out = folder / "catalogue-2.db"
    held = (folder / "catalogue-1.db").read_bytes()
    with start(folder, out, new) as child:
        begun = time.monotonic()
        go(child)
        assert ended(child) == "done"
        whole = time.monotonic() - begun
    out.unlink()
    spread = random.Random(41)
    left = came = 0
    for moment in (spread.uniform(0, 1.1) * whole for _ in range(KILLS)):
        with start(folder, out, new) as child:
            go(child)
            assert child.stdout is not None
            select.select([child.stdout], [], [], moment)  # until then, or until it is done
            child.send_signal(signal.SIGKILL)
            ended(child)
        assert (folder / "catalogue-1.db").read_bytes() == held
        left += bool(list(folder.glob(".*")))
        if out.exists():
            came += 1
            assert (prove(out).revision, prove(out).digest) == (2, new)
            out.unlink()
    assert prove(folder / "catalogue-1.db").digest == old
    assert left, "no kill came while a file was being written"
    lines = (folder / "changes").read_bytes().splitlines(keepends=True)
    install_changes(folder / "catalogue-1.db", lines, out, revision=2, digest=new, made_at=MADE_AT)
    assert prove(out).digest == new
    out.unlink()
    assert sorted(path.name for path in folder.iterdir()) == ["catalogue-1.db", "changes"]


@pytest.mark.parametrize(("spare", "more"), [(64 << 20, 1 << 20), (0, 60_000)])
def test_a_full_file_system_is_called_by_its_name(
    tmp_path: Path, release: tuple[Path, str, str], spare: int, more: int
) -> None:
    """Before anything is begun, and in the middle of it."""
    folder, _, new = release
    size = (folder / "catalogue-1.db").stat().st_size + more
    # In a mount namespace of its own: whatever happens to the test, the small file system goes with the child.
    mount = f'mount -t tmpfs -o size={size} tmpfs "$0" && exec "$@"'
    alone = ["unshare", "--mount", "sh", "-c", mount, str(tmp_path)]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    held = (folder / "catalogue-1.db").read_bytes()
    with start(folder, tmp_path / "catalogue-2.db", new, spare=spare, inside=alone) as child:
        go(child)
        assert ended(child) == f"{Code.DISK_FULL} []"
    assert (folder / "catalogue-1.db").read_bytes() == held
