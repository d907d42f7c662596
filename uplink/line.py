"""The line to the hub: JSON over HTTP, bounded in bytes and time, to one address, without redirects."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from pydantic import BaseModel, ValidationError

from domain.errors import Code, SyncError
from uplink.messages import LONGEST_REQUEST

M = TypeVar("M", bound=BaseModel)

_CHUNK = 64 << 10


class Declined(Exception):
    """The hub answered, with another status than 200. `wait_s`: how long it asks to be left alone."""

    def __init__(self, status: int, wait_s: float | None = None) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.wait_s = wait_s


class Line:
    """One hub at `base` (http or https). Not shared between threads. Close it.

    The proxies and passwords of the environment are not used, as for content: what answers in a street network instead
    of the hub is a login page. An answer that takes longer than `whole_s` seconds to come is none, however steadily its
    bytes drip.
    """

    def __init__(self, base: str, *, connect_s: float = 5.0, read_s: float = 20.0, whole_s: float = 60.0) -> None:
        self._base = base.rstrip("/")
        self._timeout = (connect_s, read_s)
        self._whole_s = whole_s
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Accept-Encoding"] = "identity"  # a packed answer could unpack to anything
        self._session.headers["User-Agent"] = "bianminting-uplink"

    def close(self) -> None:
        self._session.close()

    def post(
        self, path: str, body: bytes, model: type[M], headers: Callable[[bytes], Mapping[str, str]] | None = None
    ) -> M:
        """The answer of the hub. Raises `Declined`, `SyncError` S-01 when nobody or nothing that is a hub answers."""
        sent = {"Content-Type": "application/json", **(headers(body) if headers else {})}
        try:
            with self._session.post(
                self._base + path, data=body, headers=sent, timeout=self._timeout, allow_redirects=False, stream=True
            ) as answer:
                if answer.status_code != 200:
                    raise Declined(answer.status_code, _seconds(answer.headers.get("Retry-After")))
                raw = self._whole(answer)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise SyncError(Code.HUB_OUT_OF_REACH, f"{error.__class__.__name__} at {self._host}") from error
        if len(raw) > LONGEST_REQUEST:
            raise SyncError(Code.HUB_OUT_OF_REACH, f"{self._host} says too much for a hub")
        try:
            return model.model_validate_json(raw)
        except ValidationError:
            raise SyncError(Code.HUB_OUT_OF_REACH, f"{self._host} does not answer as a hub") from None

    def _whole(self, answer: requests.Response) -> bytes:
        """The body, as far as it is needed to see that it is too long. Raises OSError when it takes too long."""
        until = time.monotonic() + self._whole_s
        raw = b""
        # read1 gives what has come: `read` would wait for all of it, each byte with a patience of its own.
        while len(raw) <= LONGEST_REQUEST and (chunk := answer.raw.read1(_CHUNK, decode_content=False)):
            raw += chunk
            if time.monotonic() > until:
                raise TimeoutError
        return raw

    @property
    def _host(self) -> str:
        return urlsplit(self._base).netloc.rpartition("@")[2]


def as_json(value: Mapping[str, Any]) -> bytes:
    """A request's body."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 6 else None
