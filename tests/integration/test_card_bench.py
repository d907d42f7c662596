"""The virtual readers as a program sees them that knows nothing of them: real libpcsclite, real pcscd, real vpcd."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.integration.cards import ROOT, CardBench, running, software
from workbench.cards.faults import FaultName

PATIENCE_S = 20
NO_SERVICE, NO_SMARTCARD = 0x8010001D, 0x8010000C
T0, T1 = 1, 2
T_UNION = "00A4040008A00000063201010500"
READ = "00B0950000"
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"


class Client:
    """The program; `call` gives its result, `start` only asks."""

    def __init__(self, bench: CardBench) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.scard_client"],
            cwd=ROOT, env=bench.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def start(self, *call: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(call) + "\n")
        self.process.stdin.flush()

    def result(self, seconds: float = PATIENCE_S) -> list[Any] | None:
        """None when none comes in time."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        return list(json.loads(self.process.stdout.readline())) if ready else None

    def call(self, *call: str) -> list[Any]:
        self.start(*call)
        result = self.result()
        assert result is not None, f"no result of {call}"
        return result

    def close(self) -> None:
        with self.process:
            self.process.kill()


@pytest.fixture
def client(card_bench: CardBench) -> Iterator[Client]:
    client = Client(card_bench)
    yield client
    client.close()


