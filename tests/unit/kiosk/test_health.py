from __future__ import annotations

import datetime as dt
import string

import pytest

from kiosk.health import KioskDiagnosis, as_json, examine, sentence
from kiosk.probes import STATES, Finding
from phrases import Phrases


def ready() -> Finding:
    return Finding.of("printer", "ready", "10.0.0.9:9100")


def broken() -> Finding:
    raise RuntimeError("probe of card 6217001234567890123 fell over")


def test_a_probe_that_raises_does_not_end_the_report() -> None:
    found = examine({"catalogue": broken, "printer": ready})
    assert [(one.probe, one.state, one.well) for one in found] == [
        ("catalogue", "unknown", False),
        ("printer", "ready", True),
    ]
    assert found[0].detail == "RuntimeError: probe of card [19 digits] fell over"


def test_report_for_programs() -> None:
    at = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    assert as_json(examine({"printer": ready}), at) == {
        "well": True,
        "at": "2026-11-21T12:00:00+00:00",
        "probes": [{"probe": "printer", "state": "ready", "well": True, "detail": "10.0.0.9:9100", "values": {}}],
    }
    assert as_json(examine({"printer": ready, "clock": broken}), at)["well"] is False


VALUES = {
    "n": 2, "names": "Noto", "free": "9 GB", "revision": 7, "guides": 334, "code": "D-01", "next": 43, "what": ":0",
    "since": "11:20", "when": "2026-11-21 02:40", "waiting": 3, "dead": 1,
    "time": "2026-11-21 12:00", "python": "3.11", "kivy": "2.3.1", "sqlite": "3.40.1",
}  # fmt: skip


@pytest.mark.parametrize("probe", STATES)
def test_every_state_of_every_probe_can_be_said_in_chinese(probe: str) -> None:
    say = Phrases()
    for state, well in STATES[probe].items():
        what, how = sentence(say, Finding(probe, state, well, "", VALUES))
        assert what != f"health.{probe}"
        assert how != f"health.{probe}.{state}"
        assert not set(how) & set("{}")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in what)
        assert not set(what) & set(string.ascii_lowercase)


def test_a_probe_that_fell_over_is_said_kindly() -> None:
    (row,) = KioskDiagnosis({"printer": broken}, {}, Phrases()).report()
    assert row == (Phrases()("health.printer"), Phrases()("health.unknown"), False)


def test_lasting_probes_are_asked_once_and_live_ones_every_time() -> None:
    asked: list[str] = []

    def count(name: str) -> Finding:
        asked.append(name)
        return ready()

    diagnosis = KioskDiagnosis({"printer": lambda: count("live")}, {"software": lambda: count("lasting")}, Phrases())
    assert len(diagnosis.report()) == len(diagnosis.report()) == 2
    assert asked == ["live", "lasting", "live"] or asked == ["lasting", "live", "live"]
