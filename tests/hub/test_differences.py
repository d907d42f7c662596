from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from domain.records import KINDS
from hub.differences import FieldChange, as_text, diff_fields, field_name
from phrases import Phrases
from tests.hub.conftest import guide

SAY = Phrases(domain="hub")


def named(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(change.name(SAY), as_text(change.old, SAY), as_text(change.new, SAY)) for change in diff_fields(old, new)]


def test_the_same_is_no_change() -> None:
    assert diff_fields(guide(), guide()) == []


def test_a_phone_a_name_and_an_alias() -> None:
    old = guide(aliases=["驾照补办"])
    new = guide(
        aliases=["驾照补办", "驾照丢了"], phone={"enquiry": "0535-6000001", "complaint": "0535-6000018"}, visits=1
    )
    assert named(old, new) == [
        ("监督投诉", "0535-6000002", "0535-6000018"),
        ("日常叫法", "驾照补办", "驾照补办、驾照丢了"),
        ("跑动次数", "", "1"),
    ]


def test_one_material_of_several() -> None:
    kept = {"name": "身份证", "originals": 1}
    old = guide(materials=[kept, {"name": "一寸照片", "copies": 2}, {"name": "申请表", "originals": 1}])
    new = guide(materials=[kept, {"name": "一寸照片", "copies": 1}, {"name": "申请表", "originals": 1}])
    assert [(change.path, change.name(SAY)) for change in diff_fields(old, new)] == [("materials.1", "申请材料 2")]
    assert named(old, new) == [("申请材料 2", "名称：一寸照片；复印件份数：2", "名称：一寸照片；复印件份数：1")]


def test_something_put_in_front_moves_nothing_else() -> None:
    old = guide(steps=[{"name": "受理"}, {"name": "办结"}])
    new = guide(steps=[{"name": "取号"}, {"name": "受理"}, {"name": "办结"}])
    assert diff_fields(old, new) == [FieldChange("steps.0", None, {"name": "取号"})]
    assert diff_fields(new, old) == [FieldChange("steps.0", {"name": "取号"}, None)]


def test_a_new_item_and_one_that_goes() -> None:
    assert {change.path for change in diff_fields({}, guide())} == {
        "kind", "id", "name", "department", "materials.0", "phone", "fee",
    }  # fmt: skip
    assert all(change.new is None for change in diff_fields(guide(), {}))


def test_values_in_chinese() -> None:
    assert as_text(True, SAY) == "是"
    assert as_text(["person", "enterprise"], SAY) == "个人、企业"
    assert as_text({"days": 3, "unit": "working"}, SAY) == "天数：3；单位：工作日"
    assert as_text(None, SAY) == ""
    assert as_text("别的词", SAY) == "别的词"


def test_every_field_of_the_format_has_a_chinese_name() -> None:
    def paths(model: Any, above: str = "") -> list[str]:
        found = []
        for name, field in model.model_fields.items():
            path = f"{above}{field.alias or name}"
            found.append(path)
            inner = [one for one in (field.annotation, *getattr(field.annotation, "__args__", ())) if one is not None]
            for one in inner:
                if hasattr(one, "model_fields"):
                    found += paths(one, f"{path}.0." if one is not field.annotation else f"{path}.")
        return found

    for kind in KINDS.values():
        if kind.KIND == "change":
            continue  # written by the hub, edited by nobody
        for path in paths(kind):
            assert not field_name(path, SAY).isascii(), f"{kind.KIND} {path}"


def test_a_field_that_nobody_knows_keeps_its_name() -> None:
    assert field_name("future.thing", SAY) == "thing"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["甲", "乙"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "q", "a"]), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.dictionaries(st.sampled_from(["name", "materials", "phone", "places"]), VALUES, max_size=4)


@given(RECORDS, RECORDS)
def test_no_change_is_lost_and_none_invented(old: dict[str, Any], new: dict[str, Any]) -> None:
    changes = diff_fields(old, new)
    absent = dict.fromkeys({*old, *new})
    assert (changes == []) == ({**absent, **old} == {**absent, **new} or not _differs(old, new))
    assert all(change.old != change.new for change in changes)


def _differs(old: Any, new: Any) -> bool:
    """Whether two values say different things, when nothing, null and an empty list of entries are the same."""
    empty: tuple[Any, ...] = (None, [], ())
    if isinstance(old, dict) and isinstance(new, dict):
        return any(_differs(old.get(name), new.get(name)) for name in {*old, *new})
    if any(old == one for one in empty) and any(new == one for one in empty):
        return False
    return bool(old != new)
