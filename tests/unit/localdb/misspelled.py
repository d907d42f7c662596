"""Ways to type a word of the catalogue that are not quite the word: by sound, by shape, with a slip of the finger, in
letters. The words are found in the names themselves, chance is seeded: every run asks the same.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from opencc import OpenCC

from localdb.catalogue import sounds
from localdb.catalogue.search.pinyin import initials

SEED = 20261122
ASKED = 250
"""Words of a set."""

LENGTHS = (3, 4, 5, 6)
"""Characters of a word. Shorter ones leave nothing to recognise when one of them is wrong."""

OFTEN, NEIGHBOURS = 3, 3
"""A stretch of characters is a word when it stands in so many names, with so many different characters (or ends) on
either side.
"""

SHAPES = """
已己巳 未末 土士工 人入八 日曰目 大太犬 王玉主 田由甲申 住往注 险验检捡 补朴扑 领颁 换唤 登凳 记纪 户卢 籍藉 居局
民氏 份分 社杜 医匠 育盲 驾架 驶驰 照昭 车东 辆俩 婚昏 老考 年午 残浅 疾病 公会 积识织 金全 提堤 房肪 屋居 产严 权杈
执热势 营管 经径轻 食良 品晶 生主 贷货 款软 请清情 办为 理埋 审宙 批枇 核该刻 准淮 备各 册朋 销消 变弯 更便 学字
校较 师帅 资咨 格络 试式 贴帖 救球 助肋 低底抵 困因囚 临监 时对 供洪 失夫矢 伤仿 定宝 劳荣 动功劲 合台 同问 税说
发友 水永 气乞 环坏 境镜 林材 木本术 地池他 建健 设没 规现 划戈 防妨 安按 特持待 种钟 质盾 测侧则 处外 关天 件伴
名各 条务 务条 市布 贸贺 农衣 村材 草早 票要 代伐 间问 门们 院完 体休 报极
"""
"""Characters that are taken for one another by eye, a group each."""


def words_in(names: Sequence[str]) -> list[str]:
    """Stretches of Chinese that behave like words, in the order of their spelling."""
    seen: defaultdict[str, int] = defaultdict(int)
    before: defaultdict[str, set[str]] = defaultdict(set)
    after: defaultdict[str, set[str]] = defaultdict(set)
    for number, name in enumerate(names):
        for size in LENGTHS:
            for start in range(len(name) - size + 1):
                word = name[start : start + size]
                seen[word] += 1
                before[word].add(name[start - 1] if start else f"begins {number}")
                after[word].add(name[start + size] if start + size < len(name) else f"ends {number}")
    return sorted(
        word
        for word, count in seen.items()
        if count >= OFTEN
        and len(before[word]) >= NEIGHBOURS
        and len(after[word]) >= NEIGHBOURS
        and all(map(sounds.is_han, word))
    )


def sample(names: Sequence[str]) -> list[str]:
    """`ASKED` words of the names."""
    return random.Random(SEED).sample(words_in(names), ASKED)


Way = Callable[[str, random.Random], str | None]
"""A word and chance → what is typed; None when this word cannot be mistyped in this way."""


def ways() -> Mapping[str, Way]:
    """Every way to type a word, by its name."""
    alike = _alike()
    traditional = OpenCC("s2t")
    homophones = _homophones()
    return {
        "as it is": lambda word, chance: word,
        "Traditional": lambda word, chance: traditional.convert(word),
        "full pinyin": lambda word, chance: "".join(sounds.syllables(word)),
        "pinyin, 70 %": lambda word, chance: _cut("".join(sounds.syllables(word))),
        "initials": lambda word, chance: initials(sounds.syllables(word)),
        "half pinyin": _half,
        "sounds alike": lambda word, chance: _one_other(word, chance, homophones),
        "looks alike": lambda word, chance: _one_other(word, chance, alike),
        "one dropped": _dropped,
        "two swapped": _swapped,
    }


def typed(words: Sequence[str], way: Way) -> Iterator[tuple[str, str]]:
    """(word, what is typed for it)."""
    chance = random.Random(SEED)
    for word in words:
        text = way(word, chance)
        if text is not None:
            yield word, text


def _alike() -> dict[str, str]:
    found: dict[str, str] = {}
    for group in SHAPES.split():
        for char in group:
            found[char] = found.get(char, "") + group.replace(char, "")
    return found


def _homophones() -> dict[str, str]:
    """For a character the frequent ones (the first level of GB 2312) that are read like it."""
    frequent = list(sounds.common_characters())[:3755]
    by_sound: defaultdict[str, str] = defaultdict(str)
    read = {char: sounds.readings(char)[0] for char in frequent}
    for char in frequent:
        by_sound[read[char]] += char
    return {char: by_sound[sound].replace(char, "") for char, sound in read.items()}


def _one_other(word: str, chance: random.Random, others: Mapping[str, str]) -> str | None:
    places = [at for at, char in enumerate(word) if others.get(char)]
    if not places:
        return None
    at = chance.choice(places)
    return word[:at] + chance.choice(others[word[at]]) + word[at + 1 :]


def _dropped(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + word[at + 1 :]


def _swapped(word: str, chance: random.Random) -> str | None:
    places = [at for at in range(len(word) - 1) if word[at] != word[at + 1]]
    if not places:
        return None
    at = chance.choice(places)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _half(word: str, chance: random.Random) -> str:
    at = len(word) // 2
    return word[:at] + "".join(sounds.syllables(word[at:]))


def _cut(letters: str) -> str:
    return letters[: max(2, round(0.7 * len(letters)))]
