"""What is dear on purpose, made cheap for tests that are about something else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest


@contextlib.contextmanager
def cheap_keys() -> Iterator[None]:
    """Key files that are made meanwhile open at once, also elsewhere: what a passphrase costs stands in the file."""
    from contentsync import keys

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "_COST", {**keys._COST, "n": 2})
        yield