def until(what: str, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def test_two_readers_told_apart_by_their_names(card_bench: CardBench, client: Client) -> None:
    code, names = client.call("readers")
    assert code == 0
    assert set(card_bench.readers) <= set(names)
    assert card_bench.readers == ["Workbench Contact 00 00", "Workbench Contactless 00 00"]
    assert [client.call("connect", name) for name in names] == [[NO_SMARTCARD]] * len(names)


def test_a_card_is_laid_read_and_taken_away(card_bench: CardBench, client: Client) -> None:
    contact, contactless = card_bench.readers
    card_bench.insert("tunion-senior")
    assert client.call("connect", contactless) == [0, T1, "3B8880010073C8401300900071"]
    before = len(card_bench.log())
    assert client.call("transmit", T_UNION)[1].endswith("9000")
    assert client.call("transmit", READ)[1][4:8] == "4560"
    assert client.call("transmit", "00B0970A01") == [0, "039000"]
    assert client.call("disconnect") == [0]
    assert client.call("connect", contact) == [NO_SMARTCARD]
    assert [entry["command"] for entry in card_bench.log()[before:]] == [T_UNION, READ, "00B0970A01"]
    card_bench.remove()
    assert client.call("connect", contactless) == [NO_SMARTCARD]


def test_a_contact_card_speaks_t0(card_bench: CardBench, client: Client) -> None:
    card_bench.insert("social-v1")
    code, protocol, reset = client.call("connect", card_bench.readers[0])
    assert (code, protocol, reset[:4]) == (0, T0, "3B6C")
    assert client.call("transmit", SSSE) == [0, "611B"]
    assert client.call("transmit", "00B2012C00") == [0, "6C12"]
    assert client.call("transmit", "00B2012C12")[1][4:10] == "370600"


def test_one_card_takes_the_place_of_another(card_bench: CardBench, client: Client) -> None:
    card_bench.insert("tunion-senior")
    card_bench.insert("social-v1-senior")
    card_bench.insert("storage")
    assert [reader["card"] for reader in card_bench.state()["readers"]] == ["social-v1-senior", "storage"]
    assert client.call("connect", card_bench.readers[1])[2] == "3B8F8001804F0CA000000306030001000000006A"


def test_pulled_inside_a_command(card_bench: CardBench, client: Client) -> None:
    card_bench.insert("tunion-ordinary")
    client.call("connect", card_bench.readers[1])
    card_bench.fault("pull", 2)
    assert client.call("transmit", T_UNION)[0] == 0
    code, answer = client.call("transmit", READ)
    assert (code != 0 or not answer) and card_bench.log()[-1]["response"] is None
    assert client.call("transmit", READ)[0] != 0
    until("an empty reader", lambda: not any(reader["present"] for reader in card_bench.state()["readers"]))


def test_exchanged_faster_than_pcscd_looks(card_bench: CardBench, client: Client) -> None:
    card_bench.insert("tunion-ordinary")
    client.call("connect", card_bench.readers[1])
    card_bench.fault("swap", "tunion-student", at=2)
    client.call("transmit", T_UNION)
    assert client.call("transmit", READ)[1][20:40].endswith("1")
    code, *answer = client.call("transmit", READ)
    # Lost with its card, or asked of the other card, on which nothing was selected; never what the first one held.
    assert code != 0 or not answer[0].endswith("9000"), answer
    out, into = card_bench.events()[-2:]
    assert [(e["event"], e["card"]) for e in (out, into)] == [
        ("remove", "tunion-ordinary"),
        ("insert", "tunion-student"),
    ]
    assert into["at"] - out["at"] < 0.4


def test_a_silent_card_holds_a_command_until_it_is_taken_away(card_bench: CardBench, client: Client) -> None:
    card_bench.insert("tunion-ordinary")
    client.call("connect", card_bench.readers[1])
    card_bench.fault("silent")
    client.start("transmit", T_UNION)
    assert client.result(1) is None
    card_bench.remove()
    assert client.result() is not None


def test_pcscd_is_killed_and_comes_again_on_the_same_socket(card_bench: CardBench, client: Client) -> None:
    card_bench.insert("tunion-ordinary")
    assert client.call("connect", card_bench.readers[1])[0] == 0
    for how in ("kill", "stop"):
        card_bench.pcscd(how)
        assert card_bench.state()["pcscd"] is False
        until("no service", lambda: client.call("readers") == [NO_SERVICE])
        assert Path(card_bench.socket).exists() == (how == "kill")
        card_bench.pcscd("start")
        assert set(card_bench.readers) <= set(client.call("readers")[1])
        assert client.call("connect", card_bench.readers[1])[0] == 0  # the card still lies there
        assert client.call("transmit", T_UNION)[1].endswith("9000")
        client.call("disconnect")


def test_commands_are_not_held_up_by_nagle(card_bench: CardBench, client: Client) -> None:
    card_bench.insert("tunion-ordinary")
    client.call("connect", card_bench.readers[1])
    client.call("transmit", T_UNION)
    took = []
    for _ in range(50):
        began = time.perf_counter()
        client.call("transmit", READ)
        took.append(time.perf_counter() - began)
    assert sorted(took)[5] < 0.02  # every one of them .044 with delayed acknowledgements, on a busy machine some


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


def loopback_only(processes: list[psutil.Process]) -> list[Any]:
    """Sockets of the machine's own network on which these processes listen: all of them on 127.0.0.1."""
    mine = {process.pid for process in processes}
    here = [c for c in psutil.net_connections("inet") if c.pid in mine and c.status == psutil.CONN_LISTEN]
    assert all(c.laddr.ip == "127.0.0.1" for c in here)
    return here


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_of_it_is_left(card_bench: CardBench, number: signal.Signals) -> None:
    with running() as bench:
        bench.insert("tunion-ordinary")
        everybody = family(bench.process)
        assert [process.name() for process in everybody][-1] == "pcscd"
        folder = Path(bench.socket).parent
        assert len(list(folder.glob("*.so"))) == 2
        bench.process.send_signal(number)
        bench.process.wait(PATIENCE_S)
        until(
            "the end of all", lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in everybody)
        )
        until("a removed folder", lambda: not folder.exists())
        assert bench.process.returncode == (0 if number != signal.SIGKILL else -number)


