"""A kiosk's own page: its month, its alarms, what citizens said there; who looks after it; its code and its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from contentsync.channels import STREET
from hub.alarms import Alarm
from hub.care import LONGEST_CONTACT, LONGEST_NOTE, WIDTHS, Care
from hub.device import LONGEST_NAME, LONGEST_PLACE, Device, DeviceDay, Site
from hub.districts import DistrictNames
from hub.office import ZONE, Office
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.store import utc_now
from hub.web import kiosk_words
from hub.web.pages.fleet import READERS
from hub.web.view import OPERATORS, HubView, in_thread, page
from hub.workflow import Role
from phrases import Phrases
from uplink.messages import Health

DAYS = 31

MUTES = (1, 3, 7, 31)
"""Days for which an alarm may be muted."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the month: slips left at the least, printed, used (None: not known), and whether it was heard."""

    day: dt.date
    paper: int | None
    printed: int | None
    used: int | None
    heard: bool


class DeviceView(HubView):
    """In no side bar; 亭子 leads here."""

    key, icon = "kiosks", "fa-solid fa-tower-observation"

    @page("", roles=OPERATORS)
    async def index(self, request: Request) -> Response:
        return await self._new(request)

    @page("", roles=OPERATORS, methods=("POST",))
    async def enrol(self, request: Request) -> Response:
        """A code for a kiosk; it is shown this once."""
        office, person, form = self.office(request), self.person(request), await self.form(request)
        typed = {name: self.text(form, name) for name in ("number", "name", "place", "district", "ring", "lat", "lon")}
        try:
            issued = await in_thread(lambda: office.enrolling.issue(_site(typed), by=person))
        except Refused as refused:
            return await self._new(request, typed=typed, told=self.told(refused), status=422)
        return await self._new(request, typed=typed, issued=issued)

    @page("/{number}", roles=READERS)
    async def one(self, request: Request) -> Response:
        office, number = self.office(request), str(request.path_params["number"])
        device = await in_thread(office.devices.of_number, number)
        person = self.person(request)
        _shown(device, person)
        context = await in_thread(self._read, office, device)
        return await self.render(
            request,
            "device.html",
            title=f"{device.number} {device.site.name}",
            device=device,
            operates=Role.OPERATOR in person.roles and person.looks_after(device.site.district),
            mutes=MUTES,
            widths=WIDTHS,
            longest=(LONGEST_CONTACT, LONGEST_NOTE),
            now_local=utc_now().astimezone(ZONE),
            **context,
        )

    @page("/{number}/care", roles=OPERATORS, methods=("POST",))
    async def care(self, request: Request) -> Response:
        office, form, device = self.office(request), await self.form(request), await self._device(request)
        paper = self.text(form, "paper_mm")
        kept = Care(
            device.number,
            self.text(form, "contact"),
            int(paper) if paper in {str(one) for one in WIDTHS} else None,
            self.text(form, "note"),
            self.number(form, "edits"),
        )
        await in_thread(office.care.keep, self.person(request), kept)
        return self.back_with(request, self.say("kiosk.kept"), f"/kiosks/{device.number}")

    @page("/{number}/placement", roles=OPERATORS, methods=("POST",))
    async def placement(self, request: Request) -> Response:
        """Another ring, another district; the kiosk is told with the answer to its next report."""
        office, form, device = self.office(request), await self.form(request), await self._device(request)
        ring, district = self.text(form, "ring"), self.text(form, "district") or None
        await in_thread(lambda: office.devices.place(device, ring, district, by=self.person(request)))
        return self.back_with(request, self.say("kiosk.placed"), f"/kiosks/{device.number}")

    @page("/{number}/visit", roles=OPERATORS, methods=("POST",))
    async def visit(self, request: Request) -> Response:
        office, form, device = self.office(request), await self.form(request), await self._device(request)
        try:
            came = dt.datetime.fromisoformat(self.text(form, "came")).replace(tzinfo=ZONE)
        except ValueError:
            raise Refused(Reason.VISIT_UNFIT) from None
        who, done = self.text(form, "who"), self.text(form, "done")
        await in_thread(office.care.note_visit, self.person(request), device.number, came, who, done)
        return self.back_with(request, self.say("kiosk.visited", who=who), f"/kiosks/{device.number}")

    @page("/{number}/mute", roles=OPERATORS, methods=("POST",))
    async def mute(self, request: Request) -> Response:
        office, form, device = self.office(request), await self.form(request), await self._device(request)
        kind, days = self.text(form, "kind"), self.text(form, "days")
        if days == "0":
            await in_thread(office.alarms.unmute, self.person(request), device.id, kind)
            return self.back_with(request, self.say("alarms.unmuted"))
        until = utc_now() + dt.timedelta(days=int(days) if days in {str(one) for one in MUTES} else 0, minutes=-1)
        await in_thread(office.alarms.mute, self.person(request), device.id, kind, until, self.text(form, "reason"))
        return self.back_with(request, self.say("alarms.muted_until", days=days))

    @page("/{number}/revoke", roles=OPERATORS, methods=("POST",))
    async def revoke(self, request: Request) -> Response:
        office, form, device = self.office(request), await self.form(request), await self._device(request)
        if self.text(form, "typed") != device.number:
            return self.back_with(request, self.say("kiosk.type_number"), kind="warning")
        await in_thread(lambda: office.devices.revoke(device, by=self.person(request)))
        return self.back_with(request, self.say("kiosk.revoked", number=device.number), f"/kiosks/{device.number}")

    async def _device(self, request: Request) -> Device:
        device = await in_thread(self.office(request).devices.of_number, str(request.path_params["number"]))
        _shown(device, self.person(request))
        return device

    async def _new(self, request: Request, status: int = 200, **context: object) -> Response:
        office, number = self.office(request), request.query_params.get("number", "")
        typed: dict[str, object] = {"ring": "all"}
        if number:
            device = await in_thread(office.devices.of_number, number)
            _shown(device, self.person(request))
            site = device.site
            typed = {name: getattr(site, name) or "" for name in ("number", "name", "place", "district", "ring")}
            typed |= {name: "" if getattr(site, name) is None else getattr(site, name) for name in ("lat", "lon")}
        known = {"typed": typed, "told": "", "issued": None, "longest": (LONGEST_NAME, LONGEST_PLACE)}
        names = (await in_thread(DistrictNames, office.items)).listed
        title = self.say("kiosk.new")
        return await self.render(
            request, "device_new.html", status, **(known | {"title": title, "names": names} | context)
        )

    def _read(self, office: Office, device: Device) -> dict[str, Any]:
        now = utc_now()
        standing = None
        if device.revoked_at is None:
            standing = office.fleet.standing(device)
        seen = office.devices.seen(device)
        codes = Phrases()
        errors = [
            (code.value, codes(f"error.{code.value}.title") if codes.has(f"error.{code.value}.title") else "", count)
            for code, count in sorted((seen.health.errors if seen.health is not None else {}).items())
        ]
        told = office.fleet.told(device)
        visits = office.care.visits(device.number)
        history = office.alarms.of(device.id)
        site, names = device.site, DistrictNames(office.items)
        return {
            "standing": standing,
            "seen": seen,
            "health": seen.health,
            "district": names.of(site.district) if site.district else "",
            "districts": {**({site.district: names.of(site.district)} if site.district else {}), **names.listed},
            "rings": tuple(dict.fromkeys((STREET, *office.rollouts.route.rings, site.ring))),
            "placed": _placed(device, seen.health),
            "state": kiosk_words.state(standing, now, self.say)
            if standing is not None
            else ("off", self.say("kiosk.gone")),
            "digest": kiosk_words.digest(standing, now, self.say) if standing is not None else None,
            "reader": kiosk_words.reader(standing, self.say) if standing is not None else None,
            "bars": _bars(office.devices.days(device, DAYS), now.astimezone(ZONE).date()),
            "errors": errors,
            "told": [(one, _name(office, one.item)) for one in told],
            "visits": visits,
            "names": office.people.names({one.person for one in visits} | _muters(history)),
            "history": [self._alarm(one, now) for one in history],
            "care": office.care.of(device.number),
        }

    def _alarm(self, one: Alarm, now: dt.datetime) -> dict[str, object]:
        return {
            "one": one,
            "shape": kiosk_words.SHAPES[one.rule.mark],
            "words": kiosk_words.alarm(one, now, self.say),
            "from": kiosk_words.clock(one.raised_at, now),
            "until": kiosk_words.clock(one.cleared_at, now) if one.cleared_at else "",
        }


