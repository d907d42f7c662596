"""How the kiosk looks: colours, type and space as one frozen `Theme`.

Lengths are authored in millimetres, because a finger and an eye do not change with the resolution of the panel; the
theme turns them into pixels. One grid step is 8 px on the 21.5-inch panel, for which the pages were designed. Parts
ask for tokens and lengths; light, dark and large type are three themes, never three branches.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

Rgba = tuple[float, float, float, float]

Token = Literal[
    "ground", "surface", "sand", "line", "edge", "ink", "ink2", "primary", "deep", "onp", "tint", "sea", "onsea",
    "seaedge", "sea2", "sea3", "coral", "coralt", "ok", "okt", "warn", "warnt", "stop", "stopt", "plane", "paper",
    "dots", "lamp", "key", "held",
]  # fmt: skip

STEP_MM = 1.984
"""One grid step: 8 px at 0.248 mm/px."""

CLEAR: Rgba = (0.0, 0.0, 0.0, 0.0)


class Panel(NamedTuple):
    """The glass: pixels, and millimetres a pixel. Default: a 21.5-inch full-HD panel standing on its short side."""

    width: int = 1080
    height: int = 1920
    mm: float = 0.248


class Type(NamedTuple):
    """A step of the type scale in pixels: height of an ideograph, and distance from line to line."""

    size: int
    line: int


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for.

    `plane`: border of white planes, the same as `surface` where none is wanted; `key`: keys that are no letters;
    `held`: a quiet control under a finger; `sea`: the band in which things are done; `paper`, `dots`: thermal paper;
    `lamp`: the light of the lighthouse.
    """

    ground: str
    surface: str
    sand: str
    line: str
    edge: str
    ink: str
    ink2: str
    primary: str
    deep: str
    onp: str
    tint: str
    sea: str
    onsea: str
    seaedge: str
    sea2: str
    sea3: str
    coral: str
    coralt: str
    ok: str
    okt: str
    warn: str
    warnt: str
    stop: str
    stopt: str
    plane: str
    key: str
    held: str
    paper: str = "#FFFFFF"
    dots: str = "#000000"
    lamp: str = "#FCEBC8"


LIGHT = Palette(
    ground="#F8F4EC", surface="#FFFFFF", sand="#EFE7D8", line="#DCD2C0", edge="#7C8A91", ink="#0E2A38", ink2="#334D5B",
    primary="#0A4F6B", deep="#083C52", onp="#FFFFFF", tint="#DDEAED", sea="#0A4F6B", onsea="#FFFFFF", seaedge="#9CC3CD",
    sea2="#9CC3CD", sea3="#4E93A8", coral="#D9603B", coralt="#FBE7DC", ok="#0F5234", okt="#DDEFE3", warn="#663A00",
    warnt="#FCEBC8", stop="#841A12", stopt="#FAE1DB", plane="#FFFFFF", key="#DCD2C0", held="#EFE7D8",
)  # fmt: skip

DARK = Palette(
    ground="#05141C", surface="#0B1F2A", sand="#0B1F2A", line="#5E7C8A", edge="#A9C3CE", ink="#FFFFFF", ink2="#D6E5EB",
    primary="#A6E3F5", deep="#123A4B", onp="#04202B", tint="#17394A", sea="#123A4B", onsea="#FFFFFF", seaedge="#A9C3CE",
    sea2="#2E6478", sea3="#4E93A8", coral="#FF9B73", coralt="#3A231A", ok="#A5E8C2", okt="#10382A", warn="#FFD98A",
    warnt="#3D2E0C", stop="#FFB9AE", stopt="#4A1C17", plane="#A9C3CE", key="#17394A", held="#17394A",
)  # fmt: skip

READABLE: tuple[tuple[Token, Token], ...] = (
    ("ink", "ground"), ("ink", "surface"), ("ink", "sand"), ("ink", "tint"), ("ink", "coralt"), ("ink", "warnt"),
    ("ink", "key"), ("ink", "held"),
    ("ink2", "ground"), ("ink2", "surface"), ("ink2", "sand"), ("ink2", "tint"), ("ink2", "warnt"),
    ("primary", "ground"), ("primary", "surface"), ("primary", "sand"), ("primary", "tint"),
    ("onp", "primary"), ("onsea", "sea"), ("onsea", "deep"),
    ("ok", "okt"), ("ok", "ground"), ("ok", "surface"), ("warn", "warnt"), ("stop", "stopt"), ("stop", "ground"),
    ("stop", "surface"),
)  # fmt: skip
"""(text, ground) pairs that pages may use; each reaches 7:1 in every palette, and a test computes it."""

