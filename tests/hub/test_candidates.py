"""From what kiosks report to an alias that is out, and whether it helped: searched, never guessed."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.unmet import Unmet, UnmetFile
from hub.candidate import Candidate, Standing, Taken
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.workflow import Role, Status
from tests.hub.conftest import City, guide, org
from tests.hub.test_commands import Run, hub  # noqa: F401

CHINA = dt.timezone(dt.timedelta(hours=8))
DAY = dt.date(2026, 11, 19)
MADE = dt.datetime(2026, 11, 20, 8, 0, tzinfo=CHINA)
STROLLER = "娃娃车上牌"
MOON = "月亮怎么办"


def report(kiosk: str, *asked: tuple[str, int], day: dt.date = DAY) -> UnmetFile:
    return UnmetFile(kiosk, MADE, tuple(Unmet(text, day, visits) for text, visits in asked))


@pytest.fixture
def asking(city: City) -> City:
    """Three guides out, and words that no kiosk found."""
    city.add("collector", Role.COLLECTOR)
    city.found()
    for raw in (
        org(),
        guide("mz-001", name="婴儿推车登记", summary="给推车登记"),
        guide("mz-002", name="高龄津贴申领"),
        guide("mz-003", name="婚姻登记预约", aliases=["领证"]),
    ):
        city.reviewed(city.draft(raw))
    city.release()
    city.office.search.refresh()
    city.office.candidates.take(
        [report("017", (STROLLER, 9), (MOON, 5)), report("018", (STROLLER, 6), ("津贴", 30)), report("019", (MOON, 50))]
    )
    return city


def row(city: City, text: str, person: Person | None = None) -> Candidate:
    board = city.office.candidates.board(person or city.collector)
    return next(one for one in board.candidates if one.asked.text == text)


def refused(reason: Reason, work: Callable[[], object]) -> None:
    with pytest.raises(Refused) as caught:
        work()
    assert caught.value.reason is reason


def test_reports_come_in_once_however_often_they_are_brought(city: City) -> None:
    candidates = city.office.candidates
    first = report("017", (STROLLER, 9), (MOON, 5))
    assert candidates.take([first]) == Taken(2, 0, 0)
    assert candidates.take([first, first]) == Taken(0, 0, 4)
    assert candidates.take([report("017", (STROLLER, 12))]) == Taken(0, 1, 0)
    assert candidates.take([first]) == Taken(0, 0, 2), "an older file after a newer one takes nothing back"
    assert candidates.take([report("018", (STROLLER, 7)), report("017", (STROLLER, 5), day=MADE.date())]) == Taken(
        2, 0, 0
    )
    city.add("collector", Role.COLLECTOR)
    asked = [one.asked for one in candidates.board(city.collector).candidates]
    assert [(one.text, one.kiosks, one.visits) for one in asked] == [(STROLLER, 2, 24), (MOON, 1, 5)]
    assert asked[0].last == MADE.date()
    assert [(one.action, one.subject) for one in city.office.audit.entries(action="unmet.", limit=1)] == [
        ("unmet.import", "kiosk/017")
    ]
    assert city.office.audit.verify() is None


def test_what_many_kiosks_miss_stands_first_with_what_search_finds(asking: City) -> None:
    board = asking.office.candidates.board(asking.collector)
    assert [one.asked.text for one in board.candidates] == [MOON, STROLLER, "津贴"]
    moon, stroller, benefit = board.candidates
    assert not stroller.now.sure and not moon.now.sure
    assert benefit.now.sure and benefit.now.hits[0].key == "guide/mz-002"
    assert {one.standing for one in board.candidates} == {Standing.OPEN}
    rate = board.rate
    assert (rate.texts, rate.visits, rate.before, rate.after) == (3, 100, 30, 30)
    assert (rate.texts_before, rate.texts_after) == (1, 1)


def test_old_reports_are_no_candidates(asking: City) -> None:
    asking.office.candidates.take([report("017", ("很久以前", 9), day=DAY - dt.timedelta(days=120))])
    assert "很久以前" not in {one.asked.text for one in asking.office.candidates.board(asking.collector).candidates}


def test_a_trial_says_what_the_alias_would_do_and_changes_nothing(asking: City) -> None:
    candidates = asking.office.candidates
    trial = candidates.trial(STROLLER, "guide/mz-001")
    assert trial is not None
    assert trial.answer.sure and trial.answer.hits[0].key == "guide/mz-001"
    assert trial.looked_at >= 2 and trial.moved == ()
    taking = candidates.trial(MOON, "guide/mz-001")
    assert taking is not None and taking.answer.hits[0].key == "guide/mz-001"
    # What one word takes from another is told.
    candidates.take([report("020", ("高龄津贴", 5))])
    stealing = candidates.trial("高龄津贴", "guide/mz-001")
    assert stealing is not None
    assert ("津贴", "高龄津贴申领", "婴儿推车登记") in stealing.moved
    assert asking.office.items.open("guide/mz-001") is None
    assert not row(asking, STROLLER).now.sure
    refused(Reason.NO_SUCH_CANDIDATE, lambda: candidates.trial("没人问过", "guide/mz-001"))
    refused(Reason.NO_SUCH_ITEM, lambda: candidates.trial(STROLLER, "guide/none"))
    assert list(asking.office.home.folder.glob("rehearsal-*")) == []


def test_what_a_killed_trial_left_is_cleared_away(asking: City) -> None:
    folder = asking.office.home.folder
    for name, age in (("rehearsal-old", 7200), ("rehearsal-now", 0)):
        (folder / name).mkdir()
        (folder / name / "catalogue.db").write_bytes(b"half")
        made = (folder / name).stat().st_mtime - age
        os.utime(folder / name, (made, made))
    assert asking.office.candidates.trial(STROLLER, "guide/mz-001") is not None
    assert [path.name for path in folder.glob("rehearsal-*")] == ["rehearsal-now"]


def test_a_trial_that_finds_no_room_is_told_and_the_board_goes_on(
    asking: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking.office.candidates.adopt(asking.writer, STROLLER, "guide/mz-001")
    monkeypatch.setattr("localdb.catalogue.install.SPARE", 1 << 60)
    board = asking.office.candidates.board(asking.collector)
    assert not board.complete and board.rate.after == board.rate.before == 30
    assert asking.office.candidates.trial(MOON, "guide/mz-002") is None
    assert list(asking.office.home.folder.glob("rehearsal-*")) == []
    monkeypatch.undo()
    assert asking.office.candidates.board(asking.collector).complete


def test_an_alias_goes_through_both_reviews_and_then_it_is_met(asking: City) -> None:
    office = asking.office
    version = office.candidates.adopt(asking.writer, STROLLER, "guide/mz-001")
    assert (version.status, version.record["aliases"]) == (Status.DRAFT, [STROLLER])
    coming = row(asking, STROLLER)
    assert (coming.standing, coming.version) == (Standing.COMING, Status.DRAFT)
    assert not coming.now.sure and not coming.met_before
    assert coming.met_after and coming.after.place("guide/mz-001") == 1
    rate = office.candidates.board(asking.collector).rate
    assert (rate.before, rate.after, rate.visits) == (30, 45, 100)
    live = office.items.live("guide/mz-001")
    assert live is not None and "aliases" not in live.record, "nothing is out without two reviews"
    asking.reviewed(version)
    asking.release()
    office.search.refresh()
    out = row(asking, STROLLER)
    assert out.standing is Standing.LIVE and out.now.sure
    assert (out.met_before, out.met_after) == (False, True)
    assert out.decision is not None and (out.decision.revision, out.decision.met) == (1, False)
    after = office.candidates.board(asking.collector).rate
    assert (after.before, after.after, after.visits) == (30, 45, 100)
    actions = [one.action for one in office.audit.entries(action="candidate.")]
    assert actions == ["candidate.adopt"] and office.audit.verify() is None


def test_two_words_become_aliases_of_one_draft(asking: City) -> None:
    candidates = asking.office.candidates
    candidates.adopt(asking.writer, STROLLER, "guide/mz-003")
    version = candidates.adopt(asking.writer, MOON, "guide/mz-003")
    assert version.record["aliases"] == ["领证", STROLLER, MOON]
    assert row(asking, MOON).standing is Standing.COMING


def test_an_alias_whose_draft_is_given_up_is_a_candidate_again(asking: City) -> None:
    version = asking.office.candidates.adopt(asking.writer, STROLLER, "guide/mz-001")
    asking.office.items.discard(asking.writer, version.item, version.edits)
    assert row(asking, STROLLER).standing is Standing.OPEN
    again = asking.office.candidates.adopt(asking.writer, STROLLER, "guide/mz-002")
    assert again.item == "guide/mz-002" and row(asking, STROLLER).standing is Standing.COMING


def test_who_may_not_write_the_item_may_not_give_it_an_alias(asking: City) -> None:
    candidates = asking.office.candidates
    stranger = asking.add("stranger", Role.EDITOR, "org-other")
    refused(Reason.OTHER_DEPARTMENT, lambda: candidates.adopt(stranger, STROLLER, "guide/mz-001"))
    refused(Reason.NOT_AN_EDITOR, lambda: candidates.adopt(asking.signer, STROLLER, "guide/mz-001"))
    assert asking.office.items.open("guide/mz-001") is None
    assert row(asking, STROLLER).standing is Standing.OPEN


def test_what_cannot_become_an_alias(asking: City) -> None:
    office, candidates = asking.office, asking.office.candidates
    refused(Reason.NO_SUCH_CANDIDATE, lambda: candidates.adopt(asking.writer, "没人问过", "guide/mz-001"))
    refused(Reason.NO_SUCH_ITEM, lambda: candidates.adopt(asking.writer, STROLLER, "guide/none"))
    candidates.take([report("020", ("领证", 5))])
    refused(Reason.ALIAS_THERE, lambda: candidates.adopt(asking.writer, "领证", "guide/mz-003"))
    busy = office.items.edit(asking.writer, "guide/mz-002")
    busy = office.items.save(asking.writer, "guide/mz-002", {**busy.record, "summary": "改了"}, busy.edits)
    office.items.submit(asking.writer, "guide/mz-002", busy.edits)
    refused(Reason.ITEM_BEING_CHANGED, lambda: candidates.adopt(asking.writer, STROLLER, "guide/mz-002"))
    candidates.adopt(asking.writer, STROLLER, "guide/mz-001")
    refused(Reason.ALREADY_DECIDED, lambda: candidates.adopt(asking.writer, STROLLER, "guide/mz-003"))
    refused(Reason.ALREADY_DECIDED, lambda: candidates.decline(asking.collector, STROLLER, "晚了"))


def test_what_is_declined_stays_declined_with_its_reason(asking: City) -> None:
    office, candidates = asking.office, asking.office.candidates
    refused(Reason.NOT_FOR_THE_CITY, lambda: candidates.decline(asking.writer, MOON, "不是办事"))
    refused(Reason.REMARK_NEEDED, lambda: candidates.decline(asking.collector, MOON, "  "))
    refused(Reason.NO_SUCH_CANDIDATE, lambda: candidates.decline(asking.collector, "没人问过", "不是办事"))
    candidates.decline(asking.second, MOON, "不是办事")
    candidates.take([report("031", (MOON, 9))])
    declined = row(asking, MOON)
    assert declined.standing is Standing.DECLINED and declined.asked.kiosks == 3
    assert declined.decision is not None
    assert (declined.decision.reason, declined.decision.person) == ("不是办事", "样本second")
    rate = candidates.board(asking.collector).rate
    assert (rate.texts, rate.visits, rate.before) == (2, 45, 30), "what is no errand is not counted"
    refused(Reason.ALREADY_DECIDED, lambda: candidates.decline(asking.collector, MOON, "再说一次"))
    refused(Reason.NOT_FOR_THE_CITY, lambda: candidates.reopen(asking.writer, MOON))
    candidates.reopen(asking.collector, MOON)
    assert row(asking, MOON).standing is Standing.OPEN
    refused(Reason.NO_SUCH_CANDIDATE, lambda: candidates.reopen(asking.collector, MOON))
    told = [(one.action, one.done) for one in office.audit.entries(action="candidate.", limit=20)]
    assert ("candidate.decline", True) in told and ("candidate.decline", False) in told
    assert office.audit.verify() is None


def test_a_department_sees_what_leads_to_its_items(asking: City) -> None:
    other = asking.add("other", Role.EDITOR, "org-other")
    candidates = asking.office.candidates
    assert [one.asked.text for one in candidates.board(other).candidates] == []
    assert candidates.waiting(other) == 0 and candidates.waiting(asking.collector) == 3
    own = [one.asked.text for one in candidates.board(asking.writer).candidates]
    assert "津贴" in own and candidates.waiting(asking.writer) == len(own)
    assert candidates.board(other).rate == candidates.board(asking.collector).rate


def test_before_the_first_release_nothing_is_found_and_nothing_breaks(city: City) -> None:
    city.add("collector", Role.COLLECTOR)
    city.office.candidates.take([report("017", (STROLLER, 9))])
    board = city.office.candidates.board(city.collector)
    assert [(one.now.sure, one.now.hits) for one in board.candidates] == [(False, ())]
    assert board.revision == 0 and board.rate.before == 0


# The command


def written(path: Path, file: UnmetFile) -> str:
    path.write_bytes(file.document())
    return str(path)


def test_files_come_in_from_sticks(hub: Run, tmp_path: Path) -> None:  # noqa: F811
    first = written(tmp_path / "017.json", report("017", (STROLLER, 9)))
    second = written(tmp_path / "018.json", report("018", (STROLLER, 6), (MOON, 5)))
    assert json.loads(hub("unmet", "import", first, second, "--json").stdout) == {
        "files": 2,
        "new": 3,
        "grown": 0,
        "same": 0,
    }
    assert hub("unmet", "import", first).stdout == "1 files: 0 new, 0 grown, 1 here already\n"
    good = written(tmp_path / "019.json", report("019", (STROLLER, 8)))
    bad = written(tmp_path / "020.json", report("020", ("补卡", 5), ("少了", 4)))
    done: subprocess.CompletedProcess[str] = hub("unmet", "import", good, bad, status=1)
    assert "R-02" in done.stderr and "020.json: queries.1" in done.stderr and "少了" not in done.stderr
    assert hub("unmet", "import", good).stdout == "1 files: 1 new, 0 grown, 0 here already\n", "nothing of it was taken"
    (tmp_path / "021.json").write_bytes(b"\xff\xfe{")
    assert "R-01" in hub("unmet", "import", str(tmp_path / "021.json"), status=1).stderr


def test_a_demonstration_takes_what_fewer_visits_asked(hub: Run, tmp_path: Path) -> None:  # noqa: F811
    few = written(tmp_path / "017.json", report("017", (STROLLER, 2)))
    assert "visits: not 5" in hub("unmet", "import", few, status=1).stderr
    (tmp_path / "home" / "hub.toml").write_text('profile = "demo"\n')
    assert hub("unmet", "import", few).stdout == "1 files: 1 new, 0 grown, 0 here already\n"
