"""Splits Noto Sans CJK into one file a regional face: `python -m screens.faces [--out DIR]`.

Kivy opens only the first face of a font collection, and in Debian's NotoSansCJK-*.ttc that one has Japanese glyph
shapes. The full faces weigh 16 MB each and stay in memory once opened, so the names of the languages on the first
screen come from tiny strip faces that hold nothing else.

No Kivy here: this runs at install time.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from domain.errors import Code, CodedError

log = logging.getLogger(__name__)

SOURCES = Path("/usr/share/fonts/opentype/noto")
"""Where Debian's fonts-noto-cjk puts its collections."""

WEIGHTS = ("Regular", "Bold")

FACES = {"JP": 0, "KR": 1, "SC": 2, "TC": 3}
"""Place of each face in the collections (4 is Hong Kong, 5 to 9 are monospaced)."""

ENDONYMS = {"TC": "繁體中文", "JP": "日本語", "KR": "한국어English"}
"""The languages' own names, letter by letter what the strip faces hold."""

STAMP = "faces.json"


class FontsMissing(CodedError):
    """K-04: a font file that must be there is not; nothing was written. `path` is the file looked for."""

    def __init__(self, path: Path, package: str) -> None:
        super().__init__(Code.FONTS_MISSING, f"{path} is missing; install it with: apt-get install {package}")
        self.path = path


def home() -> Path:
    """`BIANMINTING_HOME`; without it `var` beside pyproject.toml in a checkout, else /var/lib/bianminting."""
    if named := os.environ.get("BIANMINTING_HOME"):
        return Path(named)
    root = Path(__file__).resolve().parent.parent
    return root / "var" if (root / "pyproject.toml").is_file() else Path("/var/lib/bianminting")


def default_dir() -> Path:
    """Where the kiosk looks for its faces."""
    return home() / "fonts"


def face_file(folder: Path, face: str, weight: str) -> Path:
    """The file of one whole face: `face` SC, TC, JP or KR; `weight` Regular or Bold."""
    return folder / f"NotoSans{face}-{weight}.otf"


def strip_file(folder: Path, face: str, weight: str) -> Path:
    """The file with nothing but a language's own name."""
    return folder / f"NotoSans{face}-{weight}-name.otf"


def split(folder: Path, sources: Path = SOURCES) -> tuple[Path, ...]:
    """Writes every face that is missing or older than its collection; returns what was written, () when up to date.

    Each file appears whole or not at all. Raises `FontsMissing` before anything is touched.
    """
    from fontTools.ttLib import TTFont  # here, so that a kiosk, which only asks where faces are, does not load it

    collections = [sources / f"NotoSansCJK-{weight}.ttc" for weight in WEIGHTS]
    for collection in collections:
        if not collection.is_file():
            raise FontsMissing(collection, "fonts-noto-cjk")
    stamp = {c.name: [c.stat().st_size, c.stat().st_mtime_ns] for c in collections} | {"names": ENDONYMS}
    wanted = [face_file(folder, face, weight) for weight in WEIGHTS for face in FACES]
    wanted += [strip_file(folder, face, weight) for weight in WEIGHTS for face in ENDONYMS]
    if _stamp_read(folder) == stamp and all(path.is_file() for path in wanted):
        return ()
    folder.mkdir(parents=True, exist_ok=True)
    for weight, collection in zip(WEIGHTS, collections, strict=True):
        for face, index in FACES.items():
            with TTFont(collection, fontNumber=index, lazy=True) as font, _whole(face_file(folder, face, weight)) as to:
                font.save(to)
            if face in ENDONYMS:
                _strip(face_file(folder, face, weight), ENDONYMS[face], strip_file(folder, face, weight))
    # Last, so that a run cut short begins anew.
    with _whole(folder / STAMP) as to:
        to.write_text(json.dumps(stamp, ensure_ascii=False), "utf-8")
    return tuple(wanted)


def _strip(source: Path, letters: str, target: Path) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=["kern"], hinting=True, desubroutinize=True, notdef_outline=True)
    with TTFont(source, lazy=True) as font, _whole(target) as to:
        cutter = subset.Subsetter(options)
        cutter.populate(text=letters)
        cutter.subset(font)
        font.save(to)


def _stamp_read(folder: Path) -> object:
    try:
        return json.loads((folder / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return None


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A path beside `target` to write to, renamed over it only when the writing went well."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield draft
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Command line: exit status 0 done or nothing to do, 1 with a coded line when the fonts are missing."""
    parser = argparse.ArgumentParser(prog="python -m screens.faces", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=None, metavar="DIR", help="default: $BIANMINTING_HOME/fonts")
    folder = parser.parse_args(argv).out or default_dir()
    try:
        written = split(folder)
    except FontsMissing as missing:
        print(missing, file=sys.stderr)  # noqa: T201
        return 1
    print(f"{folder}: {len(written)} faces written" if written else f"{folder}: up to date")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
