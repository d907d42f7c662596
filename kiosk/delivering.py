"""Delivery inside the sync process: what the screen process hands over goes to the hub, and the answer goes back.

`device.db` belongs to the screen process; this one never opens it. On standard input it takes

    send {"batch": 3, "messages": [{"id": "…", "kind": "health", "body": {…}}]}

and tells of it in a line of JSON on standard output:

    {"event": "sent", "batch": 3, "fates": {"…": "stored"}, "newest": 17, "neighbours": [], "drift_s": 0}
    {"event": "unsent", "batch": 3, "code": "S-01"}

A batch that is never answered, because this process ended, is handed over again to the next one; the hub knows the
messages by their ids.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, Protocol

from domain.errors import CodedError
from uplink.delivery import Delivered, Outgoing

log = logging.getLogger(__name__)

Tell = Callable[[dict[str, Any]], None]


class Delivers(Protocol):
    """Brings messages to the hub, as `uplink.delivery.Courier` does."""

    def deliver(self, messages: list[Outgoing]) -> Delivered: ...


class Dispatch:
    """A thread that delivers one batch after another. `tell` is called from it."""

    def __init__(self, courier: Delivers, tell: Tell) -> None:
        self._courier = courier
        self._tell = tell
        self._batches: queue.SimpleQueue[tuple[int, list[Outgoing]]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="delivery", daemon=True).start()

    def send(self, line: str) -> None:
        """Takes what stands behind `send` in a line; what is no batch is passed over, with a remark."""
        try:
            said = json.loads(line)
            messages = [Outgoing(str(one["id"]), str(one["kind"]), dict(one["body"])) for one in said["messages"]]
            self._batches.put((int(said["batch"]), messages))
        except (ValueError, TypeError, KeyError, RecursionError):
            log.warning("what was to be sent is no batch")

    def _run(self) -> None:
        while True:
            number, messages = self._batches.get()
            try:
                self._tell({"event": "sent", "batch": number} | _told(self._courier.deliver(messages)))
            except CodedError as error:
                log.warning("not sent: %s", error.detail, extra={"code": error.code})
                self._tell({"event": "unsent", "batch": number, "code": error.code.value})
            except Exception:
                log.exception("not sent")
                self._tell({"event": "unsent", "batch": number})


def _told(found: Delivered) -> dict[str, Any]:
    return {
        "fates": found.fates,
        "newest": found.newest,
        "neighbours": list(found.neighbours),
        "drift_s": found.drift_s,
    }