def _shown(device: Device, person: Person) -> None:
    """Raises `Refused` (other_department) for a kiosk of another district than the person's."""
    if person.kiosks_in is not None and not person.looks_after(device.site.district):
        raise Refused(Reason.OTHER_DEPARTMENT)


def _placed(device: Device, health: Health | None) -> bool | None:
    """Whether the kiosk goes by the ring and the district that the hub has; None: it has not said."""
    said = health.placement if health is not None else None
    return None if said is None else (said.ring, said.district) == (device.site.ring, device.site.district)


def _bars(days: Sequence[DeviceDay], today: dt.date) -> list[Bar]:
    known = {one.day: one for one in days}
    bars = []
    for back in reversed(range(DAYS)):
        day = today - dt.timedelta(days=back)
        one = known.get(day)
        least = one.spans["slips_left"][0] if one is not None and "slips_left" in one.spans else None
        counts = one.counts if one is not None else {}
        printed = counts.get("slips.confirmed", 0) + counts.get("slips.uncertain", 0) if counts else None
        bars.append(Bar(day, least, printed, counts.get("sessions"), one is not None and bool(one.spans)))
    return bars


def _muters(history: Sequence[Alarm]) -> set[str]:
    return {one.mute.person for one in history if one.mute is not None}


def _name(office: Office, key: str) -> str:
    try:
        return office.items.get(key).name
    except Refused:
        return key


def _site(typed: dict[str, str]) -> Site:
    """Raises `Refused` (device_unfit)."""
    try:
        lat, lon = (float(typed[name]) if typed[name] else None for name in ("lat", "lon"))
    except ValueError:
        raise Refused(Reason.DEVICE_UNFIT) from None
    return Site(
        typed["number"], typed["name"], typed["place"], typed["district"] or None, typed["ring"] or "all", lat, lon
    )
