"""Slips in the printer's own characters: the same contents as the picture, decoded apart from the product."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
import zxingcpp

from domain.paper import DOTS_PER_MM, WIDTH_58, WIDTH_80
from domain.slip import (
    Alone,
    Blank,
    Block,
    CheckCode,
    Codes,
    Keyed,
    Masthead,
    Paragraph,
    Separator,
    Sizes,
    Slip,
    Strip,
    Strokes,
    Table,
    TakeAway,
    Tick,
    Ticks,
    Title,
    Variant,
)
from printer import job, qr
from printer.layout import SlipLayout
from printer.profiles import PROFILES, Charset, DeviceProfile, Mode
from printer.text.blocks import SET
from tests.unit.printer.samples import BLOCKS, COMPACT, FULL, LARGE, PAYLOAD
from workbench.escpos import Sheet, decode
from workbench.escpos.grammar import CommandReader, Kind

TEXT = {WIDTH_80: PROFILES["text-80"], WIDTH_58: PROFILES["text-58"]}
SLIPS = {"full": FULL, "compact": COMPACT, "large": LARGE}
REALTIME = re.compile(rb"\x10[\x04\x05\x14]")
NOT_PRINTED = {"payload", "tag_style", "module"}


def encode(slip: Slip, layouts: dict[int, SlipLayout], profile: DeviceProfile) -> bytes:
    return job.encode(slip, layouts[profile.width].render, profile).data


def sheet(slip: Slip, layouts: dict[int, SlipLayout], profile: DeviceProfile) -> Sheet:
    (found,) = decode(encode(slip, layouts, profile), profile.width)
    assert found.unknown == ()
    return found


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def words(value: Any) -> Iterator[str]:
    """Every text in a block, apart from the product's own list of fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from words(each)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in NOT_PRINTED:
                yield from words(getattr(value, field.name))


def invented(kind: Any, name: str = "") -> Any:
    """A value of any block's field: invented words, no two alike."""
    invented.count += 1  # type: ignore[attr-defined]
    number = invented.count  # type: ignore[attr-defined]
    if kind is str:
        return PAYLOAD if name == "payload" else f"材料{number}号，带原件"
    if kind is int:
        return 4 if name == "module" else number % 3
    if kind is float:
        return 120.0
    if kind is bool:
        return False
    if dataclasses.is_dataclass(kind):
        hints = {each: _hint(kind, each) for each in (field.name for field in dataclasses.fields(kind))}
        return kind(**{each: invented(hint, each) for each, hint in hints.items()})  # type: ignore[operator]
    arguments = get_args(kind)
    if type(None) in arguments:
        return None if name == "alone" else invented(arguments[0], name)  # alone: instead of what is there already
    if str(kind).startswith("tuple"):
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return () if name == "more" else (invented(arguments[0]), invented(arguments[0]))
        return tuple(invented(each) for each in arguments)
    assert str(kind).startswith("typing.Literal"), kind
    return arguments[0]


invented.count = 0  # type: ignore[attr-defined]


def _hint(kind: Any, name: str) -> Any:
    return get_type_hints(kind)[name]


SAMPLES: dict[type, Block] = {
    Strip: Strip((("", "本亭", "滨河路"), ("A", "车管所", "滨河路 88 号")), ("步行 300 米",)),
    Strokes: Strokes(((1, "1 点"), (2, "2 点")), ((4, "一半"),)),
    Sizes: Sizes(((24, "大小"), (32, "大小"))),
    Codes: Codes("便民亭", ((4, "四点", True), (5, "五点", False))),
}
"""Of those whose fields depend on each other."""


def sample(kind: Any) -> Block:
    """A block of `kind`."""
    found: Block = SAMPLES.get(kind) or invented(kind)
    return replace(found, heads=("原件", "复印", "给第几步")) if isinstance(found, Table) else found


@pytest.mark.parametrize("width", TEXT)
@pytest.mark.parametrize("name", SLIPS)
def test_everything_on_the_slip_is_in_the_text(layouts: dict[int, SlipLayout], name: str, width: int) -> None:
    paper = sheet(SLIPS[name], layouts, TEXT[width])
    said = squeezed("".join(line.text for line in paper.text))
    for text in words(SLIPS[name].blocks):
        assert squeezed(text) in said
    assert "?" not in said
    assert not paper.ink.size or not paper.ink.any()  # nothing had to be drawn


