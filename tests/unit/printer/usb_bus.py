"""A USB bus in memory, at the seam where pyusb calls libusb: descriptors, claims, drivers, transfers."""

from __future__ import annotations

import errno
from array import array
from dataclasses import dataclass, field
from typing import Any

import usb.core
from usb.backend import IBackend


@dataclass
class EndPoint:
    """What its descriptor says."""

    address: int
    attributes: int = 2  # bulk

    def descriptor(self) -> Any:
        """As libusb hands it over."""
        return _Struct(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=self.address,
            bmAttributes=self.attributes,
            wMaxPacketSize=64,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )


@dataclass
class Interface:
    """What its descriptor says."""

    number: int
    end_points: list[EndPoint]
    kind: int = 7
    alternate: int = 0


class _Struct:
    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


@dataclass
class Plugged:
    """A device. `kernel`: interfaces that a driver of the kernel has; `takes`: bytes it still takes, None for any."""

    vendor: int = 0x04B8
    product: int = 0x0202
    serial: str = "A1"
    interfaces: list[Interface] = field(
        default_factory=lambda: [Interface(0, [EndPoint(0x03), EndPoint(0x84)])],
    )
    configured: bool = True
    kernel: set[int] = field(default_factory=lambda: {0})
    takes: int | None = None
    present: bool = True
    allowed: bool = True
    stalls: bool = False
    got: bytearray = field(default_factory=bytearray)
    says: list[bytes] = field(default_factory=list)
    claimed: dict[int, int] = field(default_factory=dict)
    resets: int = 0
    set_configurations: int = 0
    halts_cleared: list[int] = field(default_factory=list)
    wrote_to: set[int] = field(default_factory=set)
    alternate: int = 0


def _fail(number: int, words: str) -> usb.core.USBError:
    return usb.core.USBError(words, None, number)


class Bus(IBackend):  # type: ignore[misc]
    """The backend. Handles are numbered, so that two programs can be told apart."""

    def __init__(self, *devices: Plugged) -> None:
        super().__init__()
        self.devices = list(devices)
        self.timeouts: list[int] = []
        self._handles = 0

    def enumerate_devices(self) -> Any:
        return iter([each for each in self.devices if each.present])

    def get_parent(self, dev: Plugged) -> None:
        return None

    def get_device_descriptor(self, dev: Plugged) -> Any:
        return _Struct(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=dev.vendor,
            idProduct=dev.product,
            bcdDevice=0x100,
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=3,
            bNumConfigurations=1,
            address=1,
            bus=1,
            port_number=1,
            port_numbers=(1,),
            speed=2,
        )

    def get_configuration_descriptor(self, dev: Plugged, config: int) -> Any:
        if config:
            raise IndexError
        return _Struct(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=32,
            bNumInterfaces=len({each.number for each in dev.interfaces}),
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0xC0,
            bMaxPower=1,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, dev: Plugged, intf: int, alt: int, config: int) -> Any:
        numbers = sorted({each.number for each in dev.interfaces})
        found = (
            [each for each in dev.interfaces if each.number == numbers[intf : intf + 1][0]] if numbers[intf:] else []
        )
        if alt >= len(found):
            raise IndexError
        each = found[alt]
        return _Struct(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=each.number,
            bAlternateSetting=each.alternate,
            bNumEndpoints=len(each.end_points),
            bInterfaceClass=each.kind,
            bInterfaceSubClass=1,
            bInterfaceProtocol=2,
            iInterface=0,
            extra_descriptors=[],
            _ends=each.end_points,
        )

    def get_endpoint_descriptor(self, dev: Plugged, ep: int, intf: int, alt: int, config: int) -> Any:
        ends = self.get_interface_descriptor(dev, intf, alt, config)._ends
        if ep >= len(ends):
            raise IndexError
        return ends[ep].descriptor()

    def open_device(self, dev: Plugged) -> Any:
        if not dev.allowed:
            raise _fail(errno.EACCES, "Access denied (insufficient permissions)")
        self._handles += 1
        return _Struct(device=dev, number=self._handles)

    def close_device(self, dev_handle: Any) -> None:
        pass

    def set_configuration(self, dev_handle: Any, config_value: int) -> None:
        dev_handle.device.set_configurations += 1
        dev_handle.device.configured = True

    def get_configuration(self, dev_handle: Any) -> int:
        return 1 if dev_handle.device.configured else 0

    def set_interface_altsetting(self, dev_handle: Any, intf: int, altsetting: int) -> None:
        dev_handle.device.alternate = altsetting

    def claim_interface(self, dev_handle: Any, intf: int) -> None:
        device = dev_handle.device
        if intf in device.kernel or device.claimed.get(intf, dev_handle.number) != dev_handle.number:
            raise _fail(errno.EBUSY, "Resource busy")
        device.claimed[intf] = dev_handle.number

    def release_interface(self, dev_handle: Any, intf: int) -> None:
        self._there(dev_handle)
        dev_handle.device.claimed.pop(intf, None)

    def bulk_write(self, dev_handle: Any, ep: int, intf: int, data: Any, timeout: int) -> int:
        device = self._there(dev_handle)
        if device.claimed.get(intf) != dev_handle.number:
            raise _fail(errno.ENOENT, "Entity not found")
        self.timeouts.append(timeout)
        if device.stalls:
            raise _fail(errno.EPIPE, "Pipe error")
        taken = len(data) if device.takes is None else min(device.takes, len(data))
        if not taken:
            raise usb.core.USBTimeoutError("Operation timed out", None, errno.ETIMEDOUT)
        device.wrote_to.add(ep)
        device.got += bytes(data)[:taken]
        if device.takes is not None:
            device.takes -= taken
        return taken

    def bulk_read(self, dev_handle: Any, ep: int, intf: int, buff: array[int], timeout: int) -> int:
        device = self._there(dev_handle)
        self.timeouts.append(timeout)
        if not device.says:
            raise usb.core.USBTimeoutError("Operation timed out", None, errno.ETIMEDOUT)
        said = device.says.pop(0)
        if len(said) > len(buff):
            raise _fail(errno.EOVERFLOW, "Overflow")
        buff[: len(said)] = array("B", said)
        return len(said)

    def ctrl_transfer(
        self, dev_handle: Any, bmRequestType: int, bRequest: int, wValue: int, wIndex: int, data: Any, timeout: int
    ) -> int:
        words = b"\x04\x03\x09\x04" if wValue & 0xFF == 0 else dev_handle.device.serial.encode("utf-16-le")
        if wValue & 0xFF:
            words = bytes((len(words) + 2, 3)) + words
        words = words[: len(data)]
        data[: len(words)] = array("B", words)
        return len(words)

    def clear_halt(self, dev_handle: Any, ep: int) -> None:
        dev_handle.device.halts_cleared.append(ep)

    def reset_device(self, dev_handle: Any) -> None:
        dev_handle.device.resets += 1

    def is_kernel_driver_active(self, dev_handle: Any, intf: int) -> bool:
        return intf in dev_handle.device.kernel

    def detach_kernel_driver(self, dev_handle: Any, intf: int) -> None:
        dev_handle.device.kernel.discard(intf)

    def attach_kernel_driver(self, dev_handle: Any, intf: int) -> None:
        self._there(dev_handle).kernel.add(intf)

    def _there(self, dev_handle: Any) -> Plugged:
        device: Plugged = dev_handle.device
        if not device.present:
            raise _fail(errno.ENODEV, "No such device (it may have been disconnected)")
        return device
