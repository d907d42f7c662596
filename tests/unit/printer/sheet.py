"""`python -m tests.unit.printer.sheet DIR [LANG…]`: slips of the sample city as pictures, by variant, paper width and
language, and contact sheets of them for the eye.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image

from domain.clerk_slip import build_clerk_slip
from domain.event_slip import EventSecond, build_event_slip
from domain.guard import way_between
from domain.guide_slip import Second, SlipFacts, build_guide_slip
from domain.life_plan import PlannedStep, ordered_steps
from domain.paper import WIDTH_58, WIDTH_80, Dots
from domain.ports import KioskPlace
from domain.receipt_slip import Receipt, build_receipt_slip
from domain.records import Calendar, Guide, LifeEvent, Place, Record
from domain.records.codec import read
from domain.reprint import Reprint, reprinted
from domain.slip import Slip, Variant
from domain.trip import plan_route
from kiosk.ruler import ruler_slip
from phrases import LANGUAGES, Phrases
from printer.layout import SlipLayout

SAMPLE = Path(__file__).parents[3] / "deploy" / "sample_city"
AT = dt.datetime(2026, 11, 21, 16, 42, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Saturday afternoon: the guard line speaks."""
KIOSK = KioskPlace("滨海广场亭", "017", "370602", 37.5420, 121.3990)
CHECK = "7KQ2-M9XD-H4RT"
EVENT = "le-restaurant"


@dataclass(frozen=True)
class City:
    """The sample city's records, read once."""

    guides: dict[str, Guide]
    places: dict[str, Place]
    events: dict[str, LifeEvent]
    calendars: dict[int, Calendar]
    names: dict[str, str]

    def facts(self, guide: Guide, check: str = CHECK) -> SlipFacts:
        """What stands on the slip of `guide` besides it."""
        return SlipFacts(
            department=self.names.get(guide.department, ""),
            agency="",
            places=tuple(self.places[id] for id in guide.places if id in self.places),
            kiosk=KIOSK,
            at=AT,
            trusted=True,
            calendars=self.calendars.get,
            revision=418,
            catalogue_day=dt.date(2026, 11, 20),
            sample=True,
            check=check,
        )


def city() -> City:
    """The sample city."""
    held: dict[str, dict[str, Record]] = {}
    for file in sorted(SAMPLE.glob("*.jsonl")):
        for line in read(file.read_bytes().splitlines(), name=file.name):
            held.setdefault(line.record.KIND, {})[line.record.id] = line.record
    calendars = [record for record in held.get("calendar", {}).values() if isinstance(record, Calendar)]
    return City(
        {id: record for id, record in held["guide"].items() if isinstance(record, Guide)},
        {id: record for id, record in held["place"].items() if isinstance(record, Place)},
        {id: record for id, record in held["life_event"].items() if isinstance(record, LifeEvent)},
        {record.year: record for record in calendars},
        {id: record.name for id, record in held["org"].items()},
    )


def kinds(held: City) -> dict[str, str]:
    """(word, id) of a full, a sparse and a complex guide."""
    weights = {id: len(guide.model_dump_json(exclude_defaults=True)) for id, guide in held.guides.items()}
    ordered = sorted(weights, key=lambda id: (weights[id], id))
    return {"full": "ga-023" if "ga-023" in weights else ordered[-2], "sparse": ordered[0], "complex": ordered[-1]}


def guide_slip(held: City, id: str, variant: Variant, lang: str, check: str = CHECK) -> Slip:
    """The slip of a guide; bilingual ones and those for the window are Chinese with `lang` below."""
    guide = held.guides[id]
    facts, say = held.facts(guide, check), Phrases(lang)
    second = Second(say, guide, facts.places)
    if variant is Variant.CLERK:
        return build_clerk_slip(Phrases(), guide, facts, number=126, second=second)
    if variant is Variant.BILINGUAL:
        return build_guide_slip(Phrases(), guide, facts, number=124, variant=variant, second=second)
    return build_guide_slip(say, guide, facts, number=123, variant=variant)


def event_slip(
    held: City, id: str, variant: Variant, lang: str, answers: dict[str, str] | None = None, skipped: Sequence[str] = ()
) -> Slip:
    """The slip of a life event for `answers`."""
    plan = ordered_steps(held.events[id], held.guides, answers or {})
    facts = [held.facts(step.guide, "") for step in plan.steps]

    def way(start: Place | None, end: Place) -> object:
        where = start or KIOSK
        return way_between(where.lat, where.lon, end.lat, end.lon)

    steps: tuple[PlannedStep, ...] = plan.steps
    route = plan_route(steps, [fact.places for fact in facts], AT, way, held.calendars.get)  # type: ignore[arg-type]
    say = Phrases(lang)
    second = EventSecond(say, plan, facts, route) if variant is Variant.BILINGUAL else None
    first = Phrases() if second else say
    return build_event_slip(first, plan, facts, route, number=125, variant=variant, skipped=skipped, second=second)


def receipt_slip(lang: str) -> Slip:
    """The receipt of an invented letter."""
    day = AT.date()
    dates = (day + dt.timedelta(days=4), day + dt.timedelta(days=6), day + dt.timedelta(days=23))
    return build_receipt_slip(
        Phrases(lang),
        Receipt("K7M4-X2QP", "咨询", "市公安局交警支队（由统一受理中心转）", 126, AT, *dates, KIOSK),
        number=127,
    )


def slips(held: City, langs: tuple[str, ...] = LANGUAGES) -> Iterator[tuple[str, str, Slip]]:
    """(kind of item and variant, language, slip)."""
    for lang in langs:
        for word, id in kinds(held).items():
            for variant in Variant:
                yield f"{word}-{variant}", lang, guide_slip(held, id, variant, lang)
        for variant in (Variant.FULL, Variant.COMPACT, Variant.LARGE, Variant.BILINGUAL):
            yield f"event-{variant}", lang, event_slip(held, EVENT, variant, lang)
        full = guide_slip(held, kinds(held)["full"], Variant.FULL, lang)
        again = Reprint(123, 2, AT, AT + dt.timedelta(minutes=9), changed=False)
        yield "full-reprint", lang, reprinted(Phrases(lang), replace(full), again)
        yield "receipt", lang, receipt_slip(lang)
        yield "ruler", lang, ruler_slip(Phrases(lang), 128, WIDTH_80, ("80 毫米纸，576 点", "目录第 418 版"))


def picture(dots: Dots) -> Image.Image:
    """Black on white."""
    return Image.frombytes("1", (dots.width, dots.height), bytes(255 - byte for byte in dots.data)).convert("L")


def main(folder: Path, langs: tuple[str, ...] = LANGUAGES, only: str = "") -> None:
    """Writes the pictures of slips whose name begins with `only` and, for every width and language, one sheet."""
    folder.mkdir(parents=True, exist_ok=True)
    held = city()
    made = [each for each in slips(held, langs) if each[0].startswith(only)]
    for width in (WIDTH_80, WIDTH_58):
        layout = SlipLayout(width)
        for lang in langs:
            drawn = []
            for name, spoken, slip in made:
                if spoken == lang:
                    drawn.append(picture(layout.render(slip)))
                    drawn[-1].save(folder / f"{name}-{width}-{lang}.png")
                    print(f"{name:22} {width} {lang:8} {drawn[-1].height / 8:5.0f} mm")
            sheet = Image.new("L", (len(drawn) * (width + 24), max(each.height for each in drawn)), 160)
            for number, each in enumerate(drawn):
                sheet.paste(each, (number * (width + 24) + 12, 0))
            sheet.save(folder / f"sheet-{width}-{lang}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or LANGUAGES)
