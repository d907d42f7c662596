"""Twenty people have laid down their cards, and nothing of them is left; what a leaking build leaves is found.

Real pcscd, the real card service, the real screen process; the scan is the command that staff run.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from kiosk.needles import Finder, forms
from tests.integration.cards import ROOT, CardBench
from tests.integration.glass import Glass
from workbench.cards import wallet

SESSIONS = 20

Facts = dict[str, str | list[str]]


class Screen:
    """A running kiosk, and what is to be seen on it."""

    def __init__(self, glass: Glass) -> None:
        self.pid = glass.pid
        self._glass = glass
        self.services: set[int] = set()
        """Numbers of all processes that have read a card."""

    def touch(self, act: str = "") -> dict[str, Any]:
        """Touches it, or only looks."""
        return self._glass.touch(act) if act else self._glass.look()

    def until(self, what: str, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        return self._glass.until(what, true)


@contextlib.contextmanager
def screen(bench: CardBench, folder: Path, leak: str = "") -> Iterator[Screen]:
    """A kiosk in `folder`, with seconds of a visit that fit a test."""
    home = folder / "home"
    home.mkdir(parents=True)
    (folder / "tmp").mkdir()
    ours = Path(os.environ.get("BIANMINTING_HOME", ROOT / "var"))
    (home / "fonts").symlink_to(ours / "fonts")
    environment = {name: value for name, value in bench.environment.items() if not name.startswith("BIANMINTING_")}
    environment |= {
        "BIANMINTING_HOME": str(home),
        "BIANMINTING_PROFILE": "demo",
        "BIANMINTING_PLACE__DISTRICT": "370602",
        "BIANMINTING_VISIT__CLEARED_S": "0.3",
        "BIANMINTING_VISIT__CARD_AWAY_S": "0.3",
        "TMPDIR": str(folder / "tmp"),
    }
    with Glass(environment, folder / "standard-error", leak) as glass:
        shown = Screen(glass)
        shown.until("a reader", lambda seen: seen["view"] == "Attract" and seen["reader"] == "empty")
        yield shown


def invented() -> list[Facts]:
    """What the workbench's cards hold about people who do not exist."""
    today = dt.date.today()
    cards: list[Facts] = []
    for someone in (wallet.person(today), wallet.senior(today)):
        cards.append({"name": someone.name, "id_number": someone.citizen_number})
        if not in_the_sample_city("birth_date", someone.born.isoformat()):
            cards[-1]["birth_date"] = someone.born.isoformat()
    numbers = [f"{wallet.YANTAI_PREFIX}{99_900_000_000 + serial:011}" for serial in range(1, 5)]
    numbers += ["3104930799900000005", "3104830099900000006", "6299990000000000"]
    cards.append({"card_number": numbers, "social_number": ["S00000001", "S00000002", "S00000003"]})
    cards.append({"uid": [f"04574B{serial:08X}" for serial in range(1, 10)]})
    return cards


def in_the_sample_city(name: str, value: str) -> bool:
    """Laws have dates, too."""
    finder = Finder(forms(name, value))
    return any(any(finder.find(path.read_bytes())) for path in (ROOT / "deploy" / "sample_city").glob("*.jsonl"))


def answers(bench: CardBench) -> Facts:
    """The very bytes that the cards have said, where there is something in them."""
    said = {bytes.fromhex(exchange["response"])[:-2][:32] for exchange in bench.log() if exchange["response"]}
    return {"answer as raw as a uid": sorted(data.hex() for data in said if len(set(data)) >= 6)}


def scan(folder: Path, facts: list[Facts]) -> tuple[int, dict[str, Any]]:
    """`kiosk privacy-scan`: exit status and report."""
    result = subprocess.run(
        [sys.executable, "-m", "kiosk", "privacy-scan", "--needles", "-", "--json"],
        cwd=ROOT, env={**os.environ, "BIANMINTING_HOME": str(folder / "home")},
        input=json.dumps(facts).encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert result.stdout, result.stderr.decode()
    for fact in facts:
        for value in itertools.chain(*(each if isinstance(each, list) else [each] for each in fact.values())):
            assert value.encode() not in result.stdout + result.stderr
    return result.returncode, json.loads(result.stdout)


def session(shown: Screen, bench: CardBench, card: str, number: int) -> None:
    """One person: lays a card down, looks at something, ends it in one of the ways there are."""
    bench.insert(card, wait=False)
    seen = shown.until("a read card", lambda seen: seen["view"] == "CardResults" or seen["phase"] == "unread")
    shown.services.add(seen["service"])
    read = seen["view"] == "CardResults"
    if read and number % 3 == 0:
        shown.touch("open")
    if read and number % 2 == 0:
        bench.remove(wait=False)  # and the seconds run out
    else:
        shown.touch("end")
        bench.remove(wait=False)
    shown.until("the farewell", lambda seen: seen["view"] in ("Cleared", "Attract") and seen["reader"] == "empty")


def test_nothing_of_twenty_people_is_left(card_bench: CardBench, tmp_path: Path) -> None:
    with screen(card_bench, tmp_path) as shown:
        cards = itertools.islice(itertools.cycle(card_bench.cards), SESSIONS)
        for number, card in enumerate(cards):
            session(shown, card_bench, card, number)
        status, report = scan(tmp_path, [*invented(), answers(card_bench)])
        assert (report["found"], report["gaps"]) == ([], [])
        assert (status, report["status"]) == (0, "clean")
        assert report["looked"]["kiosk"] == shown.pid
        assert sum(report["looked"]["processes"].values()) > 50_000_000
        assert report["looked"]["files"] > 5
        assert len(shown.services) == SESSIONS and shown.touch()["service"] not in shown.services
        assert not [pid for pid in shown.services if psutil.pid_exists(pid)]


def test_a_build_that_leaks_is_found(card_bench: CardBench, tmp_path: Path) -> None:
    """Each card is kept in one way more: in a global, in a log line, in a file."""
    someone = invented()[:1]
    with screen(card_bench, tmp_path, "memory,log,file") as shown:
        for what, where, files in (
            ("id_number, ASCII", r"process \d+ \(.*\), (\[heap\]|anonymous memory)", set()),
            ("name, UTF-8", r".*/home/logs/kiosk\.log", {"kiosk.log"}),
            ("name, JSON escapes", r".*/home/last\.json", {"kiosk.log", "last.json"}),
        ):
            session(shown, card_bench, "social-v1", 1)
            status, report = scan(tmp_path, someone)
            assert report["looked"]["kiosk"] == shown.pid
            assert (status, report["status"]) == (1, "found")
            assert [it for it in report["found"] if it["what"] == what and re.fullmatch(where, it["where"])], report
            assert {Path(each["where"]).name for each in report["found"] if "home/" in each["where"]} == files
