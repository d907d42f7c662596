"""The commands as a program meets them: standard output, standard error and exit status."""

from __future__ import annotations

import json
import os
import resource
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner, Result

from kiosk.__main__ import Lang, app
from kiosk.home import Home
from kiosk.lock import KioskLock
from kiosk.staffgate import PinHash
from phrases import LANGUAGES

Kiosk = Callable[..., Result]


@pytest.fixture
def kiosk(home: Home) -> Kiosk:
    """Runs a command in this process, in a home of its own."""

    def run(*words: str | Path, stdin: str | None = None, **environ: str) -> Result:
        clean = {name: None for name in os.environ if name.startswith("BIANMINTING_")}
        env: dict[str, str | None] = {**clean, "BIANMINTING_HOME": str(home.root), **environ}
        return CliRunner().invoke(app, [str(word) for word in words], input=stdin, env=env, prog_name="kiosk")

    return run


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_help_is_quick_and_leaves_kivy_alone(root: Path) -> None:
    code = (
        "import sys; sys.argv = ['kiosk', '--help']\n"
        "from kiosk.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('kivy', 'sqlalchemy', 'PIL', 'pydantic', 'rich') if m in sys.modules], file=sys.stderr)\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert "Commands:" in run.stdout
    assert run.stderr == "[]\n"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


def test_search_as_a_program_reads_it(kiosk: Kiosk, built: Path) -> None:
    hits = answer(kiosk("search", "驾照丢了", "--catalogue", built, "--json"))
    assert list(hits[0]) == ["id", "code", "name", "score", "matched"]
    assert (hits[0]["id"], hits[0]["code"], hits[0]["name"]) == ("ga-023", None, "机动车驾驶证补领")
    assert {"text": "驾照丢了", "via": "alias"} in hits[0]["matched"]
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_search_keeps_to_the_limit(kiosk: Kiosk, built: Path) -> None:
    assert len(answer(kiosk("search", "证件", "--catalogue", built, "--json"))) > 1
    assert len(answer(kiosk("search", "证件", "--catalogue", built, "--json", "--limit", "1"))) == 1


def test_search_for_people(kiosk: Kiosk, built: Path) -> None:
    result = kiosk("search", "补驾照", "--catalogue", built)
    assert result.stdout.splitlines()[0].split()[:4] == ["1", "机动车驾驶证补领（驾照丢了）", "公安局", "ga-023"]


@pytest.mark.parametrize("from_stdin", [False, True])
def test_batch_answers_line_by_line(kiosk: Kiosk, built: Path, tmp_path: Path, from_stdin: bool) -> None:
    queries = "驾照丢了\r\n\n护照\n"
    file = tmp_path / "queries.txt"
    file.write_text(queries, "utf-8")
    result = kiosk(
        "search", "--batch", "-" if from_stdin else file, "--catalogue", built, stdin=queries if from_stdin else None
    )
    assert result.exit_code == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["query"] for line in lines] == ["驾照丢了", "", "护照"]
    assert [line["results"][0]["id"] if line["results"] else None for line in lines] == ["ga-023", None, "ga-044"]


def test_search_without_a_catalogue(kiosk: Kiosk) -> None:
    result = kiosk("search", "驾照")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("kiosk: K-01 no catalogue in ")
    assert result.stderr.count("\n") == 1


def test_search_in_the_synced_catalogue(kiosk: Kiosk, home: Home, built: Path) -> None:
    shutil.copy(built, home.catalogue(7))
    assert answer(kiosk("search", "护照", "--json"))[0]["id"] == "ga-044"


def test_search_in_the_sample_city(kiosk: Kiosk, records: Path, home: Home) -> None:
    environ = {"BIANMINTING_PROFILE": "demo", "BIANMINTING_CATALOGUE__SAMPLE_CITY": str(records)}
    assert answer(kiosk("search", "护照", "--json", **environ))[0]["id"] == "ga-044"
    assert len(home.samples()) == 1


