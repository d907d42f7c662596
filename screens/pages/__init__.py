"""One page a kind of view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from journeys import views
from screens.page import Page


class Pages(Mapping[type, type[Page]]):
    """Which page draws which view; the module of a page is loaded when its view is first asked for.

    The invitation is on the glass before the other pages are; `load` brings them in while nobody is waiting.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        """`places`: module and class in this package, by the name of the view."""
        self._places = dict(places)
        self._pages: dict[type, type[Page]] = {}

    def __getitem__(self, view: type) -> type[Page]:
        page = self._pages.get(view)
        if page is None:
            module, _, name = self._places[view.__name__].rpartition(".")
            page = self._pages[view] = getattr(import_module(f"{__name__}.{module}"), name)
        return page

    def __iter__(self) -> Iterator[type]:
        return (getattr(views, name) for name in self._places)

    def __len__(self) -> int:
        return len(self._places)

    def load(self) -> bool:
        """Brings in one more page; False when all of them are there."""
        view = next((view for view in self if view not in self._pages), None)
        return view is not None and self[view] is not None


PAGES = Pages(
    {
        "Attract": "attract.AttractPage",
        "NotReady": "notready.NotReadyPage",
        "Home": "home.HomePage",
        "Search": "search.SearchPage",
        "Results": "results.ResultsPage",
        "Narrow": "narrow.NarrowPage",
        "ListPage": "listing.ListingPage",
        "Guide": "guide.GuidePage",
        "Fact": "fact.FactPage",
        "Correction": "correction.CorrectionPage",
        "CardResults": "card_results.CardResultsPage",
        "Declaration": "declaration.DeclarationPage",
        "LifeEvent": "life_event.LifeEventPage",
        "Departments": "departments.DepartmentsPage",
        "Places": "places.PlacesPage",
        "Place": "place.PlacePage",
        "SlipPreview": "slip_preview.SlipPreviewPage",
        "Printing": "printing.PrintingPage",
        "Printed": "printed.PrintedPage",
        "NotPrinted": "not_printed.NotPrintedPage",
        "TakeAway": "take_away.TakeAwayPage",
        "CheckSlip": "check_slip.CheckSlipPage",
        "SlipChecked": "slip_checked.SlipCheckedPage",
        "Notices": "notices.NoticesPage",
        "Languages": "languages.LanguagesPage",
        "Cleared": "cleared.ClearedPage",
        "StaffPin": "staff_pin.StaffPinPage",
        "Staff": "staff.StaffPage",
        "Trouble": "trouble.TroublePage",
    }
)
"""Which page draws which view."""
