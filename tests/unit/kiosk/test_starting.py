"""What a process of the kiosk does with its memory."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

BLOCKS, BLOCK = 20_000, 1_000


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another C library than glibc")
def test_what_is_free_between_what_is_in_use_goes_back_to_the_machine() -> None:
    program = f"""
import ctypes
import os
from pathlib import Path
from kiosk import starting

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
blocks = [ctypes.c_void_p(libc.malloc({BLOCK})) for _ in range({BLOCKS})]
for block in blocks:
    ctypes.memset(block, 1, {BLOCK})
for block in blocks[:-1]:
    libc.free(block)
before = resident()
starting.give_back()
print(before - resident())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, timeout=50, cwd=ROOT, capture_output=True, text=True
    )
    assert int(done.stdout) > BLOCKS * BLOCK * 0.9
