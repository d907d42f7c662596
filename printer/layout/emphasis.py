"""What stands out within a line: days and times, phone numbers."""

from __future__ import annotations

import re
from typing import Final

from printer.layout.page import Span

_DAY: Final = "(?:今天|明天|后天|下?[周週][一二三四五六日天])"
_DATE: Final = r"\d{1,2} ?月 ?\d{1,2} ?日"
_CALENDAR: Final = re.compile(
    rf"(?:{_DAY}（{_DATE}）|(?:{_DAY} )?{_DATE}(?:（[周週].）)?)\s?(?:\d{{1,2}}:\d\d)?|{_DAY}\s?\d{{1,2}}:\d\d"
)
_PHONE: Final = re.compile(r"(?<![\d-])(?:0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}|1[3-9]\d{9}|12\d{3}|\d{7,8})(?![\d年-])")


def days_bold(text: str) -> list[Span]:
    """`text` with its days and the times behind them in bold."""
    return _bold_where(_CALENDAR, text)


def phones_bold(text: str) -> list[Span]:
    """`text` with its phone numbers in bold."""
    return _bold_where(_PHONE, text)


def _bold_where(pattern: re.Pattern[str], text: str) -> list[Span]:
    spans: list[Span] = []
    end = 0
    for found in pattern.finditer(text):
        spans += [(text[end : found.start()], False), (found.group(), True)]
        end = found.end()
    return [span for span in [*spans, (text[end:], False)] if span[0]]
