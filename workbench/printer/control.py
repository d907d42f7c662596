"""The control page: the paper that came out, and a button for every fault.

JSON over HTTP, on the loopback interface only:

=====================  ===============================================================================================
GET /state             the printer's state, the faults there are, what happened lately
GET /papers            what lies in the tray, newest first
GET /paper/N.png       sheet N at one dot a pixel
GET /strip.png         what hangs in the machine uncut
POST /fault            ``{"name", "at"?, "bytes_per_s"?}`` sets a fault
POST /clear            ``{"name"?}`` takes one back, or all
POST /take             takes the paper away
POST /power            off and on again
=====================  ===============================================================================================

Every POST answers with the new state.
"""

from dataclasses import asdict
from typing import Any

from workbench.page import Answer, Page, as_json
from workbench.printer.faults import CAPTIONS, DEFAULT_SLOW_RATE, ONCE, PAPER_SIDE
from workbench.printer.machine import Paper
from workbench.printer.running import RunningPrinter


class ControlPage(Page):
    """The control page of one printer; a context manager like the printer."""

    def __init__(self, printer: RunningPrinter, *, port: int = 0) -> None:
        super().__init__(_PrinterDesk(printer), "workbench.printer", port=port)


class _PrinterDesk:
    def __init__(self, printer: RunningPrinter) -> None:
        self._printer = printer

    def get(self, path: str) -> Answer | None:
        printer = self._printer
        if path == "/state":
            return as_json(_state(printer))
        if path == "/papers":
            return as_json([_summary(paper) for paper in reversed(printer.papers)])
        if path == "/strip.png":
            return printer.strip.png(), "image/png"
        if path.startswith("/paper/") and path.endswith(".png"):
            wanted = path.removeprefix("/paper/").removesuffix(".png")
            for paper in printer.papers:
                if str(paper.number) == wanted:
                    return paper.sheet.png(), "image/png"
        return None

    def post(self, path: str, wish: dict[str, Any]) -> object:
        printer = self._printer
        match path:
            case "/fault":
                printer.fail(
                    wish["name"],
                    at=int(wish.get("at", 0)),
                    bytes_per_s=int(wish.get("bytes_per_s", DEFAULT_SLOW_RATE)),
                )
            case "/clear":
                printer.clear(wish.get("name"))
            case "/take":
                printer.take_paper()
            case "/power":
                printer.power_cycle()
            case _:
                return None
        return _state(printer)


def _state(printer: RunningPrinter) -> dict[str, Any]:
    kinds = [
        {
            "name": name.value,
            "title": title,
            "hint": hint,
            "side": "paper" if name in PAPER_SIDE else "line",
            "once": name in ONCE,
        }
        for name, (title, hint) in CAPTIONS.items()
    ]
    journal = [{"at": at, "what": what} for at, what in printer.journal]
    return {
        "where": printer.where,
        "model": asdict(printer.model),
        **asdict(printer.state),
        "fault_kinds": kinds,
        "journal": journal,
    }


def _summary(paper: Paper) -> dict[str, Any]:
    sheet = paper.sheet
    return {
        "number": paper.number,
        "at": f"{paper.cut_at:%H:%M:%S}",
        "width": sheet.width,
        "height": sheet.height,
        "mm": round(sheet.length_mm, 1),
        "text": [line.text for line in sheet.text],
        "unknown": len(sheet.unknown),
        "first_unknown": [
            {"offset": note.offset, "what": note.what, "data": note.data.hex(" ")} for note in sheet.unknown[:5]
        ],
        "undrawn": [note.what for note in sheet.undrawn[:20]],
        "url": f"/paper/{paper.number}.png",
    }
