"""Lists that a form offers to choose from: codes by their names, what rules can ask for, the answers of a life event.

Nothing here says what a record may hold: a value that is in no list, which an import may bring, stays and is shown as
it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.matching import ASKED, ATTRIBUTES
from domain.records import CodeList, LifeEvent, Rule
from domain.records.codes import FIELDS, THEMES
from hub.items import Items
from hub.web.fields import ANSWERS
from phrases import Phrases


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry: what goes into the record, what people read, and the heading that it stands under."""

    value: str
    words: str
    group: str = ""


Lists = Mapping[str, Sequence[Choice]]


def lists_for(items: Items, kind: str, raw: Mapping[str, Any], say: Phrases) -> Lists:
    """The lists for a form, by `Field.listed`; those that the hub has nothing for are left out. Blocks."""
    made: dict[str, Sequence[Choice]] = {}
    named = _code_lists(items)
    for listed in FIELDS.values():
        made[listed] = [Choice(code, f"{name}（{code}）") for code, name in named.get(listed, {}).items()]
    made["themes"] = [
        Choice(f"{side}:{code}", f"{name}（{code}）", say(f"theme.{side}"))
        for side, listed in THEMES.items()
        for code, name in named.get(listed, {}).items()
    ]
    if kind == Rule.KIND:
        flags = _flags(items)
        made["flags"] = [Choice(flag, flag_words(flag, say)) for flag in flags]
        made["needs"] = [
            *(Choice(one, say(f"explain.need_{one}")) for one in ATTRIBUTES if one != "asked"),
            *(Choice(f"{ASKED}{flag}", flag_words(flag, say), say("explain.need_asked")) for flag in flags),
        ]
    if kind == LifeEvent.KIND:
        made[ANSWERS] = list(_answers(raw))
    return {listed: choices for listed, choices in made.items() if choices}


def flag_words(flag: str, say: Phrases) -> str:
    """What somebody says of himself by choosing it."""
    return say(f"flag.{flag}") if say.has(f"flag.{flag}") else flag


def _code_lists(items: Items) -> Mapping[str, Mapping[str, str]]:
    """Names by code, of every list its newest version."""
    held = sorted(items.records([CodeList.KIND]), key=lambda raw: (raw["version"], raw["id"]))
    return {raw["list"]: {one["code"]: one["name"] for one in raw.get("entries", ())} for raw in held}


def _flags(items: Items) -> list[str]:
    """Every flag that some rule asks for."""
    found: set[str] = set()
    for raw in items.records([Rule.KIND]):
        found.update(raw.get("when", {}).get("asked") or ())
        found.update(one.removeprefix(ASKED) for one in raw.get("needs", ()) if one.startswith(ASKED))
    return sorted(found)


def _answers(raw: Mapping[str, Any]) -> Iterator[Choice]:
    """``card=none`` for every option of every question; questions that are still being written as far as they go."""
    questions = raw.get("questions")
    for question in questions if isinstance(questions, list | tuple) else ():
        options = question.get("options") if isinstance(question, Mapping) else None
        for option in options if isinstance(options, list | tuple) else ():
            if isinstance(option, Mapping) and question.get("id") and option.get("id"):
                ask, text = str(question.get("ask") or question["id"]), str(option.get("text") or option["id"])
                yield Choice(f"{question['id']}={option['id']}", text, ask)
