"""Translations beside their items: counted, found out of date, written through the workflow, read by a kiosk."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from domain.records import Guide, validate
from hub.refusal import Conflict, Reason, Refused
from hub.translations import LANGS, State, Translations, laid_over, placed, places
from hub.workflow import Role
from localdb.catalogue.build import build
from localdb.catalogue.reader import CatalogueFile
from tests.hub.conftest import City, fact, guide, org

KEY = "guide/mz-001"
RICH: dict[str, Any] = {
    "summary": "一句话。",
    "eligibility": ["本市户口", "满 60 岁"],
    "materials": [{"name": "身份证", "originals": 1}, {"name": "照片", "note": "白底"}],
    "faq": [{"q": "要多久？", "a": "当天。"}],
}
PATHS = [
    *("name", "summary", "eligibility.0", "eligibility.1", "materials.0.name", "materials.1.name", "materials.1.note"),
    *("fee.text", "faq.0.q", "faq.0.a"),
]


@pytest.fixture
def live(city: City) -> Translations:
    city.found()
    for raw in (org(), guide(**RICH), fact()):
        city.reviewed(city.draft(raw))
    city.release()
    return Translations(city.office.store, city.office.items, now=city.clock)


def change(city: City, **fields: object) -> None:
    """A new version of the guide goes out."""
    began = city.office.items.edit(city.writer, KEY)
    saved = city.office.items.save(city.writer, KEY, {**began.record, **fields}, began.edits)
    city.reviewed(saved)
    city.release()


def translate(
    city: City, live: Translations, texts: dict[str, str], confirmed: tuple[str, ...] = (), lang: str = "en"
) -> None:
    """A translation goes out."""
    version = live.save(city.writer, KEY, lang, texts, confirmed, 0)
    city.reviewed(version)
    city.release()


def states(live: Translations, lang: str = "en") -> dict[str, State]:
    return {one.path: one.state for one in live.sheet(KEY, lang).texts}


def test_every_text_of_an_item_is_missing_until_somebody_writes_it(live: Translations) -> None:
    sheet = live.sheet(KEY, "en")
    assert [one.path for one in sheet.texts] == PATHS and set(states(live).values()) == {State.MISSING}
    assert sheet.version is None and sheet.key == "translation/t-en-mz-001" and sheet.count.total == 10
    assert {lang: count.open for lang, count in live.counts(KEY).items()} == dict.fromkeys(LANGS, 10)
    with pytest.raises(Refused) as refused:
        live.sheet(KEY, "fr")
    assert refused.value.reason is Reason.NO_SUCH_VERSION


def test_what_is_written_reaches_a_kiosk_through_both_reviews(city: City, live: Translations, tmp_path: Path) -> None:
    texts = {"name": "Sample", "materials.1.name": "Photo", "eligibility.0": "Lives here", "nowhere.0": "x"}
    version = live.save(city.writer, KEY, "en", texts, (), 0)
    fields = version.record["fields"]
    # Lists are as long as the Chinese ones: a kiosk lays one over the other.
    assert fields == {
        "name": "Sample",
        "eligibility": ["Lives here", "满 60 岁"],
        "materials": [{}, {"name": "Photo"}],
    }
    assert version.record["verified_by"] == "org-mz", "the department of the item owns its translation"
    assert states(live)["eligibility.1"] is State.MISSING and live.sheet(KEY, "en").count.done == 3
    city.reviewed(version)
    revision = city.release()
    build(city.office.releases.lines(), tmp_path / "kiosk.db", revision=revision, made_at=city.clock())
    catalogue = CatalogueFile(tmp_path / "kiosk.db", lambda: city.clock().date())
    try:
        assert catalogue.translation("mz-001", "en") == fields
        assert catalogue.names(["mz-001"], "en") == {"mz-001": "Sample"}
        ours = catalogue.get(Guide, "mz-001")
    finally:
        catalogue.close()
    assert ours is not None
    shown = validate(laid_over("guide", ours.model_dump(mode="json", by_alias=True, exclude_none=True), fields))
    assert isinstance(shown, Guide)
    assert [one.name for one in shown.materials] == ["身份证", "Photo"] and shown.materials[0].originals == 1
    assert shown.eligibility == ("Lives here", "满 60 岁") and shown.summary == "一句话。"


def test_a_text_is_out_of_date_when_the_chinese_changed_after_it(city: City, live: Translations) -> None:
    translate(city, live, {"name": "Sample", "summary": "One sentence."})
    assert states(live)["summary"] is State.DONE
    city.clock.later(days=1)
    change(city, summary="另一句话。")
    stale = next(one for one in live.sheet(KEY, "en").texts if one.path == "summary")
    assert (stale.state, stale.was, stale.chinese) == (State.STALE, "一句话。", "另一句话。")
    assert states(live)["name"] is State.DONE

    # Writing something else does not make it fresh; writing it does.
    city.clock.later(days=1)
    translate(city, live, {"name": "Sample item", "summary": "One sentence."})
    assert states(live)["summary"] is State.STALE
    translate(city, live, {"name": "Sample item", "summary": "Another sentence."})
    assert states(live)["summary"] is State.DONE and live.counts(KEY)["en"].stale == 0


def test_a_text_that_still_holds_is_said_to_and_stays_until_the_next_change(city: City, live: Translations) -> None:
    translate(city, live, {"summary": "One sentence."})
    city.clock.later(days=1)
    change(city, summary="一句话！".replace("！", "，真的。"))
    assert states(live)["summary"] is State.STALE
    translate(city, live, {"summary": "One sentence."}, ("summary",))
    assert states(live)["summary"] is State.DONE
    record = live.sheet(KEY, "en").version
    assert record is not None and record.record["verified_fields"] == {"fields.summary": {"on": "2026-11-21"}}
    city.clock.later(days=1)
    change(city, summary="又一句。")
    assert states(live)["summary"] is State.STALE


def test_a_list_that_grew_is_told_because_a_kiosk_then_shows_chinese_throughout(city: City, live: Translations) -> None:
    translate(city, live, {"name": "Sample", "materials.0.name": "ID card"})
    assert live.sheet(KEY, "en").uneven == ()
    change(city, materials=[*RICH["materials"], {"name": "申请表"}])
    assert live.sheet(KEY, "en").uneven == ("materials",)
    saved = live.save(city.writer, KEY, "en", {"name": "Sample", "materials.0.name": "Identity card"}, (), 0)
    assert len(saved.record["fields"]["materials"]) == 3 and live.sheet(KEY, "en").uneven == ()


def test_two_translators_do_not_overwrite_each_other(city: City, live: Translations) -> None:
    other = city.add("other", Role.EDITOR, "org-mz")
    first = live.save(city.writer, KEY, "ja", {"name": "見本"}, (), 0)
    with pytest.raises(Conflict):
        live.save(other, KEY, "ja", {"name": "サンプル"}, (), 0)
    assert live.sheet(KEY, "ja").texts[0].text == "見本"
    live.save(other, KEY, "ja", {"name": "サンプル"}, (), first.edits)
    assert live.sheet(KEY, "ja").texts[0].text == "サンプル"


def test_the_list_has_what_is_to_be_done_first_and_what_is_complete_last(city: City, live: Translations) -> None:
    for lang in LANGS:
        live.save(city.writer, "org/org-mz", lang, {"name": "Sample"}, (), 0)
    rows = live.board()
    assert [one.key for one in rows] == [KEY, "fact/f-001", "org/org-mz"]
    assert [sum(count.open for count in one.counts.values()) for one in rows] == [40, 8, 0]
    assert [one.key for one in live.board(kind="fact")] == ["fact/f-001"]
    assert live.board(department="org-none") == ()


def test_a_question_is_the_name_of_its_translation(city: City, live: Translations) -> None:
    version = live.save(city.writer, "fact/f-001", "en", {"question": "When?", "answer": "At nine."}, (), 0)
    assert version.record["fields"] == {"question": "When?", "answer": "At nine.", "name": "When?"}
    assert version.record["name"] == "When?"


def test_tiles_of_the_home_screen_are_single_texts() -> None:
    home = {"kind": "home", "name": "首页", "tiles": [{"label": "户口", "icon": "x"}, {"label": "社保", "icon": "y"}]}
    assert list(places("home", home)) == [("name", "首页"), ("tiles.0.label", "户口"), ("tiles.1.label", "社保")]
    assert placed("home", home, {"tiles.1.label": "Pension"}) == {"tiles": ["", "Pension"]}


def test_time_zones_do_not_matter_to_what_is_out_of_date(city: City, live: Translations) -> None:
    city.clock.at = dt.datetime(2026, 11, 22, 15, 59, tzinfo=dt.UTC)
    translate(city, live, {"summary": "One sentence."})
    change(city, summary="过了几毫秒又改。")
    assert states(live)["summary"] is State.STALE
