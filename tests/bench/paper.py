"""The slip: drawing and encoding, as a picture and in the printer's own characters.

Against python-escpos in the same run: its `bitImageRaster` for the same picture, its `text` and `qr` for the same lines
and codes.
"""

from __future__ import annotations

import datetime as dt
import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from escpos.printer import Dummy
from PIL import Image

from domain.paper import WIDTH_58, WIDTH_80
from domain.slip import TakeAway, Variant
from journeys.slip import GuidePaper
from journeys.visit import Visit
from kiosk.settings import Settings
from kiosk.wiring import desk_tools
from localdb.catalogue.build import build
from localdb.catalogue.handle import CatalogueShelf
from printer.layout import SlipLayout
from printer.picture import png
from printer.profiles import PROFILES
from printer.raster import encode
from printer.text import encode as encode_text
from tests.bench.figure import Figure
from tests.unit.printer import sheet
from workbench.escpos import decode

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample_city"
ROUNDS = 15
ITEM = "ga-023"
THEIR_PROFILE = "TM-T20II"
_BITS_A_BYTE = 10
"""On a serial line: eight, a start bit and a stop bit."""


def figures(folder: Path) -> list[Figure]:
    """The figures of this part."""
    file = folder / "city.db"
    build(SAMPLE, file, revision=1, made_at=dt.datetime.now(dt.UTC))
    shelf = CatalogueShelf(lambda: None)
    shelf.put(file)
    slip = GuidePaper(Visit(desk_tools(Settings(), shelf, WIDTH_80), 1), ITEM).build(1, Variant.FULL)
    shelf.close()
    every = _every_slip()
    layout, profile, in_words = SlipLayout(), PROFILES["generic-80"], PROFILES["text-80"]
    encode(layout.render(slip), profile)
    drawn, encoded = [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        dots = layout.render(slip)
        middle = time.process_time()
        ours = encode(dots, profile)
        drawn.append((middle - start) * 1000)
        encoded.append((time.process_time() - middle) * 1000)
    theirs, encoded_there = _timed(lambda: _their_picture(png(dots)))
    words, worded = _timed(lambda: encode_text(slip, layout.render, in_words).data)
    (sheet,) = decode(words, in_words.width)
    lines = "".join(f"{line.text}\n" for line in sheet.text)
    taken = [block for block in slip.blocks if isinstance(block, TakeAway)]
    codes = [code for block in taken for code in (block.payload, *(more for more, _ in block.more)) if code]
    their_words, worded_there = _timed(lambda: _their_text(lines, codes))
    return [
        Figure("slip: render", statistics.median(drawn), "ms"),
        Figure("slip: encode", statistics.median(encoded), "ms"),
        Figure("slip: render + encode", statistics.median(map(sum, zip(drawn, encoded, strict=True))), "ms", most=50),
        Figure("slip: render + encode, median of all samples", statistics.median(every.values()), "ms"),
        Figure("slip: render + encode, worst of all samples", max(every.values()), "ms", most=50),
        Figure("slip: length", dots.millimetres, "mm"),
        Figure("slip: bytes", len(ours), "B"),
        Figure("slip: bytes against bitImageRaster", len(ours) / len(theirs), most=0.65),
        Figure("slip: encode against bitImageRaster", statistics.median(encoded) / encoded_there, most=1.0),
        Figure("slip in text: bytes", len(words), "B", most=25_000),
        Figure("slip in text: seconds at 9600 baud", len(words) * _BITS_A_BYTE / 9600, "s"),
        Figure("slip in text: seconds at 19200 baud", len(words) * _BITS_A_BYTE / 19200, "s"),
        Figure("slip in text: bytes against the picture", len(words) / len(ours)),
        Figure("slip in text: bytes against python-escpos' text", len(words) / len(their_words)),
        Figure("slip in text: encode", worded, "ms"),
        Figure("slip in text: encode against python-escpos' text", worded / worded_there),
    ]


def _every_slip() -> dict[str, float]:
    """Milliseconds of processor time by sample slip, language and paper width: every variant, in Chinese and in
    English, whose slips are the longest.
    """
    held, taken = sheet.city(), dict[str, float]()
    made = list(sheet.slips(held, ("zh-Hans", "en")))
    for width, name in ((WIDTH_80, "generic-80"), (WIDTH_58, "generic-58")):
        layout, profile = SlipLayout(width), PROFILES[name]
        for kind, lang, slip in made:
            layout.render(slip)  # its characters, once in a process
            times = []
            for _ in range(3):
                start = time.process_time()
                encode(layout.render(slip), profile)
                times.append((time.process_time() - start) * 1000)
            taken[f"{kind} {lang} on {name.removeprefix('generic-')} mm"] = min(times)
    slowest = sorted(taken, key=lambda name: -taken[name])[:3]
    sys.stderr.write(f"slowest: {', '.join(f'{name} {taken[name]:.0f} ms' for name in slowest)}\n")
    return taken


def _timed(make: Callable[[], bytes]) -> tuple[bytes, float]:
    """What is made, and how many milliseconds of processor time it takes in the middle of several times."""
    made, times = make(), []
    for _ in range(ROUNDS):
        start = time.process_time()
        made = make()
        times.append((time.process_time() - start) * 1000)
    return made, statistics.median(times)


def _their_picture(picture: bytes) -> bytes:
    theirs = Dummy(profile=THEIR_PROFILE)
    theirs.image(Image.open(io.BytesIO(picture)), impl="bitImageRaster")
    return bytes(theirs.output)


def _their_text(lines: str, codes: list[str]) -> bytes:
    """Line by line, as its users do: a line without a common Chinese character is sent in a code page."""
    theirs = Dummy(profile=THEIR_PROFILE)
    for line in lines.splitlines():
        theirs.text(f"{line}\n")
    for code in codes:
        theirs.qr(code, native=True, size=4)
    return bytes(theirs.output)
