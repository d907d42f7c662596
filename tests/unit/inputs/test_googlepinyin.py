"""The library itself: what it answers, that it stays alive, that it keeps nothing."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from domain.ports import Candidate
from inputs.googlepinyin import STRETCH, GooglePinyin
from inputs.missing import EngineMissing

COSTLY = ["z", "s", "zh", "sh", "ch", "j", "y", "an", "na", "a", "e", "o", "zhuang", "shang", "cheng", "ang", "ao"]


def test_candidates_say_how_many_letters_they_use_up(engine: GooglePinyin) -> None:
    found = engine.candidates("jiazhao", 40)
    assert found[0] == Candidate("驾照", 7)
    assert Candidate("家", 3) in found
    assert engine.candidates("fangan", 1) == (Candidate("方案", 6),)
    assert engine.candidates("fanan", 1) == (Candidate("发难", 5),)


def test_letters_that_are_no_pinyin_are_left_over(engine: GooglePinyin) -> None:
    assert engine.candidates("jiazhaoi", 1) == (Candidate("驾照", 7),)
    assert engine.candidates("ivu", 5) == ()
    assert engine.candidates("", 5) == ()


def test_long_input_is_cut_between_syllables_and_put_together_again(engine: GooglePinyin) -> None:
    letters = "gongjijintiquxuyaoshenmecailiao"
    first, *others = engine.candidates(letters, 30)
    assert first.letters == len(letters)
    assert first.text.startswith("公积金")
    assert first.text.endswith("材料")
    assert all(candidate.letters <= STRETCH for candidate in others)
    assert next(candidate.text for candidate in others if candidate.letters == 9) == "公积金"


def test_no_more_than_the_limit(engine: GooglePinyin) -> None:
    assert [len(engine.candidates("shi", limit)) for limit in (1, 7, 24)] == [1, 7, 24]
    assert len(engine.candidates("shi" * 20, 3)) == 3


def hammer(engine: GooglePinyin, inputs: int, seed: int) -> int:
    """Asks for `inputs` strings of the costly kind; the number of letters asked for. An abort ends the whole run."""
    chance = random.Random(seed)
    letters = 0
    for _ in range(inputs):
        typed = "".join(chance.choices(COSTLY[: chance.randint(1, len(COSTLY))], k=chance.randint(1, 30)))
        for candidate in engine.candidates(typed, 24):
            assert 0 < candidate.letters <= len(typed)
            assert candidate.text
        letters += len(typed)
    return letters


@pytest.mark.parametrize("letter", "abcdefghijklmnopqrstuvwxyz")
def test_a_key_held_down_does_not_end_the_process(engine: GooglePinyin, letter: str) -> None:
    # Fourteen times z fill a pool of the library, which then calls abort().
    for count in (13, 14, 28, 40, 500):
        for candidate in engine.candidates(letter * count, 24):
            assert 0 < candidate.letters <= count


def test_costly_input_does_not_end_the_process(engine: GooglePinyin) -> None:
    assert hammer(engine, 300, seed=1) > 5000


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(20))
def test_a_great_deal_of_costly_input_does_not_end_the_process(engine: GooglePinyin, seed: int) -> None:
    assert hammer(engine, 5000, seed) > 50_000


WRITE_NOTHING = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from inputs.googlepinyin import GooglePinyin
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # from here the first byte into any file ends the process (SIGXFSZ)
engine = GooglePinyin()
for _ in range(200):
    answers = [engine.candidates(letters, 24) for letters in ("jsz", "shi", "jiazhaobuban")]
open_files = {str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}
sys.stdout.write(answers[1][5].text + " " + " ".join(sorted(open_files)))
"""


def test_nothing_typed_is_written_anywhere(engine: GooglePinyin, tmp_path: Path, root: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WRITE_NOTHING, str(root)],
        cwd=tmp_path,
        env={
            "HOME": str(tmp_path),
            "XDG_DATA_HOME": str(tmp_path),
            "TMPDIR": str(tmp_path),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    answer, *files = run.stdout.split()
    assert answer == engine.candidates("shi", 24)[5].text
    assert not [name for name in files if not name.startswith(("/dev/null", "pipe:"))]
    assert list(tmp_path.iterdir()) == []


def test_asking_again_and_again_teaches_it_nothing(engine: GooglePinyin) -> None:
    before = {letters: engine.candidates(letters, 200) for letters in ("shi", "jsz", "jiazhao", "yi")}
    for _ in range(100):
        for letters in before:
            engine.candidates(letters, 200)
    assert {letters: engine.candidates(letters, 200) for letters in before} == before


OPEN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from inputs.googlepinyin import GooglePinyin
GooglePinyin(dictionary=Path(sys.argv[2]))
"""


def test_a_missing_library_or_dictionary_says_which(engine: GooglePinyin, tmp_path: Path, root: Path) -> None:
    with pytest.raises(EngineMissing, match=r"libnowhere\.so"):
        GooglePinyin(library="libnowhere.so")
    broken = tmp_path / "dict_pinyin.dat"
    broken.write_bytes(b"not a dictionary")
    # In a process of its own: a failed opening takes the decoder away from the other tests.
    run = subprocess.run(
        [sys.executable, "-c", OPEN, str(root), str(broken)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "EngineMissing" in run.stderr
    assert str(broken) in run.stderr
