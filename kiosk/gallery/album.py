"""The whole gallery: which walks there are, in which looks, at which kiosks.

States of the printer come from a printer, those of a card from a card reader. With `workbench` and `cards`, the
addresses of control pages of a virtual printer and a virtual reader, faults are set and cards laid down there, so that
the pages about them are what a citizen would see; without them these states are left out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.gallery import card, find, paper, read, staff
from kiosk.home import Home
from kiosk.settings import Settings
from kiosk.tour import Tourist, visiting
from phrases import LANGUAGES

IDLE_S, ALERT_S, CLEARED_S = 2.0, 20.0, 60.0

LOOKS = (*((lang, lang, False) for lang in LANGUAGES), ("large", "zh-Hans", True))
"""Folder of the pictures, language, big type. Dark colours take a kiosk of their own."""

STATES = (
    read.states,
    paper.slips,
    staff.trouble,
    paper.old_slips,
    find.states,
    read.times,
    find.writing,
)
"""What else a page can show, in Chinese."""


def everything(
    settings: Settings, home: Home, out: Path, workbench: str | None, cards: str | None = None
) -> list[Path]:
    """Walks all screens and returns the pictures made. Raises `CodedError` K-05 naming what was never reached."""
    made: list[Path] = []
    with visiting(settings, home, out) as tourist:
        for folder, lang, large in LOOKS:
            _main_pages(tourist, folder, lang, large, cards)
        for walk in STATES:
            walk(tourist)
        if cards is not None:
            card.states(tourist, cards)
        paper.printing(tourist, workbench)
        staff.desk(tourist)
        made += tourist.pictures
    dark = settings.screen.model_copy(update={"theme": "hc"})
    with visiting(settings.model_copy(update={"screen": dark}), home, out) as tourist:
        _main_pages(tourist, "dark", "zh-Hans", False, cards)
        made += tourist.pictures
    short = settings.visit.model_copy(update={"idle_s": IDLE_S, "alert_s": ALERT_S, "cleared_s": CLEARED_S})
    with visiting(settings.model_copy(update={"visit": short}), home, out) as tourist:
        staff.idle(tourist)
        made += tourist.pictures
    street = settings.model_copy(update={"profile": "street"})
    with _empty_home(home) as nothing, visiting(street, nothing, out) as tourist:
        staff.not_ready(tourist)
        made += tourist.pictures
    return made


def _main_pages(tourist: Tourist, folder: str, lang: str, large: bool, cards: str | None) -> None:
    """A visit from the invitation to the farewell, past every kind of page."""
    find.main(tourist, folder, lang, large=large)
    read.main(tourist, folder)
    card.declaration(tourist, folder)
    if cards is not None:
        card.main(tourist, folder, cards)
    paper.main(tourist, folder)
    paper.ends(tourist, folder)
    read.corrections(tourist, folder)
    tourist.walk.act("end")
    tourist.picture(f"{folder}/16-cleared")


@contextmanager
def _empty_home(home: Home) -> Iterator[Home]:
    """A home with fonts and nothing else."""
    with tempfile.TemporaryDirectory(prefix="bianminting-") as folder:
        nothing = Home(Path(folder))
        nothing.fonts.symlink_to(home.fonts)
        nothing.prepare()
        yield nothing
