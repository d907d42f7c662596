"""BER-TLV as cards write it: read with patience, since a real FCI may be cut short or padded."""

from __future__ import annotations

from collections.abc import Iterator


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, value) of each element; the last one may be shorter than its length says. Stops at padding (00, FF) and
    at what is no element; never raises.
    """
    at = 0
    while at < len(data) and data[at] not in (0x00, 0xFF):
        tag = data[at]
        at += 1
        if tag & 0x1F == 0x1F:
            if at >= len(data):
                return
            tag = tag << 8 | data[at]
            at += 1
        if at >= len(data):
            return
        length = data[at]
        at += 1
        if length == 0x81 and at < len(data):
            length = data[at]
            at += 1
        elif length >= 0x80:
            return
        yield tag, data[at : at + length]
        at += length


def find(data: bytes, *path: int) -> bytes | None:
    """The value under the tags of `path`, outermost first; None when there is none."""
    for tag in path:
        for found, value in elements(data):
            if found == tag:
                data = value
                break
        else:
            return None
    return data
