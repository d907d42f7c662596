"""QR codes read back by a reader of other people's making."""

from __future__ import annotations

import numpy as np
import pytest
import segno
import zxingcpp
from hypothesis import given, settings, strategies as st

from printer import qr
from printer.qr import ScreenQrCodes


def read(rows: tuple[bytes, ...]) -> zxingcpp.Barcode:
    modules = np.array([list(row) for row in rows], np.uint8)
    image = np.pad(np.kron(255 - modules * 255, np.ones((4, 4), np.uint8)), 16, constant_values=255)
    only = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(image.astype(np.uint8), formats=only)
    assert len(found) == 1
    return found[0]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=80))
@settings(max_examples=25)
def test_any_text_is_read_back_byte_by_byte(text: str) -> None:
    assert bytes(read(ScreenQrCodes().rows(text)).bytes) == text.encode()


def test_level_m_plain_bytes_no_quiet_zone() -> None:
    rows = ScreenQrCodes().rows("便民亭：办事带什么")
    code = read(rows)
    assert code.text == "便民亭：办事带什么"
    assert code.ec_level == "M"
    assert code.symbology_identifier == "]Q1"  # no ECI
    assert {len(row) for row in rows} == {len(rows)}
    assert rows[0][0] == 1


def test_what_fits_on_paper_and_what_does_not() -> None:
    assert len(qr.modules("办" * 110, qr.PAPER_VERSION)) == 17 + 4 * qr.PAPER_VERSION
    assert len(qr.modules("a" * qr.PAPER_BYTES, qr.PAPER_VERSION)) == 17 + 4 * qr.PAPER_VERSION
    with pytest.raises(ValueError, match="332 bytes"):
        qr.modules("a" * 332, qr.PAPER_VERSION)


def test_no_text_and_too_much_text_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        ScreenQrCodes().rows("")
    assert ScreenQrCodes().rows("a" * 2331)
    with pytest.raises(ValueError, match="2332 bytes"):
        ScreenQrCodes().rows("a" * 2332)


def capacity(version: int) -> int:
    """Bytes that fit at level M: told by segno, which refuses one more."""
    low, high = 1, 2331
    while low < high:
        middle = (low + high + 1) // 2
        made = segno.make_qr("a" * middle, error="m", mode="byte", boost_error=False, mask=0).version
        assert isinstance(made, int)
        low, high = (middle, high) if made <= version else (low, middle - 1)
    return low


def filled(text: str) -> str:
    """`text` with as many letters behind it as its version still holds."""
    made = segno.make_qr(text, error="m", mode="byte", encoding="utf-8", boost_error=False, mask=0)
    assert isinstance(made.version, int)
    return text + "a" * (capacity(made.version) - len(text.encode()))


@pytest.mark.parametrize("version", [*range(1, 15), 20, 27, 32, 40])
def test_every_version_is_the_symbol_of_the_standard(version: int) -> None:
    """Against segno, somebody else's, with texts that fill their version: behind others segno puts a byte too much."""
    text = "".join(chr(33 + n * 7 % 90) for n in range(capacity(version)))
    code = segno.make_qr(text, error="m", mode="byte", boost_error=False)
    assert code.version == version
    assert ScreenQrCodes().rows(text) == tuple(bytes(row) for row in code.matrix)
    for shorter in (text[:-1], text[: len(text) // 2]):
        assert read(ScreenQrCodes().rows(shorter)).text == shorter


@pytest.mark.parametrize("characters", [1, 12, 40, 90, 110, 240, 620])
def test_the_mask_is_the_one_that_the_standard_asks_for(characters: int) -> None:
    """segno looks at every module of every mask by itself: slow, and somebody else's. Texts fill their version, because
    segno puts a byte too much behind one that does not.
    """
    sentence = "要带：居民身份证 原件 1 份；去：滨海路 66 号，周一到周五 9:00–17:00。"
    for turn in range(4):
        text = filled((sentence[turn * 5 :] + str(turn) + sentence * 20)[:characters])
        code = segno.make_qr(text, error="m", mode="byte", encoding="utf-8", boost_error=False)
        assert ScreenQrCodes().rows(text) == tuple(bytes(row) for row in code.matrix)


@given(st.binary(min_size=1, max_size=120))
@settings(max_examples=40)
def test_the_mask_of_any_text(seed: bytes) -> None:
    text = filled(seed.hex())
    code = segno.make_qr(text, error="m", mode="byte", encoding="utf-8", boost_error=False)
    assert ScreenQrCodes().rows(text) == tuple(bytes(row) for row in code.matrix)
