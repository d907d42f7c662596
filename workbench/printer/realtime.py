"""Real-time commands: obeyed as they arrive, ahead of everything that waits in the buffer."""

import re
from dataclasses import dataclass
from typing import Final

from workbench.escpos.grammar import DLE, CommandReader, Kind

CLEAR_BUFFERS: Final = b"\x01\x03\x14\x01\x06\x02\x08"
"""The seven bytes behind DLE DC4 8, there so that no picture clears the buffer by chance."""

_ANYWHERE: Final = re.compile(rb"\x10\x04[\x01-\x04]|\x10\x05[\x00-\x02]|\x10\x14\x08" + re.escape(CLEAR_BUFFERS))
_LONGEST: Final = 10


@dataclass(frozen=True, slots=True)
class RealtimeCommand:
    """``name`` is "DLE EOT", "DLE ENQ" or "DLE DC4", ``data`` the bytes behind it."""

    name: str
    data: bytes


class RealtimeWatch:
    """Watches the bytes of one connection come in.

    A real-time command that stands between two others is taken out of the stream and obeyed. Inside a command's own
    data it is data, which is what makes a picture safe; ``in_raster`` makes a printer of those that look at every byte
    (Epson's and Citizen's manuals warn of it): there the command is obeyed *and* stays in the picture. The first bytes
    of a real-time command are held back until it is complete, or until ``release``.
    """

    def __init__(self, *, in_raster: bool = False) -> None:
        self._in_raster = in_raster
        self._reader = CommandReader()
        self._held = bytearray()
        self._sent_on = 0  # bytes of the command now coming in that have been passed on already
        self._tail = b""

    @property
    def held(self) -> int:
        """Bytes kept back: never more than one real-time command."""
        return len(self._held)

    def take(self, data: bytes) -> tuple[bytes, list[RealtimeCommand]]:
        """The bytes to be printed in their turn, and the commands to be obeyed now."""
        self._held += data
        between: list[RealtimeCommand] = []
        onward = bytearray()
        for token in self._reader.feed(data):
            rest = token.length - self._sent_on
            if token.kind is Kind.COMMAND and token.name in ("DLE EOT", "DLE ENQ", "DLE DC4"):
                between.append(RealtimeCommand(token.name, token.data))
            else:
                onward += self._held[:rest]
            del self._held[:rest]
            self._sent_on = 0
        if self._held and (self._sent_on or self._held[0] != DLE):
            self._sent_on += len(self._held)
            onward += self._held
            self._held.clear()
        return bytes(onward), self._anywhere(data) if self._in_raster else between

    def release(self) -> bytes:
        """The connection is gone: what was held back is all there will be."""
        rest, self._held = bytes(self._held), bytearray()
        self._reader = CommandReader()
        self._sent_on = 0
        self._tail = b""
        return rest

    def _anywhere(self, data: bytes) -> list[RealtimeCommand]:
        old, window = len(self._tail), self._tail + data
        self._tail = window[1 - _LONGEST :]
        names = {0x04: "DLE EOT", 0x05: "DLE ENQ", 0x14: "DLE DC4"}
        found = (match.group() for match in _ANYWHERE.finditer(window) if match.end() > old)
        return [RealtimeCommand(names[code[1]], code[2:]) for code in found]
