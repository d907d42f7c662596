"""A board holds parts in their places and turns them into as few meshes as there are textures, mostly one."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kivy.graphics import InstructionGroup, Mesh
from kivy.graphics.texture import Texture

from screens.kit.kit import Kit
from screens.kit.part import AT_REST, Act, Feel, Part, Target
from screens.kit.pen import FLOATS, Box, Pen, Run, Written

FORMAT = [(b"vPosition", 2, "float"), (b"vTexCoords0", 2, "float"), (b"vColor", 4, "float")]

_QUADS_MOST = 16_383
"""Indices have 16 bits and a quad has four corners."""

INDICES = array("H", [corner + 4 * quad for quad in range(_QUADS_MOST) for corner in (0, 1, 2, 0, 2, 3)])

VERTEX_SHADER = """
$HEADER$
attribute vec4 vColor;
void main(void) {
  frag_color = vColor;
  tex_coord0 = vTexCoords0;
  gl_Position = projection_mat * modelview_mat * vec4(vPosition.xy, 0.0, 1.0);
}
"""
"""Boards must hang in a RenderContext with this shader: colour is a property of the vertex, not of the mesh."""


class Placed(NamedTuple):
    """A part and where it stands."""

    part: Part
    box: Box


class _Painted(NamedTuple):
    placed: Placed
    feel: Feel
    runs: list[Run]
    targets: Sequence[Target]
    written: list[Written]


class Board:
    """A layer of parts. `show` paints what differs from what it showed before; equal parts keep their vertices.

    A part that raises while it paints leaves the board as it was.
    """

    def __init__(self) -> None:
        self.canvas = InstructionGroup()
        self._meshes: list[Mesh] = []
        self._painted: list[_Painted] = []
        self._kit: Kit | None = None
        self._generation = -1

    def show(self, kit: Kit, parts: Sequence[Placed], feel: Feel = AT_REST) -> None:
        """Shows `parts`, first one lowest."""
        before = self._painted if kit is self._kit and kit.atlas.generation == self._generation else []
        generation = kit.atlas.generation
        painted = [self._paint(kit, placed, feel, before, i) for i, placed in enumerate(parts)]
        if kit.atlas.generation != generation:
            # The atlas began anew on the way: what was painted first points into its old texture.
            painted = [self._paint(kit, placed, feel, [], i) for i, placed in enumerate(parts)]
        self._kit, self._generation = kit, kit.atlas.generation
        if len(painted) != len(before) or any(new is not old for new, old in zip(painted, before, strict=True)):
            self._painted = painted
            self._commit(kit)

    def feel(self, feel: Feel) -> None:
        """Shows which target is touched or has the focus; paints only the parts concerned."""
        if self._kit is not None:
            self.show(self._kit, [painted.placed for painted in self._painted], feel)

    def clear(self) -> None:
        """Shows nothing."""
        self._painted = []
        self._meshes.clear()
        self.canvas.clear()

    @property
    def placed(self) -> list[Placed]:
        """What it shows."""
        return [painted.placed for painted in self._painted]

    @property
    def targets(self) -> list[Target]:
        """Everything that can be touched, lowest first."""
        return [target for painted in self._painted for target in painted.targets]

    @property
    def written(self) -> list[Written]:
        """Every line of text, in reading order."""
        return [line for painted in self._painted for line in painted.written]

    def at(self, x: float, y: float, slop: float) -> Target | None:
        """The target under a finger, or else the nearest one no further than `slop` pixels away."""
        best, best_gap = None, slop
        for target in reversed(self.targets):
            gap = target.box.gap(x, y)
            if gap == 0:
                return target
            if gap < best_gap:
                best, best_gap = target, gap
        return best

    def _paint(self, kit: Kit, placed: Placed, feel: Feel, before: list[_Painted], i: int) -> _Painted:
        old = before[i] if i < len(before) else None
        if old is not None and old.placed == placed:
            targets = old.targets
            own = _own(feel, targets)
            if own == old.feel:
                return old
        else:
            targets = placed.part.targets(kit, placed.box)
            own = _own(feel, targets)
        pen = Pen(kit)
        placed.part.paint(pen, placed.box, own)
        return _Painted(placed, own, pen.runs(), targets, pen.written)

    def _commit(self, kit: Kit) -> None:
        merged = list(_merge(run for painted in self._painted for run in painted.runs))
        for mesh in self._meshes[len(merged) :]:
            self.canvas.remove(mesh)
        del self._meshes[len(merged) :]
        for i, (texture, vertices) in enumerate(merged):
            indices = INDICES[: len(vertices) // (4 * FLOATS) * 6]
            if i == len(self._meshes):
                self._meshes.append(Mesh(fmt=FORMAT, mode="triangles"))
                self.canvas.add(self._meshes[i])
            mesh = self._meshes[i]
            mesh.vertices, mesh.indices, mesh.texture = vertices, indices, texture or kit.atlas.texture


def _own(feel: Feel, targets: Sequence[Target]) -> Feel:
    """What of `feel` concerns these targets."""
    if feel is AT_REST or not targets:
        return AT_REST
    acts = {target.act for target in targets}

    def mine(act: Act | None) -> Act | None:
        return act if act in acts else None

    return Feel(mine(feel.down), mine(feel.focus))


def _merge(runs: Iterator[Run]) -> Iterator[tuple[Texture | None, array[float]]]:
    most = _QUADS_MOST * 4 * FLOATS
    texture: Texture | None = None
    vertices: array[float] = array("f")
    for run_texture, run_vertices in runs:
        if vertices and run_texture is not texture:
            yield texture, vertices
            vertices = array("f")
        texture = run_texture
        vertices.extend(run_vertices)
        while len(vertices) > most:
            yield texture, vertices[:most]
            vertices = vertices[most:]
    if vertices:
        yield texture, vertices
