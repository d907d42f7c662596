"""The writing pad's engines: 60 characters written by hand, what is no character, what is missing, what is kept."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from inputs.dinkit_ink import STROKES_MOST, DinkitInk, rarity
from inputs.handwriting import LateHandwriting, open_handwriting
from inputs.missing import EngineMissing
from inputs.zinnia import ZinniaInk, zinnia_lacks
from tests.unit.inputs.strokes import Line, characters, written

HANDS = 4


@pytest.fixture(scope="module")
def ink() -> DinkitInk:
    return DinkitInk()


def ranks(ink: DinkitInk | ZinniaInk, shake: float, stretch: float, slant: float) -> list[int]:
    """Where each character stands among ten candidates, 99: nowhere; every character by several hands."""
    chance, found = random.Random(20), []
    for _ in range(HANDS):
        for character, strokes in characters().items():
            line = written(strokes, chance, shake=shake, stretch=stretch, slant=slant)
            candidates = ink.candidates(line, 10)
            found.append(candidates.index(character) if character in candidates else 99)
    return found


def share(ranks: list[int], most: int) -> float:
    return sum(rank < most for rank in ranks) / len(ranks)


def test_the_file_holds_sixty_characters() -> None:
    drawn = characters()
    assert len(drawn) == 60
    assert all(strokes and all(len(stroke) > 1 for stroke in strokes) for strokes in drawn.values())
    assert max(map(len, drawn.values())) == 9


@pytest.mark.parametrize(
    ("hand", "first", "six", "ten"),
    [((0.0, 0.0, 0.0), 0.9, 1.0, 1.0), ((0.016, 0.12, 0.12), 0.88, 0.98, 0.99), ((0.03, 0.2, 0.2), 0.7, 0.93, 0.95)],
    ids=["calm", "usual", "unsteady"],
)
def test_common_characters_are_recognised(
    ink: DinkitInk, hand: tuple[float, float, float], first: float, six: float, ten: float
) -> None:
    found = ranks(ink, *hand)
    print(f"\n{len(found)} characters: first {share(found, 1):.3f}, of six {share(found, 6):.3f}, of ten "
          f"{share(found, 10):.3f}")  # fmt: skip
    assert share(found, 1) >= first
    assert share(found, 6) >= six
    assert share(found, 10) >= ten


def test_where_on_the_pad_and_how_large_does_not_matter(ink: DinkitInk) -> None:
    for character in "证房保":
        strokes = characters()[character]
        small = [[(0.6 + x * 0.3, 0.1 + y * 0.3) for x, y in stroke] for stroke in strokes]
        assert ink.candidates(small, 6)[0] == character


def test_rare_characters_seldom_stand_first(ink: DinkitInk) -> None:
    assert [rarity(character) for character in "国囝國"] == [0, 1, 2]
    firsts = [ink.candidates(strokes, 1)[0] for strokes in characters().values()]
    assert sum(rarity(first) == 0 for first in firsts) >= 58, "without surcharges 囗 and the like push in front"


def test_signs_and_parts_of_characters_are_no_candidates(ink: DinkitInk) -> None:
    assert all("一" <= character <= "鿿" for character in ink.candidates([[(0.5, 0.1), (0.5, 0.9)]], 24))


lines = st.lists(
    st.lists(st.tuples(st.floats(-1, 2), st.floats(-1, 2)), max_size=30), max_size=STROKES_MOST + 4
)  # fmt: skip


@settings(max_examples=60)
@given(lines, st.integers(1, 12))
def test_whatever_is_drawn_gives_sound_candidates(strokes: list[Line], limit: int) -> None:
    pad = open_handwriting("dinkit")
    found = pad.candidates(strokes, limit)
    assert len(found) <= limit and len(set(found)) == len(found)
    assert all(len(text) == 1 for text in found)
    if not any(strokes):
        assert found == ()


def test_the_worst_drawing_takes_no_more_than_a_moment(ink: DinkitInk) -> None:
    chance = random.Random(1)
    scribble = [[(chance.random(), chance.random()) for _ in range(160)] for _ in range(400)]
    start = time.process_time()
    ink.candidates(scribble, 6)
    assert time.process_time() - start < 0.5, "strokes beyond the most a character can have must not be read"


def test_nothing_is_loaded_before_the_first_stroke() -> None:
    opened: list[int] = []

    def engine() -> DinkitInk:
        opened.append(1)
        return DinkitInk()

    pad = LateHandwriting(engine)
    assert pad.available and pad.candidates([]) == () and pad.candidates([[]]) == () and not opened
    assert pad.candidates(characters()["木"])[0] == "木"
    assert pad.candidates(characters()["日"], 3)[0] == "日"
    assert opened == [1]


def test_an_engine_that_proves_to_be_missing_takes_the_pad_away() -> None:
    def engine() -> DinkitInk:
        return DinkitInk("dinkit_nowhere")

    pad = LateHandwriting(engine)
    states = [pad.available]
    assert pad.candidates(characters()["木"]) == ()
    states.append(pad.available)
    assert states == [True, False]
    assert "dinkit_nowhere" in pad.missing


def test_many_readers_in_one_process_do_not_disturb_each_other(ink: DinkitInk) -> None:
    for _ in range(20):
        assert DinkitInk().candidates(characters()["木"], 3)[0] == "木"
    assert ink.candidates(characters()["木"], 3)[0] == "木"


def test_off_means_off() -> None:
    pad = open_handwriting("off")
    assert (pad.available, pad.off, pad.missing) == (False, True, "")
    assert pad.candidates(characters()["木"]) == ()


def test_what_zinnia_lacks_is_said(tmp_path: Path) -> None:
    assert "libnowhere.so" in zinnia_lacks("libnowhere.so")
    assert "no.model" in zinnia_lacks("libc.so.6", tmp_path / "no.model")
    with pytest.raises(EngineMissing, match=r"libnowhere\.so"):
        ZinniaInk("libnowhere.so")


def test_zinnia_reads_them_too(tmp_path: Path) -> None:
    if lacking := zinnia_lacks():
        pytest.skip(f"zinnia is the engine that nobody must install: {lacking}")
    zinnia = ZinniaInk()
    found = ranks(zinnia, 0.0, 0.0, 0.0)
    print(f"\nzinnia: first {share(found, 1):.3f}, of ten {share(found, 10):.3f}")
    assert share(found, 10) >= 0.75
    assert open_handwriting("zinnia").available
    broken = tmp_path / "broken.model"
    broken.write_bytes(b"no model")
    with pytest.raises(EngineMissing, match="broken"):
        ZinniaInk(model=broken)


WRITE_NOTHING = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from inputs.handwriting import open_handwriting
from tests.unit.inputs.strokes import characters
drawn = characters()
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # from here the first byte into any file ends the process (SIGXFSZ)
def pages(): return int(Path("/proc/self/statm").read_text().split()[1]) * 4
pad, before = open_handwriting("dinkit"), pages()
read = [pad.candidates(strokes)[0] for strokes in drawn.values() for _ in range(5)]
open_files = {str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}
sockets = [name for name in open_files if name.startswith("socket:")]
sys.stdout.write(f"{read[0]} {pages() - before} {len(sockets)} " + " ".join(sorted(open_files)))
"""


