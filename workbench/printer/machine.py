"""The printer behind its plug: receive buffer, print head, cutter, sensors. No sockets and no threads."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from workbench.escpos import DOTS_PER_MM, Decoder, Request, Sheet
from workbench.printer.faults import CAPTIONS, ONCE, PAPER_SIDE, Fault, FaultName
from workbench.printer.realtime import CLEAR_BUFFERS, RealtimeCommand, RealtimeWatch
from workbench.printer.status import CLEARED, Garbage, Sensors, process_id_answer

_STEP: Final = 1024
"""Bytes printed in one go: 14 rows of an 80 mm picture, under 2 mm of paper."""
_STEPS_A_TURN: Final = 16


@dataclass(frozen=True, slots=True)
class PrinterModel:
    """What kind of printer this is.

    ``width`` in dots (576: 80 mm, 384: 58 mm). ``receive_buffer`` in bytes; when it is full nothing more is read from
    the line, real-time commands neither. ``cutter_gap``: dots between head and cutter (about 100 on real machines; 0
    cuts right at the head). ``mm_per_s``: speed of the paper, None for at once. ``realtime_in_raster``: obeys real-time
    bytes inside picture data too. ``half_command_survives``: a command that broke off with its connection waits for its
    rest in the next one, as in a printer whose print engine does not know about connections; False: it is dropped.
    ``seed`` of the bytes that garbage and noise consist of.
    """

    width: int = 576
    receive_buffer: int = 65_536
    cutter_gap: int = 0
    mm_per_s: int | None = None
    realtime_in_raster: bool = False
    half_command_survives: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet that the cutter let fall, numbered from 1."""

    number: int
    sheet: Sheet
    cut_at: datetime


@dataclass(frozen=True, slots=True)
class FaultState:
    """A fault that has been set; ``at_work`` once the byte it waits for has come."""

    name: FaultName
    at: int
    bytes_per_s: int
    at_work: bool


@dataclass(frozen=True, slots=True)
class PrinterState:
    """The printer at one moment. Byte counts are since the start and leave real-time commands out."""

    online: bool
    connected: bool
    faults: tuple[FaultState, ...]
    status: dict[str, str]
    buffered: int
    received: int
    printed: int
    unfinished: int
    expects_dots: bool
    sheets_cut: int
    strip_mm: float
    revision: int


