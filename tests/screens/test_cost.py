"""What a page costs: as little as changed, and memory that stays where it is. Times are in `make bench`."""

from __future__ import annotations

import gc
from typing import Any

import psutil
import pytest

from journeys.views import NotReady
from tests.screens.conftest import FULL, UI


def test_a_pressed_key_paints_one_part_of_the_page(ui: UI) -> None:
    """What a touch costs does not depend on how much else stands on the page."""
    from tests.screens import specimen

    stage = ui.open({NotReady: specimen.Finding})
    stage.show(specimen.scene())
    before = stage.board._painted
    ui.touch(*ui.middle(("key", "q"))).touch_down()
    ui.frames()
    after = stage.board._painted
    assert sum(new is not old for new, old in zip(after, before, strict=True)) == 1


def changes(ui: UI, stage: Any, count: int) -> None:
    """So many different pages, one after another, with words that were never there before."""
    from tests.screens import specimen

    pages = [specimen.Guide, specimen.Finding, specimen.Rows, specimen.HomeLike, specimen.Pictures]
    for i in range(count):
        stage._pages = {NotReady: pages[i % len(pages)]}
        stage.page = None
        specimen.Finding.composition = f"jia{i}"
        stage.show(specimen.scene(large=i % 7 == 0, sheet=specimen.IDLE if i % 5 == 0 else None))
        ui.frames()
    specimen.Finding.composition = "jiazhao"


def kept(ui: UI) -> dict[str, int]:
    gc.collect()
    kinds = ("Mesh", "Texture", "Block", "Placed", "BindTexture")
    count = dict.fromkeys(kinds, 0)
    for thing in gc.get_objects():
        name = type(thing).__name__
        if name in count:
            count[name] += 1
    return count


def test_pages_leave_nothing_behind(ui: UI) -> None:
    stage = ui.open({})
    changes(ui, stage, 40)
    before = kept(ui)
    changes(ui, stage, 40)
    after = kept(ui)
    for kind in ("Mesh", "Texture", "BindTexture", "Placed"):
        assert after[kind] <= before[kind] + 2, (kind, before, after)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_memory_is_flat_over_two_thousand_pages(ui: UI) -> None:
    stage = ui.open({}, panel=FULL)
    process = psutil.Process()
    seen = []
    for _ in range(20):
        changes(ui, stage, 100)
        gc.collect()
        seen.append(process.memory_info().rss / 2**20)
    later = seen[10:]
    assert max(later) - min(later) <= 10, f"more than ± 5 MB: {[round(x) for x in seen]}"