def test_search_in_a_broken_catalogue(kiosk: Kiosk, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_text("not a database at all")
    result = kiosk("search", "护照", "--catalogue", broken)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("kiosk: D-01 broken.db")


@pytest.mark.parametrize(
    "words", [("search",), ("search", "a", "--batch", "b"), ("search", "a", "--limit", "0"), ("no",)]
)
def test_wrong_use_is_status_2(kiosk: Kiosk, words: tuple[str, ...]) -> None:
    result = kiosk(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_what_was_searched_is_nowhere_written_down(root: Path, home: Home, built: Path) -> None:
    query = "我的孩子叫独一无二"
    run = subprocess.run(
        [sys.executable, "-m", "kiosk", "--verbose", "search", query, "--catalogue", str(built), "--json"],
        cwd=root, env=os.environ | {"BIANMINTING_HOME": str(home.root)}, capture_output=True, check=True,
    )  # fmt: skip
    everything = run.stderr + b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())
    assert query.encode() not in everything


def test_settings_faults_are_one_coded_line_each(kiosk: Kiosk) -> None:
    result = kiosk("printer", "status", BIANMINTING_PRINTER__PORT="0", BIANMINTING_PRINTR="x")
    assert result.exit_code == 2
    assert [line[:12] for line in result.stderr.splitlines()] == ["kiosk: K-03 "] * 2


@pytest.mark.parametrize(("content", "why"), [(b"\xff\xfe\n", "is not UTF-8"), (None, "no file")])
def test_batch_file_that_cannot_be_read(
    kiosk: Kiosk, tmp_path: Path, built: Path, content: bytes | None, why: str
) -> None:
    queries = tmp_path / "queries.txt"
    if content is not None:
        queries.write_bytes(content)
    result = kiosk("search", "--batch", queries, "--catalogue", built)
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr


def test_file_that_cannot_be_written_is_named(kiosk: Kiosk, tmp_path: Path, built: Path) -> None:
    out = tmp_path / "gone" / "a.png"
    result = kiosk("slip", "ga-023", "--catalogue", built, "--out", out)
    assert result.exit_code == 1
    assert result.stderr == f"kiosk: {out}: No such file or directory\n"


def test_words_that_cannot_be_exported_are_told_with_their_file(kiosk: Kiosk, tmp_path: Path) -> None:
    out = tmp_path / "gone" / "words.json"
    result = kiosk("unmet", "export", out, BIANMINTING_PLACE__NUMBER="7")
    assert (result.exit_code, result.stderr) == (1, f"kiosk: {out}: No such file or directory\n")


def test_address_that_is_none_of_the_web(kiosk: Kiosk) -> None:
    result = kiosk("sync", "--once", "--from", "ftp://hub.example")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "kiosk: K-03 --from: ftp: only http, https, file and folders\n"
    result = kiosk("enrol", "K7QM-2XHD-9RTB", "--hub", "hub.example")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("--hub: an address begins with http:// or https://\n")


def test_no_stick_is_said(kiosk: Kiosk, tmp_path: Path) -> None:
    nothing = kiosk("usb", BIANMINTING_STAFF__USB_ROOTS=f"{tmp_path / 'a'}:{tmp_path / 'b'}")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert nothing.stderr == f"kiosk: no stick below {tmp_path / 'a'} or {tmp_path / 'b'}\n"
    assert answer(kiosk("usb", "--json", BIANMINTING_STAFF__USB_ROOTS=str(tmp_path))) == []


def test_build_and_what_it_says(kiosk: Kiosk, records: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.db"
    result = kiosk("catalogue", "build", records, "--out", out, "--revision", "12")
    assert result.exit_code == 0, result.stderr
    assert "revision 12, 2 guide, 1 life_event, 1 org, 1 place" in result.stdout
    assert answer(kiosk("search", "护照", "--catalogue", out, "--json"))[0]["id"] == "ga-044"


def test_build_of_records_with_faults_leaves_nothing(kiosk: Kiosk, records: Path, tmp_path: Path) -> None:
    (records / "more.jsonl").write_text('{"kind":"guide","id":"a","name":"甲"}\nno json\n', "utf-8")
    result = kiosk("catalogue", "build", records, "--out", tmp_path / "new.db")
    assert result.exit_code == 1
    assert "kiosk: R-02 more.jsonl:1: guide a: department: Field required" in result.stderr
    assert "more.jsonl:2: not JSON" in result.stderr
    assert not (tmp_path / "new.db").exists()


def test_build_that_keeps_going_says_what_it_left_out(kiosk: Kiosk, records: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.db"
    lost = '{"kind":"topic","id":"tp-1","name":"题","items":["ga-044","a"]}\n'
    (records / "more.jsonl").write_text('{"kind":"guide","id":"a","name":"甲"}\nno json\n' + lost, "utf-8")
    result = kiosk("catalogue", "build", records, "--out", out, "--keep-going")
    assert result.exit_code == 0, result.stderr
    assert result.stderr.splitlines() == [
        "kiosk: R-02 more.jsonl:1: guide a: department: Field required: left out",
        "kiosk: R-01 more.jsonl:2: not JSON: Expecting value at column 1: left out",
        "kiosk: R-04 more.jsonl:3: topic tp-1: items: a is not here: left out this reference",
        "kiosk: 2 records left out, references left out of 1 more",
    ]
    assert "2 guide, 1 life_event, 1 org, 1 place, 1 topic" in result.stdout
    assert answer(kiosk("search", "护照", "--catalogue", out, "--json"))[0]["id"] == "ga-044"


def test_lint_names_the_line_and_tells_notes_when_asked(kiosk: Kiosk, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    guide = {"kind": "guide", "id": "g-1", "name": "补领", "department": "org-a", "visits": 1, "online_depth": 4}
    org = {"kind": "org", "id": "org-a", "name": "局"}
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in (org, guide)), "utf-8")
    plain, noted = (json.loads(kiosk("catalogue", "lint", file, "--json", *more).stdout) for more in ((), ("--notes",)))
    (stop,) = (one for one in plain if one["level"] == "stop")
    assert (stop["at"], stop["record"], stop["field"], stop["rule"]) == (
        "a.jsonl:2",
        "g-1",
        "visits",
        "online_yet_visits",
    )
    assert {one["level"] for one in plain} == {"stop", "warn"}
    assert [one["rule"] for one in noted if one["level"] == "note"] == ["visit_without_reason"]
    assert kiosk("catalogue", "lint", file).stdout.startswith("warn  a.jsonl:2 guide g-1 ")


def test_hundreds_of_faults_are_cut_short(kiosk: Kiosk, tmp_path: Path) -> None:
    file = tmp_path / "lost.jsonl"
    file.write_text(
        "".join(f'{{"kind":"guide","id":"g-{n}","name":"甲","department":"org-x"}}\n' for n in range(100)), "utf-8"
    )
    result = kiosk("catalogue", "build", file, "--out", tmp_path / "new.db")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "kiosk: R-04 and 80 more"


def test_build_into_a_folder_that_is_not_there(kiosk: Kiosk, records: Path, tmp_path: Path) -> None:
    result = kiosk("catalogue", "build", records, "--out", tmp_path / "gone" / "new.db")
    assert result.exit_code == 2
    assert "is no folder" in result.stderr


def test_folder_without_records(kiosk: Kiosk, tmp_path: Path) -> None:
    result = kiosk("catalogue", "lint", tmp_path)
    assert result.exit_code == 2
    assert "no *.jsonl" in result.stderr


def test_lint_finds_what_sends_people_in_vain(kiosk: Kiosk, records: Path) -> None:
    result = kiosk("catalogue", "lint", records, "--json")
    found = json.loads(result.stdout)
    assert list(found[0]) == ["kind", "record", "field", "rule", "level", "message", "at"]
    assert ("guide", "ga-044", "missing_fee") in {(one["kind"], one["record"], one["rule"]) for one in found}
    assert result.exit_code == (1 if any(one["level"] == "stop" for one in found) else 0)
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in one["message"]) for one in found)


