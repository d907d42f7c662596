"""By what a file is known to be a catalogue that this code can read."""

from __future__ import annotations

LAYOUT = 4
"""Number of the layout in `localdb.catalogue.schema`; a file with another one is refused (D-02) and built anew from its
records.
"""

APPLICATION_ID = 0x424D5443
"""Marks the file as ours (BMTC) in SQLite's header."""
