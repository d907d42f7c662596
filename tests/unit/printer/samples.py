"""Slips of an invented licence office, and the small real counterparts that a spooler needs."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from domain.errors import Code, DeviceStoreError
from domain.events import Event, JobState, SlipFinished
from domain.paper import Dots
from domain.ports import SlipJob
from domain.slip import (
    Block,
    Figures,
    Guard,
    Keyed,
    Masthead,
    Numbered,
    Paragraph,
    Separator,
    Slip,
    Small,
    Tab,
    TakeAway,
    Tick,
    Ticks,
    Title,
    Variant,
)

PAYLOAD = (
    "机动车驾驶证补领：带身份证、一寸照片1张、申请表。去车辆管理所一楼3号窗口，滨河路88号，周一至周五8:30–12:00，13:00–17:00，"
    "电话0305-6000122。收费10元，跑1次，最迟11月24日拿证。取号领表，交材料，交费，拿证。"
)

BLOCKS: tuple[Block, ...] = (
    Masthead("办事明白纸", "第 000123 张"),
    Title("机动车驾驶证补领", "日常叫法：驾照补办、驾照丢了"),
    Guard("白跑预警", "现在去，今天办不成", "周六不受理。最近：周一（11月23日）8:30，16:30 停止取号"),
    Figures((("收费", "10 元"), ("要跑", "1 次"), ("周一受理，最迟拿证", "11月24日"), ("复印", "0 份"))),
    Tab("先带齐", "自己带 2 样，窗口领 1 样"),
    Ticks(
        (
            Tick("居民身份证", "1 件", "原件，没过期；看完就还您", "自己带", "solid"),
            Tick("一寸照片", "1 张", "白底、免冠、半年内；没有可在车管所拍", "自己带", "solid"),
            Tick("驾驶证申请表", "1 份", "免费，当场填；样表在大厅左侧", "窗口领", "outline"),
        ),
        (Tick("代办人身份证", ""), Tick("委托书", "1 份")),
        "找人代办再加",
    ),
    Tab("去哪儿", "离这里 2.4 公里"),
    Keyed(
        (
            ("", "滨河路 88 号（市公安局交警支队院内）"),
            ("时间", "周一至周五 8:30–12:00，13:00–17:00"),
            ("电话", "0305-6000122（咨询）"),
            ("乘车", "本亭门口坐 13 路到「滨河公园」，25 分钟"),
        ),
        "车辆管理所",
        "一楼 3 号窗口",
    ),
    Tab("怎么办", "约 30 分钟"),
    Numbered(
        (
            "大厅取号，领表，照样表填好",
            "3 号窗口交材料；缺什么，窗口一次说清",
            "交 10 元工本费，现金、扫码都行",
            "5 号窗口拿证；也可邮寄，邮费到付",
        )
    ),
    Tab("还要知道"),
    Keyed(
        (
            ("谁能办", "驾驶证没过期，没有被扣押、扣留、暂扣。补证后旧证作废，找到也不能再用。"),
            ("依据", "《机动车驾驶证申领和使用规定》"),
            ("监督投诉", "0305-6000110"),
        )
    ),
    Separator(),
    TakeAway(PAYLOAD, "扫码带走全文，不用联网", ("手机相机对准就行",)),
    Separator(),
    Paragraph("本条供参考，以窗口答复为准。", bold=True),
    Small(("版本 v12 · 目录 2026-11-20 · 核验 2026-11-18（车管所）", "打印 2026-11-21（周六）16:42 · 便民亭 滨河-017")),
)
"""Every kind of block, as on a full slip."""

FULL = Slip(BLOCKS)
COMPACT = Slip(tuple(block for block in BLOCKS if not isinstance(block, Numbered | Figures)), Variant.COMPACT)
LARGE = Slip(BLOCKS, Variant.LARGE)
SHORT = Slip((Masthead("办事明白纸", "第 000124 张"), Title("居住证申领"), Paragraph("以窗口答复为准。")))


def numbered(slip: Slip, number: int) -> Slip:
    """`slip` with its number on the masthead."""
    blocks = (replace(b, number=f"第 {number:06d} 张") if isinstance(b, Masthead) else b for b in slip.blocks)
    return replace(slip, blocks=tuple(blocks))


def black(dots: Dots) -> NDArray[np.bool_]:
    """Shape (height, width), True = black."""
    rows = np.frombuffer(dots.data, np.uint8).reshape(dots.height, dots.stride)
    return np.unpackbits(rows, axis=1).astype(np.bool_)


def dots_of(picture: NDArray[np.bool_]) -> Dots:
    """The reverse of `black`."""
    return Dots(picture.shape[1], picture.shape[0], np.packbits(picture, axis=1).tobytes())


class MemoryJournal:
    """A journal that lasts as long as the test; `fails_at` names moves (or "open") that cannot be written."""

    def __init__(self) -> None:
        self.fails_at: set[str] = set()
        self._jobs: dict[str, SlipJob] = {}
        self.history: list[tuple[str, JobState]] = []

    def next_number(self) -> int:
        return len(self._jobs) + 1

    def open_job(self, job: str) -> int:
        self._may_write("open")
        number = self.next_number()
        self._jobs[job] = SlipJob(job, number, JobState.QUEUED, None, 0.0, dt.datetime.now(dt.UTC))
        self.history.append((job, JobState.QUEUED))
        return number

    def move(self, job: str, state: JobState, code: Code | None = None, millimetres: float = 0.0) -> None:
        self._may_write(state.value)
        old = self._jobs[job]
        if not old.state.final:
            now = dt.datetime.now(dt.UTC)
            self._jobs[job] = replace(old, state=state, code=code, millimetres=millimetres, changed_at=now)
            self.history.append((job, state))

    def jobs(self, limit: int = 50) -> tuple[SlipJob, ...]:
        return tuple(reversed(self._jobs.values()))[:limit]

    def states(self, job: str) -> list[JobState]:
        """What `job` went through."""
        return [state for name, state in self.history if name == job]

    def _may_write(self, what: str) -> None:
        if what in self.fails_at:
            raise DeviceStoreError(Code.JOURNAL_FAILED, f"cannot write {what}")


class MemoryMarks:
    """Marks that last as long as the test."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.values.get(key)

    def put(self, key: str, value: str) -> None:
        self.values[key] = value


class Mailbox:
    """Where events arrive; any thread may wait for one."""

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self._events: list[Event] = []

    def post(self, event: Event) -> None:
        with self._arrived:
            self._events.append(event)
            self._arrived.notify_all()

    @property
    def events(self) -> tuple[Event, ...]:
        with self._arrived:
            return tuple(self._events)

    def wait_for(self, wanted: Callable[[Event], bool], timeout: float = 10.0) -> Event:
        """The first event that is `wanted`, past ones included; AssertionError when none comes."""
        with self._arrived:
            found = self._arrived.wait_for(lambda: next((e for e in self._events if wanted(e)), None), timeout)
            assert found is not None, f"it never came; what came: {self._events}"
            return found

    def finished(self, job: str, timeout: float = 10.0) -> SlipFinished:
        """How `job` ended."""
        event = self.wait_for(lambda e: isinstance(e, SlipFinished) and e.job == job, timeout)
        assert isinstance(event, SlipFinished)
        return event
