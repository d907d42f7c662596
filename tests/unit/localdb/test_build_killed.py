"""A build that is killed, or that runs into the end of a real file system."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import Code
from localdb.catalogue.build import build
from localdb.catalogue.file import prove
from tests.unit.localdb.conftest import MADE_AT, SAMPLE_CITY, guide, lines, org

ROOT = Path(__file__).parents[3]

BUILDING = """
import datetime as dt, sys
from pathlib import Path
from localdb.catalogue.build import build

build(
    Path(sys.argv[1]),
    Path(sys.argv[2]),
    revision=2,
    made_at=dt.datetime.now(dt.UTC),
    progress=lambda part: print(part, flush=True),
)
"""

FILLING = """
import datetime as dt, json, resource, sys
from pathlib import Path
from domain.errors import CatalogueError
from localdb.catalogue.build import build

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
out = Path(sys.argv[2])
try:
    build(Path(sys.argv[1]), out, revision=2, made_at=dt.datetime.now(dt.UTC))
except CatalogueError as error:
    print(json.dumps([error.code, out.exists(), sorted(path.name for path in out.parent.iterdir())]))
"""


@pytest.mark.parametrize("moment", [0.1, 0.3, 0.8, 0.95])
def test_a_build_killed_at_work_leaves_a_whole_catalogue_and_the_next_one_cleans_up(
    tmp_path: Path, moment: float
) -> None:
    out = tmp_path / "catalogue.db"
    build(lines(org(), guide("g-1", "补领")), out, revision=1, made_at=MADE_AT)
    command: list[str | Path] = [sys.executable, "-c", BUILDING, SAMPLE_CITY, out]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert any(part >= moment for part in map(float, child.stdout))
        child.send_signal(signal.SIGKILL)  # it goes on working meanwhile
    left = [path.name for path in tmp_path.iterdir() if path != out]
    if moment < 0.9:
        assert child.returncode == -signal.SIGKILL
        assert len(left) == 1
        assert prove(out).revision == 1
    else:
        assert prove(out).revision in (1, 2)
    newer = build(lines(org()), out, revision=3, made_at=MADE_AT)
    assert [path.name for path in tmp_path.iterdir()] == ["catalogue.db"]
    assert prove(out) == newer


def outcome(command: list[str | Path]) -> tuple[str, bool, list[str]]:
    """(code, whether there is a catalogue, what else is left) of a child that runs `FILLING`."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    code, exists, left = json.loads(done.stdout)
    return code, exists, left


def test_a_file_that_may_not_grow_leaves_nothing_behind(tmp_path: Path) -> None:
    code, exists, left = outcome([sys.executable, "-c", FILLING, SAMPLE_CITY, tmp_path / "catalogue.db", "300000"])
    assert code == Code.BUILD_FAILED
    assert (exists, left) == (False, [])


def test_a_full_file_system_is_called_by_its_name(tmp_path: Path) -> None:
    # In a mount namespace of its own: whatever happens to the test, the small file system goes with the child.
    alone: list[str | Path] = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        'mount -t tmpfs -o size=600k tmpfs "$0" && exec "$@"',
        tmp_path,
    ]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    filling: list[str | Path] = [sys.executable, "-c", FILLING, SAMPLE_CITY, tmp_path / "catalogue.db", "-1"]
    assert outcome([*alone, *filling]) == (Code.DISK_FULL, False, [])
