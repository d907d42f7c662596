"""The slip beside a form is the printer's own picture."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from PIL import Image

from domain.paper import Dots
from domain.records import Guide
from domain.slip import Variant
from hub.slips import Slips, png
from hub.tables import check_numbers
from hub.workflow import Role
from tests.hub.conftest import DEPARTMENT, City, guide, org


def test_png_has_every_dot_at_its_place() -> None:
    data = bytes((7 * place) % 256 for place in range(3 * 5))
    image = Image.open(io.BytesIO(png(Dots(24, 5, data))))
    assert (image.mode, image.size) == ("1", (24, 5))
    for y in range(5):
        for x in range(24):
            black = bool(data[y * 3 + x // 8] >> (7 - x % 8) & 1)
            assert (image.getpixel((x, y)) == 0) == black


def place(id: str, **fields: object) -> dict[str, object]:
    return {"kind": "place", "id": id, "name": f"样本大厅 {id}", "address": "样本路 1 号", **fields}


@pytest.mark.parametrize(("millimetres", "width"), [(80, 576), (58, 384)])
def test_the_slip_has_the_width_of_its_paper_and_shows_the_form(city: City, millimetres: int, width: int) -> None:
    slips = Slips(city.office.items, city.office.store, now=city.clock)
    short = slips.draw(Guide.model_validate(guide()), 7, millimetres=millimetres)
    longer = slips.draw(
        Guide.model_validate(guide(materials=[{"name": f"材料 {n}", "originals": 1} for n in range(9)])),
        7,
        millimetres=millimetres,
    )
    assert short.width == width and Image.open(io.BytesIO(short.png)).size == (width, short.height)
    assert longer.height > short.height + 100 and short.millimetres == short.height / 8
    assert slips.draw(Guide.model_validate(guide()), 7, millimetres=millimetres) == short


def test_variants_differ(city: City) -> None:
    slips = Slips(city.office.items, city.office.store, now=city.clock)
    drawn = {
        variant: slips.draw(Guide.model_validate(guide(steps=[{"name": "取号"}])), 7, variant=variant)
        for variant in Variant
    }
    assert len({paper.png for paper in drawn.values()}) == len(Variant)
    assert drawn[Variant.COMPACT].height < drawn[Variant.FULL].height


def test_the_check_code_is_that_of_the_version_being_written(city: City) -> None:
    """Before the first release there are signs in its place, so the paper is as long."""
    slips = Slips(city.office.items, city.office.store, now=city.clock)
    collector = city.add("collects", Role.COLLECTOR)
    city.office.items.create(collector, guide())
    written = Guide.model_validate(guide())
    before = slips.draw(written, 7)
    key = f"guide/{written.id}"
    with city.office.store.engine.begin() as connection:
        connection.execute(check_numbers.insert().values(item=key, number=4711))
    after = slips.draw(written, 7)
    assert after.png != before.png and after.height == before.height
    with city.office.store.engine.begin() as connection:
        connection.execute(check_numbers.update().values(number=4712))
    assert slips.draw(written, 7).png != after.png


def test_offices_and_hours_come_from_the_hubs_own_items(city: City) -> None:
    items, collector = city.office.items, city.add("collects", Role.COLLECTOR)
    slips = Slips(items, city.office.store, now=city.clock)
    raw = Guide.model_validate(guide(places=["pl-1"], department=DEPARTMENT))
    bare = slips.draw(raw, 7)
    items.create(collector, org())
    named = slips.draw(raw, 7)
    items.create(collector, place("pl-1", hours=[{"days": "MO-SU", "open": "08:30", "close": "17:00"}]))
    placed = slips.draw(raw, 7)
    assert bare.png != named.png != placed.png and placed.height > bare.height
    city.clock.at = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)  # 23:00 in the city: a warning stands on it
    assert slips.draw(raw, 7).height > placed.height
