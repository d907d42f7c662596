"""What pcscd itself says of its readers, asked over its own socket.

The protocol is pcsc-lite's, version 4:4, of which two messages are needed: CMD_VERSION and CMD_GET_READERS_STATE
(src/winscard_msg.h, src/eventhandler.h). libpcsclite would do as well, but takes the socket's name from the environment
of the whole process.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_VERSION, _READERS_STATE = 0x11, 0x12
_OURS: Final = (4, 4)
_READERS: Final = 16
_STATE: Final = struct.Struct("=128sIIi33s3xII")
_PRESENT: Final = 0x04
_POWERED: Final = 0x10
_PATIENCE_S: Final = 2


@dataclass(frozen=True, slots=True)
class ReaderState:
    """One reader as pcscd knows it. `changes` counts cards that came and went; `atr` is empty without a card."""

    name: str
    present: bool
    powered: bool
    atr: bytes
    changes: int


def reader_states(path: Path) -> tuple[ReaderState, ...] | None:
    """All readers of the pcscd behind socket `path`; None when nobody answers there."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_PATIENCE_S)
            connection.connect(str(path))
            connection.sendall(struct.pack("=IIiiI", 12, _VERSION, *_OURS, 0))
            _, _, refused = struct.unpack("=iiI", _exactly(connection, 12))
            if refused:
                return None
            connection.sendall(struct.pack("=II", 0, _READERS_STATE))
            told = _exactly(connection, _READERS * _STATE.size)
    except OSError:
        return None
    states = []
    for name, changes, state, _, atr, length, _ in _STATE.iter_unpack(told):
        if name[0]:
            present = bool(state & _PRESENT)
            states.append(
                ReaderState(
                    name=name.split(b"\x00", 1)[0].decode(),
                    present=present,
                    powered=bool(state & _POWERED),
                    atr=atr[:length] if present else b"",
                    changes=changes,
                )
            )
    return tuple(states)


def _exactly(connection: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        more = connection.recv(count - len(got))
        if not more:
            raise ConnectionResetError("pcscd hung up")
        got += more
    return got
