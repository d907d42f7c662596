"""`hub devices`: kiosks that report home, and codes with which they are enrolled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.options import ConfigOption, JsonOption, group, open_office

if TYPE_CHECKING:
    from hub.device import Seen

devices_app = group("Kiosks that report home.")

NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="The kiosk's number.")]


@devices_app.command("enrol")
def devices_enrol(
    number: NumberArgument,
    name: Annotated[str, typer.Option("--name", help="As people read it on the kiosk.")],
    place: Annotated[str, typer.Option("--place", help="Where it stands, for those who look after it.")] = "",
    district: Annotated[
        str | None, typer.Option("--district", metavar="CODE", help="District, GB/T 2260, six digits.")
    ] = None,
    ring: Annotated[str, typer.Option("--ring", help="Ring of the staged releases.")] = "all",
    lat: Annotated[float | None, typer.Option("--lat", help="Latitude, WGS 84 degrees.")] = None,
    lon: Annotated[float | None, typer.Option("--lon", help="Longitude, WGS 84 degrees.")] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Gives out a one-time code, good for 15 minutes: type it at the kiosk as `kiosk enrol CODE --hub URL`. A device
    that has this number now is revoked when the code is used.
    """
    from hub.device import Site
    from hub.terminal import say, say_json

    with open_office(config) as office:
        issued = office.enrolling.issue(Site(number, name, place, district, ring, lat, lon))
    if json:
        say_json({"code": issued.code, "number": number, "until": issued.until.isoformat()})
    else:
        say(f"{issued.code}  for kiosk {number}, until {issued.until:%H:%M} UTC")


@devices_app.command("list")
def devices_list(
    revoked: Annotated[bool, typer.Option("--revoked", help="Those that were revoked, too.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Every kiosk and what it said last."""
    from hub.terminal import say, say_json

    with open_office(config) as office:
        fleet, sticks = office.devices.fleet(revoked=revoked), office.devices.by_stick()
    if json:
        say_json([_told(one, sticks) for one in fleet])
        return
    for one in fleet:
        say(_line(one, sticks))


@devices_app.command("show")
def devices_show(number: NumberArgument, config: ConfigOption = None, json: JsonOption = False) -> None:
    """One kiosk: where it stands, everything of its last report, its days."""
    from hub.terminal import say, say_json

    with open_office(config) as office:
        seen = office.devices.seen(office.devices.of_number(number))
        days, sticks = office.devices.days(seen.device), office.devices.by_stick()
    health = seen.health.model_dump(mode="json", exclude_none=True) if seen.health is not None else None
    told = _told(seen, sticks) | {
        "health": health,
        "days": [{"day": one.day.isoformat(), "spans": one.spans, "counts": one.counts} for one in days],
    }
    if json:
        say_json(told)
        return
    say(_line(seen, sticks))
    for name, value in (health or {}).items():
        say(f"  {name}: {value}")


@devices_app.command("place")
def devices_place(
    number: NumberArgument,
    ring: Annotated[str | None, typer.Option("--ring", help="Ring of the staged releases.")] = None,
    district: Annotated[
        str | None, typer.Option("--district", metavar="CODE", help="District, GB/T 2260, six digits; empty: none.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Gives the kiosk another ring, or another district; it is told with the answer to its next report."""
    from hub.terminal import say

    with open_office(config) as office:
        device = office.devices.of_number(number)
        site = device.site
        placed = office.devices.place(
            device, site.ring if ring is None else ring, site.district if district is None else district or None
        ).site
    say(f"kiosk {number}: ring {placed.ring}, district {placed.district or 'none'}")


@devices_app.command("revoke")
def devices_revoke(number: NumberArgument, config: ConfigOption = None) -> None:
    """Nothing that this kiosk signs counts from now on; it can be enrolled again with a new code."""
    from hub.terminal import say

    with open_office(config) as office:
        office.devices.revoke(office.devices.of_number(number))
    say(f"kiosk {number} is revoked")


def _told(seen: Seen, sticks: Mapping[str, dt.datetime]) -> dict[str, Any]:
    carried = sticks.get(seen.device.id)
    site, content = seen.device.site, seen.health.content if seen.health is not None else None
    return {
        "number": site.number,
        "name": site.name,
        "place": site.place,
        "district": site.district,
        "ring": site.ring,
        "device": seen.device.id,
        "enrolled_at": seen.device.enrolled_at.isoformat(),
        "revoked_at": seen.device.revoked_at.isoformat() if seen.device.revoked_at else None,
        "heard_at": seen.received_at.isoformat() if seen.received_at else None,
        "by_stick_at": carried.isoformat() if carried else None,
        "revision": content.revision if content else None,
        "digest": content.digest if content else None,
        "proved": seen.proved,
        "paper": seen.paper,
    }


def _line(seen: Seen, sticks: Mapping[str, dt.datetime]) -> str:
    carried = sticks.get(seen.device.id)
    content = seen.health.content if seen.health is not None else None
    words = [
        seen.device.number,
        seen.device.site.name,
        "revoked" if seen.device.revoked_at else "",
        f"heard {seen.received_at:%Y-%m-%d %H:%M} UTC" if seen.received_at else "never heard",
        f"by stick on {carried:%Y-%m-%d}" if carried else "",
        f"revision {content.revision}{'' if seen.proved else ' not proved'}" if content else "",
        f"paper {seen.paper}" if seen.health is not None else "",
    ]
    return "  ".join(word for word in words if word)
