"""The contact sheets: every slip of the sample city has its picture on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from domain.errors import CodedError
from domain.paper import WIDTH_58, WIDTH_80
from phrases import LANGUAGES
from printer.layout import SlipLayout
from tests.unit.printer import sheet


@pytest.fixture(autouse=True)
def fonts(lacking: Callable[[str], NoReturn], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)  # a sheet of everything is a hundred million dots
    try:
        SlipLayout(WIDTH_80)
    except CodedError as error:
        lacking(str(error))


def drawn(folder: Path, langs: tuple[str, ...], only: str = "") -> None:
    sheet.main(folder, langs, only)
    for lang in langs:
        for width in (WIDTH_80, WIDTH_58):
            whole = Image.open(folder / f"sheet-{width}-{lang}.png")
            slips = [Image.open(file) for file in folder.glob(f"*-{width}-{lang}.png") if "sheet" not in file.name]
            assert slips and whole.size == (len(slips) * (width + 24), max(slip.height for slip in slips))
            for slip in slips:
                ink = np.asarray(slip) < 128
                assert slip.width == width and 0.02 < ink.mean() < 0.5
            columns: NDArray[np.bool_] = np.any(np.asarray(whole) < 128, axis=0)
            assert all(columns[start : start + width + 24].any() for start in range(0, whole.width, width + 24))


def test_sheets_of_the_sparse_guide(tmp_path: Path) -> None:
    drawn(tmp_path, ("zh-Hans",), "sparse-c")


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_sheets_of_everything(tmp_path: Path) -> None:
    drawn(tmp_path, LANGUAGES)
