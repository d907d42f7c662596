from __future__ import annotations

import datetime as dt
import json
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from domain.errors import CatalogueError, Code, RecordError
from domain.records import digest
from localdb.catalogue.build import build
from localdb.catalogue.file import open_file, prove
from tests.unit.localdb.conftest import MADE_AT, SAMPLE_CITY, guide, lines, org

Record = dict[str, Any]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.db"


def make(source: Any, out: Path, revision: int = 3) -> str:
    return build(source, out, revision=revision, made_at=MADE_AT).digest


def leftovers(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir() if path != out)


def test_the_sample_city_has_the_digest_of_its_records(out: Path) -> None:
    told: list[float] = []
    info = build(SAMPLE_CITY, out, revision=3, made_at=MADE_AT, progress=told.append)
    raws = [json.loads(line) for file in SAMPLE_CITY.glob("*.jsonl") for line in file.read_bytes().splitlines()]
    assert info.digest == digest(raws)
    assert sum(info.counts.values()) == len(raws)
    assert (info.revision, info.made_at, info.sample) == (3, MADE_AT, True)
    assert prove(out) == info
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert leftovers(out) == []


def tables(path: Path) -> dict[str, list[Any]]:
    with sqlite3.connect(path) as connection:
        names = ("card", "said", "feed", "term", "ref", "lexicon", "meaning")
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3").fetchall() for name in names}


def test_the_order_of_records_does_not_matter(out: Path) -> None:
    records = [org(), *(guide(f"g-{number}", f"事项 {number} 补领") for number in range(300))]
    first = make(lines(*records), out), tables(out)
    random.Random(5).shuffle(records)
    assert (make(lines(*records), out), tables(out)) == first


def test_records_of_several_files_belong_together(tmp_path: Path, out: Path) -> None:
    (tmp_path / "orgs.jsonl").write_bytes(b"\n".join(lines(org())))
    (tmp_path / "guides.jsonl").write_bytes(b"\n".join(lines(guide("g-1", "补领"))))
    info = build([tmp_path / "orgs.jsonl", tmp_path / "guides.jsonl"], out, revision=1, made_at=MADE_AT)
    assert info.counts == {"guide": 1, "org": 1}
    assert info.sample is False


def test_an_unknown_kind_is_kept_and_digested(out: Path) -> None:
    records = [org(), {"kind": "penalty", "id": "p-1", "name": "罚", "amount": 3, "new": {"deep": [1]}}]
    assert make(lines(*records), out) == digest(records)
    with sqlite3.connect(out) as connection:
        (line,) = connection.execute("SELECT line FROM record WHERE kind = 'penalty'").fetchone()
    assert json.loads(line) == records[1]


def test_no_records_make_an_empty_catalogue(out: Path) -> None:
    assert build([], out, revision=1, made_at=MADE_AT).counts == {}
    assert prove(out).digest == digest([])


def refused(source: Any, out: Path) -> RecordError:
    with pytest.raises(RecordError) as caught:
        make(source, out)
    assert not out.exists()
    assert leftovers(out) == [path for path in leftovers(out) if path.endswith(".jsonl")]
    return caught.value


def test_every_fault_of_every_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"kind":"org","id":"org-a","name":"x"}\nnot json\n')
    (tmp_path / "b.jsonl").write_bytes(b'{"kind":"guide","id":"G 1","name":"","department":"org-a"}\n')
    error = refused(tmp_path, tmp_path / "catalogue.db")
    assert error.code is Code.RECORD_UNREADABLE
    assert [problem.split(": ")[0] for problem in error.problems] == ["a.jsonl:2", "b.jsonl:1", "b.jsonl:1"]
    assert "guide G 1: id" in error.problems[1]
    assert "guide G 1: name" in error.problems[2]


