"""The import contracts of pyproject.toml: the tree keeps them, and each bites when it is broken."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import grimp
import pytest

CONFIGURATION: dict[str, Any] = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
LINTER = CONFIGURATION["tool"]["importlinter"]
NAMES: dict[str, str] = {contract["id"]: contract["name"] for contract in LINTER["contracts"]}

# Where it is planted, what it says, the contracts that must break: these and no others.
VIOLATIONS = [
    ("journeys.find", "import localdb.catalogue", {"ports"}),
    ("journeys.card", "from inputs import pinyin", {"ports"}),
    ("screens.guide", "from printer import layout", {"ports"}),
    ("domain.slip", "import journeys", {"citizen"}),
    ("domain.lint.phones", "from localdb.catalogue import build", {"rooms"}),
    ("domain.hours", "import kiosk.settings", {"citizen", "rooms"}),
    ("journeys.tap", "from cardreader import service", {"ports"}),
    ("cardreader.service", "import localdb.device", {"rooms"}),
    ("contentsync.client", "import localdb.catalogue.install", {"rooms"}),
    ("cardreader.watch", "import journeys.views", {"faceless"}),
    ("hub.pages", "import kiosk.settings", {"rooms", "hub-doors"}),
    ("hub.slips", "import printer.spooler", {"hub-doors"}),
    ("phrases.sentences", "import domain.services", {"citizen", "rooms"}),
    ("journeys.home", "import screens", {"citizen"}),
    ("screens.home", "from kiosk import settings", {"citizen"}),
    ("localdb.device.journal", "import printer", {"rooms"}),
    ("printer.spooler", "import localdb.device", {"rooms"}),
    ("inputs.pinyin", "import localdb.catalogue", {"rooms"}),
    ("printer.blocks", "import journeys.guide", {"faceless"}),
    ("localdb.catalogue.rows", "from screens import theme", {"faceless"}),
    ("localdb.catalogue.browse", "from localdb import device", {"halves"}),
    ("localdb.device.marks", "import localdb.catalogue.build", {"halves"}),
    ("workbench.printer", "from domain import slip", {"workbench-alone"}),
    ("kiosk.wiring", "import workbench", {"product-without-workbench"}),
    ("journeys.idle", "def wait():\n    from kivy.clock import Clock", {"kivy"}),
    ("printer.preview", "import kivy", {"kivy"}),
    ("printer.faces", "import fontTools.ttLib", {"fonttools"}),
    ("printer.glyphs", "import uharfbuzz", {"harfbuzz"}),
    ("kiosk.store", "import sqlalchemy.orm", {"database-libraries"}),
    ("hub.words", "import pypinyin", {"word-libraries"}),
    ("journeys.rank", "from rapidfuzz import fuzz", {"word-libraries"}),
    ("inputs.reader", "from dinkit import Recognizer", {"ink-library"}),
    ("kiosk.reader", "from smartcard.scard import SCardConnect", {"card-libraries"}),
    ("hub.signing", "import tuf.api.metadata", {"release-libraries"}),
    ("kiosk.fetch", "import requests", {"line-libraries"}),
    ("hub.sealed", "from cryptography.hazmat.primitives import hpke", {"line-libraries"}),
    ("uplink.client", "import contentsync.fetcher", {"rooms"}),
    ("uplink.packing", "import zstandard", {"release-libraries"}),
    ("uplink.queue", "import localdb.device", {"rooms"}),
    ("journeys.report", "import uplink", {"ports"}),
    ("contentsync.tables", "import openpyxl", {"sheet-libraries"}),
    ("contentsync.serve", "import fastapi", {"web-libraries"}),
    ("kiosk.slip", "from escpos.printer import Network", {"print-libraries"}),
    ("workbench.decoder", "import escpos.constants", {"print-libraries"}),
    ("kiosk.ports", "import serial", {"print-libraries"}),
    ("hub.devices", "import usb.core", {"print-libraries"}),
    ("hub.paper", "from printer.line import usb", {"hub-doors"}),
    ("screens.qr", "import qrcode", {"print-libraries"}),
    ("screens.pictures", "from PIL import Image", {"pillow"}),
    ("localdb.progress", "from rich import progress", {"command-line-libraries"}),
    ("workbench.control", "import typer", {"command-line-libraries"}),
    ("kiosk.languages", "from babel import Locale", {"phrase-libraries"}),
    ("domain.vectors", "import numpy as np", {"numpy"}),
]


def lint(folder: Path) -> tuple[int, set[str], str]:
    """Runs import-linter in `folder`: its exit status, the ids of the broken contracts, what it printed."""
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    by_name = {name: id_ for id_, name in NAMES.items()}
    broken = {by_name[name] for name in re.findall(r"^(.+) BROKEN$", run.stdout, re.MULTILINE)}
    return run.returncode, broken, run.stdout + run.stderr


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """The rooms of this distribution as empty packages, with the real contracts."""
    for package in [*CONFIGURATION["tool"]["setuptools"]["packages"], "workbench"]:
        folder = tmp_path.joinpath(*package.split("."))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    for module in {name for contract in LINTER["contracts"] for name in contract.get("forbidden_modules", ())}:
        package, _, name = module.rpartition(".")
        if package and not tmp_path.joinpath(*module.split(".")).exists():
            (tmp_path.joinpath(*package.split(".")) / f"{name}.py").touch()
    (tmp_path / "pyproject.toml").write_bytes((Path(__file__).parents[2] / "pyproject.toml").read_bytes())
    return tmp_path


def test_the_tree_keeps_every_contract(root: Path) -> None:
    status, broken, output = lint(root)
    assert (status, broken) == (0, set()), output
    assert f"Contracts: {len(NAMES)} kept, 0 broken." in output


def test_the_empty_skeleton_keeps_every_contract(skeleton: Path) -> None:
    assert lint(skeleton)[:2] == (0, set())


@pytest.mark.parametrize(
    ("module", "source", "contracts"), VIOLATIONS, ids=[f"{m}:{s[-20:]}" for m, s, _ in VIOLATIONS]
)
def test_a_planted_violation_is_named(skeleton: Path, module: str, source: str, contracts: set[str]) -> None:
    folder, _, name = module.rpartition(".")
    (skeleton.joinpath(*folder.split(".")) / f"{name}.py").write_text(source + "\n")
    for imported in set(
        re.findall(r"\b(?:domain|localdb|kiosk|journeys|screens|inputs|printer|cardreader)\.\w+", source)
    ):
        package = skeleton.joinpath(*imported.split("."))
        if not package.is_dir():
            package.with_suffix(".py").touch()

    status, broken, output = lint(skeleton)

    assert (status, broken) == (1, contracts), output
    assert module in output


def test_every_contract_has_a_planted_violation() -> None:
    assert set().union(*(contracts for _, _, contracts in VIOLATIONS)) == set(NAMES)


def test_every_room_is_under_contract(root: Path) -> None:
    rooms = {package.split(".")[0] for package in CONFIGURATION["tool"]["setuptools"]["packages"]}
    assert set(LINTER["root_packages"]) == rooms | {"workbench"}
    assert set(CONFIGURATION["tool"]["mypy"]["files"]) >= rooms | {"workbench"}
    assert all((root / room / "__init__.py").is_file() for room in rooms)


def test_every_foreign_library_has_its_room(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """A library that no contract names could be imported from anywhere. pydantic may: values of every room use it."""
    monkeypatch.syspath_prepend(root)
    graph = grimp.build_graph(*LINTER["root_packages"], include_external_packages=True, cache_dir=None)
    of_ours = set(LINTER["root_packages"])
    imported = {module for module in graph.modules if module.split(".")[0] not in of_ours}
    named = {library for contract in LINTER["contracts"] for library in contract.get("forbidden_modules", ())}
    assert imported - set(sys.stdlib_module_names) - named - {"pydantic", "pydantic_core"} == set()
