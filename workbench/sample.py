"""Grows the sample city to the size of a real one, to measure with.

``python -m workbench.sample IN_DIR OUT.jsonl --items 7000``
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from workbench.sample_words import (
    ACTIONS,
    AREAS,
    CONDITIONS,
    ENTERPRISE_CASES,
    ENTERPRISE_MATERIALS,
    HINTS,
    KEYWORDS,
    LAWS,
    PERSON_CASES,
    PERSON_MATERIALS,
    STEPS,
    Action,
)

Record = dict[str, Any]

MARK: Final = "仅供测量"
_NAMES_A_PERMIT: Final = ("许可", "证", "资质", "认定", "核准", "审查", "登记", "评价", "批文")
_LAST_VERIFIED: Final = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Matter:
    """What an item is about: its official noun, what people call it, and its kind (a key of ``ACTIONS``)."""

    noun: str
    spoken: str
    kind: str


@dataclass(frozen=True, slots=True)
class Office:
    """A department by a piece of its name, the themes of its items, and what it deals with."""

    named: str
    themes: tuple[str, ...]
    matters: tuple[Matter, ...]


def grow(records: Sequence[Record], n: int, *, seed: int = 1) -> list[Record]:
    """The records, and behind them made-up guides until there are ``n`` guides in all.

    The new ones (ids ``zz-000001`` …, ``sample`` and ``grown`` true, the summary says that they are for measuring only)
    belong to departments and places among ``records``; no two guides have the same name. Same records, number and seed:
    same result, and a smaller ``n`` gives the beginning of a larger one. ValueError when ``records`` hold more than
    ``n`` guides or no department.
    """
    guides = [record for record in records if record["kind"] == "guide"]
    departments = [record for record in records if record["kind"] == "org"]
    if len(guides) > n:
        raise ValueError(f"there are {len(guides)} guides already, {n} are wanted")
    if not departments:
        raise ValueError("without a department (kind org) there is nobody to belong to")
    names = {record["name"] for record in guides}
    numbers = range(1, n - len(guides) + 1)
    maker = _Maker(departments, [record for record in records if record["kind"] == "place"], random.Random(seed))
    return [*records, *(maker.guide(number, names) for number in numbers)]


def offices() -> Iterator[Office]:
    """The departments of the word list and what they deal with."""
    named = ""
    themes: tuple[str, ...] = ()
    matters: list[Matter] = []
    for line in (files("workbench") / "sample_matters.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            if matters:
                yield Office(named, themes, tuple(matters))
            named, _, codes = line[1:].partition("]")
            themes, matters = tuple(codes.split()), []
        elif line and not line.startswith("#"):
            kind, _, words = line.partition(":")
            for noun, _, spoken in (word.partition("/") for word in words.split()):
                official = noun if kind != "permit" or noun.endswith(_NAMES_A_PERMIT) else f"{noun}许可"
                matters.append(Matter(official, spoken or noun, kind))
    yield Office(named, themes, tuple(matters))


class _Maker:
    """Makes one guide after another from the words and a source of chance."""

    def __init__(self, departments: Sequence[Record], places: Sequence[Record], chance: random.Random) -> None:
        self._chance = chance
        self._places = [place["id"] for place in places]
        self._department = {
            office.named: next((org["id"] for org in departments if office.named in org["name"]), departments[0]["id"])
            for office in offices()
        }
        self._matters = [(office, matter) for office in offices() for matter in office.matters]

    def guide(self, number: int, names: set[str]) -> Record:
        """A guide with a name that is not among ``names``; it is then."""
        while True:
            office, matter = self._chance.choice(self._matters)
            action = self._chance.choice(ACTIONS[matter.kind])
            theme = self._chance.choice(office.themes)
            enterprise = theme.startswith("legal")
            qualifiers = self._qualifiers(enterprise)
            name = action.official.format(matter.noun) + (f"（{'、'.join(qualifiers)}）" if qualifiers else "")
            if name not in names:
                break
        names.add(name)
        guide: Record = {
            "kind": "guide",
            "id": f"zz-{number:06d}",
            "name": name,
            "sample": True,
            "grown": True,
            "type": action.task_type,
            "audience": ["enterprise" if enterprise else "person"],
            "themes": [theme],
            "summary": f"{MARK}，不是真的事项：{name}。",
            "department": self._department[office.named],
        }
        if aliases := self._aliases(matter, action):
            guide["aliases"] = aliases
        if keywords := self._some(KEYWORDS, 0, 3):
            guide["keywords"] = keywords
        # Half of a real catalogue is little more than a name (knowledge of the field: 44 % have their own address).
        if self._chance.random() < 0.5:
            guide |= self._details(matter, action, ENTERPRISE_MATERIALS if enterprise else PERSON_MATERIALS)
            guide["verified_on"] = str(_LAST_VERIFIED - timedelta(days=self._chance.randrange(80)))
            guide["verified_by"] = guide["department"]
        return guide

    def _qualifiers(self, enterprise: bool) -> list[str]:
        cases = ENTERPRISE_CASES if enterprise else PERSON_CASES
        qualifiers = [self._chance.choice(cases)] if self._chance.random() < 0.45 else []
        return [*qualifiers, self._chance.choice(AREAS)] if self._chance.random() < 0.5 else qualifiers

    def _aliases(self, matter: Matter, action: Action) -> list[str]:
        spoken = [pattern.format(matter.spoken).replace("证证", "证") for pattern in action.spoken]
        if matter.spoken != matter.noun:
            spoken.insert(0, matter.spoken)
        return self._some(spoken, 0, len(spoken))

    def _details(self, matter: Matter, action: Action, materials: Sequence[str]) -> Record:
        chance = self._chance
        details: Record = {
            "accepting_office": chance.choice(self._places) if self._places else "综合窗口",
            "handler": "窗口工作人员",
            "eligibility": self._some(CONDITIONS, 1, 4),
            "materials": [self._material(name) for name in self._some(materials, 2, 7)],
            "steps": [{"name": name, "note": chance.choice(HINTS)} for name in self._some(STEPS, 3, 6)],
            "legal_limit": {"days": chance.choice((20, 30, 45, 60)), "unit": "working"},
            "promised_limit": {"days": chance.randint(1, 15), "unit": "working"},
            "visits": chance.randint(0, 2),
            "fee": {"charged": False, "text": "不收费"},
            "channels": self._some(("counter", "online", "mail", "kiosk"), 1, 3),
            "coverage": chance.choice(("office", "district", "city", "province", "national")),
            "phone": {"enquiry": f"0535-600{chance.randint(0, 9999):04d}", "complaint": "12345"},
            "result": {"name": f"{matter.noun}办理结果", "kind": action.result},
            "legal_basis": [{"law": chance.choice(LAWS), "article": f"第 {chance.randint(1, 90)} 条"}],
        }
        if self._places:
            details["places"] = self._some(self._places, 1, 3)
        if chance.random() < 0.25:
            details["fee"] = {"charged": True, "text": f"{chance.randint(1, 40) * 5} 元"}
        if chance.random() < 0.4:
            question = chance.choice(details["materials"])["name"]
            details["faq"] = [
                {"q": f"没有{question}怎么办？", "a": f"{chance.choice(HINTS)}，{chance.choice(HINTS)}。"}
            ]
        return details

    def _material(self, name: str) -> Record:
        chance = self._chance
        material: Record = {
            "name": name,
            "source": chance.choice(("self", "self", "self", "counter", "department", "other")),
            "originals": chance.randint(0, 2),
            "copies": chance.randint(0, 2),
            "form": chance.choice(("paper", "electronic", "either")),
            "necessity": chance.choice(("required", "required", "optional", "deferrable")),
        }
        if chance.random() < 0.4:
            material["note"] = chance.choice(HINTS)
        return material

    def _some(self, of: Sequence[str], least: int, most: int) -> list[str]:
        return self._chance.sample(of, min(len(of), self._chance.randint(least, most)))


def read_records(source: Path) -> Iterator[Record]:
    """The records of a ``.jsonl`` file, or of all of them in a folder, by name; ValueError names file and line."""
    for path in sorted(source.glob("*.jsonl")) if source.is_dir() else [source]:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise ValueError(f"{path}:{number}: {error}") from error


def write_records(records: Sequence[Mapping[str, Any]], target: Path) -> None:
    """One record a line, as the sample city has it; ``target`` appears whole or not at all."""
    unfinished = target.with_name(target.name + ".part")
    with unfinished.open("w", encoding="utf-8", newline="\n") as out:
        for record in records:
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    unfinished.replace(target)


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0, or 1 with one sentence on stderr when the records cannot be read, grown or written."""
    parser = argparse.ArgumentParser(prog="python -m workbench.sample", description="把示例城市的记录长大，仅供测量")
    parser.add_argument("source", type=Path, metavar="IN_DIR", help="放着 .jsonl 的文件夹，或者一个文件")
    parser.add_argument("target", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--items", type=int, required=True, help="一共要多少条事项")
    parser.add_argument("--seed", type=int, default=1, help="换一个数，换一批名字（默认 %(default)s）")
    options = parser.parse_args(arguments)
    try:
        grown = grow(list(read_records(options.source)), options.items, seed=options.seed)
        write_records(grown, options.target)
    except (OSError, ValueError, KeyError) as error:
        print(f"没有长成：{error}", file=sys.stderr)
        return 1
    print(f"{len(grown)} 条记录，其中事项 {options.items} 条：{options.target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
