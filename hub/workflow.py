"""Who may do what to a version of an item: the review (审核) as a pure state machine.

草稿 draft → 部门审核 department review → 编办复核 city review → 待发布 approved → 已发布 published. A return (退回)
leads from either review to draft and needs a remark; the writer may take a version back (撤回) until it is part of a
release. Every way out of draft leads through the department review again. Nobody has two parts in one version: who
wrote it does not review it, and the two reviewers are two people; who reviewed a step may review the same step again
after a return.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.refusal import Reason, Refused

CITY = "*"
"""Department of people and items that belong to the whole city."""


class Role(StrEnum):
    """What a person may be. One person may hold several, never two in the same version."""

    EDITOR = "editor"
    """编辑: writes for the own department."""
    DEPARTMENT_REVIEWER = "department_reviewer"
    """初审: first review, for the own department."""
    CITY_REVIEWER = "city_reviewer"
    """复审: second review (编办), for all departments."""
    COLLECTOR = "collector"
    """采编、督办: writes for any department and looks after freshness."""
    PUBLISHER = "publisher"
    """发布: prepares and signs releases; two of them are needed for each."""
    OPERATOR = "operator"
    """运维: looks after the kiosks and after people and their roles, never their own."""
    AUDITOR = "auditor"
    """审计: reads the audit log; changes nothing."""


class Status(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    DEPARTMENT_REVIEW = "department_review"
    CITY_REVIEW = "city_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"
    """Given up by a writer; kept, but nothing comes of it."""


class Action(StrEnum):
    """What can happen to a version. A person chooses the first six; the others come about elsewhere in the hub."""

    SAVE = "save"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    WITHDRAW = "withdraw"
    DISCARD = "discard"
    CREATE = "create"
    IMPORT = "import"
    PUBLISH = "publish"
    RESTORE = "restore"


class Part(StrEnum):
    """The one part that a person has in a version."""

    AUTHOR = "author"
    DEPARTMENT_REVIEW = "department_review"
    CITY_REVIEW = "city_review"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: id, roles, department (`CITY`: the whole city), and for a district what is `below` it (`hub.reach`)."""

    person: str
    roles: frozenset[Role]
    department: str
    below: frozenset[str] = frozenset()

    @property
    def departments(self) -> frozenset[str]:
        """Whom the person works for, `CITY` as itself."""
        return self.below | {self.department}

    def covers(self, department: str) -> bool:
        """Whether the person works for `department`; what belongs to the whole city needs someone of the city."""
        return self.department == CITY or department in self.departments

    def may_write(self, department: str) -> bool:
        """Whether the person may write items of `department`."""
        return Role.COLLECTOR in self.roles or (Role.EDITOR in self.roles and self.covers(department))

    def may_review(self, status: Status, department: str) -> bool:
        """Whether the person's roles reach to the review that `status` stands for; says nothing about parts."""
        if status is Status.DEPARTMENT_REVIEW:
            return Role.DEPARTMENT_REVIEWER in self.roles and self.covers(department)
        return status is Status.CITY_REVIEW and Role.CITY_REVIEWER in self.roles


@dataclass(frozen=True, slots=True)
class Subject:
    """The version that is acted on. `hands`: person → the part they have had in it; `released`: an open release holds
    it.
    """

    status: Status
    department: str
    hands: Mapping[str, Part] = field(default_factory=dict)
    released: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What an allowed action leads to, and the part that the person has from now on (None: as before)."""

    status: Status
    part: Part | None = None


_REVIEWS = {
    Status.DEPARTMENT_REVIEW: (Part.DEPARTMENT_REVIEW, Status.CITY_REVIEW),
    Status.CITY_REVIEW: (Part.CITY_REVIEW, Status.APPROVED),
}


def decide(actor: Actor, action: Action, subject: Subject, remark: str = "") -> Move:
    """What `action` leads to. Raises `Refused` with the reason that the person is shown."""
    if action in (Action.SAVE, Action.SUBMIT, Action.DISCARD):
        return _write(actor, action, subject)
    if action in (Action.APPROVE, Action.RETURN):
        return _review(actor, action, subject, remark)
    if action is Action.WITHDRAW:
        return _take_back(actor, subject)
    raise Refused(Reason.NOT_BY_HAND)


def _write(actor: Actor, action: Action, subject: Subject) -> Move:
    _may_write(actor, subject.department)
    if subject.status is not Status.DRAFT:
        raise Refused(Reason.NOT_DRAFT)
    if subject.hands.get(actor.person, Part.AUTHOR) is not Part.AUTHOR:
        raise Refused(Reason.REVIEWER_WRITES)
    if action is Action.SUBMIT:
        # Who sends it in answers for it, also when an import wrote it.
        return Move(Status.DEPARTMENT_REVIEW, Part.AUTHOR)
    if action is Action.DISCARD:
        return Move(Status.DISCARDED)
    return Move(Status.DRAFT, Part.AUTHOR)


def _review(actor: Actor, action: Action, subject: Subject, remark: str) -> Move:
    step = _REVIEWS.get(subject.status)
    if step is None:
        raise Refused(Reason.NOT_IN_REVIEW)
    part, after = step
    if not actor.may_review(subject.status, subject.department):
        wanted = Role.DEPARTMENT_REVIEWER if subject.status is Status.DEPARTMENT_REVIEW else Role.CITY_REVIEWER
        if wanted in actor.roles:
            raise Refused(Reason.OTHER_DEPARTMENT)
        raise Refused(Reason.NOT_FIRST_REVIEWER if part is Part.DEPARTMENT_REVIEW else Reason.NOT_SECOND_REVIEWER)
    had = subject.hands.get(actor.person)
    if had is Part.AUTHOR:
        raise Refused(Reason.AUTHOR_REVIEWS)
    if had is not None and had is not part:
        raise Refused(Reason.REVIEWS_TWICE)
    if action is Action.RETURN:
        if not remark.strip():
            raise Refused(Reason.REMARK_NEEDED)
        return Move(Status.DRAFT, part)
    return Move(after, part)


def _take_back(actor: Actor, subject: Subject) -> Move:
    if subject.status not in (Status.DEPARTMENT_REVIEW, Status.CITY_REVIEW, Status.APPROVED):
        raise Refused(Reason.NOTHING_TO_TAKE_BACK)
    _may_write(actor, subject.department)
    if subject.hands.get(actor.person) is not Part.AUTHOR:
        raise Refused(Reason.NOT_THE_AUTHOR)
    if subject.released:
        raise Refused(Reason.IN_RELEASE)
    return Move(Status.DRAFT)


def _may_write(actor: Actor, department: str) -> None:
    if not actor.may_write(department):
        raise Refused(Reason.OTHER_DEPARTMENT if Role.EDITOR in actor.roles else Reason.NOT_AN_EDITOR)
