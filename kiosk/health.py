"""The state of a kiosk, for staff in front of it and for the command line: a whole report, however much is broken."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from typing import Any

from kiosk.logs import mask
from kiosk.probes import STATES, Finding, Probe
from phrases import Phrases


def examine(probes: Mapping[str, Probe]) -> tuple[Finding, ...]:
    """The findings of all probes, in order. One that raises is reported as unknown, with what it raised."""
    found = []
    for name, probe in probes.items():
        try:
            found.append(probe())
        except Exception as error:
            found.append(Finding(name, "unknown", False, mask(f"{type(error).__name__}: {error}"), {}))
    return tuple(found)


def sentence(say: Phrases, finding: Finding) -> tuple[str, str]:
    """(what, how it is) as staff read it."""
    what = say(f"health.{finding.probe}")
    if finding.state not in STATES.get(finding.probe, {}):
        return what, say("health.unknown")
    return what, say(f"health.{finding.probe}.{finding.state}", **finding.values)


def as_json(findings: tuple[Finding, ...], at: dt.datetime) -> dict[str, Any]:
    """The published form of a report."""
    return {
        "well": all(finding.well for finding in findings),
        "at": at.isoformat(timespec="seconds"),
        "probes": [
            {
                "probe": finding.probe,
                "state": finding.state,
                "well": finding.well,
                "detail": finding.detail,
                "values": dict(finding.values),
            }
            for finding in findings
        ],
    }


class KioskDiagnosis:
    """`domain.ports.Diagnosis` of a running kiosk.

    `lasting` probes look at what cannot change while the process runs and are asked once; `live` ones are asked every
    time and must answer at once, because the screen waits for them.
    """

    def __init__(self, live: Mapping[str, Probe], lasting: Mapping[str, Probe], say: Phrases) -> None:
        self._live = live
        self._lasting = lasting
        self._say = say
        self._known: tuple[Finding, ...] | None = None
        self._lock = threading.Lock()

    def report(self) -> tuple[tuple[str, str, bool], ...]:
        with self._lock:
            if self._known is None:
                self._known = examine(self._lasting)
        findings = (*examine(self._live), *self._known)
        return tuple((*sentence(self._say, finding), finding.well) for finding in findings)
