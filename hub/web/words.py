"""How values are written on the pages: times of the city, figures, digests."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from markupsafe import Markup, escape

from hub.office import ZONE

THIN = "\u2009"
WEEKDAYS = "一二三四五六日"


def when(moment: dt.datetime | None) -> str:
    """``11-20 15:20`` in the city's time; nothing for None."""
    return f"{moment.astimezone(ZONE):%m-%d %H:%M}" if moment else ""


def whole(moment: dt.datetime | None) -> str:
    """``2026-11-20 15:20:07``."""
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M:%S}" if moment else ""


def day(moment: dt.datetime | dt.date | None) -> str:
    """``11-20 周五``."""
    if moment is None:
        return ""
    date = moment.astimezone(ZONE).date() if isinstance(moment, dt.datetime) else moment
    return f"{date:%m-%d} 周{WEEKDAYS[date.weekday()]}"


def ago(moment: dt.datetime | None, now: dt.datetime) -> str:
    """How long something waits: 12 分钟, 3 小时, 2 天."""
    if moment is None:
        return ""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    if minutes < 60:
        return f"{max(1, minutes)} 分钟"
    return f"{minutes // 60} 小时" if minutes < 24 * 60 else f"{minutes // (24 * 60)} 天"


def figure(number: int) -> str:
    """7 012, with a thin space."""
    return f"{number:,}".replace(",", THIN)


def groups(digest: str, length: int = 64) -> str:
    """A digest in groups of four: ``9f3c 41ab …``."""
    shown = digest[:length]
    return " ".join(shown[start : start + 4] for start in range(0, len(shown), 4))


LONGEST_COMPARED = 4000
"""Characters; longer texts are shown whole on both sides, comparing them would take seconds."""

FEW = 8
ALIKE = 0.3
"""Texts of more than `FEW` pieces that are less alike than this are another text, not a changed one."""

_TOKEN = re.compile(r"[0-9]+|[A-Za-z]+|.", re.DOTALL)


def marked(old: str, new: str) -> tuple[Markup, Markup]:
    """Both texts, with what is gone in <del> and what is new in <ins>.

    Compared by character; numbers and Latin words stay in one piece but for their common beginning, so that
    0535-6000110 → 0535-6000118 marks one digit and not some digits in between.
    """
    if not old or not new or len(old) + len(new) > LONGEST_COMPARED:
        return _whole(old, "del"), _whole(new, "ins")
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if min(len(left), len(right)) > FEW and matcher.ratio() < ALIKE:
        return _whole(old, "del"), _whole(new, "ins")
    before, after = [], []
    for verb, from_old, to_old, from_new, to_new in _joined(matcher):
        gone, come = "".join(left[from_old:to_old]), "".join(right[from_new:to_new])
        if verb == "equal":
            before.append(escape(gone))
            after.append(escape(come))
            continue
        same = next((n for n, (a, b) in enumerate(zip(gone, come, strict=False)) if a != b), min(len(gone), len(come)))
        before.append(escape(gone[:same]) + _whole(gone[same:], "del"))
        after.append(escape(come[:same]) + _whole(come[same:], "ins"))
    return Markup("").join(before), Markup("").join(after)


def _joined(matcher: SequenceMatcher[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """The steps of a comparison, where a lonely equal character between two changes belongs to them."""
    held: list[tuple[str, int, int, int, int]] = []
    codes = matcher.get_opcodes()
    for place, (found, from_old, to_old, from_new, to_new) in enumerate(codes):
        inner = 0 < place < len(codes) - 1
        lonely = found == "equal" and inner and to_old - from_old == 1
        verb = "replace" if lonely else found
        if held and held[-1][0] != "equal" and verb != "equal":
            _, first_old, _, first_new, _ = held[-1]
            held[-1] = ("replace", first_old, to_old, first_new, to_new)
        else:
            held.append((verb, from_old, to_old, from_new, to_new))
    yield from held


def _whole(text: str, tag: str) -> Markup:
    return Markup(f"<{tag}>{{}}</{tag}>").format(text) if text else Markup("")