def test_nothing_listens_beyond_loopback(card_bench: CardBench) -> None:
    processes = family(card_bench.process)
    assert len(processes) == 3
    assert len(loopback_only(processes)) == 1  # the control page
    namespaces = [Path(f"/proc/{process.pid}/ns/net").readlink() for process in processes]
    assert namespaces[0] == Path("/proc/self/ns/net").readlink() != namespaces[1] == namespaces[2]
    # vpcd does listen on every interface, but in that network there is only one.
    rows = Path(f"/proc/{processes[2].pid}/net/dev").read_text().splitlines()[2:]
    assert [row.split(":")[0].strip() for row in rows] == ["lo"]


@pytest.mark.skipif(os.geteuid() != 0, reason="without root every test here goes this way")
def test_one_who_may_not_make_networks_makes_one_as_a_user(card_bench: CardBench) -> None:
    without_rights = ("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin")
    with running(*without_rights) as bench:
        processes = family(bench.process)
        users = [Path(f"/proc/{process.pid}/ns/user").readlink() for process in processes]
        assert users[0] == Path("/proc/self/ns/user").readlink() != users[1] == users[2]
        bench.insert("social-v3")
        assert bench.state()["readers"][1]["present"] is True


def test_it_does_not_touch_the_pcscd_of_the_machine(card_bench: CardBench) -> None:
    number = Path("/run/pcscd/pcscd.pid")
    before = number.read_bytes() if number.exists() else None
    card_bench.pcscd("stop")
    card_bench.pcscd("start")
    assert (number.read_bytes() if number.exists() else None) == before


def test_the_control_page_comes_from_here_and_its_script_finds_every_element(card_bench: CardBench) -> None:
    def asset(name: str) -> str:
        with urllib.request.urlopen(card_bench.url + name, timeout=PATIENCE_S) as answer:
            assert answer.headers["Content-Security-Policy"] == "default-src 'self'"
            return str(answer.read().decode())

    html = asset("")
    assert "<title>便民亭工作台 · 读卡器</title>" in html
    assert re.findall(r'(?:href|src)="([^"]+)"', html) == ["control.css", "control.js", "log"]
    asset("control.css")
    there = set(re.findall(r'id="([a-z-]+)"', html))
    script = asset("control.js")
    assert set(re.findall(r'\$\("([a-z-]+)"\)', script)) <= there
    assert {place for pair in re.findall(r'made\("([a-z]+)", "([a-z]+)"', script) for place in pair} <= there
    state = card_bench.state()
    assert [card["name"] for card in state["cards"]] == card_bench.cards
    assert {kind["name"] for kind in state["fault_kinds"]} == set(FaultName)


def test_the_control_page_refuses_what_makes_no_sense(card_bench: CardBench) -> None:
    for path, wish, status in (
        ("insert", {}, 400),
        ("insert", {"card": "library"}, 400),
        ("insert", {"card": "social-v1", "reader": "contactless"}, 400),
        ("insert", {"card": "bank", "reader": "pocket"}, 400),
        ("remove", {"reader": "pocket"}, 400),
        ("fault", {"name": "burn"}, 400),
        ("fault", {}, 400),
        ("fault", {"name": "slow", "argument": []}, 400),
        ("clear", {"name": "burn"}, 400),
        ("pcscd", {"do": "close"}, 400),
        ("nothing", {}, 404),
    ):
        with pytest.raises(AssertionError, match=f": {status} "):
            card_bench.post(path, **wish)
    state = card_bench.state()
    assert (state["pcscd"], state["faults"], [r["card"] for r in state["readers"]]) == (True, [], [None, None])


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workbench.cards", "--http=0", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    done = run("--software", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"没有 {tmp_path}/usr/sbin/pcscd")
    long = tmp_path / ("很" * 40)
    long.mkdir()
    if not (software() / "usr/sbin/pcscd").exists():
        return
    done = run("--software", str(software()), "--dir", str(long))
    assert (done.returncode, done.stdout, list(long.iterdir())) == (1, "", [])
    assert done.stderr.startswith("读卡器开不了：")
