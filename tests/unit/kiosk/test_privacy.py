"""A scan finds planted facts in whatever form and place, finds nothing where nothing is, and never tells a value.

The people here are invented: no district has the code 370699.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import os
import sqlite3
import struct
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given, strategies as st
from typer.testing import CliRunner, Result

from cardreader.fields import check_character
from kiosk.__main__ import app
from kiosk.home import Home
from kiosk.lock import KioskLock, holder
from kiosk.needles import Finder, UnfitFact, facts_of, forms, is_credit_code, is_resident_id
from kiosk.privacy import CARD_SERVICE_LEFT, Report, scan

ROOT = Path(__file__).parents[3]
TODAY = dt.date(2026, 11, 21)
NAME, BORN = "欧阳样例", dt.date(1985, 8, 21)
ID = "37069919850821001"
ID += check_character(ID)
CARD = "3104930699900000019"
FACTS = {"name": NAME, "id_number": ID, "card_number": CARD, "birth_date": BORN.isoformat(), "uid": "04574B00000019"}
VALUES = (*FACTS.values(), f"{BORN:%Y%m%d}")


def finder(**facts: str) -> Finder:
    return Finder((form for name, value in (facts or FACTS).items() for form in forms(name, value)), today=TODAY)


def packed(digits: str) -> bytes:
    return bytes.fromhex(digits)


ENCODINGS: dict[str, tuple[str, bytes]] = {
    "id_number, ASCII": ("id_number", ID.encode()),
    "id_number, UTF-16": ("id_number", ID.encode("utf-16-le")),
    "id_number, UTF-32": ("id_number", ID.encode("utf-32-le")),
    "id_number in groups, ASCII": ("id_number", f"{ID[:6]} {ID[6:14]} {ID[14:]}".encode()),
    "id_number, packed digits": ("id_number", packed(ID)),
    "id_number, packed digits (odd)": ("id_number", packed("F" + ID + "F")),
    "id_number, hexadecimal": ("id_number", ID.encode().hex().encode()),
    "id_number, 64-bit number": ("id_number", struct.pack("<q", int(ID))),
    "id_number, 64-bit number (big end first)": ("id_number", struct.pack(">q", int(ID))),
    "card_number, packed digits": ("card_number", packed("0" + CARD)),
    "card_number, packed digits (odd)": ("card_number", packed(CARD + "F")),
    "card_number in groups, ASCII": ("card_number", b"3104-9306-9990-0000-019"),
    "name, UTF-8": ("name", NAME.encode()),
    "name, GBK": ("name", NAME.encode("gbk")),
    "name, UTF-16": ("name", NAME.encode("utf-16-le")),
    "name, UTF-32": ("name", NAME.encode("utf-32-le")),
    "name, hexadecimal": ("name", NAME.encode().hex().upper().encode()),
    "name, hexadecimal of GBK": ("name", NAME.encode("gbk").hex().encode()),
    "name, JSON escapes": ("name", json.dumps(NAME).encode()),
    "name, percent escapes": ("name", urllib.parse.quote(NAME).encode()),
    "name, percent escapes of GBK": ("name", urllib.parse.quote(NAME, encoding="gbk", safe="").encode()),
    "name, escaped bytes of GBK": ("name", "".join(rf"\x{byte:02x}" for byte in NAME.encode("gbk")).encode()),
    "birth_date, ASCII": ("birth_date", b"1985-08-21"),
    "birth_date, ASCII (compact)": ("birth_date", b"19850821"),
    "birth_date, UTF-8": ("birth_date", "1985年8月21日".encode()),
    "birth_date, GBK": ("birth_date", "1985年08月21日".encode("gbk")),
    "birth_date, record of a card": ("birth_date", b"\x0d\x04\x19\x85\x08\x21"),
    "uid, as it is": ("uid", bytes.fromhex("04574B00000019")),
    "uid, hexadecimal": ("uid", b"04:57:4b:00:00:00:19"),
}
for _shift in range(3):
    for _name, _data in (("id_number, base64", ID.encode()), ("name, base64", NAME.encode())):
        ENCODINGS[f"{_name} ({_shift})"] = (_name.partition(",")[0], base64.b64encode(b"\xa5" * _shift + _data + b"z"))


def kind_of(title: str) -> str:
    return title.partition(" (")[0]


@pytest.mark.parametrize("title", ENCODINGS)
def test_every_form_is_found_in_a_file(home: Home, title: str) -> None:
    name, data = ENCODINGS[title]
    noise = bytes(range(1, 256)) * 2000
    (home.root / "leftover.bin").write_bytes(noise + data + noise)
    report = scan(home, finder(**{name: FACTS[name]}))
    found = {(each.what, each.where) for each in report.findings}
    assert (kind_of(title), str(home.root / "leftover.bin")) in found
    assert report.status == "found"
    at = {each.at for each in report.findings}
    assert any(len(noise) <= each < len(noise) + len(data) for each in at)


@pytest.mark.parametrize("cut", range(0, 18, 3))
def test_a_fact_that_lies_across_two_pieces(cut: int) -> None:
    whole = b"." * 300_000 + ID.encode() + b"." * 300_000
    at = 300_000 + cut
    told = list(finder().scan([whole[:at], whole[at:]]))
    assert told.count((300_000, "id_number, ASCII")) == 1


@given(st.integers(0, 900_000), st.lists(st.integers(1, 400_000), max_size=6), st.sampled_from(sorted(ENCODINGS)))
def test_pieces_make_no_difference(at: int, sizes: list[int], title: str) -> None:
    name, data = ENCODINGS[title]
    whole = bytes(at) + data + bytes(900_000 - at)
    one = finder(**{name: FACTS[name]})
    pieces, start = [], 0
    for size in [*sizes, len(whole)]:
        pieces.append(whole[start : start + size])
        start += size
    assert sorted(one.scan(pieces)) == sorted(one.find(whole))
    assert kind_of(title) in {kind for _, kind in one.find(whole)}


@given(
    st.one_of(
        st.text(min_size=2, max_size=12),
        st.integers(1, 10**20).map(str),
        st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)).map(str),
    )
)
def test_whatever_a_fact_is_every_form_of_it_is_found(value: str) -> None:
    try:
        made = forms("fact", value.strip())
    except (UnfitFact, UnicodeEncodeError):
        assert len(value.strip()) < 5 or not value.isprintable()
        return
    one = Finder(made, today=TODAY)
    for form in made:
        assert value not in repr(form)
        data = b"\x7f" * 16 + form.before + form.body + b"".join(form.after[:1]) + b"\x7f" * 16
        where = 16 + len(form.before)
        address = None if form.aligned is None else (form.aligned - where) % 16
        assert (where, form.kind) in set(one.find(data, address))


def test_short_names_are_told_from_noise() -> None:
    two = finder(name="王样")
    assert {kind for _, kind in two.find("王样".encode("gbk") + b"\0")} == {"name, GBK"}
    assert {kind for _, kind in two.find("王样".encode("utf-16-le") + b"\0\0")} == {"name, UTF-16"}
    assert not list(two.find(b"\x11" + "王样".encode("gbk") + b"\x11"))
    with pytest.raises(UnfitFact) as refused:
        forms("sex", "男")
    assert "sex" in str(refused.value) and "男" not in str(refused.value)


# --- Shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-32-le"])
@pytest.mark.parametrize("number", [ID, "37069919590921002X", CARD])
def test_numbers_of_people_are_found_by_their_shape(number: str, encoding: str) -> None:
    if number.endswith("X"):
        number = number[:17] + check_character(number)
    text = f"（{number}）" if encoding != "ascii" else f"<{number}>"
    (told,) = Finder(today=TODAY).find(text.encode(encoding))
    width = {"ascii": 1, "utf-16-le": 2, "utf-32-le": 4}[encoding]
    assert told[0] == width
    assert told[1].split(",")[0] == (
        "T-Union number (by its shape)" if number == CARD else "resident ID number (by its shape)"
    )


def test_ef15_as_a_card_sends_it() -> None:
    public = bytes.fromhex("05214560FFFFFFFF0200") + packed("0" + CARD) + bytes.fromhex("20240521203405210000")
    assert list(Finder(today=TODAY).find(public)) == [(10, "T-Union number (by its shape), packed digits")]
    assert not list(Finder(today=TODAY).find(public.replace(b"\x20\x34", b"\x20\x3a")))


@pytest.mark.parametrize(
    "text",
    [
        ID[:17] + ("0" if ID[17] != "0" else "1"),  # check character
        "9" + ID,  # part of a longer number
        ID + "5",
        "a" + ID,
        "99" + ID[2:],  # no province
        "370699198513210011",  # no such month
        "370699203008210011",  # not born yet
        "1763764997123456789",  # nanoseconds
        CARD + "1",
    ],
)
def test_other_numbers_are_nobodys(text: str) -> None:
    assert not list(Finder(today=TODAY).find(text.encode()))


def test_a_credit_code_in_public_content_is_a_department() -> None:
    # One that can be both: 11 01 19 is a district, and 19… a year.
    both = next(
        code
        for serial in range(100_000)
        if is_credit_code(code := (body := f"11011919700101{serial % 1000:03}") + check_character(body))
        and is_resident_id(code, TODAY)
    )
    assert [kind for _, kind in Finder(today=TODAY).find(both.encode())] == ["resident ID number (by its shape), ASCII"]
    assert not list(Finder(today=TODAY).find(both.encode(), public=True))


def test_the_sample_city_holds_none(home: Home, root: Path) -> None:
    from kiosk.contents import sample_city
    from kiosk.settings import Settings

    sample_city(Settings(profile="demo"), home)
    (home.root / "records").symlink_to(root / "deploy" / "sample_city")
    report = scan(home, Finder())
    assert report.findings == [] and report.gaps == [] and report.status == "clean"
    assert report.file_bytes > 1_000_000


# --- Places -----------------------------------------------------------------------------------------------------------


def found(report: Report) -> set[tuple[str, str]]:
    return {(each.what, each.where) for each in report.findings}


def test_a_row_that_lies_in_two_places_of_its_file(home: Home) -> None:
    """Long values are cut at the ends of pages; read as a row they are whole."""
    with contextlib.closing(sqlite3.connect(home.device_db)) as connection:
        connection.execute("PRAGMA page_size = 512")
        connection.execute("CREATE TABLE slips (id INTEGER, said TEXT)")
        rows = [(number, "x" * number + NAME + "x" * 470) for number in range(60)]
        connection.executemany("INSERT INTO slips VALUES (?, ?)", rows)
        connection.commit()
    report = scan(home, finder(name=NAME))
    by_place = {each.where: each for each in report.findings}
    assert by_place[f"{home.device_db}, rows of slips"].times == 60
    assert by_place[f"{home.device_db}, rows of slips"].at == 1
    assert by_place[str(home.device_db)].times < 60


def test_what_is_in_the_write_ahead_log_alone(home: Home) -> None:
    with contextlib.closing(sqlite3.connect(home.device_db)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE marks (name TEXT)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("INSERT INTO marks VALUES (?)", (NAME,))
        connection.commit()
        told = found(scan(home, finder()))
        assert ("name, UTF-8", f"{home.device_db}-wal") in told
        assert ("name, UTF-8", f"{home.device_db}, rows of marks") in told
        assert ("name, UTF-8", str(home.device_db)) not in told
        # As a crash leaves it: no shared memory beside the log. Nothing is made by looking.
        crashed = Home(home.root.parent / "crashed")
        crashed.root.mkdir()
        for end in ("", "-wal"):
            (crashed.root / f"device.db{end}").write_bytes(home.root.joinpath(f"device.db{end}").read_bytes())
    assert ("name, UTF-8", f"{crashed.device_db}-wal") in found(scan(crashed, finder()))
    assert sorted(path.name for path in crashed.root.iterdir()) == ["device.db", "device.db-wal"]


def test_a_deleted_row_is_still_in_the_file(home: Home) -> None:
    with contextlib.closing(sqlite3.connect(home.device_db)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE marks (name TEXT)")
        connection.execute("INSERT INTO marks VALUES (?)", (NAME,))
        connection.commit()
        connection.execute("DELETE FROM marks")
        connection.commit()
    assert found(scan(home, finder())) == {("name, UTF-8", str(home.device_db))}


def test_a_name_of_a_file_is_found_and_not_told(home: Home) -> None:
    (home.logs / f"{NAME}.txt").write_bytes(CARD.encode())
    report = scan(home, finder())
    assert ("name, UTF-8, name of a file", str(home.logs)) in found(report)
    assert ("card_number, ASCII", str(home.logs / "…")) in found(report)


def test_a_file_that_cannot_be_read_is_a_gap(home: Home) -> None:
    (home.logs / "nowhere").symlink_to(home.logs / "nowhere")  # a loop: ELOOP, for root as well
    report = scan(home, finder())
    assert [gap.where for gap in report.gaps] == [str(home.logs / "nowhere")]
    assert report.status == "incomplete"


# --- Memory -----------------------------------------------------------------------------------------------------------

KEEPER = """
import ctypes, datetime, mmap, os, sys
given = bytes(byte ^ 0x5A for byte in bytes.fromhex(sys.stdin.readline()))
{does}
print("ready", flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def keeper(does: str, data: bytes = b"", *command: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that does something with `given`, `data` in a disguise, and waits."""
    disguised = bytes(byte ^ 0x5A for byte in data).hex()
    with subprocess.Popen(
        [*command, sys.executable, "-S", "-c", KEEPER.format(does=does)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options,
    ) as process:  # fmt: skip
        try:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(disguised + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("title", ENCODINGS)
def test_every_form_is_found_in_memory(home: Home, title: str) -> None:
    name, data = ENCODINGS[title]
    with keeper("kept = bytearray(b'.' * 1000 + given + b'.' * 1000)", data) as process:
        report = scan(home, finder(**{name: FACTS[name]}), [process.pid])
    told = {each.what for each in report.findings if each.where.startswith(f"process {process.pid} (")}
    assert kind_of(title) in told
    assert all(each.in_memory for each in report.findings)


OBJECTS = {
    "id_number, number of Python": "kept = [3706991985 * 10**8 + int(given)]",
    "birth_date, date of Python": "kept = datetime.datetime(1984 + 1, 8, 21, 12)",
    "birth_date, number of Python": "kept = [(1984 + 1) * 10000 + 821]",
    "name, UTF-16": "kept = given.decode()[:-6] + given.decode()[-6:-2]",
    "name, UTF-32": "kept = given.decode()[-6:-2] + chr(0x1F600)",
}


@pytest.mark.parametrize("title", OBJECTS)
def test_objects_of_python_are_found(home: Home, title: str) -> None:
    data = ID[10:].encode() if "id" in title else f"不{NAME}了。".encode()
    facts = finder(**{title.partition(",")[0]: FACTS[title.partition(",")[0]]})
    with keeper(OBJECTS[title], data) as process:
        told = {each.what for each in scan(home, facts, [process.pid]).findings}
    assert title in told


@pytest.mark.parametrize(
    ("does", "where"),
    [
        ("kept = mmap.mmap(-1, 8192); kept.write(given)", "/dev/zero"),
        ("kept = mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE); kept.seek(1 << 29); kept.write(given)", "anonymous"),
        ("freed = [given * 50_000]; del freed; held = [bytearray(64) for _ in range(9)]; kept = given[:]", ""),
        ("file = os.memfd_create('kept'); os.write(file, given)", "open file that is removed"),
        ("os.posix_spawn('/bin/sh', ['sh', '-c', 'read x; echo $x', given.decode()], {})", "(sh)"),
    ],
    ids=["shared", "sparse", "freed", "memfd", "child"],
)
def test_wherever_it_is_kept(home: Home, does: str, where: str) -> None:
    with keeper(does, NAME.encode()) as process:
        report = scan(home, finder(name=NAME), [process.pid])
    assert any(what == "name, UTF-8" and where in place for what, place in found(report)), found(report)
    assert report.gaps == []


def test_a_clean_process_is_clean(home: Home) -> None:
    with keeper("kept = b'nobody'") as process:
        report = scan(home, finder(), [process.pid])
    assert report.status == "clean" and report.findings == []
    assert sum(report.processes.values()) > 1_000_000


def test_an_open_file_elsewhere(home: Home, tmp_path: Path) -> None:
    with keeper(
        f"kept = open({str(tmp_path / 'elsewhere')!r}, 'wb', 0); kept.write(given); del given", CARD.encode()
    ) as it:
        told = found(scan(home, finder(card_number=CARD), [it.pid]))
    assert any(str(tmp_path / "elsewhere") in place for _, place in told)


def test_the_kiosk_is_found_by_its_lock(home: Home) -> None:
    with KioskLock(home):
        assert holder(home) == os.getpid()
    assert holder(home) is None and home.lock.read_text().strip() == str(os.getpid())
    script = f"""
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from kiosk.home import Home
from kiosk.lock import KioskLock
lock = KioskLock(Home(Path({str(home.root)!r}))).__enter__()
"""
    with keeper(script.strip(), NAME.encode(), env={**os.environ, "TMPDIR": str(home.root.parent / "tmp")}) as process:
        (home.root.parent / "tmp").mkdir()
        (home.root.parent / "tmp" / "dropped").write_bytes(CARD.encode())
        report = scan(home, finder())
    assert report.kiosk == process.pid
    assert any(where.startswith(f"process {process.pid} (") for _, where in found(report))
    assert ("card_number, ASCII", str(home.root.parent / "tmp" / "dropped")) in found(report)


def test_what_lay_in_the_temporary_folder_before_is_not_the_kiosks(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp" / "deep").mkdir(parents=True)
    old, new = tmp_path / "tmp" / "old", tmp_path / "tmp" / "deep" / "new"
    for path in (old, new):
        path.write_bytes(CARD.encode())
    home.lock.touch()
    os.utime(old, (1_000_000_000, 1_000_000_000))
    assert {where for _, where in found(scan(home, finder()))} == {str(new)}


def test_a_core_dump_beside_the_process(home: Home, tmp_path: Path) -> None:
    (tmp_path / "core").write_bytes(bytes(5000) + CARD.encode())
    (tmp_path / "core.py").write_bytes(CARD.encode())
    with keeper("", cwd=tmp_path) as process:
        told = found(scan(home, finder(card_number=CARD), [process.pid]))
    assert {where for _, where in told} == {str(tmp_path / "core")}


def test_a_card_service_that_was_not_ended(home: Home) -> None:
    """A second one stands by only while a card is being shown."""
    start = "import subprocess; kept = [subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()', %s])%s]"
    one = start % ("'cardreader.process'", "")
    two = start % ("'cardreader.process'", " for _ in range(2)")
    with keeper(one) as process:
        assert scan(home, Finder(), [process.pid]).status == "clean"
    with keeper(two) as process:
        (finding,) = scan(home, Finder(), [process.pid]).findings
    assert finding.what == CARD_SERVICE_LEFT and finding.where.startswith("process ")


def test_no_such_process(home: Home) -> None:
    with keeper("") as process:
        pass
    report = scan(home, finder(), [process.pid])
    assert report.status == "incomplete" and report.gaps[0].where == f"process {process.pid}"


# --- The command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FACTS), "utf-8")
    return path


def command(home: Home, *words: object, stdin: str | None = None) -> Result:
    runner = CliRunner(env={"BIANMINTING_HOME": str(home.root)})
    return runner.invoke(app, ["privacy-scan", *map(str, words)], input=stdin)


def test_the_value_is_never_told(home: Home, facts: Path) -> None:
    (home.logs / "kiosk.log").write_text(f"{NAME} {ID} {CARD} {BORN}\n", "utf-8")
    for words in ([], ["--json"]):
        result = command(home, "--needles", facts, *words)
        assert result.exit_code == 1
        assert str(home.logs / "kiosk.log") in result.output and "id_number, ASCII" in result.output
        assert not any(value in result.output for value in VALUES)


def test_clean_and_found_as_programs_read_it(home: Home, facts: Path) -> None:
    result = command(home, "--needles", facts, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["status"], told["found"], told["gaps"]) == (0, "clean", [], [])
    (home.root / "sync").mkdir()
    (home.root / "sync" / "state.json").write_text(json.dumps({"who": NAME}), "utf-8")
    result = command(home, "--needles", "-", "--json", stdin=json.dumps([FACTS, {"name": "诸葛样例"}]))
    told = json.loads(result.stdout)
    assert (result.exit_code, told["status"], told["facts"]) == (1, "found", True)
    assert {(each["what"], each["where"]) for each in told["found"]} == {
        ("name of 1, JSON escapes", str(home.root / "sync" / "state.json"))
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "not JSON"), ("[]", "no facts"), ('{"name": 5}', "name: not a text"), ('{"sex": "1"}', "sex: too short")],
)
def test_facts_that_cannot_be_looked_for(home: Home, text: str, says: str) -> None:
    result = command(home, "--needles", "-", stdin=text)
    assert result.exit_code == 2 and says in " ".join(result.output.split())


def test_facts_do_not_belong_into_the_home(home: Home, facts: Path) -> None:
    inside = home.root / "facts.json"
    facts.rename(inside)
    assert command(home, "--needles", inside).exit_code == 2


def test_lists_of_facts() -> None:
    assert facts_of({"uid": ["04574B01", "04574B02"]}) == (("uid", "04574B01"), ("uid", "04574B02"))


def test_what_may_not_be_read_is_never_clean(home: Home, lacking: Callable[[str], NoReturn]) -> None:
    """A process that keeps its memory to itself, seen by one who is not all-powerful."""
    without: tuple[str, ...] = ()
    if os.geteuid() == 0:
        without = ("setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace")
        if subprocess.run([*without, "true"], check=False, capture_output=True).returncode != 0:
            lacking("setpriv")
    # PR_SET_DUMPABLE
    with keeper("ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)") as process:
        result = subprocess.run(  # noqa: PLW1510
            [*without, sys.executable, "-m", "kiosk", "privacy-scan", "--pid", str(process.pid)],
            cwd=ROOT, env={**os.environ, "BIANMINTING_HOME": str(home.root)}, capture_output=True, text=True,
        )  # fmt: skip
    assert result.returncode == 2, result.stderr
    assert f"process {process.pid} (" in result.stderr and "try as root" in result.stderr
    assert "clean" not in result.stdout and "incomplete" in result.stdout


def test_a_hundred_megabytes_take_seconds(home: Home) -> None:
    with (home.root / "big").open("wb") as stream:
        for _ in range(10):
            stream.write(bytes(5_000_000) + os.urandom(5_000_000))
    began = time.process_time()
    assert scan(home, finder()).findings == []
    assert time.process_time() - began < 30
