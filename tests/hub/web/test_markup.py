"""Markup in every text that somebody can write: each page shows it as the text that it is, and no browser runs it."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from domain.records import KINDS
from hub.care import Care
from hub.corrections import take
from hub.office import Office
from hub.people import Person
from hub.store import utc_now
from hub.tables import metadata
from hub.web.faults import faults
from hub.web.fields import NOT_WRITTEN
from hub.workflow import CITY, Role, Status
from phrases import Phrases
from tests.hub import fleets
from tests.hub.conftest import PASSWORD
from tests.hub.web.conftest import Browser, HubServer, tokens
from tests.hub.web.test_doors import DECLARED
from tests.hub.web.test_security import FIRST, trial_of
from uplink.messages import Correction

IMAGE = """<img src=x onerror="document.title='hit'">"""
SCRIPT = "</textarea></title><script>document.title='hit'</script>"
BOTH = IMAGE + SCRIPT
RAW = ("<img src=x", "</textarea></title>", "<script>document", 'onerror="document', "onerror='document")
ESCAPED = "&lt;img src=x onerror="

WRITTEN = tuple(kind for kind in KINDS if kind not in NOT_WRITTEN)
NEVER = frozenset({"kind", "id"})


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where strings stand in a record."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, one in value.items():
            if path or name not in NEVER:
                yield from leaves(one, (*path, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from leaves(one, (*path, place))


def with_markup(raw: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The record with markup in every text that its kind lets be anything, and how many these are."""
    say = Phrases(domain="hub")
    made, count = copy.deepcopy(dict(raw)), 0
    empty = [name for name in KINDS[raw["kind"]].model_fields if name not in made and name not in NEVER]
    for name in empty:
        for value in (BOTH, [BOTH]):
            if not faults({**made, name: value}, say):
                made[name] = value
                break
    for path in list(leaves(made)):
        holder = made
        for step in path[:-1]:
            holder = holder[step]
        before = holder[path[-1]]
        # What names another record stays, or the pages that show it would lose it.
        if path[-1] in ("department", "parent", "place") or (
            path[0] in ("places", "guides", "steps") and before.isascii()
        ):
            continue
        for words in (f"{before}{BOTH}", BOTH, IMAGE):
            holder[path[-1]] = words
            if not faults(made, say):
                count += 1
                break
            holder[path[-1]] = before
    return made, count


def out(office: Office) -> None:
    """Whatever is open is live, as if a release had taken it along."""
    versions, items = metadata.tables["versions"], metadata.tables["items"]
    published = versions.update().values(status=Status.PUBLISHED.value, revision=1)
    moved = items.update().where(items.c.open.is_not(None)).values(live=items.c.open, open=None)
    office.store.run_tx(lambda connection: (connection.execute(published), connection.execute(moved)))


def saved(office: Office, person: Person, raw: Mapping[str, Any]) -> None:
    version = office.items.edit(person, f"{raw['kind']}/{raw['id']}")
    office.items.save(person, version.item, raw, version.edits)


@pytest.fixture
def planted(hub_server: HubServer) -> tuple[HubServer, list[str]]:
    """A hub with markup wherever somebody can write; the keys of the items that have it."""
    office, now = hub_server.office, utc_now()
    collector, operator = office.people.by_login("caibian"), office.people.by_login("yunwei")
    fixed = {"guide": "mz-001", "org": "org-mzj"}
    keys, drafts = [], []
    for kind in WRITTEN:
        held = office.items.records((kind,))
        raw = next((one for one in held if one["id"] == fixed.get(kind)), held[0])
        made, count = with_markup(raw)
        assert count >= 1, kind
        saved(office, collector, made)
        keys.append(f"{kind}/{raw['id']}")
        drafts.append(made)
    out(office)
    for made in drafts:
        saved(office, collector, {**made, "name": f"改动{made['name']}"[:180]})
    guide = f"guide/{fixed['guide']}"
    office.people.add("markup", IMAGE, CITY, {Role.EDITOR}, PASSWORD)
    site = replace(fleets.place("017", lat=37.5, lon=121.4), name=IMAGE[:40], place=BOTH[:80])
    kiosk, other = fleets.enrol(office, [site, replace(site, number="018")], now)
    for number, one in (("017", kiosk), ("018", other)):
        fleets.say(office, one, 1, printer={"state": "paper_out", "slips_left": 0, "millimetres": 49_000})
        office.care.keep(operator, Care(number, IMAGE[:40], 80, BOTH))
    office.care.note_visit(operator, "017", now, IMAGE[:40], BOTH)
    said = Correction.model_validate({"item": fixed["guide"], "revision": 1, "field": "phone", "day": now.date()})
    office.store.run_tx(lambda connection: take(connection, kiosk.id, said, now))
    (ticket,) = office.corrections.tickets(collector)
    office.corrections.not_so(collector, ticket, BOTH)
    office.alarms.mute(operator, kiosk.id, "paper_out", now + dt.timedelta(days=2), BOTH)
    office.gaps.bring(
        collector, IMAGE[:40], BOTH, f'事项名称,部门\n"{IMAGE}",{IMAGE[:14]}\n样本,样本\n'.encode(), "a.csv"
    )
    return hub_server, [guide, *(one for one in keys if one != guide)]


