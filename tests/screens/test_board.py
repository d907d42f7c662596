from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.screens.conftest import FULL, HALF


@pytest.fixture
def kit(make_kits: Callable[..., Any]) -> Any:
    return make_kits(HALF).kit()


def row(text: str, y: int) -> Any:
    from screens.kit.board import Placed
    from screens.kit.pen import Box
    from screens.kit.words import Text

    return Placed(Text(text), Box(10, y, 400, 28))


def meshes(board: Any) -> list[Any]:
    from kivy.graphics import Mesh

    return [child for child in board.canvas.children if isinstance(child, Mesh)]


def vertices(board: Any) -> list[Any]:
    return [painted.runs for painted in board._painted]


def test_only_parts_that_changed_are_painted_again(kit: Any) -> None:
    from screens.kit.board import Board

    board = Board()
    board.show(kit, [row("一", 0), row("二", 40), row("三", 80)])
    before = vertices(board)
    board.show(kit, [row("一", 0), row("两", 40), row("三", 80), row("四", 120)])
    after = vertices(board)
    assert [new is old for new, old in zip(after, before, strict=False)] == [True, False, True]
    assert [line.text for line in board.written] == ["一", "两", "三", "四"]


def test_equal_pages_touch_nothing_on_the_card(kit: Any) -> None:
    from screens.kit.board import Board

    board = Board()
    board.show(kit, [row("一", 0), row("二", 40)])
    painted = board._painted
    board.show(kit, [row("一", 0), row("二", 40)])
    assert board._painted is painted


def test_a_page_is_one_mesh(kit: Any) -> None:
    from screens.kit.board import Board

    board = Board()
    board.show(kit, [row("便民亭", y * 30) for y in range(30)])
    assert len(meshes(board)) == 1
    board.show(kit, [])
    assert not board.canvas.children, "what a mesh brought along must go with it"


def test_pictures_stand_between_the_meshes_in_painters_order(kit: Any) -> None:
    from screens.kit.board import Board, Placed
    from screens.kit.pen import Box
    from screens.kit.pictures import Qr

    qr = Placed(Qr((b"\1\0", b"\0\1")), Box(0, 0, 200, 200))
    board = Board()
    board.show(kit, [row("一", 0), qr, row("二", 40)])
    textures = [mesh.texture for mesh in meshes(board)]
    assert [texture is kit.atlas.texture for texture in textures] == [True, False, True]


def test_a_part_that_fails_leaves_the_old_picture(kit: Any) -> None:
    from screens.kit.board import Board, Placed
    from screens.kit.part import Part
    from screens.kit.pen import Box

    @dataclass(frozen=True)
    class Broken(Part):
        def height(self, kit: Any, width: int) -> int:
            return 10

        def paint(self, pen: Any, box: Any, feel: Any) -> None:
            raise ZeroDivisionError

    board = Board()
    board.show(kit, [row("一", 0)])
    before = vertices(board)
    with pytest.raises(ZeroDivisionError):
        board.show(kit, [row("二", 0), Placed(Broken(), Box(0, 0, 10, 10))])
    assert vertices(board) == before
    assert [line.text for line in board.written] == ["一"]


def test_what_has_more_quads_than_indices_reach_is_split(kit: Any) -> None:
    from array import array

    from screens.kit.board import _QUADS_MOST, _merge

    floats = 4 * 8
    runs = [(None, array("f", [0.0]) * (floats * 10_000)) for _ in range(4)]
    sizes = [len(vertices) // floats for _, vertices in _merge(iter(runs))]
    assert sum(sizes) == 40_000
    assert max(sizes) <= _QUADS_MOST


class TestAtlas:
    def test_marks_do_not_overlap(self, kivy_window: Any) -> None:
        from screens.kit.atlas import Atlas

        atlas = Atlas(256, 256)
        sprites = [atlas.place(w, h, bytes(w * h)) for w, h in ((30, 20), (31, 19), (5, 60), (40, 18), (200, 20))]
        assert atlas.generation == 0
        places = [(round(s.u0 * 256), round(s.v0 * 256), s.w, s.h) for s in sprites]
        for i, (x, y, w, h) in enumerate(places):
            assert x + w <= 256
            assert y + h <= 256
            for ox, oy, ow, oh in places[i + 1 :]:
                assert x >= ox + ow or ox >= x + w or y >= oy + oh or oy >= y + h

    def test_a_full_atlas_begins_anew_and_old_meshes_keep_their_texture(self, kivy_window: Any) -> None:
        from screens.kit.atlas import Atlas

        atlas = Atlas(64, 64)
        kept = atlas.store()
        first = atlas.texture
        for i in range(20):
            kept[i] = atlas.place(30, 16, bytes(480))
        assert atlas.generation >= 1
        assert atlas.texture is not first
        assert 0 not in kept
        assert len(kept) < 20

    def test_a_mark_that_never_fits_is_refused(self, kivy_window: Any) -> None:
        from screens.kit.atlas import Atlas

        with pytest.raises(ValueError, match="does not fit"):
            Atlas(64, 64).place(65, 10, bytes(650))

    def test_a_page_whose_glyphs_fill_the_atlas_is_painted_from_one_texture(
        self, kivy_window: Any, fonts: Path
    ) -> None:
        """Begin anew in the middle of a page, and every part of it must point into the new texture."""
        from screens.kit.atlas import Atlas
        from screens.kit.board import Board
        from screens.kit.kit import Kit
        from screens.kit.typeset import Faces, Typesetter
        from screens.theme import Theme

        faces = Faces(fonts)
        faces.language()
        atlas = Atlas(512, 256)
        kit = Kit(Theme.make(FULL), Typesetter(atlas, faces, "SC"), faces, {})
        board = Board()
        page = [row("".join(chr(0x4E00 + 8 * y + x) for x in range(8)), y * 60) for y in range(3)]
        for start in range(0, 200, 3):
            shifted = [row("".join(chr(0x4E00 + 8 * (start + y) + x) for x in range(8)), y * 60) for y in range(3)]
            board.show(kit, shifted)
        assert atlas.generation > 0
        board.show(kit, page)
        used = {mesh.texture for mesh in meshes(board)}
        assert used == {atlas.texture}
        marks: dict[str, Any] = kit.type.strike(40).marks
        for painted in board._painted:
            for line in painted.written:
                for letter in line.text:
                    u0 = marks[letter].u0
                    quads = painted.runs[0][1]
                    assert any(abs(quads[i + 2] - u0) < 1e-6 for i in range(0, len(quads), 8)), letter