def test_lint_over_several_files_names_unfit_lines_and_repeated_ids(kiosk: Kiosk, records: Path) -> None:
    (records / "more.jsonl").write_text('no json\n{"kind":"org","id":"org-ga","name":"又一个"}\n', "utf-8")
    result = kiosk("catalogue", "lint", records / "records.jsonl", records / "more.jsonl", "--json")
    assert result.exit_code == 1
    unfit = [(one["rule"], one["record"], one["level"]) for one in json.loads(result.stdout) if one["kind"] is None]
    assert sorted(unfit) == [("R-01", None, "stop"), ("R-03", None, "stop")]
    assert kiosk("catalogue", "lint", records / "more.jsonl").stdout.startswith("stop  more.jsonl:1: not JSON")


def test_slip_as_picture_and_bytes(kiosk: Kiosk, built: Path, tmp_path: Path) -> None:
    picture, escpos = tmp_path / "a.png", tmp_path / "a.bin"
    result = kiosk(
        "slip", "ga-023", "--catalogue", built, "--json", "--out", picture, "--escpos", escpos, "--variant", "compact"
    )
    told = answer(result)
    assert (told["item"], told["variant"], told["lang"], told["width"]) == ("ga-023", "compact", "zh-Hans", 576)
    png = picture.read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (told["width"], told["height"])
    job = escpos.read_bytes()
    assert len(job) == told["bytes"]
    assert job[:2] == b"\x1b@"
    assert b"\x1dv0" in job


