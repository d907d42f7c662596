from __future__ import annotations

import os
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.ttCollection import TTCollection

from domain.errors import Code
from screens import faces

LETTERS = "直骨A" + "".join(faces.ENDONYMS.values())


def small_face(shift: int) -> TTFont:
    """A face whose letters are boxes, `shift` units wider in each face of the collection."""
    letters = sorted(set(LETTERS))
    names = {ord(letter): f"u{ord(letter):04X}" for letter in letters}
    order = [".notdef", *names.values()]
    pen = T2CharStringPen(1000, None)
    pen.moveTo((0, 0))
    for point in ((500 + shift, 0), (500 + shift, 700), (0, 700)):
        pen.lineTo(point)
    pen.closePath()
    box = pen.getCharString()
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupCFF(f"Small{shift}", {}, dict.fromkeys(order, box), {})
    builder.setupHorizontalMetrics(dict.fromkeys(order, (1000, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": f"Small{shift}", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    return builder.font


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small collections with five faces each, in the order of Debian's."""
    folder = tmp_path_factory.mktemp("noto")
    for weight in faces.WEIGHTS:
        collection = TTCollection()
        collection.fonts = [small_face(10 * index) for index in range(5)]
        collection.save(folder / f"NotoSansCJK-{weight}.ttc")
    return folder


def width(path: Path, letter: str) -> int:
    with TTFont(path) as font:
        name = font.getBestCmap()[ord(letter)]
        glyphs = font.getGlyphSet()
        from fontTools.pens.boundsPen import BoundsPen

        pen = BoundsPen(glyphs)
        glyphs[name].draw(pen)
        return round(pen.bounds[2])


def test_each_face_is_the_one_of_its_place_in_the_collection(sources: Path, tmp_path: Path) -> None:
    written = faces.split(tmp_path, sources)
    assert len(written) == 14
    for face, index in faces.FACES.items():
        for weight in faces.WEIGHTS:
            assert width(faces.face_file(tmp_path, face, weight), "直") == 500 + 10 * index


def test_strip_faces_hold_the_names_and_nothing_else(sources: Path, tmp_path: Path) -> None:
    faces.split(tmp_path, sources)
    for face, letters in faces.ENDONYMS.items():
        for weight in faces.WEIGHTS:
            path = faces.strip_file(tmp_path, face, weight)
            with TTFont(path) as font:
                assert {chr(code) for code in font.getBestCmap()} == set(letters)
            assert path.stat().st_size < 20_000


def test_nothing_is_done_twice(sources: Path, tmp_path: Path) -> None:
    faces.split(tmp_path, sources)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert faces.split(tmp_path, sources) == ()
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_a_newer_collection_and_a_lost_file_are_split_again(sources: Path, tmp_path: Path) -> None:
    faces.split(tmp_path, sources)
    faces.face_file(tmp_path, "SC", "Bold").unlink()
    assert len(faces.split(tmp_path, sources)) == 14
    stamp = (sources / "NotoSansCJK-Bold.ttc").stat()
    os.utime(sources / "NotoSansCJK-Bold.ttc", ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    assert len(faces.split(tmp_path, sources)) == 14


def test_a_run_cut_short_leaves_whole_files_and_begins_anew(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves = 0
    save = TTFont.save

    def full_disk(self: TTFont, to: Path, *args: object, **options: object) -> None:
        nonlocal saves
        saves += 1
        if saves == 4:
            Path(to).write_bytes(b"half a fon")
            raise OSError("no space left on device")
        save(self, to, *args, **options)

    monkeypatch.setattr(TTFont, "save", full_disk)
    with pytest.raises(OSError, match="no space"):
        faces.split(tmp_path, sources)
    for path in tmp_path.iterdir():
        assert path.suffix == ".otf", f"left behind: {path}"
        TTFont(path).close()
    monkeypatch.undo()
    assert len(faces.split(tmp_path, sources)) == 14


def test_missing_collections_are_named_with_their_package_and_code(tmp_path: Path) -> None:
    with pytest.raises(faces.FontsMissing) as missing:
        faces.split(tmp_path / "out", tmp_path)
    assert missing.value.code is Code.FONTS_MISSING
    assert str(missing.value).startswith("K-04 ")
    assert "apt-get install fonts-noto-cjk" in str(missing.value)
    assert not (tmp_path / "out").exists()


def test_command_line(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(faces.split, "__defaults__", (sources,))
    monkeypatch.setenv("BIANMINTING_HOME", str(tmp_path))
    assert faces.main([]) == 0
    assert capsys.readouterr().out == f"{tmp_path}/fonts: 14 faces written\n"
    assert faces.main(["--out", str(tmp_path / "fonts")]) == 0
    assert capsys.readouterr().out == f"{tmp_path}/fonts: up to date\n"
    monkeypatch.setattr(faces.split, "__defaults__", (tmp_path,))
    assert faces.main([]) == 1
    assert capsys.readouterr().err.startswith("K-04 ")


def test_home_is_named_or_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv("BIANMINTING_HOME", str(tmp_path))
    assert faces.home() == tmp_path
    monkeypatch.delenv("BIANMINTING_HOME")
    assert faces.home() == root / "var"
    installed = tmp_path / "site-packages" / "screens" / "faces.py"
    monkeypatch.setattr(faces, "__file__", str(installed))
    assert faces.home() == Path("/var/lib/bianminting")


def test_the_strip_faces_hold_the_names_that_the_phrases_bring() -> None:
    from phrases import LANGUAGES, CataloguesMissing, Phrases

    face_of = {"zh-Hant": "TC", "ja": "JP", "ko": "KR", "en": "KR"}
    try:
        names = {lang: Phrases(lang)("language.own_name") for lang in LANGUAGES}
    except CataloguesMissing as missing:
        pytest.skip(str(missing))
    for lang, face in face_of.items():
        assert set(names[lang]) <= set(faces.ENDONYMS[face]), names[lang]
