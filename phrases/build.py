"""Compiles the .po files to the .mo files that gettext reads: ``python -m phrases.build``. Babel is needed only
here.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from phrases import LANGUAGES, LOCALE


def compile_all(locale: Path = LOCALE) -> list[Path]:
    """Compiles what is older than its source; returns the files written. Raises ValueError naming a file that does
    not parse.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    written = []
    for lang in LANGUAGES:
        for source in sorted((locale / lang.replace("-", "_") / "LC_MESSAGES").glob("*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
                continue
            try:
                with source.open("rb") as stream:
                    catalogue = read_po(stream, locale=lang.replace("-", "_"), abort_invalid=True)
            except PoFileError as error:
                raise ValueError(f"{source}: {error}") from error
            # A name of its own: two runs at once each put a whole file in place.
            part = target.with_name(f".{target.stem}.{os.getpid()}.{threading.get_ident()}.part")
            try:
                with part.open("wb") as stream:
                    write_mo(stream, catalogue)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
            written.append(target)
    return written


if __name__ == "__main__":
    for path in compile_all():
        sys.stderr.write(f"{path.relative_to(LOCALE)}\n")
