"""Whatever text comes in, from a keyboard or an editor: it is searched, set in lines and built, never choked on."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from domain.errors import RecordError
from localdb.catalogue.build import build
from localdb.catalogue.reader import CatalogueFile
from printer import wrap as paper
from screens.kit import wrap as glass

EM = 24
MADE_AT = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)

NASTY = "\x00\x1b\x7f\xad\u0300\u0301\u20e3\u200b\u200d\u200f\u202a\u202e\u2066\u2069\ufe0f\ufeff\ufffe\ufdfa\U0001f468"
ANY = st.text(st.characters(exclude_categories=()), max_size=80) | st.text(
    st.sampled_from(NASTY + "\ud800\udfff" + "驾照丢了 jia1,。（\n\t"), max_size=80
)
LONG = st.tuples(ANY, st.integers(1, 3)).map(lambda pair: (pair[0] * 10 ** (pair[1] + 2))[:100_000])


@pytest.fixture(scope="module")
def city() -> Iterator[CatalogueFile]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "few.db"
        records = [
            {"kind": "org", "id": "org-a", "name": "市公安局"},
            {"kind": "guide", "id": "g-1", "name": "机动车驾驶证补领", "department": "org-a", "aliases": ["驾照丢了"]},
            {
                "kind": "vocabulary",
                "id": "v-1",
                "name": "丢了",
                "relation": "intent",
                "words": ["补领", "丢了"],
                "intent": "lost",
            },
        ]
        build([json.dumps(record).encode() for record in records], path, revision=1, made_at=MADE_AT)
        catalogue = CatalogueFile(path, lambda: None)
        yield catalogue
        catalogue.close()


def widths(text: str) -> list[int]:
    return [EM if unicodedata.east_asian_width(char) in "FWA" else EM // 2 for char in text]


def seen(text: str) -> str:
    """What may not be lost: everything but blanks, which breaks swallow."""
    return "".join(char for char in text if not char.isspace())


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=ANY)
@example(text="\ud800")
@example(text="驾\ud83d照")
def test_any_text_is_searched(city: CatalogueFile, text: str) -> None:
    results = city.search(text, facets=True)
    assert results.query == text
    assert city.search(text, facets=True) == results


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(text=LONG)
def test_a_hundred_thousand_characters_are_searched(city: CatalogueFile, text: str) -> None:
    assert city.search(text).query == text
    assert city.search(f"驾照丢了{text}").query.startswith("驾照丢了")


@settings(max_examples=200, deadline=None)
@given(text=ANY, width=st.integers(2 * EM, 24 * EM))
def test_any_text_is_set_on_paper(text: str, width: int) -> None:
    lines = paper.wrap(text, width, widths, EM)
    assert seen("".join(line.text for line in lines)) == seen(text)
    assert all(len(line.offsets) == len(line.text) for line in lines)
    assert all(line.width <= width or len(line.text) == 1 for line in lines)


@settings(max_examples=200, deadline=None)
@given(text=ANY, width=st.integers(2 * EM, 24 * EM))
def test_any_text_is_set_on_the_glass(text: str, width: int) -> None:
    lines = glass.wrap(text, width, lambda piece: sum(widths(piece)))
    assert seen("".join(lines)) == seen(text)
    assert all(sum(widths(line)) <= width or len(line) == 1 for line in lines)


@settings(max_examples=6, suppress_health_check=list(HealthCheck), deadline=None)
@given(text=LONG)
def test_a_hundred_thousand_characters_are_set(text: str) -> None:
    assert seen("".join(line.text for line in paper.wrap(text, 24 * EM, widths, EM))) == seen(text)
    assert seen("".join(glass.wrap(text, 24 * EM, lambda piece: sum(widths(piece))))) == seen(text)


@settings(max_examples=6, suppress_health_check=list(HealthCheck), deadline=None)
@given(texts=st.lists(ANY | LONG, min_size=1, max_size=12))
def test_any_text_in_a_record_is_built_or_refused_with_its_line(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept: list[bytes] = [b'{"kind":"org","id":"org-a","name":"x"}']
        refused: list[str] = []
        for number, text in enumerate(texts):
            record = {"kind": "guide", "id": f"g-{number}", "name": text, "aliases": [text[:9]], "department": "org-a",
                      "summary": text}  # fmt: skip
            line = json.dumps(record).encode()
            try:
                build([kept[0], line], Path(folder) / f"{number}.db", revision=1, made_at=MADE_AT)
            except RecordError as error:
                refused.append(str(error))
            else:
                kept.append(line)
        assert all("records:2" in told for told in refused)
        path = Path(folder) / "all.db"
        build(kept, path, revision=1, made_at=MADE_AT)
        catalogue = CatalogueFile(path, lambda: None)
        for line in kept[1:]:
            assert catalogue.search(json.loads(line)["name"]).query == json.loads(line)["name"]
        catalogue.close()
