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
from journeys.views import CheckSlip, SlipChange, SlipChecked
from kiosk.home import Home
from kiosk.settings import SyncSettings
from kiosk.sync_process import ContentSync
from localdb.catalogue.reader import CatalogueFile
from tests.flows.conftest import Kiosk
from tests.hub.conftest import STAFF, City, Clock, guide, org, passwords

__all__ = ["passwords"]


ID = {"name": "身份证", "originals": 1}
BOOK = {"name": "户口本", "originals": 1}
PHOTO = {"name": "照片", "originals": 2, "note": "六个月内"}
NEW_PHOTO = {**PHOTO, "note": "三个月内"}
FORM = {"name": "登记表", "originals": 1, "source": "counter"}
OWN_FORM = {"name": "登记表", "originals": 1}

FIRST: dict[str, Any] = {
    "fee": "10 元",
    "days": 5,
    "materials": [ID, BOOK, FORM],
    "place": "pl-a",
    "phone": "0535-6000001",
    "complaint": "0535-6000003",
    "steps": ("取号", "交材料"),
    "law": "样本条例",
    "result": "样本证",
    "booking": False,
}

STATES: tuple[dict[str, Any], ...] = (
    FIRST,
    FIRST | {"materials": [ID, PHOTO, FORM], "result": "新样本证"},
    FIRST | {"fee": "20 元", "days": 3, "materials": [ID, PHOTO, OWN_FORM], "steps": ("取号", "交材料", "缴费")},
    FIRST
    | {
        "fee": "20 元",
        "days": 3,
        "materials": [ID, NEW_PHOTO, OWN_FORM],
        "place": "pl-b",
        "phone": "0535-6000002",
        "complaint": "0535-6000004",
        "steps": ("交材料", "取号"),
        "law": "样本办法",
    },
    FIRST
    | {
        "days": 3,
        "materials": [ID, {**NEW_PHOTO, "originals": 1}, FORM],
        "place": "pl-b",
        "phone": "0535-6000002",
        "complaint": "0535-6000004",
        "law": "样本办法",
        "booking": True,
    },
)
"""What the guide says in each of the five releases."""

HALLS = {"pl-a": "样本一厅", "pl-b": "样本二厅"}


def said(state: dict[str, Any]) -> dict[str, Any]:
    return guide(
        fee={"charged": True, "text": state["fee"]},
        promised_limit={"days": state["days"]},
        materials=state["materials"],
        places=[state["place"]],
        phone={"enquiry": state["phone"], "complaint": state["complaint"]},
        steps=[{"name": name} for name in state["steps"]],
        legal_basis=[{"law": state["law"]}],
        result={"name": state["result"]},
        appointment=state["booking"],
    )


