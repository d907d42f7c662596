"""What goes over the line, as both ends hold it: strict models, bounded texts and lists, nothing unknown.

``docs/formats/uplink.md`` describes every field. Nothing in any kind tells of a person: counts, states, revisions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.errors import Code
from domain.events import JobState, PrinterState, ReaderState
from domain.ports import Faulty
from domain.records.parts import Identifier
from domain.unmet import LONGEST, MOST_VISITS, SHORTEST

BATCH = 50
"""Messages of one request."""

LONGEST_REQUEST = 512 << 10
"""Bytes of a request; the sender keeps below half of it."""

MOST_UNMET = 300
"""Questions of one day in a message; those that most visits asked."""

PREFIX = "/kiosk/v1"
ENROL = f"{PREFIX}/enrol"
REPORTS = f"{PREFIX}/reports"

_MOST = 2**53 - 1
"""Whole numbers that every JSON reader keeps."""


def _storable(text: str) -> str:
    """Half characters do not come through pydantic; a NUL would, and PostgreSQL has no place for it."""
    if "\0" in text:
        raise ValueError("a text has no NUL")
    return text


def _reckonable(moment: datetime) -> datetime:
    """A clock that was never set says 1970 or 2000; what lies centuries away cannot be put into every time zone."""
    try:
        year = moment.astimezone(UTC).year
    except OverflowError:
        year = 0
    if not 1900 <= year <= 9000:
        raise ValueError("no moment of any clock")
    return moment


MessageId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"),
]
"""UUID, version 4, small letters: the sender's, so that the same message is known again."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Hex64 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,16}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_storable)]
Word = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]{1,32}$")]

RING = r"^[0-9a-z-]{1,24}$"
"""What a ring of the staged releases may be called: what the kiosk's setting `sync.ring` takes."""

Ring = Annotated[str, StringConstraints(pattern=RING)]
District = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Revision = Annotated[int, Field(ge=0, le=10**15)]
Count = Annotated[int, Field(ge=0, le=10**9)]


Moment = Annotated[AwareDatetime, AfterValidator(_reckonable)]
"""Between the years 1900 and 9000."""

Day = date


class Strict(BaseModel):
    """Base of everything here: frozen, nothing unknown, no text taken for a number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Content(Strict):
    """The catalogue that is open, `proved_at`: when it was last read back whole and had this digest."""

    revision: Revision
    digest: Digest
    made_at: Moment
    proved_at: Moment | None = None
    checked_at: Moment | None = None
    sample: bool = False


class PrinterHealth(Strict):
    """`state` none: the kiosk has no printer. `slips_left`: an estimate; `millimetres`: since the roll was changed."""

    state: PrinterState | Literal["none"]
    slips_left: Count | None = None
    millimetres: Count | None = None


class ReaderHealth(Strict):
    """`state` none: the kiosk has no card reader."""

    state: ReaderState | Literal["none"]
    stuck: bool = False


class ClockHealth(Strict):
    """`drift_s`: hub's time minus the kiosk's, when the hub was last heard."""

    trusted: bool
    drift_s: Annotated[int, Field(ge=-(10**10), le=10**10)] | None = None


class OutboxHealth(Strict):
    """How many messages wait, and how many the hub will not have."""

    waiting: Count
    dead: Count


class PrivacyHealth(Strict):
    """What the last privacy scan said."""

    status: Literal["clean", "found", "incomplete", "never"]
    at: Moment | None = None


class Position(Strict):
    """WGS 84 degrees."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Placement(Strict):
    """Where a kiosk stands among the others when a release goes out in steps: its ring, its district (GB/T 2260)."""

    ring: Ring
    district: District | None = None


class Health(Strict):
    """How a kiosk is. `seq` grows with every report of a kiosk; the hub keeps the highest."""

    seq: Annotated[int, Field(ge=1, le=_MOST)]
    at: Moment
    version: Word
    content: Content | None = None
    printer: PrinterHealth
    reader: ReaderHealth
    last_visit: Moment | None = Field(None, description="the hour in which the last visit began")
    errors: Annotated[dict[Code, Count], Field(max_length=len(Code))] = Field(
        default_factory=dict, description="how often each code came in 24 hours"
    )
    disk_free_mb: Count
    clock: ClockHealth
    uptime_s: Count
    restarts: Count = Field(description="starts of the screen process in 24 hours, the present one left out")
    outbox: OutboxHealth
    privacy: PrivacyHealth
    place: Position | None = None
    placement: Placement | None = Field(None, description="as the kiosk goes by it")


class UnmetCount(Strict):
    """Words in their kept form (`domain.unmet`), and how many visits of the day asked them in vain."""

    text: Annotated[str, StringConstraints(min_length=SHORTEST, max_length=LONGEST), AfterValidator(_storable)]
    visits: Annotated[int, Field(ge=1, le=MOST_VISITS)]


class Unmet(Strict):
    """What was asked in vain on `day`. Counts only grow; the hub keeps the larger one."""

    day: Day
    queries: Annotated[tuple[UnmetCount, ...], Field(min_length=1, max_length=MOST_UNMET)]


