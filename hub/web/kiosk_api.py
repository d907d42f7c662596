"""The kiosks' interface: enrolment with a one-time code, and signed reports. JSON in and out, no sessions, no pages.

What is wrong with a request is said in one word and never in detail: unknown, revoked and forged all answer 401
``unknown``. The signature is looked at before anything of the body is.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool as in_thread
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from domain.errors import SyncError
from hub.device import Device
from hub.office import Office
from hub.refusal import Refused
from hub.reports import Sent
from uplink.messages import (
    ENROL,
    LONGEST_REQUEST,
    REPORTS,
    Answers,
    Batch,
    Enrolled,
    Enrolment,
    HealthMessage,
    Message,
    Placement,
    Refusal,
)
from uplink.sealing import SealingKeyFile
from uplink.signing import DEVICE, SIGNATURE, TS, request_holds

log = logging.getLogger(__name__)

LONGEST_ENROLMENT = 4096
"""Bytes."""

BUSY_S = 30
"""Seconds that a kiosk is asked to wait."""

M = TypeVar("M", bound=BaseModel)

_WORDS = {
    400: ("unfit", "What came is not what the description says."),
    401: ("unknown", "No device that the hub knows has signed this."),
    403: ("refused", "The code is unknown, used or too old, or the proof does not hold."),
    413: ("too_large", "More bytes than are taken."),
    429: ("too_many", "Too many requests; `Retry-After` has the seconds to wait."),
    503: ("unavailable", "The hub cannot write now; the same request may do later."),
}


class _Answered(Exception):
    """Ends a request with a status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


def router(office: Office) -> APIRouter:
    """The routes over an open office."""
    desk = _Desk(office)
    routes = APIRouter()
    routes.add_api_route(
        ENROL,
        _guarded(desk.enrol),
        methods=["POST"],
        response_model=Enrolled,
        responses=_refusals(400, 403, 413, 429, 503),
        openapi_extra=_body("Enrolment"),
        summary="Exchange a one-time code for a device",
    )
    routes.add_api_route(
        REPORTS,
        _guarded(desk.reports),
        methods=["POST"],
        response_model=Answers,
        responses=_refusals(400, 401, 413, 429, 503),
        openapi_extra={**_body("Batch"), "parameters": _signature()},
        summary="Hand in what a kiosk has to report",
    )
    return routes


def description(office: Office) -> dict[str, Any]:
    """The OpenAPI description of these routes."""
    app = FastAPI(title="bianminting kiosks", version="1")
    app.include_router(router(office))
    found = app.openapi()
    template = "#/components/schemas/{model}"
    _, schemas = models_json_schema([(Enrolment, "validation"), (Batch, "validation")], ref_template=template)
    found["components"]["schemas"] = {**found["components"]["schemas"], **schemas["$defs"]}
    return found