def test_a_record_that_stands_in_two_files_is_a_duplicate(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_bytes(lines(org())[0])
    error = refused(tmp_path, tmp_path / "catalogue.db")
    assert error.code is Code.RECORD_DUPLICATE
    assert error.problems == ("b.jsonl:1: org org-a stands already at a.jsonl:1",)


def test_references_that_lead_nowhere_are_listed(out: Path) -> None:
    records = lines(org(), guide("g-1", "补领", related=["g-9"]), guide("g-2", "换领", places=["pl-9"]))
    error = refused(records, out)
    assert error.code is Code.RECORD_DANGLING
    assert error.problems == (
        "records:2: guide g-1: related: g-9 is not here",
        "records:3: guide g-2: places: pl-9 is not here",
    )


def test_a_fault_leaves_the_older_catalogue_as_it_was(out: Path) -> None:
    made = make(lines(org()), out)
    before = out.read_bytes()
    with pytest.raises(RecordError):
        make([b"broken"], out)
    assert out.read_bytes() == before
    assert prove(out).digest == made


@pytest.fixture
def little_room() -> Iterator[None]:
    """Every database is full at 400 kB."""

    def limit(connection: Any, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 100")

    event.listen(Engine, "connect", limit)
    yield
    event.remove(Engine, "connect", limit)


@pytest.mark.usefixtures("little_room")
def test_a_full_disk_is_told_and_leaves_nothing_behind(out: Path) -> None:
    out.write_bytes(b"the older one")
    with pytest.raises(CatalogueError) as caught:
        make(SAMPLE_CITY, out)
    assert caught.value.code is Code.DISK_FULL
    assert out.read_bytes() == b"the older one"
    assert leftovers(out) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        make(lines(org()), tmp_path / "missing" / "catalogue.db")
    assert caught.value.code is Code.BUILD_FAILED


def test_two_builds_of_one_file_do_not_meet(out: Path) -> None:
    seen: list[str] = []

    def meanwhile(part: float) -> None:
        if part == 0.95:  # everything is written, nothing is in place
            seen.extend(leftovers(out))
            with pytest.raises(CatalogueError) as caught:
                make(lines(org(name="另一个")), out)
            assert caught.value.code is Code.BUILD_FAILED

    info = build(lines(org()), out, revision=1, made_at=MADE_AT, progress=meanwhile)
    assert len(seen) == 1
    assert prove(out) == info


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(bytes(content))


def test_a_changed_record_does_not_prove(out: Path) -> None:
    make(lines(org(name="找得到的名字"), guide("g-1", "补领")), out)
    at = out.read_bytes().index('"name":"找得到的名字"'.encode())
    flip(out, at + 9)
    with pytest.raises(CatalogueError) as caught:
        prove(out)
    assert caught.value.code is Code.CATALOGUE_UNREADABLE


def test_what_is_no_catalogue_is_not_opened(tmp_path: Path, out: Path) -> None:
    make(lines(org()), out)
    whole = out.read_bytes()
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    newer = tmp_path / "newer.db"
    newer.write_bytes(whole)
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    cut = tmp_path / "cut.db"
    cut.write_bytes(whole[: len(whole) // 2])
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"<html>502 Bad Gateway</html>" * 400)
    empty = tmp_path / "empty.db"
    empty.touch()
    codes = {}
    for path in (other, newer, cut, garbage, empty, tmp_path / "missing.db", tmp_path):
        with pytest.raises(CatalogueError) as caught:
            open_file(path)
        codes[path.name] = caught.value.code
    unreadable, foreign = Code.CATALOGUE_UNREADABLE, Code.CATALOGUE_FORMAT
    assert codes == {
        "other.db": foreign,
        "newer.db": foreign,
        "cut.db": unreadable,
        "garbage.db": unreadable,
        "empty.db": foreign,
        "missing.db": unreadable,
        tmp_path.name: unreadable,
    }


def test_made_at_keeps_its_moment(out: Path) -> None:
    moment = dt.datetime(2026, 3, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    build(lines(org()), out, revision=1, made_at=moment)
    pool, info = open_file(out)
    pool.close()
    assert info.made_at == moment