class Receipt(Strict):
    """A revision was opened, and read back with this digest."""

    revision: Revision
    digest: Digest
    at: Moment


class Correction(Strict):
    """Somebody says that what an item tells is not so. No words of theirs, no time but the day."""

    item: Identifier
    revision: Revision = Field(description="of the catalogue in which it was read")
    field: Faulty
    day: Day


class OpenedResults(Strict):
    """Questions of whose results one was opened: all of them, and those where it was one of the first five."""

    all: Annotated[Count, Field(ge=1)]
    first: Count

    @model_validator(mode="after")
    def _part(self) -> Self:
        if self.first > self.all:
            raise ValueError("the first five are a part of all")
        return self


class Counters(Strict):
    """Counts of a day so far; they only grow."""

    day: Day
    sessions: Count
    slips: Annotated[dict[JobState, Count], Field(max_length=len(JobState))] = Field(default_factory=dict)
    reader: Annotated[dict[Code, Count], Field(max_length=len(Code))] = Field(
        default_factory=dict, description="cards that gave nothing, by code"
    )
    opened: OpenedResults | None = None


class Letter(Strict):
    """A letter that only its office opens: base64 of the seal, and the public key that it was sealed for."""

    key: Hex32
    sealed: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z+/]{400,24000}={0,2}$")]


class HealthMessage(Strict):
    """How a kiosk is."""

    id: MessageId
    kind: Literal["health"]
    body: Health


class UnmetMessage(Strict):
    """What was asked in vain."""

    id: MessageId
    kind: Literal["unmet"]
    body: Unmet


class ReceiptMessage(Strict):
    """What was proved."""

    id: MessageId
    kind: Literal["receipt"]
    body: Receipt


class CorrectionMessage(Strict):
    """What is not so."""

    id: MessageId
    kind: Literal["correction"]
    body: Correction


class CountersMessage(Strict):
    """Counts of a day."""

    id: MessageId
    kind: Literal["counters"]
    body: Counters


class LetterMessage(Strict):
    """A sealed letter."""

    id: MessageId
    kind: Literal["letter"]
    body: Letter


Message = Annotated[
    HealthMessage | UnmetMessage | ReceiptMessage | CorrectionMessage | CountersMessage | LetterMessage,
    Field(discriminator="kind"),
]

Kind = Literal["health", "unmet", "receipt", "correction", "counters", "letter"]


class Batch(Strict):
    """The body of a request to `REPORTS`."""

    messages: Annotated[tuple[Message, ...], Field(min_length=1, max_length=BATCH)]


class Answer(Strict):
    """What became of a message. `stored`: it is in the hub's database; `duplicate`: it was already, or something newer
    of the same kind is; `conflict`: its id belongs to another message, or the hub cannot take it, ever.
    """

    id: MessageId
    status: Literal["stored", "duplicate", "conflict"]


class Neighbour(Strict):
    """A kiosk nearby that had paper `at` that time."""

    number: Number
    name: Name
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    paper: Literal["ok", "low"]
    at: Moment


class Answers(Strict):
    """The answer to `REPORTS`. `newest`: the highest `seq` of this kiosk's health that the hub has.
    `placement`: to a kiosk alone that goes by another one.
    """

    answers: tuple[Answer, ...]
    neighbours: Annotated[tuple[Neighbour, ...], Field(max_length=3)] = ()
    newest: Annotated[int, Field(ge=0, le=_MOST)] = 0
    sealing: Hex32 | None = None
    placement: Placement | None = None
    server_time: Moment


class Enrolment(Strict):
    """The body of a request to `ENROL`. `proof`: signature over code and key, see `signing.proof_text`."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-HJKMNP-Z2-9]{12}$")]
    key: Hex32
    proof: Hex64


class Enrolled(Strict):
    """Who the kiosk is from now on, what it trusts, and for whom it seals."""

    device: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    number: Number
    name: Name
    place: Annotated[str, StringConstraints(max_length=80), AfterValidator(_storable)]
    district: District | None
    ring: Ring
    root: Annotated[str, StringConstraints(max_length=64 << 10)] | None
    sealing: Hex32 | None
    server_time: Moment


class Refusal(Strict):
    """The answer to what is not done. Never says more than the word."""

    error: Literal["unfit", "unknown", "refused", "too_large", "too_many", "unavailable"]


def canonical(body: Mapping[str, Any]) -> bytes:
    """A body as it is hashed and kept: JSON, sorted, without spaces, UTF-8."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def body_of(model: Strict) -> dict[str, Any]:
    """A body as JSON values, without what is not known."""
    found: dict[str, Any] = model.model_dump(mode="json", exclude_none=True)
    return found


def digest_of(kind: str, body: Mapping[str, Any]) -> str:
    """What tells two messages apart: SHA-256 over kind and canonical body, hexadecimal."""
    return hashlib.sha256(kind.encode() + b"\0" + canonical(body)).hexdigest()
