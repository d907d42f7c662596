"""One card while it is asked which family it is of: what is selected, and what it has said since.

Families share applications (toll cards that of the city union) and files (one file tells two cities apart). What a
card has said once is not asked again as long as the same application is selected.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cardreader import tlv
from cardreader.apdu import SELECT, Command, Response, select_file, select_name
from cardreader.processors import Processor

MASTER_FILE: Final = b"\x3f\x00"

Path = tuple[bytes, ...]
"""From outside in: DF names (five to sixteen bytes) and file identifiers (two). Empty: whatever a fresh card has
selected by itself, which is its master file.
"""


class Session:
    """Sends commands, and remembers the answers to those that read. A `Processor` itself."""

    def __init__(self, card: Processor) -> None:
        self._card = card
        self.home: Path = ()
        """The application that the card is asked about: other files are read on the way, and then this again."""
        self._path: Path | None = ()
        self._fci = Response(b"", 0x9000)
        self._said: dict[bytes, tuple[int, Response]] = {}
        self._refused: dict[bytes, Response] = {}  # what could not be selected from here

    def open(self, path: Path) -> Response:
        """The answer to the last SELECT of `path`, or to the one before it that went wrong; nothing is sent when this
        is selected already.
        """
        if not path and self._path != ():
            path = (MASTER_FILE,)
        if path == self._path:
            return self._fci
        for part in path:
            if part in self._refused:
                return self._refused[part]
            response = self.send(select_name(part) if len(part) > 2 else select_file(int.from_bytes(part, "big")))
            if not response.ok:
                self._refused[part] = response
                return response
        self._path, self._fci = path, response
        return response

    def send(self, command: Command) -> Response:
        """See `Processor`."""
        if (command.cla, command.ins) == SELECT:
            response = self._card.send(command)
            self._said.clear()
            if response.sw >> 8 in (0x90, 0x62, 0x63):
                self._path = None
                self._refused.clear()
            return response
        asked, before = self._said.get(command.header, (0, None))
        wanted = command.le or 0
        if before is not None and (wanted <= asked or not before.ok):
            return replace(before, data=before.data[:wanted])
        response = self._card.send(command)
        self._said[command.header] = (wanted, response)
        return response


def is_named(fci: bytes, name: bytes, *, surely: bool = False) -> bool:
    """Whether the answer to a SELECT speaks of `name`: a card that answers 9000 to any SELECT still says what it has
    selected. One that says nothing is believed, unless it must be `surely`.
    """
    selected = tlv.find(fci, 0x6F, 0x84)
    return not surely if selected is None else selected.startswith(name)
