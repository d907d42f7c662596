"""The mechanism without a line: status bytes, real-time commands, faults to the byte, time without waiting for it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from workbench.printer.faults import Fault, FaultName
from workbench.printer.machine import Machine, PrinterModel
from workbench.printer.realtime import RealtimeCommand, RealtimeWatch
from workbench.printer.status import GARBAGE, LIKE_QUEUED, LIKE_REALTIME, UNLIKE, Garbage, Sensors

ROW = b"\xff" * 72
BAND = b"\x1dv0\x00\x48\x00\x0a\x00" + 10 * ROW
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"


def machine(**settings: object) -> Machine:
    made = Machine(PrinterModel(**settings))  # type: ignore[arg-type]
    made.connect()
    return made


def take(to: Machine, data: bytes, now: float = 0.0) -> bytes:
    """Receives and prints ``data``; what is answered by then."""
    to.take_in(data)
    while to.step(now):
        pass
    return to.answers(now)


# Status bytes, as the manuals print them


@pytest.mark.parametrize(
    ("sensors", "realtime", "queued", "automatic"),
    [
        (Sensors(), "12121212", 0x00, "10000000"),
        (Sensors(near_end=True), "1212121e", 0x03, "10000300"),
        (Sensors(paper_out=True), "1a32127e", 0x0F, "18000f00"),
        (Sensors(cover_open=True), "1a161212", 0x00, "38000000"),
        (Sensors(cutter_jam=True), "1a521a12", 0x00, "18080000"),
        (Sensors(offline=True), "1a121212", 0x00, "18000000"),
        (Sensors(cover_open=True, paper_out=True), "1a36127e", 0x0F, "38000f00"),
    ],
)
def test_status_bytes(sensors: Sensors, realtime: str, queued: int, automatic: str) -> None:
    answers = [sensors.realtime(n) for n in (1, 2, 3, 4)]
    assert "".join(f"{answer:02x}" for answer in answers) == realtime
    assert all(answer is not None and answer & 0x93 == 0x12 for answer in answers)
    assert (sensors.queued(1), sensors.queued(49)) == (queued, queued)
    assert (sensors.queued(2), sensors.queued(7), sensors.realtime(5)) == (0, None, None)
    assert sensors.automatic().hex() == automatic
    assert sensors.automatic()[0] & 0x93 == 0x10


def test_garbage_looks_like_everything() -> None:
    assert all(byte & 0x93 == 0x12 for byte in LIKE_REALTIME), "DLE EOT answers are 0xx1xx10"
    assert all(byte & 0x9C == 0x00 for byte in LIKE_QUEUED), "GS r 1 answers are 0xx0xxxx, bits 2 and 3 clear: paper"
    assert all(byte & 0x93 != 0x12 and byte & 0x90 != 0x00 for byte in UNLIKE)


def test_garbage_comes_singly_and_in_bursts_by_its_seed() -> None:
    first, same, other = Garbage(3), Garbage(3), Garbage(4)
    bursts = [first.burst() for _ in range(300)]
    assert bursts == [same.burst() for _ in range(300)] != [other.burst() for _ in range(300)]
    assert {len(burst) for burst in bursts} == {1, 2, 3, 4, 5, 6}
    assert set(b"".join(bursts)) == set(GARBAGE)


def test_noise_comes_unasked_as_long_as_somebody_listens() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.NOISE), now=0)
    printer.disconnect()
    assert (printer.answers(now=1.0), printer.wake_at(now=1.0)) == (b"", None)
    printer.connect()
    heard = b"".join(printer.answers(now=at / 100) for at in range(100, 400))
    assert len(heard) > 30 and set(heard) <= set(GARBAGE)
    due = printer.wake_at(now=4.0)
    assert due is not None and due < 4.2
    printer.fail(Fault(FaultName.MUTE), now=4.0)
    assert printer.answers(now=5.0), "a printer that says nothing leaves the noise of the line"
    printer.clear(FaultName.NOISE)
    assert printer.answers(now=9.0) == b""


# Real-time commands


def test_a_realtime_command_is_taken_out_of_the_stream() -> None:
    watch = RealtimeWatch()
    assert watch.take(b"ab\x10\x04\x01cd\x10\x05\x02\n") == (
        b"abcd\n",
        [RealtimeCommand("DLE EOT", b"\x01"), RealtimeCommand("DLE ENQ", b"\x02")],
    )


def test_inside_a_command_its_bytes_are_data() -> None:
    watch = RealtimeWatch()
    stream = b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x01" + b"\x1b*\x21\x01\x00\x10\x04\x01" + b"\x1bJ\x10\x04"
    assert watch.take(stream) == (stream, [])


def test_printers_that_look_at_every_byte_obey_and_print_it() -> None:
    watch = RealtimeWatch(in_raster=True)
    stream = b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x01"
    assert watch.take(stream + b"\x10\x04\x02") == (
        stream,
        [RealtimeCommand("DLE EOT", b"\x01"), RealtimeCommand("DLE EOT", b"\x02")],
    )


def test_only_the_beginning_of_a_realtime_command_is_held_back() -> None:
    watch = RealtimeWatch()
    assert watch.take(b"\x1b*\x21\xff\x00\x01") == (b"\x1b*\x21\xff\x00\x01", [])
    assert watch.take(bytes(764) + b"\x10") == (bytes(764), [])
    assert watch.held == 1
    assert watch.take(b"\x04") == (b"", [])
    assert watch.release() == b"\x10\x04"
    assert watch.take(b"\x01") == (b"\x01", [])


@given(
    st.lists(
        st.sampled_from(
            [b"\x10\x04\x01", b"\x10\x05\x01", CLEAR, BAND, b"\x1b@", b"text\n", b"\x10", b"\x10\x04\x01" * 2]
        ),
        max_size=8,
    ),
    st.sets(st.integers(1, 900)),
    st.booleans(),
)
def test_chunks_make_no_difference_to_realtime(parts: list[bytes], cuts: set[int], in_raster: bool) -> None:
    stream = b"".join(parts)
    whole = RealtimeWatch(in_raster=in_raster)
    onward, commands = whole.take(stream)
    pieces = RealtimeWatch(in_raster=in_raster)
    bounds = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    got = [pieces.take(stream[start:end]) for start, end in pairwise(bounds)]
    assert b"".join(data for data, _ in got) == onward
    assert [command for _, some in got for command in some] == commands
    assert pieces.release() == whole.release()


# Faults to the byte


@pytest.mark.parametrize("name", [FaultName.PAPER_OUT, FaultName.COVER_OPEN, FaultName.CUTTER_JAM, FaultName.OFFLINE])
def test_a_fault_of_the_mechanism_stops_printing_at_its_byte(name: FaultName) -> None:
    printer = machine()
    printer.fail(Fault(name, at=8 + 3 * 72), now=0)
    assert take(printer, b"\x10\x04\x01") == b"\x12"
    take(printer, BAND)
    assert (printer.strip.height, printer.state.printed, printer.state.buffered) == (3, 224, 504)
    assert take(printer, b"\x10\x04\x01") == b"\x1a"
    printer.clear(name)
    printer.step(0)
    assert (printer.strip.height, printer.state.buffered) == (10, 0)


def test_near_end_is_felt_at_its_byte_and_stops_nothing() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.NEAR_END, at=100), now=0)
    assert take(printer, b"\x10\x04\x04" + BAND) == b"\x12"
    assert take(printer, b"\x10\x04\x04\x1dr\x01") == b"\x1e\x03"
    assert printer.strip.height == 10


def test_a_fault_of_the_line_limits_what_is_taken_so_that_it_begins_at_its_byte() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.STALL, at=100), now=0)
    assert printer.room(0) == 100
    take(printer, bytes(60) + b"\x10\x04\x01")
    assert printer.room(0) == 40, "real-time commands do not count"
    take(printer, bytes(40))
    assert (printer.room(0), printer.at_work(FaultName.STALL)) == (0, True)
    printer.clear()
    assert printer.room(0) == 65_536


def test_a_full_buffer_takes_nothing_more() -> None:
    printer = machine(receive_buffer=1000)
    printer.fail(Fault(FaultName.PAPER_OUT), now=0)
    take(printer, bytes(1000))
    assert printer.room(0) == 0
    printer.clear()
    printer.step(0)
    assert printer.room(0) == 1000


def test_faults_are_checked() -> None:
    with pytest.raises(ValueError, match="-1 bytes"):
        Fault(FaultName.STALL, at=-1)
    with pytest.raises(ValueError, match="0 bytes a second"):
        Fault(FaultName.SLOW, bytes_per_s=0)


# Answers


def test_the_process_id_comes_back_when_everything_before_it_is_printed() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.PAPER_OUT, at=8 + 9 * 72), now=0)
    assert take(printer, BAND + b"\x1d(H\x06\x0000A001") == b""
    printer.clear()
    assert take(printer, b"") == b"\x37\x22A001\x00"


def test_no_process_id_leaves_gs_r_alone() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.NO_PROCESS_ID), now=0)
    assert take(printer, b"\x1d(H\x06\x0000A001\x1dr\x01") == b"\x00"


def test_mute_loses_answers_and_prints() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.MUTE), now=0)
    assert take(printer, b"\x10\x04\x01\x1dr\x01\n") == b""
    printer.clear()
    assert take(printer, b"") == b""
    assert printer.strip.height == 30


def test_garbage_status_spoils_status_and_not_the_process_id() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.GARBAGE_STATUS), now=0)
    asked = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"
    twin = Garbage(printer.model.seed)
    assert take(printer, asked) == b"".join(twin.burst() for _ in range(4))
    assert take(printer, b"\x1d(H\x06\x0000A001") == b"\x37\x22A001\x00"


def test_automatic_status_is_off_until_it_is_asked_for() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.COVER_OPEN), now=0)
    printer.clear()
    assert take(printer, b"\x1da\xff").hex() == "10000000"
    printer.fail(Fault(FaultName.PAPER_OUT), now=0)
    assert printer.answers(0).hex() == "18000f00"
    printer.clear()
    assert printer.answers(0).hex() == "10000000"
    assert take(printer, b"\x1da\x00") == b""
    printer.fail(Fault(FaultName.PAPER_OUT), now=0)
    assert printer.answers(0) == b""


def test_an_answer_goes_to_whoever_is_connected_when_it_is_due() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.PAPER_OUT), now=0)
    take(printer, b"\x1d(H\x06\x0000OLD1")
    printer.disconnect()
    printer.connect()
    printer.clear()
    assert take(printer, b"") == b"\x37\x22OLD1\x00"


def test_clearing_the_buffers_forgets_the_job_and_says_so() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.PAPER_OUT, at=300), now=0)
    take(printer, BAND + b"\n" + CLEAR[:4])
    assert take(printer, CLEAR[4:]) == b"\x37\x25\x00"
    printer.clear()
    take(printer, b"\x1bJ\x05")
    assert printer.strip.height == (300 - 8) // 72 + 5


# Connections that break off


def test_half_a_command_waits_for_its_rest_in_the_next_connection() -> None:
    printer = machine()
    take(printer, BAND[:-72])
    printer.disconnect()
    printer.connect()
    assert printer.state.expects_dots
    assert take(printer, b"\x10\x04\x01") == b"\x12", "the watch on the line begins anew"
    take(printer, b"\x1b@" + BAND)
    assert printer.strip.dots[9].sum() == 4 + 1 + sum(byte.bit_count() for byte in BAND[:70])


def test_half_a_command_can_be_made_to_end_with_its_connection() -> None:
    printer = machine(half_command_survives=False)
    printer.fail(Fault(FaultName.OFFLINE), now=0)
    take(printer, BAND[:-72])
    printer.disconnect()
    printer.connect()
    take(printer, BAND)
    printer.clear()
    printer.step(0)
    assert printer.strip.height == 9 + 10
    assert printer.strip.dots.all()
    assert printer.strip.unknown == ()


def test_connections_that_brought_nothing_or_were_cleared_do_not_confuse_the_next() -> None:
    printer = machine(half_command_survives=False)
    printer.fail(Fault(FaultName.OFFLINE), now=0)
    take(printer, BAND[:-72])
    for _ in range(3):
        printer.disconnect()
        printer.connect()
    take(printer, CLEAR)
    take(printer, BAND[:-1])
    printer.disconnect()
    printer.disconnect()
    printer.clear()
    take(printer, b"\x1bJ\x05")
    assert (printer.strip.height, printer.strip.unknown) == (9 + 5, ())


def test_a_picture_cut_short_by_a_clear_is_over_for_the_watch_too() -> None:
    printer = machine(realtime_in_raster=True)
    assert take(printer, BAND[:300] + CLEAR) == b"\x37\x25\x00"
    assert take(printer, b"\x10\x04\x01\x1bJ\x05\x1dr\x01") == b"\x12\x00"
    assert printer.state.printed == 6, "what came with the clearing was cleared, the status request is not printed"


def test_power_cycle_forgets_everything_but_paper_and_faults() -> None:
    printer = machine()
    take(printer, b"\x1b3\x0a\x1da\xff" + BAND[:-72])
    printer.fail(Fault(FaultName.COVER_OPEN), now=0)
    take(printer, BAND)
    printer.power_cycle()
    assert (printer.state.buffered, printer.state.expects_dots, printer.state.online) == (0, False, False)
    assert printer.strip.height == 9
    printer.clear()
    assert take(printer, b"\n") == b""
    assert printer.strip.height == 9 + 30


# Time, as told


def test_paper_takes_its_time_and_answers_wait_for_it() -> None:
    printer = machine(mm_per_s=100)
    feed = b"\x1bJ\xc8"  # 200 dots, 25 mm, a quarter of a second
    assert take(printer, feed + b"\x1dr\x01", now=10.0) == b""
    assert printer.wake_at(10.0) == pytest.approx(10.25)
    assert printer.answers(10.24) == b""
    assert printer.answers(10.26) == b"\x00"
    take(printer, feed, now=10.1)
    assert printer.state.buffered == 3, "the head is still busy with the first feed"
    printer.step(10.3)
    assert printer.state.buffered == 0


def test_slow_takes_so_many_bytes_a_second() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.SLOW, bytes_per_s=1000), now=50.0)
    taken, now = 0, 50.0
    while now < 52.0:
        room = printer.room(now)
        if room:
            take(printer, bytes(room), now)
            taken += room
        wake_at = printer.wake_at(now)
        assert wake_at is not None
        assert wake_at > now
        now = wake_at
    assert taken == pytest.approx(2000, abs=25)


def test_slow_does_not_save_up_for_a_burst() -> None:
    printer = machine()
    printer.fail(Fault(FaultName.SLOW, bytes_per_s=1000), now=0.0)
    assert printer.room(600.0) <= 100


def test_the_tray_keeps_the_newest_sheets() -> None:
    printer = Machine(PrinterModel(), tray_size=2)
    printer.take_in(b"\x1dV\x00" * 3)
    printer.step(0)
    assert [paper.number for paper in printer.tray] == [2, 3]
    assert [paper.number for paper in printer.take_paper()] == [2, 3]
    assert (printer.state.sheets_cut, len(printer.tray)) == (3, 0)
