"""Tries are counted together by every process of the hub, and forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hub.device import Site
from hub.office import Office
from hub.passwords import Passwords
from hub.refusal import Refused
from hub.tables import enrolment_tries, login_tries
from tests.hub.conftest import City
from uplink.codes import normal
from uplink.signing import DeviceKey

MOST = 20
"""Tries to enrol from one address, as a city has it that sets nothing."""


@pytest.fixture
def other(city: City, passwords: Passwords) -> Iterator[Office]:
    """The same hub a second time, as another process of it has it."""
    with Office.open(city.office.settings, city.office.home, now=city.clock, passwords=passwords) as office:
        yield office


def rows(office: Office) -> int:
    with office.store.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(enrolment_tries)).scalar_one())


def test_two_processes_count_tries_to_enrol_together(city: City, other: Office) -> None:
    offices = (city.office, other)
    assert all(offices[number % 2].enrolling.may_try("10.1.2.3") for number in range(MOST))
    assert not city.office.enrolling.may_try("10.1.2.3") and not other.enrolling.may_try("10.1.2.3")
    assert other.enrolling.may_try("10.1.2.4"), "who is elsewhere is not kept waiting"
    city.clock.later(minutes=12)
    assert other.enrolling.may_try("10.1.2.3")
    assert rows(city.office) == 1, "what was counted before the window is gone"
    with city.office.store.engine.connect() as connection:
        kept = connection.execute(select(enrolment_tries.c.who)).scalar_one()
    assert "10.1.2.3" not in kept and len(kept) == 64


def test_tries_at_the_same_time_are_all_counted(city: City, other: Office) -> None:
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(office.enrolling.may_try, "10.1.2.3") for office in (city.office, other) * 15]
        told = Counter(one.result() for one in asked)
    assert told == {True: MOST, False: 30 - MOST}


def test_a_login_is_counted_by_its_own_window(city: City, other: Office) -> None:
    for office in (city.office, other) * 4:
        with pytest.raises(Refused, match="wrong_login"):
            office.sessions.log_in("writer", "not the password", "10.1.2.3")
    with pytest.raises(Refused, match="too_many_tries"):
        other.sessions.log_in("writer", "not the password", "10.1.2.3")
    assert city.office.enrolling.may_try("10.1.2.3") and rows(other) == 1
    with city.office.store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(login_tries)).scalar_one() == 2


def test_a_code_that_is_good_is_taken_by_either(city: City, other: Office, tmp_path: Path) -> None:
    code = normal(city.office.enrolling.issue(Site("1", "样本亭1")).code)
    assert code is not None and other.enrolling.may_try("10.1.2.3")
    key = DeviceKey.make(tmp_path / "key")
    assert other.enrolling.redeem(code, key.public, key.proof(code)).number == "1"
    with pytest.raises(Refused, match="code_refused"):
        city.office.enrolling.redeem(code, key.public, key.proof(code))
