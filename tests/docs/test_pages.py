"""What the pages name is there: other pages and their headings, files, modules, commands, settings, units, codes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from domain.errors import Code
from domain.lint.checks import CHECKS
from hub.alarm_settings import AlarmSettings
from hub.settings import CONFIGURATION as OF_THE_HUB
from kiosk.probes import STATES
from kiosk.settings import CONFIGURATION as OF_A_KIOSK
from tests.docs import generated

ROOT = generated.ROOT
PAGES = [ROOT / "README.md", *sorted(generated.DOCS.rglob("*.md"))]
OPERATIONS = [page for page in PAGES if page.parent.name == "operations"]

IN_A_HOME = re.compile(
    r"hub/(?:hub\.db|catalogue\.db|publishing\.lock|uploads/|mappings/|keys/)|uplink/device\.(?:key|json)"
)
"""What begins like a folder of the checkout and lies in a home."""


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)


def quoted(page: Path) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`\n]+)`", prose(page))


@cache
def headings(page: Path) -> frozenset[str]:
    """Their anchors, as GitHub makes them."""
    found = re.findall(r"(?m)^#+ (.+)$", prose(page))
    return frozenset(re.sub(r"[^\w\- ]", "", one.strip().lower()).replace(" ", "-") for one in found)


def test_links_lead_somewhere() -> None:
    lost = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
            file, _, anchor = target.partition("#")
            there = (page.parent / file).resolve() if file else page
            if not target.startswith("https://") and not (there.exists() and (not anchor or anchor in headings(there))):
                lost.append(f"{page.name}: {target}")
    assert lost == []


def test_rows_of_a_table_have_the_cells_of_its_head() -> None:
    """A bar within a cell is written with a backslash before it."""
    broken = []
    for page in PAGES:
        head = 0
        for row in prose(page).splitlines():
            cells = len(re.findall(r"(?<!\\)\|", row)) if row.startswith("|") else 0
            if head and cells and cells != head:
                broken.append(f"{page.name}: {row[:60]}")
            head = head if head and cells else cells
    assert broken == []


def test_every_page_can_be_found() -> None:
    """From README, by links alone; the decisions are a folder."""
    reached: set[Path] = set()
    new = {ROOT / "README.md"}
    while new:
        page = new.pop()
        reached.add(page)
        targets = re.findall(r"\]\(([^)#\s]+\.md)", page.read_text("utf-8"))
        new |= {there for one in targets if (there := (page.parent / one).resolve()).is_file()} - reached
    assert {page for page in PAGES if page.parent.name != "decisions"} <= reached


def test_files_that_are_named_exist() -> None:
    tops = {path.name for path in ROOT.iterdir()}
    lost = []
    for page in PAGES:
        for path in re.findall(r"(?<![\w./-])[\w.-]+(?:/[\w.*-]+)+/?", "\n".join(quoted(page) + blocks(page, "sh"))):
            of_ours = path.partition("/")[0] in tops - {"var"} and not IN_A_HOME.match(path)
            if of_ours and not any(ROOT.glob(path.rstrip("/."))) and not (ROOT / f"{path}.py").is_file():
                lost.append(f"{page.name}: {path}")
    assert lost == []


def test_modules_that_are_named_have_what_is_named() -> None:
    lost = []
    for page in PAGES:
        for name in quoted(page):
            if not re.fullmatch(r"[a-z_]+(?:\.\w+)+(?:\(.*\))?", name):
                continue
            room, *rest = name.partition("(")[0].split(".")
            if not (ROOT / room / "__init__.py").is_file() or rest[-1] in ("py", "toml", "po", "db", "key", "lock"):
                continue
            if name in SETTINGS or (room in ("hub", "kiosk") and rest[0] in ("toml", "log", "lock")):
                continue
            place = ROOT / room
            while (rest and (place / rest[0]).is_dir()) or (rest and (place / f"{rest[0]}.py").is_file()):
                place /= rest.pop(0)
            source = place.with_suffix(".py") if place.with_suffix(".py").is_file() else place / "__init__.py"
            text = source.read_text("utf-8")
            told = r"\b{}\b" if source.stem == "__init__" else r"(?m)^\s*(?:(?:def|class) {0}\b|{0}\b.*[:=])"
            if not all(re.search(told.format(part), text) for part in rest):
                lost.append(f"{page.name}: {name}")
    assert lost == []


# --- The map ---------------------------------------------------------------------------------------------------------


def rooms() -> Iterator[tuple[str, set[str]]]:
    """(room, names between backticks) of the list of every module."""
    listed = (generated.DOCS / "map.md").read_text("utf-8").partition("\n## Every module\n")[2]
    for room, text in re.findall(r"\*\*`([a-z]+)/`\*\*(.*?)(?=\n\*\*`|\Z)", listed, re.DOTALL):
        yield room, {name.strip("/").rpartition("/")[2] for name in re.findall(r"`([^`\n]+)`", text)}


@pytest.mark.parametrize(("room", "named"), list(rooms()), ids=lambda value: value if isinstance(value, str) else "")
def test_the_map_has_every_module_and_no_other(room: str, named: set[str]) -> None:
    files = [path for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts]
    modules = {path.stem for path in files} - {"__init__", "env"}
    folders = {path.name for path in (ROOT / room).rglob("*") if path.is_dir()}
    assert modules - named == set(), "not on the map"
    assert named - modules - folders == set(), "on the map, and not there"


def test_the_map_has_every_room() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= {room for room, _ in rooms()}


# --- Commands --------------------------------------------------------------------------------------------------------

COMMANDS = {
    program: {
        words[1:]: {name for parameter in command.params for name in parameter.opts} | {"--help"}
        for words, command in generated.commands(program)
    }
    for program in ("kiosk", "hub")
}
TARGETS = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8")))


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of code in that language."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def used(page: Path) -> Iterator[tuple[str, list[str]]]:
    """(program, words) of every `kiosk …`, `hub …` and `make …` in blocks of code and between backticks."""
    pattern = r"(?:^|-- |DISPLAY=:0 |\.venv/bin/|; do |TERMINAL |\$ )(kiosk|hub|make)((?: [^\n#|;>]+)?)"
    for line in (line for code in blocks(page, "sh") + quoted(page) for line in code.splitlines()):
        for program, words in re.findall(pattern, line):
            yield program, words.partition("…")[0].split()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_that_are_named_exist(page: Path) -> None:
    wrong = []
    for program, words in used(page):
        told = " ".join((program, *words))
        if program == "make":
            wrong += [told] * bool(words and words[0] not in TARGETS)
            continue
        path: tuple[str, ...] = ()
        while words and (*path, words[0]) in COMMANDS[program]:
            path = (*path, words.pop(0))
        if not path and words and not words[0].startswith("-"):
            wrong.append(told)
        options = {word.partition("=")[0].rstrip(",") for word in words if word.startswith("--")}
        wrong += [told] * bool(options - COMMANDS[program][path])
    assert wrong == []


@pytest.mark.parametrize("program", COMMANDS)
def test_every_command_says_what_it_takes(program: str) -> None:
    silent = []
    for words, command in generated.commands(program):
        told = " ".join(words)
        silent += [] if (command.help or "").rstrip().endswith(".") else [told]
        silent += [f"{told} {one.name}" for one in command.params if not getattr(one, "help", None)]
    assert silent == []


# --- Settings, alarms, codes, units ----------------------------------------------------------------------------------

SETTINGS = {".".join(key) for one in (OF_A_KIOSK, OF_THE_HUB) for key, _ in one.fields()}
VARIABLES = {one.variable(key) for one in (OF_A_KIOSK, OF_THE_HUB) for key, _ in one.fields()}


def keys(table: dict[str, Any], above: str = "") -> Iterator[str]:
    """The dotted keys of a TOML document."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from keys(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def test_settings_that_are_shown_exist() -> None:
    unknown = []
    for page in OPERATIONS:
        for block in blocks(page, "toml"):
            unknown += [f"{page.name}: {key}" for key in keys(tomllib.loads(block)) if key not in SETTINGS]
    groups = {key.partition(".")[0] for key in SETTINGS if "." in key} - {"hub"}
    for page in PAGES:
        named = set(re.findall(r"BIANMINTING_[A-Z0-9_]+[A-Z0-9]\b(?!_)", page.read_text("utf-8")))
        unknown += [f"{page.name}: {name}" for name in named - VARIABLES - {"BIANMINTING_HOME", "BIANMINTING_HUB"}]
        if page.parent.name != "operations":
            continue
        for name in quoted(page):
            whole = re.fullmatch(r"([a-z]+)\.([a-z_]+)(?: = .*)?", name)
            of_ours = whole is not None and whole[1] in groups and not (ROOT / whole[1]).is_dir()
            if whole is not None and of_ours and f"{whole[1]}.{whole[2]}" not in SETTINGS | {"alarms.stick_late"}:
                unknown.append(f"{page.name}: {name}")
    assert unknown == []


