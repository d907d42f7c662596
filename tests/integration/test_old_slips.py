"""Slips of five releases in a row, with planted changes: any kiosk says of each of them, offline, exactly what is not
as on the paper any more. The hub, its publisher and the kiosk's sync are the real ones; nothing listens.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.slip import CheckCode, Slip
from hub.home import HubHome
from hub.office import Office
from hub.settings import HubSettings
from journeys.views import CheckSlip, SlipChecked
from kiosk.home import Home
from kiosk.settings import SyncSettings
from kiosk.sync_process import ContentSync
from localdb.catalogue.reader import CatalogueFile
from tests.flows.conftest import Kiosk
from tests.hub.conftest import STAFF, City, Clock, guide, org, passwords

__all__ = ["passwords"]

pytestmark = pytest.mark.timeout(180)

ID = {"name": "身份证", "originals": 1}
BOOK = {"name": "户口本", "originals": 1}
PHOTO = {"name": "照片", "originals": 2}

STATES: tuple[dict[str, Any], ...] = (
    {"fee": "10 元", "days": 5, "materials": [ID, BOOK], "place": "pl-a", "phone": "0535-6000001"},
    {"fee": "10 元", "days": 5, "materials": [ID, PHOTO], "place": "pl-a", "phone": "0535-6000001"},
    {"fee": "20 元", "days": 3, "materials": [ID, PHOTO], "place": "pl-a", "phone": "0535-6000001"},
    {"fee": "20 元", "days": 3, "materials": [ID, PHOTO], "place": "pl-b", "phone": "0535-6000002"},
    {"fee": "10 元", "days": 3, "materials": [ID, {**PHOTO, "originals": 1}], "place": "pl-b", "phone": "0535-6000002"},
)
"""What the guide says in each of the five releases."""

HALLS = {"pl-a": "样本一厅", "pl-b": "样本二厅"}


def said(state: dict[str, Any]) -> dict[str, Any]:
    return guide(
        fee={"charged": True, "text": state["fee"]},
        promised_limit={"days": state["days"]},
        materials=state["materials"],
        places=[state["place"]],
        phone={"enquiry": state["phone"], "complaint": "0535-6000003"},
    )


def planted(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """The rows that tell `old` from `new`, written down without any of the code under test."""
    rows = set()
    if old["fee"] != new["fee"]:
        rows.add(f"收费：{new['fee']} | 原来：{old['fee']}")
    if old["days"] != new["days"]:
        rows.add(f"多久办完：{new['days']} 个工作日 | 原来：{old['days']} 个工作日")
    if old["phone"] != new["phone"]:
        rows.add(f"电话：{new['phone']} | 原来：{old['phone']}")
    if old["place"] != new["place"]:
        rows.add(f"这里不办了：{HALLS[old['place']]}")
        rows.add(f"这里也能办：{HALLS[new['place']]}")
    before = {one["name"]: one["originals"] for one in old["materials"]}
    after = {one["name"]: one["originals"] for one in new["materials"]}
    for name in before.keys() | after.keys():
        if name not in before:
            rows.add(f"要多带：{name} 原件 {after[name]} 份")
        elif name not in after:
            rows.add(f"不用再带：{name} 原件 {before[name]} 份")
        elif before[name] != after[name]:
            rows.add(f"{name} 原件 {after[name]} 份 | 原来：原件 {before[name]} 份")
    return rows


class Street:
    """A kiosk's home; it syncs from the folder that the hub publishes to."""

    def __init__(self, folder: Path, hub: City) -> None:
        self.home, self.hub = Home(folder), hub
        self.home.prepare()
        Trust(self.home.sync, StateFile(self.home.sync / "state.json")).enrol(hub.office.press.root.read_bytes())
        self.opened: list[CatalogueFile] = []

    def kiosk(self, revision: int) -> Kiosk:
        """The kiosk with what is out now, which must be `revision`."""
        public = str(self.hub.office.home.public)
        sync = ContentSync(self.home, SyncSettings(), public)
        try:
            answer = sync.look()
        finally:
            sync.close()
        assert (answer.event, answer.revision) == ("ready", revision), answer
        assert answer.path is not None
        self.opened.append(CatalogueFile(answer.path, self.hub.clock.at.date))
        kiosk = Kiosk(self.opened[-1])
        kiosk.do("start")
        return kiosk


