"""Nothing that a citizen typed, chose or carried is ever handed to a logger: read from the code of every room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = ("domain", "phrases", "localdb", "cardreader", "printer", "inputs", "journeys", "screens", "kiosk")

OF_PEOPLE = frozenset(
    {
        "answer", "answers", "candidate", "candidates", "composition", "digits", "hits", "letters", "pin", "queries",
        "query", "question", "results", "said", "search", "slip", "text", "ticked", "typed", "visit", "word", "words",
    }
)  # fmt: skip
"""Names under which the rooms hold what people typed or looked at. A log call may not so much as mention one."""

LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})


def log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            owner = ast.unparse(node.func.value)
            if owner.split(".")[-1] in {"log", "_log", "logger", "_logger"} or owner.startswith("logging."):
                yield node


def mentions(call: ast.Call) -> set[str]:
    names = set()
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for node in ast.walk(argument):
            if isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.Attribute):
                names.add(node.attr)
    return names & OF_PEOPLE


@pytest.mark.parametrize("room", ROOMS)
def test_no_log_call_mentions_what_people_typed(root: Path, room: str) -> None:
    found = [
        f"{path.relative_to(root)}:{call.lineno}: {', '.join(sorted(names))}"
        for path in sorted((root / room).rglob("*.py"))
        for call in log_calls(ast.parse(path.read_text("utf-8")))
        if (names := mentions(call))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("log.info('asked %s', query)", {"query"}),
        ("self._log.debug(f'{step.letters}')", {"letters"}),
        ("logging.getLogger('x').warning('%s', results.query)", {"results", "query"}),
        ("log.info('slip %s', job.name)", set()),
        ("log.error('x', extra={'pin': pin})", {"pin"}),
    ],
)
def test_the_reading_itself(code: str, named: set[str]) -> None:
    (call,) = log_calls(ast.parse(code))
    assert mentions(call) == named


def test_nobody_prints(root: Path) -> None:
    # It would end up in the journal of the machine, past the mask. What commands say goes through kiosk.terminal.
    printing = [
        f"{path.relative_to(root)}:{node.lineno}"
        for room in ROOMS
        for path in sorted((root / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert {place.partition(":")[0] for place in printing} <= {"screens/faces.py", "phrases/build.py"}
