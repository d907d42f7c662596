"""kill -9 at random moments: what was acknowledged is there, no number is given twice, nothing is left half done."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from domain.events import JobState
from localdb.device.store import DeviceStore

ROOT = Path(__file__).parents[3]

PRINTING = """
import itertools, sys
from pathlib import Path
from domain.events import JobState
from localdb.device.store import DeviceStore

store = DeviceStore(Path(sys.argv[1]))
for turn in itertools.count():
    job = f"{sys.argv[2]}-{turn}"
    print("queued", store.open_job(job), job, flush=True)
    store.put("turn", job)
    store.move(job, JobState.SENDING)
    print("sending", job, flush=True)
    if turn % 3:
        store.move(job, JobState.CONFIRMED, millimetres=100.0)
        print("confirmed", job, flush=True)
"""

KILLS = 10


def test_a_killed_kiosk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "device.db"
    chance = random.Random(20261121)
    numbers: dict[str, int] = {}
    told: dict[str, str] = {}
    for kill in range(KILLS):
        said = 0
        enough = chance.randrange(1, 60)
        command = [sys.executable, "-c", PRINTING, str(path), str(kill)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for line in child.stdout:
                state, *rest = line.split()
                if not line.endswith("\n"):
                    break  # cut off in the middle by the kill
                told[rest[-1]] = state
                if state == "queued":
                    numbers[rest[-1]] = int(rest[0])
                said += 1
                if said == enough:
                    child.send_signal(signal.SIGKILL)
        assert child.returncode == -signal.SIGKILL
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with DeviceStore(path) as store:
            jobs = {job.job: job for job in store.jobs(10_000)}
            assert all(job.state.final for job in jobs.values())
            assert store.next_number() == max(job.number for job in jobs.values()) + 1
        assert {job: jobs[job].number for job in numbers} == numbers
        assert [job.number for job in jobs.values()] == list(range(len(jobs), 0, -1))
        for name, state in told.items():
            if state == "confirmed":
                assert jobs[name].state is JobState.CONFIRMED
            elif state == "sending":
                assert jobs[name].state in (JobState.UNCERTAIN, JobState.CONFIRMED)
    assert len(told) > KILLS
