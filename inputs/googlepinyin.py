"""libgooglepinyin (Debian: libgooglepinyin0) through ctypes. The only file that knows the library.

Three of its habits decide how it is used here:

- It learns: `im_choose` writes what was chosen into a user dictionary. On a kiosk that would tell the next person what
  the last one typed. So `im_choose` is not even bound, and the user dictionary is a path that nobody can create, root
  included; the library then works without one.
- It works in pools of a fixed size and **aborts the process** when they are full: fourteen times "z" is enough, or
  "ananananananananan". Below that nothing was found that does it: every string of z and s (the costliest initials), and
  a hundred thousand of the next worst. So longer input is given to it in stretches of twelve letters, cut between
  syllables.
- It has one decoder a process. Two `GooglePinyin` share it; they may not be used from two threads at a time.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

from domain.ports import Candidate
from inputs.missing import EngineMissing

LIBRARY = "libgooglepinyin.so.0"
STRETCH = 12
"""Letters given to the library at once."""

_NOWHERE = b"/dev/null/none"
_CANDIDATE_LENGTH = 63  # in UTF-16 units; a stretch never yields more characters than letters


class GooglePinyin:
    """Candidates for pinyin from the library's general dictionary of 65 000 words.

    Raises `EngineMissing` when it cannot be opened; after that no call fails, and letters that are no pinyin give no
    candidates.
    """

    def __init__(self, library: str = LIBRARY, dictionary: Path | None = None) -> None:
        try:
            engine = ctypes.CDLL(library)
        except OSError as error:
            raise EngineMissing(str(error)) from None
        dictionary = dictionary or _installed_dictionary()
        _declare(engine)
        if not engine.im_open_decoder(bytes(dictionary), _NOWHERE):
            raise EngineMissing(f"{dictionary} is not a dictionary of {library}")
        self._engine = engine

    def candidates(self, letters: str, limit: int) -> tuple[Candidate, ...]:
        """Best first; `letters` are a–z of any number. The first uses up as many letters as can be read as pinyin,
        the others a first part of them.
        """
        found = self._stretch(letters, limit)
        if not found:
            return ()
        whole = found[0]
        while following := self._stretch(letters[whole.letters :], 1):
            whole = Candidate(whole.text + following[0].text, whole.letters + following[0].letters)
        return found if whole == found[0] else (whole, *found)[:limit]

    def _stretch(self, letters: str, limit: int) -> tuple[Candidate, ...]:
        """Candidates for the first letters. Where more follow, the stretch gives up its last syllable: it may go on."""
        starts = self._search(letters[:STRETCH])
        if len(letters) > STRETCH and starts[-1] == STRETCH and len(starts) > 2:
            starts = self._search(letters[: starts[-2]])
        texts = [self._text(index) for index in range(min(self._count, limit))]
        # A character is a syllable, and all candidates follow the same division into syllables.
        return tuple(Candidate(text, starts[min(len(text), len(starts) - 1)]) for text in texts if text)

    def _search(self, letters: str) -> list[int]:
        """Where each syllable starts, and the end of the last one."""
        self._engine.im_reset_search()
        typed = letters.encode("ascii")
        self._count: int = self._engine.im_search(typed, len(typed))
        starts = ctypes.POINTER(ctypes.c_uint16)()
        syllables = self._engine.im_get_spl_start_pos(ctypes.byref(starts))
        return starts[: syllables + 1]

    def _text(self, index: int) -> str:
        units = (ctypes.c_uint16 * (_CANDIDATE_LENGTH + 1))()
        if not self._engine.im_get_candidate(index, units, _CANDIDATE_LENGTH):
            return ""
        return bytes(units).decode("utf-16-le").partition("\0")[0]


def _installed_dictionary() -> Path:
    """Debian keeps the dictionary in the library folder of the architecture."""
    places = sorted(Path("/usr/lib").glob("*/googlepinyin/data/dict_pinyin.dat"))
    if not places:
        raise EngineMissing("no dict_pinyin.dat under /usr/lib/*/googlepinyin/data")
    return places[0]


def _declare(engine: ctypes.CDLL) -> None:
    size, units = ctypes.c_size_t, ctypes.c_void_p
    engine.im_open_decoder.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    engine.im_open_decoder.restype = ctypes.c_bool
    engine.im_reset_search.argtypes = []
    engine.im_reset_search.restype = None
    engine.im_search.argtypes = [ctypes.c_char_p, size]
    engine.im_search.restype = size
    engine.im_get_candidate.argtypes = [size, units, size]
    engine.im_get_candidate.restype = units
    engine.im_get_spl_start_pos.argtypes = [ctypes.POINTER(ctypes.POINTER(ctypes.c_uint16))]
    engine.im_get_spl_start_pos.restype = size
