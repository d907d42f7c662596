"""``python -m workbench.cards``: virtual cards on a pcscd of their own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import Final

from workbench.cards.bench import BenchError, CardBench
from workbench.cards.control import control_page
from workbench.cards.daemon import Software
from workbench.cards.wallet import WALLET

_LOOK_S: Final = 0.5
_LONGEST_SOCKET: Final = 100
"""Bytes in the name of a UNIX socket: 108 with the zero, of which pcscd wants a few."""


def main(arguments: list[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT; exit status 0 then, 1 when something is not to be had or the bench broke down.

    When cards can be laid it prints one line of JSON: ``{"url", "socket", "readers", "cards"}``.
    """
    options = _parser().parse_args(arguments)
    missing = Software(options.software).missing
    if missing is not None:
        print(f"没有 {missing}：先运行 make env", file=sys.stderr)
        return 1
    stop = threading.Event()

    def leave(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    try:
        folder = Path(tempfile.mkdtemp(prefix="cards-", dir=options.dir)).absolute()
        if len(os.fsencode(folder)) > _LONGEST_SOCKET - len("/pcscd.comm"):
            folder.rmdir()
            raise OSError(f"文件夹的路径太长，放不下套接字：{folder}")
        with CardBench(folder, options.software) as bench, control_page(bench, port=options.http) as page:
            ready = {
                "url": page.url,
                "socket": str(bench.socket),
                "readers": list(bench.readers.values()),
                "cards": [{"name": card.name, "title": card.title} for card in WALLET.values()],
            }
            print(json.dumps(ready, ensure_ascii=False), flush=True)
            while not stop.wait(_LOOK_S):
                if not bench.alive:
                    raise BenchError("里面的进程没了")
    except (OSError, BenchError, ValueError) as error:
        print(f"读卡器开不了：{error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workbench.cards", description="便民亭工作台的虚拟卡和读卡器，只在本机"
    )
    parser.add_argument("--http", type=int, default=8098, help="控制页端口，0：随便一个（默认 %(default)s）")
    parser.add_argument("--dir", type=Path, help="套接字等文件放在这里面的一个新文件夹，结束时删掉（默认：临时文件夹）")
    parser.add_argument(
        "--software", type=Path, default=_software(), help="pcscd 和 vpcd 解开在哪里（默认 %(default)s）"
    )
    return parser


def _software() -> Path:
    home = os.environ.get("BIANMINTING_HOME") or Path(__file__).resolve().parents[2] / "var"
    return Path(home).absolute() / "workbench"


if __name__ == "__main__":
    sys.exit(main())
