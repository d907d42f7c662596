"""The folder that our programs keep their files in, `BIANMINTING_HOME`, and the checkout that they may run from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "BIANMINTING_HOME"
INSTALLED = Path("/var/lib/bianminting")


def home_folder(environ: Mapping[str, str]) -> Path:
    """`BIANMINTING_HOME`, else `var` in the checkout, else /var/lib/bianminting. Nothing is made or looked for."""
    if named := environ.get(VARIABLE):
        return Path(named).expanduser().absolute()
    tree = checkout()
    return tree / "var" if tree else INSTALLED


def checkout(package: Path = Path(__file__).parent) -> Path | None:
    """The root of the checkout that this code runs from, or None when it is installed."""
    project = package.resolve().parent / "pyproject.toml"
    try:
        name = tomllib.loads(project.read_text("utf-8")).get("project", {}).get("name")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    return project.parent if name == "bianminting" else None


def sample_city(named: Path | None) -> Path | None:
    """The folder of the sample city: the one that is `named`, else that of the checkout; None: there is none."""
    if named is not None:
        return named
    tree = checkout()
    folder = tree / "deploy" / "sample_city" if tree else None
    return folder if folder is not None and folder.is_dir() else None
