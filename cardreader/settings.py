"""Which readers a kiosk reads cards with, and how long that may take."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

CONTACTLESS: Final = r"(?i)contactless|picc|nfc|\bCL\b|\dCL\b"
"""How PC/SC names of contactless readers look: "… [CL/PICC]", "… Contactless Reader", "OMNIKEY 5422CL …"."""

CONTACT: Final = r"."
"""Any other reader, unless it holds a security module."""


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """`contactless` and `contact` are regular expressions, searched in the names that PC/SC gives readers; "" reads no
    card of that kind. `city` is the GB/T 2260 code of the kiosk's city or district, None when it is not known; `zone`
    the time zone in which days are counted, IANA name; `today` an ISO date that stands for the clock's, None: the
    clock's. Times are seconds. `budget_s`: for reading one card. `margin_s`: what a card service that overruns the
    budget is given before it is ended. `start_s`: until a fresh one must have told a state. `back_off_s` and
    `back_off_most_s`: the first and the longest pause after one that died by itself. `stuck_s`: how long PC/SC may
    leave a question of ours without an answer before it counts as stuck. `restart_file`: the file that is written then,
    so that whoever may do that restarts PC/SC; None: nobody is asked. `families`: folder with the operator's tables of
    families; None: those that are shipped.

    Raises `ValueError` for values that make no sense.
    """

    contactless: str = CONTACTLESS
    contact: str = CONTACT
    city: str | None = None
    zone: str = "Asia/Shanghai"
    today: str | None = None
    budget_s: float = 5.0
    margin_s: float = 1.0
    start_s: float = 10.0
    back_off_s: float = 0.2
    back_off_most_s: float = 30.0
    stuck_s: float = 20.0
    restart_file: str | None = None
    families: str | None = None

    def __post_init__(self) -> None:
        for name in ("contactless", "contact"):
            try:
                re.compile(getattr(self, name))
            except re.error as error:
                raise ValueError(f"{name} is no regular expression: {error}") from None
        if self.today is not None:
            dt.date.fromisoformat(self.today)
        times = ("budget_s", "margin_s", "start_s", "back_off_s", "back_off_most_s", "stuck_s")
        wrong = [name for name in times if not getattr(self, name) > 0]
        if wrong:
            raise ValueError(f"must be more than 0: {', '.join(wrong)}")
