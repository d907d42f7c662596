"""What the card service says to the kiosk, a line of JSON each, and what it is told when it starts.

``{"state":"empty"}`` · ``{"state":"holding","lying":["contact"]}`` · ``{"facts":{"family":"t-union",…}}`` ·
``{"unread":"C-12"}`` · ``{"proved":true}``. Nothing else passes this door: parsing is strict on both sides, so neither
a fault nor a prank in the process that talks to cards can put more into the kiosk than the facts of `domain.card`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

from cardreader.settings import ReaderSettings
from domain.card import CardFacts, CardFamily, CardType, Division, Sex
from domain.errors import Code
from domain.events import CardProved, CardRead, CardUnread, ReaderChanged, ReaderKind, ReaderState

LONGEST: Final = 1024
"""Bytes of the longest line; what is longer is no message."""

MOST_MONTHS: Final = 150 * 12
MOST_DAYS: Final = 9999 * 366

PROVE: Final = b"prove\n"
"""What the kiosk says when it wants `CardProved`; the one thing that a card service is asked after its settings."""

E = TypeVar("E", bound=StrEnum)

Message = ReaderChanged | CardRead | CardUnread | CardProved


class ProtocolFault(ValueError):
    """A line that is no message. Says what is wrong with its form, never what was in it."""


def encode(message: Message) -> bytes:
    """The line of `message`, its line feed included."""
    body: dict[str, object]
    match message:
        case ReaderChanged(state, lying):
            body = {"state": state.value}
            if lying:
                body["lying"] = sorted(kind.value for kind in lying)
        case CardProved(same):
            body = {"proved": same}
        case CardUnread(code):
            body = {"unread": code.value}
        case CardRead(facts):
            body = {"facts": {name: value for name in _FACTS if (value := getattr(facts, name)) is not None}}
    return json.dumps(body, separators=(",", ":")).encode("ascii") + b"\n"


def parse(line: bytes) -> Message:
    """The message in `line`, with or without its line feed. Raises `ProtocolFault`."""
    body = _object(line)
    lying = _kinds(body.pop("lying")) if "lying" in body and body.get("state") == ReaderState.HOLDING else frozenset()
    if len(body) != 1:
        raise ProtocolFault("not one key")
    ((kind, value),) = body.items()
    match kind:
        case "state":
            return ReaderChanged(_member(ReaderState, value), lying)
        case "proved":
            if not isinstance(value, bool):
                raise ProtocolFault("neither true nor false")
            return CardProved(value)
        case "unread":
            code = _member(Code, value)
            if not code.value.startswith("C-"):
                raise ProtocolFault("not a code of cards")
            return CardUnread(code)
        case "facts":
            return CardRead(_facts(value))
    raise ProtocolFault("unknown kind")


def encode_settings(settings: ReaderSettings) -> bytes:
    """The line that a card service is started with."""
    return json.dumps(dataclasses.asdict(settings), separators=(",", ":")).encode("ascii") + b"\n"


def parse_settings(line: bytes) -> ReaderSettings:
    """The settings in `line`. Raises `ProtocolFault`; also for settings that make no sense."""
    try:
        return ReaderSettings(**_object(line, longest=65536))
    except (TypeError, ValueError) as error:
        raise ProtocolFault("no settings of a card service") from error


def _object(line: bytes, longest: int = LONGEST) -> dict[str, Any]:
    if len(line) > longest:
        raise ProtocolFault("too long")
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        raise ProtocolFault("not JSON") from None
    if not isinstance(body, dict):
        raise ProtocolFault("not an object")
    return body


def _member(kind: type[E], value: object) -> E:
    if not isinstance(value, str):
        raise ProtocolFault(f"{kind.__name__} is not text")
    try:
        return kind(value)
    except ValueError:
        raise ProtocolFault(f"unknown {kind.__name__}") from None


def _kinds(value: object) -> frozenset[ReaderKind]:
    if not isinstance(value, list) or len(value) > len(ReaderKind):
        raise ProtocolFault("not a list of readers")
    return frozenset(_member(ReaderKind, each) for each in value)


def _number(least: int, most: int) -> Callable[[object], int]:
    def number(value: object) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ProtocolFault(f"not a whole number from {least} to {most}")
        return value

    return number


_FACTS: Final[Mapping[str, Callable[[object], object]]] = {
    "family": lambda value: _member(CardFamily, value),
    "card_type": lambda value: _member(CardType, value),
    "division": lambda value: _member(Division, value),
    "age_months": _number(0, MOST_MONTHS),
    "sex": lambda value: _member(Sex, value),
    "expires_in_days": _number(-MOST_DAYS, MOST_DAYS),
}
"""The fields of `CardFacts`, each with what takes its value out of a line."""


def _facts(value: object) -> CardFacts:
    if not isinstance(value, dict) or not value.keys() <= _FACTS.keys() or "family" not in value:
        raise ProtocolFault("not the facts of a card")
    taken: dict[str, Any] = {name: _FACTS[name](fact) for name, fact in value.items()}
    return CardFacts(**taken)
