"""人员与权限: accounts, their department and roles. What somebody did stays theirs, so nobody is ever removed."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub.office import Office
from hub.passwords import SHORTEST
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.web.view import OPERATORS, HubView, in_thread, page
from hub.workflow import CITY, Role


class PeopleView(HubView):
    """The list, a new account, and a page for each."""

    key, group, icon = "people", "books", "fa-solid fa-users"

    @page("", roles=OPERATORS)
    async def index(self, request: Request) -> Response:
        return await self._list(request)

    @page("", roles=OPERATORS, methods=("POST",))
    async def add(self, request: Request) -> Response:
        form = await self.form(request)
        office, by = self.office(request), self.person(request)
        login, name, department = (self.text(form, one) for one in ("login", "name", "department"))
        password = _password(form)

        def work() -> Person:
            self._department(office, department)
            return office.people.add(login, name, department, _roles(form), password, by=by)

        try:
            person = await in_thread(work)
        except Refused as refused:
            typed = {"login": login, "name": name, "department": department, "roles": _roles(form)}
            return await self._list(request, 422, told=self.told(refused), typed=typed)
        return self.back_with(request, self.say("people.added", name=person.name), f"/people/{person.login}")

    @page("/{login}", roles=OPERATORS)
    async def one(self, request: Request) -> Response:
        office = self.office(request)
        person = await in_thread(office.people.by_login, request.path_params["login"])
        return await self.render(
            request,
            "person.html",
            title=person.name,
            one=person,
            own=person.id == self.person(request).id,
            locked=await in_thread(office.people.locked, person),
            roles=list(Role),
            departments=await in_thread(self._departments, office),
            shortest=SHORTEST,
        )

    @page("/{login}/roles", roles=OPERATORS, methods=("POST",))
    async def roles(self, request: Request) -> Response:
        form = await self.form(request)
        return await self._change(request, "people.roles_set", "set_roles", _roles(form))

    @page("/{login}/move", roles=OPERATORS, methods=("POST",))
    async def move(self, request: Request) -> Response:
        department = self.text(await self.form(request), "department")
        await in_thread(self._department, self.office(request), department)
        return await self._change(request, "people.moved", "move", department)

    @page("/{login}/password", roles=OPERATORS, methods=("POST",))
    async def password(self, request: Request) -> Response:
        return await self._change(request, "people.password_set", "reset_password", _password(await self.form(request)))

    @page("/{login}/disable", roles=OPERATORS, methods=("POST",))
    async def disable(self, request: Request) -> Response:
        return await self._change(request, "people.disabled", "disable")

    @page("/{login}/enable", roles=OPERATORS, methods=("POST",))
    async def enable(self, request: Request) -> Response:
        return await self._change(request, "people.enabled", "enable")

    @page("/{login}/unlock", roles=OPERATORS, methods=("POST",))
    async def unlock(self, request: Request) -> Response:
        return await self._change(request, "people.unlocked", "unlock")

    async def _change(self, request: Request, told: str, method: str, *values: Any) -> Response:
        office, by = self.office(request), self.person(request)

        def work() -> Person:
            person = office.people.by_login(request.path_params["login"])
            changed: Person = getattr(office.people, method)(person, *values, by=by)
            return changed

        person = await in_thread(work)
        return self.back_with(request, self.say(told, name=person.name), f"/people/{person.login}")

    async def _list(
        self, request: Request, status: int = 200, told: str = "", typed: dict[str, Any] | None = None
    ) -> Response:
        office = self.office(request)
        departments = await in_thread(self._departments, office)
        return await self.render(
            request,
            "people.html",
            status,
            people=await in_thread(office.people.all),
            names=dict(departments),
            departments=departments,
            roles=list(Role),
            told=told,
            typed=typed or {},
            shortest=SHORTEST,
        )

    def _departments(self, office: Office) -> list[tuple[str, str]]:
        return [(CITY, self.say("department.city")), *office.people.departments()]

    def _department(self, office: Office, id: str) -> None:
        """Raises `Refused` (no_such_item) for a department that is not there."""
        if id not in dict(self._departments(office)):
            raise Refused(Reason.NO_SUCH_ITEM)


def _roles(form: FormData) -> frozenset[Role]:
    known = {role.value for role in Role}
    return frozenset(Role(value) for value in form.getlist("roles") if isinstance(value, str) and value in known)


def _password(form: FormData) -> str:
    """As it was typed: blanks at the ends count."""
    value = form.get("password")
    return value if isinstance(value, str) else ""
