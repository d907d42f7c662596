"""The control page of the card bench: cards to lay on the readers, faults, what went over.

=====================  ===============================================================================================
GET /state             the cards, what lies where, what pcscd sees, the faults there are, the latest commands
GET /log               every command since the start: ``{"apdus": […], "events": […]}``, see `workbench.cards.journal`
POST /insert           ``{"card", "reader"?, "wait"?}`` lays a card on a reader (``contact``, ``contactless``)
POST /remove           ``{"reader"?, "wait"?}`` takes it away
POST /fault            ``{"name", "argument"?, "at"?}`` orders a fault, see `workbench.cards.faults`
POST /clear            ``{"name"?}`` takes one back, or all
POST /pcscd            ``{"do"}``: ``start``, ``stop`` or ``kill``
=====================  ===============================================================================================

Every POST answers with the new state. Unless ``wait`` is false, insert and remove answer when pcscd has noticed; 504:
it has not, because a command without an answer holds it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from workbench.cards.bench import BenchError, CardBench, NotNoticedError
from workbench.cards.faults import CAPTIONS, ONCE
from workbench.cards.wallet import WALLET
from workbench.page import Answer, Page, Refused, as_json


class CardDesk:
    """Puts a bench behind a control page."""

    def __init__(self, bench: CardBench) -> None:
        self._bench = bench

    def get(self, path: str) -> Answer | None:
        try:
            match path:
                case "/state":
                    return as_json(self._state())
                case "/log":
                    return as_json(self._bench.ask("log"))
        except BenchError as error:
            raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, str(error)) from error
        return None

    def post(self, path: str, wish: dict[str, Any]) -> object:
        wait = bool(wish.pop("wait", True))
        try:
            match path:
                case "/insert":
                    self._bench.insert(wish["card"], wish.get("reader"), wait=wait)
                case "/remove":
                    self._bench.remove(wish.get("reader"), wait=wait)
                case "/fault":
                    self._bench.ask("fault", **wish)
                case "/clear":
                    self._bench.ask("clear", **wish)
                case "/pcscd":
                    self._bench.pcscd(wish["do"])
                case _:
                    return None
            return self._state()
        except NotNoticedError as error:
            raise Refused(HTTPStatus.GATEWAY_TIMEOUT, str(error)) from error
        except BenchError as error:
            raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, str(error)) from error

    def _state(self) -> dict[str, Any]:
        state = self._bench.ask("state")
        seen = {each.name: each for each in self._bench.seen() or ()} if state["pcscd"] else {}
        laid = state.pop("laid")
        return {
            **state,
            "socket": str(self._bench.socket),
            "readers": [
                {
                    "interface": interface,
                    "name": name,
                    "card": laid[interface],
                    "present": name in seen and seen[name].present,
                    "powered": name in seen and seen[name].powered,
                    "atr": seen[name].atr.hex(" ").upper() if name in seen else "",
                }
                for interface, name in self._bench.readers.items()
            ],
            "cards": [
                {"name": card.name, "title": card.title, "note": card.note, "interfaces": [*card.resets]}
                for card in WALLET.values()
            ],
            "fault_kinds": [
                {"name": name, "title": title, "hint": hint, "usual": usual, "once": name in ONCE}
                for name, (title, hint, usual) in CAPTIONS.items()
            ],
        }


def control_page(bench: CardBench, *, port: int = 0) -> Page:
    """The page of one bench, not yet opened."""
    return Page(CardDesk(bench), "workbench.cards", port=port)
