from __future__ import annotations

import io
import logging
import re
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from domain.errors import Code, CodedError, DeviceStoreError, PrintError
from kiosk.home import Home
from kiosk.logs import FAULTS, FILE, logging_to, mask
from kiosk.settings import LogSettings

LINE = re.compile(
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00 (DEBUG|INFO|WARNING|ERROR|CRITICAL) +(\w+) +(\S+) +(.*)$"
)


def lines(home: Home) -> list[str]:
    return (home.logs / FILE).read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("身份证 370602195711231234", "身份证 [18 digits]"),
        ("37060219571123123X", "[17 digits]"),
        ("370602571123123", "[15 digits]"),
        ("370602 19571123 123X", "[17 digits]"),
        ("6217001234567890123", "[19 digits]"),
        ("6217 0012 3456 7890", "[16 digits]"),
        ("6217-0012-3456-7890-123", "[19 digits]"),
        ("打 13812345678 找", "打 [11 digits] 找"),
        ("138-1234-5678", "[11 digits]"),
        ("0535-6381234", "[11 digits]"),
        ("0535 638 1234", "[11 digits]"),
        ("6381234", "[7 digits]"),
        ("１３８１２３４５６７８", "[11 digits]"),
        ("ID370602195711231234号", "ID[18 digits]号"),
        ("13812345678123456", "[17 digits]"),
        ("0x80101381234567", "0x[14 digits]"),
    ],
)
def test_numbers_of_people_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T10:00:00.123+08:00",
        "printer 192.168.100.200:9100",
        "128286 bytes, 222.5 mm, slip 000042",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "打 12345",
        "P-02",
        "C-01 SCardConnect: 0x80100017",
    ],
)
def test_what_a_log_needs_stays(text: str) -> None:
    assert mask(text) == text


@given(st.text(alphabet="0123456789 -Xx号", max_size=60))
def test_no_run_of_seven_digits_gets_through(text: str) -> None:
    assert not re.search(r"\d{7}", re.sub(r"\b0x8010[0-9A-F]{4}\b", "", mask(text)))


def test_line_tells_time_level_room_and_code(home: Home) -> None:
    with logging_to(home, LogSettings(), stderr=io.StringIO()):
        logging.getLogger("printer.spooler").warning("cover", extra={"code": Code.COVER_OPEN})
        try:
            raise PrintError(Code.PAPER_OUT, "no paper")
        except PrintError:
            logging.getLogger("printer.spooler").exception("slip given back")
        logging.getLogger("localdb").info("opened")
    found = [match.groups() for line in lines(home) if (match := LINE.match(line))]
    assert found == [
        ("WARNING", "printer", "P-03", "cover"),
        ("ERROR", "printer", "P-02", "slip given back"),
        ("INFO", "localdb", "-", "opened"),
    ]
    assert any("PrintError: P-02 no paper" in line for line in lines(home))


def test_message_arguments_and_tracebacks_are_masked(home: Home) -> None:
    err = io.StringIO()
    with logging_to(home, LogSettings(), stderr=err):
        log = logging.getLogger("cardreader")
        log.info("card %s", "6217001234567890123")
        try:
            raise CodedError(Code.BAD_SETTINGS, "no person 370602195711231234")
        except CodedError:
            log.exception("odd")
    text = "\n".join(lines(home)) + err.getvalue()
    assert "no person [18 digits]" in text
    assert "6217001234567890123" not in text
    assert "370602195711231234" not in text


def test_words_of_foreign_exceptions_are_left_out(home: Home) -> None:
    typed = "老伴生病了"
    err = io.StringIO()
    with logging_to(home, LogSettings(), stderr=err):
        try:
            try:
                dict[str, str]()[typed]
            except KeyError as missing:
                raise DeviceStoreError(Code.JOURNAL_FAILED, "not kept") from missing
        except DeviceStoreError:
            logging.getLogger("journeys.walk").exception("a step failed")
    text = "\n".join(lines(home)) + err.getvalue()
    assert typed not in text
    assert "D-05 a step failed" in text
    assert "DeviceStoreError: D-05 not kept" in text  # what is ours is told, and so is where it came from
    assert "KeyError" in text and "[typed]" in text
    assert text.count("Traceback") == 4  # two exceptions, in the file and on standard error


