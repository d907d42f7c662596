"""From an id to the step that shows it, whatever kind of record it is."""

from __future__ import annotations

from domain.records import Fact, Guide, LifeEvent, Org, Place, Topic
from journeys.browse import TopicStep
from journeys.departments import DepartmentsStep
from journeys.fact import FactStep
from journeys.guide import GuideStep
from journeys.life_event import LifeEventStep
from journeys.moves import Step
from journeys.places import PlaceStep
from journeys.visit import Visit


def step_for(visit: Visit, id: str) -> Step | None:
    """The step that shows record `id`; None when the catalogue does not hold it (any more)."""
    catalogue = visit.catalogue
    if catalogue.get(Guide, id):
        return GuideStep(visit, id)
    if catalogue.get(Fact, id):
        return FactStep(visit, id)
    if catalogue.get(LifeEvent, id):
        return LifeEventStep(visit, id)
    if catalogue.get(Place, id):
        return PlaceStep(visit, id)
    if catalogue.get(Org, id):
        return DepartmentsStep(visit, chosen=id)
    if catalogue.get(Topic, id):
        return TopicStep(visit, id)
    return None
