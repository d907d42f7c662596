"""审计日志: entries in words, filters, the chain, the copy."""

from __future__ import annotations

import csv
import io
import re

from sqlalchemy import text

from hub.audit import AuditLog
from hub.demo import PEOPLE
from hub.web.pages.audit import ON_A_PAGE
from tests.hub.web.conftest import HubServer
from tests.hub.web.reading import words

ITEM = "/items/guide/mz-010"


def seqs(page: str) -> list[int]:
    return [int(one) for one in re.findall(r"data-open>(\d+)</a>", page)]


def test_entries_stand_in_words_newest_first(hub_server: HubServer) -> None:
    editor = hub_server.client("bianji")
    hub_server.post(editor, f"{ITEM}/edit", ITEM)
    hub_server.post(editor, f"{ITEM}/submit", ITEM, edits=1)
    client = hub_server.client("shenji")
    page = hub_server.text(client, "/audit")
    head, _ = hub_server.office.audit.head()
    assert seqs(page) == list(range(head, head - ON_A_PAGE, -1))
    read = words(page)
    assert "样本编辑 开始改 最低生活保障" in read
    assert re.search(r"样本编辑 送审 最低生活保障 和线上的一样，没有要审的。 挡住了", read)
    older = words(hub_server.text(client, f"/audit?older={head - 5}"))
    assert f"{head - 6} " in older and "回最新的" in older


def test_filters_narrow_and_stay_in_the_links(hub_server: HubServer) -> None:
    office = hub_server.office
    editor = hub_server.client("bianji")
    hub_server.post(editor, f"{ITEM}/edit", ITEM)
    hub_server.post(editor, "/people/bianji/roles", "/tasks", roles="operator")
    client = hub_server.client("shenji")
    id = office.people.by_login("bianji").id
    found = seqs(hub_server.text(client, f"/audit?who={id}&action=item."))
    assert found == [one.seq for one in office.audit.entries(who=id, action="item.")] and len(found) == 1
    refused = hub_server.text(client, "/audit?result=refused")
    assert "打开不归自己的页面" in words(refused) and "result=refused" in refused
    about = [one.seq for one in office.audit.entries(action="item.", limit=9999) if "mz-010" in one.subject]
    assert seqs(hub_server.text(client, "/audit?text=mz-010&action=item.")) == about and len(about) > 3
    assert seqs(hub_server.text(client, "/audit?since=2999-01-01")) == []
    assert seqs(hub_server.text(client, "/audit?until=2001-01-01")) == []
    assert seqs(hub_server.text(client, "/audit?since=2001-01-01&until=2998-01-01&action=session.")) == [
        one.seq for one in office.audit.entries(action="session.")
    ]
    assert seqs(hub_server.text(client, "/audit?since=9999-99-99&action=nonsense"))


def test_one_entry_shows_its_neighbours_hashes(hub_server: HubServer) -> None:
    client = hub_server.client("shenji")
    (before,) = hub_server.office.audit.entries(older_than=9, limit=1)
    read = words(hub_server.text(client, "/audit?seq=9"))
    (entry,) = hub_server.office.audit.entries(older_than=10, limit=1)
    for seq, digest in ((8, before.hash), (9, entry.hash)):
        assert f"笔 {seq} " + " ".join(digest[at : at + 4] for at in range(0, 24, 4)) in read
    assert entry.before == before.hash


def test_a_chain_that_somebody_wrote_into_is_told_at_the_top(hub_server: HubServer) -> None:
    client = hub_server.client("shenji")
    head, _ = hub_server.office.audit.head()
    assert f"从第 1 笔到第 {head:,} 笔".replace(",", " ") in words(hub_server.text(client, "/audit?check=1"))
    hub_server.office.store.run_tx(
        lambda connection: connection.execute(text("UPDATE audit SET subject = 'guide/other' WHERE seq = 40"))
    )
    page = hub_server.text(client, "/audit?check=1")
    assert "链条断在第 40 笔：内容被改过。" in words(page) and 'role="alert"' in page
    assert "链条完整" not in page and "链条断了" in page
    assert "链条断在第 40 笔" in words(hub_server.text(client, "/audit")), "and it stays so"


def test_the_copy_holds_what_a_proof_needs_and_is_an_entry_itself(hub_server: HubServer) -> None:
    client = hub_server.client("shenji")
    office = hub_server.office
    got = hub_server.post(client, "/audit/export", "/audit", action="person.")
    assert (
        got.headers["content-type"] == "text/csv; charset=utf-8" and "attachment" in got.headers["content-disposition"]
    )
    assert got.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(got.content.decode("utf-8-sig"))))
    held = office.audit.entries(action="person.", limit=100)
    assert len(rows) == len(held) == len(PEOPLE)
    for row, entry in zip(rows, held, strict=True):
        assert (row["序号"], row["动作代码"], row["这一笔摘要"]) == (str(entry.seq), entry.action, entry.hash)
        assert row["做了什么"] == "开账号" and row["结果"] == "成了"
    (last,) = office.audit.entries(limit=1)
    assert (last.action, last.details) == ("audit.export", {"action": "person."})
    assert AuditLog(office.store).verify() is None
    whole = hub_server.post(client, "/audit/export", "/audit")
    assert len(list(csv.reader(io.StringIO(whole.content.decode("utf-8-sig"))))) == office.audit.head()[0] + 1


def test_cells_that_a_spreadsheet_would_reckon_are_made_harmless(hub_server: HubServer) -> None:
    people = hub_server.office.people
    people.add("formula", "=1+1", "*", (), "long enough to pass")
    hub_server.office.people.disable(people.by_login("formula"))
    hub_server.client()
    client = hub_server.client("shenji")
    evil = hub_server.client("yunwei")
    people.reset_password(people.by_login("formula"), "another long one")
    people.enable(people.by_login("formula"))
    hub_server.client("formula", "another long one")
    got = hub_server.post(client, "/audit/export", "/audit", action="session.").content.decode("utf-8-sig")
    assert "'=1+1" in got and ",=1+1" not in got
    assert evil.get("/audit").status_code == 403