def planted(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """The rows that tell `old` from `new`, written down without any of the code under test."""
    rows = set()
    if old["fee"] != new["fee"]:
        rows.add(f"收费：{new['fee']} | 原来：{old['fee']}")
    if old["days"] != new["days"]:
        rows.add(f"多久办完：{new['days']} 个工作日 | 原来：{old['days']} 个工作日")
    for field, label in (("phone", "电话"), ("complaint", "投诉电话"), ("result", "办好拿到")):
        if old[field] != new[field]:
            rows.add(f"{label}：{new[field]} | 原来：{old[field]}")
    if old["law"] != new["law"]:
        rows |= {f"多了一条依据：《{new['law']}》", f"少了一条依据：《{old['law']}》"}
    if old["booking"] != new["booking"]:
        rows.add("现在要先预约")
    if old["place"] != new["place"]:
        rows.add(f"这里不办了：{HALLS[old['place']]}")
        rows.add(f"这里也能办：{HALLS[new['place']]}")
    rows |= {f"多了一步：{name}" for name in set(new["steps"]) - set(old["steps"])}
    rows |= {f"少了一步：{name}" for name in set(old["steps"]) - set(new["steps"])}
    if set(old["steps"]) == set(new["steps"]) and old["steps"] != new["steps"]:
        rows.add("怎么办的先后变了")
    before = {one["name"]: one for one in old["materials"]}
    after = {one["name"]: one for one in new["materials"]}
    for name in before.keys() | after.keys():
        if name not in before:
            rows.add(f"要多带：{name} 原件 {after[name]['originals']} 份")
        elif name not in after:
            rows.add(f"不用再带：{name} 原件 {before[name]['originals']} 份")
        elif before[name] != after[name]:
            now, was = parts(after[name], before[name]), parts(before[name], after[name])
            rows.add(f"{name} {'；'.join(now)} | 原来：{'；'.join(was)}")
    return rows


def parts(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What a material says that `other` does not."""
    found = [f"原件 {one['originals']} 份"] if one["originals"] != other["originals"] else []
    tags = {"counter": "窗口领", "self": "自己带"}
    if one.get("source", "self") != other.get("source", "self"):
        found.append(tags[one.get("source", "self")])
    return found + ([one["note"]] if one.get("note") != other.get("note") else [])


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
    """What the page says of the item itself, without the days."""
    return {said_in(change) for change in view.changes}


def said_in(change: SlipChange) -> str:
    was = [part for part in change.detail.split(" · ") if part.startswith("原来")]
    return " | ".join([change.title, *was])


@pytest.fixture
def city(hub: City) -> City:
    """With an organisation, two halls, and a guide that is taken down later; nothing is out yet."""
    hub.people["boss"] = hub.add("boss", STAFF["writer"][0])
    items = hub.office.items
    version = items.create(hub.boss, org())
    version = items.submit(hub.boss, version.item, version.edits)
    version = items.approve(hub.add("head", STAFF["first"][0]), version.item, version.edits)
    items.approve(hub.second, version.item, version.edits)
    for id in HALLS:
        put(hub, hall(id, phone="0535-6000020"))
    put(hub, guide("mz-002"))
    return hub


def test_every_kiosk_says_exactly_what_was_planted(city: City, streets: list[Street]) -> None:
    hub, items = city, city.office.items
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
                assert (view.tone, view.verdict) == (
                    ("warn", "有变化，请看下面") if expected else ("ok", "有效，内容没有变")
                )
                assert view.title == "样本事项 mz-001"
        hub.clock.later(days=1)
    assert len(set(codes)) == 5
    assert {"照片 原件 1 份；三个月内 | 原来：原件 2 份；六个月内", "登记表 窗口领 | 原来：自己带"} & rows(
        typed(at_hand[1], codes[2])
    ) == {"照片 原件 1 份；三个月内 | 原来：原件 2 份；六个月内", "登记表 窗口领 | 原来：自己带"}
    for kiosk in at_hand:
        first = typed(kiosk, codes[0])
        assert "少交 1 份、新增 1 份" in first.lines
        assert "纸上是第 1 版，现在是第 5 版。" in first.lines
        assert any("2026 年 11 月 2" in change.detail for change in first.changes)
        assert first.around == ()  # that hall is not on the paper
        assert [said_in(one) for one in typed(kiosk, codes[3]).around] == [
            "样本二厅，电话：0535-6000021 | 原来：0535-6000020"
        ]
        gone = typed(kiosk, other)
        assert (gone.tone, gone.title, gone.changes) == ("stop", "样本事项 mz-002", ())
        kiosk.do("home", ("ask", f" {codes[4].lower()} "))
        assert kiosk.see(SlipChecked).verdict == "有效，内容没有变"
    stale = streets[1].opened[0]
    assert stale.by_number(999) is None


WEEK = {"days": "MO-FR", "open": "08:30", "close": "17:00"}


def test_what_changes_around_an_item_makes_older_papers_old_and_newer_ones_never(
    city: City, streets: list[Street]
) -> None:
    """A hall, the department and a guide of a life event change; nobody touches the guide or the life event again."""
    assert city.release() == 1
    put(city, said(FIRST))
    event = {"kind": "life_event", "id": "le-1", "name": "样本一件事", "verified_by": "org-mz"}
    put(city, {**event, "steps": [{"guide": "mz-001"}, {"guide": "mz-002"}]})
    put(city, hall("pl-a", phone="0535-6000020", address="样本路 1 号", hours=[WEEK]))
    assert city.release() == 2
    kiosk = streets[0].kiosk(2)
    old, event_old = printed(kiosk, "mz-001"), printed(kiosk, "le-1")
    assert typed(kiosk, event_old).title == "样本一件事"
    city.clock.later(days=100)
    bus = [{"stop": "样本站", "lines": ["17"], "walk_m": 80}]
    late = {**WEEK, "open": "09:00"}
    put(city, hall("pl-a", phone="0535-6000020", address="样本路 2 号", hours=[late], bus=bus, lat=37.5, lon=121.4))
    assert city.release() == 3
    kiosk = streets[0].kiosk(3)
    told = {
        "样本一厅，地址：样本路 2 号 | 原来：样本路 1 号",
        "样本一厅，开放时间：周一到周五 9:00–17:00 | 原来：周一到周五 8:30–17:00",
        "样本一厅，可以坐车：17 路，样本站下，再走 80 米",
        "样本一厅，位置有变化",
    }
    for code in (old, event_old):
        view = typed(kiosk, code)
        assert (view.tone, view.verdict, view.changes) == ("warn", "有改动，请重新打印一张", ())
        assert {said_in(one) for one in view.around} == told
    fresh, event_fresh = printed(kiosk, "mz-001"), printed(kiosk, "le-1")
    for code in (fresh, event_fresh):
        view = typed(kiosk, code)
        assert (view.tone, view.verdict, view.around) == ("ok", "有效，内容没有变", ())
    city.clock.later(days=100)
    put(city, said({**FIRST, "fee": "12 元"}))
    assert city.release() == 4
    for kiosk in (streets[0].kiosk(4), streets[1].kiosk(4)):
        assert rows(typed(kiosk, fresh)) == {"收费：12 元 | 原来：10 元"}
        assert typed(kiosk, fresh).around == ()
        assert {said_in(one) for one in typed(kiosk, old).around} == told
        inside = typed(kiosk, event_fresh)
        assert (inside.tone, inside.verdict) == ("warn", "有变化，请看下面")
        assert [said_in(one) for one in inside.around] == ["样本事项 mz-001，收费：12 元 | 原来：10 元"]
        assert typed(kiosk, printed(kiosk, "le-1")).verdict == "有效，内容没有变"
