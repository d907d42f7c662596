"""Thousands of rows of one person: what a page asks of the database does not grow with them, nor does the page."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import event, update

from hub.importing import read_lines
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.release import State
from hub.release_work import Kind, Tell
from hub.settings import WebSettings
from hub.tables import items as items_table, versions as versions_table
from hub.task import Narrowed, Turn
from hub.web.app import create
from hub.workflow import Role, Status
from phrases import Phrases
from tests.hub.conftest import PASSWORD, City, guide, org
from tests.hub.web.conftest import HubServer, serving
from tests.hub.web.reading import words

DEPARTMENTS = ("org-ga", "org-mz", "org-rs")
FEW, MANY = 70, 220
MOST_BYTES = 200_000


@pytest.fixture
def hub(city: City) -> Iterator[HubServer]:
    """The city behind its pages, on either database; `boss` writes for all of it."""
    city.add("boss", Role.EDITOR)
    office = dataclasses.replace(
        city.office, settings=city.office.settings.model_copy(update={"web": WebSettings(secure_cookies=False)})
    )
    for url in serving(create(office)):
        server = HubServer(url, office)
        yield server
        for client in server.clients:
            client.close()


def brought(city: City, first: int, last: int) -> None:
    """Drafts of `boss` from a list, those from `first` to before `last`, of the departments in turn."""
    records = [org(id, name=f"样本{id}") for id in DEPARTMENTS] if first == 0 else []
    records += [guide(f"mz-{n:03}", department=DEPARTMENTS[n % 3]) for n in range(first, last)]
    lines = [json.dumps(one, ensure_ascii=False).encode() for one in records]
    report = city.office.importing.drafts(read_lines([("list", lines)]), city.boss)
    assert len(report.new) == len(records)


def moved(city: City, status: Status) -> None:
    """Everything that is open stands there."""
    at = city.clock().isoformat()
    statement = update(versions_table).values(status=status.value, status_at=at)
    city.office.store.run_tx(lambda connection: connection.execute(statement))


@contextlib.contextmanager
def asking(city: City) -> Iterator[list[str]]:
    """The statements that are asked meanwhile."""
    asked: list[str] = []

    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(city.office.store.engine, "before_cursor_execute", before)
    yield asked
    event.remove(city.office.store.engine, "before_cursor_execute", before)


def cost(city: City, client: httpx.Client, path: str) -> int:
    """Statements of one page, seen once before."""
    client.get(path, follow_redirects=True)
    with asking(city) as asked:
        answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, (path, answer.status_code)
    assert len(answer.content) < MOST_BYTES, path
    return len(asked)


def test_the_pages_of_who_brought_a_list(city: City, hub: HubServer) -> None:
    client = hub.client("boss", PASSWORD)
    paths = ("/tasks", "/items", "/candidates", "/import", "/tasks?show=imported")
    brought(city, 0, FEW)
    few = {path: cost(city, client, path) for path in paths}
    brought(city, FEW, MANY)
    assert {path: cost(city, client, path) for path in paths} == few
    assert max(few.values()) < 80

    page = words(hub.text(client, "/tasks"))
    total = MANY + len(DEPARTMENTS)
    assert f"导入的草稿 {total} 件" in page and f"全部 {total} 件" in page and "正在改" in page
    shares = city.office.tasks.shares(city.boss, Turn.IMPORTED)
    assert {one.department: (one.count, one.fresh) for one in shares} == {
        id: (len(range(n, MANY, 3)) + 1, len(range(n, MANY, 3)) + 1) for n, id in enumerate(DEPARTMENTS)
    }
    seen: list[str] = []
    for number in range(1, -(-total // 50) + 1):
        text = hub.text(client, f"/tasks?show=imported&page={number}")
        seen += re.findall(r'<a class="ti" href="/items/([^"]+)"', text)
    assert len(seen) == len(set(seen)) == total
    one = hub.text(client, "/tasks?show=imported&department=org-rs")
    assert f"（{len(range(2, MANY, 3)) + 1}）" in one and "guide/mz-000" not in one and "guide/mz-002" in one
    assert "这里没有了" in hub.text(client, "/tasks?show=imported&base=changed")


def test_the_queue_of_reviews(city: City, hub: HubServer) -> None:
    head = city.add("head", Role.DEPARTMENT_REVIEWER)
    client = hub.client("head", PASSWORD)
    brought(city, 0, FEW)
    moved(city, Status.DEPARTMENT_REVIEW)
    few = cost(city, client, "/review/guide/mz-010")
    brought(city, FEW, MANY)
    moved(city, Status.DEPARTMENT_REVIEW)
    assert cost(city, client, "/review/guide/mz-010") == few

    tasks, total = city.office.tasks, MANY + len(DEPARTMENTS)
    assert tasks.in_queue(head) == (total, total)
    assert [one.item for one in tasks.review_queue(head)] == [f"guide/mz-{n:03}" for n in range(50)]
    assert tasks.place_in_queue(head, "guide/mz-120") == 120
    page = hub.text(client, "/review/guide/mz-120")
    assert f"{total} 件轮到您" in words(page) and 'aria-current="true"' in page and "guide/mz-149" in page
    assert "guide/mz-099" not in page and 'href="/review?department=&amp;kind=&amp;page=4" data-row' in page
    narrowed = Narrowed("org-mz", "guide")
    held = len(range(1, MANY, 3))
    assert tasks.in_queue(head, narrowed) == (held, held)
    assert tasks.next_in_queue(head, narrowed) == "guide/mz-001"
    version = city.office.items.version("guide/mz-001", 1)
    where = "/review/guide/mz-001/approve?department=org-mz&kind=guide"
    got = hub.post(client, where, "/review/guide/mz-001?department=org-mz&kind=guide", edits=version.edits)
    assert got.headers["location"] == "/review?department=org-mz&kind=guide", "it goes on among the same"
    got = client.get(got.headers["location"])
    assert got.headers["location"] == "/review/guide/mz-004?department=org-mz&kind=guide"
    assert tasks.in_queue(head) == (total - 1, total - 1)


def test_a_release_of_many(city: City, hub: HubServer) -> None:
    releases = city.office.releases
    client = hub.client("signer", PASSWORD)
    brought(city, 0, FEW)
    moved(city, Status.APPROVED)
    few = cost(city, client, "/releases")
    releases.cancel(city.signer, releases.prepare(city.signer).id)  # the first one makes what later ones move on
    with asking(city) as asked:
        opened = releases.prepare(city.signer)
    prepared = len(asked)
    releases.cancel(city.signer, opened.id)
    brought(city, FEW, MANY)
    moved(city, Status.APPROVED)
    assert cost(city, client, "/releases") == few
    with asking(city) as asked:
        opened = releases.prepare(city.signer)
    assert opened.added == MANY + len(DEPARTMENTS)
    assert len(asked) <= prepared + 4, "set by set, not row by row; new items are given their numbers, too"
    page = words(hub.text(client, "/releases?page=2"))
    assert f"共 {MANY + 3} 条" in page and "第 2 页，共 5 页" in page


@pytest.mark.parametrize(("kind", "doing"), [(Kind.PUBLISH, "正在发出"), (Kind.WITHDRAW, "正在排一版撤回")])
def test_the_page_of_who_waits_for_a_release(city: City, hub: HubServer, kind: Kind, doing: str) -> None:
    one, two = hub.client("signer", PASSWORD), hub.client("cosigner", PASSWORD)
    go = threading.Event()

    def run(tell: Tell) -> str:
        assert go.wait(60)
        return "做好了"

    thread = hub.office.release_work.begin(kind, city.signer.id, run, str)
    assert thread is not None
    page = hub.text(one, "/releases/work")
    assert doing in page and 'data-running="/releases/work/progress"' in page
    assert one.get("/releases/work/progress").json()["running"] is True
    assert f"{doing}，到了 0%" in words(hub.text(two, "/releases"))
    got = two.post("/releases/prepare", data=sealed(hub, two), headers={"referer": f"{hub.url}/releases"})
    assert (got.status_code, got.headers["location"]) == (303, "/releases/work"), "it shows what is running"
    go.set()
    thread.join(20)
    assert one.get("/releases/work/progress").json()["running"] is False
    assert "做好了" not in hub.text(two, "/releases"), "that is for who began it"
    assert "做好了" in hub.text(one, "/releases")
    assert "做好了" not in hub.text(one, "/releases")


def sealed(hub: HubServer, client: httpx.Client) -> dict[str, str]:
    return dict(re.findall(r'name="(csrftoken|seal)" value="([^"]*)"', hub.text(client, "/tasks")))


def test_a_release_is_put_together_from_its_page(city: City, hub: HubServer) -> None:
    brought(city, 0, 3)
    moved(city, Status.APPROVED)
    client = hub.client("signer", PASSWORD)
    page = hub.text(client, "/releases")
    got = hub.post(client, "/releases/prepare")
    assert (got.status_code, got.headers["location"]) == (303, "/releases/work")
    opened = city.office.releases.open()
    assert opened is not None and (opened.state, opened.added) == (State.PREPARED, 6)
    assert "把这 6 条排成下一版" in words(page)
    hub.post(client, "/releases/prepare")
    assert city.office.releases.open() == opened
    told = Refused(Reason.RELEASE_OPEN).sentence(Phrases(domain="hub"))
    assert told in words(hub.text(client, "/releases")), "a second one is refused, in words"


def test_the_account_counts_what_is_true_and_reaches_down(city: City) -> None:
    office = city.office
    boss = city.add("boss", Role.EDITOR)
    place = {"kind": "place", "id": "pl-a", "name": "样本大厅", "address": "样本路1号", "district": "370611"}
    records = [
        org("org-a", name="样本甲区", level="district", place="pl-a"),
        org("org-a-mz", name="样本甲区民政局", parent="org-a"),
        place,
        guide("a-001", department="org-a-mz", verified_on="2026-11-01"),
        guide("b-001", department="org-b", verified_on="2020-01-01"),
    ]
    lines = [json.dumps(one, ensure_ascii=False).encode() for one in records]
    office.importing.drafts(read_lines([("list", lines)]), None)
    live = update(items_table).values(live=1, open=None, verified_on="2026-11-01")
    office.store.run_tx(lambda connection: connection.execute(live))
    out = update(versions_table).values(status=Status.PUBLISHED.value, revision=1)
    office.store.run_tx(lambda connection: connection.execute(out))
    items = office.items
    items.create(boss, guide("a-002", department="org-a-mz"))
    sent = items.create(boss, guide("a-003", department="org-a-mz"))
    items.submit(boss, sent.item, sent.edits)
    items.create(boss, guide("b-002", department="org-b"))

    def account(person: Person) -> tuple[int, int, int, int, int]:
        return dataclasses.astuple(
            office.tasks.account(person, frozenset({"guide"}), city.clock().date().replace(day=1, month=10))
        )

    below = city.add("district", Role.EDITOR, "org-a")
    assert account(below) == (3, 1, 1, 1, 1), "its own and what is below it"
    assert account(boss) == (5, 2, 2, 2, 1)
    other = city.add("other", Role.EDITOR, "org-b")
    assert account(other) == (1, 1, 1, 1, 0)
