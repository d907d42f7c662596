"""From what somebody measured on a ruler slip to what the profile of the printer should say."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

from domain.paper import DOTS_PER_MM, WIDTH_58, WIDTH_80
from printer.profiles import CUTS, DeviceProfile

FOOT_MM: Final = 3.0
"""White below the last line: less, and a cut that comes a little early takes a line off; more is wasted paper."""

_FOOT_SLACK_MM: Final = 1.0
_LENGTH_SLACK: Final = 0.02
"""Paper slips, and a ruler is read to half a millimetre."""
_MOST_FEED: Final = 800


@dataclass(frozen=True, slots=True)
class Measured:
    """On the paper, in millimetres: the last mark of the scale across that can be read; the slip from edge to edge; the
    white below the last line, less than 0 when the cut went through it.
    """

    width_mm: float
    length_mm: float
    foot_mm: float


@dataclass(frozen=True, slots=True)
class Advice:
    """`profile` as it should be, and why; the same profile when it fits. `again`: measure once more with it."""

    profile: DeviceProfile
    reasons: tuple[str, ...]
    again: bool = False


def advice(profile: DeviceProfile, length_mm: float, measured: Measured) -> Advice:
    """What to change in `profile`, with which a slip of `length_mm` was printed."""
    reasons: list[str] = []
    better, again = profile, False
    fits = next((width for width in (WIDTH_80, WIDTH_58) if measured.width_mm >= width / DOTS_PER_MM - 1), None)
    if fits is None:
        reasons.append(f"width: {measured.width_mm:g} mm is less than any slip is drawn for")
    elif fits < profile.width:
        better, again = replace(better, width=fits, columns=0), True
        reasons.append(f"width: {measured.width_mm:g} mm are printed, so slips for {fits} dots")
    ratio = measured.length_mm / length_mm
    if abs(ratio - 1) > _LENGTH_SLACK:
        if profile.set_motion_units:
            reasons.append(f"length: {ratio:.2f} of what was sent; this head has not 8 dots a millimetre")
        else:
            better, again = replace(better, set_motion_units=True), True
            reasons.append(f"length: {ratio:.2f} of what was sent; its feeds do not count in dots until they are told")
    elif abs(measured.foot_mm - FOOT_MM) > _FOOT_SLACK_MM:
        feed = profile.feed_to_cutter + round((FOOT_MM - measured.foot_mm) * DOTS_PER_MM)
        better = replace(better, feed_to_cutter=min(_MOST_FEED, max(0, feed)))
        reasons.append(f"cut: {measured.foot_mm:g} mm of white below the last line instead of {FOOT_MM:g}")
    return Advice(better, tuple(reasons), again)


def as_toml(profile: DeviceProfile, name: str) -> str:
    """`profile` as a table for a file of profiles, under `name`."""
    lines = [f"[{name}]"]
    for each in fields(profile):
        if each.name != "name":
            lines.append(f"{each.name} = {_written(each.name, getattr(profile, each.name))}")
    return "\n".join(lines)


def _written(key: str, value: object) -> str:
    if key == "cut":
        return next(f'"{word}"' for word, command in CUTS.items() if command == value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)
