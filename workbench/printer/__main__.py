"""``python -m workbench.printer``: the virtual printer as a process of its own."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from workbench.printer.cable import FilePrinter, SerialPrinter
from workbench.printer.control import ControlPage
from workbench.printer.faults import FaultName
from workbench.printer.machine import PrinterModel
from workbench.printer.network import VirtualPrinter
from workbench.printer.running import RunningPrinter


def main(arguments: list[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT; exit status 0 then, 1 when a port or the folder is not to be had.

    When it can be reached it prints one line of JSON: ``{"port", "http", "url"}``, with ``path`` in place of ``port``
    for a serial line or a file.
    """
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    model = PrinterModel(
        width=options.width,
        receive_buffer=options.buffer,
        cutter_gap=options.cutter_gap,
        mm_per_s=options.speed,
        realtime_in_raster=options.realtime_in_raster,
    )
    try:
        with _plugged(options, model) as printer:
            for fault in options.fault:
                name, _, at = fault.partition("@")
                printer.fail(name, at=int(at or 0))
            with ControlPage(printer, port=options.http) as page:
                place = {"port": printer.port} if isinstance(printer, VirtualPrinter) else {"path": printer.where}
                print(json.dumps({**place, "http": page.port, "url": page.url}), flush=True)
                stop.wait()
    except OSError as error:
        print(f"打印机开不了：{error}", file=sys.stderr)
        return 1
    return 0


def _plugged(options: argparse.Namespace, model: PrinterModel) -> RunningPrinter:
    if options.serial is not None:
        return SerialPrinter(model, path=options.serial or None, paper_dir=options.paper_dir)
    if options.file is not None:
        return FilePrinter(options.file, model, paper_dir=options.paper_dir)
    return VirtualPrinter(model, port=options.port, paper_dir=options.paper_dir)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workbench.printer", description="便民亭工作台的虚拟打印机，只在本机"
    )
    model = PrinterModel()
    plug = parser.add_mutually_exclusive_group()
    plug.add_argument("--port", type=int, default=9100, help="打印端口，0：随便一个（默认 %(default)s）")
    plug.add_argument(
        "--serial",
        type=Path,
        nargs="?",
        const=False,
        metavar="LINK",
        help="接在串口上：一对 pty，可写名字；启动时说在哪里",
    )
    plug.add_argument("--file", type=Path, metavar="PATH", help="接在文件后面：没有就做一个 FIFO；普通文件写进去就打")
    parser.add_argument("--http", type=int, default=8099, help="控制页端口，0：随便一个（默认 %(default)s）")
    parser.add_argument("--paper-dir", type=Path, help="每切一张，存一张 PNG 到这里")
    parser.add_argument(
        "--width", type=int, choices=(576, 384), default=model.width, help="纸宽，点（默认 %(default)s）"
    )
    parser.add_argument(
        "--buffer", type=_positive, default=model.receive_buffer, help="接收缓冲，字节（默认 %(default)s）"
    )
    parser.add_argument("--cutter-gap", type=int, default=model.cutter_gap, help="打印头到切刀，点（默认 %(default)s）")
    parser.add_argument("--speed", type=_positive, help="走纸速度，毫米每秒；不写就是一下子")
    parser.add_argument("--realtime-in-raster", action="store_true", help="图里的实时指令字节也照做")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[@N]",
        type=_fault,
        help=f"一开始就有的毛病，N 字节后开始；可写多次：{'、'.join(FaultName)}",
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("要大于 0")
    return number


def _fault(text: str) -> str:
    name, _, at = text.partition("@")
    FaultName(name)
    int(at or 0)
    return text


if __name__ == "__main__":
    sys.exit(main())
