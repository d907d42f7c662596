"""One page a kind of view."""

from __future__ import annotations

from types import MappingProxyType

from journeys import views
from screens.page import Page
from screens.pages.attract import AttractPage
from screens.pages.card_results import CardResultsPage
from screens.pages.cleared import ClearedPage
from screens.pages.declaration import DeclarationPage
from screens.pages.departments import DepartmentsPage
from screens.pages.fact import FactPage
from screens.pages.guide import GuidePage
from screens.pages.home import HomePage
from screens.pages.languages import LanguagesPage
from screens.pages.life_event import LifeEventPage
from screens.pages.listing import ListingPage
from screens.pages.not_printed import NotPrintedPage
from screens.pages.notices import NoticesPage
from screens.pages.notready import NotReadyPage
from screens.pages.place import PlacePage
from screens.pages.places import PlacesPage
from screens.pages.printed import PrintedPage
from screens.pages.printing import PrintingPage
from screens.pages.results import ResultsPage
from screens.pages.search import SearchPage
from screens.pages.slip_preview import SlipPreviewPage
from screens.pages.staff import StaffPage
from screens.pages.staff_pin import StaffPinPage
from screens.pages.take_away import TakeAwayPage
from screens.pages.trouble import TroublePage

PAGES: MappingProxyType[type, type[Page]] = MappingProxyType(
    {
        views.Attract: AttractPage,
        views.NotReady: NotReadyPage,
        views.Home: HomePage,
        views.Search: SearchPage,
        views.Results: ResultsPage,
        views.ListPage: ListingPage,
        views.Guide: GuidePage,
        views.Fact: FactPage,
        views.CardResults: CardResultsPage,
        views.Declaration: DeclarationPage,
        views.LifeEvent: LifeEventPage,
        views.Departments: DepartmentsPage,
        views.Places: PlacesPage,
        views.Place: PlacePage,
        views.SlipPreview: SlipPreviewPage,
        views.Printing: PrintingPage,
        views.Printed: PrintedPage,
        views.NotPrinted: NotPrintedPage,
        views.TakeAway: TakeAwayPage,
        views.Notices: NoticesPage,
        views.Languages: LanguagesPage,
        views.Cleared: ClearedPage,
        views.StaffPin: StaffPinPage,
        views.Staff: StaffPage,
        views.Trouble: TroublePage,
    }
)
"""Which page draws which view."""
