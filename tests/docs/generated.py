"""The parts of the documentation that are made from the code: `python -m tests.docs.generated` writes them anew.

A part stands between `<!-- made from the code: NAME -->` and `<!-- end -->`; the tests beside this file fail when one
of them is not what would be made now.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

from domain.configuration import Configuration, Group, Key
from domain.errors import Code
from hub.alarm_settings import AlarmSettings
from hub.settings import CONFIGURATION as OF_THE_HUB, HubSettings
from kiosk.settings import CONFIGURATION as OF_A_KIOSK, Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

_PART = re.compile(r"(<!-- made from the code: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def commands(program: str = "kiosk") -> Iterator[tuple[tuple[str, ...], Any]]:
    """(words, command) of every command and group of `kiosk` or `hub`, in the order of --help."""
    from typer.main import get_command

    import hub.__main__
    import kiosk.__main__

    def below(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield words, command
        for name, inner in getattr(command, "commands", {}).items():
            yield from below((*words, name), inner)

    yield from below((program,), get_command({"kiosk": kiosk.__main__.app, "hub": hub.__main__.app}[program]))


def command_help(program: str) -> str:
    """The --help of every command."""
    parts = []
    for words, command in commands(program):
        context = command.context_class(command, info_name=" ".join(words), terminal_width=100, max_content_width=100)
        parts.append(f"## {' '.join(words)}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


def settings_table(configuration: Configuration[Any], model: type[Group], *, without: str = "") -> str:
    """Every key, its variable, its default and what it means; the group `without` has a page of its own."""
    lines = ["| key | default | what |", "|---|---|---|"]
    group: Key = ()
    for key, field in configuration.fields():
        if key[0] == without:
            continue
        if key[:-1] != group:
            group = key[:-1]
            lines.append(f"| **`[{'.'.join(group)}]`** | | {_about(model, group)} |")
        default = "none" if field.default is None else f"`{_written(field.default)}`"
        choices = get_args(field.annotation) if not isinstance(field.annotation, type) else ()
        named = ", ".join(f"`{choice}`" for choice in choices if isinstance(choice, str))
        what = field.description or ""
        ways = f"`{'.'.join(key)}`<br>`{configuration.variable(key)}`"
        lines.append(f"| {ways} | {default} | {what}{f' ({named})' if named else ''} |")
    return "\n".join(lines) + "\n"


def alarms_table() -> str:
    """Every alarm of the hub: what is measured, and what a city has that sets nothing."""
    lines = ["| `[alarms.…]` | what | `raise_at` | `clear_at` | `after_minutes` | `well_minutes` | `mark` |"]
    lines.append("|---|---|---|---|---|---|---|")
    settings = AlarmSettings()
    for kind, field in AlarmSettings.model_fields.items():
        told = settings.of(kind).model_dump()
        shown = [f"{told[name]:g}" if name in told else "" for name in ("raise_at", "clear_at")]
        shown += [f"{told[name]:g}" for name in ("after_minutes", "well_minutes")]
        lines.append(f"| `{kind}` | {field.description} | {' | '.join(shown)} | {told['mark']} |")
    return "\n".join(lines) + "\n"


def _about(model: type[Group], group: Key) -> str:
    for name in group:
        inner = model.model_fields[name].annotation
        assert isinstance(inner, type)
        assert issubclass(inner, Group)
        model = inner
    return (model.__doc__ or "").strip().splitlines()[0]


def _written(value: object) -> str:
    """As TOML has it, fit to stand in a table."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, str):
        quote = "'" if "\\" in value else '"'  # a backslash in "…" means something else
        return f"{quote}{value}{quote}".replace("|", "\\|")
    return str(value)


def code_titles() -> str:
    """Every code with what a person reads for it."""
    from phrases import Phrases

    say = Phrases()
    lines = ["| code | on the screen | in the log |", "|---|---|---|"]
    for code in Code:
        title, line = say(f"error.{code.value}.title"), say(f"error.{code.value}.line")
        lines.append(f"| [{code.value}](#{code.value.lower()}) | {title}。{line} | `{code.name}` |")
    return "\n".join(lines) + "\n"


PARTS: dict[str, Callable[[], str]] = {
    "commands": lambda: command_help("kiosk"),
    "hub-commands": lambda: command_help("hub"),
    "settings": lambda: settings_table(OF_A_KIOSK, Settings),
    "hub-settings": lambda: settings_table(OF_THE_HUB, HubSettings, without="alarms"),
    "codes": code_titles,
    "alarms": alarms_table,
}


def renewed(text: str) -> str:
    """`text` with every made part as it would be made now."""
    return _PART.sub(lambda part: f"{part[1]}{PARTS[part[2]]()}{part[3]}", text)


def pages() -> list[Path]:
    """Pages with a made part."""
    return [page for page in sorted(DOCS.rglob("*.md")) if _PART.search(page.read_text("utf-8"))]


def main() -> None:
    """Writes every page that is not current."""
    for page in pages():
        text = page.read_text("utf-8")
        made = renewed(text)
        if made != text:
            page.write_text(made, "utf-8")
            print(page.relative_to(ROOT), file=sys.stderr)


if __name__ == "__main__":
    main()
