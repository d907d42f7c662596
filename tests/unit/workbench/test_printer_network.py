"""The virtual printer through a real socket: every fault as a host meets it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from workbench.printer import PrinterModel, VirtualPrinter

if TYPE_CHECKING:
    from tests.unit.workbench.conftest import Host

PlugIn = Callable[..., VirtualPrinter]
Dial = Callable[[VirtualPrinter], "Host"]

ID = b"\x1d(H\x06\x0000A001"
ID_ANSWER = b"\x37\x22A001\x00"
BAND = 8 + 100 * 72  # bytes of one band of the job


def ink(printer: VirtualPrinter) -> NDArray[np.bool_]:
    (paper,) = printer.papers
    return paper.sheet.ink


# In good order


def test_a_job_is_printed_dot_by_dot_and_confirmed(
    printer: VirtualPrinter, host: Host, job: bytes, picture: NDArray[np.bool_]
) -> None:
    assert host.status() == "12121212"
    assert host.ask(job + ID, 7) == ID_ANSWER
    assert np.array_equal(ink(printer), picture)
    assert (printer.state.printed, printer.state.received) == (len(job + ID), len(job + ID))
    assert host.ask(b"\x1dr\x01") == b"\x00"


def test_paper_of_58_mm(plug_in: PlugIn, dial: Dial, job: bytes, picture: NDArray[np.bool_]) -> None:
    printer = plug_in(width=384)
    dial(printer).ask(job + ID, 7)
    assert np.array_equal(ink(printer), picture[:, :384])


def test_a_second_host_waits_until_the_first_has_gone(printer: VirtualPrinter, dial: Dial) -> None:
    first, second = dial(printer), dial(printer)
    assert first.ask(b"\x10\x04\x01") == b"\x12"
    second.send(b"\x10\x04\x01")
    assert second.silent()
    first.socket.close()
    assert second.read(1) == b"\x12"


def test_job_after_job_comes_out_in_order(printer: VirtualPrinter, dial: Dial) -> None:
    for number in range(5):
        with dial(printer) as host:
            host.send(f"{number}\n".encode() + b"\x1dV\x00")
    papers = printer.wait_for_papers(5)
    assert [paper.sheet.text[0].text for paper in papers] == ["0", "1", "2", "3", "4"]
    assert [paper.number for paper in papers] == [1, 2, 3, 4, 5]
    assert printer.take_paper() == papers
    assert printer.papers == ()


def test_realtime_bytes_in_a_picture_are_answered_only_by_printers_of_that_kind(plug_in: PlugIn, dial: Dial) -> None:
    picture = b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x01"
    honest, eager = plug_in(), plug_in(realtime_in_raster=True)
    assert dial(honest).ask(picture + b"\x1dr\x01") == b"\x00"
    assert dial(eager).ask(picture + b"\x1dr\x01", 2) == b"\x12\x00"
    assert np.array_equal(honest.strip.dots, eager.strip.dots)
    assert honest.strip.dots.sum() == 3


# Faults of the mechanism


@pytest.mark.parametrize(
    ("fault", "status"),
    [("paper_out", "1a32127e"), ("cover_open", "1a161212"), ("cutter_jam", "1a521a12"), ("offline", "1a121212")],
)
def test_stopped_in_the_middle_of_a_job(
    fault: str, status: str, printer: VirtualPrinter, host: Host, job: bytes, picture: NDArray[np.bool_]
) -> None:
    printer.fail(fault, at=2 + 2 * BAND)
    host.send(job + ID)
    printer.wait_for(lambda state: not state.online and state.received == len(job + ID))
    assert host.status() == status
    assert np.array_equal(printer.strip.dots, picture[:200])
    assert host.silent(), "what has not been printed is not confirmed"
    printer.clear(fault)
    assert host.read(7) == ID_ANSWER
    assert np.array_equal(ink(printer), picture)
    assert host.status() == "12121212"


def test_what_was_received_prints_after_the_host_has_gone(
    printer: VirtualPrinter, dial: Dial, job: bytes, picture: NDArray[np.bool_]
) -> None:
    printer.fail("paper_out")
    with dial(printer) as host:
        host.send(job)
        printer.wait_for(lambda state: state.received == len(job))
    printer.wait_for(lambda state: not state.connected)
    assert (printer.papers, printer.state.buffered) == ((), len(job))
    with dial(printer) as another:
        another.send(job)
        printer.wait_for(lambda state: state.received == 2 * len(job) or state.buffered == printer.model.receive_buffer)
        printer.clear()
        printer.wait_for_papers(2)
    assert [np.array_equal(paper.sheet.ink, picture) for paper in printer.papers] == [True, True]


def test_near_end_is_reported_and_printing_goes_on(printer: VirtualPrinter, host: Host, job: bytes) -> None:
    printer.fail("near_end")
    assert host.status() == "1212121e"
    assert host.ask(job + b"\x1dr\x01") == b"\x03"
    assert len(printer.papers) == 1


def test_a_full_buffer_makes_the_host_wait(plug_in: PlugIn, dial: Dial) -> None:
    printer = plug_in(receive_buffer=4096)
    printer.fail("paper_out")
    host = dial(printer)
    host.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    host.socket.settimeout(0.2)
    with pytest.raises(TimeoutError):
        host.send(bytes(1_000_000))
    assert printer.state.buffered == 4096
    printer.clear()
    printer.wait_for(lambda state: state.buffered == 0 and state.printed > 4096)


# Faults of the line


def test_reset_in_the_middle_of_a_job(
    printer: VirtualPrinter, dial: Dial, job: bytes, picture: NDArray[np.bool_]
) -> None:
    printer.fail("reset", at=2 + BAND)
    with dial(printer) as host, pytest.raises(ConnectionError):
        host.ask(job)
    state = printer.wait_for(lambda state: not state.connected)
    assert (state.received, state.faults) == (2 + BAND, ())
    assert np.array_equal(printer.strip.dots, picture[:100])
    with dial(printer) as host:
        assert host.ask(job[2 + BAND :] + ID, 7) == ID_ANSWER
    assert np.array_equal(ink(printer), picture)


def test_reset_before_anyone_is_connected_hits_the_next_one(printer: VirtualPrinter, dial: Dial) -> None:
    printer.fail("reset")
    with pytest.raises(ConnectionError):  # in connect() or in recv(), whichever comes first
        dial(printer).read(1)
    with dial(printer) as host:
        assert host.status() == "12121212"


def test_half_close_in_the_middle_of_a_job(
    printer: VirtualPrinter, dial: Dial, job: bytes, picture: NDArray[np.bool_]
) -> None:
    printer.fail("half_close", at=2 + BAND)
    with dial(printer) as host:
        host.send(job + ID)
        assert host.read(1) == b"", "the end of the connection"
        host.send(job)
    state = printer.wait_for(lambda state: not state.connected)
    assert state.received == 2 + BAND
    assert np.array_equal(printer.strip.dots, picture[:100])


def test_a_stalled_printer_neither_reads_nor_answers(printer: VirtualPrinter, host: Host, job: bytes) -> None:
    printer.fail("stall", at=100)
    host.send(b"\x10\x04\x01" + job + ID)
    assert host.read(1) == b"\x12"
    printer.wait_for(lambda state: state.received == 100)
    host.send(b"\x10\x04\x01")
    assert host.silent()
    printer.clear("stall")
    assert host.read(8) in (ID_ANSWER + b"\x12", b"\x12" + ID_ANSWER)


def test_a_slow_line_takes_its_time(printer: VirtualPrinter, host: Host, job: bytes) -> None:
    printer.fail("slow", bytes_per_s=100_000)
    before = time.monotonic()
    host.ask(job + ID, 7)
    assert time.monotonic() - before > 0.8 * len(job) / 100_000
    assert len(printer.papers) == 1


def test_a_mute_printer_prints(printer: VirtualPrinter, host: Host, job: bytes) -> None:
    printer.fail("mute")
    host.send(b"\x10\x04\x01" + job + b"\x1dr\x01" + ID)
    printer.wait_for(lambda state: state.printed == len(job + b"\x1dr\x01" + ID))
    assert len(printer.papers) == 1
    assert host.silent()


def test_a_printer_without_process_ids(printer: VirtualPrinter, host: Host, job: bytes) -> None:
    printer.fail("no_process_id")
    assert host.ask(job + ID + b"\x1dr\x01") == b"\x00"
    assert len(printer.papers) == 1


def test_garbage_for_a_status(printer: VirtualPrinter, host: Host) -> None:
    printer.fail("garbage_status")
    assert host.status() != "12121212"


def test_the_buffer_can_be_cleared_while_the_paper_is_out(printer: VirtualPrinter, host: Host, job: bytes) -> None:
    printer.fail("paper_out", at=2)
    host.send(job)
    printer.wait_for(lambda state: state.received == len(job))
    assert host.ask(b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", 3) == b"\x37\x25\x00"
    printer.clear()
    assert host.ask(ID, 7) == ID_ANSWER
    assert (printer.papers, printer.strip.height) == ((), 0)


def test_power_cycle_resets_the_connection_and_forgets(printer: VirtualPrinter, host: Host, job: bytes) -> None:
    printer.fail("cover_open")
    host.send(job)
    printer.wait_for(lambda state: state.received == len(job))
    printer.power_cycle()
    with pytest.raises(ConnectionError):
        host.read(1)
    printer.clear()
    assert (printer.state.buffered, printer.papers) == (0, ())


def test_unknown_faults_are_refused(printer: VirtualPrinter) -> None:
    with pytest.raises(ValueError, match="on_fire"):
        printer.fail("on_fire")
    with pytest.raises(ValueError, match="on_fire"):
        printer.clear("on_fire")


# Life


def test_it_ends_with_its_block() -> None:
    with VirtualPrinter() as printer:
        port = printer.port
        host = socket.create_connection(("127.0.0.1", port))
        host.sendall(b"abc")
        printer.wait_for(lambda state: state.received == 3)
    with host, pytest.raises(ConnectionError):
        host.recv(1)
    assert "virtual printer" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    with VirtualPrinter(port=port) as again:
        assert again.port == port


def test_a_port_that_is_taken(printer: VirtualPrinter) -> None:
    with pytest.raises(OSError, match="in use"), VirtualPrinter(port=printer.port):
        raise AssertionError("it opened a taken port")


def test_waiting_for_what_does_not_come(printer: VirtualPrinter) -> None:
    with pytest.raises(TimeoutError, match=r"0\.01 s"):
        printer.wait_for(lambda state: state.connected, timeout=0.01)


def test_an_idle_printer_uses_no_time(printer: VirtualPrinter, host: Host) -> None:
    for fault in ("slow", "stall"):
        printer.fail(fault)
        before = time.process_time()
        assert host.silent(0.2)
        assert time.process_time() - before < 0.1, fault
        printer.clear()


def test_sheets_are_kept_in_a_folder_and_numbers_go_on(tmp_path: Path, job: bytes, dial: Dial) -> None:
    folder = tmp_path / "paper"
    for _ in range(2):
        with VirtualPrinter(PrinterModel(), paper_dir=folder) as printer:
            dial(printer).ask(job + ID, 7)
            expected = printer.papers[0].sheet.dots
    assert sorted(path.name for path in folder.iterdir()) == ["0001.png", "0002.png"]
    assert np.array_equal(~np.asarray(Image.open(folder / "0002.png")), expected)


def test_a_folder_that_cannot_be_written_does_not_stop_the_printer(
    tmp_path: Path, dial: Dial, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "paper"
    with VirtualPrinter(paper_dir=folder) as printer:
        folder.rmdir()
        assert dial(printer).ask(b"\x1dV\x00" + ID, 7) == ID_ANSWER
        assert len(printer.papers) == 1
    assert "没有存成图片" in capfd.readouterr().err
