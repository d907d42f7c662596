"""Where else there is paper: what the hub told this kiosk of its neighbours, out of the device's marks."""

from __future__ import annotations

import datetime as dt
import json
import logging
import math
from typing import Any

from domain.errors import CodedError
from domain.geo import offset_m
from domain.ports import Clock, KioskPlace, Marks, NearbyKiosk

log = logging.getLogger(__name__)

NEIGHBOURS_MARK = "fleet.neighbours"
"""Under this mark: a JSON list of {"number", "name", "lon", "lat", "paper": "ok" or "low", "at": ISO 8601 with zone},
as the hub answered the last report.
"""

KNOWN_FOR = dt.timedelta(hours=2)
"""What is older is not told any more: a roll may have ended since."""


class MarkedNeighbours:
    """Port `Neighbours` over the mark. A mark that cannot be read, or an entry in it that makes no sense, is nothing
    known, and the log says so once.
    """

    def __init__(self, marks: Marks, clock: Clock, place: KioskPlace) -> None:
        self._marks = marks
        self._clock = clock
        self._place = place
        self._complained = ""

    def with_paper(self) -> tuple[NearbyKiosk, ...]:
        """As the port says."""
        try:
            text = self._marks.get(NEIGHBOURS_MARK)
        except CodedError:
            return ()
        if not text or not self._clock.trusted:
            return ()
        now = self._clock.now()
        try:
            entries = json.loads(text)
            found = [self._kiosk(entry) for entry in entries if entry["paper"] in ("ok", "low")]
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            if text != self._complained:
                log.warning("what the hub told of other kiosks cannot be read: %s", type(error).__name__)
                self._complained = text
            return ()
        fresh = [
            kiosk
            for kiosk in found
            if kiosk.number != self._place.number and dt.timedelta() <= now - kiosk.at < KNOWN_FOR
        ]
        return tuple(sorted(fresh, key=lambda kiosk: math.inf if kiosk.metres is None else kiosk.metres))

    def _kiosk(self, entry: dict[str, Any]) -> NearbyKiosk:
        at = dt.datetime.fromisoformat(entry["at"])
        if at.tzinfo is None:
            raise ValueError("no zone")
        metres = bearing = None
        lat, lon, place = entry.get("lat"), entry.get("lon"), self._place
        if lat is not None and lon is not None and place.lat is not None and place.lon is not None:
            east, north = offset_m(place.lat, place.lon, float(lat), float(lon))
            if not math.isfinite(east + north):
                raise ValueError("no position")
            metres, bearing = math.hypot(east, north), math.degrees(math.atan2(east, north)) % 360
        name = str(entry["name"]).strip()[:40]
        if not name:
            raise ValueError("no name")
        return NearbyKiosk(str(entry["number"]), name, at, entry["paper"] == "low", metres, bearing)
