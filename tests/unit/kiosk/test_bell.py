"""The sound for a forgotten card: made here, and played by whatever Kivy plays sounds with."""

from __future__ import annotations

import array
import itertools
import os
import subprocess
import sys
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk import bell
from kiosk.bell import RATE, TONE_S, TONES_HZ, Chime, samples, write
from kiosk.home import Home


def crossings(tone: array.array[int]) -> float:
    """Zero crossings a second, half of which is the pitch."""
    count = sum((before < 0) != (after < 0) for before, after in itertools.pairwise(tone))
    return count / (len(tone) / RATE)


def test_two_tones_that_fall_and_fade(tmp_path: Path) -> None:
    write(tmp_path / "chime.wav")
    with wave.open(str(tmp_path / "chime.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        heard = array.array("h", file.readframes(file.getnframes()))
    assert heard == samples()
    length = int(RATE * TONE_S)
    assert len(heard) == 2 * length
    for tone, hz in zip((heard[:length], heard[length:]), TONES_HZ, strict=True):
        assert crossings(tone) / 2 == pytest.approx(hz, rel=0.02)
        assert 8000 < max(tone[: length // 4]) < 32768 / 1.5
        assert max(tone[-length // 8 :]) < max(tone[: length // 8]) / 20


RING = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from kiosk.bell import Chime
from kiosk.home import Home
chime = Chime(Home(Path(sys.argv[1])))
chime.ring()
time.sleep(1.2)
chime.ring()
time.sleep(0.3)
"""


def test_kivy_plays_it(home: Home, tmp_path: Path, root: Path) -> None:
    """Into a file: SDL's disk driver writes what a loudspeaker would get."""
    played = tmp_path / "played.raw"
    run = subprocess.run(
        [sys.executable, "-c", RING, str(home.root)],
        cwd=root,
        env={
            **os.environ,
            "SDL_AUDIODRIVER": "disk",
            "SDL_DISKAUDIOFILE": str(played),
            "KIVY_NO_ARGS": "1",
            "KIVY_NO_CONFIG": "1",
            "KIVY_NO_FILELOG": "1",
            "KIVY_AUDIO": "sdl2",
            "KIVY_HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert run.returncode == 0, run.stderr
    sound = array.array("h", played.read_bytes()[: played.stat().st_size // 2 * 2])
    assert max(sound) > 5000, run.stderr
    assert (home.root / "chime.wav").is_file()


def test_without_a_loudspeaker_it_says_so_once(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bell, "write", fail)
    chime = Chime(home)
    for _ in range(3):
        chime.ring()
    assert [record.message for record in caplog.records if record.name == "kiosk.bell"] == ["no sound: OSError"]


def test_a_sound_that_the_power_cut_short_is_made_anew(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home.root / "chime.wav"
    path.write_bytes(b"RIFF")
    rung = []

    class Loader:
        """Kivy's loader, as far as this machine needs one."""

        @staticmethod
        def load(name: str) -> Any:
            with wave.open(name) as file:
                rung.append(file.getnframes())

    monkeypatch.setitem(sys.modules, "kivy.core.audio", SimpleNamespace(SoundLoader=Loader))
    Chime(home).ring()
    assert rung == [len(samples())]
    assert [each.name for each in home.root.glob("chime*")] == ["chime.wav"]
