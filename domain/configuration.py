"""How settings are read: frozen groups, composed once from a TOML file and the environment, every fault told at once.

A key ``printer.host`` is ``host`` under ``[printer]`` in the file; in the environment it is a prefix and the key in
capitals, two underscores for the dot: ``BIANMINTING_PRINTER__HOST``. The environment wins, key by key.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from domain.errors import SettingsError
from domain.home import VARIABLE

NESTED = "__"

Key = tuple[str, ...]


class Group(BaseModel):
    """Base of the groups: frozen, and a key that is not known is a fault, not a remark."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Whole = TypeVar("Whole", bound=Group)


@dataclass(frozen=True, slots=True)
class Configuration(Generic[Whole]):
    """How the settings `whole` of one program are written. `prefix` begins its variables; what begins with one of
    `others` belongs to another program that may share the environment. `BIANMINTING_HOME` is no setting: the file
    lies in it.
    """

    whole: type[Whole]
    prefix: str
    others: tuple[str, ...] = ()

    def load(self, config: Path | None, usual: Path, environ: Mapping[str, str]) -> Whole:
        """The settings in `config`, else in the file `usual` when there is one; `environ` over both.

        Raises `SettingsError` (K-03) with every fault at once, each naming its key, where it was set and what is wrong,
        never the value: it may be a secret typed under the wrong key.
        """
        problems: list[str] = []
        path = config or usual
        merged = _file(path, problems) if config is not None or path.is_file() else {}
        variables = self._variables(environ)
        for key, name in variables.items():
            merged = _with(merged, key, environ[name])
        try:
            settings = self.whole.model_validate(merged)
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False):
                key = tuple(map(str, fault["loc"]))
                problems.append(f"{'.'.join(key)} ({variables.get(key, path)}): {self._reason(key, fault)}")
        else:
            if not problems:
                return settings
        raise SettingsError(tuple(problems))

    def fields(self) -> Iterator[tuple[Key, FieldInfo]]:
        """Every key that can be set, in order: ("printer", "host") and what is known about it."""
        return _fields(self.whole, ())

    def variable(self, key: Key) -> str:
        """The name of `key` in the environment."""
        return self.prefix + NESTED.join(key).upper()

    def _variables(self, environ: Mapping[str, str]) -> dict[Key, str]:
        """Keys that the environment sets, and by which variable; an empty variable sets nothing."""
        return {
            tuple(name.removeprefix(self.prefix).lower().split(NESTED)): name
            for name in sorted(environ)
            if name.startswith(self.prefix) and name != VARIABLE and not name.startswith(self.others) and environ[name]
        }

    def _reason(self, key: Key, fault: ErrorDetails) -> str:
        if fault["type"] == "extra_forbidden":
            near = difflib.get_close_matches(".".join(key), [".".join(known) for known, _ in self.fields()], n=1)
            return f"no such setting; did you mean {near[0]}?" if near else "no such setting"
        return fault["msg"].removeprefix("Value error, ")


def _fields(group: type[Group], above: Key) -> Iterator[tuple[Key, FieldInfo]]:
    for name, field in group.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Group):
            yield from _fields(inner, (*above, name))
        else:
            yield (*above, name), field


def _file(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        problems.append(f"{path}: not UTF-8 at byte {error.start}")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path}: not TOML: {error}")
    return {}


def _with(tree: dict[str, Any], key: Key, value: str) -> dict[str, Any]:
    """`tree` with `value` at `key`; what stands in the way of the key (a scalar where a group belongs) goes."""
    first, *rest = key
    if rest:
        below = tree.get(first)
        return tree | {first: _with(below if isinstance(below, dict) else {}, tuple(rest), value)}
    return tree | {first: value}
