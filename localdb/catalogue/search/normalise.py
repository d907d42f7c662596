"""One spelling for everything that is compared: what people type and what editors write go through the same door."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from opencc import OpenCC

LONGEST_QUERY = 200
"""Characters of a query that are read; the longest real question in the evaluation sets has 62."""

_BLANKS = re.compile(r"\s+")
_HAN = "[\u3400-\u9fff\U00020000-\U0003ffff]"
_BLANKS_INSIDE_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
_RUNS = re.compile(r"[0-9a-z]+|[^\s0-9a-z]+")

_NOTHING = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "So", "Sk"})
"""Categories that leave no gap: control and format characters, loose marks, emoji. Punctuation does leave one."""


class Normaliser:
    """Folds width (ＡＢＣ), case and Traditional script (駕照), drops what is neither letter nor digit.

    Punctuation becomes a blank, so that no pair of characters spans it; a blank typed inside Chinese (驾 照) means
    nothing. Loading takes about 6 ms (OpenCC's table); one object serves all threads. Never raises, whatever was typed.
    """

    def __init__(self) -> None:
        self._to_simplified = OpenCC("t2s")

    def query(self, text: str) -> str:
        """What was typed, at most `LONGEST_QUERY` characters of it."""
        return self.text(text[: 4 * LONGEST_QUERY])[:LONGEST_QUERY].rstrip()

    def text(self, text: str) -> str:
        """A name or sentence of a record."""
        text = unicodedata.normalize("NFKC", text).lower()
        if not text.isascii():
            text = self._to_simplified.convert(text.encode("utf-8", "ignore").decode("utf-8"))
            text = _BLANKS_INSIDE_HAN.sub("", text)
        return _BLANKS.sub(" ", "".join(map(_kept, text))).strip()


def _kept(char: str) -> str:
    if char.isalnum():
        return char
    return "" if unicodedata.category(char) in _NOTHING and not char.isspace() else " "


@dataclass(frozen=True, slots=True)
class Grams:
    """A text cut for the index: single characters, and pairs of neighbours together with whole Latin words."""

    chars: tuple[str, ...]
    pairs: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return self.chars + self.pairs


def grams(plain: str) -> Grams:
    """Cuts normalised text. Chinese has no blanks and no dictionary holds a city's words, so every pair counts as one.

    >>> grams("c1驾照")
    Grams(chars=('驾', '照'), pairs=('c1', '驾照'))
    """
    chars: list[str] = []
    pairs: list[str] = []
    for run in _RUNS.findall(plain):
        if run[0].isascii():
            pairs.append(run)
        else:
            chars.extend(run)
            pairs.extend(run[at : at + 2] for at in range(len(run) - 1))
    return Grams(tuple(dict.fromkeys(chars)), tuple(dict.fromkeys(pairs)))
