"""Frames of lines, marks, and what is said about targets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, strategies as st
from tuf.api.metadata import TargetFile

from contentsync.layout import of_targets
from contentsync.marks import Mark, Memory, StateFile, below, raised
from contentsync.packing import FULL_LEVEL, MAX_LINE, pack, unpack
from domain.errors import Code, SyncError
from tests.unit.contentsync.hub import NOW


@given(st.lists(st.binary(max_size=50).map(lambda part: part.replace(b"\n", b"") + b"\n"), max_size=40))
def test_lines_come_out_as_they_went_in(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("frame") / "lines.zst"
    size = pack(lines, path, 3)
    assert list(unpack(path, size)) == lines


def test_long_content_is_read_block_by_block(tmp_path: Path) -> None:
    lines = [bytes([65 + number % 26]) * 70_000 + b"\n" for number in range(40)]
    size = pack(lines, tmp_path / "lines.zst", FULL_LEVEL)
    assert list(unpack(tmp_path / "lines.zst", size)) == lines


def refusal(path: Path, size: int) -> Code:
    with pytest.raises(SyncError) as refused:
        list(unpack(path, size))
    return refused.value.code


def test_a_frame_that_unpacks_to_more_than_was_said_is_refused_early(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zst"
    path.write_bytes(zstandard.compress(bytes(1 << 28)))
    assert path.stat().st_size < 20_000
    assert refusal(path, 1000) is Code.RELEASE_REFUSED
    assert refusal(path, 1 << 28) is Code.RELEASE_REFUSED
    assert MAX_LINE < 1 << 28


def test_broken_frames_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lines.zst"
    size = pack([b"a line\n", b"another\n"], path, 3)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert refusal(path, size) is Code.RELEASE_REFUSED
    path.write_bytes(b"not a frame at all")
    assert refusal(path, size) is Code.RELEASE_REFUSED
    path.write_bytes(whole)
    assert refusal(path, size - 1) is Code.RELEASE_REFUSED
    assert refusal(path, size + 1) is Code.RELEASE_REFUSED
    size = pack([b"no line feed"], path, 3)
    assert refusal(path, size) is Code.RELEASE_REFUSED


def test_marks_rise_and_count_for_their_keys() -> None:
    marks = {"timestamp": Mark("a", 7), "targets": Mark("b", 3)}
    assert below(marks, {"timestamp": Mark("a", 7)}) is None
    assert below(marks, {"timestamp": Mark("a", 6)}) == "timestamp 6, 7 was seen before"
    assert below(marks, {"timestamp": Mark("new", 1), "snapshot": Mark("a", 1)}) is None
    assert raised(marks, {"timestamp": Mark("a", 6)}) == marks
    assert raised(marks, {"timestamp": Mark("new", 1)}) == {"timestamp": Mark("new", 1), "targets": Mark("b", 3)}


def test_state_survives_and_damage_counts_as_nothing(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "state.json")
    assert state.read() == Memory()
    state.keep({"revision": Mark("a", 9)})
    state.checked(NOW)
    assert StateFile(tmp_path / "state.json").read() == Memory({"revision": Mark("a", 9)}, NOW)
    for damage in (
        b"",
        b"{",
        b"[]",
        b'{"format": 1}',
        b'{"format": 2, "marks": {}}',
        b'{"format": 1, "marks": {"x": 3}}',
    ):
        (tmp_path / "state.json").write_bytes(damage)
        assert state.read() == Memory()
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def target(path: str, custom: Any) -> dict[str, TargetFile]:
    return {path: TargetFile(5, {"sha256": "0" * 64}, path, {"custom": custom})}


WHOLE = {"to": 2, "digest": "a" * 64, "size": 10}


@pytest.mark.parametrize(
    ("path", "custom"),
    [
        ("catalogue/full-2.zst", {**WHOLE, "to": "2"}),
        ("catalogue/full-2.zst", {**WHOLE, "to": True}),
        ("catalogue/full-0.zst", {**WHOLE, "to": 0}),
        ("catalogue/full-2.zst", {**WHOLE, "digest": "../../etc/passwd"}),
        ("catalogue/full-2.zst", {**WHOLE, "size": 1 << 50}),
        ("catalogue/full-2.zst", {**WHOLE, "size": -1}),
        ("catalogue/full-2.zst", {"to": 2}),
        ("catalogue/full-3.zst", WHOLE),
        ("catalogue/delta-2-2.zst", {**WHOLE, "from": 2, "from_digest": "b" * 64}),
        ("catalogue/delta-1-2.zst", {**WHOLE, "from": 1}),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_what_makes_no_sense_is_refused_although_it_is_signed(path: str, custom: Any) -> None:
    assert of_targets(target("catalogue/full-2.zst", WHOLE)).newest.length == 5
    with pytest.raises(SyncError) as refused:
        of_targets({**target("catalogue/full-1.zst", {**WHOLE, "to": 1}), **target(path, custom)})
    assert refused.value.code is Code.RELEASE_REFUSED


def test_a_release_without_a_catalogue_is_refused() -> None:
    with pytest.raises(SyncError):
        of_targets({})
