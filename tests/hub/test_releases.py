from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import delete, event, update

from contentsync.keys import KeyFolder
from contentsync.publisher import Publisher
from domain.errors import Code, SyncError
from domain.records import digest_of_lines
from hub import marks
from hub.item import Version
from hub.publishing import one_at_a_time
from hub.refusal import Reason, Refused
from hub.release import REVISION, Kind, State
from hub.tables import audit as audit_table, versions as versions_table
from hub.task import Turn
from hub.workflow import Action, Role, Status
from tests.hub.conftest import PASSPHRASE, City, fact, guide, org


@pytest.fixture
def town(city: City) -> City:
    """A city with keys whose department and guide are approved."""
    city.found()
    boss = city.add("boss", Role.EDITOR)
    head = city.add("head", Role.DEPARTMENT_REVIEWER)
    items = city.office.items
    version = items.create(boss, org())
    version = items.submit(boss, version.item, version.edits)
    version = items.approve(head, version.item, version.edits)
    items.approve(city.second, version.item, version.edits)
    city.reviewed(city.draft(guide()))
    return city


def out(city: City) -> tuple[int, str, list[bytes]]:
    """Revision, digest and records that a kiosk would take from the public folder."""
    publisher = Publisher(city.office.home.public, KeyFolder(city.office.home.keys))
    manifest = publisher.standing().manifest
    assert manifest is not None
    lines = list(publisher.lines())
    assert digest_of_lines(lines) == manifest.digest
    return manifest.revision, manifest.digest, lines


def changed(city: City, **fields: Any) -> Version:
    """The guide, changed and through both reviews."""
    version = city.office.items.edit(city.writer, "guide/mz-001")
    version = city.office.items.save(city.writer, version.item, guide(**fields), version.edits)
    return city.reviewed(version)


