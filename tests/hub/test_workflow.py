"""The whole table of the review: every role × status × action, and every part that a person can have had."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from hub.refusal import Reason, Refused
from hub.workflow import CITY, Action, Actor, Move, Part, Role, Status, Subject, decide
from phrases import Phrases

OURS, OTHERS = "org-mz", "org-ga"
BY_HAND = (Action.SAVE, Action.SUBMIT, Action.APPROVE, Action.RETURN, Action.WITHDRAW, Action.DISCARD)

# (role, status, action) → status afterwards, for somebody of the item's department with no part in the version so far.
ALLOWED = {
    **{
        (role, Status.DRAFT, action): after
        for role in (Role.EDITOR, Role.COLLECTOR)
        for action, after in (
            (Action.SAVE, Status.DRAFT),
            (Action.SUBMIT, Status.DEPARTMENT_REVIEW),
            (Action.DISCARD, Status.DISCARDED),
        )
    },
    (Role.DEPARTMENT_REVIEWER, Status.DEPARTMENT_REVIEW, Action.APPROVE): Status.CITY_REVIEW,
    (Role.DEPARTMENT_REVIEWER, Status.DEPARTMENT_REVIEW, Action.RETURN): Status.DRAFT,
    (Role.CITY_REVIEWER, Status.CITY_REVIEW, Action.APPROVE): Status.APPROVED,
    (Role.CITY_REVIEWER, Status.CITY_REVIEW, Action.RETURN): Status.DRAFT,
}


def actor(*roles: Role, department: str = OURS) -> Actor:
    return Actor("p1", frozenset(roles), department)


def outcome(who: Actor, action: Action, subject: Subject, remark: str = "写清金额") -> Status | Reason:
    try:
        return decide(who, action, subject, remark).status
    except Refused as refused:
        return refused.reason


@pytest.mark.parametrize("action", BY_HAND)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("role", Role)
def test_every_role_in_every_status(role: Role, status: Status, action: Action) -> None:
    found = outcome(actor(role), action, Subject(status, OURS))
    wanted = ALLOWED.get((role, status, action))
    if wanted is None:
        assert isinstance(found, Reason)
    else:
        assert found is wanted


@pytest.mark.parametrize("action", [Action.CREATE, Action.IMPORT, Action.PUBLISH, Action.RESTORE])
@pytest.mark.parametrize("status", Status)
def test_nobody_publishes_by_hand(status: Status, action: Action) -> None:
    assert outcome(actor(*Role), action, Subject(status, OURS)) is Reason.NOT_BY_HAND


@pytest.mark.parametrize(
    ("part", "status"), list(itertools.product(Part, (Status.DEPARTMENT_REVIEW, Status.CITY_REVIEW)))
)
def test_nobody_has_two_parts_even_with_every_role(part: Part, status: Status) -> None:
    found = outcome(actor(*Role), Action.APPROVE, Subject(status, OURS, {"p1": part}))
    if part is Part.AUTHOR:
        assert found is Reason.AUTHOR_REVIEWS
    elif part.value == status.value:
        assert found in (Status.CITY_REVIEW, Status.APPROVED)
    else:
        assert found is Reason.REVIEWS_TWICE


@pytest.mark.parametrize("action", [Action.SAVE, Action.SUBMIT, Action.DISCARD])
@pytest.mark.parametrize("part", [Part.DEPARTMENT_REVIEW, Part.CITY_REVIEW])
def test_a_reviewer_does_not_write_on(part: Part, action: Action) -> None:
    assert outcome(actor(*Role), action, Subject(Status.DRAFT, OURS, {"p1": part})) is Reason.REVIEWER_WRITES


def test_parts_are_given() -> None:
    assert decide(actor(Role.EDITOR), Action.SAVE, Subject(Status.DRAFT, OURS)).part is Part.AUTHOR
    assert decide(actor(Role.EDITOR), Action.SUBMIT, Subject(Status.DRAFT, OURS)).part is Part.AUTHOR
    first = decide(actor(Role.DEPARTMENT_REVIEWER), Action.APPROVE, Subject(Status.DEPARTMENT_REVIEW, OURS))
    assert first == Move(Status.CITY_REVIEW, Part.DEPARTMENT_REVIEW)
    back = decide(actor(Role.CITY_REVIEWER), Action.RETURN, Subject(Status.CITY_REVIEW, OURS), "出处？")
    assert back == Move(Status.DRAFT, Part.CITY_REVIEW)


@pytest.mark.parametrize("remark", ["", "  \n"])
@pytest.mark.parametrize("status", [Status.DEPARTMENT_REVIEW, Status.CITY_REVIEW])
def test_a_return_says_what_to_mend(status: Status, remark: str) -> None:
    assert outcome(actor(*Role), Action.RETURN, Subject(status, OURS), remark) is Reason.REMARK_NEEDED


@pytest.mark.parametrize("status", [Status.DEPARTMENT_REVIEW, Status.CITY_REVIEW, Status.APPROVED])
def test_only_the_writer_takes_it_back_and_not_out_of_a_release(status: Status) -> None:
    editor = actor(Role.EDITOR)
    assert outcome(editor, Action.WITHDRAW, Subject(status, OURS, {"p1": Part.AUTHOR})) is Status.DRAFT
    assert outcome(editor, Action.WITHDRAW, Subject(status, OURS, {"p2": Part.AUTHOR})) is Reason.NOT_THE_AUTHOR
    released = Subject(status, OURS, {"p1": Part.AUTHOR}, released=True)
    assert outcome(editor, Action.WITHDRAW, released) is Reason.IN_RELEASE


def test_departments() -> None:
    stranger = Subject(Status.DRAFT, OTHERS)
    assert outcome(actor(Role.EDITOR), Action.SAVE, stranger) is Reason.OTHER_DEPARTMENT
    assert outcome(actor(Role.EDITOR, department=CITY), Action.SAVE, stranger) is Status.DRAFT
    assert outcome(actor(Role.COLLECTOR), Action.SAVE, stranger) is Status.DRAFT
    review = Subject(Status.DEPARTMENT_REVIEW, OTHERS)
    assert outcome(actor(Role.DEPARTMENT_REVIEWER), Action.APPROVE, review) is Reason.OTHER_DEPARTMENT
    assert outcome(actor(Role.CITY_REVIEWER), Action.APPROVE, Subject(Status.CITY_REVIEW, OTHERS)) is Status.APPROVED
    of_the_city = Subject(Status.DRAFT, CITY)
    assert outcome(actor(Role.EDITOR), Action.SAVE, of_the_city) is Reason.OTHER_DEPARTMENT
    assert outcome(actor(Role.EDITOR, department=CITY), Action.SAVE, of_the_city) is Status.DRAFT


def test_reasons_of_the_wrong_role() -> None:
    assert outcome(actor(Role.AUDITOR), Action.SAVE, Subject(Status.DRAFT, OURS)) is Reason.NOT_AN_EDITOR
    editor = actor(Role.EDITOR)
    assert outcome(editor, Action.APPROVE, Subject(Status.DEPARTMENT_REVIEW, OURS)) is Reason.NOT_FIRST_REVIEWER
    assert outcome(editor, Action.APPROVE, Subject(Status.CITY_REVIEW, OURS)) is Reason.NOT_SECOND_REVIEWER
    assert outcome(editor, Action.SAVE, Subject(Status.CITY_REVIEW, OURS)) is Reason.NOT_DRAFT


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_a_sentence(reason: Reason) -> None:
    told = "name who at n out known login least minutes percent most days of hours"
    words: dict[str, Any] = dict.fromkeys(told.split(), "1")
    sentence = Refused(reason, **words).sentence(Phrases(domain="hub"))
    assert sentence.endswith(("。", "？"))
    assert "{" not in sentence
