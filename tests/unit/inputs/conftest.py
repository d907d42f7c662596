"""The engine of this machine, and a few words of a catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from domain.search import LexiconWord
from inputs.googlepinyin import GooglePinyin
from inputs.missing import EngineMissing


@pytest.fixture(scope="session")
def engine(lacking: Callable[[str], NoReturn]) -> GooglePinyin:
    """The real library; one for the run, because it has one decoder a process."""
    try:
        return GooglePinyin()
    except EngineMissing as error:
        lacking(f"libgooglepinyin0: {error}")


@pytest.fixture
def words() -> list[LexiconWord]:
    """Words as a catalogue gives them, unsorted, with the weights that tell the like ones apart."""
    return [
        LexiconWord("驾照", ("jia", "zhao"), 0.8),
        LexiconWord("驾驶证", ("jia", "shi", "zheng"), 0.9),
        LexiconWord("居住证", ("ju", "zhu", "zheng"), 0.7),
        LexiconWord("居住证明", ("ju", "zhu", "zheng", "ming"), 0.3),
        LexiconWord("建设者之家", ("jian", "she", "zhe", "zhi", "jia"), 0.2),
        LexiconWord("身份证", ("shen", "fen", "zheng"), 0.9),
        LexiconWord("身份证补领", ("shen", "fen", "zheng", "bu", "ling"), 0.6),
        LexiconWord("准生证", ("zhun", "sheng", "zheng"), 0.5),
        LexiconWord("残疾证", ("can", "ji", "zheng"), 0.6),
        LexiconWord("补办", ("bu", "ban"), 0.6),
        LexiconWord("公积金", ("gong", "ji", "jin"), 0.9),
        LexiconWord("西安", ("xi", "an"), 0.2),
        LexiconWord("女职工", ("nü", "zhi", "gong"), 0.4),
        LexiconWord("ETC办理", ("ETC", "ban", "li"), 0.4),
    ]
