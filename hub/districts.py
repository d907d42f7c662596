"""Names of districts (区县): as the city calls them, else as the country does."""

from __future__ import annotations

from collections.abc import Mapping

from domain import divisions
from hub.items import Items

LIST = "district"
"""The code list of a city that wants its own names: GB/T 2260 codes."""


class DistrictNames:
    """The names at the moment at which this was made. `listed`: those of the city's own list, by code."""

    def __init__(self, items: Items) -> None:
        found = (record for record in items.records(("codelist",)) if record.get("list") == LIST)
        entries = next(found, {}).get("entries", ())
        self.listed: Mapping[str, str] = {str(one["code"]): str(one["name"]) for one in entries}

    def of(self, code: str) -> str:
        """What the district is called; its code where nobody knows."""
        return self.listed.get(code) or divisions.name_of(code) or code
