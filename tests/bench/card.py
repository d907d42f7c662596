"""A card: what the kiosk adds to the card's own time, and how much it asks of each family."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import queue
import statistics
import subprocess
import sys
import time
from pathlib import Path

from cardreader.service import CardReaderService
from cardreader.settings import ReaderSettings
from domain.events import CardRead, Event, ReaderChanged, ReaderState
from domain.paper import WIDTH_80
from journeys.views import Scene
from journeys.walk import Walk
from kiosk.settings import Settings
from kiosk.wiring import desk_tools
from localdb.catalogue.build import build
from localdb.catalogue.handle import CatalogueShelf
from tests.bench.figure import Figure
from tests.integration.cards import ROOT, CardBench, running, software

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample_city"
ROUNDS = 12
FAMILIES = {"t-union": "tunion-senior", "social-security v3": "social-v3", "social-security v1": "social-v1"}
READER = {"social-v1": "contact"}
BARE_ROUNDS = 200
BARE = {
    "t-union": "tunion-senior", "social-security v3": "social-v3", "city union": "city-union",
    "city union, Shanghai": "city-union-shanghai", "city union, Chongqing": "city-union-chongqing",
    "city union, Zhenjiang": "city-union-zhenjiang", "shenzhen": "shenzhen", "wuhan": "wuhan", "lingnan": "lingnan",
    "suzhou": "suzhou", "chengdu": "chengdu", "beijing, old": "beijing", "macau": "macau", "health": "health",
}  # fmt: skip
"""Families whose reading is compared with its bare commands."""

Posted = queue.SimpleQueue[tuple[float, Event]]
PATIENCE_S = 10


def figures(folder: Path) -> list[Figure]:
    """The figures of this part; none where pcscd and the virtual readers are not there."""
    if not (software() / "usr/sbin/pcscd").exists():
        sys.stderr.write(f"  no pcscd in {software()}: make env puts it there\n")
        return []
    file = folder / "city.db"
    build(SAMPLE, file, revision=1, made_at=dt.datetime.now(dt.UTC))
    shelf = CatalogueShelf(lambda: None)
    shelf.put(file)
    events: Posted = queue.SimpleQueue()

    def post(event: Event) -> None:
        events.put((time.monotonic(), event))

    try:
        with (
            running() as bench,
            CardReaderService(ReaderSettings(city="370602"), post, bench.environment) as cards,
        ):
            told = _measured(Desk(bench, cards, events, shelf))
        return told + _beside_bare()
    finally:
        shelf.close()


class Desk:
    """The bench, the service, and a walk that hears its events as the kiosk's main loop delivers them."""

    def __init__(self, bench: CardBench, cards: CardReaderService, events: Posted, shelf: CatalogueShelf) -> None:
        self.bench = bench
        self.cards = cards
        self.events = events
        self.shown = 0.0
        tools = dataclasses.replace(desk_tools(Settings(), shelf, WIDTH_80), cards=cards)
        self.walk = Walk(tools, self._show, lambda: None)
        self.walk.start()
        self._until(ReaderChanged(ReaderState.EMPTY))

    def _show(self, scene: Scene) -> None:
        self.shown = time.monotonic()

    def _until(self, last: Event | type[Event]) -> float:
        """Lets the walk hear everything up to `last`; when that was posted."""
        while True:
            posted, event = self.events.get(timeout=PATIENCE_S)
            self.walk.hear(event)
            if event == last or type(event) is last:
                return posted

    def tap(self, card: str) -> tuple[float, float, int]:
        """One visit; milliseconds from the card's power to the posted facts and to the view state, both without the
        card's own, and how many commands it was asked.
        """
        commands, events = len(self.bench.log()), len(self.bench.events())
        self.bench.insert(card, READER.get(card), wait=False)
        posted = self._until(CardRead)
        shown = self.shown
        self._until(ReaderChanged(ReaderState.HOLDING))
        log = self.bench.log()[commands:]
        powered = next(event["at"] for event in self.bench.events()[events:] if event["event"] == "power-on")
        self.bench.remove()
        self._until(ReaderChanged(ReaderState.EMPTY))
        self.walk.act("end")
        self.walk.act("again")
        own = sum(exchange["ms"] for exchange in log)
        return (posted - powered) * 1000 - own, (shown - powered) * 1000 - own, len(log)


def _beside_bare() -> list[Figure]:
    """Commands of every family, and what the product adds to each of them."""
    found, added = [], []
    with running() as bench:
        for name, card in BARE.items():
            bench.insert(card)
            program = [sys.executable, "-m", "tests.bench.card_bare", str(BARE_ROUNDS)]
            run = subprocess.run(program, env=bench.environment, cwd=ROOT, capture_output=True, check=True, timeout=60)
            told = json.loads(run.stdout)
            bench.remove()
            found.append(Figure(f"card: commands to the facts, {name}", told["commands"]))
            added.append((told["ours"] - told["bare"]) / told["commands"])
    return [*found, Figure("card: beyond the bare command, each, most of all families", max(added), "ms", most=0.5)]


def _measured(desk: Desk) -> list[Figure]:
    posted, shown, counts = [], [], {}
    for name, card in FAMILIES.items():
        for _ in range(ROUNDS):
            to_facts, to_view, counts[name] = desk.tap(card)
            posted.append(to_facts)
            shown.append(to_view)
    return [
        Figure("card: tap to posted facts, beyond the card's own time", statistics.median(posted), "ms"),
        Figure("card: tap to view state, beyond the card's own time", statistics.median(shown), "ms", most=50),
        Figure("card: the same, p95", statistics.quantiles(shown, n=20)[-1], "ms"),
        *(Figure(f"card: commands, {name}", count) for name, count in counts.items()),
    ]
