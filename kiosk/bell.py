"""A sound for somebody who goes away without their card: two tones, made here, played by Kivy's loudspeaker."""

from __future__ import annotations

import array
import logging
import math
import wave
from pathlib import Path
from typing import Any, Final

from kiosk.home import Home

log = logging.getLogger(__name__)

RATE: Final = 22_050
TONES_HZ: Final = (988, 784)
"""B5 and G5, falling: a doorbell, not an alarm."""
TONE_S: Final = 0.35
LOUDNESS: Final = 0.5


def samples() -> array.array[int]:
    """Both tones, 16 bits, one channel, each fading away."""
    length = int(RATE * TONE_S)
    return array.array(
        "h",
        (
            int(32767 * LOUDNESS * math.exp(-6 * at / length) * math.sin(2 * math.pi * tone * at / RATE))
            for tone in TONES_HZ
            for at in range(length)
        ),
    )


def write(path: Path) -> None:
    """The sound as a WAV file, whole or not at all. Raises OSError."""
    beside = path.with_suffix(".new")
    with wave.open(str(beside), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples().tobytes())
    beside.replace(path)


class Chime:
    """Port `Bell`. The sound is made and loaded when it is first needed; a kiosk without a loudspeaker says so in the
    log, once, and is silent.
    """

    def __init__(self, home: Home) -> None:
        self._path = home.root / "chime.wav"
        self._sound: Any = None
        self._broken = False

    def ring(self) -> None:
        if self._broken:
            return
        try:
            if self._sound is None:
                self._sound = self._loaded()
            self._sound.stop()
            self._sound.play()
        except Exception as error:  # whatever a sound library throws, a kiosk goes on without
            self._broken = True
            log.warning("no sound: %s", type(error).__name__)

    def _loaded(self) -> Any:
        from kivy.core.audio import SoundLoader

        # Made anew by each process: a file that the power cut short would keep this kiosk silent for good.
        try:
            write(self._path)
        except OSError:
            if not self._path.is_file():  # a home that cannot be written may have one of better days
                raise
        sound = SoundLoader.load(str(self._path))
        if sound is None:
            raise OSError("no loudspeaker")
        return sound
