"""Coded errors: what a room tells the kiosk when something did not work.

A code (``P-02``) is stable for ever: people read it out on the phone. What the citizen reads for it lives in `phrases`
under ``error.<code>``; the English text here is for logs and staff tools and never carries anything a citizen typed.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Every code that a person can meet. The letter names the room: K kiosk, D database, R records, P printer, C
    card, S sync.
    """

    NO_CATALOGUE = "K-01"
    ALREADY_RUNNING = "K-02"
    BAD_SETTINGS = "K-03"
    FONTS_MISSING = "K-04"
    SCREEN_TROUBLE = "K-05"
    NO_SUCH_ITEM = "K-06"

    RECORD_UNREADABLE = "R-01"
    RECORD_INVALID = "R-02"
    RECORD_DUPLICATE = "R-03"
    RECORD_DANGLING = "R-04"
    RECORD_CIRCLE = "R-05"

    CATALOGUE_UNREADABLE = "D-01"
    CATALOGUE_FORMAT = "D-02"
    DISK_FULL = "D-03"
    BUILD_FAILED = "D-04"
    JOURNAL_FAILED = "D-05"
    DATABASE_NEWER = "D-06"
    DATABASE_AWAY = "D-07"
    HOME_OF_ANOTHER = "D-08"
    HALF_RESTORED = "D-09"

    PRINTER_ABSENT = "P-01"
    PAPER_OUT = "P-02"
    COVER_OPEN = "P-03"
    PRINTER_OFFLINE = "P-04"
    PRINT_UNCERTAIN = "P-05"
    PRINTER_TROUBLE = "P-06"
    PRINTER_BUSY = "P-07"
    FAIR_USE = "P-08"
    SAME_SLIP = "P-09"

    NO_READER = "C-01"
    CARD_UNREADABLE = "C-11"
    CARD_UNKNOWN = "C-12"
    CARD_WITHOUT_PROCESSOR = "C-13"
    CARD_TOO_SLOW = "C-14"
    CARD_GONE = "C-15"
    READER_BUSY = "C-16"
    CARD_OF_A_BANK = "C-17"
    CARD_FOR_TOLLS = "C-18"
    CARD_OF_A_SCHOOL = "C-19"
    CARD_IN_A_PHONE = "C-20"

    HUB_OUT_OF_REACH = "S-01"
    RELEASE_REFUSED = "S-02"
    RELEASE_OLDER = "S-03"
    RELEASE_EXPIRED = "S-04"
    DIGEST_DIFFERS = "S-05"
    NOT_ENROLLED = "S-06"
    APPROVALS_MISSING = "S-07"
    KEY_REFUSED = "S-08"
    RELEASE_FAILED = "S-09"


class CodedError(Exception):
    """An error with a stable code, raised across rooms.

    `detail` is English, for the log; it holds names of files and fields, never what a citizen typed or a card said.
    """

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(f"{code.value} {detail}".rstrip())
        self.code = code
        self.detail = detail


class RecordError(CodedError):
    """A record file that cannot be taken: `problems` names line, record and field of each fault, in file order."""

    def __init__(self, code: Code, problems: tuple[str, ...]) -> None:
        super().__init__(code, problems[0] if problems else "")
        self.problems = problems


class CatalogueError(CodedError):
    """The catalogue could not be built, opened or read; an older catalogue, if there is one, is untouched."""


class DeviceStoreError(CodedError):
    """`device.db` could not be written; what was to be noted is lost, the kiosk goes on."""


class PrintError(CodedError):
    """A slip that was certainly not printed (an uncertain one is an outcome, not an error).

    `seconds`: with P-09, until the same slip may be printed again; else 0.
    """

    def __init__(self, code: Code, detail: str = "", seconds: int = 0) -> None:
        super().__init__(code, detail)
        self.seconds = seconds


class CardError(CodedError):
    """A card that gave no facts; `detail` holds status words and names of files on the card, never what is in them."""


class SyncError(CodedError):
    """A release that was not taken; the catalogue that is open stays as it is."""


class HubStoreError(CodedError):
    """The hub cannot work with its database or its home; nothing was changed in them."""


class SettingsError(CodedError):
    """Settings that do not fit; `problems` lists every fault, not only the first."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(Code.BAD_SETTINGS, "; ".join(problems))
        self.problems = problems
