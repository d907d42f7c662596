from __future__ import annotations

import datetime as dt
import socket
from pathlib import Path

import pytest

from domain.errors import CatalogueError, Code, SettingsError
from domain.ports import CatalogueInfo
from kiosk import probes
from kiosk.clock import CHINA, SystemClock
from kiosk.home import Home
from kiosk.settings import Settings, StaffSettings
from kiosk.staffgate import DEMO_HASH


def info(*, sample: bool = False) -> CatalogueInfo:
    return CatalogueInfo(7, "ab" * 32, dt.datetime(2026, 11, 20, tzinfo=dt.UTC), {"guide": 334, "org": 81}, sample)


def test_settings_that_do_not_fit_are_counted_and_named() -> None:
    def broken() -> Settings:
        raise SettingsError(("printer.port: too high", "profil: no such setting"))

    found = probes.settings(broken)
    assert (found.state, found.well, found.values["n"]) == ("bad", False, 2)
    assert "printer.port: too high; profil: no such setting" in found.detail


def test_settings_without_a_place_are_not_enough_for_the_street() -> None:
    assert probes.settings(Settings).state == "unready"
    assert probes.settings(lambda: Settings(profile="demo")).state == "ok"


def test_software_names_every_version_of_this_machine() -> None:
    found = probes.software()
    assert found.state == "ok", found.detail
    assert {"python", "sqlite", "sdl", "kivy", "sqlalchemy", "pypinyin", "qrcode"} <= set(found.values)
    assert found.values["kivy"] == "2.3.1"
    assert str(found.values["sdl"]).startswith("2.")


def test_missing_library_names_its_package() -> None:
    found = probes.libraries({"libc.so.6": "libc6", "libnowhere.so.9": "libnowhere9"})
    assert (found.state, found.detail) == ("missing", "apt-get install libnowhere9")


def test_missing_font_names_its_remedy(tmp_path: Path) -> None:
    there = tmp_path / "A.otf"
    there.touch()
    assert probes.fonts({there: "make env"}).state == "ok"
    found = probes.fonts({there: "make env", tmp_path / "B.otf": "make env"})
    assert (found.state, found.values["names"]) == ("missing", "B")
    assert found.detail == "make env: B.otf"


def test_home(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert probes.home(home).state == "ok"
    assert probes.home(Home(tmp_path / "gone")).state == "absent"
    if Path("/sys/kernel").is_dir():
        assert probes.home(Home(Path("/sys/kernel"))).state == "readonly"
    monkeypatch.setattr(probes, "LOW_DISK_MB", 1 << 40)
    assert probes.home(home).state == "full"


def test_catalogue() -> None:
    def broken() -> CatalogueInfo:
        raise CatalogueError(Code.CATALOGUE_UNREADABLE, "catalogue-7.db: cut short")

    assert probes.catalogue(lambda: None).state == "absent"
    assert probes.catalogue(lambda: info(sample=True)).state == "sample"
    assert (probes.catalogue(broken).state, probes.catalogue(broken).values) == ("unreadable", {"code": "D-01"})
    found = probes.catalogue(info)
    assert (found.state, found.values["revision"], found.values["guides"]) == ("ok", 7, 334)


def test_display_that_sdl_is_told() -> None:
    assert probes.display({"SDL_VIDEODRIVER": "offscreen"}).values == {"what": "offscreen"}


@pytest.mark.parametrize("name", [":6174", "127.0.0.1:59000", "nonsense"])
def test_x_server_that_does_not_answer(name: str) -> None:
    found = probes.display({"DISPLAY": name})
    assert (found.state, found.detail) == ("absent", f"no X server answers at {name}")


def test_x_server_that_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1] - 6000  # ports of the kernel's choice lie far above 6000
        assert probes.display({"DISPLAY": f"127.0.0.1:{number}"}).state == "ok"


def test_clock() -> None:
    noon = dt.datetime(2026, 11, 21, 12, 0, tzinfo=CHINA)
    clock = SystemClock(CHINA, noon - dt.timedelta(days=1), noon.timestamp, lambda: 5.0)
    assert (probes.clock(clock).state, probes.clock(clock).values["time"]) == ("ok", "2026-11-21 12:00")
    clock.raise_floor(noon + dt.timedelta(days=1))
    assert probes.clock(clock).state == "doubted"


def test_staff_gate() -> None:
    assert probes.staff(Settings()).state == "unset"
    assert probes.staff(Settings(profile="demo")).state == "demo"
    hashed = StaffSettings.model_validate({"pin_hash": DEMO_HASH})
    assert probes.staff(Settings(staff=hashed)).state == "ok"


def test_handwriting() -> None:
    assert probes.handwriting(lambda: ("dinkit", "")).state == "ok"
    off = probes.handwriting(lambda: ("off", ""))
    assert (off.state, off.well) == ("off", True), "somebody meant it so"
    missing = probes.handwriting(lambda: ("zinnia", "no library"))
    assert (missing.state, missing.well, missing.detail) == ("missing", False, "no library")


def test_pinyin() -> None:
    assert probes.pinyin(lambda: "").well
    assert probes.pinyin(lambda: "no dictionary").detail == "no dictionary"


@pytest.mark.parametrize(
    ("counts", "state", "well"),
    [(None, "none", True), ((0, 0), "ok", True), ((7, 0), "ok", True), ((0, 2), "dead", False)],
)
def test_messages_that_the_hub_will_not_have_are_not_well(
    counts: tuple[int, int] | None, state: str, well: bool
) -> None:
    found = probes.outbox(lambda: counts)
    assert (found.state, found.well) == (state, well)
