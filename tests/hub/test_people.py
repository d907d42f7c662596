from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from hub.passwords import Passwords
from hub.people import People
from hub.refusal import Reason, Refused
from hub.sessions import Sessions
from hub.settings import LoginSettings, SessionSettings
from hub.tables import people as people_table, sessions
from hub.workflow import CITY, Role
from tests.hub.conftest import DEPARTMENT, PASSWORD, City, org


def log_in_again(city: City, passwords: Passwords, *, demo: bool = False, tries: int = 8) -> Sessions:
    """Another process over the same database: its own count of tries."""
    return Sessions(
        city.office.store,
        passwords,
        SessionSettings(),
        LoginSettings(tries_per_login=tries, tries_per_address=tries + 1),
        demo=demo,
        now=city.clock,
    )


def reason(call: object, *args: object, **named: object) -> Reason:
    with pytest.raises(Refused) as refused:
        call(*args, **named)  # type: ignore[operator]
    return refused.value.reason


def test_a_session_from_login_to_logout(city: City) -> None:
    logins = city.office.sessions
    entered = logins.log_in("Writer ", PASSWORD, "10.0.0.1")
    assert entered.session.person == city.writer
    session = logins.session(entered.token)
    assert session is not None
    assert (session.person, session.csrf) == (city.writer, entered.session.csrf)
    logins.log_out(entered.token)
    assert logins.session(entered.token) is None
    told = city.office.audit.entries(limit=2)
    assert [(entry.action, entry.subject, entry.done) for entry in told] == [
        ("session.end", "person/writer", True),
        ("session.begin", "person/writer", True),
    ]


def test_the_database_knows_neither_password_nor_token(city: City) -> None:
    token = city.office.sessions.log_in("writer", PASSWORD).token

    def held(connection: object) -> str:
        rows = [*connection.execute(select(people_table)).all(), *connection.execute(select(sessions)).all()]  # type: ignore[attr-defined]
        return repr(rows)

    told = city.office.store.read(held)
    assert token not in told and PASSWORD not in told
    assert "$argon2id$" in told


def test_sessions_end_idle_and_in_any_case(city: City) -> None:
    logins = city.office.sessions
    token = logins.log_in("writer", PASSWORD).token
    city.clock.later(minutes=29)
    assert logins.session(token) is not None
    city.clock.later(minutes=29)
    assert logins.session(token) is not None, "used in between"
    city.clock.later(minutes=31)
    assert logins.session(token) is None
    token = logins.log_in("writer", PASSWORD).token
    for _ in range(23):
        city.clock.later(minutes=25)
        assert logins.session(token) is not None
    city.clock.later(minutes=26)
    assert logins.session(token) is None, "ten hours are over"


def test_a_new_password_and_a_shut_account_end_sessions(city: City) -> None:
    people, logins = city.office.people, city.office.sessions
    token = logins.log_in("writer", PASSWORD).token
    people.reset_password(city.writer, "another long one", by=city.writer)
    assert logins.session(token) is None
    assert reason(logins.log_in, "writer", PASSWORD) is Reason.WRONG_LOGIN
    token = logins.log_in("writer", "another long one").token
    people.disable(city.writer, by=city.operator)
    assert logins.session(token) is None
    assert reason(logins.log_in, "writer", "another long one") is Reason.WRONG_LOGIN
    people.enable(city.writer, by=city.operator)
    assert logins.log_in("writer", "another long one").session.person.id == city.writer.id


def test_wrong_logins_all_sound_the_same(city: City) -> None:
    logins = city.office.sessions
    assert reason(logins.log_in, "writer", "wrong") is Reason.WRONG_LOGIN
    assert reason(logins.log_in, "nobody", PASSWORD) is Reason.WRONG_LOGIN
    assert reason(logins.log_in, "writer", "x" * 100_000) is Reason.WRONG_LOGIN
    told = city.office.audit.entries(action="session.", done=False)
    assert [entry.subject for entry in told] == ["person/writer", "person/writer"]
    assert logins.session("no such token") is None
    assert logins.session("") is None


def test_guessing_is_slowed_down_even_with_the_right_password_at_last(city: City, passwords: Passwords) -> None:
    logins = log_in_again(city, passwords, tries=3)
    for _ in range(3):
        assert reason(logins.log_in, "writer", "wrong", "10.0.0.9") is Reason.WRONG_LOGIN
    assert reason(logins.log_in, "writer", PASSWORD, "10.0.0.8") is Reason.TOO_MANY_TRIES
    assert reason(logins.log_in, "first", "wrong", "10.0.0.9") is Reason.WRONG_LOGIN
    assert reason(logins.log_in, "second", PASSWORD, "10.0.0.9") is Reason.TOO_MANY_TRIES, "the address, too"
    assert logins.log_in("second", PASSWORD, "10.0.0.7").session.person == city.second


def test_right_passwords_are_no_tries(city: City, passwords: Passwords) -> None:
    logins = log_in_again(city, passwords, tries=2)
    for _ in range(6):
        assert logins.log_in("writer", PASSWORD, "10.0.0.9").session.person == city.writer
    assert reason(logins.log_in, "writer", "wrong", "10.0.0.9") is Reason.WRONG_LOGIN
    logins.log_in("writer", PASSWORD, "10.0.0.9")
    for _ in range(2):
        assert reason(logins.log_in, "writer", "wrong", "10.0.0.9") is Reason.WRONG_LOGIN, "a right one gave them back"
    assert reason(logins.log_in, "second", PASSWORD, "10.0.0.9") is Reason.TOO_MANY_TRIES, "not those of the address"


