"""What every part draws with: a theme, a face and the atlas they share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from kivy.graphics.texture import Texture

from screens.faces import FontsMissing
from screens.kit.atlas import Atlas
from screens.kit.typeset import Block, Faces, Typesetter
from screens.theme import Panel, Theme

log = logging.getLogger(__name__)

_PICTURES_KEPT = 4


class Kit:
    """One theme in one language. `picture` textures are shared by all kits of a panel, and few."""

    def __init__(self, theme: Theme, type: Typesetter, faces: Faces, pictures: dict[object, Texture]) -> None:
        self.theme = theme
        self.type = type
        self.atlas = type.atlas
        self.px, self.g, self.grown = theme.px, theme.g, theme.grown
        self._faces = faces
        self._pictures = pictures
        self._names: dict[tuple[str, str], str] = {}

    def set(
        self, text: str, step: str = "t40", *, bold: bool = False, width: int = 0, most: int = 0, apart: bool = False
    ) -> Block:
        """Text in a step of the type scale, see `Typesetter.set`."""
        return self.type.set(text, self.theme.type(step), bold=bold, width=width, most=most, apart=apart)

    def set_name(self, lang: str, name: str, step: str, *, bold: bool = False) -> Block:
        """A language's own name in its own face."""
        face = self._names.get((lang, name))
        if face is None:
            try:
                face = self._faces.name(lang, name)
            except FontsMissing:
                log.exception("no strip face for %s", lang)
                face = self.type.face
            self._names[(lang, name)] = face
        return self.type.set(name, self.theme.type(step), bold=bold, face=face)

    def texture(self, key: object, width: int, height: int, grey: Callable[[], bytes]) -> Texture:
        """A picture of one byte a pixel, rows top down, pixel for pixel; `grey` makes it when `key` is not known."""
        texture = self._pictures.pop(key, None)
        if texture is None:
            texture = Texture.create(size=(width, height), colorfmt="luminance")
            texture.min_filter = texture.mag_filter = "nearest"
            texture.blit_buffer(grey(), size=(width, height), colorfmt="luminance")
            while len(self._pictures) >= _PICTURES_KEPT:
                del self._pictures[next(iter(self._pictures))]
        self._pictures[key] = texture
        return texture


class Kits:
    """The kits of one panel, made when they are first asked for.

    Raises `FontsMissing` (K-04) at once when there is no face for Simplified Chinese; a language whose face is missing
    later is shown in that one, with its characters complete and some shapes regional.
    """

    def __init__(self, panel: Panel, fonts: Path, *, dark: bool = False) -> None:
        self.panel = panel
        self._files = Faces(fonts)
        self._dark = dark
        # Marks are as many times larger as the panel has more pixels.
        self._atlas = Atlas(2048, 1280 * max(1, round(panel.width * panel.height / (1080 * 1920))))
        self._faces: dict[str, str] = {}
        self._setters: dict[str, Typesetter] = {}
        self._themes: dict[bool, Theme] = {}
        self._kits: dict[tuple[str, bool], Kit] = {}
        self._pictures: dict[object, Texture] = {}
        self._files.language()

    def kit(self, lang: str = "zh-Hans", *, large: bool = False) -> Kit:
        """The kit for a language and a size of type."""
        face = self._face(lang)
        kit = self._kits.get((face, large))
        if kit is None:
            setter = self._setters.setdefault(face, Typesetter(self._atlas, self._files, face))
            theme = self._themes.setdefault(large, Theme.make(self.panel, large=large, dark=self._dark))
            kit = self._kits[(face, large)] = Kit(theme, setter, self._files, self._pictures)
        return kit

    def _face(self, lang: str) -> str:
        face = self._faces.get(lang)
        if face is None:
            try:
                face = self._files.language(lang)
            except FontsMissing:
                log.exception("no face for %s", lang)
                face = self._files.language()
            self._faces[lang] = face
        return face

    def forget(self) -> None:
        """Drops what was remembered of the texts and pictures of a visit."""
        self._files.rest()
        self._pictures.clear()
        for setter in self._setters.values():
            setter.forget()
