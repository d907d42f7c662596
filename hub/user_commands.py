"""`hub users`: accounts, and what each may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hub.options import ConfigOption, JsonOption, group, open_office
from hub.workflow import CITY, Role

if TYPE_CHECKING:
    from hub.people import Person

users_app = group("People of the hub.")

LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="The account.")]


@users_app.command("add")
def users_add(
    login: LoginArgument,
    name: Annotated[str, typer.Option("--name", help="As colleagues see it.")],
    role: Annotated[list[Role], typer.Option("--role", help="What the person may do; several times for several.")],
    department: Annotated[
        str, typer.Option("--department", metavar="ORG", help="Id of an organisation; * works for the whole city.")
    ] = CITY,
    config: ConfigOption = None,
) -> None:
    """Makes an account; asks for its password."""
    from hub.terminal import say, secret

    with open_office(config) as office:
        person = office.people.add(login, name, department, role, secret(f"password of {login}", twice=True))
    say(_person_line(person))


@users_app.command("list")
def users_list(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Every account."""
    from hub.terminal import say, say_json

    with open_office(config) as office:
        people = office.people.all()
    if json:
        say_json(
            [
                {
                    "login": person.login,
                    "name": person.name,
                    "department": person.department,
                    "roles": sorted(person.roles),
                    "demo": person.demo,
                    "disabled": person.disabled,
                }
                for person in people
            ]
        )
        return
    for person in people:
        say(_person_line(person))


def _person_line(person: Person) -> str:
    marks = [word for word, holds in (("demo", person.demo), ("disabled", person.disabled)) if holds]
    words = [person.login, person.name, person.department, ",".join(sorted(person.roles)) or "-", *marks]
    return "  ".join(words)


@users_app.command("disable")
def users_disable(login: LoginArgument, config: ConfigOption = None) -> None:
    """Shuts an account and ends its sessions; what it did stays in the log."""
    from hub.terminal import say

    with open_office(config) as office:
        say(_person_line(office.people.disable(office.people.by_login(login))))


@users_app.command("unlock")
def users_unlock(login: LoginArgument, config: ConfigOption = None) -> None:
    """Lets somebody try again at once who was kept waiting after wrong passwords or passphrases."""
    from hub.terminal import say

    with open_office(config) as office:
        say(_person_line(office.people.unlock(office.people.by_login(login))))


@users_app.command("reset-password")
def users_reset_password(login: LoginArgument, config: ConfigOption = None) -> None:
    """Gives an account a new password and ends its sessions."""
    from hub.terminal import say, secret

    with open_office(config) as office:
        person = office.people.by_login(login)
        say(_person_line(office.people.reset_password(person, secret(f"new password of {login}", twice=True))))


@users_app.command("roles")
def users_roles(
    login: LoginArgument,
    roles: Annotated[list[Role] | None, typer.Argument(metavar="[ROLE]...", help="Exactly these from now on.")] = None,
    config: ConfigOption = None,
) -> None:
    """Shows the roles of an account, or sets them."""
    from hub.terminal import say

    with open_office(config) as office:
        person = office.people.by_login(login)
        say(_person_line(office.people.set_roles(person, roles) if roles else person))
