"""The guide slip (明白纸) of a guide that is still being written: the very dots that a kiosk's printer would get."""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

from sqlalchemy import Connection, func, select

from domain.check_code import code_of
from domain.clerk_slip import build_clerk_slip
from domain.guide_slip import Second, SlipFacts, build_guide_slip
from domain.paper import LONG_MM, WIDTH_58, WIDTH_80, Dots
from domain.ports import KioskPlace
from domain.records import KINDS, Calendar, Guide, Org, Place, Record
from domain.slip import Block, CheckCode, Slip, Tab, TakeAway, Variant
from hub.item import Version
from hub.items import Items
from hub.office import ZONE
from hub.refusal import Refused
from hub.store import Store, utc_now
from hub.tables import changes, check_numbers, items as items_table
from phrases import Phrases
from printer.layout import SlipLayout

R = TypeVar("R", bound=Record)

WIDTHS = {80: WIDTH_80, 58: WIDTH_58}
"""Dots by millimetres of paper."""

ON_TOP = ("name", "aliases", "fee", "visits", "promised_limit", "legal_limit", "immediate")
"""Fields of a guide that stand at the head of its slip."""

BELOW: Mapping[str, tuple[str, ...]] = {
    "slip.bring": ("materials",),
    "slip.where": ("places", "accepting_office", "handling_agency", "phone", "channels"),
    "slip.how": ("steps",),
    "slip.know": ("eligibility", "legal_basis", "special_procedure", "appeal", "result"),
}
"""Fields below each head of a slip, by the phrase of the head."""


_INVERTED = bytes(range(255, -1, -1))

NO_CODE = "0000-0000-0000"
"""Stands for the check code of an item that was never released; no code has a 0."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A drawn slip: the picture as PNG (1 bit, black on white), its size in dots, its length in millimetres; `code`:
    whether the square code is on it (one that is too long to be read is never drawn); `places`: at which row of dots
    a field of the guide stands, where that was asked for and is known.
    """

    png: bytes
    width: int
    height: int
    millimetres: float
    code: bool = False
    places: Mapping[str, int] = field(default_factory=dict)

    @property
    def long(self) -> bool:
        """Whether it is longer than it should be."""
        return self.millimetres > LONG_MM