@pytest.fixture
def hub(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[City]:
    clock = Clock()
    cheap = request.getfixturevalue("passwords")
    with Office.open(HubSettings(), HubHome(tmp_path / "hub"), now=clock, passwords=cheap) as office:
        city = City(office, clock, {})
        for login, (role, department) in STAFF.items():
            city.add(login, role, department)
        city.found()
        yield city


@pytest.fixture
def streets(hub: City, tmp_path: Path) -> Iterator[list[Street]]:
    """One that takes every release, and one that takes the last one only."""
    both = [Street(tmp_path / name, hub) for name in ("always", "late")]
    yield both
    for street in both:
        for catalogue in street.opened:
            catalogue.close()


def put(hub: City, raw: dict[str, Any]) -> None:
    """A new version of a record, reviewed."""
    items, key = hub.office.items, f"{raw['kind']}/{raw['id']}"
    if any(item.key == key for item in items.all(limit=100)):
        version = items.edit(hub.writer, key)
        hub.reviewed(items.save(hub.writer, key, raw, version.edits))
    else:
        hub.reviewed(items.create(hub.writer, raw))


def hall(id: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "place", "id": id, "name": HALLS[id], "verified_by": "org-mz", **fields}


def printed(kiosk: Kiosk, id: str) -> str:
    """The check code on the slip that the kiosk prints of a guide."""
    kiosk.do("home", ("open", id), "print", "submit")
    kiosk.finish()
    slip = kiosk.printer.slips[-1]
    return found_on(slip)


def found_on(slip: Slip) -> str:
    codes = [
        one for block in slip.blocks for one in (block, getattr(block, "check", None)) if isinstance(one, CheckCode)
    ]
    assert len(codes) == 1, slip
    return codes[0].code


def typed(kiosk: Kiosk, code: str) -> SlipChecked:
    """The answer after the code was typed on the pad."""
    kiosk.do("home", "check")
    kiosk.see(CheckSlip)
    kiosk.type(code.replace("-", "").lower())
    return kiosk.see(SlipChecked)


def rows(view: SlipChecked) -> set[str]:
    """What the page says, without the days."""
    found = set()
    for change in view.changes:
        was = [part for part in change.detail.split(" · ") if part.startswith("原来")]
        found.add(" | ".join([change.title, *was]))
    return found


def test_every_kiosk_says_exactly_what_was_planted(hub: City, streets: list[Street]) -> None:
    boss_org = org()
    hub.people["boss"] = hub.add("boss", STAFF["writer"][0])
    items = hub.office.items
    version = items.create(hub.boss, boss_org)
    version = items.submit(hub.boss, version.item, version.edits)
    version = items.approve(hub.add("head", STAFF["first"][0]), version.item, version.edits)
    items.approve(hub.second, version.item, version.edits)
    for id in HALLS:
        put(hub, hall(id, phone="0535-6000020"))
    put(hub, guide("mz-002"))
    codes: list[str] = []
    other = ""
    for release, state in enumerate(STATES, 1):
        put(hub, said(state))
        if release == 5:
            put(hub, hall("pl-b", phone="0535-6000021"))
            hub.reviewed(items.retire(hub.writer, "guide/mz-002", "不办了"))
        assert hub.release() == release
        at_hand = [streets[0].kiosk(release)]
        codes.append(printed(at_hand[0], "mz-001"))
        other = other or printed(at_hand[0], "mz-002")
        if release == 5:
            at_hand.append(streets[1].kiosk(release))
        for kiosk in at_hand:
            for before, code in enumerate(codes, 1):
                view = typed(kiosk, code)
                expected = planted(STATES[before - 1], state)
                assert rows(view) == expected, (before, release)
                assert view.tone == ("warn" if expected or (release == 5 and before < 5) else "ok")
                assert view.title == "样本事项 mz-001"
        hub.clock.later(days=1)
    assert len(set(codes)) == 5
    assert rows(typed(at_hand[1], codes[1])) == {
        "多久办完：3 个工作日 | 原来：5 个工作日",
        "照片 原件 1 份 | 原来：原件 2 份",
        "这里不办了：样本一厅",
        "这里也能办：样本二厅",
        "电话：0535-6000002 | 原来：0535-6000001",
    }
    for kiosk in at_hand:
        first = typed(kiosk, codes[0])
        assert "少交 1 份、新增 1 份" in first.lines
        assert "纸上是第 1 版，现在是第 5 版。" in first.lines
        assert any("2026 年 11 月 2" in change.detail for change in first.changes)
        beside = typed(kiosk, codes[3]).places
        assert [(one.title, one.detail.split(" · ")[0]) for one in beside] == [
            ("样本二厅，电话：0535-6000021", "原来：0535-6000020")
        ]
        gone = typed(kiosk, other)
        assert (gone.tone, gone.title, gone.changes) == ("stop", "样本事项 mz-002", ())
        kiosk.do("home", ("ask", f" {codes[4].lower()} "))
        assert kiosk.see(SlipChecked).verdict == "有效，内容没有变"
    stale = streets[1].opened[0]
    assert stale.by_number(999) is None
