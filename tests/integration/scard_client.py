"""A program that uses PC/SC as any other does, in a process of its own: a call a line in, its result a line out.

Calls are JSON lists: ["readers"], ["connect", READER], ["transmit", HEX], ["disconnect"]. Results begin
with the code of the call, 0 for success.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from smartcard import scard

_CONTEXT_LOST = (scard.SCARD_E_NO_SERVICE, scard.SCARD_E_SERVICE_STOPPED, scard.SCARD_E_INVALID_HANDLE)


class Client:
    def __init__(self) -> None:
        self._context = 0
        self._card = 0
        self._protocol = 0

    def call(self, name: str, *arguments: str) -> list[Any]:
        if not self._context:
            code, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
            if code:
                self._context = 0
                return [code & 0xFFFFFFFF]
        code, *result = getattr(self, name)(*arguments)
        if code in _CONTEXT_LOST:
            scard.SCardReleaseContext(self._context)
            self._context = 0
        return [code & 0xFFFFFFFF, *result]

    def readers(self) -> list[Any]:
        return list(scard.SCardListReaders(self._context, []))

    def connect(self, reader: str) -> list[Any]:
        code, self._card, self._protocol = scard.SCardConnect(
            self._context, reader, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_ANY
        )
        if code:
            return [code]
        code, _, _, protocol, atr = scard.SCardStatus(self._card)
        return [code, protocol, bytes(atr).hex().upper()]

    def transmit(self, command: str) -> list[Any]:
        pci = scard.SCARD_PCI_T0 if self._protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        code, answer = scard.SCardTransmit(self._card, pci, list(bytes.fromhex(command)))
        return [code, bytes(answer).hex().upper()]

    def disconnect(self) -> list[Any]:
        return [scard.SCardDisconnect(self._card, scard.SCARD_UNPOWER_CARD)]


if __name__ == "__main__":
    client = Client()
    for line in sys.stdin:
        print(json.dumps(client.call(*json.loads(line))), flush=True)
