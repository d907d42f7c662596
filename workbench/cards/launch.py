"""`launch.py FD PARENT PROGRAM ARGUMENT…`: becomes PROGRAM, which finds socket FD as systemd would hand it over.

A file of its own that needs nothing else, because LISTEN_PID is known only after the fork and code between fork and
exec has no business in a process with threads. PROGRAM is killed when PARENT ends.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_FIRST_FD = 3  # SD_LISTEN_FDS_START


def main(fd: int, parent: int, *program: str) -> None:
    """Does not return."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    if fd != _FIRST_FD:
        os.dup2(fd, _FIRST_FD)
        os.close(fd)
    os.set_inheritable(_FIRST_FD, True)
    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
    os.execv(program[0], program)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
