from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from hub.refusal import Reason
from hub.release import Kind, State
from hub.task import Turn
from hub.workflow import Action, Part, Role, Status
from phrases import LOCALE, CataloguesMissing, Phrases

SAY = Phrases(domain="hub")


def sentences() -> dict[str, str]:
    with (LOCALE / "zh_Hans" / "LC_MESSAGES" / "hub.po").open("rb") as stream:
        return {str(one.id): str(one.string) for one in read_po(stream, abort_invalid=True) if one.id}


@pytest.mark.parametrize(
    "key",
    [
        *(f"refuse.{one}" for one in Reason),
        *(f"status.{one}" for one in Status),
        *(f"role.{one}" for one in Role),
        *(f"action.{one}" for one in Action),
        *(f"part.{one}" for one in Part),
        *(f"task.{one}" for one in Turn),
        *(f"release.{one}" for one in (*Kind, *State)),
        *(f"change.{one}" for one in ("added", "changed", "dropped")),
    ],
)
def test_everything_the_hub_can_say_has_a_sentence(key: str) -> None:
    assert SAY.has(key)


def test_the_hub_is_kind_too() -> None:
    for key, text in sentences().items():
        assert text.strip(), key
        assert "你" not in text, key
        assert not re.search("系统|错误|异常|失败|非法|操作|点击|网络|用户|！", text), (key, text)


def test_no_two_sentences_of_one_key() -> None:
    written = (LOCALE / "zh_Hans" / "LC_MESSAGES" / "hub.po").read_text("utf-8")
    keys = re.findall(r'^msgid "(.+)"$', written, re.MULTILINE)
    assert len(keys) == len(set(keys))


def test_the_hub_speaks_chinese_only() -> None:
    with pytest.raises(CataloguesMissing):
        Phrases("en", domain="hub")
    assert Phrases("en")("brand") != SAY("brand")


def test_a_reason_stands_in_the_code_that_gives_it(root: Path) -> None:
    source = "".join(path.read_text("utf-8") for path in (root / "hub").rglob("*.py") if path.name != "refusal.py")
    assert [one.name for one in Reason if f"Reason.{one.name}" not in source and one is not Reason.CONFLICT] == []
