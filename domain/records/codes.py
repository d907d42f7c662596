"""Code lists (代码表) as they came with the records: what a code is called, and which of ours another source means.

The same two digits mean different things in different registers (20 is 公共服务 in the national schema and 其他行政权力
in Guangdong), so a foreign code is never taken for one of ours: only what a list's `sources` say counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.records.kinds import CodeList, Record

TASK_TYPE = "task_type"
"""List of item types (事项类型)."""

THEMES: Mapping[str, str] = {"person": "person_theme", "legal": "legal_theme"}
"""Lists of themes (主题) by the side that a theme code begins with."""

FIELDS: Mapping[str, str] = {
    "type": TASK_TYPE,
    "use_level": "use_level",
    "power_source": "power_source",
    "body_type": "body_type",
}
"""Fields of a guide that hold a code, and the lists it is from."""


class Codes:
    """The code lists among `records`; of several versions of one list the last one counts (by `version`, then id)."""

    def __init__(self, records: Iterable[Record]) -> None:
        lists = sorted((one for one in records if isinstance(one, CodeList)), key=lambda one: (one.version, one.id))
        self._names = {one.list: {entry.code: entry.name for entry in one.entries} for one in lists}
        self._sources = {one.list: one.sources for one in lists}

    def __contains__(self, list: object) -> bool:
        return list in self._names

    def name(self, list: str, code: str) -> str | None:
        """What our `code` of `list` is called; None when it is not in the list, or the list not here."""
        return self._names.get(list, {}).get(code)

    def resolve(self, list: str, source: str, code: str) -> str | None:
        """Our code for `code` of `source` (``guangdong``); None when that is not known. Never a guess: what a source
        does not say stays unknown, also where the digits look like ours.
        """
        ours = self._sources.get(list, {}).get(source, {}).get(code)
        return ours if ours in self._names.get(list, {}) else None

    def sources(self, list: str) -> tuple[str, ...]:
        """The sources whose codes of `list` can be resolved, sorted."""
        return tuple(sorted(self._sources.get(list, {})))
