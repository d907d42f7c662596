"""All views that a page can draw."""

from __future__ import annotations

from journeys.views.card import CardResults, Declaration
from journeys.views.check import CheckSlip, SlipChecked
from journeys.views.city import Departments, LifeEvent, Notices, Place, Places
from journeys.views.find import Attract, Home, ListPage, Narrow, NotReady, Results, Search
from journeys.views.guide import Correction, Fact, Guide
from journeys.views.paper import NotPrinted, Printed, Printing, SlipPreview, TakeAway
from journeys.views.rest import Cleared, Languages, Staff, StaffPin, Trouble

View = (
    NotReady
    | Attract
    | Home
    | Search
    | Results
    | Narrow
    | ListPage
    | Guide
    | Fact
    | Correction
    | CardResults
    | Declaration
    | LifeEvent
    | Departments
    | Places
    | Place
    | SlipPreview
    | Printing
    | Printed
    | NotPrinted
    | TakeAway
    | CheckSlip
    | SlipChecked
    | Notices
    | Languages
    | Cleared
    | StaffPin
    | Staff
    | Trouble
)