_NORMAL = ((8.4, 11.9), (9.9, 13.9), (11.9, 15.9), (14.9, 19.8), (21.8, 27.8), (32.7, 35.7))
_LARGE = ((11.4, 15.9), (13.4, 17.9), (15.9, 21.8), (19.8, 25.8), (21.8, 27.8), (32.7, 35.7))
"""(size, line) in millimetres of t34…t132. Large type is ×1.35; what is read from 1.5 m anyhow stays as it is."""


def rgba(colour: str) -> Rgba:
    """`#RRGGBB` as floats, opaque."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, 1.0


def contrast(one: Rgba, other: Rgba) -> float:
    """Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: Rgba) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """Everything a part asks about looks. `outlined`: planes are told from the ground by a border.

    Two themes are the same only if they are the same object.
    """

    panel: Panel
    large: bool
    outlined: bool
    colours: MappingProxyType[Token, Rgba]
    t34: Type
    t40: Type
    t48: Type
    t60: Type
    t88: Type
    t132: Type
    least: Type
    """The smallest type there may be, in large type too, for words that would be cut otherwise."""

    @classmethod
    def make(cls, panel: Panel, *, large: bool = False, dark: bool = False) -> Theme:
        """The theme for a panel; `large`: type ×1.35 (大字), `dark`: high contrast."""
        palette = DARK if dark else LIGHT
        colours: dict[Token, Rgba] = {name: rgba(getattr(palette, name)) for name in get_args(Token)}
        steps = (*(_LARGE if large else _NORMAL), _NORMAL[0])
        scale = (Type(*(round(mm / panel.mm) for mm in pair)) for pair in steps)
        return cls(panel, large, palette.plane != palette.surface, MappingProxyType(colours), *scale)

    def px(self, mm: float) -> int:
        """Whole pixels for a length on the glass."""
        return round(mm / self.panel.mm)

    def g(self, steps: float) -> int:
        """Whole pixels for grid steps."""
        return round(steps * STEP_MM / self.panel.mm)

    def grown(self, steps: float) -> int:
        """Whole pixels for grid steps of what grows with the type: icons, buttons, keys."""
        return round(steps * STEP_MM * (1.35 if self.large else 1.0) / self.panel.mm)

    @property
    def border(self) -> int:
        """Border of a control, and a hairline inside a plane: 3 px; one pixel would be finer than a grain of sand."""
        return max(2, self.px(0.75))

    @property
    def focus(self) -> int:
        """Border of a plane that stands out: 4 px."""
        return max(2, self.px(1.0))

    @property
    def radius(self) -> int:
        """Corner of everything but tags and sheets."""
        return self.px(4.0)

    @property
    def small_radius(self) -> int:
        """Corner of tags and tick boxes."""
        return self.px(2.0)

    @property
    def sheet_radius(self) -> int:
        """Upper corners of a sheet."""
        return self.px(8.0)

    @property
    def margin(self) -> int:
        """Free edge left and right of a page."""
        return self.g(6)

    @property
    def gutter(self) -> int:
        """Gap between columns."""
        return self.g(3)

    @property
    def width(self) -> int:
        """What a page has between its margins."""
        return self.panel.width - 2 * self.margin

    @property
    def slop(self) -> int:
        """How far a finger may miss or slip and still be meant: 6 mm."""
        return self.px(6.0)

    def columns(self, count: int) -> int:
        """Width of `count` of the twelve columns with the gutters between them."""
        one = (self.width - 11 * self.gutter) / 12
        return round(count * one + (count - 1) * self.gutter)

    def type(self, name: str) -> Type:
        """A step of the scale by its name, `t34` to `t132`, or `least`."""
        step: Type = getattr(self, name)
        return step
