"""What is written about slips, as statements over a connection; `store` decides when and in which thread."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, delete, func, insert, select, update

from domain.errors import Code
from domain.events import JobState
from domain.ports import SlipJob
from localdb.device.tables import slip_jobs

KEPT_JOBS = 5000
"""Jobs that are remembered: some months of a busy kiosk."""

_FINAL = [state.value for state in JobState if state.final]


def open_job(connection: Connection, job: str, now: dt.datetime) -> int:
    """Notes `job` as QUEUED and forgets what is older than `KEPT_JOBS` jobs; returns its number."""
    row = {"job": job, "state": JobState.QUEUED.value, "millimetres": 0.0, "changed_at": _utc(now)}
    (number,) = connection.execute(insert(slip_jobs).values(row)).inserted_primary_key or (0,)
    connection.execute(delete(slip_jobs).where(slip_jobs.c.number <= number - KEPT_JOBS))
    return int(number)


def move(
    connection: Connection, job: str, state: JobState, code: Code | None, millimetres: float, now: dt.datetime
) -> bool:
    """Notes the new state; False when the job is unknown or final, and nothing changes."""
    changed = connection.execute(
        update(slip_jobs)
        .where(slip_jobs.c.job == job, slip_jobs.c.state.not_in(_FINAL))
        .values(state=state.value, code=code.value if code else None, millimetres=millimetres, changed_at=_utc(now))
    )
    return changed.rowcount == 1


def close_unfinished(connection: Connection, now: dt.datetime) -> int:
    """After a restart: what was being sent may or may not be on paper, what was waiting certainly is not. How many."""
    count = 0
    for before, after, code in (
        (JobState.SENDING, JobState.UNCERTAIN, Code.PRINT_UNCERTAIN),
        (JobState.QUEUED, JobState.NOT_SENT, None),
    ):
        count += connection.execute(
            update(slip_jobs)
            .where(slip_jobs.c.state == before.value)
            .values(state=after.value, code=code.value if code else None, changed_at=_utc(now))
        ).rowcount
    return count


def latest(connection: Connection, limit: int) -> tuple[SlipJob, ...]:
    """The latest jobs first."""
    rows = connection.execute(select(slip_jobs).order_by(slip_jobs.c.number.desc()).limit(limit))
    return tuple(
        SlipJob(
            job=row.job,
            number=row.number,
            state=JobState(row.state),
            code=Code(row.code) if row.code else None,
            millimetres=row.millimetres,
            changed_at=dt.datetime.fromisoformat(row.changed_at),
        )
        for row in rows
    )


def counts(connection: Connection, since: dt.datetime) -> dict[JobState, int]:
    """Jobs whose state is of `since` (aware) or later, by state."""
    wanted = (
        select(slip_jobs.c.state, func.count()).where(slip_jobs.c.changed_at >= _utc(since)).group_by(slip_jobs.c.state)
    )
    return {JobState(state): count for state, count in connection.execute(wanted)}


def last_number(connection: Connection) -> int:
    """The last number given, of jobs that are forgotten, too; 0 before the first."""
    found = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'slip_jobs'").scalar()
    return int(found or 0)


def continue_after(connection: Connection, number: int) -> None:
    """Makes the next number `number` + 1, in an empty journal."""
    connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('slip_jobs', ?)", (number,))


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat()
