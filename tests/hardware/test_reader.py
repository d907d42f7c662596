"""The reader of this terminal, and the card that lies on it; nothing of the card is shown or kept."""

from __future__ import annotations

import os
import time

import pytest

from cardreader.details import details_of
from cardreader.facts import Details
from cardreader.pcsc import Context, open_card, system_scard
from cardreader.roles import Roles
from cardreader.service import CardReaderService
from cardreader.settings import ReaderSettings
from domain.events import ReaderChanged, ReaderState
from kiosk.settings import Settings
from tests.unit.printer.samples import Mailbox

pytestmark = pytest.mark.hardware


@pytest.fixture
def reading(terminal: Settings) -> ReaderSettings:
    return terminal.card.reading(terminal.place.district, terminal.clock.zone)


def test_a_reader_is_there_and_its_name_says_what_it_reads(reading: ReaderSettings) -> None:
    with Context(system_scard()) as context:
        names = context.readers()
    roles = {name: Roles(reading).of(name) for name in names}
    assert any(roles.values()), roles


def test_a_card_says_the_same_twice_within_the_time(reading: ReaderSettings) -> None:
    def read() -> Details:
        with open_card(None) as connection:
            return details_of(connection)

    began = time.monotonic()
    first = read()
    assert time.monotonic() - began < reading.budget_s
    same = read() == first
    assert same, "two readings of one card differ"  # and no word of what they say


def test_the_service_tells_that_it_lies_there(reading: ReaderSettings) -> None:
    mail = Mailbox()
    service = CardReaderService(reading, mail.post, os.environ)
    service.start()
    try:
        # It lay there before the kiosk started, so it is somebody's who went away: it is not read.
        told = mail.wait_for(
            lambda event: isinstance(event, ReaderChanged) and event.state is not ReaderState.ABSENT, 30.0
        )
    finally:
        service.close()
    assert isinstance(told, ReaderChanged) and told.state is ReaderState.HOLDING, told
