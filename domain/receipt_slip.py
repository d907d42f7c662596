"""The receipt of a letter (信件回执): the code by which its answer is read, and by when it comes.

The text, the name and the phone of the writer are never on it: whoever finds it learns only what it is about.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from domain import wording
from domain.ports import KioskPlace
from domain.slip import (
    CheckCode,
    Keyed,
    Masthead,
    Paragraph,
    Secret,
    Separator,
    Slip,
    Small,
    Stations,
    Tab,
    TakeAway,
    Title,
)
from domain.take_away import HOTLINE
from phrases import Phrases

MODULE = 5
"""Dots a module: it is kept for weeks, and rubbed."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a letter is known by. `code`: for the answer, in groups divided by hyphens; `category`, `office`: words as
    printed; `length`: characters of the letter; `received`: aware; the days by which the next stations are due;
    `contact`: whether the writer left one in the sealed letter.
    """

    code: str
    category: str
    office: str
    length: int
    received: dt.datetime
    accepted_by: dt.date
    passed_on_by: dt.date
    answered_by: dt.date
    kiosk: KioskPlace
    contact: bool = False
    trusted: bool = True


def build_receipt_slip(say: Phrases, receipt: Receipt, *, number: int) -> Slip:
    """The receipt that the page of letters gives once one is sent; of the four stations only the first is done."""
    due = [
        (say(f"receipt.{station}"), say("receipt.by", date=wording.month_day(say, day)))
        for station, day in (
            ("accepted", receipt.accepted_by),
            ("passed_on", receipt.passed_on_by),
            ("answered", receipt.answered_by),
        )
    ]
    today = say("receipt.today", time=wording.time_of_day(receipt.received)) if receipt.trusted else ""
    spoken = receipt.code.replace("-", " ")
    key = "slip.printed" if receipt.trusted else "slip.printed_unsure"
    when, kiosk = f"{receipt.received:%Y-%m-%d %H:%M}", receipt.kiosk
    payload = "\n".join(
        (
            say("text.title", name=say("receipt.word")),
            say("receipt.text_code", code=spoken),
            say("receipt.where"),
            say("receipt.text_by", date=wording.month_day(say, receipt.answered_by)),
        )
    )
    return Slip(
        (
            Masthead(say("receipt.word"), say("slip.number", number=f"{number:06}")),
            Title(say("receipt.title"), say("receipt.line")),
            Secret(say("receipt.code"), say("receipt.code_note"), receipt.code),
            Paragraph(say("receipt.where"), bold=True),
            Paragraph(say("receipt.lost")),
            Tab(say("receipt.when")),
            Stations(((say("receipt.received"), today), *due), 1),
            Tab(say("receipt.about")),
            Keyed(
                (
                    (say("receipt.category"), receipt.category),
                    (say("receipt.office"), receipt.office),
                    (say("receipt.length"), say("receipt.characters", n=receipt.length)),
                    (say("receipt.contact"), say("receipt.contact_left" if receipt.contact else "receipt.no_contact")),
                )
            ),
            Paragraph(say("receipt.sealed")),
            Separator(),
            TakeAway(
                payload,
                say("receipt.scan"),
                (say("receipt.keep"),),
                check=CheckCode(HOTLINE, (say("receipt.hurry"),)),
                module=MODULE,
            ),
            Separator(),
            Paragraph(say("receipt.late"), bold=True),
            Small((say(key, when=when, kiosk=kiosk.name, number=kiosk.number),)),
        ),
        lang=say.lang,
    )