def test_who_knocks_at_a_locked_account_does_not_keep_it_locked(city: City, passwords: Passwords) -> None:
    logins = log_in_again(city, passwords, tries=2)
    for _ in range(2):
        assert reason(logins.log_in, "signer", "wrong") is Reason.WRONG_LOGIN
    for _ in range(9):
        city.clock.later(minutes=1)
        assert reason(logins.log_in, "signer", "wrong") is Reason.TOO_MANY_TRIES
    city.clock.later(minutes=3)
    assert logins.log_in("signer", PASSWORD).session.person == city.signer


def test_an_operator_opens_a_locked_account(city: City, passwords: Passwords) -> None:
    logins = log_in_again(city, passwords, tries=2)
    people = People(city.office.store, passwords, LoginSettings(tries_per_login=2), now=city.clock)
    for _ in range(2):
        assert reason(logins.log_in, "signer", "wrong") is Reason.WRONG_LOGIN
    assert people.locked(city.signer) and not people.locked(city.cosigner)
    assert reason(logins.log_in, "signer", PASSWORD) is Reason.TOO_MANY_TRIES
    assert reason(people.unlock, city.signer, by=city.writer) is Reason.NOT_AN_OPERATOR
    people.unlock(city.signer, by=city.operator)
    assert not people.locked(city.signer)
    (entry,) = city.office.audit.entries(limit=1)
    assert (entry.who, entry.action, entry.subject) == (city.operator.id, "person.unlock", "person/signer")
    assert logins.log_in("signer", PASSWORD).session.person == city.signer


def test_demo_accounts_only_in_a_demo(city: City, passwords: Passwords) -> None:
    city.office.people.add("demo1", "样本", CITY, {Role.EDITOR}, "demo", demo=True)
    assert reason(city.office.sessions.log_in, "demo1", "demo") is Reason.WRONG_LOGIN
    demo = log_in_again(city, passwords, demo=True)
    assert demo.log_in("demo1", "demo").session.person.demo
    city.office.people.reset_password(city.office.people.by_login("demo1"), "a real password")
    assert city.office.sessions.log_in("demo1", "a real password").session.person.demo is False


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaa", "newcomer", "newcomer-1234", "样本新人", "x" * 201])
def test_weak_passwords(city: City, password: str) -> None:
    add = city.office.people.add
    assert reason(add, "newcomer", "样本新人", CITY, {Role.EDITOR}, password) is Reason.PASSWORD_WEAK


@pytest.mark.parametrize(
    ("login", "name", "why"),
    [
        ("writer", "样本", Reason.LOGIN_TAKEN),
        (" WRITER ", "样本", Reason.LOGIN_TAKEN),
        ("样本", "样本", Reason.LOGIN_UNFIT),
        ("a", "样本", Reason.LOGIN_UNFIT),
        ("new", "  ", Reason.NAME_NEEDED),
    ],
)
def test_accounts_that_cannot_be_made(city: City, login: str, name: str, why: Reason) -> None:
    before = city.office.people.all()
    assert reason(city.office.people.add, login, name, CITY, set(), PASSWORD) is why
    assert city.office.people.all() == before


def test_only_operators_look_after_people_and_never_themselves(city: City) -> None:
    people = city.office.people
    assert reason(people.set_roles, city.first, {Role.PUBLISHER}, by=city.writer) is Reason.NOT_AN_OPERATOR
    assert reason(people.set_roles, city.operator, {Role.PUBLISHER}, by=city.operator) is Reason.OWN_ACCOUNT
    assert reason(people.move, city.operator, DEPARTMENT, by=city.operator) is Reason.OWN_ACCOUNT
    assert reason(people.reset_password, city.first, "another long one", by=city.writer) is Reason.NOT_AN_OPERATOR
    changed = people.set_roles(city.first, {Role.EDITOR, Role.AUDITOR}, by=city.operator)
    assert changed.roles == {Role.EDITOR, Role.AUDITOR}
    assert people.move(city.first, "org-ga", by=city.operator).department == "org-ga"
    entry = city.office.audit.entries(limit=2)[1]
    assert (entry.who, entry.action, entry.subject) == (city.operator.id, "person.roles", "person/first")


def test_departments_are_the_organisations(city: City) -> None:
    assert city.office.people.departments() == ()
    boss = city.add("boss", Role.EDITOR)
    city.office.items.create(boss, org("org-ga", name="样本公安局"))
    assert city.office.people.departments() == (("org-ga", "样本公安局"),)


def test_names_by_id(city: City) -> None:
    assert city.office.people.names([city.writer.id, "nobody"]) == {city.writer.id: city.writer.name}
    assert city.office.people.get("nobody") is None
    assert reason(city.office.people.by_login, "nobody") is Reason.NO_SUCH_PERSON


def test_the_recommended_cost() -> None:
    hashed = Passwords().hash(PASSWORD)
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert Passwords().fits(PASSWORD, hashed)
    assert not Passwords().fits("wrong", hashed)
    assert not Passwords().fits(PASSWORD, "no hash at all")


def test_the_home_of_the_hub_is_for_its_owner_alone(city: City, tmp_path: Path) -> None:
    assert (tmp_path / "home" / "hub").stat().st_mode & 0o777 == 0o700
