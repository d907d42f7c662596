"""Lists of departments and other registers: read, laid over what is there, tried out, given back, taken in."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from hub.importing.cells import Unread, read_cell
from hub.importing.cleaning import clean, masked, narrow
from hub.importing.fields import ITEM_FIELDS, Field
from hub.importing.template import template
from hub.importing.trials import State, Trial
from hub.mappings import MappingUnfit, dialects, read_dialect
from hub.refusal import Reason, Refused
from hub.sheets import SheetRefused, as_text, csv_of, read_table, workbook_of
from hub.workflow import CITY, Role, Status
from phrases import Phrases
from tests.hub.conftest import City, guide, org
from tests.hub.long_lists import workbook

SAY = Phrases(domain="hub")
DIALECTS = {one.id: one for one in dialects()}
CODE = "11000000YTSAMPLE03999000001000X"


def book(**sheets: Sequence[Sequence[object]]) -> bytes:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def tried(city: City, content: bytes, name: str = "清单.xlsx", dialect: str = "") -> Trial:
    trials = city.office.trials
    return trials.run(city.writer, trials.begin(city.writer, name, content, dialect), content)


def ready(city: City, content: bytes, name: str = "清单.xlsx", dialect: str = "") -> dict[str, Any]:
    trial = tried(city, content, name, dialect)
    assert trial.state is State.READY, trial.told
    assert trial.report is not None
    return dict(trial.report)


def published(city: City, *raws: dict[str, Any]) -> None:
    city.found()
    city.office.importing.baseline(_batch(*raws))
    city.release()


HEAD = ["编号", "事项名称 *", "所属部门 *", "事项类型", "承诺时限", "承诺时限单位", "咨询电话", "服务对象"]


# --- Files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_in_every_encoding_and_with_every_delimiter(encoding: str, delimiter: str) -> None:
    text = f'事项名称{delimiter}说明\r\n高龄津贴{delimiter}"一行{delimiter}\n两行"\r\n'
    found = read_table(text.encode(encoding), "清单.csv")
    assert [row.cells for row in found.sheets[0].rows] == [("事项名称", "说明"), ("高龄津贴", f"一行{delimiter}\n两行")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.datetime(2026, 11, 20), "2026-11-20"),
        (dt.datetime(2026, 11, 20, 9, 30), "2026-11-20 09:30"),
        (3.0, "3"),
        (0.5, "0.5"),
        (True, "是"),
        (None, ""),
        (1.1440000006939756e30, "1.1440000007E+30"),
    ],
)
def test_what_excel_has_in_a_cell(value: object, text: str) -> None:
    assert as_text(value) == text


def repacked(content: bytes, changes: dict[str, bytes | None], **added: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            data = changes.get(one.filename, old.read(one))
            if data is not None:
                new.writestr(one.filename, data)
        for name, data in added.items():
            new.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def hostile(which: str) -> bytes:
    good = book(事项=[["事项名称"], ["样本"]])
    sheet = "xl/worksheets/sheet1.xml"
    match which:
        case "entities":
            return repacked(good, {sheet: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]><worksheet/>'})
        case "entities16":
            return repacked(
                good, {sheet: '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x []><x/>'.encode("utf-16")}
            )
        case "bomb":
            return repacked(good, {sheet: b"<worksheet>" + b" " * (64 << 20) + b"</worksheet>"})
        case "entries":
            return repacked(good, {}, **{f"xl__media__{n}.png": b"x" for n in range(500)})
        case "macros":
            return repacked(good, {}, **{"xl__vbaProject.bin": b"x"})
        case "external":
            return repacked(good, {}, **{"xl__externalLinks__externalLink1.xml": b"<externalLink/>"})
        case "cut":
            return good[: len(good) // 2]
        case "no types":
            return repacked(good, {"[Content_Types].xml": None})
        case "encrypted":
            return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
        case _:
            return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("which", "reason"),
    [
        ("entities", "entities"),
        ("entities16", "entities"),
        ("bomb", "bomb"),
        ("entries", "bomb"),
        ("macros", "macros"),
        ("external", "external"),
        ("cut", "not_a_workbook"),
        ("no types", "not_a_workbook"),
        ("encrypted", "encrypted"),
        ("old", "old_excel"),
    ],
)
def test_hostile_and_foreign_files_are_refused_with_a_sentence(which: str, reason: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        read_table(hostile(which))
    assert refused.value.reason == reason
    assert SAY.has(f"sheet.{reason}")


def test_a_sheet_that_claims_a_million_columns_is_read_as_it_is() -> None:
    good = book(事项=[["事项名称", "部门"], ["样本", "样本局"]])
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    lying = repacked(good, {"xl/worksheets/sheet1.xml": xml.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')})
    assert b"XFD1048576" in zipfile.ZipFile(io.BytesIO(lying)).read("xl/worksheets/sheet1.xml")
    begun = time.monotonic()
    assert [row.cells for row in read_table(lying).sheets[0].rows] == [("事项名称", "部门"), ("样本", "样本局")]
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("text", ["=1+1", "+8613", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")'])
def test_what_goes_out_begins_no_formula_and_comes_back_as_it_was(text: str) -> None:
    made = workbook_of([("表", [["栏"], [text]], ())])
    cell = load_workbook(io.BytesIO(made))["表"]["A2"]
    assert cell.data_type == "s" and cell.value == text
    assert [row.cells for row in read_table(made).sheets[0].rows][1] == (text,)
    raw = csv_of([["栏", "x"], [text, "y"]])
    assert raw.decode("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")
    assert read_table(raw).sheets[0].rows[1].cells == (text, "y")


# --- Cells ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dirty", "text"),
    [
        ("凭身份证&amp;amp;nbsp;到<br/>窗口", "凭身份证 到\n窗口"),
        ("<p>一</p><p>二</p>", "一\n二"),
        ("\x00甲\x85乙\u200b丙\ufeff", "甲乙丙"),
        ("０５３５－６００", "0535－600"),
        ("a &lt; b", "a < b"),
        ("  全　角  ", "全 角"),
    ],
)
def test_slips_of_machines_are_mended(dirty: str, text: str) -> None:
    assert clean(dirty) == text


def test_long_numbers_are_masked_and_telephones_made_narrow() -> None:
    assert masked("号 370602199003070011，电话 0535-6001234") == "号 3706************11，电话 0535-6001234"
    assert narrow(" （０５３５）６００１２３４ ") == "(0535)6001234"


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("2026年11月2日", Field("day"), "2026-11-02"),
        ("46346", Field("day"), "2026-11-20"),
        ("20261120", Field("day"), "2026-11-20"),
        ("2026/1/5 00:00:00", Field("day"), "2026-01-05"),
        ("15个工作日", Field("limit", largest=3650), (15, "working")),
        ("30（自然日）", Field("limit", largest=3650), (30, "calendar")),
        ("７", Field("limit", largest=3650), (7, None)),
        ("3.0", Field("number", largest=20), 3),
        ("个人；企业", Field("codes", "audience"), ["person", "enterprise"]),
        ("Ⅲ级", Field("code", "online_depth"), "3"),
        ("递交｜窗口\n领证", ITEM_FIELDS["steps"], [{"name": "递交", "where": "窗口"}, {"name": "领证"}]),
    ],
)
def test_cells_are_read(text: str, form: Field, value: object) -> None:
    assert read_cell(text, form, DIALECTS["template"]) == value


@pytest.mark.parametrize(
    ("text", "form", "reason"),
    [
        ("很快", Field("limit", largest=3650), "no_limit"),
        ("一次", Field("number", largest=20), "no_number"),
        ("99", Field("number", largest=20), "too_large"),
        ("2026-02-30", Field("day"), "no_day"),
        ("明年", Field("day"), "no_day"),
        ("差不多", Field("yes"), "unknown_code"),
        ("1.144E+30", Field("item_code"), "excel_number"),
        ("#REF!", Field("text"), "excel_error"),
        ("长" * 201, Field("text"), "too_long"),
        ("｜只有第二段", ITEM_FIELDS["steps"], "part_missing"),
    ],
)
def test_what_is_not_understood_is_named_and_never_guessed(text: str, form: Field, reason: str) -> None:
    with pytest.raises(Unread) as unread:
        read_cell(text, form, DIALECTS["template"])
    assert unread.value.reason == reason


def test_every_reason_has_its_three_sentences(root: Path) -> None:
    import re

    source = "".join((root / "hub" / "importing" / f"{one}.py").read_text("utf-8") for one in ("cells", "conversion"))
    reasons = set(re.findall(r'Unread\("(\w+)"', source))
    reasons |= {"needed", "twice", "unknown_org", "unknown_place", "two_units", "no_unit", "result_without_name"}
    reasons |= {"cannot_empty", "fee_unsaid", "fee_text", "unfit", "no_item", "stray", "id_number"}
    assert not [
        f"import.{part}_{one}"
        for one in reasons
        for part in ("cell", "sort", "how")
        if not SAY.has(f"import.{part}_{one}")
    ]


# --- Mappings -------------------------------------------------------------------------------------------------------


def test_a_mapping_that_is_wrong_is_told_with_every_fault() -> None:
    wrong = 'id = "X!"\nodd = 1\n[items]\na = "nothing"\n[lists.type]\n"1" = "77"\n[lists.none]\n'
    with pytest.raises(MappingUnfit) as unfit:
        read_dialect(wrong, "mine.toml")
    told = " ".join(unfit.value.problems)
    for word in (
        "id must be",
        "'nothing' is no field",
        "no column for the name",
        "'77'",
        "lists.none",
        "odd is no key",
    ):
        assert word in told


@pytest.mark.parametrize(
    ("dialect", "column", "twenty"), [("national", "task_name", "20"), ("guangdong", "CATANAME", "10")]
)
def test_the_same_code_means_what_its_register_says(city: City, dialect: str, column: str, twenty: str) -> None:
    city.draft(guide())  # something of the department
    city.office.importing.drafts(_batch(org(name="样本局")), None)
    type_column = "task_type" if dialect == "national" else "TASK_TYPE"
    code_column = "task_code" if dialect == "national" else "ITEM_ID"
    dept = "dept_name" if dialect == "national" else "DEPT_NAME"
    content = book(表=[[column, code_column, dept, type_column], ["某项备案", CODE, "样本局", "20"]])
    report = ready(city, content)
    assert report["columns"]["dialect"] == dialect
    assert report["columns"]["twenty"] == ["1", SAY(f"import.type_{twenty}")]
    trial = city.office.trials.latest(city.writer)[0]
    city.office.trials.take(city.writer, trial.id, content)
    draft = city.office.items.open(f"guide/{CODE.lower()}")
    assert draft is not None
    assert draft.record["type"] == twenty
    assert draft.record["codes"][0]["code"] == CODE


def _batch(*raws: dict[str, Any]) -> Any:
    import json

    from hub.importing import read_lines

    lines = [json.dumps(raw, ensure_ascii=False).encode() + b"\n" for raw in raws]
    return read_lines([("样本.jsonl", lines)])


def test_shandong_separators_and_codes(city: City) -> None:
    city.office.importing.drafts(_batch(org(name="样本局")), None)
    content = csv_of(
        [
            ["TASKNAME", "INNERCODE", "OUNAME", "TASKTYPE", "APPLYERTYPE", "PROMISEDAY", "PROMISETYPE"],
            ["某项奖励", "SD-1", "样本局", "06", "1^2,3", "5", "workday"],
        ]
    )
    report = ready(city, content, "epoint.csv")
    assert (report["columns"]["dialect"], report["new"], report["out"]) == ("shandong", 1, 0)
    trial = city.office.trials.latest(city.writer)[0]
    city.office.trials.take(city.writer, trial.id, content)
    draft = city.office.items.open("guide/sd-1")
    assert draft is not None
    assert draft.record["type"] == "08" and draft.record["audience"] == ["person", "enterprise"]
    assert draft.record["promised_limit"] == {"days": 5, "unit": "working"}


def test_an_operators_mapping_is_found_by_its_columns(city: City) -> None:
    folder = city.office.home.mappings
    folder.mkdir()
    (folder / "ours.toml").write_text(
        'id = "ours"\ntitle = "本市老系统"\n[items]\nSXMC = "name"\nSSBM = "department"\n', "utf-8"
    )
    city.office.importing.drafts(_batch(org(name="样本局")), None)
    report = ready(city, book(x=[["SXMC", "SSBM", "BZ"], ["某事", "样本局", "无"]]))
    assert (report["columns"]["title"], report["new"]) == ("本市老系统", 1)
    assert report["columns"]["unknown"] == [["x", "BZ"]]


# --- Trials ---------------------------------------------------------------------------------------------------------


def test_a_trial_writes_nothing_and_what_was_seen_is_what_is_taken(city: City) -> None:
    published(city, org(name="样本局"), guide(summary="旧的一句"), guide("mz-002"))
    rows: list[Sequence[object]] = [
        ["云海市事项清单"],
        [],
        HEAD,
        ["mz-001", "样本事项 mz-001", "样本局", "公共服务", 5, "工作日", "0535-6000009", "个人"],
        [None, "全新的一件事", "样本局", "行政确认", None, None, None, None],
        ["mz-002", "样本事项 mz-002", "样本局", None, None, None, None, None],
    ]
    content = book(
        事项=rows, 材料=[["事项编号", "材料名称 *", "原件份数"], ["mz-001", "户口簿", 1], ["mz-001", "身份证", 1]]
    )
    before = city.office.audit.head()
    report = ready(city, content)
    assert (report["new"], report["changed"], report["unchanged"], report["out"]) == (1, 1, 1, 0)
    assert city.office.audit.head() == before and city.office.items.count(opened=True) == 0
    trial = city.office.trials.latest(city.writer)[0]
    with pytest.raises(Refused) as refused:
        city.office.trials.take(city.writer, trial.id, content + b"\0")
    assert refused.value.reason is Reason.TRIAL_OTHER_FILE
    with pytest.raises(Refused):
        city.office.trials.take(city.first, trial.id, content)  # somebody else's
    taken = city.office.trials.take(city.writer, trial.id, content)
    assert len(taken.new) + len(taken.changed) == 2
    draft = city.office.items.open("guide/mz-001")
    assert draft is not None and draft.status is Status.DRAFT and draft.author == city.writer.id
    assert draft.record["summary"] == "旧的一句", "what the list does not say stays"
    assert draft.record["phone"] == {"enquiry": "0535-6000009", "complaint": "0535-6000002"}
    assert [one["name"] for one in draft.record["materials"]] == ["户口簿", "身份证"]
    with pytest.raises(Refused) as refused:
        city.office.trials.take(city.writer, trial.id, content)
    assert refused.value.reason is Reason.TRIAL_UNFIT
    again = ready(city, content)
    assert (again["coming"], again["busy"]) == (0, 2), "the same file again changes nothing"


def test_what_moved_since_the_trial_is_not_taken(city: City) -> None:
    published(city, org(name="样本局"), guide())
    content = book(事项=[HEAD[:3], ["mz-001", "改了名的事项", "样本局"]])
    trial = tried(city, content)
    city.office.items.edit(city.writer, "guide/mz-001")
    with pytest.raises(Refused) as refused:
        city.office.trials.take(city.writer, trial.id, content)
    assert refused.value.reason is Reason.TRIAL_MOVED
    trial = tried(city, content)
    city.clock.later(hours=25)
    with pytest.raises(Refused) as refused:
        city.office.trials.take(city.writer, trial.id, content)
    assert refused.value.reason is Reason.TRIAL_UNFIT


FAULTS: list[tuple[list[object], str, str]] = [
    ([None, "", "样本局"], "needed", "事项!B2"),
    ([None, "某事", "没有的局"], "unknown_org", "事项!C2"),
    ([None, "张三 370602199003070011", "样本局"], "id_number", "事项!B2"),
    ([None, "某事", "样本局", "天知道"], "unknown_code", "事项!D2"),
    ([None, "某事", "样本局", None, "很快"], "no_limit", "事项!E2"),
    ([None, "某事", "样本局", None, 5], "no_unit", "事项!E2"),
    ([None, "某事", "样本局", None, "5工作日", "自然日"], "two_units", "事项!F2"),
    (["大写ID", "某事", "样本局"], "no_id", "事项!A2"),
]


@pytest.mark.parametrize(("row", "reason", "cell"), FAULTS)
def test_a_row_that_is_not_understood_stays_out_and_is_named(
    city: City, row: list[object], reason: str, cell: str
) -> None:
    city.office.importing.drafts(_batch(org(name="样本局")), None)
    content = book(事项=[HEAD, row, [None, "好的一件事", "样本局"]])
    report = ready(city, content)
    assert (report["out"], report["new"], report["coming"]) == (1, 1, 1)
    assert report["rows"][0][0] == cell
    assert report["bad"][0]["words"] == SAY(f"import.sort_{reason}") and report["bad"][0]["how"]
    assert "199003" not in str(report)


def test_two_rows_of_one_code_and_materials_of_nobody(city: City) -> None:
    city.office.importing.drafts(_batch(org(name="样本局")), None)
    content = book(
        事项=[["事项名称", "所属部门", "实施编码"], ["甲事", "样本局", CODE], ["乙事", "样本局", CODE]],
        材料=[["事项名称", "材料名称"], ["甲事", "身份证"], ["丙事", "户口簿"], ["甲事", ""]],
    )
    report = ready(city, content)
    told = {row[0]: row[3] for row in report["rows"]}
    assert told["事项!C3"] == SAY("import.cell_twice", place="事项!2")
    assert told["材料!A3"] == SAY("import.cell_stray")
    assert told["材料!B4"] == SAY("import.cell_needed")
    assert report["coming"] == 0, "an item with a faulty material stays out whole"


def test_a_merged_header_and_a_file_without_one(city: City) -> None:
    city.office.importing.drafts(_batch(org(name="样本局")), None)
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title = "汇总"
    for row in (["2026 年清单"], ["事项名称", "所属部门", "联系方式"], [None, None, "咨询电话", "监督电话"]):
        sheet.append(row)
    sheet.append(["某事", "样本局", "0535-6000001", "12345"])
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:B3")
    out = io.BytesIO()
    made.save(out)
    report = ready(city, out.getvalue())
    assert (report["new"], report["out"]) == (1, 0)
    assert {pair[2] for pair in report["columns"]["paired"]} >= {"咨询电话", "监督电话"} or report["columns"]["paired"]
    broken = tried(city, book(x=[["这是一份通知"], ["请各部门填报"]]))
    assert broken.state is State.BROKEN and "这是一份通知" in broken.told


def test_the_annotated_file_says_it_in_the_cells(city: City) -> None:
    city.office.importing.drafts(_batch(org(name="样本局")), None)
    content = book(
        事项=[HEAD, [None, "张三370602199003070011", "样本局"], [None, "=1+1", "样本局"], [None, "某事", "没有的局"]]
    )
    trial = tried(city, content)
    made = load_workbook(io.BytesIO(city.office.trials.annotated(city.writer, trial.id, content)))["事项"]
    last = len(HEAD) + 1
    assert made.cell(1, last).value == "导入结果"
    assert str(made.cell(4, last).value).startswith("进不来：事项!C4")
    assert made["C4"].comment is not None and "没有的局" in made["C4"].comment.text
    assert made["C4"].fill.start_color.rgb.endswith("F7DEDC")
    assert "199003" not in str([cell.value for row in made.iter_rows() for cell in row])
    assert all(cell.data_type != "f" for row in made.iter_rows() for cell in row)
    from_csv = csv_of([HEAD, ["", "某事", "没有的局"]])
    trial = tried(city, from_csv, "x.csv")
    sheet = load_workbook(io.BytesIO(city.office.trials.annotated(city.writer, trial.id, from_csv))).worksheets[0]
    assert sheet["C2"].comment is not None


def test_an_editor_takes_only_the_own_departments_rows(city: City) -> None:
    city.office.importing.drafts(_batch(org(name="样本局"), org("org-ga", name="公安局")), None)
    content = book(事项=[HEAD[:3], [None, "甲事", "样本局"], [None, "乙事", "公安局"], [None, "丙事", None]])
    report = ready(city, content)
    assert (report["coming"], report["barred"], report["out"]) == (2, 1, 0), "no department: one's own"
    trial = city.office.trials.latest(city.writer)[0]
    city.office.trials.take(city.writer, trial.id, content)
    assert {one.department for one in city.office.items.all(kind="guide")} == {"org-mz"}


def test_the_template_goes_out_filled_and_comes_back_unchanged(city: City, sample_city: Path) -> None:
    from hub.importing import files_of, read_files
    from hub.web.pages.importing import template_for

    city.found()
    city.office.importing.baseline(read_files(files_of(sample_city)))
    city.release()
    content = template_for(city.office, "", True)
    everyone = city.add("collector", Role.COLLECTOR, CITY)
    trials = city.office.trials
    trial = trials.run(everyone, trials.begin(everyone, "填好的.xlsx", content), content)
    assert trial.report is not None, trial.told
    assert trial.report["rows"] == []
    assert (trial.report["new"], trial.report["changed"]) == (0, 0), trial.report["fields"]
    assert trial.report["unchanged"] == city.office.items.counts()["guide"]


def test_the_empty_template_has_drop_downs_and_its_example_is_read() -> None:
    made = template(list(DIALECTS.values()), SAY, orgs={"org-mz": "样本局"}, department="org-mz")
    held = load_workbook(io.BytesIO(made))
    assert held.sheetnames == ["事项", "材料", "说明", "代码"]
    choices = {str(one.sqref): one.formula1 for one in held["事项"].data_validations.dataValidation}
    assert len(choices) > 10 and all(one.startswith("'代码'!$") for one in choices.values())
    codes = [cell.value for cell in held["代码"]["A"]]
    assert codes[:3] == ["事项类型", "行政许可", "行政处罚"]
    read = read_table(made)
    assert read.sheets[0].rows[0].cells[1] == "事项名称 *"


def test_a_trial_whose_process_ended_says_so(city: City) -> None:
    id = city.office.trials.begin(city.writer, "x.xlsx", b"x")
    assert city.office.trials.get(city.writer, id).state is State.RUNNING
    city.clock.later(minutes=3)
    trial = city.office.trials.get(city.writer, id)
    assert (trial.state, trial.told) == (State.BROKEN, SAY("import.broke_off"))


def test_many_rows_with_their_materials(city: City) -> None:
    city.office.importing.drafts(_batch(org(name="样本局")), None)
    report = ready(city, workbook(700))
    assert (report["new"], report["out"], report["lines"]) == (700, 0, 2_800)
