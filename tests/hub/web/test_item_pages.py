"""事项: the list, the form, its buttons, what comes back when it cannot be saved, and the versions."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import httpx
from PIL import Image

from hub.item import Version
from hub.workflow import Status
from tests.hub.web.conftest import HubServer, tokens
from tests.hub.web.reading import form_of, remarks, words

ITEM = "/items/guide/mz-010"
KEY = "guide/mz-010"


def opened(server: HubServer, client: httpx.Client, path: str = ITEM) -> dict[str, list[str]]:
    """Begins to change the item; what its form would send."""
    assert server.post(client, f"{path}/edit", path).status_code == 303
    return form_of(server.text(client, path))


def send(
    server: HubServer, client: httpx.Client, sent: dict[str, list[str]], do: str = "save", path: str = ITEM, **more: Any
) -> httpx.Response:
    data = sent | {"_do": [do]} | {name: [value] for name, value in more.items()}
    return client.post(path, data=data, headers={"referer": f"{server.url}{path}"})


def version(server: HubServer, key: str = KEY) -> Version:
    found = server.office.items.open(key)
    assert found is not None
    return found


# The list


def test_the_list_begins_with_the_guides_and_turns_pages(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    total = hub_server.office.items.count(kind="guide")
    page = words(hub_server.text(client, "/items"))
    assert f"共 {total} 条" in page and f"第 1 页，共 {-(-total // 50)} 页" in page
    second = hub_server.text(client, "/items?kind=guide&page=2")
    listed = [item.key for item in hub_server.office.items.all(kind="guide", limit=50, offset=50)]
    assert re.findall(r'class="ti" href="/items/([^"]+)"', second) == listed


def test_people_find_in_their_own_words_as_on_the_kiosk_and_then_what_is_not_live(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    hub_server.office.search.refresh()
    draft = {"kind": "guide", "id": "mz-new", "name": "办低保上门服务", "department": "org-mzj"}
    hub_server.office.items.create(hub_server.office.people.by_login("bianji"), draft)
    found = re.findall(r'class="ti" href="/items/([^"]+)"', hub_server.text(client, "/items?q=办低保"))
    assert found[0] == KEY and found[-1] == "guide/mz-new"
    page = words(hub_server.text(client, "/items?q=办低保&state=open"))
    assert "办低保上门服务" in page and "最低生活保障" not in page and "草稿" in page
    assert "没找到“没有这样的事%”" in words(hub_server.text(client, "/items?q=没有这样的事%25&kind=place"))


def test_the_list_is_narrowed_by_kind_department_and_state(hub_server: HubServer) -> None:
    client, items = hub_server.client("shenji"), hub_server.office.items
    page = hub_server.text(client, "/items?kind=guide&department=org-mzj")
    listed = re.findall(r'class="ti" href="/items/([^"]+)"', page)
    assert listed == [item.key for item in items.all(kind="guide", department="org-mzj")] and KEY in listed
    assert "这里还没有。" in words(hub_server.text(client, "/items?kind=guide&state=open"))
    assert "新写一条" not in page


# Reading


def test_who_does_not_write_reads_and_is_told_whom_to_ask(hub_server: HubServer) -> None:
    page = hub_server.text(hub_server.client("shenji"), ITEM)
    assert "item-form" not in page and "改这一条" not in page
    assert "您能看，不能改。要改的请找市民政局的编辑。" in words(page)
    assert "向阳街道便民服务中心" in words(page), "ids are shown as names"


def test_the_slip_beside_the_item_is_the_printers_picture(hub_server: HubServer) -> None:
    client = hub_server.client("shenji")
    for look, width in (("80:full", 576), ("58:large", 384)):
        page = hub_server.text(client, f"{ITEM}?look={look}")
        coded = re.search(r'src="data:image/png;base64,([^"]+)" width="(\d+)" height="(\d+)"', page)
        assert coded is not None
        image = Image.open(io.BytesIO(base64.b64decode(coded[1])))
        assert image.width == width and int(coded[2]) == width // 2 and int(coded[3]) == image.height // 2
        assert f"长 {round(image.height / 8)} / 260 毫米" in words(page)


def test_an_item_that_is_not_there_is_a_page_of_its_own(hub_server: HubServer) -> None:
    got = hub_server.client("bianji").get("/items/guide/nowhere")
    assert got.status_code == 404 and "没有这一条" in words(got.text)


# Writing


def test_an_untouched_form_of_every_kind_saves_nothing(hub_server: HubServer) -> None:
    client, items = hub_server.client("caibian"), hub_server.office.items
    kinds = ("fact", "place", "org", "life_event", "topic", "vocabulary", "rule", "calendar", "home", "translation")
    for key in (KEY, *(items.all(kind=kind, limit=1)[0].key for kind in kinds)):
        sent = opened(hub_server, client, f"/items/{key}")
        before = version(hub_server, key)
        assert send(hub_server, client, sent, path=f"/items/{key}").status_code == 303
        after = version(hub_server, key)
        assert (after.record, after.edits) == (before.record, before.edits), key


def test_a_changed_phone_number_is_the_only_change_and_goes_to_the_review(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    got = send(hub_server, client, sent, "submit", **{"phone.enquiry": "0535-6009999"})
    assert got.status_code == 303 and got.headers["location"] == ITEM
    found = version(hub_server)
    assert found.status is Status.DEPARTMENT_REVIEW
    assert [one.path for one in hub_server.office.items.changes(KEY, found.number)] == ["phone.enquiry"]
    page = words(hub_server.text(client, ITEM))
    assert "送去部门审核了" in page and "撤回来改" in page


def test_rows_come_out_in_the_order_that_was_typed(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    before = [one["name"] for one in version(hub_server).record["materials"]]
    fields = {"materials.0._order": "50", "materials.1._drop": "yes", f"materials.{len(before)}.name": "一寸照片"}
    fields[f"materials.{len(before)}.copies"] = "2"
    assert send(hub_server, client, sent, **fields).status_code == 303
    after = version(hub_server).record["materials"]
    assert [one["name"] for one in after] == [*before[2:], "一寸照片", before[0]]
    assert after[-2] == {"name": "一寸照片", "copies": 2}


def test_the_lint_stands_beside_its_field_and_keeps_the_draft_from_the_review(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    wrong = {"phone.enquiry": "6001", "materials.0.name": "其他材料"}
    got = send(hub_server, client, sent, "submit", **wrong)
    assert got.status_code == 409 and "有 2 处必须先改，改好才能送审。" in words(got.text)
    assert remarks(got.text, "phone.enquiry").startswith("电话 6001 不像能拨通的样子，要带区号 ，必须改 用线上的：")
    assert "“其他材料”没说清要带什么" in words(got.text) and "送初审（先改 2 处）" in words(got.text)
    kept = version(hub_server)
    assert kept.status is Status.DRAFT and kept.record["phone"]["enquiry"] == "6001", "what was written is kept"
    entry = hub_server.office.audit.entries(limit=1, action="item.submit")[0]
    assert not entry.done and entry.details == {"reason": "lint_stops"}


def test_the_live_number_comes_back_with_one_press_and_nothing_is_saved(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    live = version(hub_server).record["phone"]["enquiry"]
    got = send(hub_server, client, sent, "use:phone.enquiry", **{"phone.enquiry": "6001"})
    assert got.status_code == 200 and form_of(got.text)["phone.enquiry"] == [live]
    assert version(hub_server).edits == 1


def test_what_does_not_fit_is_not_saved_but_comes_back_as_it_was_typed(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    got = send(hub_server, client, sent, visits="两次", summary="改过的<话>")
    assert got.status_code == 422 and "有 1 栏不合格式，还没存。" in words(got.text)
    assert remarks(got.text, "visits").startswith("要写数字 ，必须改")
    again = form_of(got.text)
    assert again["visits"] == ["两次"] and again["summary"] == ["改过的<话>"]
    assert version(hub_server).edits == 1
    assert send(hub_server, client, again, visits="2").status_code == 303
    assert (version(hub_server).record["visits"], version(hub_server).record["summary"]) == (2, "改过的<话>")


def test_buttons_that_only_look_write_nothing(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    rows = sum(name.endswith("._at") and name.startswith("faq.") for name in sent)
    more = send(hub_server, client, sent, "more:faq", **{"faq.0.q": "还没存的问题？"})
    shown = form_of(more.text)
    assert sum(name.endswith("._at") and name.startswith("faq.") for name in shown) == rows + 2
    assert shown["faq.0.q"] == ["还没存的问题？"]
    look = send(hub_server, client, shown, "look:58:compact")
    assert form_of(look.text)["_look"] == ["58:compact"] and 'width="192"' in look.text
    longer = send(hub_server, client, shown, "check", **{"materials.0.note": "很长的一句说明。" * 10})
    taller = [int(re.findall(r'width="288" height="(\d+)"', page.text)[0]) for page in (more, longer)]
    assert taller[1] > taller[0], "the slip is drawn from what is in the form"
    assert version(hub_server).edits == 1


def test_two_editors_see_both_sides_before_one_of_them_wins(hub_server: HubServer) -> None:
    mine, theirs = hub_server.client("bianji"), hub_server.client("caibian")
    sent = opened(hub_server, mine)
    other = form_of(hub_server.text(theirs, ITEM))
    assert send(hub_server, theirs, other, **{"phone.enquiry": "0535-6000777"}).status_code == 303
    got = send(hub_server, mine, sent, **{"phone.enquiry": "0535-6000888"})
    page = words(got.text)
    assert got.status_code == 409 and "样本采编 在" in page and "改过了" in page and "您写的还在" in page
    table = got.text[got.text.index("两边不一样的 1 处") :]
    assert re.search(r"<del>[^<]*777</del>", table) or "777" in table.partition("</table>")[0]
    assert version(hub_server).record["phone"]["enquiry"] == "0535-6000777"
    again = form_of(got.text)
    assert again["phone.enquiry"] == ["0535-6000888"]
    assert send(hub_server, mine, again).status_code == 303
    assert version(hub_server).record["phone"]["enquiry"] == "0535-6000888"


def test_a_form_that_was_open_while_the_draft_went_to_review_loses_nothing(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    assert send(hub_server, client, sent, "submit", summary="先送的一句").status_code == 303
    got = send(hub_server, client, sent, summary="后写的一句")
    assert got.status_code == 409 and form_of(got.text)["summary"] == ["后写的一句"]
    assert version(hub_server).record["summary"] == "先送的一句"


def test_another_departments_item_cannot_be_begun_or_written(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    path = "/items/guide/ga-001"
    hub_server.post(client, f"{path}/edit", path)
    assert hub_server.office.items.open("guide/ga-001") is None
    assert "这一条不归您的部门" in words(hub_server.text(client, path))
    sent = opened(hub_server, hub_server.client("caibian"), path)
    forged = sent | {name: [value] for name, value in tokens(client, path).items()}
    got = send(hub_server, client, forged, summary="别的部门写的", path=path)
    assert got.status_code == 409 and "这一条不归您的部门" in words(got.text)
    assert version(hub_server, "guide/ga-001").record["summary"] != "别的部门写的"
    assert "item-form" not in hub_server.text(client, path)


def test_kind_and_id_stay_whatever_a_form_says(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    assert send(hub_server, client, sent, kind="fact", id="mz-011", summary="改了一句").status_code == 303
    record = version(hub_server).record
    assert (record["kind"], record["id"], record["summary"]) == ("guide", "mz-010", "改了一句")


def test_a_draft_is_given_up_and_the_live_text_stays(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    opened(hub_server, client)
    edits = version(hub_server).edits
    assert hub_server.post(client, f"{ITEM}/discard", ITEM, edits=edits).status_code == 303
    assert hub_server.office.items.open(KEY) is None
    assert "草稿放弃了，线上的没动。" in words(hub_server.text(client, ITEM))


def test_taking_down_needs_a_reason_and_a_review(hub_server: HubServer) -> None:
    client, items = hub_server.client("bianji"), hub_server.office.items
    hub_server.post(client, f"{ITEM}/retire", ITEM, remark=" ")
    assert items.open(KEY) is None and "要写一句改哪里、为什么。" in words(hub_server.text(client, ITEM))
    hub_server.post(client, f"{ITEM}/retire", ITEM, remark="并到新的事项里")
    assert version(hub_server).retired
    page = hub_server.text(client, ITEM)
    assert "下线送初审" in page and "item-form" not in page and "并到新的事项里" in words(page)
    hub_server.post(client, f"{ITEM}/submit", ITEM, edits=version(hub_server).edits)
    assert version(hub_server).status is Status.DEPARTMENT_REVIEW and items.live(KEY) is not None
    hub_server.post(client, f"{ITEM}/withdraw", ITEM, edits=version(hub_server).edits)
    assert version(hub_server).status is Status.DRAFT


# New items


def test_a_new_item_of_any_kind_begins_with_its_form(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    page = hub_server.text(client, "/items/new?kind=guide")
    sent = form_of(page)
    assert sent["department"] == ["org-mzj"] and "必须改 2" in words(page), "number and name"
    data = sent | {"_do": ["save"], "_id": ["mz-901"], "name": ["样本新事项"], "materials.0.name": ["身份证"]}
    got = client.post("/items/new", data=data)
    assert got.status_code == 303 and got.headers["location"] == "/items/guide/mz-901"
    assert version(hub_server, "guide/mz-901").record == {
        "kind": "guide",
        "id": "mz-901",
        "name": "样本新事项",
        "department": "org-mzj",
        "verified_by": "org-mzj",
        "materials": [{"name": "身份证"}],
    }
    again = client.post("/items/new", data=data)
    assert again.status_code == 409 and "这个编号已经有了：样本新事项。" in words(again.text)
    assert form_of(again.text)["name"] == ["样本新事项"]


def test_a_new_item_that_does_not_fit_comes_back(hub_server: HubServer) -> None:
    client = hub_server.client("caibian")
    sent = form_of(hub_server.text(client, "/items/new?kind=fact"))
    data = sent | {"_do": ["save"], "_id": ["F 1"], "name": ["几点开门？"], "answer": ["九点。"]}
    got = client.post("/items/new", data=data)
    page = words(got.text)
    assert got.status_code == 422 and "编号：只用小写字母、数字和短横，最多 64 个" in page
    assert remarks(got.text, "question").startswith("必须写")
    assert form_of(got.text)["answer"] == ["九点。"]
    assert client.get("/items/new?kind=change").status_code == 404
    assert client.post("/items/new", data=data | {"_kind": ["change"]}).status_code == 400


# Versions


def test_versions_stand_side_by_side_with_their_people(hub_server: HubServer) -> None:
    client = hub_server.client("bianji")
    sent = opened(hub_server, client)
    send(hub_server, client, sent, "submit", **{"phone.enquiry": "0535-6009999"})
    page = hub_server.text(client, f"{ITEM}/versions")
    read = words(page)
    assert "2 个版本" in read and "和第 1 版比，改了 1 处" in read and "写 样本编辑" in read
    before, after = re.findall(r"<del>([^<]+)</del>.*?<ins>([^<]+)</ins>", page, re.DOTALL)[0]
    live = hub_server.office.items.version(KEY, 1).record["phone"]["enquiry"]
    assert before in live and after in "0535-6009999"
    assert "送审" in read
    same = words(hub_server.text(client, f"{ITEM}/versions?new=1&old=1"))
    assert "一个字没变" in same
    assert client.get(f"{ITEM}/versions?new=9").status_code == 404


def test_revisions_tell_who_signed_what_went_out(hub_server: HubServer) -> None:
    client = hub_server.client("shenji")
    page = words(hub_server.text(client, "/revisions"))
    release = hub_server.office.releases.latest()
    assert release is not None
    assert "第 1 版改了什么" in page and "样本发布" in page and "样本复核" in page
    digest = " ".join(release.digest[start : start + 4] for start in range(0, 64, 4))
    assert digest in page
    assert client.get("/revisions?n=7").status_code == 404


def long_list(server: HubServer) -> list[dict[str, str]]:
    entries = [{"code": f"{number:03}", "name": f"条目 {number}"} for number in range(120)]
    raw = {"kind": "codelist", "id": "long-list", "name": "长表", "list": "long", "version": "1", "entries": entries}
    server.office.items.create(server.office.people.by_login("caibian"), raw)
    return entries


def test_a_long_list_is_written_page_by_page(hub_server: HubServer) -> None:
    entries, path = long_list(hub_server), "/items/codelist/long-list"
    client = hub_server.client("caibian")
    page = hub_server.text(client, path)
    sent = form_of(page)
    assert "第 1 页，共 3 页，120 条" in words(page)
    assert sent["entries._window"] == ["0:50"] and sent["entries.49.name"] == ["条目 49"]
    assert "条目 50" not in words(page)
    # Untouched, a page of the list changes nothing of the others.
    assert send(hub_server, client, sent, path=path).status_code == 303
    assert version(hub_server, "codelist/long-list").record["entries"] == entries

    # Turning a page keeps what was written on this one: one changed, one taken out.
    turned = send(
        hub_server, client, sent, "page:entries:2", path, **{"entries.3.name": "改过的", "entries.0._drop": "yes"}
    )
    assert turned.status_code == 303
    second = hub_server.text(client, turned.headers["location"])
    now = [{"code": "001", "name": "条目 1"}, entries[2], {"code": "003", "name": "改过的"}, *entries[4:]]
    assert version(hub_server, "codelist/long-list").record["entries"] == now
    sent = form_of(second)
    assert sent["entries._window"] == ["50:100"] and sent["entries.50.name"] == [now[50]["name"]]

    # A new entry at the end of the page stands before the next page's.
    send(hub_server, client, sent, path=path, **{"entries.100.code": "new", "entries.100.name": "新的"})
    now.insert(100, {"code": "new", "name": "新的"})
    assert version(hub_server, "codelist/long-list").record["entries"] == now


def test_a_row_of_a_long_list_that_does_not_fit_is_told_on_its_page_and_from_the_others(hub_server: HubServer) -> None:
    entries, path = long_list(hub_server), "/items/codelist/long-list"
    client = hub_server.client("caibian")
    sent = form_of(hub_server.text(client, path))
    refused = send(hub_server, client, sent, path=path, **{"entries.7.name": "字" * 201})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text and form_of(refused.text)["entries.7.name"] == ["字" * 201]
    assert version(hub_server, "codelist/long-list").record["entries"] == entries


def test_fees_within_a_group_go_through_the_form(hub_server: HubServer) -> None:
    client = hub_server.client("caibian")
    sent = opened(hub_server, client)
    more = {"fee.charged": "yes", "fee.text": "10 元", "fee.items.0.name": "工本费", "fee.items.0.standard": "10 元"}
    assert send(hub_server, client, sent, **more).status_code == 303
    fee = version(hub_server).record["fee"]
    assert fee["items"] == [{"name": "工本费", "standard": "10 元"}]
    again = form_of(hub_server.text(client, ITEM))
    assert again["fee.items.0.name"] == ["工本费"]
    send(hub_server, client, again)
    assert version(hub_server).record["fee"] == fee
