"""我的任务: what comes from the ledgers beside what the workflow asks for."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy import insert

from hub.freshness import Standing
from hub.tables import tickets
from hub.web import words as told
from tests.hub.web.conftest import HubServer
from tests.hub.web.reading import words


def ticket(server: HubServer, item: str, department: str, opened: str) -> None:
    row = {
        "id": item.replace("/", "-"),
        "item": item,
        "field": "phone",
        "state": "open",
        "edits": 0,
        "opened_at": opened,
    }
    statement = insert(tickets).values(**row, department=department)
    server.office.store.run_tx(lambda connection: connection.execute(statement))


def test_what_citizens_said_stands_with_the_day_of_the_answer(hub_server: HubServer) -> None:
    now = dt.datetime.now(dt.UTC).isoformat()
    ticket(hub_server, "guide/mz-010", "org-mzj", now)
    ticket(hub_server, "guide/mz-001", "org-mzj", "2026-01-05T02:00:00+00:00")
    ticket(hub_server, "guide/ga-001", "org-gaj", now)
    client = hub_server.client("bianji")
    page = hub_server.text(client, "/tasks")
    seen = words(page)
    assert "群众在亭子上报错 2 件，两个工作日里答复" in seen and "“电话不通”" in seen
    assert "过了答复的日子" in seen and "等答复" in seen
    rows = re.findall(r'<a class="ti" href="/corrections" data-open>([^<]+)</a>', page)
    names = [hub_server.office.items.get(f"guide/{id}").name for id in ("mz-001", "mz-010")]
    assert rows == names, "what is due first stands first, another department's is not there"
    owed = hub_server.office.book.tasks_for("org-mzj")
    assert told.day(owed[1].due) in seen
    number = re.search(r'我的任务<span class="n">(\d+)', page)
    assert number is not None and int(number[1]) >= 2
    assert "群众在亭子上报错 2 件" not in words(hub_server.text(hub_server.client("shenji"), "/tasks"))


def test_what_soon_has_to_be_verified_stands_before_it_is_overdue(hub_server: HubServer) -> None:
    ledger = hub_server.office.ledger
    due = [one for one in ledger.entries() if one.standing is Standing.DUE and one.days is not None]
    page = words(hub_server.text(hub_server.client("caibian"), "/tasks"))
    assert ("快要核验了" in page) == bool(due)
    for one in due[:10]:
        assert f"还剩 {ledger.verify_days - (one.days or 0)} 天" in page and one.name in page