def test_slip_on_narrow_paper_in_english(kiosk: Kiosk, built: Path) -> None:
    told = answer(kiosk("slip", "ga-023", "--catalogue", built, "--json", "--width", "58", "--lang", "en"))
    assert (told["width"], told["lang"]) == (384, "en")


def test_slip_of_a_life_event(kiosk: Kiosk, built: Path) -> None:
    result = kiosk("slip", "le-lost", "--catalogue", built)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("le-lost: 576 x ")


def test_slip_of_something_else(kiosk: Kiosk, built: Path) -> None:
    result = kiosk("slip", "pl-cgs", "--catalogue", built)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("kiosk: K-06 ")


def test_slip_languages_are_those_of_the_phrases() -> None:
    assert get_args(Lang) == LANGUAGES


def test_no_printer_is_absent(kiosk: Kiosk) -> None:
    result = kiosk("printer", "status", "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert (said["state"], said["prints"], said["trouble"]) == ("absent", False, "no printer is set")


@pytest.mark.parametrize("command", ["test", "calibrate"])
def test_nothing_is_printed_beside_a_running_kiosk(kiosk: Kiosk, home: Home, command: str) -> None:
    with KioskLock(home):
        result = kiosk("printer", command)
    assert result.exit_code == 2
    assert f"K-02 a kiosk already runs in {home.root} as process {os.getpid()}" in result.stderr


def test_second_kiosk_does_not_start(kiosk: Kiosk, home: Home) -> None:
    with KioskLock(home):
        result = kiosk("run", BIANMINTING_PROFILE="demo")
    assert result.exit_code == 2
    assert result.stderr.startswith("kiosk: K-02 ")


def test_street_kiosk_that_does_not_know_where_it_stands_does_not_start(kiosk: Kiosk) -> None:
    result = kiosk("run")
    assert result.exit_code == 2
    assert "place.name: must be set on a street kiosk" in result.stderr


def test_staff_pin_prints_a_hash_and_nothing_else(kiosk: Kiosk) -> None:
    result = kiosk("staff-pin", stdin="86420\n")
    assert result.exit_code == 0
    assert PinHash.parse(result.stdout.strip()).fits("86420")
    assert kiosk("staff-pin", stdin="12\n").exit_code == 2


def test_reader_that_has_gone_is_no_fault(root: Path, built: Path, tmp_path: Path) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text("驾照丢了\n" * 2000, "utf-8")
    run = subprocess.run(
        f"'{sys.executable}' -m kiosk search --batch '{queries}' --catalogue '{built}' | head -n 1",
        shell=True, cwd=root, env=os.environ | {"BIANMINTING_HOME": str(tmp_path)}, capture_output=True, check=False,
    )  # fmt: skip
    assert run.stdout.count(b"\n") == 1
    assert run.stderr == b""
