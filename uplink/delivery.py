"""Delivery: a batch of messages goes to the hub, tried again for a while, and each message comes back with its fate.

What is lost on the way there or back does no harm: the same messages go again under the same ids, and the hub answers
`duplicate`.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from domain.errors import Code, CodedError, SyncError
from uplink.identity import Identity, IdentityFolder
from uplink.line import Declined, Line, as_json
from uplink.messages import REPORTS, Answers, Placement
from uplink.signing import DeviceKey

log = logging.getLogger(__name__)

TRIES = 4
"""Attempts of one request in one run; after that it waits in the outbox, which remembers how long."""

LONGEST_WAIT_S = 10.0

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same request may do better."""

UNFIT = frozenset({400, 409, 413, 422})
"""Answers that say that something in the request cannot be taken."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as the outbox gives it out."""

    id: str
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the hub answered: `fates` by id (stored, duplicate, conflict; unfit: it was refused alone)."""

    fates: dict[str, str] = field(default_factory=dict)
    neighbours: tuple[dict[str, Any], ...] = ()
    newest: int = 0
    server_time: dt.datetime | None = None
    drift_s: int | None = None


class Courier:
    """Delivers for one kiosk. One thread at a time. The identity is read anew for every delivery, so that a kiosk that
    is enrolled while it runs begins to report. `hub`: its address, where it is another one than at enrolment.
    """

    def __init__(
        self,
        folder: IdentityFolder,
        *,
        hub: str | None = None,
        connect_s: float = 5.0,
        read_s: float = 20.0,
        wait: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
        first_wait_s: float = 0.5,
    ) -> None:
        self._folder = folder
        self._hub = hub
        self._times = {"connect_s": connect_s, "read_s": read_s}
        self._wait = wait
        self._now = now
        self._first_wait_s = first_wait_s

    def deliver(self, messages: Sequence[Outgoing]) -> Delivered:
        """The fates of `messages`; those without one were not reached.

        Raises `SyncError`: S-01 hub out of reach, S-06 not enrolled, or no longer, S-08 the key cannot be read. The
        messages are where they were then.
        """
        identity, key = self._folder.read(), self._folder.key()
        if not messages:
            return Delivered()  # the hub takes no request without a message
        line = Line(self._hub or identity.hub, **self._times)
        try:
            return self._part(line, identity, key, list(messages))
        finally:
            line.close()

    def _part(self, line: Line, identity: Identity, key: DeviceKey, messages: list[Outgoing]) -> Delivered:
        """Halves what the hub cannot take until the message that is to blame stands alone."""
        try:
            return self._sent(line, identity, key, messages)
        except Declined as error:
            if error.status == 401:
                raise SyncError(Code.NOT_ENROLLED, "the hub does not know this device any more") from None
            if error.status not in UNFIT:
                raise SyncError(Code.HUB_OUT_OF_REACH, f"the hub answers {error.status}") from None
            if len(messages) == 1:
                log.warning("a message of kind %s is not taken: %d", messages[0].kind, error.status)
                return Delivered({messages[0].id: "unfit"})
        half = len(messages) // 2
        first = self._part(line, identity, key, messages[:half])
        second = self._part(line, identity, key, messages[half:])
        last = second if second.server_time is not None else first
        return Delivered({**first.fates, **second.fates}, last.neighbours, last.newest, last.server_time, last.drift_s)

    def _sent(self, line: Line, identity: Identity, key: DeviceKey, messages: list[Outgoing]) -> Delivered:
        body = as_json({"messages": [{"id": one.id, "kind": one.kind, "body": one.body} for one in messages]})
        pauses = wait_random_exponential(multiplier=self._first_wait_s, max=LONGEST_WAIT_S)

        def pause(state: RetryCallState) -> float:
            """As long as the hub asks, at most `LONGEST_WAIT_S`, else longer from try to try."""
            error = state.outcome.exception() if state.outcome is not None else None
            asked = error.wait_s if isinstance(error, Declined) else None
            return min(LONGEST_WAIT_S, asked) if asked is not None else pauses(state)

        retrying = Retrying(
            stop=stop_after_attempt(TRIES),
            wait=pause,
            retry=retry_if_exception(_may_do_better),
            sleep=self._wait,
            reraise=True,
        )
        answers: Answers = retrying(self._once, line, identity, key, body)
        if answers.sealing is not None and answers.sealing != identity.sealing:
            self._note_sealing(answers.sealing)
        if answers.placement is not None:
            self._note_placement(answers.placement)
        known = {one.id for one in messages}
        return Delivered(
            {one.id: one.status for one in answers.answers if one.id in known},
            tuple(one.model_dump(mode="json") for one in answers.neighbours),
            answers.newest,
            answers.server_time,
            round(answers.server_time.timestamp() - self._now()),
        )

    def _once(self, line: Line, identity: Identity, key: DeviceKey, body: bytes) -> Answers:
        return line.post(
            REPORTS,
            body,
            Answers,
            lambda sent: key.headers(identity.device, "POST", REPORTS, max(0, int(self._now())), sent),
        )

    def _note_sealing(self, key: str) -> None:
        try:
            self._folder.seal_for(key)
        except CodedError as error:
            log.warning("the sealing key is not kept: %s", error.detail, extra={"code": error.code})

    def _note_placement(self, placement: Placement) -> None:
        try:
            self._folder.stand_at(placement.ring, placement.district)
        except CodedError as error:
            log.warning("the ring is not kept: %s", error.detail, extra={"code": error.code})


def _may_do_better(error: BaseException) -> bool:
    if isinstance(error, Declined):
        return error.status in AGAIN
    return isinstance(error, SyncError) and error.code is Code.HUB_OUT_OF_REACH
