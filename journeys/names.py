"""Names behind ids, and who verified a record when."""

from __future__ import annotations

import datetime as dt

from domain import wording
from domain.ports import Catalogue
from domain.records import Guide, Org, Place
from journeys.views import Tag
from journeys.visit import Visit


def org_name(catalogue: Catalogue, id_or_text: str | None) -> str:
    """The short name of an organisation, a place's name, or the text itself when it is neither."""
    if not id_or_text:
        return ""
    org = catalogue.get(Org, id_or_text)
    if org is not None:
        return org.name
    place = catalogue.get(Place, id_or_text)
    return place.name if place is not None else id_or_text


def guide_places(catalogue: Catalogue, guide: Guide) -> tuple[Place, ...]:
    """The offices of a guide that the catalogue holds."""
    wanted = dict.fromkeys((*guide.places, guide.accepting_office or ""))
    found = (catalogue.get(Place, id) for id in wanted if id)
    return tuple(place for place in found if place is not None)


def verified_tag(visit: Visit, verified_on: dt.date | None, verified_by: str | None) -> Tag | None:
    """核验于 11 月 18 日，由市公安局."""
    if verified_on is None:
        return None
    say = visit.say
    date = wording.month_day(say, verified_on)
    by = org_name(visit.catalogue, verified_by)
    text = say("verified.by", date=date, by=by) if by else say("verified.on", date=date)
    return Tag(text, "verified", "ok")