class Slips:
    """Draws slips. Names and offices come from the hub's own items, live or, when they are not, as they are written.

    The opening hours on the paper are those of the moment at which it is looked at, as on the street. Raises
    `CodedError` (K-04) when the fonts are missing.
    """

    def __init__(self, items: Items, store: Store, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._items = items
        self._store = store
        self._now = now
        self._say = Phrases()
        self._told = Phrases(domain="hub")
        self._layouts: dict[int, SlipLayout] = {}

    def draw(
        self,
        guide: Guide,
        revision: int,
        *,
        millimetres: int = 80,
        variant: Variant = Variant.FULL,
        second: tuple[str, Guide] | None = None,
        placed: bool = False,
    ) -> Paper:
        """The slip of `guide` as a kiosk with `revision` would print it. `second`: language and translated guide of a
        bilingual one; `placed`: tell where its fields stand, too. Raises KeyError for another paper width.
        """
        layout = self._layouts.get(millimetres)
        if layout is None:
            layout = self._layouts.setdefault(millimetres, SlipLayout(WIDTHS[millimetres]))
        facts = replace(self._facts(guide, revision), check=self._check(guide))
        if variant is Variant.CLERK:
            slip = build_clerk_slip(self._say, guide, facts, number=0)
        else:
            other = Second(Phrases(second[0]), second[1], facts.places) if second is not None else None
            # The texts in the codes are as long as they will be, too.
            held = facts if facts.check else replace(facts, check=NO_CODE)
            slip = build_guide_slip(self._say, guide, held, number=0, variant=variant, second=other)
        if not facts.check:
            slip = replace(slip, blocks=self._to_come(slip.blocks), second=self._to_come(slip.second))
        dots = layout.render(slip)
        places = self._places(layout, slip) if placed else {}
        code = any(isinstance(block, TakeAway) for block in slip.blocks)
        return Paper(png(dots), dots.width, dots.height, dots.millimetres, code, places)

    def _check(self, guide: Guide) -> str:
        """The check code that the version being written gets when it goes out; empty before the item has a number."""
        key = f"{Guide.KIND}/{guide.id}"

        def work(connection: Connection) -> str:
            number = connection.execute(
                select(check_numbers.c.number).where(check_numbers.c.item == key)
            ).scalar_one_or_none()
            row = connection.execute(
                select(items_table.c.open, items_table.c.last).where(items_table.c.key == key)
            ).first()
            if number is None or row is None:
                return ""
            told = connection.execute(select(func.max(changes.c.version)).where(changes.c.item == key)).scalar()
            version = max(row.open or row.last + 1, (told or 0) + 1)
            return code_of(guide.model_copy(update={"number": number, "version": version}))

        return self._store.read(work)

    def _to_come(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """`blocks` with signs where the code will stand, and why there is none: its room is taken all the same."""
        code = CheckCode(NO_CODE, (self._say("slip.check_head"), self._told("slip.check_later")))
        return tuple(replace(block, check=code) if isinstance(block, TakeAway) else block for block in blocks)

    def _places(self, layout: SlipLayout, slip: Slip) -> dict[str, int]:
        """Where fields stand: as far down as the blocks before theirs reach."""
        found: dict[str, int] = dict.fromkeys(ON_TOP, 0)
        heads = {self._say(key): fields for key, fields in BELOW.items()}
        for number, block in enumerate(slip.blocks):
            fields = heads.get(block.word, ()) if isinstance(block, Tab) else ()
            if fields:
                before = replace(slip, blocks=slip.blocks[:number], second=slip.second[:number])
                found.update(dict.fromkeys(fields, layout.render(before).height))
        return found

    def _facts(self, guide: Guide, revision: int) -> SlipFacts:
        now = self._now().astimezone(ZONE)
        wanted = dict.fromkeys((*guide.places, guide.accepting_office or ""))
        found = (self._find(Place, id) for id in wanted if id)
        return SlipFacts(
            department=self._name(guide.department),
            agency=self._name(guide.handling_agency),
            places=tuple(place for place in found if place is not None),
            kiosk=KioskPlace(self._say("brand"), "000"),
            at=now,
            trusted=True,
            calendars=self._calendar,
            revision=revision,
            catalogue_day=now.date(),
            sample=guide.sample,
            office=self._name(guide.accepting_office),
            verified_by=self._name(guide.verified_by),
        )

    def _name(self, id_or_text: str | None) -> str:
        if not id_or_text:
            return ""
        found: Record | None = self._find(Org, id_or_text) or self._find(Place, id_or_text)
        return found.name if found is not None else id_or_text

    def _calendar(self, year: int) -> Calendar | None:
        for item in self._items.all(kind=Calendar.KIND):
            calendar = self._find(Calendar, item.id)
            if calendar is not None and calendar.year == year:
                return calendar
        return None

    def _find(self, kind: type[R], id: str) -> R | None:
        key = f"{kind.KIND}/{id}"
        try:
            version: Version | None = self._items.live(key) or self._items.open(key)
        except Refused:
            return None
        return cast(R, KINDS[kind.KIND].model_validate(dict(version.record))) if version is not None else None


def png(dots: Dots) -> bytes:
    """Dots as a PNG of one bit a dot (ISO/IEC 15948); its 0 is black, that of the dots is white."""
    rows = bytearray()
    for row in range(dots.height):
        rows.append(0)
        rows += dots.data[row * dots.stride : (row + 1) * dots.stride].translate(_INVERTED)
    header = struct.pack(">IIBBBBB", dots.width, dots.height, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
