"""The whole thing on this machine: the hub with a release of the sample city, the kiosk that syncs from it, a virtual
printer that shows its paper, and a virtual card reader behind a real pcscd.

With a display the kiosk opens a window; without one it walks its stations and leaves pictures in ``tour/``. Nothing
listens beyond loopback, and nothing is left running, however this program ends. Run by ``make run``.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent

READY_S = 30
"""Seconds that a part may take until it says that it is ready. Two slow cores and a cold disk are meant."""

GOODBYE_S = 5
"""Seconds between the request to end and the end."""

ANY_PORT = {"BIANMINTING_HUB__WEB__PORT": "0"}

CONFIG = """\
# Written by deploy/demo.py at every start.
profile = "demo"

[place]
name = "南大街便民亭"
number = "1"
district = "370602"
lat = 37.536
lon = 121.403
stop = "南大街站"

[printer]
host = "127.0.0.1"
port = {port}

[sync]
url = "{hub}/public"
poll_s = 10

[report]
url = "{hub}"
"""


class PartError(Exception):
    """A part of the demonstration did not start; the text says which, for the person at the terminal."""


class Household:
    """The processes of one demonstration: started by `start`, all of them ended when the `with` block is left.

    Each is the head of a session of its own, so that Ctrl-C reaches this program alone and the order of ending is ours.
    What a process starts itself and leaves behind comes to this process as the nearest subreaper, and is ended too. If
    this program is killed, the kernel kills the processes that it started.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        _prctl(_SET_CHILD_SUBREAPER, 1)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _leave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not stop the tidying up
        for process in reversed(self._processes):
            self._end(process)
        while orphans := _children():
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def start(
        self, module: str, *arguments: str | Path, heard: bool = False, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Starts `python -m module`, with `environment` besides the usual one; `heard`: its standard output is read
        here, by `ready`.
        """
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=ROOT,
            env={**self._environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if heard else None,
            text=True,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 – there is no second thread here
        )
        self._processes.append(process)
        return process

    def ready(self, process: subprocess.Popen[str], name: str) -> dict[str, Any]:
        """The line of JSON that `process` prints when it is ready. Raises `PartError` when none comes in time."""
        assert process.stdout is not None
        readable, _, _ = select.select([process.stdout], [], [], READY_S)
        line = process.stdout.readline() if readable else ""
        try:
            return dict(json.loads(line))
        except ValueError:
            raise PartError(
                f"{name}没有起来（{READY_S} 秒内没有消息）" if not readable else f"{name}没有起来"
            ) from None

    def done(self, name: str, module: str, *arguments: str | Path) -> str:
        """Runs `python -m module` to its end; what it said. Raises `PartError` with that when it is not a good one."""
        process = self.start(module, *arguments, heard=True)
        said, _ = process.communicate()
        if process.returncode:
            raise PartError(f"{name}：没有成（{module} {arguments[0]}，状态 {process.returncode}）\n{said}".rstrip())
        return said

    @staticmethod
    def _end(process: subprocess.Popen[str]) -> None:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(GOODBYE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout is not None:
            process.stdout.close()


def main() -> int:
    """Exit status of the kiosk or of the tour; 1 when a part does not start, 130 after Ctrl-C."""
    home = Path(os.environ.get("BIANMINTING_HOME") or ROOT / "var").absolute()
    demo = home / "demo"
    demo.mkdir(parents=True, exist_ok=True)
    with Household(os.environ | {"BIANMINTING_HOME": str(home)}) as house:
        try:
            paper = demo / "paper"
            printer = house.start("workbench.printer", "--port=0", "--http=0", "--paper-dir", paper, heard=True)
            ports = house.ready(printer, "虚拟打印机")
            cards = house.start("workbench.cards", "--http=0", "--software", home / "workbench", heard=True)
            bench = house.ready(cards, "虚拟读卡器")
            reader = {"PCSCLITE_CSOCK_NAME": bench["socket"]}
            house.done("内容中心", "hub", "demo")
            hub = house.ready(house.start("hub", "serve", heard=True, environment=ANY_PORT), "内容中心")
            config = demo / "kiosk.toml"
            config.write_text(CONFIG.format(port=ports["port"], hub=hub["url"]), encoding="utf-8")
            if (home / "uplink" / "device.json").exists():
                given: tuple[str | Path, ...] = (home / "public" / "root.json",)
            else:
                told = house.done("发登记码", "hub", "devices", "enrol", "1", "--name", "南大街便民亭", "--json")
                given = (json.loads(told)["code"], "--hub", hub["url"])
            house.done("认这个内容中心", "kiosk", "enrol", *given, "--config", config)
            house.done("第一次同步", "kiosk", "sync", "--once", "--config", config)
            print(f"内容中心：{hub['url']}/，编辑 bianji，初审 chushen，复审 fushen，发布 fabu 和 fuhe，密码都是 demo")
            print(f"打印机：{ports['url']}，出来的纸也存在 {paper}", flush=True)
            print(f"读卡器：{bench['url']}，在那里放上卡、拿走卡", flush=True)
            if os.environ.get("DISPLAY"):
                print("窗口里是便民亭。关上窗口，或者在这里按 Ctrl-C，就都结束了。", flush=True)
                return house.start("kiosk", "run", "--windowed", "--config", config, environment=reader).wait()
            print(f"没有显示器：走一遍各个站点，画面存在 {home / 'tour'}", flush=True)
            before = set(paper.glob("*.png"))
            tour = ("tour", "--out", home / "tour", "--cards", bench["url"], "--config", config)
            status = house.start("kiosk", *tour, environment=reader).wait()
            return status or _keep_paper(set(paper.glob("*.png")) - before, home / "tour")
        except PartError as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130


def _keep_paper(papers: set[Path], tour: Path) -> int:
    """Puts the paper that came out in the place of the page that says so; exit status 1 when there is not just one."""
    if len(papers) != 1:
        print(f"应该出来一张纸，出来了 {len(papers)} 张", file=sys.stderr)
        return 1
    shutil.copyfile(papers.pop(), tour / "6-printed-paper.png")
    (tour / "6-printed.png").unlink()
    return 0


_SET_PDEATHSIG = 1  # <sys/prctl.h>
_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _die_with_parent() -> None:
    _prctl(_SET_PDEATHSIG, signal.SIGKILL)


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _children() -> list[int]:
    """Processes whose parent is this one."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in listed.split()]


if __name__ == "__main__":
    sys.exit(main())
