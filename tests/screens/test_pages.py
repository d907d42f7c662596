"""Every view has a page, and pages are loaded when they are needed."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from journeys import views
from screens.page import Page
from screens.pages import PAGES, Pages


def test_every_name_of_a_view_is_one() -> None:
    for name in views.__all__:
        assert getattr(views, name) is not None
    with pytest.raises(AttributeError):
        getattr(views, "Nothing")  # noqa: B009 (a type checker would see it)


def test_every_view_has_a_page() -> None:
    assert set(PAGES) == set(get_args(views.View))
    pages = [PAGES[view] for view in PAGES]
    assert all(issubclass(page, Page) for page in pages)
    assert len(set(pages)) == len(pages)
    assert all(dataclasses.is_dataclass(view) for view in PAGES)


def test_pages_come_in_one_by_one() -> None:
    pages = Pages({"Home": "home.HomePage", "Trouble": "trouble.TroublePage"})
    assert [pages.load(), pages.load(), pages.load()] == [True, True, False]
    assert pages[views.Trouble] is PAGES[views.Trouble]