def refused_as(reason: Reason, call: Any, *args: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        call(*args, **named)
    assert refused.value.reason is reason
    return refused.value


def test_from_approved_to_the_street(town: City) -> None:
    releases = town.office.releases
    assert {(one.item, one.change) for one in releases.pending()} == {
        ("org/org-mz", "added"),
        ("guide/mz-001", "added"),
    }
    release = releases.prepare(town.signer)
    assert (release.kind, release.state, release.records, release.added) == (Kind.BASELINE, State.PREPARED, 2, 2)
    assert releases.pending() == ()
    assert [task.turn for task in town.office.tasks.tasks_for(town.signer)] == [Turn.SIGN]
    releases.approve(town.signer, release.id)
    assert town.office.tasks.tasks_for(town.signer) == ()
    releases.approve(town.cosigner, release.id)
    published = town.office.issuing.publish(town.signer, release.id, PASSPHRASE)
    assert (published.state, published.revision) == (State.PUBLISHED, 1)
    revision, digest, lines = out(town)
    assert (revision, digest) == (1, published.digest)
    assert lines == releases.lines()
    item = town.office.items.get("guide/mz-001")
    assert (item.live, item.open) == (1, None)
    version = town.office.items.version(item.key, 1)
    assert (version.status, version.revision) == (Status.PUBLISHED, 1)
    assert town.office.items.history(item.key, 1)[-1].action is Action.PUBLISH
    assert town.office.audit.entries(limit=1)[0].details["approved_by"] == ["signer", "cosigner"]
    assert town.office.audit.verify() is None
    assert releases.latest() == published
    assert town.office.tasks.review_queue(town.first) == ()


def test_the_manifest_names_both_accounts(town: City) -> None:
    town.release()
    manifest = Publisher(town.office.home.public, KeyFolder(town.office.home.keys)).standing().manifest
    assert manifest is not None
    assert [(one.who, one.role) for one in manifest.approvals] == [
        ("signer", "publisher"),
        ("cosigner", "countersigner"),
    ]


def test_the_next_release_changes_adds_and_drops(town: City) -> None:
    town.reviewed(town.draft(fact()))
    assert town.release() == 1
    changed(town, summary="改过的")
    version = town.office.items.retire(town.writer, "fact/f-001", "已经不办")
    town.reviewed(version)
    town.reviewed(town.draft(guide("mz-002")))
    release = town.office.releases.prepare(town.signer)
    assert (release.added, release.changed, release.dropped, release.records) == (1, 1, 1, 3)
    town.office.releases.cancel(town.signer, release.id)
    assert town.release() == 2
    keys = [line.split(b'"kind"')[0] for line in out(town)[2]]
    assert len(keys) == 3
    assert town.office.items.get("fact/f-001").live is None
    live = town.office.items.live("guide/mz-001")
    assert live is not None
    assert (live.number, live.record["summary"], live.base) == (2, "改过的", 1)
    assert town.office.items.version("guide/mz-001", 1).status is Status.PUBLISHED
    assert town.office.audit.verify() is None
    again = town.draft(fact(answer="又办了。"))
    assert again.number == 3


def test_two_people_who_wrote_nothing_in_it(town: City) -> None:
    releases, people = town.office.releases, town.office.people
    refused_as(Reason.NOT_A_PUBLISHER, releases.prepare, town.writer)
    release = releases.prepare(town.signer)
    refused_as(Reason.TWO_NEEDED, town.office.issuing.publish, town.signer, release.id, PASSPHRASE)
    releases.approve(town.signer, release.id)
    refused_as(Reason.SIGNS_TWICE, releases.approve, town.signer, release.id)
    refused_as(Reason.TWO_NEEDED, town.office.issuing.publish, town.signer, release.id, PASSPHRASE)
    writer = people.set_roles(town.writer, {Role.EDITOR, Role.PUBLISHER})
    refused_as(Reason.AUTHOR_SIGNS, releases.approve, writer, release.id)
    refused_as(Reason.NOT_A_PUBLISHER, releases.approve, town.first, release.id)
    told = town.office.audit.entries(action="release.approve", done=False)
    assert [entry.details["reason"] for entry in told] == ["not_a_publisher", "author_signs", "signs_twice"]
    releases.approve(town.cosigner, release.id)
    assert town.office.issuing.publish(town.cosigner, release.id, PASSPHRASE).revision == 1


def test_what_a_release_holds_stays_as_it_was_approved(town: City) -> None:
    releases, items = town.office.releases, town.office.items
    release = releases.prepare(town.signer)
    held = items.version("guide/mz-001", 1)
    assert held.release == release.id
    refused_as(Reason.IN_RELEASE, items.withdraw, town.writer, held.item, held.edits)
    refused_as(Reason.RELEASE_OPEN, releases.prepare, town.signer)
    releases.cancel(town.signer, release.id)
    refused_as(Reason.RELEASE_CLOSED, releases.approve, town.signer, release.id)
    held = items.version("guide/mz-001", 1)
    assert items.withdraw(town.writer, held.item, held.edits).status is Status.DRAFT
    assert [one.item for one in releases.pending()] == ["org/org-mz"]


def test_nothing_waits(town: City) -> None:
    town.release()
    refused_as(Reason.NOTHING_PENDING, town.office.releases.prepare, town.signer)
    version = town.office.items.edit(town.writer, "guide/mz-001")
    refused_as(Reason.NO_CHANGE, town.office.items.submit, town.writer, version.item, version.edits)


def test_a_set_that_does_not_hold_together(town: City) -> None:
    town.draft(guide("mz-009"))
    town.reviewed(town.draft(guide("mz-002", related=["mz-009"])))
    refused = refused_as(Reason.SET_UNFIT, town.office.releases.prepare, town.signer)
    assert refused.details == ("guide/mz-002 related dangling",)
    assert town.office.releases.open() is None


def own(lines: list[bytes]) -> list[dict[str, Any]]:
    """What editors wrote, without what the hub adds when it goes out."""
    raws = [json.loads(line) for line in lines]
    return [
        {field: value for field, value in raw.items() if field not in ("number", "version")}
        for raw in raws
        if raw["kind"] != "change"
    ]


def test_taking_a_release_back_is_a_new_one_with_the_old_rows(town: City) -> None:
    town.reviewed(town.draft(fact()))
    town.release()
    _, _, lines = out(town)
    changed(town, summary="写错了")
    town.reviewed(town.draft(guide("mz-002")))
    town.reviewed(town.office.items.retire(town.writer, "fact/f-001", "以为不办了"))
    town.release()
    refused_as(Reason.NOT_LATEST, town.office.releases.withdraw, town.signer, 1)
    release = town.office.releases.withdraw(town.signer, 2)
    assert (release.kind, release.withdraws) == (Kind.WITHDRAWAL, 2)
    for person in (town.signer, town.cosigner):
        town.office.releases.approve(person, release.id)
    assert town.office.issuing.publish(town.signer, release.id, PASSPHRASE).revision == 3
    revision, digest, restored = out(town)
    assert (revision, digest, own(restored)) == (3, release.digest, own(lines))
    live = town.office.items.live("guide/mz-001")
    assert live is not None
    assert (live.number, live.record.get("summary"), live.author) == (3, None, None)
    assert town.office.items.get("guide/mz-002").live is None
    assert town.office.items.get("fact/f-001").live == 3
    assert town.office.audit.verify() is None


def test_a_withdrawal_tells_how_far_it_is_and_asks_set_by_set(town: City) -> None:
    town.release()
    asked: list[str] = []
    event.listen(town.office.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    told: list[int] = []
    costs = []
    for many in (2, 12):
        for number in range(many):
            town.reviewed(town.draft(guide(f"mz-{many}{number:02}")))
        revision = town.release()
        asked.clear()
        told.clear()
        release = town.office.releases.withdraw(town.signer, revision, told.append)
        costs.append(len(asked))
        assert release.dropped == many and told == sorted(told) and len(set(told)) > 3
        town.office.releases.cancel(town.signer, release.id)
    assert costs[0] == costs[1]


def test_a_withdrawal_given_up_leaves_no_trace_in_the_content(town: City) -> None:
    town.release()
    changed(town, summary="写错了")
    town.release()
    refused_as(Reason.NOT_LATEST, town.office.releases.withdraw, None, 1)
    release = town.office.releases.withdraw(None, 2)
    town.office.releases.cancel(None, release.id)
    assert town.office.items.version("guide/mz-001", 3).status is Status.DISCARDED
    assert town.office.items.get("guide/mz-001").live == 2
    assert town.office.releases.pending() == ()


def test_the_first_release_cannot_be_taken_back(town: City) -> None:
    town.release()
    refused_as(Reason.FIRST_RELEASE, town.office.releases.withdraw, town.signer, 1)


def test_a_wrong_passphrase_leaves_everything_prepared(town: City) -> None:
    releases = town.office.releases
    release = releases.prepare(town.signer)
    for person in (town.signer, town.cosigner):
        releases.approve(person, release.id)
    with pytest.raises(SyncError) as error:
        town.office.issuing.publish(town.signer, release.id, "not the passphrase")
    assert error.value.code is Code.KEY_REFUSED
    assert town.office.press.latest() is None
    again = releases.get(release.id)
    assert (again.state, again.revision, len(again.approvals)) == (State.PREPARED, None, 2)
    (told,) = town.office.audit.entries(action="release.publish", limit=1)
    assert (told.who, told.done, dict(told.details)) == (town.signer.id, False, {"reason": "S-08"})
    assert town.office.issuing.publish(town.signer, release.id, PASSPHRASE).state is State.PUBLISHED


def test_wrong_passphrases_are_counted_for_each_person_and_end(town: City) -> None:
    releases, people = town.office.releases, town.office.people
    release = releases.prepare(town.signer)
    for person in (town.signer, town.cosigner):
        releases.approve(person, release.id)
    for _ in range(8):
        with pytest.raises(SyncError):
            town.office.issuing.publish(town.signer, release.id, "not the passphrase")
    refused_as(Reason.TOO_MANY_TRIES, town.office.issuing.publish, town.signer, release.id, PASSPHRASE)
    assert releases.get(release.id).state is State.PREPARED and people.locked(town.signer)
    with pytest.raises(SyncError):
        town.office.issuing.publish(town.cosigner, release.id, "not the passphrase")
    with pytest.raises(SyncError):
        town.office.issuing.publish(None, release.id, "the command line is not counted")
    people.unlock(town.signer, by=town.operator)
    with pytest.raises(SyncError):
        town.office.issuing.publish(town.signer, release.id, "not the passphrase")
    town.clock.later(minutes=12)
    assert town.office.issuing.publish(town.signer, release.id, PASSPHRASE).state is State.PUBLISHED
    wrong = [entry.who for entry in town.office.audit.entries(action="release.publish", done=False, limit=50)]
    assert wrong == [town.signer.id, "-", town.cosigner.id, *[town.signer.id] * 8]


def test_without_keys_nothing_goes_out(city: City) -> None:
    boss = city.add("boss", Role.EDITOR)
    head = city.add("head", Role.DEPARTMENT_REVIEWER)
    version = city.office.items.create(boss, org())
    version = city.office.items.submit(boss, version.item, version.edits)
    version = city.office.items.approve(head, version.item, version.edits)
    city.office.items.approve(city.second, version.item, version.edits)
    with pytest.raises(SyncError):
        city.release()
    open = city.office.releases.open()
    assert open is not None
    assert open.state is State.PREPARED


def test_rows_changed_behind_the_hub_do_not_go_out(town: City) -> None:
    release = town.office.releases.prepare(town.signer)
    for person in (town.signer, town.cosigner):
        town.office.releases.approve(person, release.id)
    forged = '{"department":"org-mz","id":"mz-001","kind":"guide","name":"换掉的"}'
    town.office.store.run_tx(
        lambda tx: tx.execute(update(versions_table).where(versions_table.c.item == "guide/mz-001").values(line=forged))
    )
    refused_as(Reason.CONTENT_MOVED, town.office.issuing.publish, town.signer, release.id, PASSPHRASE)
    assert town.office.press.latest() is None


def test_a_database_behind_the_street_is_noticed(town: City) -> None:
    town.release()
    changed(town, summary="第二版")
    release = town.office.releases.prepare(town.signer)
    for person in (town.signer, town.cosigner):
        town.office.releases.approve(person, release.id)
    # The public folder goes on by another way, as when the database is a restored backup.
    Publisher(town.office.home.public, KeyFolder(town.office.home.keys)).publish(
        [*town.office.releases.lines()[1:]],
        approvals=_approvals(),
        made_at=dt.datetime.now(dt.UTC),
        passphrase=PASSPHRASE,
    )
    refused_as(Reason.REVISION_ASTRAY, town.office.issuing.publish, town.signer, release.id, PASSPHRASE)
    assert town.office.issuing.publish(town.signer, release.id, PASSPHRASE, over=True).revision == 3
    assert out(town)[0] == 3


def _approvals() -> list[Any]:
    from contentsync.manifest import Approval

    return [Approval(who, "publisher", dt.datetime.now(dt.UTC)) for who in ("a", "b")]


def test_only_one_publishes_at_a_time(town: City) -> None:
    release = town.office.releases.prepare(town.signer)
    for person in (town.signer, town.cosigner):
        town.office.releases.approve(person, release.id)
    with one_at_a_time(town.office.home.publishing):
        refused_as(Reason.ALREADY_PUBLISHING, town.office.issuing.publish, None, release.id, PASSPHRASE)
        assert town.office.issuing.recover() is None
    assert town.office.issuing.publish(None, release.id, PASSPHRASE).revision == 1


def test_a_chain_cut_back_to_before_a_release_is_noticed(town: City) -> None:
    town.release()
    seq, _ = town.office.audit.head()
    before = town.office.audit.entries(limit=1, older_than=seq - 2)[0]

    def cut(tx: Any) -> None:
        tx.execute(delete(audit_table).where(audit_table.c.seq > before.seq))
        marks.move(tx, "audit_head", marks.get(tx, "audit_head"), f"{before.seq}:{before.hash}")

    town.office.store.run_tx(cut)
    bad = town.office.audit.verify()
    assert bad is not None
    assert bad.how == "cut"


def test_the_revision_only_grows(town: City) -> None:
    town.release()
    for number in (2, 3):
        changed(town, summary=f"第 {number} 次")
        assert town.release() == number
    assert [one.revision for one in town.office.releases.history()] == [3, 2, 1]
    assert town.office.store.read(lambda tx: marks.get(tx, REVISION)) == "3"


def test_search_finds_as_the_kiosk_does_after_a_release(town: City) -> None:
    changed_name = town.draft(guide("mz-002", name="机动车驾驶证补领", aliases=["驾照丢了"]))
    town.reviewed(changed_name)
    town.release()
    search = town.office.search
    assert search.refresh() == 1
    found = search.search("jzdl")
    assert (found[0].key, found[0].live) == ("guide/mz-002", True)
    town.draft(guide("mz-003", name="驾照丢了怎么办的新草稿"))
    assert [one.key for one in search.search("驾照丢了")] == ["guide/mz-002", "guide/mz-003"]
    assert search.search("") == ()


def test_an_open_draft_survives_a_withdrawal(town: City) -> None:
    town.release()
    changed(town, summary="第二版")
    town.release()
    draft = town.office.items.edit(town.writer, "guide/mz-001")
    release = town.office.releases.withdraw(None, 2)
    for person in (town.signer, town.cosigner):
        town.office.releases.approve(person, release.id)
    town.office.issuing.publish(None, release.id, PASSPHRASE)
    item = town.office.items.get("guide/mz-001")
    assert (item.live, item.open) == (4, draft.number)
