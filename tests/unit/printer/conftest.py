"""Layouts for both papers, made once: opening the fonts costs more than drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from domain.errors import CodedError
from domain.paper import WIDTH_58, WIDTH_80
from printer.layout import SlipLayout


@pytest.fixture(scope="session")
def layouts(lacking: Callable[[str], NoReturn]) -> dict[int, SlipLayout]:
    """By paper width in dots."""
    try:
        return {width: SlipLayout(width) for width in (WIDTH_80, WIDTH_58)}
    except CodedError as error:
        lacking(str(error))


@pytest.fixture
def layout(layouts: dict[int, SlipLayout]) -> SlipLayout:
    return layouts[WIDTH_80]
