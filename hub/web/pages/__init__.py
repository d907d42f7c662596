"""The pages, in the order of the side bar."""

from __future__ import annotations

from hub.web.pages.alarms import AlarmsView
from hub.web.pages.audit import AuditView
from hub.web.pages.candidates import CandidatesView
from hub.web.pages.corrections import CorrectionsView
from hub.web.pages.device import DeviceView
from hub.web.pages.fleet import FleetView
from hub.web.pages.freshness import FreshnessView
from hub.web.pages.gaps import GapsView
from hub.web.pages.importing import ImportView
from hub.web.pages.items import ItemsView
from hub.web.pages.people import PeopleView
from hub.web.pages.releases import ReleasesView
from hub.web.pages.review import ReviewView
from hub.web.pages.revisions import RevisionsView
from hub.web.pages.sticks import SticksView
from hub.web.pages.tasks import TasksView
from hub.web.pages.translations import TranslationsView
from hub.web.view import HubView

VIEWS: tuple[type[HubView], ...] = (
    # content
    TasksView,
    ItemsView,
    ReviewView,
    TranslationsView,
    CandidatesView,
    GapsView,
    FreshnessView,
    ImportView,
    # release
    ReleasesView,
    RevisionsView,
    SticksView,
    # street
    FleetView,
    DeviceView,
    AlarmsView,
    CorrectionsView,
    # books
    AuditView,
    PeopleView,
)
"""`hub.web.pages.front` stands at the address of the hub itself and in no side bar."""
