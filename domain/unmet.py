"""What people asked in vain: what of a question may be kept at all, and the file that carries it to the hub.

A question is kept only as the words in it (汉字 and Latin letters), and only when it cannot tell of one person: what
looks like a number of somebody, an address or a name that is given is not kept at all. How many people must have asked
is counted on the kiosk (`kiosk.unmet`); both ends hold to the same rule, `kept_form`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from domain.errors import Code, RecordError

LEAST_VISITS = 5
"""Separate visits of one day that must have asked before the words are written down anywhere."""

SHORTEST, LONGEST = 2, 20
"""Characters of what is kept. A longer question is a story, and stories are somebody's."""

DIGITS_IN_A_ROW = 4
"""So many digits, whatever stands between them, belong to somebody: a phone, a card, a house, a date of birth."""

MOST_DIGITS = 5
"""More than this in all are a number that was taken apart."""

LARGEST_FILE = 4 << 20
MOST_QUERIES = 20_000
MOST_VISITS = 100_000
"""More than a kiosk can have in a day."""

_KIOSK = re.compile(r"[0-9A-Za-z-]{1,16}")
_LETTERS = re.compile(r"[a-z\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HAN_DIGITS = "〇零一二三四五六七八九两壹贰叁肆伍陆柒捌玖幺"
_SOMEBODYS = (
    # houses: 12号楼, 三单元, 5栋; but 地铁12号线 is everybody's
    re.compile(rf"[0-9{_HAN_DIGITS}十百甲乙丙]\s*(?:号(?!线)|栋|幢|单元|弄|室|门牌|[楼层](?!梯))"),
    # people: a name that is given, or somebody who is spoken of
    re.compile(r"我叫|名叫|姓名|名字是|本人是|先生|女士|小姐|同志|身份证号|手机号是|电话是"),
    # plates, addresses of mail and pages
    re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][a-z][·.\s]?[a-z0-9]{5,6}"),
    re.compile(r"[@＠]|://|www\."),
)


def kept_form(query: str) -> str | None:
    """The words of a question as they may be kept: 汉字 and small Latin letters, without digits, spaces and marks.

    None when nothing of it may be: it holds four digits in a row (spelt in 汉字, too), a number in pieces, what looks
    like an address, a name or a plate; it is shorter than two characters or longer than twenty; or it is written in
    letters of which nothing would be left.
    """
    text = unicodedata.normalize("NFKC", query).lower()
    signs = [one for one in text if one.isalnum() or one in _HAN_DIGITS]
    if len(signs) > LONGEST or _numbers(signs):
        return None
    words = [one for one in signs if not one.isnumeric() or _LETTERS.fullmatch(one)]
    if any(_LETTERS.fullmatch(one) is None for one in words):
        return None
    found = "".join(words)
    if any(pattern.search(form) for pattern in _SOMEBODYS for form in (text, "".join(signs), found)):
        return None
    return found if len(found) >= SHORTEST else None


def _numbers(signs: Iterable[str]) -> bool:
    """Whether the digits among them are somebody's."""
    row = han = whole = 0
    for one in signs:
        digit = one.isdigit() or one.isdecimal()
        whole += digit
        row = row + 1 if digit else 0
        han = han + 1 if digit or one in _HAN_DIGITS else 0
        if row == DIGITS_IN_A_ROW or han == DIGITS_IN_A_ROW:
            return True
    return whole > MOST_DIGITS


@dataclass(frozen=True, slots=True)
class Unmet:
    """Words that so many visits of a day asked in vain on one kiosk. `day` is local."""

    text: str
    day: dt.date
    visits: int


@dataclass(frozen=True, slots=True)
class UnmetFile:
    """What one kiosk hands on: its number, when the file was made (aware), the words."""

    kiosk: str
    made_at: dt.datetime
    queries: tuple[Unmet, ...]

    def document(self) -> bytes:
        """The file: one JSON object, UTF-8."""
        queries = [{"text": one.text, "day": one.day.isoformat(), "visits": one.visits} for one in self.queries]
        told = {"kiosk": self.kiosk, "made_at": self.made_at.isoformat(timespec="seconds"), "queries": queries}
        return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def read_unmet(data: bytes, *, name: str, least: int = LEAST_VISITS) -> UnmetFile:
    """The file as `document` writes it, all of it or nothing.

    Raises `RecordError`: R-01 for what is no such JSON object, R-02 naming every entry that must not be there: words
    that are not in their kept form, fewer visits than `least`, a day after the file was made, a day told twice. What
    stands in a faulty entry is never repeated.
    """
    if len(data) > LARGEST_FILE:
        raise RecordError(Code.RECORD_UNREADABLE, (f"{name}: more than {LARGEST_FILE >> 20} MB",))
    try:
        raw = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise RecordError(Code.RECORD_UNREADABLE, (f"{name}: no JSON in UTF-8",)) from None
    if not isinstance(raw, dict) or set(raw) != {"kiosk", "made_at", "queries"} or not isinstance(raw["queries"], list):
        raise RecordError(Code.RECORD_UNREADABLE, (f"{name}: not a file of unmet questions",))
    problems: list[str] = []
    kiosk, made_at = raw["kiosk"], _moment(raw["made_at"])
    if not isinstance(kiosk, str) or not _KIOSK.fullmatch(kiosk):
        problems.append(f"{name}: kiosk: no number of a kiosk")
    if made_at is None:
        problems.append(f"{name}: made_at: no moment with its zone")
    if len(raw["queries"]) > MOST_QUERIES:
        problems.append(f"{name}: queries: more than {MOST_QUERIES}")
    found: list[Unmet] = []
    seen: set[tuple[dt.date, str]] = set()
    for number, entry in enumerate(raw["queries"][:MOST_QUERIES]):
        one, wrong = _entry(entry, least)
        if one is not None and made_at is not None and one.day > made_at.date():
            wrong = "a day that had not come"
        if one is not None and (one.day, one.text) in seen:
            wrong = "twice the same"
        if one is None or wrong:
            problems.append(f"{name}: queries.{number}: {wrong}")
        else:
            seen.add((one.day, one.text))
            found.append(one)
    if problems or made_at is None:
        raise RecordError(Code.RECORD_INVALID, tuple(problems))
    return UnmetFile(str(kiosk), made_at, tuple(found))


def _entry(entry: Any, least: int) -> tuple[Unmet | None, str]:
    if not isinstance(entry, dict) or set(entry) != {"text", "day", "visits"}:
        return None, "not text, day and visits"
    text, visits, day = entry["text"], entry["visits"], _day(entry["day"])
    if not isinstance(text, str) or len(text) > LONGEST or kept_form(text) != text:
        return None, "words that must not be kept"
    if type(visits) is not int or not least <= visits <= MOST_VISITS:
        return None, f"visits: not {least} to {MOST_VISITS}"
    if day is None:
        return None, "day: not YYYY-MM-DD"
    return Unmet(text, day, visits), ""


def _day(value: Any) -> dt.date | None:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


def _moment(value: Any) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None
