"""A network of one's own for one process and its children.

vpcd listens on every interface; in a namespace there is none but loopback, and that one is not the machine's.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_CLONE_NEWNS: Final = 0x00020000  # <linux/sched.h>
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000  # <sys/mount.h>
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1  # <linux/sockios.h>, <net/if.h>
_PR_SET_PDEATHSIG: Final = 1  # <sys/prctl.h>
_HIDDEN: Final = ("/run", "/usr/lib/pcsc")


def enter_private_network(keep: Path) -> None:
    """Moves this process, which must have one thread only, to a network with nothing but loopback.

    As root directly, else through a user namespace in which this user stays who he is. What lies below /run is hidden
    from it, unless `keep` does: every pcscd wants to write its number there, also one that does not serve the machine.
    So are drivers of real readers, which are for the machine's own. Raises `OSError` when the kernel allows neither.
    """
    user, group = os.geteuid(), os.getegid()
    try:
        _unshare(_CLONE_NEWNET)
    except PermissionError:
        _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _hide([place for place in _HIDDEN if Path(place).is_dir() and not keep.resolve().is_relative_to(place)])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = bytearray(struct.pack("16sh22x", b"lo", 0))
        fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request)
        (flags,) = struct.unpack_from("h", request, 16)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | _IFF_UP))


def die_with_parent(number: int) -> None:
    """Has the kernel send signal `number` to this process when its parent ends."""
    if _libc().prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def listening_ports() -> frozenset[int]:
    """TCP ports on which somebody listens in the network of this process."""
    rows = [row.split() for row in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    return frozenset(int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A")


def _hide(places: Sequence[str]) -> None:
    """Best effort: where / is no mount point (a chroot), a mount cannot be kept from the rest of the machine."""
    libc = _libc()
    if libc.unshare(_CLONE_NEWNS) == 0 and libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None) == 0:
        for place in places:
            libc.mount(b"none", place.encode(), b"tmpfs", 0, b"mode=755")


def _unshare(flags: int) -> None:
    if _libc().unshare(flags):
        number = ctypes.get_errno()
        raise OSError(number, f"unshare: {os.strerror(number)}")


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
    return libc
