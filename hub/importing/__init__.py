"""Lists into the hub: read, tried out, seen by a person, and only then made drafts."""

from __future__ import annotations

from hub.importing.taking import Batch, Importing, Incoming, Report, files_of, read_files, read_lines

__all__ = ["Batch", "Importing", "Incoming", "Report", "files_of", "read_files", "read_lines"]