def test_nothing_is_written_anywhere_and_loading_takes_little_memory(tmp_path: Path, root: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WRITE_NOTHING, str(root)],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    first, grown, sockets, *files = run.stdout.split()
    print(f"\nresident memory grew by {grown} kB")
    assert first == "一"
    assert int(grown) < 14_000, "the screen process has no more to spare"
    assert sockets == "0"
    assert not [name for name in files if not name.startswith(("/dev/null", "pipe:"))]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.soak
def test_five_hundred_characters_of_a_stroke_order_dictionary(ink: DinkitInk, root: Path) -> None:
    """Medians of strokes from npm's hanzi-writer-data (Arphic Public License): fetched, never part of the project."""
    folder = root / "var" / "hanzi-writer-data"
    if not folder.is_dir() and shutil.which("npm"):
        folder.mkdir(parents=True)
        got = subprocess.run(
            ["npm", "pack", "--silent", "hanzi-writer-data@2.0.1"],
            cwd=folder,
            env=os.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
        if got.returncode == 0:
            subprocess.run(["tar", "-xzf", got.stdout.strip()], cwd=folder, check=True)
    package = folder / "package"
    if not package.is_dir():
        pytest.skip("npm cannot be asked for hanzi-writer-data")
    common = [bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFA)]
    chance, found = random.Random(500), []
    for character in common[::7][:500]:
        medians = json.loads((package / f"{character}.json").read_text("utf-8"))["medians"]
        strokes = [[(x / 1024, (900 - y) / 1024) for x, y in line] for line in medians]
        candidates = ink.candidates(written(strokes, chance, shake=0.016, stretch=0.12, slant=0.12), 10)
        found.append(candidates.index(character) if character in candidates else 99)
    print(f"\n{len(found)}: first {share(found, 1):.3f}, of six {share(found, 6):.3f}, of ten {share(found, 10):.3f}")
    assert len(found) == 500
    assert share(found, 10) >= 0.95
