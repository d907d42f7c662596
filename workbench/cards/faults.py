"""What can go wrong with a card, by name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from workbench.cards.wallet import WALLET


class FaultName(StrEnum):
    """The faults; the values are what the control page's API calls them."""

    PULL = "pull"
    SWAP = "swap"
    SLOW = "slow"
    SILENT = "silent"
    SHORT = "short"
    OVERSIZE = "oversize"
    SW = "sw"


ONCE: Final = frozenset({FaultName.PULL, FaultName.SWAP})
"""Events rather than states: they happen to one command and are over."""

HALF: Final = "half"

CAPTIONS: Final = MappingProxyType(
    {
        FaultName.PULL: ("读到一半拿走", "第几条命令时拿走，一次", "3"),
        FaultName.SWAP: ("读到一半换卡", "答完一条就换成另一张，读卡器来不及发现，一次；写卡名", "tunion-senior"),
        FaultName.SLOW: ("慢", "每条命令等几秒才答", "1"),
        FaultName.SILENT: ("不回话", "命令收了，什么都不答", ""),
        FaultName.SHORT: ("答得短", "只答几个字节，或者 half：一半", "1"),
        FaultName.OVERSIZE: ("答得长", "答这么多字节，再加 9000", "300"),
        FaultName.SW: ("只答状态字", "四位十六进制", "6982"),
    }
)
"""Title, one line of explanation and the usual argument for the control page."""

_ARGUMENTS: Final = MappingProxyType({FaultName.SLOW: "1", FaultName.SHORT: "1", FaultName.OVERSIZE: "300"})
"""What is meant where nothing is said."""
_LARGEST: Final = 65_535 - 2
_SLOWEST_S: Final = 600


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault as it was ordered. It begins with command `at`, counted from the moment of ordering, from 1.

    `argument`: seconds for `slow`; bytes, or `half`, for `short`; bytes for `oversize`; the other card's name for
    `swap`; four hexadecimal digits for `sw`; nothing for `pull` and `silent`.
    """

    name: FaultName
    argument: str = ""
    at: int = 1

    @classmethod
    def ordered(cls, name: str, argument: object = None, at: int = 1) -> Self:
        """Checks an order. The argument of `pull` is its `at`. Raises `ValueError` for one that makes no sense."""
        kind = FaultName(name)
        text = _ARGUMENTS.get(kind, "") if argument is None or argument == "" else str(argument)
        match kind:
            case FaultName.PULL:
                at, text = (int(text) if text else at), ""
            case FaultName.SLOW if not 0 < float(text) <= _SLOWEST_S:
                raise ValueError(f"0 to {_SLOWEST_S} seconds")
            case FaultName.SHORT if text != HALF and int(text) < 0:
                raise ValueError("bytes, or half")
            case FaultName.OVERSIZE if not 0 < int(text) <= _LARGEST:
                raise ValueError(f"1 to {_LARGEST} bytes")
            case FaultName.SWAP if text not in WALLET:
                raise ValueError(f"there is no card {text!r}")
            case FaultName.SW if len(bytes.fromhex(text)) != 2:
                raise ValueError("a status word has two bytes")
            case FaultName.SILENT:
                text = ""
        if at < 1:
            raise ValueError("commands are counted from 1")
        return cls(kind, text, at)

    def bend(self, response: bytes) -> bytes:
        """What becomes of a response; as it was for faults that do not concern it."""
        match self.name:
            case FaultName.SHORT:
                return response[: len(response) // 2 if self.argument == HALF else int(self.argument)]
            case FaultName.OVERSIZE:
                return b"\xaa" * int(self.argument) + b"\x90\x00"
            case FaultName.SW:
                return bytes.fromhex(self.argument)
        return response


class Faults:
    """The faults there are; one of each name. Not safe for threads: its owner holds a lock."""

    def __init__(self) -> None:
        self._ordered: dict[FaultName, Fault] = {}
        self._seen: dict[FaultName, int] = {}

    def order(self, fault: Fault) -> None:
        self._ordered[fault.name], self._seen[fault.name] = fault, 0

    def clear(self, name: FaultName | None = None) -> None:
        for each in list(self._ordered) if name is None else [name]:
            self._ordered.pop(each, None)

    def command(self) -> dict[FaultName, Fault]:
        """Counts one command and gives the faults that concern it. Those that happen once are over with that."""
        concerned = {}
        for name, fault in list(self._ordered.items()):
            self._seen[name] += 1
            if self._seen[name] >= fault.at:
                concerned[name] = fault
                if name in ONCE:
                    del self._ordered[name]
        return concerned

    def told(self) -> list[dict[str, object]]:
        """For the control page: name, argument, at, and whether the next command would meet it."""
        return [
            {
                "name": name.value,
                "argument": fault.argument,
                "at": fault.at,
                "at_work": self._seen[name] + 1 >= fault.at,
            }
            for name, fault in self._ordered.items()
        ]
