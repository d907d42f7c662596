"""Fetching from a stick: the same files by the same addresses, opened as `contentsync.usb` opens things."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

from tuf.api.exceptions import DownloadError, DownloadHTTPError, DownloadLengthMismatchError

from contentsync.fetcher import CHUNK, Fetcher
from contentsync.usb import StickFolder
from domain.errors import SyncError


class StickFetcher(Fetcher):
    """Fetches from `folder` and from nowhere else: there is no network in it, whatever address is asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._root = folder.absolute()
        self._stick = StickFolder(folder)

    def _read(self, path: Path, start: int) -> Iterator[bytes]:
        self.requests += 1
        try:
            names = path.relative_to(self._root).parts
        except ValueError:
            raise DownloadError("not on the stick") from None
        if not names or ".." in names:
            raise DownloadError("not on the stick")
        blocks = self._stick.blocks(*names, start=start, block=CHUNK)
        try:
            first = next(blocks, b"")  # what concerns the file itself is said before its first block
        except SyncError as error:
            raise DownloadLengthMismatchError(error.detail) from error
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                raise DownloadHTTPError(f"{path.name} is not there", 404) from error
            if error.errno == errno.ELOOP:
                raise DownloadLengthMismatchError(f"{path.name} is a link") from error
            raise DownloadError(f"{path.name}: {error.strerror}") from error
        return self._rest(first, blocks, path.name)

    def _rest(self, first: bytes, blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
        try:
            part = first
            while part:
                self.received += len(part)
                yield part
                part = next(blocks, b"")
        except OSError as error:
            raise DownloadError(f"{name}: {error.strerror}") from error

    def _get(self, url: str, have: int) -> object:  # type: ignore[override]
        raise DownloadError("a stick has no other addresses")
