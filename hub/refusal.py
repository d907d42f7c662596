"""Why the hub does not do what it was asked to: a reason with a sentence that the person reads."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from phrases import Phrases


class Reason(StrEnum):
    """Every reason; its sentence is ``refuse.<reason>`` in the hub's phrases."""

    # Review
    NOT_AN_EDITOR = "not_an_editor"
    NOT_FIRST_REVIEWER = "not_first_reviewer"
    NOT_SECOND_REVIEWER = "not_second_reviewer"
    OTHER_DEPARTMENT = "other_department"
    CITYS_KIND = "citys_kind"
    VERIFIER_NEEDED = "verifier_needed"
    OTHERS_TRANSLATION = "others_translation"
    NOT_DRAFT = "not_draft"
    NOT_IN_REVIEW = "not_in_review"
    AUTHOR_REVIEWS = "author_reviews"
    REVIEWS_TWICE = "reviews_twice"
    REVIEWER_WRITES = "reviewer_writes"
    REMARK_NEEDED = "remark_needed"
    NOT_THE_AUTHOR = "not_the_author"
    NOTHING_TO_TAKE_BACK = "nothing_to_take_back"
    IN_RELEASE = "in_release"
    NOT_BY_HAND = "not_by_hand"
    # Items
    NO_SUCH_ITEM = "no_such_item"
    NO_SUCH_VERSION = "no_such_version"
    ITEM_EXISTS = "item_exists"
    RECORD_UNFIT = "record_unfit"
    KEY_CHANGES = "key_changes"
    LINT_STOPS = "lint_stops"
    NO_CHANGE = "no_change"
    NOT_LIVE = "not_live"
    CONFLICT = "conflict"
    # Releases
    NOT_A_PUBLISHER = "not_a_publisher"
    NOTHING_PENDING = "nothing_pending"
    RELEASE_OPEN = "release_open"
    NO_SUCH_RELEASE = "no_such_release"
    RELEASE_CLOSED = "release_closed"
    SIGNS_TWICE = "signs_twice"
    AUTHOR_SIGNS = "author_signs"
    TWO_NEEDED = "two_needed"
    CONTENT_MOVED = "content_moved"
    SET_UNFIT = "set_unfit"
    NOT_LATEST = "not_latest"
    FIRST_RELEASE = "first_release"
    ITEM_BEING_CHANGED = "item_being_changed"
    ALREADY_PUBLISHING = "already_publishing"
    REVISION_ASTRAY = "revision_astray"
    NO_ROLLOUT = "no_rollout"
    NOT_WIDER = "not_wider"
    PAUSED_ALREADY = "paused_already"
    NOT_PAUSED = "not_paused"
    ROLLOUT_HELD = "rollout_held"
    TWO_FOR_ALL = "two_for_all"
    NO_SUCH_STAGE = "no_such_stage"
    STAGE_SKIPPED = "stage_skipped"
    STAGE_TOO_SOON = "stage_too_soon"
    # Sticks
    STICK_UNFIT = "stick_unfit"
    STICK_LINKS = "stick_links"
    STICK_TOO_LARGE = "stick_too_large"
    STICK_EMPTY = "stick_empty"
    # Import
    NOT_EMPTY = "not_empty"
    NO_SUCH_TRIAL = "no_such_trial"
    TRIAL_UNFIT = "trial_unfit"
    TRIAL_OTHER_FILE = "trial_other_file"
    TRIAL_MOVED = "trial_moved"
    TOO_MANY_UPLOADS = "too_many_uploads"
    # Other cities' lists
    NO_SUCH_LIST = "no_such_list"
    GAP_LIST_UNFIT = "gap_list_unfit"
    GAP_REASON_NEEDED = "gap_reason_needed"
    NOT_YOURS_TO_ANSWER = "not_yours_to_answer"
    NOT_A_WRITER = "not_a_writer"
    # Departments that are asked
    NOT_A_COLLECTOR = "not_a_collector"
    DUE_UNFIT = "due_unfit"
    NOTHING_TO_ASK = "nothing_to_ask"
    NOBODY_THERE = "nobody_there"
    # Verification
    NOTHING_VERIFIED = "nothing_verified"
    NOTHING_TO_CALL = "nothing_to_call"
    # Candidates for aliases
    NO_SUCH_CANDIDATE = "no_such_candidate"
    ALREADY_DECIDED = "already_decided"
    ALIAS_THERE = "alias_there"
    NOT_FOR_THE_CITY = "not_for_the_city"
    # Kiosks and what they report
    DEVICE_UNFIT = "device_unfit"
    CODE_REFUSED = "code_refused"
    NO_SUCH_DEVICE = "no_such_device"
    NO_SUCH_TICKET = "no_such_ticket"
    TICKET_CLOSED = "ticket_closed"
    NOT_FOR_DEPARTMENT = "not_for_department"
    NO_SUCH_ALARM = "no_such_alarm"
    MUTE_UNFIT = "mute_unfit"
    CARE_UNFIT = "care_unfit"
    CARE_MOVED = "care_moved"
    VISIT_UNFIT = "visit_unfit"
    # People
    NOT_AN_OPERATOR = "not_an_operator"
    OWN_ACCOUNT = "own_account"
    LOGIN_TAKEN = "login_taken"
    LOGIN_UNFIT = "login_unfit"
    NO_SUCH_PERSON = "no_such_person"
    PASSWORD_WEAK = "password_weak"
    WRONG_LOGIN = "wrong_login"
    TOO_MANY_TRIES = "too_many_tries"
    NAME_NEEDED = "name_needed"


class Refused(Exception):
    """Something that is not done, with its reason. Nothing was changed.

    `details` lists further lines (faults of a record, findings), already readable.
    """

    def __init__(self, reason: Reason, *, details: tuple[str, ...] = (), **values: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.details = details
        self.values = values

    def sentence(self, say: Phrases) -> str:
        """What the person reads; `say` speaks for the hub (`Phrases(domain="hub")`)."""
        return say(f"refuse.{self.reason.value}", **self.values)


class Conflict(Refused):
    """Somebody else changed the version meanwhile: who (a name), and when."""

    def __init__(self, who: str, at: dt.datetime) -> None:
        super().__init__(Reason.CONFLICT, who=who, at=at.strftime("%m-%d %H:%M"))
        self.who = who
        self.at = at
