"""Fetching files of a release: over HTTP with resume, caps and deadlines, or from a folder (a USB stick).

What comes is never believed here, only bounded: in bytes, in time, in where it may come from.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from tuf.api.exceptions import DownloadError, DownloadHTTPError, DownloadLengthMismatchError
from tuf.ngclient.fetcher import FetcherInterface

CHUNK = 64 << 10
RESUMES = 8
"""Cuts in a row without a byte of progress, after which a file is given up until the next poll."""

_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)

BUSY = (429, 503)
"""A hub, or what stands before it, that has too much to do."""

LONGEST_PAUSE_S = 3600.0
"""What a hub may ask for at most; somebody in the network must not be able to keep content away for a year."""


class Fetcher(FetcherInterface):
    """Fetches for one sync process; not shared between threads.

    Redirects are not followed: a release has one address, and what redirects in a street network is a login page. The
    proxies and passwords of the environment are not used. `requests` and `received` (bytes of bodies) count what was
    asked and what came; `hub_date` is what the hub's clock said last, good for a remark and for nothing else.
    `retry_after`: seconds for which a hub that has too much to do (429, 503) asked to be left alone, when it did so
    last; whoever polls takes it (`take_pause`).
    """

    def __init__(
        self,
        *,
        connect_s: float = 5.0,
        read_s: float = 20.0,
        whole_s: float = 60.0,
        least_rate: float = 1024.0,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.requests = 0
        self.received = 0
        self.hub_date: dt.datetime | None = None
        self.retry_after: float | None = None
        self._timeout = (connect_s, read_s)
        self._whole_s = whole_s
        self._least_rate = least_rate
        self._wait = wait
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Accept-Encoding"] = "identity"
        self._session.headers["User-Agent"] = "bianminting-sync"

    def close(self) -> None:
        self._session.close()

    def _fetch(self, url: str) -> Iterator[bytes]:
        """For TUF's metadata. Raises before the first chunk what concerns the answer itself, as TUF wants it."""
        if urlsplit(url).scheme == "file":
            return self._read(_path(url), 0)
        return self._body(self._get(url, 0), self._whole_s)

    def download(self, url: str, part: Path, length: int) -> None:
        """Brings `part` to `length` bytes, going on from what it holds, also after this process was killed.

        Names of targets contain their hash, so what lies in `part` is of the same file or will not pass as it. A line
        that is cut again and again is given up when all of it takes longer than a slow one would; `part` keeps what has
        come for the next time.

        Raises `DownloadHTTPError` (the hub does not have it), `DownloadLengthMismatchError` (it has another length),
        else `DownloadError`; OSError when `part` cannot be written.
        """
        stalled = 0
        until = time.monotonic() + self._longest(length)
        while (have := part.stat().st_size if part.exists() else 0) != length:
            if have > length:
                part.unlink()
                continue
            try:
                self._append(url, part, have, length)
            except (DownloadHTTPError, DownloadLengthMismatchError) as error:
                if getattr(error, "status_code", 0) not in BUSY:  # what a busy hub has sent is good all the same
                    part.unlink(missing_ok=True)
                raise
            except DownloadError:
                stalled = 0 if part.exists() and part.stat().st_size > have else stalled + 1
                if stalled > RESUMES or time.monotonic() > until:
                    raise
                self._wait(min(0.1 * 2**stalled, 5.0))

    def small(self, url: str, most: int) -> bytes:
        """A file of at most `most` bytes, in one piece. Raises as `download`."""
        return b"".join(self._capped(self._fetch(url), most))

    def _capped(self, chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
        came = 0
        for chunk in chunks:
            came += len(chunk)
            if came > most:
                raise DownloadLengthMismatchError(f"more than {most} bytes")
            yield chunk

    def take_pause(self) -> float | None:
        """What the hub asked for since this was called last, in seconds."""
        pause, self.retry_after = self.retry_after, None
        return pause

    def _append(self, url: str, part: Path, have: int, length: int) -> None:
        chunks: Iterator[bytes]
        if urlsplit(url).scheme == "file":
            chunks = self._read(_path(url), have)
        else:
            answer = self._get(url, have)
            if answer.status_code != 206:
                have = 0
            told = _told(answer, have)
            if told is not None and told != length:
                answer.close()
                raise DownloadLengthMismatchError(f"{told} bytes, not {length}")
            chunks = self._body(answer, self._longest(length - have))
        with part.open("ab") as file:
            file.truncate(have)
            for chunk in chunks:
                have += len(chunk)
                if have > length:
                    raise DownloadLengthMismatchError(f"more than {length} bytes")
                file.write(chunk)
        if have < length:
            if urlsplit(url).scheme == "file":
                raise DownloadLengthMismatchError(f"{have} bytes, not {length}")
            raise DownloadError(f"cut after {have} of {length} bytes")

    def _longest(self, length: int) -> float:
        """Seconds that so many bytes may take."""
        return self._whole_s + length / self._least_rate

    def _get(self, url: str, have: int) -> requests.Response:
        headers = {"Range": f"bytes={have}-"} if have else {}
        self.requests += 1
        try:
            answer = self._session.get(url, headers=headers, stream=True, timeout=self._timeout, allow_redirects=False)
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            raise DownloadError(f"{error.__class__.__name__} at {_host(url)}") from error
        self._note_date(answer)
        if answer.status_code not in (200, 206) or (answer.status_code == 206 and not _continues(answer, have)):
            status = answer.status_code
            if status in BUSY:
                self.retry_after = _pause(answer.headers.get("Retry-After", ""), self.hub_date)
            answer.close()
            if status in (206, 416):
                raise DownloadLengthMismatchError("the hub has another file than the one that was cut")
            raise DownloadHTTPError(f"status {status} from {_host(url)}", status)
        return answer

    def _body(self, answer: requests.Response, within_s: float) -> Iterator[bytes]:
        until = time.monotonic() + within_s
        try:
            # read1 gives what has come: a hub that sends a byte a minute is noticed after one, not after 64 kB.
            while chunk := answer.raw.read1(CHUNK, decode_content=False):
                self.received += len(chunk)
                yield chunk
                if time.monotonic() > until:
                    raise DownloadError(f"slower than {within_s:.0f} s")
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise DownloadError(f"cut: {error.__class__.__name__}") from error
        finally:
            answer.close()

    def _read(self, path: Path, start: int) -> Iterator[bytes]:
        self.requests += 1
        try:
            file = path.open("rb")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise DownloadHTTPError(f"{path.name} is not there", 404) from error
        except OSError as error:
            raise DownloadError(f"{path.name}: {error.strerror}") from error
        return self._blocks(file, start)

    def _blocks(self, file: BinaryIO, start: int) -> Iterator[bytes]:
        with file:
            try:
                file.seek(start)
                while chunk := file.read(CHUNK):
                    self.received += len(chunk)
                    yield chunk
            except OSError as error:
                raise DownloadError(f"{Path(file.name).name}: {error.strerror}") from error

    def _note_date(self, answer: requests.Response) -> None:
        try:
            date = parsedate_to_datetime(answer.headers.get("Date", ""))
        except (ValueError, TypeError, OverflowError):  # a year of twenty digits, for instance
            return
        self.hub_date = date if date.tzinfo else date.replace(tzinfo=dt.UTC)


def _pause(asked: str, there: dt.datetime | None) -> float | None:
    """Seconds that a Retry-After means: a number, or a date by the hub's own clock; None for what is neither."""
    try:
        if asked.isascii() and asked.strip().isdigit():
            seconds = float(asked)
        else:
            until = parsedate_to_datetime(asked)
            seconds = (until - (there or dt.datetime.now(dt.UTC))).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE_S)


def base_of(source: str) -> str:
    """The base address of a hub: an http(s) address as it is, anything else is a folder.

    Raises ValueError for an address of another kind.
    """
    scheme = urlsplit(source).scheme
    if scheme in ("http", "https", "file"):
        return source.rstrip("/")
    if "://" in source:
        raise ValueError(f"{scheme}: only http, https, file and folders")
    return Path(source).expanduser().absolute().as_uri()


def _path(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _continues(answer: requests.Response, have: int) -> bool:
    return answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def _told(answer: requests.Response, have: int) -> int | None:
    """Length of the whole file as the hub says it, or None."""
    if have:
        told = answer.headers.get("Content-Range", "").rpartition("/")[2]
    else:
        told = answer.headers.get("Content-Length", "")
    return int(told) if _LENGTH.fullmatch(told) else None
