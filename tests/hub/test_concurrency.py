"""People who act at the same moment, each over a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from hub.item import Version
from hub.items import Items
from hub.refusal import Conflict, Reason, Refused
from hub.release import State
from hub.store import Store, sqlite_url
from hub.workflow import Part, Role, Status
from tests.hub.conftest import PASSPHRASE, City, guide, org


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returned or raised, begun together."""
    gate = threading.Barrier(len(calls))
    found: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        gate.wait(10)
        try:
            found[place] = call()
        except Exception as error:
            found[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    return found


@pytest.fixture(autouse=True)
def _department(city: City) -> None:
    boss = city.add("boss", Role.EDITOR)
    city.office.items.create(boss, org())


def test_two_editors_save_the_same_draft(city: City) -> None:
    colleague = city.add("colleague", Role.EDITOR, city.writer.department)
    items = city.office.items
    version = city.draft(guide())
    found = at_once(
        lambda: items.save(city.writer, version.item, guide(summary="甲"), version.edits),
        lambda: items.save(colleague, version.item, guide(summary="乙"), version.edits),
    )
    lost = [one for one in found if isinstance(one, Conflict)]
    (kept,) = [one for one in found if not isinstance(one, Exception)]
    assert len(lost) == 1
    open = items.open(version.item)
    assert open is not None
    assert (open.record["summary"], open.edits) == (kept.record["summary"], version.edits + 1)
    assert city.office.audit.verify() is None


def test_editors_of_two_processes_save_at_once(city: City) -> None:
    """A process has one queue of writers; those of another one are met in the database."""
    here, url = city.office.items, city.office.store.engine.url
    versions = [city.draft(guide(f"mz-{n}")) for n in range(3)]
    at = city.office.home.database
    with Store(sqlite_url(at) if city.office.store.sqlite else url.render_as_string(hide_password=False)) as store:
        there = Items(store, now=city.clock)

        def save(items: Items, place: int, summary: str) -> Callable[[], Version]:
            version = versions[place]
            return lambda: items.save(city.writer, version.item, guide(f"mz-{place}", summary=summary), version.edits)

        found = at_once(save(here, 0, "甲"), save(there, 0, "乙"), save(here, 1, "丙"), save(there, 2, "丁"))
        lost = [one for one in found if isinstance(one, Conflict)]
        assert len(lost) == 1 and found.index(lost[0]) < 2
        kept = [one for one in found if not isinstance(one, Exception)]
        assert [there.open(one.item) for one in kept] == kept
        assert city.office.audit.verify() is None


def test_two_begin_the_same_item(city: City) -> None:
    colleague = city.add("colleague", Role.EDITOR, city.writer.department)
    items = city.office.items
    found = at_once(lambda: items.create(city.writer, guide()), lambda: items.create(colleague, guide()))
    reasons = [one.reason for one in found if isinstance(one, Refused)]
    assert reasons == [Reason.ITEM_EXISTS]
    assert items.get("guide/mz-001").last == 1


def test_two_first_reviewers_approve_at_once(city: City) -> None:
    other = city.add("other", Role.DEPARTMENT_REVIEWER, city.writer.department)
    items = city.office.items
    version = city.draft(guide())
    version = items.submit(city.writer, version.item, version.edits)
    found = at_once(
        lambda: items.approve(city.first, version.item, version.edits),
        lambda: items.approve(other, version.item, version.edits),
    )
    assert sum(isinstance(one, Refused) for one in found) == 1
    open = items.open(version.item)
    assert open is not None
    assert open.status is Status.CITY_REVIEW, "one approval counts once"
    assert [hand.part for hand in items.hands(version.item, 1)].count(Part.DEPARTMENT_REVIEW) == 1


def test_one_person_with_both_roles_cannot_be_quick_enough_for_both_reviews(city: City) -> None:
    both = city.office.people.set_roles(city.second, {Role.DEPARTMENT_REVIEWER, Role.CITY_REVIEWER})
    items = city.office.items
    version = city.draft(guide())
    version = items.submit(city.writer, version.item, version.edits)
    at_once(*[lambda seen=edits: items.approve(both, version.item, seen) for edits in range(2, 6)])
    open = items.open(version.item)
    assert open is not None
    assert open.status in (Status.DEPARTMENT_REVIEW, Status.CITY_REVIEW)
    assert [hand.person for hand in items.hands(version.item, 1)].count(both.id) <= 1


def test_many_writers_one_chain(city: City) -> None:
    def work(number: int) -> Callable[[], Any]:
        return lambda: city.office.items.create(city.writer, guide(f"mz-{number:03}"))

    before, _ = city.office.audit.head()
    found = at_once(*[work(number) for number in range(8)])
    assert not [one for one in found if isinstance(one, Exception)]
    assert city.office.audit.head()[0] == before + 8
    assert city.office.audit.verify() is None
    assert len(city.office.items.all(kind="guide")) == 8


def test_taking_back_while_a_release_is_prepared(city: City) -> None:
    """Either the release holds the version or the writer does, never both."""
    boss = city.people["boss"]
    head = city.add("head", Role.DEPARTMENT_REVIEWER)
    items, releases = city.office.items, city.office.releases
    org_draft = items.open("org/org-mz")
    assert org_draft is not None
    version = items.submit(boss, org_draft.item, org_draft.edits)
    version = items.approve(head, version.item, version.edits)
    items.approve(city.second, version.item, version.edits)
    approved = city.reviewed(city.draft(guide()))
    prepared, taken = at_once(
        lambda: releases.prepare(city.signer), lambda: items.withdraw(city.writer, approved.item, approved.edits)
    )
    assert not isinstance(prepared, Exception)
    now = items.version(approved.item, 1)
    held = {one.item for one in releases.contents(prepared.id)}
    if isinstance(taken, Refused):
        assert (now.status, now.release) == (Status.APPROVED, prepared.id)
        assert approved.item in held
    else:
        assert (now.status, now.release) == (Status.DRAFT, None)
        assert approved.item not in held


def test_two_publishers_prepare_sign_and_publish_at_once(city: City) -> None:
    city.found()
    boss = city.people["boss"]
    head = city.add("head", Role.DEPARTMENT_REVIEWER)
    items, releases = city.office.items, city.office.releases
    version = items.submit(boss, "org/org-mz", 1)
    version = items.approve(head, version.item, version.edits)
    items.approve(city.second, version.item, version.edits)
    found = at_once(lambda: releases.prepare(city.signer), lambda: releases.prepare(city.cosigner))
    refused = [one for one in found if isinstance(one, Refused)]
    assert [one.reason for one in refused] in ([Reason.RELEASE_OPEN], [Reason.NOTHING_PENDING])
    open = releases.open()
    assert open is not None
    at_once(
        lambda: releases.approve(city.signer, open.id),
        lambda: releases.approve(city.cosigner, open.id),
        lambda: releases.approve(city.signer, open.id),
    )
    assert {one.login for one in releases.get(open.id).approvals} == {"signer", "cosigner"}
    found = at_once(
        lambda: city.office.issuing.publish(city.signer, open.id, PASSPHRASE),
        lambda: city.office.issuing.publish(city.cosigner, open.id, PASSPHRASE),
    )
    assert sum(isinstance(one, Refused) for one in found) == 1
    assert (releases.get(open.id).state, releases.revision()) == (State.PUBLISHED, 1)
    assert city.office.audit.verify() is None
