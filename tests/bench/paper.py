"""The slip: drawing and encoding, and its size against python-escpos encoding the same picture."""

from __future__ import annotations

import datetime as dt
import io
import statistics
import time
from pathlib import Path

from escpos.printer import Dummy
from PIL import Image

from domain.paper import WIDTH_80
from domain.slip import Variant
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
from tests.bench.figure import Figure

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample_city"
ROUNDS = 15
ITEM = "ga-023"


def figures(folder: Path) -> list[Figure]:
    """The figures of this part."""
    file = folder / "city.db"
    build(SAMPLE, file, revision=1, made_at=dt.datetime.now(dt.UTC))
    shelf = CatalogueShelf(lambda: None)
    shelf.put(file)
    slip = GuidePaper(Visit(desk_tools(Settings(), shelf, WIDTH_80), 1), ITEM).build(1, Variant.FULL)
    shelf.close()
    layout, profile = SlipLayout(), PROFILES["generic-80"]
    encode(layout.render(slip), profile)
    drawn, encoded = [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        dots = layout.render(slip)
        middle = time.process_time()
        ours = encode(dots, profile)
        drawn.append((middle - start) * 1000)
        encoded.append((time.process_time() - middle) * 1000)
    theirs = Dummy()
    theirs.image(Image.open(io.BytesIO(png(dots))), impl="bitImageRaster")
    return [
        Figure("slip: render", statistics.median(drawn), "ms"),
        Figure("slip: encode", statistics.median(encoded), "ms"),
        Figure("slip: render + encode", statistics.median(map(sum, zip(drawn, encoded, strict=True))), "ms", most=50),
        Figure("slip: length", dots.millimetres, "mm"),
        Figure("slip: bytes", len(ours), "B"),
        Figure("slip: bytes against bitImageRaster", len(ours) / len(theirs.output), most=0.65),
    ]
