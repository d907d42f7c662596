from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.errors import Code, SettingsError
from domain.ports import KioskPlace
from kiosk.settings import CONFIGURATION, Settings, load
from kiosk.staffgate import DEMO_HASH
from printer.settings import Line


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"BIANMINTING_HOME": str(tmp_path)}


def problems(config: Path | None, environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(config, environ)
    assert caught.value.code is Code.BAD_SETTINGS
    return caught.value.problems


def test_nothing_set_is_a_street_kiosk_without_a_printer(environ: dict[str, str]) -> None:
    settings = load(None, environ)
    assert settings.profile == "street"
    assert settings.printer.host is None
    assert (settings.visit.idle_s, settings.visit.alert_s, settings.visit.cleared_s) == (60, 20, 5)


def test_file_of_the_home_is_read(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "kiosk.toml").write_text(
        'profile = "demo"\n[place]\nname = "银海社区亭"\nnumber = "37-021"\nlat = 37.5\nlon = 121.4\n', "utf-8"
    )
    settings = load(None, environ)
    assert settings.demo
    assert settings.place.place() == KioskPlace("银海社区亭", "37-021", None, 37.5, 121.4, None)


def test_tables_of_card_families_are_looked_at_before_the_kiosk_starts(tmp_path: Path, environ: dict[str, str]) -> None:
    tables = tmp_path / "cards.d"
    tables.mkdir()
    config = tmp_path / "k.toml"
    config.write_text(f'[card]\nfamilies = "{tables}"\n')
    settings = load(config, environ)
    assert settings.card.reading(settings.place.district, "Asia/Shanghai").families == str(tables)
    tables.joinpath("city.toml").write_text('[[family]]\nname = "x"\nfamily = "city"\nselect = ["5041592E53"]\n')
    assert "city.toml, line 1: x: city: is missing" in "\n".join(problems(config, environ))
    config.write_text('[card]\nfamilies = "nowhere"\n')
    assert "nowhere" in "\n".join(problems(config, environ))


def test_environment_over_file_key_by_key(tmp_path: Path, environ: dict[str, str]) -> None:
    config = tmp_path / "other.toml"
    config.write_text('[printer]\nhost = "10.0.0.9"\nport = 9101\n')
    settings = load(config, environ | {"BIANMINTING_PRINTER__PORT": "9200", "BIANMINTING_VISIT__IDLE_S": "45"})
    assert (settings.printer.host, settings.printer.port, settings.visit.idle_s) == ("10.0.0.9", 9200, 45)


def test_empty_variable_sets_nothing(environ: dict[str, str]) -> None:
    assert load(None, environ | {"BIANMINTING_PRINTER__HOST": ""}).printer.host is None


def test_every_fault_at_once_with_its_place(tmp_path: Path, environ: dict[str, str]) -> None:
    config = tmp_path / "k.toml"
    config.write_text('profil = "demo"\n[printer]\nport = 99999\n[place]\nlat = 37.5\n')
    found = problems(config, environ | {"BIANMINTING_SCREEN__THEME": "pink", "BIANMINTING_PRINTER__HOSST": "x"})
    assert len(found) == 5
    text = "\n".join(found)
    assert f"profil ({config}): no such setting; did you mean profile?" in text
    assert f"printer.port ({config}): Input should be less than or equal to 65535" in text
    assert f"place ({config}): lat and lon belong together" in text
    assert "screen.theme (BIANMINTING_SCREEN__THEME): Input should be 'light' or 'hc'" in text
    assert "printer.hosst (BIANMINTING_PRINTER__HOSST): no such setting; did you mean printer.host?" in text


def test_every_fault_of_a_printers_line_at_once(tmp_path: Path, environ: dict[str, str]) -> None:
    config = tmp_path / "k.toml"
    config.write_text(
        '[printer]\nconnection = "serial"\nhost = "10.0.0.9"\nvendor = 0x04b8\nbaud = 300\nport = 0\nprofile = "x"\n'
    )
    assert [fault.split(" (")[0] for fault in problems(config, environ)] == [
        "printer.host",
        "printer.port",
        "printer.vendor",
        "printer.device",
        "printer.baud",
        "printer.profile",
    ]
    config.write_text('[printer]\nconnection = "usb"\nvendor = 0x04b8\ndevice = "/dev/usb/lp0"\n')
    assert problems(config, environ) == (
        f"printer.product ({config}): vendor and product belong together",
        f"printer.device ({config}): means nothing with connection = usb",
    )


def test_ids_of_usb_are_hexadecimal(environ: dict[str, str]) -> None:
    ids = {"BIANMINTING_PRINTER__VENDOR": "0x04b8", "BIANMINTING_PRINTER__PRODUCT": "0202"}
    line = load(None, environ | ids | {"BIANMINTING_PRINTER__CONNECTION": "usb"}).printer.spooling()
    assert (line.connection, line.vendor, line.product) == (Line.USB, 0x04B8, 0x0202)
    (found,) = problems(None, environ | {"BIANMINTING_PRINTER__CONNECTION": "usb", "BIANMINTING_PRINTER__VENDOR": "z"})
    assert found.startswith("printer.vendor ")


def test_an_operators_printers_are_looked_at_before_the_kiosk_starts(tmp_path: Path, environ: dict[str, str]) -> None:
    table = tmp_path / "printers.toml"
    table.write_text("[mine]\nwidth = 576\nroll_mm = 80000\n")
    config = tmp_path / "k.toml"
    config.write_text(
        f'[printer]\nconnection = "file"\ndevice = "/dev/usb/lp0"\nprofiles = "{table}"\nprofile = "mine"\n'
    )
    line = load(config, environ).printer.spooling()
    assert (line.device.roll_mm, line.path) == (80_000, Path("/dev/usb/lp0"))
    table.write_text("[mine]\nwidth = 5\ncut = 1\n")
    (found,) = problems(config, environ)
    assert f"{table}:2: mine.width" in found
    assert f"{table}:3: mine.cut" in found


def test_unknown_variable_of_ours_is_a_fault(environ: dict[str, str]) -> None:
    found = problems(None, environ | {"BIANMINTING_PROFLE": "demo", "OTHER_THING": "fine"})
    assert found == ("profle (BIANMINTING_PROFLE): no such setting; did you mean profile?",)


def test_scalar_where_a_group_belongs(environ: dict[str, str]) -> None:
    (found,) = problems(None, environ | {"BIANMINTING_PRINTER": "10.0.0.9"})
    assert found.startswith("printer (BIANMINTING_PRINTER): ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"a = \n", "not TOML"), (b'a = "\xff"\n', "not UTF-8 at byte 5"), (None, "cannot be read: No such file")],
)
def test_file_that_cannot_be_taken(tmp_path: Path, environ: dict[str, str], content: bytes | None, reason: str) -> None:
    config = tmp_path / "k.toml"
    if content is not None:
        config.write_bytes(content)
    (found,) = problems(config, environ)
    assert found.startswith(f"{config}: ")
    assert reason in found


def test_secret_under_the_wrong_key_is_not_told(tmp_path: Path, environ: dict[str, str]) -> None:
    config = tmp_path / "k.toml"
    config.write_text('[staff]\npin = "8642"\npin_hash = "8642"\n')
    text = "\n".join(problems(config, environ))
    assert "did you mean staff.pin_hash?" in text
    assert "not a hash as `kiosk staff-pin` prints it" in text
    assert "8642" not in text


def test_hash_does_not_show_in_what_is_printed(environ: dict[str, str]) -> None:
    settings = load(None, environ | {"BIANMINTING_STAFF__PIN_HASH": DEMO_HASH})
    assert settings.staff.pin_hash is not None
    assert settings.staff.pin_hash.get_secret_value() == DEMO_HASH
    assert "scrypt" not in repr(settings) + settings.model_dump_json()


def test_settings_do_not_change(environ: dict[str, str]) -> None:
    settings = load(None, environ)
    with pytest.raises(ValidationError):
        settings.printer.__setattr__("port", 1)


def test_zone_has_to_exist(environ: dict[str, str]) -> None:
    (found,) = problems(None, environ | {"BIANMINTING_CLOCK__ZONE": "Asia/Yantai"})
    assert found == "clock.zone (BIANMINTING_CLOCK__ZONE): no such time zone"


def test_street_kiosk_must_know_where_it_stands(tmp_path: Path, environ: dict[str, str]) -> None:
    assert load(None, environ).unready() == (
        "place.name: must be set on a street kiosk",
        "place.number: must be set on a street kiosk",
    )
    named = {"BIANMINTING_PLACE__NAME": "银海社区亭", "BIANMINTING_PLACE__NUMBER": "37-021"}
    assert load(None, environ | named).unready() == ()
    assert load(None, environ | {"BIANMINTING_PROFILE": "demo"}).unready() == ()


def test_fewer_than_five_visits_are_enough_in_a_demonstration_only(environ: dict[str, str]) -> None:
    named = {"BIANMINTING_PLACE__NAME": "银海社区亭", "BIANMINTING_PLACE__NUMBER": "37-021"}
    two = environ | named | {"BIANMINTING_UNMET__VISITS": "2"}
    assert load(None, two).unready() == ("unmet.visits: at least 5 on a street kiosk",)
    assert load(None, two).unmet_visits == 5
    assert load(None, two | {"BIANMINTING_PROFILE": "demo"}).unmet_visits == 2
    assert load(None, environ | {"BIANMINTING_UNMET__VISITS": "9"}).unmet_visits == 9


def test_sample_city_of_the_checkout(root: Path, environ: dict[str, str], tmp_path: Path) -> None:
    assert load(None, environ).sample_city == root / "deploy" / "sample_city"
    set_here = environ | {"BIANMINTING_CATALOGUE__SAMPLE_CITY": str(tmp_path)}
    assert load(None, set_here).sample_city == tmp_path


def test_every_key_says_what_it_is_and_can_be_set_by_variable(environ: dict[str, str]) -> None:
    listed, variable = dict(CONFIGURATION.fields()), CONFIGURATION.variable
    assert ("printer", "host") in listed
    assert ("profile",) in listed
    assert variable(("printer", "host")) == "BIANMINTING_PRINTER__HOST"
    assert [".".join(key) for key, field in listed.items() if not field.description] == []
    # Each default, written as text into its variable, is accepted again: no key is out of the environment's reach.
    texts = {variable(key): str(field.default) for key, field in listed.items() if field.default is not None}
    assert load(None, environ | texts) == Settings()
