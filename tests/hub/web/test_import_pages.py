"""导入: the dry run writes nothing, a faulty file nothing at all, and drafts are only what was seen."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.importing.cleaning import masked
from hub.refusal import Refused
from hub.sheets import csv_of, read_table, workbook_of
from hub.web.pages.importing import XLSX
from hub.web.tray import KEPT, KEPT_IN_MEMORY, MOST, Tray, Upload
from tests.hub.web.conftest import HubServer, tokens
from tests.hub.web.reading import words


@pytest.fixture(scope="session")
def guides(sample_city: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (sample_city / "guides.jsonl").open(encoding="utf-8")]


def lines(records: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in records)


def bring(server: HubServer, client: httpx.Client, content: bytes, name: str = "guides.jsonl") -> httpx.Response:
    """Tries a file out; the page with its report, once it is there."""
    got = client.post("/import", data=tokens(client, "/import"), files={"file": (name, content)})
    until = time.monotonic() + 40
    while got.status_code == 303 or "正在试跑" in got.text.partition("<h1>")[2].partition("</h1>")[0]:
        assert time.monotonic() < until
        got = client.get(got.headers["location"] if got.status_code == 303 else str(got.url))
        time.sleep(0.02)  # the page itself asks again and again
    return got


def take(server: HubServer, client: httpx.Client, page: str) -> httpx.Response:
    found = page.partition('name="token" value="')[2].partition('"')[0]
    return server.post(client, "/import/drafts", "/import", token=found)


def own(guides: list[dict[str, Any]], department: str = "org-mzj") -> list[dict[str, Any]]:
    return [dict(one) for one in guides if one["department"] == department]


def entries(server: HubServer) -> int:
    return server.office.audit.head()[0]


def test_the_dry_run_tells_everything_and_writes_nothing(hub_server: HubServer, guides: list[dict[str, Any]]) -> None:
    client, held = hub_server.client("bianji"), own(guides)
    held[0]["phone"] = {"enquiry": "0535-6001234", "complaint": "0535-6001234"}
    held[1]["summary"] = "改过的一句"
    held.append({"kind": "guide", "id": "mz-902", "name": "全新的事项", "department": "org-mzj"})
    before = entries(hub_server)
    got = bring(hub_server, client, lines(held))
    page = words(got.text)
    assert got.status_code == 200 and "还没写进任何东西" in page
    assert f"新 1，改 2，一样 {len(held) - 3}" in page
    assert "线上有、文件里没有 0" in page, "what other departments have is not missed"
    assert "3 条进草稿" in page and "咨询和监督是同一个电话" in page and "guides.jsonl:1" in page
    assert "提到的编号" not in page, "what the hub has counts as there"
    assert "电话 1" in page and "一句话说明 1" in page and "全新的事项" in page
    assert entries(hub_server) == before and hub_server.office.items.count(opened=True) == 0


def test_what_was_seen_becomes_drafts_of_who_brought_it(hub_server: HubServer, guides: list[dict[str, Any]]) -> None:
    client, held = hub_server.client("bianji"), own(guides)
    held[0]["summary"] = "改过的一句"
    page = bring(hub_server, client, lines(held)).text
    got = take(hub_server, client, page)
    assert got.status_code == 303 and got.headers["location"] == "/items?state=open"
    key = f"guide/{held[0]['id']}"
    draft = hub_server.office.items.open(key)
    assert draft is not None and draft.record["summary"] == "改过的一句" and draft.revision is None
    assert draft.author == hub_server.office.people.by_login("bianji").id
    assert hub_server.office.items.count(opened=True) == 1
    again = take(hub_server, client, page)
    assert again.headers["location"] == "/import" and "请再选一次文件" in words(hub_server.text(client, "/import"))
    busy = words(bring(hub_server, client, lines(held)).text)
    assert "有人正在改的 1 条" in busy and "没有新的，也没有要改的" in busy


def test_what_only_the_hub_writes_is_left_out_and_told(hub_server: HubServer, guides: list[dict[str, Any]]) -> None:
    client, held = hub_server.client("bianji"), own(guides)
    held[0] |= {"number": 9, "version": 3}
    change = {"kind": "change", "id": "c-9-3", "name": held[0]["name"], "of": held[0]["id"], "version": 3}
    change |= {"at": "2026-11-01T08:00:00Z", "field": "phone", "new": "0535-6000003"}
    page = words(bring(hub_server, client, lines([*held, change])).text)
    assert f"新 0，改 0，一样 {len(held)}" in page
    assert "1 行是发布时记下的变动，由这里写，没有读。1 条带着编号和版号，由这里给，没有用文件里的。" in page


def test_one_faulty_line_keeps_the_whole_file_out(hub_server: HubServer, guides: list[dict[str, Any]]) -> None:
    client, held = hub_server.client("bianji"), own(guides)[:6]
    held[0]["summary"] = "改过的一句"
    held[1]["visits"] = "很多"
    del held[2]["name"]
    held[4]["id"] = held[3]["id"]
    got = bring(hub_server, client, lines(held) + b'{"kind": "guide", \n')
    page = words(got.text)
    assert "进不来 4" in page and "进草稿 D" not in page and "/import/drafts" not in got.text
    for told in ("要写数字 1 第 2 行 跑动次数", "必须写 1 第 3 行 名称", "前一条在第 4 行", "第 7 行"):
        assert told in page, told
    assert hub_server.office.items.count(opened=True) == 0


def test_private_numbers_of_a_file_are_masked(hub_server: HubServer, guides: list[dict[str, Any]]) -> None:
    client, held = hub_server.client("bianji"), own(guides)[:2]
    held[0]["name"] = "张三 370602199003070011 的事"
    got = bring(hub_server, client, lines(held))
    assert "里面有像身份证号的数字" in words(got.text)
    assert "370602199003070011" not in got.text and "199003" not in got.text
    assert masked("号 370602199003070011，电话 0535-6001234") == "号 3706************11，电话 0535-6001234"


def test_what_belongs_to_others_stays_out(hub_server: HubServer, guides: list[dict[str, Any]]) -> None:
    client = hub_server.client("bianji")
    held = [*own(guides)[:1], *own(guides, "org-gaj")[:2]]
    for one in held:
        one["summary"] = "改过的一句"
    page = bring(hub_server, client, lines(held)).text
    assert "1 条进草稿" in words(page) and "2 条不归您的部门" in words(page)
    take(hub_server, client, page)
    assert hub_server.office.items.count(opened=True) == 1
    assert hub_server.office.items.open(f"guide/{held[0]['id']}") is not None
    alone = words(bring(hub_server, client, lines(held[1:])).text)
    assert "请转给它的部门" in alone


def test_nobody_takes_what_another_brought(hub_server: HubServer, guides: list[dict[str, Any]]) -> None:
    held = own(guides)[:1]
    held[0]["summary"] = "改过的一句"
    page = bring(hub_server, hub_server.client("bianji"), lines(held)).text
    got = take(hub_server, hub_server.client("caibian"), page)
    assert got.headers["location"] == "/import" and hub_server.office.items.count(opened=True) == 0
    mine = hub_server.client("bianji")
    token = page.partition('name="token" value="')[2].partition('"')[0]
    hub_server.post(mine, "/import/drop", "/import", token=token)
    assert take(hub_server, mine, page).headers["location"] == "/import"
    assert hub_server.office.items.count(opened=True) == 0


@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_an_empty_file_is_told(hub_server: HubServer, content: bytes) -> None:
    got = bring(hub_server, hub_server.client("bianji"), content)
    assert got.status_code == 422 and "这个文件是空的" in words(got.text)


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"\xff\xfe\x00{}\n", 422, "认不出栏目"),
        (b"PK\x03\x04" + bytes(range(256)) * 40, 422, "这个 Excel 打不开"),
        (b"[1, 2]\n", 200, "这一行不是一条完整的记录"),
    ],
)
def test_what_cannot_be_read_is_told(hub_server: HubServer, content: bytes, status: int, told: str) -> None:
    got = bring(hub_server, hub_server.client("bianji"), content, "../../etc/事项.xlsx")
    page = words(got.text)
    assert got.status_code == status and told in page, page
    assert "事项.xlsx" in page and "etc" not in page


def test_a_table_is_tried_out_annotated_and_taken(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    template = client.get("/import/template.xlsx")
    assert template.headers["content-type"] == XLSX and len(read_table(template.content).sheets) == 4
    head = ["事项名称", "所属部门", "咨询电话", "承诺时限"]
    content = csv_of([head, ["全新的事", "", "0535-6000001", ""], ["另一件事", "", "0535-6000001", "很快"]])
    got = bring(hub_server, client, content, "民政清单.csv")
    page = words(got.text)
    assert "照“规定的表”读的" in page and "民政清单.csv!D3" in page and "时限看不懂" in page and "1 条进草稿" in page
    rows = words(client.get(f"{got.url.path}?show=rows").text)
    assert "承诺时限" in rows and "“很快”看不出是几天" in rows
    columns = words(client.get(f"{got.url.path}?show=columns").text)
    assert "咨询电话" in columns
    annotated = client.get(f"{got.url.path}/annotated.xlsx")
    assert annotated.status_code == 200 and annotated.content.startswith(b"PK")
    assert hub_server.client("caibian").get(got.url.path).status_code == 404, "somebody else's trial"
    assert take(hub_server, client, got.text).headers["location"] == "/items?state=open"
    (item,) = hub_server.office.items.all(text="全新的事")
    assert item.department == "org-mzj" and item.live is None
    assert "这一份已经进了草稿" in words(client.get(got.url.path).text)


def test_no_file_is_told(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    got = client.post("/import", data=tokens(client, "/import"))
    assert got.status_code == 422 and "还没选文件" in words(got.text)


def test_the_tray_keeps_files_for_every_process_and_forgets(tmp_path: Path) -> None:
    now = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    tray, other = Tray(tmp_path / "up", lambda: now), Tray(tmp_path / "up", lambda: now)
    first = tray.put("a", Upload("事项.csv", b"1\n2\n"))
    held = other.get("a", first)
    assert held is not None and held.name == "事项.csv" and held.lines == [b"1\n", b"2\n"]
    assert other.get("b", first) is None and tray.get("a", "other-token") is None and tray.get("a", "../x") is None
    (file,) = (path for path in (tmp_path / "up").rglob("*") if path.is_file())
    assert file.stat().st_mode & 0o777 == 0o600
    for number in range(20):
        tray.put(f"p{number}", Upload("z", b"4\n"))
    assert tray.get("a", first) is not None, "nobody's file gives way to another's"
    for _ in range(MOST - 1):
        second = other.put("a", Upload("y", b"3\n"))
    with pytest.raises(Refused, match="too_many_uploads"):
        tray.put("a", Upload("x", b"5\n"))
    tray.drop("b", second)
    tray.drop("a", second)
    assert other.get("a", second) is None and tray.put("a", Upload("x", b"5\n"))
    now += KEPT + dt.timedelta(seconds=1)
    assert tray.get("a", first) is None
    assert not [path for path in (tmp_path / "up").rglob("*") if path.is_file()]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_file_with_a_citizens_number_is_on_no_disk(tmp_path: Path, encoding: str) -> None:
    now = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    tray = Tray(tmp_path / "up", lambda: now)
    token = tray.put("a", Upload("x.csv", "事项名称,备注\n样本,370602199003070011\n".encode(encoding)))
    assert tray.get("a", token) is not None and tray.get("b", token) is None
    sheet = workbook_of([("事项", [["事项名称"], ["样本 370602199003070011"]], [20])])
    second = tray.put("a", Upload("x.xlsx", sheet))
    assert tray.get("a", second) is not None and not list(tmp_path.rglob("*"))
    now += KEPT_IN_MEMORY + dt.timedelta(seconds=1)
    assert tray.get("a", token) is None
