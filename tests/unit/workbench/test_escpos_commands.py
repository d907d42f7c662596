"""The decoder against streams made by hand, one command after the other, in any chunking."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st
from PIL import Image

from workbench.escpos import Decoder, Request, Sheet, decode

WIDTH = 64
CUT = b"\x1dV\x00"


def one_sheet(stream: bytes, *, width: int = WIDTH, cutter_gap: int = 0) -> Sheet:
    decoder = Decoder(width, cutter_gap=cutter_gap)
    decoder.feed(stream + CUT)
    assert len(decoder.sheets) == 1
    return decoder.sheets[0]


def rows(sheet: Sheet) -> list[str]:
    """The sheet as text, blank columns at the right left out."""
    return ["".join(".#"[int(dot)] for dot in row).rstrip(".") for row in sheet.dots]


def raster(lines: list[str], mode: int = 0) -> bytes:
    bits = [[letter == "#" for letter in line] for line in lines]
    packed = np.packbits(np.array(bits), axis=1)
    return bytes((0x1D, 0x76, 0x30, mode, packed.shape[1], 0, len(lines), 0)) + packed.tobytes()


BOX = ["########", "#......#", "########"]


# Pictures


def test_raster_prints_its_rows() -> None:
    assert rows(one_sheet(raster(BOX))) == BOX


@pytest.mark.parametrize(
    ("mode", "across", "down"),
    [(0, 1, 1), (1, 2, 1), (2, 1, 2), (3, 2, 2), (48, 1, 1), (51, 2, 2)],
)
def test_raster_modes_enlarge(mode: int, across: int, down: int) -> None:
    expected = ["".join(letter * across for letter in line) for line in BOX for _ in range(down)]
    assert rows(one_sheet(raster(BOX, mode))) == expected


def test_what_is_wider_than_the_paper_is_lost() -> None:
    sheet = one_sheet(raster(["#" * 80]))
    assert sheet.dots.shape == (1, WIDTH)
    assert sheet.dots.all()


def test_raster_rows_come_out_before_the_picture_is_complete() -> None:
    decoder = Decoder(WIDTH)
    decoder.feed(raster(BOX)[:-1])
    assert rows(decoder.strip) == BOX[:2]
    assert decoder.expects_dots
    decoder.feed(raster(BOX)[-1:])
    assert rows(decoder.strip) == BOX
    assert not decoder.expects_dots


def test_a_job_after_one_that_broke_off_in_a_picture_is_taken_for_dots() -> None:
    decoder = Decoder(WIDTH)
    decoder.feed(raster(BOX)[:-1])
    decoder.feed(b"\x1b@\n")
    assert rows(decoder.strip)[:3] == [*BOX[:2], "...##.##"]  # ESC is 0x1b
    assert [line.text for line in decoder.strip.text] == ["@"]


def test_a_half_command_can_be_forgotten() -> None:
    decoder = Decoder(WIDTH)
    decoder.feed(b"\x1b3\x0a" + raster(BOX)[:-1])
    decoder.forget_half_command()
    decoder.feed(b"\n\x04")
    assert decoder.strip_rows == 2 + 10, "the line spacing was no half command"
    assert [note.offset for note in decoder.strip.unknown] == [3 + 10 + 1]


def test_clearing_the_buffers_keeps_the_settings_and_a_reset_does_not() -> None:
    decoder = Decoder(WIDTH)
    decoder.feed(b"\x1b3\x0aabc\x1bJ")
    decoder.clear_buffers()
    decoder.feed(b"\n")
    assert (decoder.strip.text, decoder.strip_rows) == ((), 10)
    decoder.reset()
    decoder.feed(b"\n")
    assert decoder.strip_rows == 10 + 30


@pytest.mark.parametrize(
    ("justify", "left"),
    [(b"\x00", 0), (b"\x01", 28), (b"\x02", 56), (b"1", 28), (b"2", 56), (b"\x07", 0)],
)
def test_justification_moves_pictures(justify: bytes, left: int) -> None:
    sheet = one_sheet(b"\x1ba" + justify + raster(BOX))
    assert rows(sheet)[0] == "." * left + BOX[0]


def test_left_margin_and_area_bound_a_picture() -> None:
    sheet = one_sheet(b"\x1dL\x10\x00\x1dW\x0c\x00" + raster(["#" * 32]))
    assert rows(sheet) == ["." * 16 + "#" * 12]


def test_column_picture_24_dots_high() -> None:
    # two columns: a full one, and one with the top and the bottom dot
    sheet = one_sheet(b"\x1b*\x21\x02\x00" + b"\xff\xff\xff" + b"\x80\x00\x01" + b"\n")
    assert rows(sheet) == ["##", *["#"] * 22, "##", *[""] * 6]


def test_column_picture_in_single_density_is_twice_as_wide() -> None:
    assert rows(one_sheet(b"\x1b*\x20\x01\x00\x80\x00\x00\n"))[0] == "##"


@pytest.mark.parametrize(("mode", "across"), [(0, 2), (1, 1)])
def test_column_picture_of_8_dots_is_three_times_as_tall(mode: int, across: int) -> None:
    sheet = one_sheet(b"\x1b*" + bytes((mode, 1, 0)) + b"\x81\n")
    assert rows(sheet)[:24] == [*["#" * across] * 3, *[""] * 18, *["#" * across] * 3]


def test_columns_follow_one_another_on_a_line() -> None:
    column = b"\x1b*\x21\x01\x00\x80\x00\x00"
    assert rows(one_sheet(column + b"\x1b$\x08\x00" + column + b"\x1b\\\x02\x00" + column + b"\n"))[0] == "#.......#..#"


def test_line_spacing_below_the_height_of_a_line_does_not_overlap() -> None:
    line = b"\x1b*\x21\x01\x00\xff\xff\xff\n"
    assert rows(one_sheet(b"\x1b3\x10" + line + line)) == ["#"] * 48


def test_graphics_are_stored_and_then_printed() -> None:
    dots = np.packbits(np.array([[letter == "#" for letter in line] for line in BOX]), axis=1).tobytes()
    body = b"0p0\x01\x021\x08\x00\x03\x00" + dots
    store = b"\x1d(L" + len(body).to_bytes(2, "little") + body
    assert one_sheet(store).height == 0
    assert rows(one_sheet(store + b"\x1d(L\x02\x0002")) == [line for line in BOX for _ in (1, 2)]
    assert one_sheet(store + 2 * b"\x1d(L\x02\x0002").height == 6, "what has been printed is no longer stored"
    long_form = b"\x1d8L" + len(body).to_bytes(4, "little") + body
    assert rows(one_sheet(long_form + b"\x1d(L\x02\x00\x30\x02")) == [line for line in BOX for _ in (1, 2)]


def test_graphics_whose_data_do_not_fill_the_picture_are_counted() -> None:
    sheet = one_sheet(b"ab" + b"\x1d(L\x0b\x000p0\x01\x011\x08\x00\x03\x00\xff" + b"\x1d(L\x02\x0002")
    assert [(note.offset, note.what) for note in sheet.unknown] == [(2, "graphics data do not fill the picture GS (")]
    assert sheet.ink.size == 0


# Feeds, lines, text


@pytest.mark.parametrize(
    ("stream", "height"),
    [
        (b"\n", 30),
        (b"\x1bJ\x11", 17),
        (b"\x1bd\x03", 90),
        (b"\x1b3\x0a\n\n", 20),
        (b"\x1b3\x0a\x1b2\n", 30),
        (b"\x1b3\x0a\x1b@\n", 30),
        (b"\x1b3\x0a\x1bd\x02", 20),
        (b"\x1b3\x00\n", 0),
        (b"abc\x1bJ\x05", 24),
        (b"abc\x1bJ\x28", 40),
        (b"abc\x1bd\x02", 60),
        (b"\r\x00\x18", 0),
    ],
)
def test_feeds(stream: bytes, height: int) -> None:
    assert one_sheet(stream).height == height


def test_text_is_recorded_with_its_row_and_not_drawn() -> None:
    sheet = one_sheet("\x1b@办事明白纸 A4\n㐀𠮷①\n".encode("gb18030"))
    assert [(line.row, line.text) for line in sheet.text] == [(0, "办事明白纸 A4"), (30, "㐀𠮷①")]
    assert not sheet.dots.any()
    assert sheet.unknown == ()


def test_chinese_mode_can_be_left_and_entered() -> None:
    sheet = one_sheet(b"\x1c.\x82\n\x1c&\xc4\xe3\n")
    assert [line.text for line in sheet.text] == ["é", "你"]


def test_bytes_that_are_no_character_spoil_one_character_only() -> None:
    sheet = one_sheet(b"a\x80b\xc4\x1b3\x1e\n")
    assert [line.text for line in sheet.text] == ["a\ufffdb\ufffd"]
    assert sheet.height == 30


def test_initialising_drops_the_line_that_was_not_printed() -> None:
    assert one_sheet(b"abc\x1b@").height == 0


# Cuts


@pytest.mark.parametrize(
    ("cut", "fed", "partly"),
    [
        (b"\x1dV\x00", 0, False),
        (b"\x1dV\x30", 0, False),
        (b"\x1dV\x01", 0, True),
        (b"\x1dV\x31", 0, True),
        (b"\x1dV\x41\x10", 16, False),
        (b"\x1dV\x42\x10", 16, True),
        (b"\x1dV\x61\x10", 16, False),
        (b"\x1dV\x62\x10", 16, True),
        (b"\x1dV\x67\x10", 16, False),
        (b"\x1dV\x68\x10", 16, True),
        (b"\x1bi", 0, True),
        (b"\x1bm", 0, True),
    ],
)
def test_cuts(cut: bytes, fed: int, partly: bool) -> None:
    decoder = Decoder(WIDTH)
    decoder.feed(raster(BOX) + cut + b"\x1bJ\x07")
    (sheet,) = decoder.sheets
    assert (rows(sheet), sheet.partly_cut) == (BOX + [""] * fed, partly)
    assert decoder.strip_rows == 7


def test_a_cut_without_a_feed_leaves_what_lies_between_head_and_cutter() -> None:
    decoder = Decoder(WIDTH, cutter_gap=2)
    decoder.feed(raster(BOX) + CUT + raster(BOX) + b"\x1dVB\x04")
    first, second = decoder.sheets
    assert rows(first) == ["", "", BOX[0]]
    assert rows(second) == [*BOX[1:], *BOX, "", "", "", ""]


def test_text_stays_with_its_rows_when_the_cut_falls_between() -> None:
    decoder = Decoder(WIDTH, cutter_gap=40)
    decoder.feed("甲\n乙\n".encode("gb18030") + CUT + b"\x1dVA\x00")
    assert [[(line.row, line.text) for line in sheet.text] for sheet in decoder.sheets] == [[(40, "甲")], [(10, "乙")]]


def test_a_cut_that_does_not_exist_is_counted() -> None:
    decoder = Decoder(WIDTH)
    decoder.feed(b"\x1dV\x05\x00")
    assert decoder.sheets == []
    assert [note.what for note in decoder.strip.unknown] == ["cut mode GS V"]


# Questions


def test_questions_come_back_in_order() -> None:
    decoder = Decoder()
    asked = decoder.feed(b"\x1dr\x01\x1d(H\x06\x0000A001\x1da\x0f")
    assert asked == [Request("GS r", b"\x01"), Request("GS ( H", b"A001"), Request("GS a", b"\x0f")]
    assert decoder.feed(b"\x1dr") == []
    assert decoder.feed(b"\x31") == [Request("GS r", b"1")]


def test_a_malformed_process_id_request_is_counted_and_not_answered() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x1d(H\x05\x0000A00") == []
    assert len(decoder.strip.unknown) == 1


# Everything else


def test_unknown_commands_are_counted_with_their_offsets() -> None:
    sheet = one_sheet(b"ab\x1bZ\x1d\x7f\x04\x10\x99\n")
    assert [(note.offset, note.data) for note in sheet.unknown] == [
        (2, b"\x1bZ"), (4, b"\x1d\x7f"), (6, b"\x04"), (7, b"\x10\x99"),
    ]  # fmt: skip
    assert [line.text for line in sheet.text] == ["ab"]


SWALLOWED = {
    "code table": b"\x1bt\x00",
    "print mode": b"\x1b!\x38",
    "bold": b"\x1bE\x01",
    "drawer": b"\x1bp\x00\x19\xfa",
    "beeper": b"\x1bB\x02\x05",
    "tab stops": b"\x1bD\x08\x10\x18\x00",
    "no tab stops": b"\x1bD\x00",
    "character size": b"\x1d!\x11",
    "Chinese print mode": b"\x1c!\x0c",
    "Chinese spacing": b"\x1cS\x00\x02",
    "own Chinese character": b"\x1c2\xfe\xa1" + bytes(72),
    "own characters": b"\x1b&\x03\x41\x42\x01\x0a\x0b\x0c\x02" + bytes(6),
    "barcode, closed by NUL": b"\x1dk\x04ABC123\x00",
    "barcode, counted": b"\x1dk\x49\x06{B1234",
    "QR code": b"\x1d(k\x03\x001A2" + b"\x1d(k\x07\x001P0text" + b"\x1d(k\x03\x001Q0",
    "downloaded image": b"\x1d*\x01\x01" + bytes(8),
    "stored image": b"\x1cq\x01\x01\x00\x01\x00" + bytes(8),
    "page area": b"\x1bW" + bytes(8),
    "DLE EOT": b"\x10\x04\x01",
    "DLE EOT 7": b"\x10\x04\x07\x01",
    "DLE DC4 drawer": b"\x10\x14\x01\x00\x01",
    "DLE DC4 clear": b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
    "block command": b"\x1d(A\x02\x00\x00\x01",
}


@pytest.mark.parametrize("stream", SWALLOWED.values(), ids=SWALLOWED.keys())
def test_known_commands_end_where_they_end(stream: bytes) -> None:
    sheet = one_sheet(b"a" + stream + b"z\n")
    assert [line.text for line in sheet.text] == ["az"]
    assert (sheet.unknown, sheet.height) == ((), 30)


def test_known_commands_that_would_leave_dots_are_named() -> None:
    sheet = one_sheet(SWALLOWED["QR code"] + SWALLOWED["barcode, counted"] + b"\x1bL")
    assert [note.what for note in sheet.undrawn] == ["two-dimensional code GS (", "barcode GS k", "page mode ESC L"]


def test_tab_stops_that_do_not_ascend_end_the_command() -> None:
    sheet = one_sheet(b"\x1bD\x08\x20 \n")
    assert [line.text for line in sheet.text] == [" "]


def test_blank_paper_has_no_ink_and_an_empty_stream_no_paper() -> None:
    assert decode(b"") == []
    assert decode(b"\x1bJ\x10")[0].ink.shape == (0, 576)


# Chunking

EVERYTHING = (
    b"\x1b@\x1c&"
    + "明白纸㐀\n".encode("gb18030")
    + raster(BOX, 3)
    + b"\x1b*\x21\x03\x00"
    + bytes(range(9))
    + b"\x1bJ\x05\x1b3\x10\n\x1bd\x02"
    + b"\x1d(L\x0d\x000p0\x01\x011\x08\x00\x03\x00\xff\x81\xff\x1d(L\x02\x0002"
    + b"\x1dr\x01\x1d(H\x06\x0000id42\x04\x1bZ"
    + b"".join(SWALLOWED.values())
    + b"\x1dVA\x08\x1c.\x82\n\x1c&\xc4\xe3\n\x1dV\x01"
)


@given(st.sets(st.integers(1, len(EVERYTHING) - 1)))
def test_chunks_make_no_difference(cuts: set[int]) -> None:
    whole, pieces = Decoder(WIDTH), Decoder(WIDTH)
    asked = whole.feed(EVERYTHING)
    bounds = pairwise([0, *sorted(cuts), len(EVERYTHING)])
    asked_in_pieces = [question for start, end in bounds for question in pieces.feed(EVERYTHING[start:end])]
    assert asked_in_pieces == asked
    assert len(asked) == 2
    assert len(whole.sheets) == len(pieces.sheets) == 2
    for one, other in zip(whole.sheets, pieces.sheets, strict=True):
        assert np.array_equal(one.dots, other.dots)
        assert (one.text, one.unknown, one.undrawn) == (other.text, other.unknown, other.undrawn)


@given(st.binary(max_size=400), st.integers(1, 7))
def test_any_bytes_are_survived_in_any_chunking(stream: bytes, size: int) -> None:
    whole, pieces = Decoder(WIDTH), Decoder(WIDTH)
    asked = whole.feed(stream)
    chunks = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert [question for chunk in chunks for question in pieces.feed(chunk)] == asked
    assert np.array_equal(whole.strip.dots, pieces.strip.dots)
    assert whole.strip.unknown == pieces.strip.unknown
    assert whole.unfinished == pieces.unfinished


# Sheets


def test_the_picture_of_a_sheet_is_the_sheet() -> None:
    sheet = one_sheet(raster(BOX) + b"\x1bJ\x05", width=60)
    image = Image.open(io.BytesIO(sheet.png()))
    assert (image.mode, image.size) == ("1", (60, 8))
    assert np.array_equal(~np.asarray(image), sheet.dots)
    assert image.info["dpi"] == pytest.approx((203.2, 203.2), abs=0.1)
    assert sheet.length_mm == 1.0
    with pytest.raises(ValueError, match="read-only"):
        sheet.packed[0, 0] = 1
