"""A stick as a file: what is sent in is looked at whole before any of it is taken."""

from __future__ import annotations

import base64
import io
import json
import stat
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contentsync.keys import KeyFolder
from hub import usb_archive
from hub.home import HubHome
from hub.office import Office
from hub.passwords import Passwords
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.settings import HubSettings
from hub.store import utc_now
from hub.usb import Fate
from hub.workflow import CITY, Role
from tests.cheap import cheap_keys
from tests.hub.conftest import PASSPHRASE, ROOTS
from uplink.stick import LONGEST_ENVELOPE, LetterboxKey

DEVICE = "ab" * 16
FEW = 4 * LONGEST_ENVELOPE


@pytest.fixture
def office(tmp_path: Path, passwords: Passwords, new_home: Callable[[Path], HubHome]) -> Iterator[Office]:
    with Office.open(HubSettings(), new_home(tmp_path / "home"), passwords=passwords) as opened:
        with cheap_keys():
            opened.press.found(ROOTS, PASSPHRASE, utc_now())
        LetterboxKey(KeyFolder(opened.press.keys).letterbox.with_suffix(".key")).ready()
        opened.people.add("carrier", "样本运维", CITY, {Role.OPERATOR}, "long enough to pass")
        yield opened


@pytest.fixture
def carrier(office: Office) -> Person:
    return office.people.by_login("carrier")


def letter(device: str = DEVICE, id: str | None = None) -> tuple[str, bytes]:
    """A letter that looks like one, of a kiosk that there is not."""
    id = id or str(uuid.uuid4())
    said = {"format": 1, "device": device, "id": id, "ts": "1", "sig": "00" * 64}
    return f"home/{device}/{id}.post", json.dumps(said | {"sealed": base64.b64encode(b"x" * 80).decode()}).encode()


def zipped(*files: tuple[str | zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in files:
            archive.writestr(name, data, how)
    return out.getvalue()


def linked(name: str, to: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, to.encode()


def refused(office: Office, carrier: Person, *files: bytes) -> Reason:
    """Why nothing of it is taken."""
    entries = len(office.audit.entries(limit=50))
    with pytest.raises(Refused) as found:
        usb_archive.brought(office.sticks, carrier, files)
    assert len(office.audit.entries(limit=50)) == entries
    return found.value.reason


def test_letters_are_found_wherever_they_lie(office: Office, carrier: Person) -> None:
    first, second, third = letter(), letter(), letter()
    whole = zipped((f"样本盘/bianminting/{first[0]}", first[1]), ("bianminting/metadata/timestamp.json", b"{}"), second)
    home = usb_archive.brought(office.sticks, carrier, [whole, third[1]])
    assert sorted(one.file for one in home.files) == sorted(name for name, _ in (first, second, third))
    assert {one.fate for one in home.files} == {Fate.UNKNOWN}
    entry = office.audit.entries(limit=1)[0]
    assert (entry.action, entry.who, entry.details) == ("usb.import", carrier.id, {"taken": 0, "refused": 3})


def test_a_letter_that_never_ends_is_a_damaged_one(office: Office, carrier: Person) -> None:
    name, _ = letter()
    good, data = letter()
    home = usb_archive.brought(office.sticks, carrier, [zipped((name, b" " * (300 << 20)), (good, data))])
    assert {one.file: one.fate for one in home.files} == {name: Fate.DAMAGED, good: Fate.UNKNOWN}


@pytest.mark.parametrize(
    "bad",
    [
        linked(f"home/{DEVICE}/{uuid.uuid4()}.post", "/etc/passwd"),
        linked("home", "/etc"),
        ("../home/x", b""),
        ("/etc/passwd", b""),
        ("home\\x", b""),
        ("a/../../b", b""),
    ],
)
def test_links_and_names_that_lead_elsewhere_keep_the_whole_out(
    office: Office, carrier: Person, bad: tuple[str | zipfile.ZipInfo, bytes]
) -> None:
    assert refused(office, carrier, zipped(letter(), bad)) is Reason.STICK_LINKS
    assert refused(office, carrier, letter()[1], zipped(bad)) is Reason.STICK_LINKS


def test_more_than_any_stick_has(office: Office, carrier: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    many = zipped(*((f"{n}", b"") for n in range(usb_archive.MOST_ENTRIES + 1)), how=zipfile.ZIP_STORED)
    assert refused(office, carrier, many) is Reason.STICK_TOO_LARGE
    long = zipped(*((f"{n}" + "x" * 60_000, b"") for n in range(40)), how=zipfile.ZIP_STORED)
    assert refused(office, carrier, long) is Reason.STICK_TOO_LARGE
    monkeypatch.setattr(usb_archive, "MOST_BYTES", FEW)
    bomb = [(f"{n}/{letter(id=str(uuid.UUID(int=7, version=4)))[0]}", b" " * (1 << 22)) for n in range(5)]
    assert refused(office, carrier, zipped(*bomb)) is Reason.STICK_TOO_LARGE, "one name again and again"
    monkeypatch.setattr(usb_archive, "MOST_LETTERS", 2)
    assert refused(office, carrier, zipped(letter(), letter(), letter())) is Reason.STICK_TOO_LARGE


def test_what_is_no_stick_at_all(office: Office, carrier: Person) -> None:
    good = zipped(letter(), letter())
    at = good.rindex(b"PK\x05\x06")
    second = good[:at] + b"PK\x06\x07" + b"\0" * 16 + good[at:]
    name, data = letter()
    broken = zipped((name, data), how=zipfile.ZIP_STORED).replace(data[:40], data[:39] + b"\0")
    for odd in (b"", b"hello", b"PK\x03\x04" + b"\0" * 100, good[:-30], second, b"{}", broken, b"\xff" * 5000):
        assert refused(office, carrier, odd) is Reason.STICK_UNFIT, odd[:20]
    assert refused(office, carrier, zipped((name, data), how=zipfile.ZIP_BZIP2)) is Reason.STICK_UNFIT
    locked = bytearray(good)
    for at in (locked.index(b"PK\x03\x04") + 6, locked.index(b"PK\x01\x02") + 8):
        locked[at] |= 1
    assert refused(office, carrier, bytes(locked)) is Reason.STICK_UNFIT
    assert refused(office, carrier, zipped(("bianminting/root.json", b"{}"), ("样本.txt", b"x"))) is Reason.STICK_EMPTY
    assert refused(office, carrier, data, b"hello") is Reason.STICK_UNFIT, "and the good one is not taken either"