def addresses(server: HubServer, keys: list[str], trial: str) -> Iterator[str]:
    """Every GET route, and those of an item for every kind."""
    for one in DECLARED:
        if "GET" not in one.methods:
            continue
        path = one.path.replace("{login}", "markup").replace("{form}", "csv").replace("{release}", "none")
        path = path.replace("/kiosks/{number}", "/kiosks/017").replace("{number}", "2")
        path = path.replace("/import/trial/{id}", trial)
        for key in keys if "{kind}" in path else keys[:1]:
            kind, id = key.split("/")
            yield path.replace("{kind}", kind).replace("{id}", id)
    yield from (f"/items?kind={kind}" for kind in WRITTEN)
    yield from (
        "/items?text=%3Cimg",
        "/items?state=open",
        "/fleet?text=%3Cimg+src",
        "/alarms?muted=1",
        "/gaps?show=maybe",
    )
    yield from ("/freshness?all=1&department=org-mzj&state=all", "/kiosks?number=017", "/corrections?state=not_so")
    (held,) = server.office.gaps.lists()
    yield from (f"/gaps?list={held.id}&department=", f"/items?text={'%3Cscript%3E'}&kind=guide")


def read(client: httpx.Client, path: str) -> str:
    got = client.get(path, follow_redirects=True)
    assert got.status_code < 500, (path, got.status_code)
    if not got.headers["content-type"].startswith("text/html"):
        return ""
    found = [one for one in RAW if one in got.text]
    place = got.text.find(found[0]) if found else 0
    assert not found, (path, found, got.text[max(0, place - 200) : place + 200])
    return got.text


def test_markup_is_text_on_every_page(planted: tuple[HubServer, list[str]]) -> None:
    server, keys = planted
    shown: set[str] = set()
    writer = server.client("caibian")
    trial = trial_of(
        server, writer, f"{IMAGE[:30]}.csv", f"事项名称,实施主体,受理条件\n{IMAGE},{IMAGE},{IMAGE}\n".encode()
    )
    submitted(server.office, keys)
    clients = {role: server.client(login) for role, login in FIRST.items()}
    paths = dict.fromkeys(addresses(server, keys, trial))
    for one in [*paths]:
        route = next((made for made in DECLARED if made.path == one.partition("?")[0]), None)
        able = sorted(route.roles) if route is not None else [Role.COLLECTOR, Role.OPERATOR, Role.CITY_REVIEWER]
        for role in able:
            if ESCAPED in read(clients[role], one):
                shown.add(one)
    (held,) = server.office.gaps.lists()
    wanted = {
        "/items?kind=guide", "/items?kind=notice", "/items?text=%3Cimg", "/tasks", "/fleet", "/fleet/sheet",
        "/alarms?muted=1",        "/corrections", "/people", "/people/markup", "/kiosks/017", "/kiosks?number=017",
        f"/gaps?list={held.id}&department=",        "/review", f"/review/{keys[0]}", "/translations", trial,
        "/freshness?all=1&department=org-mzj&state=all",
        *(f"/items/{one}" for one in keys), *(f"/items/{one}/versions" for one in keys),
    }  # fmt: skip
    assert wanted <= shown, ("the markup is not to be seen there, so nothing was proved", sorted(wanted - shown))
    for one in keys:
        answer = writer.post(
            f"/items/{one}/preview",
            data=tokens(writer, f"/items/{one}"),
            headers={"referer": f"{server.url}/items/{one}"},
        )
        assert answer.status_code < 500 and not [raw for raw in RAW if raw in answer.text], one


def submitted(office: Office, keys: list[str]) -> None:
    """The guide's draft goes into review with a remark, straight into the table: what stops it is not asked here."""
    versions = metadata.tables["versions"]
    waiting = versions.update().where(versions.c.item == keys[0], versions.c.status == Status.DRAFT.value)
    office.store.run_tx(lambda c: c.execute(waiting.values(status=Status.CITY_REVIEW.value)))


def test_no_browser_runs_it(planted: tuple[HubServer, list[str]], browser: Browser) -> None:
    server, keys = planted
    submitted(server.office, keys)
    passes = {
        "caibian": [f"/items/{keys[0]}", f"/items/{keys[0]}/versions", f"/items/{keys[1]}"],
        "fushen": [f"/review/{keys[0]}"],
        "yunwei": ["/fleet", "/kiosks/017"],
    }
    for login, paths in passes.items():
        browser.log_in(login)
        for path in paths:
            browser.open(path)
            assert "onerror=" in browser.driver.page_source, path
            assert browser.driver.title != "hit" and "hit" not in browser.driver.title.split(), path
            assert browser.driver.execute_script("return document.querySelectorAll('img[src=x]').length") == 0, path
    assert not [one for one in browser.complaints() if "Content Security Policy" in one or "/x " in one]
