"""What can go wrong with a printer, by name."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FaultName(StrEnum):
    """The faults; the values are what the control page's API and the command line call them."""

    PAPER_OUT = "paper_out"
    NEAR_END = "near_end"
    COVER_OPEN = "cover_open"
    CUTTER_JAM = "cutter_jam"
    OFFLINE = "offline"
    RESET = "reset"
    HALF_CLOSE = "half_close"
    STALL = "stall"
    SLOW = "slow"
    MUTE = "mute"
    NO_PROCESS_ID = "no_process_id"
    GARBAGE_STATUS = "garbage_status"
    NOISE = "noise"


PAPER_SIDE: Final = frozenset(
    {FaultName.PAPER_OUT, FaultName.NEAR_END, FaultName.COVER_OPEN, FaultName.CUTTER_JAM, FaultName.OFFLINE}
)
"""Faults of the mechanism: "at byte N" counts bytes printed. All others are of the line and count bytes received."""

ONCE: Final = frozenset({FaultName.RESET, FaultName.HALF_CLOSE})
"""Events rather than states: they happen to the connection there is, or to the next one, and are over."""

CAPTIONS: Final[dict[FaultName, tuple[str, str]]] = {
    FaultName.PAPER_OUT: ("没纸了", "停在断纸处，收到的先存着，换了纸接着打"),
    FaultName.NEAR_END: ("纸快用完", "还能打，只是传感器报少纸"),
    FaultName.COVER_OPEN: ("盖子开着", "停打，合上接着打"),
    FaultName.CUTTER_JAM: ("切刀卡住", "停打，报切刀故障"),
    FaultName.OFFLINE: ("脱机", "停打，不说原因"),
    FaultName.RESET: ("断开连接", "发 RST，一次"),
    FaultName.HALF_CLOSE: ("先挂断", "发 FIN，后面来的都丢掉，一次"),
    FaultName.STALL: ("不收数据", "连着，但一个字节也不收，问什么都不答"),
    FaultName.SLOW: ("收得慢", "按每秒字节数收"),
    FaultName.MUTE: ("不回话", "照打，什么都不答"),
    FaultName.NO_PROCESS_ID: ("不认回执号", "GS ( H 当没看见，许多机型如此"),
    FaultName.GARBAGE_STATUS: ("状态乱码", "问状态，答的是乱字节，有的碰巧像真的"),
    FaultName.NOISE: ("线上有杂音", "没人问也冒出字节，有的碰巧像状态"),
}
"""Title and one line of explanation for the control page."""

DEFAULT_SLOW_RATE: Final = 2_000
"""Bytes a second of the fault ``slow`` when none is given: about a 19 200 baud line behind a network box."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is armed or at work.

    ``at`` is the number of bytes, counted from the moment it was set, after which it begins: printed bytes for a fault
    of the mechanism, received bytes for one of the line, real-time commands not counted. ``bytes_per_s`` is for
    ``slow``.
    """

    name: FaultName
    at: int = 0
    bytes_per_s: int = DEFAULT_SLOW_RATE

    def __post_init__(self) -> None:
        if self.at < 0:
            raise ValueError(f"a fault cannot begin {self.at} bytes from now")
        if self.bytes_per_s < 1:
            raise ValueError(f"a line cannot carry {self.bytes_per_s} bytes a second")
