"""Reads pages as a browser does: what a form would send, what stands on the page."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser


class _Form(HTMLParser):
    """Collects the fields of the form with this id, in order; buttons are not sent."""

    def __init__(self, id: str) -> None:
        super().__init__(convert_charrefs=True)
        self.id = id
        self.inside = False
        self.sent: dict[str, list[str]] = {}
        self._area: str | None = None
        self._text = ""
        self._select: str | None = None
        self._chosen: str | None = None
        self._first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.id
        if not self.inside:
            return
        name = given.get("name") or ""
        if tag == "input" and name:
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if ticked:
                self.sent.setdefault(name, []).append(given.get("value") or "")
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select, self._chosen, self._first = name, None, None
        elif tag == "option" and self._select is not None:
            value = given.get("value") or ""
            self._first = value if self._first is None else self._first
            if "selected" in given:
                self._chosen = value

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self._area is not None:
            self.sent.setdefault(self._area, []).append(self._text.removeprefix("\n"))
            self._area = None
        elif tag == "select" and self._select is not None:
            chosen = self._chosen if self._chosen is not None else self._first or ""
            self.sent.setdefault(self._select, []).append(chosen)
            self._select = None


def form_of(page: str, id: str = "item-form") -> dict[str, list[str]]:
    """What the form would send if nobody touched it."""
    reader = _Form(id)
    reader.feed(page)
    assert reader.sent, f"no form {id} on the page"
    return reader.sent


def words(page: str) -> str:
    """What can be read, on one line."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def remarks(page: str, path: str) -> str:
    """What stands beside the field `path`."""
    found = re.search(rf'id="about-{re.escape(path)}">(.*?)</div>\s*</div>', page, re.DOTALL)
    assert found is not None, f"nothing beside {path}"
    return words(found[1])
