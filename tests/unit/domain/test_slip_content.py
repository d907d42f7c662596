"""Every field of everything that a slip is printed from: changed, it makes an old slip old, or no slip shows it.

The fields are those of the record format itself, so that none can be forgotten.
"""

from __future__ import annotations

import copy
import datetime as dt
import types
import typing
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from domain.clerk_slip import build_clerk_slip
from domain.guide_slip import SlipFacts, build_guide_slip
from domain.ports import KioskPlace
from domain.records import KINDS as RECORDS, Change, Guide, Place, validate
from domain.slip import Slip, Variant
from domain.slip_changes import AROUND, differences, since, since_moment
from domain.slip_content import KINDS, LONGEST, UNSEEN, cut, shown, told
from phrases import Phrases

SAMPLES: dict[str, tuple[Any, Any]] = {
    "department": ("org-a", "org-b"),
    "by": ("org-a", "org-b"),
    "verified_by": ("org-a", "org-b"),
    "parent": ("org-a", "org-b"),
    "place": ("pl-a", "pl-b"),
    "places": (["pl-a"], ["pl-b"]),
    "related": (["ga-2"], ["ga-3"]),
    "guide": ("ga-2", "ga-3"),
    "after": (["ga-2"], ["ga-3"]),
    "when": ("没有拍过照的人", "没有户口的人"),
    "life_event.steps.when": ({"q": ["a"]}, {"q": ["b"]}),
    "life_event.questions.id": ("q", "r"),
    "life_event.questions.options.id": ("a", "b"),
    "themes": (["person:095"], ["person:096"]),
    "district": ("370602", "370611"),
    "type": ("01", "07"),
    "guide.materials.type": ("form", "other"),
    "use_level": ("1", "2"),
    "power_source": ("1", "2"),
    "body_type": ("1", "2"),
    "scheme": ("city", "town"),
    "days": (3, 5),
    "guide.promised_limit.days": (2, 4),
    "place.hours.days": ("MO-FR", "MO-SA"),
    "open": ("08:30", "09:00"),
    "close": ("17:00", "16:30"),
    "season_from": ("05-01", "06-01"),
    "season_until": ("09-30", "10-31"),
    "verified_fields": ({"phone": {"on": "2026-01-02"}}, {"phone": {"on": "2026-01-03"}}),
}
"""Values before and after, by path or by name; what is not here follows from its type."""

NEVER = {"kind", "id"}
"""What never changes in a record; the id of a question or an answer may."""


def path_of(path: str, field: str) -> str:
    return f"{path}.{field}"


def parts(model: type[BaseModel], path: str) -> Iterator[tuple[str, str, Any]]:
    """(path, key in JSON, annotation) of every field, those of parts included."""
    hints = typing.get_type_hints(model, include_extras=True)
    for name, info in model.model_fields.items():
        yield path_of(path, name), info.alias or name, hints[name]
        inner = model_in(hints[name])
        if inner is not None and name != "verified_fields":
            yield from parts(inner, path_of(path, name))


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The record part that a field holds, alone or several of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (model_in(one) for one in get_args(annotation) if get_origin(annotation) is not Literal)
    return next((one for one in found if one is not None), None)