def test_every_alarm_has_something_to_do() -> None:
    part = (generated.DOCS / "operations" / "fleet.md").read_text("utf-8").partition("\n### What to do\n")[2]
    first = [row.split("|")[1] for row in part.partition("\nA graver")[0].splitlines() if row.startswith("| `")]
    assert sorted(re.findall(r"`([a-z_]+)`", "".join(first))) == sorted(AlarmSettings.model_fields)


def test_probes_and_their_states_are_those_of_the_diagnosis() -> None:
    page = (generated.DOCS / "operations" / "diagnose.md").read_text("utf-8")
    rows = [row.split("|") for row in page.splitlines() if re.match(r"\| `[a-z]+` \| ", row)]
    told = {row[1].strip(" `"): set(re.findall(r"`([a-z_]+)`", row[3])) for row in rows}
    assert told == {probe: set(states) for probe, states in STATES.items()}
    unwell = set(re.findall(r"`([a-z_]+)`", page.partition("\nNot well are ")[2].partition("A kiosk without")[0]))
    assert unwell == {state for states in STATES.values() for state, well in states.items() if not well} | {"unknown"}


def test_codes_that_are_named_exist() -> None:
    known = {code.value for code in Code} | {check.rule for check in CHECKS}
    named = {
        f"{page.name}: {code}": code
        for page in PAGES
        for code in re.findall(r"(?<![\w-])[A-Z]-\d\d(?![\w-])", page.read_text("utf-8"))
    }
    assert {where for where, code in named.items() if code not in known} == set()


def test_units_that_are_named_exist() -> None:
    units = {path.name for path in (ROOT / "deploy" / "systemd").iterdir()}
    accounts = {"bianminting-hub"}
    lost = []
    for page in OPERATIONS:
        for name in re.findall(r"(?<![\w/-])bianminting-[a-z-]*[a-z](?:\.[a-z]+)?", page.read_text("utf-8")):
            if name not in units | accounts and f"{name}.service" not in units:
                lost.append(f"{page.name}: {name}")
    assert lost == []