class _Desk:
    """Takes requests for one office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._requests = RateLimitItemPerMinute(office.settings.uplink.requests_per_minute)
        self._sealing = SealingKeyFile(office.home.sealing)

    async def enrol(self, request: Request) -> Enrolled:
        address = request.client.host if request.client else ""
        if not await in_thread(self._office.enrolling.may_try, address):
            raise _Answered(429)
        asked = _parsed(Enrolment, await _read(request, LONGEST_ENROLMENT))
        device = await in_thread(self._redeem, asked)
        site = device.site
        return Enrolled(
            device=device.id,
            number=site.number,
            name=site.name,
            place=site.place,
            district=site.district,
            ring=site.ring,
            root=await in_thread(self._root),
            sealing=await in_thread(self._sealing_key),
            server_time=_now(),
        )

    async def reports(self, request: Request) -> Answers:
        body = await _read(request, LONGEST_REQUEST)
        device = await in_thread(self._signer, request, body)
        if not self._limiter.hit(self._requests, "device", device.id):
            raise _Answered(429)
        batch = _parsed(Batch, body)
        (taken,) = await in_thread(self._office.reports.ingest, [Sent(device, batch.messages)])
        answers = Answers(
            answers=taken.answers,
            neighbours=await in_thread(self._office.devices.neighbours, device),
            newest=taken.newest,
            sealing=await in_thread(self._sealing_key),
            server_time=_now(),
        )
        placement = _placement(device, batch.messages)
        return answers if placement is None else answers.model_copy(update={"placement": placement})

    def _redeem(self, asked: Enrolment) -> Device:
        try:
            return self._office.enrolling.redeem(asked.code, asked.key, asked.proof)
        except Refused:
            raise _Answered(403) from None

    def _signer(self, request: Request, body: bytes) -> Device:
        """The device that has signed the request."""
        given = [request.headers.getlist(name) for name in (DEVICE, TS, SIGNATURE)]
        if any(len(values) != 1 for values in given):
            raise _Answered(401)
        id, ts, signature = (values[0] for values in given)
        device = self._office.devices.get(id) if len(id) == 32 and id.isalnum() else None
        if device is None or device.revoked_at is not None:
            raise _Answered(401)
        if not request_holds(device.key, request.method, request.url.path, ts, signature, body):
            raise _Answered(401)
        return device

    def _root(self) -> str | None:
        press = self._office.press
        return press.root.read_text("utf-8") if press.founded else None

    def _sealing_key(self) -> str | None:
        try:
            return self._sealing.public()
        except SyncError as error:
            log.warning("no sealing key is given out: %s", error.detail, extra={"code": error.code})
            return None


def _placement(device: Device, messages: Sequence[Message]) -> Placement | None:
    """Where the kiosk stands, when what it has said is something else; None, too, when it has not said: it may be one
    that knows nothing of it and would take the answer for none.
    """
    ours = Placement(ring=device.site.ring, district=device.site.district)
    said = [one.body.placement for one in messages if isinstance(one, HealthMessage)]
    return ours if any(one is not None and one != ours for one in said) else None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _guarded(handle: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Any]]:
    """Turns what ends a request into its answer; every answer is JSON."""

    async def answer(request: Request) -> Any:
        try:
            return Response((await handle(request)).model_dump_json(exclude_unset=True), media_type="application/json")
        except _Answered as error:
            return _refused(error.status)
        except SQLAlchemyError as error:
            log.error("nothing was taken: %s", error.__class__.__name__)
            return _refused(503)

    answer.__name__ = handle.__name__
    return answer


def _refused(status: int) -> Response:
    word, _ = _WORDS[status]
    headers = {"retry-after": str(BUSY_S)} if status in (429, 503) else {}
    if status == 413:
        headers["connection"] = "close"  # what was not read cannot be followed by another request
    return Response(Refusal.model_validate({"error": word}).model_dump_json(), status, headers, "application/json")


async def _read(request: Request, most: int) -> bytes:
    """The body, bounded while it comes."""
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told) > most:
        raise _Answered(413)
    parts, length = [], 0
    try:
        async for part in request.stream():
            length += len(part)
            if length > most:
                raise _Answered(413)
            parts.append(part)
    except ClientDisconnect:
        raise _Answered(400) from None
    return b"".join(parts)


def _parsed(model: type[M], body: bytes) -> M:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise _Answered(400) from None


def _body(name: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _signature() -> list[dict[str, Any]]:
    about = {
        DEVICE: ("The id that enrolment gave.", "^[0-9a-f]{32}$"),
        TS: ("Seconds since 1970 as the kiosk has them; part of what is signed.", "^[0-9]{1,12}$"),
        SIGNATURE: ("Base64 of Ed25519 over method, path, time and SHA-256 of the body.", "^[0-9A-Za-z+/]{86}==$"),
    }
    return [
        {
            "name": name,
            "in": "header",
            "required": True,
            "description": text,
            "schema": {"type": "string", "pattern": pattern},
        }
        for name, (text, pattern) in about.items()
    ]


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Refusal, "description": _WORDS[status][1]} for status in statuses}
