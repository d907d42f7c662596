"""The catalogues: complete, same placeholders everywhere, kind words only, every key of the code is there."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from phrases import DOMAIN, LANGUAGES, LOCALE, CataloguesMissing, Phrases
from phrases.build import compile_all

ROOT = Path(__file__).parents[3]
ROOMS = ("domain", "journeys", "screens", "kiosk")
UNKIND = re.compile("系统|错误|异常|失败|操作|点击|网络|提交|加载|用户|尊敬|市民朋友")
STAFF = ("staff.", "health.", "lint.", "error.K-03", "error.K-04", "cli.")
"""Sentences that only staff and editors read."""

CALL = re.compile(r"""\bsay(?:\.count)?\(\s*(f?)["'](brand|[^"']+\.[^"' ]+)["']""")


def catalogue(lang: str) -> Catalog:
    with (LOCALE / lang.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as stream:
        return read_po(stream, abort_invalid=True)


def texts(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [str(message.string)]


def key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else str(message.id)


def sentences(lang: str) -> dict[str, list[str]]:
    return {key(message): texts(message) for message in catalogue(lang) if message.id}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


CHINESE = sentences("zh-Hans")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_sentence_with_the_same_placeholders(lang: str) -> None:
    told = sentences(lang)
    assert set(told) == set(CHINESE)
    for name, variants in told.items():
        for text in variants:
            assert text.strip() or name.startswith("join."), name
            allowed = placeholders(CHINESE[name][0])
            extra = {"month_name"} if name == "date.month_day" else {"n"}
            assert placeholders(text) <= allowed | extra, (lang, name, text)


def test_chinese_is_kind() -> None:
    for name, variants in CHINESE.items():
        for text in variants:
            assert "你" not in text, name
            assert "请携带" not in text and "！" not in text, name
            if not name.startswith(STAFF):
                assert not UNKIND.search(text), (name, text)


def test_every_key_in_the_code_has_a_sentence_and_every_sentence_is_used() -> None:
    used: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for formatted, name in CALL.findall(path.read_text(encoding="utf-8")):
                if formatted:
                    patterns.append(re.compile(re.sub(r"\\{[^}]*\\}", ".+", re.escape(name)) + "$"))
                else:
                    used.add(name)
            # Keys that are chosen from a table stand in it as they are.
            source = path.read_text(encoding="utf-8")
            used.update(name for name in CHINESE if f'"{name}"' in source)
    missing = used - set(CHINESE)
    assert not missing
    idle = {name for name in CHINESE if name not in used and not any(pattern.match(name) for pattern in patterns)}
    assert not {name for name in idle if not name.startswith(("error.", "lint.", "month.", "health.", "access."))}


def test_plurals_and_fallback() -> None:
    english, chinese = Phrases("en"), Phrases()
    assert english.count("limit.working", 1) == "1 working day"
    assert english.count("limit.working", 2) == "2 working days"
    assert chinese.count("limit.working", 2) == "2 个工作日"
    assert english("no.such.key") == "no.such.key"
    assert not english.has("no.such.key")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fr"):
        Phrases("fr")


def test_compiling_names_a_broken_source(tmp_path: Path) -> None:
    for lang in LANGUAGES:
        folder = tmp_path / lang.replace("-", "_") / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / f"{DOMAIN}.po").write_text('msgid "a"\nmsgstr "b"\n', encoding="utf-8")
    assert len(compile_all(tmp_path)) == len(LANGUAGES)
    assert compile_all(tmp_path) == []
    broken = tmp_path / "ja" / "LC_MESSAGES" / f"{DOMAIN}.po"
    broken.write_text('msgid "a"\nmsgstr b\nmsgwhat "c"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="ja"):
        compile_all(tmp_path)


def test_catalogues_that_were_never_compiled_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phrases.LOCALE", tmp_path)
    from phrases import _translations

    _translations.cache_clear()
    with pytest.raises(CataloguesMissing, match=r"phrases\.build"):
        Phrases("en")
    _translations.cache_clear()