def test_a_text_with_line_feeds_cannot_pose_as_a_line(home: Home) -> None:
    with logging_to(home, LogSettings(), stderr=io.StringIO()):
        logging.getLogger("inputs").info("first\n2026-11-21T10:00:00.000+08:00 ERROR kiosk K-01 forged")
    assert sum(LINE.match(line) is not None for line in lines(home)) == 1


def test_level_is_kept_to(home: Home) -> None:
    with logging_to(home, LogSettings(level="WARNING"), stderr=io.StringIO()):
        logging.getLogger("kiosk").info("quiet")
        logging.getLogger("kiosk").warning("loud")
    assert [line.rsplit(" ", 1)[1] for line in lines(home)] == ["loud"]


def test_files_are_bounded_in_size_and_number_and_private(home: Home) -> None:
    with logging_to(home, LogSettings(file_kb=16, files=2), stderr=io.StringIO()):
        for number in range(1200):
            logging.getLogger("kiosk").info("line %d of many that fill the files of this kiosk", number)
    files = sorted(home.logs.glob("kiosk.log*"))
    assert [path.name for path in files] == ["kiosk.log", "kiosk.log.1", "kiosk.log.2"]
    assert all(path.stat().st_size <= 16 * 1024 for path in files)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert lines(home)[-1].endswith("line 1199 of many that fill the files of this kiosk")


def test_thread_that_dies_is_logged(home: Home) -> None:
    def die() -> None:
        raise RuntimeError("out of paper and patience")

    with logging_to(home, LogSettings(), stderr=io.StringIO()):
        thread = threading.Thread(target=die, name="spooler")
        thread.start()
        thread.join()
    text = "\n".join(lines(home))
    assert "thread spooler has died" in text
    assert "RuntimeError" in text and "in die" in text
    assert "patience" not in "".join(line for line in text.splitlines() if "raise" not in line)


def test_uncaught_exception_and_crash_stacks_of_a_process(home: Home, root: Path) -> None:
    code = """if True:
        import faulthandler, pathlib, sys
        from kiosk.home import Home
        from kiosk.logs import crash_stacks_in, logging_to
        from kiosk.settings import LogSettings
        home = Home(pathlib.Path(sys.argv[1]))
        with logging_to(home, LogSettings()), crash_stacks_in(home, LogSettings()):
            sys.excepthook(*(lambda e: (type(e), e, None))(KeyError("the last one")))
            faulthandler._sigsegv()
    """
    run = subprocess.run(
        [sys.executable, "-c", code, str(home.root)], cwd=root, capture_output=True, text=True, check=False
    )
    assert run.returncode == -11
    assert any("CRITICAL kiosk" in line and "the kiosk stops" in line for line in lines(home))
    assert "Fatal Python error: Segmentation fault" in (home.logs / FAULTS).read_text()


def test_home_without_room_for_files_still_logs(tmp_path: Path) -> None:
    home = Home(tmp_path / "not made")
    err = io.StringIO()
    with logging_to(home, LogSettings(), stderr=err):
        logging.getLogger("kiosk").info("running")
    assert "no log files: No such file or directory" in err.getvalue()
    assert "running" in err.getvalue()


def test_everything_is_put_back(home: Home) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), sys.excepthook, threading.excepthook, sys.unraisablehook)
    with logging_to(home, LogSettings(), stderr=io.StringIO()):
        assert sys.excepthook is not before[2]
    assert (root.level, list(root.handlers), sys.excepthook, threading.excepthook, sys.unraisablehook) == before
