"""The tools that read the code, as tests, so that one command says whether the tree is in order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "--output-format", "concise", "."],
    "types": ["mypy"],
}


@pytest.mark.timeout(600)  # mypy without its cache reads SQLAlchemy and pydantic whole
@pytest.mark.parametrize("tool", TOOLS)
def test_tree_is_in_order(tool: str, root: Path) -> None:
    run = subprocess.run([sys.executable, "-m", *TOOLS[tool]], cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{' '.join(TOOLS[tool])}\n{run.stdout}{run.stderr}"