@pytest.mark.parametrize("kind", get_args(Block), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("width", TEXT)
def test_every_kind_of_block_is_set_or_drawn(layouts: dict[int, SlipLayout], kind: Any, width: int) -> None:
    block = sample(kind)
    paper = sheet(Slip((block,)), layouts, TEXT[width])
    if kind in SET:
        said = squeezed("".join(line.text for line in paper.text))
        for text in words(block):
            for part in (text,) if kind.__name__ != "Blank" else text.split("_"):
                assert squeezed(part) in said
    else:
        alone = layouts[width].render(Slip((block,)))
        dots = np.unpackbits(np.frombuffer(alone.data, np.uint8).reshape(alone.height, alone.stride), axis=1)
        inked = np.flatnonzero(dots.any(axis=1))
        assert np.array_equal(paper.ink, dots[inked[0] : inked[-1] + 1].astype(bool))


@pytest.mark.parametrize("name", SLIPS)
def test_lines_fit_the_paper(layouts: dict[int, SlipLayout], name: str) -> None:
    for width, profile in TEXT.items():
        wide = False
        cells = 0
        for token in CommandReader().feed(encode(SLIPS[name], layouts, profile)):
            if token.name == "GS !":
                wide = bool(token.data[0] & 0xF0)
            elif token.name == "LF":
                assert cells * 12 <= width
                cells = 0
            elif token.kind is Kind.TEXT:
                cells += len(token.data) * (2 if wide else 1)  # a Chinese character: two bytes, two cells


def test_no_line_begins_with_a_closing_mark(layouts: dict[int, SlipLayout]) -> None:
    for profile in TEXT.values():
        for line in sheet(FULL, layouts, profile).text:
            assert line.text.strip()[:1] not in set("，。；：！？、）》」")


def test_small_enough_for_a_slow_line(layouts: dict[int, SlipLayout]) -> None:
    data = encode(FULL, layouts, TEXT[WIDTH_80])
    picture = encode(FULL, layouts, PROFILES["generic-80"])
    assert len(data) < 4_000  # four seconds at 9600 baud
    assert len(data) * 15 < len(picture)
    assert REALTIME.search(data) is None


def test_the_paper_is_as_long_as_it_is_said_to_be(layouts: dict[int, SlipLayout]) -> None:
    slip = replace(FULL, blocks=tuple(block for block in BLOCKS if not isinstance(block, TakeAway)))
    for width, profile in TEXT.items():
        made = job.encode(slip, layouts[width].render, profile)
        (paper,) = decode(made.data, width)
        assert paper.height / DOTS_PER_MM == pytest.approx(made.millimetres)
    raster = job.encode(FULL, layouts[WIDTH_80].render, PROFILES["generic-80"])
    (paper,) = decode(raster.data, WIDTH_80)
    assert paper.height / DOTS_PER_MM == pytest.approx(raster.millimetres)


def test_the_code_holds_utf_8(layouts: dict[int, SlipLayout]) -> None:
    """GB 18030 bytes come out as garbage on every phone."""
    functions = [
        token.data[3:]
        for token in CommandReader().feed(encode(FULL, layouts, TEXT[WIDTH_80]))
        if token.name == "GS (" and token.data[:1] == b"k"
    ]
    model, size, level, store, show = functions
    assert (model, level, show) == (b"1A2\x00", b"1E1", b"1Q0")
    assert size in (b"1C\x04", b"1C\x05")
    assert store == b"1P0" + PAYLOAD.encode()


def test_a_printer_without_codes_of_its_own_gets_a_picture(layouts: dict[int, SlipLayout]) -> None:
    profile = replace(TEXT[WIDTH_80], native_qr=False)
    paper = sheet(FULL, layouts, profile)
    assert paper.undrawn == ()
    read = zxingcpp.read_barcodes(np.where(paper.dots, 0, 255).astype(np.uint8))
    assert [code.text for code in read] == [PAYLOAD]
    assert len(encode(FULL, layouts, profile)) <= 25_000


@pytest.mark.parametrize(
    ("charset", "drawn"),
    [
        (Charset.GB2312, ("8:30–12:00", "繁體", "㐀镇", "𠮷野家", "한국어 안내", "😀", "café", "¥10")),
        (Charset.GBK, ("㐀镇", "𠮷野家", "한국어 안내", "😀", "café", "¥10")),
        (Charset.GB18030, ("𠮷野家", "한국어 안내", "😀", "café", "¥10")),
    ],
)
def test_what_the_printer_lacks_is_drawn(
    layouts: dict[int, SlipLayout], charset: Charset, drawn: tuple[str, ...]
) -> None:
    every = ("8:30–12:00", "繁體", "㐀镇", "𠮷野家", "한국어 안내", "😀", "café", "¥10", "号①→（：、。）", "ABC-1/2")
    for text in every:
        slip = Slip((Paragraph(f"地址和说明在这里 {text}"),))
        paper = sheet(slip, layouts, replace(TEXT[WIDTH_80], charset=charset))
        said = squeezed("".join(line.text for line in paper.text))
        assert (text in drawn) == (squeezed(text) not in said)
        assert (text in drawn) == bool(paper.ink.any())
        assert "?" not in said


def test_four_bytes_where_the_printer_has_them(layouts: dict[int, SlipLayout]) -> None:
    data = encode(Slip((Paragraph("㐀镇"),)), layouts, replace(TEXT[WIDTH_80], charset=Charset.GB18030))
    assert "㐀镇".encode("gb18030") in data


def test_a_slip_in_a_language_it_cannot_write_is_drawn_block_by_block(layouts: dict[int, SlipLayout]) -> None:
    korean = Slip((Title("운전면허증 재발급"), Paragraph("신분증을 가져오세요."), Separator()), lang="ko")
    paper = sheet(korean, layouts, TEXT[WIDTH_80])
    assert [line.text for line in paper.text] == ["-" * 48]
    assert paper.ink.any()


def test_both_languages_and_each_code_once(layouts: dict[int, SlipLayout]) -> None:
    first = (Masthead("办事明白纸", "第 1 张"), Keyed((("电话", "12345"),)), TakeAway(PAYLOAD, "扫码带走"))
    second = (Masthead("Guide", "No. 1"), Keyed((("Phone", "12345"),)), TakeAway(PAYLOAD, "Scan me"))
    slip = Slip(first, Variant.BILINGUAL, second=second, second_lang="en")
    paper = sheet(slip, layouts, TEXT[WIDTH_80])
    said = squeezed("".join(line.text for line in paper.text))
    assert said.index("办事明白纸") < said.index("Guide") < said.index("电话") < said.index("Phone")
    assert "Scanme" in said
    assert len([note for note in paper.undrawn if "two-dimensional" in note.what]) == 1
    several = tuple(
        TakeAway(PAYLOAD, head, more=(("乙" * 90, ""),), alone=replace(ALONE, head=head))
        for head in ("扫码带走", "Scan me")
    )
    for width, count in ((WIDTH_80, 2), (WIDTH_58, 1)):
        paper = sheet(Slip(several[:1], Variant.BILINGUAL, second=several[1:], second_lang="en"), layouts, TEXT[width])
        assert len([note for note in paper.undrawn if "two-dimensional" in note.what]) == count
        said = squeezed("".join(line.text for line in paper.text))
        assert "Scanme" in said and "扫码带走" in said


def test_tags_and_counts_stand_with_their_paper(layouts: dict[int, SlipLayout]) -> None:
    slip = Slip((Ticks((Tick("身份证", "1 件", "原件", "自己带", "solid"),)),))
    first, second = (line.text for line in sheet(slip, layouts, TEXT[WIDTH_80]).text)
    assert re.fullmatch(r"□ 身份证 1 件 +〔自己带〕", first)
    assert second == "   原件"


def test_room_for_a_pen(layouts: dict[int, SlipLayout]) -> None:
    slip = Slip((Blank(("窗口", "号，", "")), Blank(("", ""))))
    lines = [line.text for line in sheet(slip, layouts, TEXT[WIDTH_80]).text]
    assert lines == ["窗口________号，" + "_" * 32, "_" * 48]


def test_a_check_code_stays_in_one_piece(layouts: dict[int, SlipLayout]) -> None:
    for width, profile in TEXT.items():
        lines = [line.text.strip() for line in sheet(Slip((CheckCode("7K3M-92QX-4D8F"),)), layouts, profile).text]
        assert lines == ["7K3M-92QX-4D8F"], width


def test_a_ruler_is_always_a_picture(layouts: dict[int, SlipLayout]) -> None:
    slip = replace(Slip((Paragraph("尺"),)), ruled=True)
    assert sheet(slip, layouts, TEXT[WIDTH_80]).text == ()


def test_a_code_that_is_too_long_is_refused(layouts: dict[int, SlipLayout]) -> None:
    with pytest.raises(ValueError, match="bytes"):
        encode(Slip((TakeAway("长" * 200, ""),)), layouts, TEXT[WIDTH_80])


@pytest.mark.parametrize("length", [1, 14, 15, 106, 107, 180, 213, 214, 331])
def test_the_size_of_a_code_is_known_without_making_it(layouts: dict[int, SlipLayout], length: int) -> None:
    """Between two white strips of four modules each the code moves the paper by its own height."""
    slip = Slip((TakeAway("x" * length, "", module=4),))
    empty = job.encode(Slip((TakeAway("", ""),)), layouts[WIDTH_80].render, TEXT[WIDTH_80]).millimetres
    made = job.encode(slip, layouts[WIDTH_80].render, TEXT[WIDTH_80]).millimetres
    assert round((made - empty) * DOTS_PER_MM) == 4 * (len(qr.modules("x" * length)) + 2 * qr.QUIET_ZONE)


def test_mode_is_a_matter_of_the_profile(layouts: dict[int, SlipLayout]) -> None:
    profile = replace(PROFILES["generic-80"], mode=Mode.TEXT)
    assert "居民身份证" in squeezed("".join(line.text for line in sheet(FULL, layouts, profile).text))


ALONE = Alone((("丙" * 90, ""),), "要点")


def test_narrow_paper_bears_the_one_code_that_says_the_most(layouts: dict[int, SlipLayout]) -> None:
    block = TakeAway("甲" * 90, "扫码", ("不用联网",), more=(("乙" * 90, ""),), several="两个都要扫", alone=ALONE)
    for width, texts, told in ((WIDTH_80, ["甲" * 90, "乙" * 90], True), (WIDTH_58, ["丙" * 90], False)):
        job = encode(Slip((block,)), layouts, TEXT[width])
        stored = [
            token.data[3:] for token in CommandReader().feed(job) if token.name == "GS (" and token.data[3:6] == b"1P0"
        ]
        assert [data.removeprefix(b"1P0").decode() for data in stored] == texts
        paper = sheet(Slip((block,)), layouts, TEXT[width])
        assert ("两个都要扫" in "".join(line.text for line in paper.text)) is told