def plain(annotation: Any) -> Any:
    """Without Annotated and None."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        return plain(next(one for one in get_args(annotation) if one is not type(None)))
    return annotation


def values(path: str, annotation: Any) -> tuple[Any, Any]:
    """A value of a field before, and one after."""
    name = path.rpartition(".")[2]
    if path in SAMPLES or name in SAMPLES:
        return SAMPLES.get(path) or SAMPLES[name]
    kind = plain(annotation)
    inner = model_in(kind)
    if inner is not None:
        one = whole(inner, path)
        return ([one], []) if get_origin(kind) is tuple else (one, None)
    if get_origin(kind) is Literal:
        return get_args(kind)[0], get_args(kind)[-1]
    if get_origin(kind) is tuple:
        before, after = values(f"{path}.*", get_args(kind)[0])
        return [before], [after]
    samples: dict[Any, tuple[Any, Any]] = {
        bool: (True, False),
        int: (2, 3),
        float: (37.5, 37.6),
        str: (f"甲 {name}", f"乙 {name}"),
        dt.date: ("2026-03-01", "2026-03-02"),
    }
    return samples[kind]


def whole(model: type[BaseModel], path: str) -> dict[str, Any]:
    """A record or a part with every field."""
    hints = typing.get_type_hints(model, include_extras=True)
    found = {
        info.alias or name: values(path_of(path, name), hints[name])[0] for name, info in model.model_fields.items()
    }
    if path == "guide":
        found["immediate"] = False  # else the limits say nothing
    return found


def record(kind: str) -> dict[str, Any]:
    return {**whole(RECORDS[kind], kind), "kind": kind, "id": f"{kind.replace('_', '-')}-1"}


def with_changed(kind: str, path: str, key: str, annotation: Any) -> dict[str, Any]:
    """The record of `kind`, with another value at `path`."""
    raw = copy.deepcopy(record(kind))
    here: Any = raw
    for step in path.split(".")[1:-1]:
        here = here[step]
        here = here[0] if isinstance(here, list) else here
    before, after = values(path, annotation)
    here[key] = after if here[key] != after else before
    if here[key] is None:
        del here[key]
    return raw


FIELDS = [(kind, path, key, annotation) for kind in KINDS for path, key, annotation in parts(RECORDS[kind], kind)]


def unseen(path: str) -> bool:
    """Whether the field, or one around it, is said to be on no slip."""
    steps = path.split(".")
    return any(steps[n] in UNSEEN.get(".".join(steps[:n]), ()) for n in range(1, len(steps)))


CHANGING = [field for field in FIELDS if not (field[1].count(".") == 1 and field[1].rpartition(".")[2] in NEVER)]


def test_the_walk_goes_through_all_of_the_format() -> None:
    paths = {path for _, path, _, _ in FIELDS}
    for path in (
        "guide.materials.source", "guide.fee.items.reduction", "guide.phone.complaint", "guide.promised_limit.note",
        "place.hours.season_from", "place.exceptions.close", "place.bus.lines", "life_event.questions.options.text",
    ):  # fmt: skip
        assert path in paths
    for kind in KINDS:
        validate(record(kind))
        for part, fields in UNSEEN.items():
            if part.partition(".")[0] == kind:
                assert fields <= {path.removeprefix(f"{part}.") for path in paths if path.startswith(f"{part}.")}, part


@pytest.mark.parametrize(("kind", "path", "key", "annotation"), CHANGING, ids=[path for _, path, _, _ in CHANGING])
def test_a_field_that_changed_is_told_unless_no_slip_shows_it(kind: str, path: str, key: str, annotation: Any) -> None:
    old, new = record(kind), with_changed(kind, path, key, annotation)
    if path != "place.exceptions.until":
        validate(new)
    assert old != new
    found = list(differences(old, new, {}))
    assert bool(found) != unseen(path), found
    assert [(one.new, one.old) for one in differences(new, old, {})] == [(one.old, one.new) for one in found]


SAY = Phrases()
AT = dt.datetime(2026, 11, 21, 16, 42, tzinfo=ZoneInfo("Asia/Shanghai"))
KIOSK = KioskPlace("滨海广场亭", "017", "370602", 37.52, 121.40)


def slips(guide: dict[str, Any], place: dict[str, Any]) -> list[Slip]:
    """Every slip of a guide at a place."""
    office, item = validate(place), validate(guide)
    assert isinstance(office, Place) and isinstance(item, Guide)
    facts = SlipFacts("甲局", "甲处", (office,), KIOSK, AT, True, lambda year: None, 7, AT.date(), False)
    sizes = (Variant.FULL, Variant.COMPACT, Variant.LARGE)
    built = [build_guide_slip(SAY, item, facts, number=1, variant=size) for size in sizes]
    return [*built, build_clerk_slip(SAY, item, facts, number=1)]


HIDDEN = [
    field
    for field in CHANGING
    if field[0] in ("guide", "place")
    and unseen(field[1])
    # Printed: when it was checked, and how versions are told apart; neither says what to do.
    and field[1].rpartition(".")[2] not in ("version", "verified_on")
]


@pytest.mark.parametrize(("kind", "path", "key", "annotation"), HIDDEN, ids=[path for _, path, _, _ in HIDDEN])
def test_what_is_said_to_be_on_no_slip_is_on_none(kind: str, path: str, key: str, annotation: Any) -> None:
    held = {kind: record(kind) for kind in ("guide", "place")}
    before = slips(held["guide"], held["place"])
    held[kind] = with_changed(kind, path, key, annotation)
    assert slips(held["guide"], held["place"]) == before


def test_what_is_written_otherwise_and_means_the_same_is_no_difference() -> None:
    old = record("guide")
    new = copy.deepcopy(old)
    old["materials"] = [{"name": "照片"}]
    new["materials"] = [{"name": "照片", "source": "self", "originals": 0, "form": "paper", "necessity": "required"}]
    new["appointment"], old["appointment"] = False, None
    assert list(differences(old, new, {})) == []
    halls = [record("place"), record("place")]
    halls[0]["hours"].append({"days": "SA", "open": "09:00", "close": "12:00"})
    halls[1]["hours"] = list(reversed(halls[0]["hours"]))
    assert list(differences(halls[0], halls[1], {})) == []


def test_which_of_two_alike_is_meant_counts() -> None:
    old, new = record("guide"), record("guide")
    old["materials"] = [{"name": "照片", "note": "近期"}, {"name": "照片", "source": "counter"}]
    new["materials"] = [{"name": "照片"}, {"name": "照片", "source": "counter", "note": "近期"}]
    assert [one.field for one in differences(old, new, {})] == ["materials"]
    assert told(new, {})["materials"]["照片\nNone"]["originals"] == 0


def change(version: int, field: str, old: Any, new: Any, day: int) -> Change:
    at = dt.datetime(2026, 1, day, tzinfo=dt.UTC)
    return Change(id=f"c1-{version}-1", name="甲", of="ga-1", version=version, at=at, field=field, old=old, new=new)


def test_an_office_under_a_new_name_is_the_same_and_news_have_their_moment() -> None:
    history = [
        change(2, "department", {"id": "org-a", "name": "甲局"}, {"id": "org-b", "name": "乙局"}, 2),
        change(3, AROUND, None, ["pl-a"], 3),
        change(4, "department", {"id": "org-b", "name": "乙局"}, {"id": "org-a", "name": "新甲局"}, 4),
        change(5, AROUND, None, ["pl-b", "pl-a"], 5),
    ]
    assert since(history, 1).differences == ()
    assert [one.new["name"] for one in since(history, 2).differences] == ["新甲局"]
    days = [{id: at.day for id, at in since(history, version).around.items()} for version in (1, 3, 5)]
    assert days == [{"pl-a": 3, "pl-b": 5}, {"pl-b": 5, "pl-a": 5}, {}]
    assert [one.field for one in since_moment(history, history[2].at).differences] == ["department"]


def test_long_texts_are_cut_and_shown_without_their_sum() -> None:
    long = "要" * 400
    assert len(cut(long)) == LONGEST and cut(long + "甲") != cut(long + "乙")
    assert shown(cut(long)).endswith("要…")