class Machine:
    """A printer mechanism with a receive buffer.

    While a fault of the mechanism lasts, it goes on receiving until the buffer is full and answers real-time questions;
    what was received prints when the fault is cleared, whether or not anyone is still connected. An answer goes to
    whoever is connected when it is due. Times are seconds of any monotonic clock, handed in.
    """

    def __init__(
        self, model: PrinterModel, *, tray_size: int = 200, on_paper: Callable[[Paper], None] | None = None
    ) -> None:
        self.model = model
        self.tray: deque[Paper] = deque(maxlen=tray_size)
        self.journal: deque[tuple[datetime, str]] = deque(maxlen=60)
        self.connected = False
        self._on_paper = on_paper
        self._decoder = Decoder(model.width, cutter_gap=model.cutter_gap)
        self._watch = RealtimeWatch(in_raster=model.realtime_in_raster)
        self._buffer = bytearray()
        self._breaks: deque[int] = deque()  # positions in the stream at which a connection ended
        self._received = self._printed = self._sheets_cut = self._revision = 0
        self._faults: dict[FaultName, tuple[Fault, int]] = {}
        self._urgent = bytearray()  # answers that wait for nothing
        self._answers: deque[tuple[float, bytes]] = deque()  # answers and when the paper has got that far
        self._busy_until = 0.0
        self._slow_since, self._slow_taken = 0.0, 0
        self._asb = False
        self._felt = Sensors()
        self._garbage = Garbage(model.seed)
        self._noise_due = 0.0

    # Faults and sensors

    def fail(self, fault: Fault, now: float) -> None:
        """Arms a fault; an earlier one of the same name is forgotten."""
        begin = (self._printed if fault.name in PAPER_SIDE else self._received) + fault.at
        self._faults[fault.name] = (fault, begin)
        self._slow_since, self._slow_taken = now, 0
        where = f"（再过 {fault.at} 字节）" if fault.at else ""
        self._say(f"设了：{CAPTIONS[fault.name][0]}{where}")
        self._feel()

    def clear(self, name: FaultName | None = None) -> None:
        """Takes back one fault, or all."""
        gone = [name] if name is not None else list(self._faults)
        for each in gone:
            if self._faults.pop(each, None) is not None:
                self._say(f"好了：{CAPTIONS[each][0]}")
        self._feel()

    def at_work(self, name: FaultName) -> bool:
        """The fault is set, and the byte it waits for has been reached."""
        return name in self._faults and self._bytes_before(name) <= 0

    @property
    def sensors(self) -> Sensors:
        return Sensors(
            paper_out=self.at_work(FaultName.PAPER_OUT),
            near_end=self.at_work(FaultName.NEAR_END),
            cover_open=self.at_work(FaultName.COVER_OPEN),
            cutter_jam=self.at_work(FaultName.CUTTER_JAM),
            offline=self.at_work(FaultName.OFFLINE),
        )

    def _bytes_before(self, name: FaultName) -> int:
        return self._faults[name][1] - (self._printed if name in PAPER_SIDE else self._received)

    def _bytes_to_next(self, *, mechanism: bool) -> int | None:
        waits = [self._bytes_before(name) for name in self._faults if (name in PAPER_SIDE) is mechanism]
        return min((wait for wait in waits if wait > 0), default=None)

    def _feel(self) -> None:
        felt = self.sensors
        if felt == self._felt:
            return
        if self._asb and felt.automatic() != self._felt.automatic():
            self._urgent += felt.automatic()
        if felt.stopped != self._felt.stopped:
            self._say("停了" if felt.stopped else "接着打")
        self._felt = felt

    # The line

    def connect(self) -> None:
        self.connected = True
        self._say("有人连上")

    def disconnect(self) -> None:
        """The connection is over; what it brought stays."""
        self.connected = False
        self._receive(self._watch.release())
        if not self.model.half_command_survives:
            self._breaks.append(self._received)
        self._say("断开了")

    def room(self, now: float) -> int:
        """How many bytes it will take from the line at this moment."""
        if self.at_work(FaultName.STALL):
            return 0
        room = self.model.receive_buffer - len(self._buffer) - self._watch.held
        before_fault = self._bytes_to_next(mechanism=False)
        if before_fault is not None:
            room = min(room, before_fault)
        if self.at_work(FaultName.SLOW):
            room = min(room, self._slow_room(now))
        return max(0, room)

    def take_in(self, data: bytes) -> None:
        """Receives ``data``, no more than ``room`` allowed; real-time commands in it are obeyed at once."""
        if self.at_work(FaultName.SLOW):
            self._slow_taken += len(data)
        onward, commands = self._watch.take(data)
        self._receive(onward)
        for command in commands:
            self._obey(command)

    def answers(self, now: float) -> bytes:
        """What is due to be sent to the host, and what comes of itself."""
        if self.at_work(FaultName.STALL):
            return self._noise(now)
        due, self._urgent = self._urgent, bytearray()
        while self._answers and self._answers[0][0] <= now:
            due += self._answers.popleft()[1]
        if not self.connected or self.at_work(FaultName.MUTE):
            due.clear()
        return bytes(due) + self._noise(now)

    def _noise(self, now: float) -> bytes:
        if not self.connected or not self.at_work(FaultName.NOISE) or now < self._noise_due:
            return b""
        self._noise_due = now + self._garbage.pause()
        return self._garbage.burst()

    def _receive(self, data: bytes) -> None:
        self._buffer += data
        self._received += len(data)

    def _slow_room(self, now: float) -> int:
        rate, portion = self._slow_pace()
        if (now - self._slow_since) * rate - self._slow_taken > 5 * portion:
            # Nobody sent for a while: unused time is not saved up for a burst.
            self._slow_since, self._slow_taken = now - 5 * portion / rate, 0
        # The hair's breadth is for ``wake_at``, which may come out as the moment just before a whole byte.
        room = int((now - self._slow_since) * rate + 1e-6) - self._slow_taken
        return room if room >= portion else 0

    def _slow_pace(self) -> tuple[int, int]:
        """Bytes a second, and the portion of them that is taken in one go: a fiftieth of a second's."""
        rate = self._faults[FaultName.SLOW][0].bytes_per_s
        return rate, max(1, rate // 50)

    def _obey(self, command: RealtimeCommand) -> None:
        if command.name == "DLE EOT":
            status = self.sensors.realtime(command.data[0])
            if status is not None:
                self._urgent += self._garbage.burst() if self.at_work(FaultName.GARBAGE_STATUS) else bytes((status,))
        elif command.name == "DLE DC4" and command.data == b"\x08" + CLEAR_BUFFERS:
            self._empty()
            self._urgent += CLEARED
        elif command.name == "DLE ENQ" and command.data == b"\x02":
            self._empty()  # Epson only after a recoverable error, Custom's P80C and others always; never answered

    # Paper

    def step(self, now: float) -> bool:
        """Prints what can be printed by ``now``; True when there is more to do at once."""
        for _ in range(_STEPS_A_TURN):
            if not self._buffer or self._felt.stopped or now < self._busy_until:
                return False
            self._print(now)
        return bool(self._buffer)

    def wake_at(self, now: float) -> float | None:
        """When there will be something to do without anything coming in; None: never. May lie in the past."""
        times = [] if self.at_work(FaultName.STALL) else [due for due, _ in self._answers]
        if self._buffer and not self._felt.stopped:
            times.append(self._busy_until)
        if self.connected and self.at_work(FaultName.NOISE):
            times.append(self._noise_due)
        if self.connected and self.at_work(FaultName.SLOW) and not self._slow_room(now):
            rate, portion = self._slow_pace()
            times.append(self._slow_since + (self._slow_taken + portion) / rate)
        return min(times, default=None)

    def take_paper(self) -> tuple[Paper, ...]:
        """Empties the tray and hands over what was in it, oldest first."""
        taken = tuple(self.tray)
        self.tray.clear()
        self._say("拿走了纸")
        return taken

    def power_cycle(self) -> None:
        """Off and on again: everything in memory is gone; paper and faults are as they were."""
        self._empty()
        self._decoder.reset()
        self._asb = False
        self._say("关机又开机")

    @property
    def strip(self) -> Sheet:
        """The paper that still hangs in the machine."""
        return self._decoder.strip

    @property
    def state(self) -> PrinterState:
        sensors = self.sensors
        return PrinterState(
            online=not sensors.stopped,
            connected=self.connected,
            faults=tuple(
                FaultState(name, fault.at, fault.bytes_per_s, self.at_work(name))
                for name, (fault, _) in self._faults.items()
            ),
            status={str(n): f"{sensors.realtime(n):02x}" for n in (1, 2, 3, 4)},
            buffered=len(self._buffer),
            received=self._received,
            printed=self._printed,
            unfinished=self._decoder.unfinished,
            expects_dots=self._decoder.expects_dots,
            sheets_cut=self._sheets_cut,
            strip_mm=self._decoder.strip_rows / DOTS_PER_MM,
            revision=self._revision,
        )

    def happened(self, name: FaultName) -> None:
        """An event among the faults has taken place and is over."""
        if name in ONCE and self._faults.pop(name, None) is not None:
            self._say(f"发生了：{CAPTIONS[name][0]}")

    def _print(self, now: float) -> None:
        position = self._received - len(self._buffer)
        while self._breaks and self._breaks[0] <= position:
            self._breaks.popleft()
            self._decoder.forget_half_command()
        stops = [_STEP, self._bytes_to_next(mechanism=True), self._breaks[0] - position if self._breaks else None]
        length = min(stop for stop in stops if stop is not None)
        chunk = bytes(self._buffer[:length])
        del self._buffer[: len(chunk)]
        rows = self._decoder.strip_rows
        requests = self._decoder.feed(chunk)
        self._printed += len(chunk)
        sheets = self._decoder.take_sheets()
        if self.model.mm_per_s is not None:
            moved = self._decoder.strip_rows - rows + sum(sheet.height for sheet in sheets)
            self._busy_until = now + moved / DOTS_PER_MM / self.model.mm_per_s
        for request in requests:
            self._answer(request, max(now, self._busy_until))
        for sheet in sheets:
            self._drop(sheet)
        self._feel()

    def _answer(self, request: Request, due: float) -> None:
        match request.name:
            case "GS ( H":
                if not self.at_work(FaultName.NO_PROCESS_ID):
                    self._answers.append((due, process_id_answer(request.data)))
            case "GS r":
                status = self.sensors.queued(request.data[0])
                if status is not None:
                    spoilt = self.at_work(FaultName.GARBAGE_STATUS)
                    self._answers.append((due, self._garbage.burst() if spoilt else bytes((status,))))
            case "GS a":
                # Which items were asked for is not kept apart: any of them brings word of every change.
                self._asb = request.data[0] != 0
                if self._asb:
                    self._answers.append((due, self.sensors.automatic()))

    def _drop(self, sheet: Sheet) -> None:
        self._sheets_cut += 1
        paper = Paper(self._sheets_cut, sheet, datetime.now())
        self.tray.append(paper)
        self._say(f"切下第 {paper.number} 张，{sheet.length_mm:.0f} 毫米")
        if self._on_paper is not None:
            self._on_paper(paper)

    def _empty(self) -> None:
        self._buffer.clear()
        self._breaks.clear()
        self._watch.release()
        self._answers.clear()
        self._busy_until = 0.0
        self._decoder.clear_buffers()
        self._say("清空了缓冲")

    def _say(self, what: str) -> None:
        self.journal.appendleft((datetime.now(), what))
        self._revision += 1
