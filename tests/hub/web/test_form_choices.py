"""Forms that a person of an office can fill: what may be begun, lists to choose from, what counts as done."""

from __future__ import annotations

import re
from typing import Any

from hub.item import Version
from hub.owners import FREE
from hub.workflow import Status
from tests.hub.web.conftest import HubServer
from tests.hub.web.reading import form_of, words

GUIDE = "/items/new?kind=guide"


def record(hub_server: HubServer, key: str) -> dict[str, Any]:
    return dict(opened(hub_server, key).record)


def opened(hub_server: HubServer, key: str) -> Version:
    version = hub_server.office.items.open(key)
    assert version is not None
    return version


def chosen(page: str, name: str) -> list[tuple[str, str]]:
    """(value, words) of what stands in the selects under a name."""
    selects = re.findall(rf'<select[^>]* name="{re.escape(name)}"[^>]*>(.*?)</select>', page, re.S)
    return [
        (value, label)
        for select in selects
        for value, label in re.findall(r'<option value="([^"]*)" selected>([^<]*)</option>', select)
    ]


def test_only_what_one_may_begin_is_offered(hub_server: HubServer) -> None:
    editor, collector = hub_server.client("bianji"), hub_server.client("caibian")
    page = hub_server.text(editor, GUIDE)
    offered = set(re.findall(r'href="/items/new\?kind=([a-z_]+)"', page)) | {"guide"}
    assert offered == FREE - {"org"} and "首页归全市，由采编写。" in words(page)
    refused = editor.get("/items/new?kind=rule")
    assert refused.status_code == 403 and "归采编和全市的编辑写" in words(refused.text)
    page = hub_server.text(collector, "/items/new?kind=rule")
    assert "kind=home" in page and "归全市，由采编写" not in words(page)
    for kind in sorted(FREE - {"org"}):
        sent = form_of(hub_server.text(editor, f"/items/new?kind={kind}"))
        assert sent["verified_by"] == ["org-mzj"], kind


def test_nothing_is_ticked_before_anything_was_written(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    page = hub_server.text(client, GUIDE)
    state = page[page.index('id="state-sections"') : page.index("再查一遍")]
    assert "fa-circle-check" not in state and "必须改 2" in words(state)
    assert "aria-invalid" not in page and "写上名称和部门，纸样就出来。" in words(page)
    sent = form_of(page) | {"_id": ["mz-904"], "name": ["样本证明"], "_do": ["check"]}
    page = client.post("/items/new", data=sent).text
    state = page[page.index('id="state-sections"') : page.index("再查一遍")]
    assert "fa-circle-check" in state and "必须改 4" in words(state), "where or phone, fee, materials"
    assert "data:image/png" in page


def test_a_guide_that_says_too_little_is_not_sent_in(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = form_of(hub_server.text(client, GUIDE))
    assert client.post("/items/new", data=sent | {"_id": ["mz-905"], "name": ["样本证明"]}).status_code == 303
    path = "/items/guide/mz-905"
    page = hub_server.text(client, path)
    assert "送初审（先改 4 处）" in words(page)
    got = client.post(path, data=form_of(page) | {"_do": ["submit"]})
    assert got.status_code == 409 and opened(hub_server, "guide/mz-905").status is Status.DRAFT
    full = {
        "phone.enquiry": ["0535-6000001"],
        "fee.charged": ["no"],
        "fee.text": ["不收费"],
        "materials.0.name": ["不用带材料"],
    }
    page = hub_server.text(client, path)
    assert client.post(path, data=form_of(page) | full | {"_do": ["submit"]}).status_code == 303
    assert opened(hub_server, "guide/mz-905").status is Status.DEPARTMENT_REVIEW


def test_themes_and_types_are_chosen_by_their_names(hub_server: HubServer) -> None:
    client, key = hub_server.client("bianji"), "guide/mz-001"
    hub_server.post(client, f"/items/{key}/edit", f"/items/{key}")
    page = hub_server.text(client, f"/items/{key}")
    themes = list(record(hub_server, key)["themes"])
    assert [value for value, _ in chosen(page, "themes")] == [*themes, "", ""]
    assert all(re.fullmatch(r"[\u4e00-\u9fff、]+（\d{3}）", label) for value, label in chosen(page, "themes") if value)
    assert '<optgroup label="个人的">' in page and "行政许可（01）" in page
    sent = form_of(page) | {
        "_do": ["save"],
        "type": ["05"],
        "themes": [themes[0], "", "person:090", themes[0], "legal:777"],
    }
    assert client.post(f"/items/{key}", data=sent).status_code == 303
    assert record(hub_server, key)["themes"] == [themes[0], "person:090", "legal:777"]
    page = hub_server.text(client, f"/items/{key}")
    assert ("legal:777", "legal:777") in chosen(page, "themes"), "what no list has stays as it is"
    before = record(hub_server, key)
    assert client.post(f"/items/{key}", data=form_of(page) | {"_do": ["save"]}).status_code == 303
    assert record(hub_server, key) == before


def test_what_a_rule_needs_is_chosen_and_answers_are_ticked(hub_server: HubServer) -> None:
    client = hub_server.client("caibian")
    hub_server.post(client, "/items/rule/r-01/edit", "/items/rule/r-01")
    page = hub_server.text(client, "/items/rule/r-01")
    assert ("asked:newborn", "家有新生儿") in chosen(page, "needs") and ("newborn", "家有新生儿") in chosen(
        page, "when.asked"
    )
    hub_server.post(client, "/items/life_event/le-disability/edit", "/items/life_event/le-disability")
    path = "/items/life_event/le-disability"
    page = hub_server.text(client, path)
    assert 'name="steps.0.when" value="card=none" checked>还没有' in page and "有残疾人证吗？" in words(page)
    before = record(hub_server, "life_event/le-disability")
    sent = form_of(page) | {"_do": ["save"], "steps.3.when": ["need=all", "need=money"]}
    assert client.post(path, data=sent).status_code == 303
    assert record(hub_server, "life_event/le-disability") == before, "in another order it is the same"
    sent = form_of(hub_server.text(client, path))
    more = {
        "questions.0.options": ["none = 还没有\n有\n丢了"],
        "steps.0.when": ["card=none", "card=o1"],
        "_do": ["save"],
    }
    assert client.post(path, data=sent | more).status_code == 303
    now = record(hub_server, "life_event/le-disability")
    assert now["questions"][0]["options"] == [
        {"id": "none", "text": "还没有"}, {"id": "o1", "text": "有"}, {"id": "o2", "text": "丢了"}
    ]  # fmt: skip
    assert now["steps"][0]["when"] == {"card": ["none", "o1"]}


def test_a_new_item_is_reviewed_without_its_kind_and_number(hub_server: HubServer) -> None:
    items, people = hub_server.office.items, hub_server.office.people
    writer = people.by_login("bianji")
    live = items.live("guide/mz-001")
    assert live is not None
    raw = {**live.record, "id": "mz-906", "name": "样本事项", "aliases": ["mz-001"]}
    version = items.create(writer, {**raw, "related": ["mz-002"]})
    items.submit(writer, version.item, version.edits)
    page = hub_server.text(hub_server.client("chushen"), "/review/guide/mz-906")
    heads = re.findall(r'<th scope="row">([^<]*)</th>', page)
    assert "名称" in heads and "种类" not in heads and "编号" not in heads
    assert f"<ins>{items.get('guide/mz-002').name}</ins>" in page, "a field that names records says their names"
    assert "<ins>mz-001</ins>" in page, "a word that looks like a number stays a word"
