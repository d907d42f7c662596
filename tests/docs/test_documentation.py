"""Code and documentation say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.errors import Code
from kiosk.settings import CONFIGURATION, load
from phrases import LANGUAGES, Phrases
from tests.docs import generated


def text(root: Path, page: str) -> str:
    path = root / page
    assert path.is_file(), f"{page} is missing"
    return path.read_text("utf-8")


def test_made_parts_are_current(root: Path) -> None:
    found = {page.relative_to(root).as_posix() for page in generated.pages()}
    assert {"docs/commands.md", "docs/operations/settings.md", "docs/operations/codes.md"} <= found
    stale = [
        page.name for page in generated.pages() if generated.renewed(page.read_text("utf-8")) != page.read_text("utf-8")
    ]
    assert stale == [], "run: python -m tests.docs.generated"


def test_every_command_and_option_is_documented(root: Path) -> None:
    page = text(root, "docs/commands.md")
    for words, command in generated.commands():
        part = page.partition(f"\n## {' '.join(words)}\n")[2].partition("\n## ")[0]
        assert part, f"{' '.join(words)} has no section"
        assert command.help, f"{' '.join(words)} does not say what it does"
        for option in (name for parameter in command.params for name in parameter.opts if name.startswith("--")):
            assert option in part, f"{' '.join(words)} {option}"


def test_every_setting_is_documented(root: Path) -> None:
    page = text(root, "docs/operations/settings.md")
    for key, field in CONFIGURATION.fields():
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{'.'.join(key)}`<br>"))
        assert f"`{CONFIGURATION.variable(key)}`" in row
        assert field.description is not None
        assert field.description in row


def test_documented_settings_file_is_taken(root: Path, tmp_path: Path) -> None:
    from kiosk.staffgate import DEMO_HASH

    (example,) = re.findall(r"```toml\n(.*?)```", text(root, "docs/operations/settings.md"), re.DOTALL)
    config = tmp_path / "kiosk.toml"
    config.write_text(example.replace("scrypt:14:8:1:…", DEMO_HASH), "utf-8")
    settings = load(config, {})
    assert settings.unready() == ()
    assert settings.place.stop == "银海小区"


@pytest.mark.parametrize("code", Code, ids=lambda code: code.value)
def test_every_code_is_documented_and_can_be_said(root: Path, code: Code) -> None:
    section = text(root, "docs/operations/codes.md").partition(f"\n### {code.value}\n")[2].partition("\n### ")[0]
    assert len(section.strip()) > 40, f"{code.value} is not explained"
    for lang in LANGUAGES:
        say = Phrases(lang)
        for part in ("title", "line"):
            assert say.has(f"error.{code.value}.{part}"), f"error.{code.value}.{part} in {lang}"


def test_no_code_is_documented_that_does_not_exist(root: Path) -> None:
    told = re.findall(r"^### ([A-Z]-\d\d)$", text(root, "docs/operations/codes.md"), re.MULTILINE)
    assert told == [code.value for code in Code]
