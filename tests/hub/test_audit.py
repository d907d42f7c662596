from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from hub import audit, marks
from hub.audit import BadEntry, Event
from hub.tables import audit as table, marks as marks_table
from tests.hub.conftest import PASSWORD, City


@pytest.fixture
def log(city: City) -> City:
    """A city with at least twelve entries."""
    events = [Event(city.writer.id, "item.save", f"guide/mz-{number}", {"version": number}) for number in range(12)]
    for event in events:
        city.office.store.run_tx(partial(_told, city, event))
    return city


def _told(city: City, event: Event, connection: Connection) -> None:
    audit.append(connection, city.clock(), event)


def alter(city: City, seq: int, **values: Any) -> None:
    city.office.store.run_tx(lambda tx: tx.execute(update(table).where(table.c.seq == seq).values(**values)))


def rows(city: City) -> list[dict[str, Any]]:
    return city.office.store.read(
        lambda tx: [dict(row._mapping) for row in tx.execute(select(table).order_by(table.c.seq)).all()]
    )


def rehashed(found: list[dict[str, Any]], start: int) -> list[dict[str, Any]]:
    """What a forger who knows the code would write: every hash from `start` on made anew."""
    before = found[start - 1]["hash"]
    for row in found[start:]:
        row["before"] = before
        row["hash"] = before = audit._hash(row)
    return found


def test_a_whole_chain(log: City) -> None:
    assert log.office.audit.verify() is None
    seq, digest = log.office.audit.head()
    assert (seq, digest) == (len(rows(log)), rows(log)[-1]["hash"])


@pytest.mark.parametrize(
    "change",
    [
        {"who": "somebody else"},
        {"details": '{"version":99}'},
        {"at": "2020-01-01T00:00:00.000000+00:00"},
        {"subject": "guide/another"},
        {"action": "item.approve"},
        {"done": False},
        {"hash": "f" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_altered_entry(log: City, change: dict[str, Any]) -> None:
    alter(log, 9, **change)
    assert log.office.audit.verify() == BadEntry(9, "altered")


def test_a_removed_entry(log: City) -> None:
    log.office.store.run_tx(lambda tx: tx.execute(delete(table).where(table.c.seq == 9)))
    assert log.office.audit.verify() == BadEntry(9, "missing")


def test_a_cut_end(log: City) -> None:
    last = len(rows(log))
    log.office.store.run_tx(lambda tx: tx.execute(delete(table).where(table.c.seq == last)))
    assert log.office.audit.verify() == BadEntry(last, "cut")


def test_entries_changed_places(log: City) -> None:
    found = {row["seq"]: row for row in rows(log)}
    for seq, other in ((9, 10), (10, 9)):
        alter(log, seq, **{name: found[other][name] for name in ("who", "action", "subject", "details", "at")})
    assert log.office.audit.verify() == BadEntry(9, "altered")


def test_an_entry_put_in_with_its_own_hash(log: City) -> None:
    found = rows(log)
    found[8]["details"] = '{"version":77}'
    found[8]["hash"] = audit._hash(found[8])
    alter(log, 9, details=found[8]["details"], hash=found[8]["hash"])
    assert log.office.audit.verify() == BadEntry(10, "unlinked")


def test_a_chain_written_anew_does_not_end_where_the_head_says(log: City) -> None:
    found = rows(log)
    found[8]["details"] = '{"version":77}'
    for row in rehashed(found, 8)[8:]:
        alter(log, row["seq"], **{name: row[name] for name in ("details", "before", "hash")})
    assert log.office.audit.verify() == BadEntry(len(found) + 1, "cut")


def test_nothing_is_told_of_what_was_rolled_back(city: City) -> None:
    before = city.office.audit.head()

    def work(connection: Any) -> None:
        audit.append(connection, city.clock(), Event("-", "item.save", "guide/x"))
        raise KeyError("undone")

    with pytest.raises(KeyError):
        city.office.store.run_tx(work)
    assert city.office.audit.head() == before
    assert city.office.audit.verify() is None


def test_passwords_never_and_long_texts_only_shortened(city: City) -> None:
    city.office.people.reset_password(city.writer, "another long one")
    city.office.store.run_tx(
        lambda tx: audit.append(tx, city.clock(), Event("-", "item.return", "guide/x", {"remark": "长" * 500}))
    )
    told = json.dumps(rows(city), ensure_ascii=False)
    assert PASSWORD not in told and "another long one" not in told and "argon2" not in told
    assert len(city.office.audit.entries(limit=1)[0].details["remark"]) == audit.LONGEST_DETAIL


def test_reading_by_who_what_and_outcome(log: City) -> None:
    read = log.office.audit.entries
    assert [entry.subject for entry in read(action="item.", limit=2)] == ["guide/mz-11", "guide/mz-10"]
    assert [entry.subject for entry in read(subject="guide/mz-3")] == ["guide/mz-3"]
    assert {entry.who for entry in read(who=log.writer.id)} == {log.writer.id}
    newest = read(limit=1)[0]
    assert read(limit=1, older_than=newest.seq)[0].seq == newest.seq - 1
    assert read(done=False) == ()


def test_reading_by_time(log: City) -> None:
    read = log.office.audit.entries
    every = read(limit=999)
    middle = every[len(every) // 2]
    assert [one.seq for one in read(since=middle.at, limit=999)] == [one.seq for one in every if one.at >= middle.at]
    assert [one.seq for one in read(until=middle.at, limit=999)] == [one.seq for one in every if one.at < middle.at]
    assert 0 < len(read(since=middle.at, limit=999)) < len(every)


def test_the_head_cannot_be_moved_by_two(log: City) -> None:
    assert log.office.store.read(lambda tx: marks.get(tx, audit.HEAD)).startswith(f"{len(rows(log))}:")
    log.office.store.run_tx(
        lambda tx: tx.execute(update(marks_table).where(marks_table.c.name == audit.HEAD).values(value="1:" + "0" * 64))
    )
    with pytest.raises(Exception, match=r"(?i)unique"):
        log.office.store.run_tx(lambda tx: tx.execute(insert(table).values(rows(log)[1])))
    assert log.office.audit.verify() is not None
