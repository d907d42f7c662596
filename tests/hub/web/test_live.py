"""While somebody writes: the preview that saves nothing, the draft that is kept, and what records do in words."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from hub.item import Version
from hub.workflow import Status
from tests.hub.web.conftest import HubServer
from tests.hub.web.reading import form_of, remarks, words

"""The first test of a run pays for the hub with the sample city that all of them copy."""

ITEM = "/items/guide/mz-010"
KEY = "guide/mz-010"


def opened(server: HubServer, client: httpx.Client, path: str = ITEM) -> dict[str, list[str]]:
    assert server.post(client, f"{path}/edit", path).status_code == 303
    return form_of(server.text(client, path))


def ask(
    client: httpx.Client, sent: dict[str, list[str]], what: str = "preview", path: str = ITEM, **more: str
) -> httpx.Response:
    return client.post(f"{path}/{what}", data=sent | {name: [value] for name, value in more.items()})


def version(server: HubServer, key: str = KEY) -> Version:
    found = server.office.items.open(key)
    assert found is not None
    return found


# The preview


def test_a_preview_tells_the_lint_and_draws_the_slip_and_saves_nothing(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    before = version(hub_server)
    steps = hub_server.office.items.history(KEY, before.number)
    same = ask(client, sent)
    told = ask(client, sent, **{"phone.enquiry": "6001", "name": "改过的名称"})
    assert told.status_code == 200 and "<html" not in told.text
    assert "不像能拨通的样子" in remarks(told.text, "phone.enquiry") and "必须改 1" in words(told.text)
    assert "送初审（先改 1 处）" in words(told.text) and 'data-field="phone.enquiry" data-stops="1"' in told.text
    pictures = [re.search(r'src="(data:image/png[^"]+)"', answer.text) for answer in (same, told)]
    assert all(pictures) and pictures[0][1] != pictures[1][1]  # type: ignore[index]
    assert "二维码能扫" in words(told.text) and re.search(r"长 \d+ / 260 毫米", words(told.text))
    assert version(hub_server) == before and hub_server.office.items.history(KEY, before.number) == steps


def test_a_preview_names_rows_as_the_form_does_whatever_their_order(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    rows = len({name for name in sent if re.fullmatch(r"materials\.\d+\.name", name)}) - 1
    assert rows >= 2
    # The first row goes last, the second is left out: what is wrong with the first stands beside the first.
    told = ask(
        client,
        sent,
        **{"materials.0._order": "99", "materials.1._drop": "yes", "materials.0.name": "<b>身份证</b>"},
    )
    assert 'data-field="materials.0.name" data-stops="1"' in told.text
    assert 'data-field="materials.1.name"' not in told.text
    assert "里面有网页代码" in words(told.text)


@pytest.mark.parametrize("look", ["58:full", "80:large", "80:compact", "80:bilingual", "80:clerk"])
def test_every_paper_can_be_looked_at(hub_server: HubServer, look: str) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    told = ask(client, sent, _do=f"look:{look}")
    usual = ask(client, sent)
    assert f'value="look:{look}" aria-pressed="true"' in told.text
    assert 'src="data:image/png' in told.text
    assert re.findall(r'src="(data[^"]+)"', told.text) != re.findall(r'src="(data[^"]+)"', usual.text)


def test_the_slip_tells_where_the_fields_stand(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    opened(hub_server, client)
    page = hub_server.text(client, ITEM)
    told = re.search(r'data-places="([^"]+)"', page)
    assert told is not None
    places = {name: at for name, _, at in (one.partition(":") for one in told[1].split())}
    height = int(re.search(r'width="288" height="(\d+)"', page)[1])  # type: ignore[index]
    assert places["name"] == "0"
    order = [int(places[name]) for name in ("materials", "phone", "steps", "legal_basis")]
    assert order == sorted(order) and order[0] > 0 and order[-1] < 2 * height


def test_a_new_item_is_looked_at_before_it_exists(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = form_of(hub_server.text(client, "/items/new?kind=guide"))
    told = client.post("/items/preview", data=sent | {"name": ["新事项"], "_id": ["mz-777"]})
    assert told.status_code == 200 and 'src="data:image/png' in told.text
    assert hub_server.office.items.count(text="mz-777") == 0
    assert client.post("/items/preview", data=sent | {"_kind": ["change"]}).status_code == 400


def test_nobody_looks_or_keeps_without_the_forms_seal(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    for what in ("preview", "keep"):
        assert ask(client, sent, what, seal="another").status_code == 403
    assert hub_server.client("shenji").post(f"{ITEM}/preview", data=sent).status_code == 403


# Keeping


def test_ones_own_draft_is_kept_and_the_form_goes_on_from_there(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    names = [one["name"] for one in version(hub_server).record["materials"]]
    kept = ask(client, sent, "keep", **{"summary": "自动存的一句。", "materials.0._drop": "yes"})
    told = kept.json()
    assert kept.status_code == 200 and "自动存过" in told["words"]
    draft = version(hub_server)
    assert draft.status is Status.DRAFT and draft.record["summary"] == "自动存的一句。" and draft.edits == told["edits"]
    hidden = dict(map(tuple, told["hidden"]))
    assert hidden["materials.0._at"] == "" and hidden["materials.1._at"] == "0"
    # With the hidden fields as they were told, the next press of the button changes only what was written since.
    again = sent | {name: [value] for name, value in hidden.items()} | {"_edits": [str(told["edits"])]}
    again |= {"summary": ["自动存的一句。"], "materials.0._drop": ["yes"], "_do": ["save"]}
    assert client.post(ITEM, data=again).status_code == 303
    assert [one["name"] for one in version(hub_server).record["materials"]] == names[1:]
    assert version(hub_server).edits == told["edits"], "nothing was new"


def test_what_does_not_fit_and_what_is_not_ones_own_is_not_kept(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    before = version(hub_server)
    unfit = ask(client, sent, "keep", name="")
    assert unfit.status_code == 422 and "自动存" in unfit.json()["words"]
    other = hub_server.client("caibian")
    theirs = form_of(hub_server.text(other, ITEM))
    assert "data-keep" not in hub_server.text(other, ITEM)
    assert ask(other, theirs, "keep", summary="不是我的").status_code == 422
    assert version(hub_server) == before


def test_who_was_slower_is_told_by_whom_and_nothing_is_lost(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    office, draft = hub_server.office, version(hub_server)
    office.items.save(office.people.by_login("caibian"), KEY, {**draft.record, "summary": "别人写的。"}, draft.edits)
    kept = ask(client, sent, "keep", summary="我写的。")
    assert kept.status_code == 409 and "样本采编" in kept.json()["words"]
    assert version(hub_server).record["summary"] == "别人写的。"
    beside = client.post(ITEM, data=sent | {"summary": ["我写的。"], "_do": ["save"]})
    assert beside.status_code == 409 and "他存的" in words(beside.text)
    assert form_of(beside.text)["summary"] == ["我写的。"]


# Names


def test_ids_are_found_by_what_people_say(hub_server: HubServer) -> None:
    hub_server.office.search.refresh()
    client = hub_server.client("bianji")
    found = client.get("/items/names", params={"q": "吃低保"}).json()
    assert found[0] == {"id": "mz-010", "name": hub_server.office.items.get(KEY).name}
    assert client.get("/items/names", params={"q": " "}).json() == []


# What a record does


def beside(server: HubServer, client: httpx.Client, path: str, **more: str) -> str:
    """What the card beside the form of a record says for what is written."""
    return words(ask(client, opened(server, client, path), path=path, **more).text)


@pytest.mark.parametrize(
    ("path", "more", "told"),
    [
        ("/items/vocabulary/v-0001", {}, "“居民户口簿”“户口本”“户口簿”是一回事"),
        ("/items/vocabulary/v-0001", {"relation": "narrower"}, "“居民户口簿”包括“户口本”“户口簿”"),
        ("/items/vocabulary/v-0001", {"relation": "intent"}, "还没写想问的是什么"),
        ("/items/vocabulary/v-0001", {"relation": "intent", "intent": "lost"}, "就当他想问“丢"),
        ("/items/notice/nt-02", {"show_from": "2026-01-01", "show_until": "2026-01-02"}, "已经过了日子，不挂了。"),
        ("/items/notice/nt-02", {"show_from": "2099-01-01", "show_until": "2099-01-02"}, "还没挂，"),
        ("/items/notice/nt-02", {"show_from": "2026-01-01", "show_until": "", "district": ""}, "全市的亭子上"),
        ("/items/rule/r-06", {}, "今天看得到的：14 到 15 岁。"),
        ("/items/rule/r-06", {"when.age": "65 120"}, "今天看得到的：65 岁以上。"),
        ("/items/rule/r-06", {"when.age": "65 120", "when.sex": "f"}, "65 岁以上，女"),
        ("/items/rule/r-06", {"items": "mz-010\nnobody-1"}, "nobody-1"),
        ("/items/topic/tp-hunyu", {"show_from": "2026-11-01", "show_until": ""}, "11-01 周日 起，看得到这个专题"),
        ("/items/home/home-main", {"tiles.0.label": "新的标签"}, "新的标签 户籍办理"),
        ("/items/life_event/le-disability", {}, "“有残疾人证吗？”答还没有的才办"),
        ("/items/life_event/le-disability", {"steps.0.when": "card = never"}, "没有 never 这个回答，有的是 none、have"),
    ],
)
def test_a_form_says_in_words_what_its_record_does(
    hub_server: HubServer, path: str, more: dict[str, str], told: str
) -> None:
    assert told in beside(hub_server, hub_server.client("caibian"), path, **more)


def test_questions_of_a_life_event_are_written_in_lines_and_not_in_json(hub_server: HubServer) -> None:
    client, path = hub_server.client("caibian"), "/items/life_event/le-disability"
    sent = opened(hub_server, client, path)
    assert sent["questions.0.options"] == ["none = 还没有\nhave = 有\nexpired = 过期了\nlost = 丢了"]
    assert sent["steps.3.when"] == ["need=money", "need=all"]
    changed = {"questions.0.options": ["none = 没有\nhave = 有"], "steps.3.when": ["need = money"], "_do": ["save"]}
    assert client.post(path, data=sent | changed).status_code == 303
    record = version(hub_server, "life_event/le-disability").record
    assert record["questions"][0]["options"] == [{"id": "none", "text": "没有"}, {"id": "have", "text": "有"}]
    assert record["steps"][3]["when"] == {"need": ["money"]}
    broken = client.post(
        path, data=form_of(hub_server.text(client, path)) | {"steps.3.when": ["need money"], "_do": ["save"]}
    )
    assert broken.status_code == 422 and form_of(broken.text)["steps.3.when"] == ["need money"]


def test_no_form_of_the_city_shows_json(hub_server: HubServer, sample_city: Any) -> None:
    client, seen = hub_server.client("caibian"), set()
    for item in hub_server.office.items.all(limit=100_000):
        if item.kind in seen or item.kind in ("change", "translation"):
            continue
        seen.add(item.kind)
        sent = opened(hub_server, client, f"/items/{item.key}")
        for name, values in sent.items():
            for value in values:
                assert not value.startswith(("{", "[")), (item.key, name)
                if name not in ("csrftoken", "seal"):
                    with pytest.raises(json.JSONDecodeError):
                        json.loads(value if not value.replace(".", "").isdigit() else "x")
    assert len(seen) >= 11
