"""The kiosks' interface, asked everything that its own description allows and much that it does not: no answer is a
fault of the hub, and every answer is one that the description knows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from pydantic import SecretStr
from starlette.testclient import TestClient

from hub.home import HubHome
from hub.office import Office
from hub.passwords import Passwords
from hub.settings import HubSettings, UplinkSettings
from hub.standing import Asked
from hub.web import kiosk_api
from hub.web.app import create
from tests.hub.kiosks import DAY, DIGEST, Kiosk, enrolled, health, message
from uplink.messages import ENROL, REPORTS

EXAMPLES = 40
SOAK = 5_000
TS = 1_795_000_000


@pytest.fixture
def office(
    tmp_path: Path, database: SecretStr | None, passwords: Passwords, new_home: Callable[[Path], HubHome]
) -> Iterator[Office]:
    unhurried = UplinkSettings(enrolments_per_address=100_000, requests_per_minute=100_000)
    given = HubSettings(database=database, uplink=unhurried)
    home = new_home(tmp_path / "home") if database is None else HubHome(tmp_path / "home")
    with Office.open(given, home, passwords=passwords) as opened:
        yield opened


@pytest.fixture
def app(office: Office) -> FastAPI:
    return create(office, routers=[kiosk_api.router(office)])


@pytest.fixture
def kiosk(office: Office, app: FastAPI, tmp_path: Path) -> Kiosk:
    return enrolled(TestClient(app), office, tmp_path)


def described(office: Office) -> Any:
    return schemathesis.openapi.from_dict(kiosk_api.description(office))


def ask(office: Office, app: FastAPI, kiosk: Kiosk, examples: int) -> Counter[int]:
    """Asks every route; how often which status came."""
    seen: Counter[int] = Counter()
    # A fault of the hub would be raised right here.
    client = TestClient(app, raise_server_exceptions=True)
    for found in described(office).get_all_operations():
        ask_one(found.ok(), client, kiosk, examples, seen)
    return seen


def ask_one(operation: Any, client: TestClient, kiosk: Kiosk, examples: int, seen: Counter[int]) -> None:
    """One route, with what fits its description, signed by the kiosk or not."""
    path = operation.path
    answers = operation.definition.raw["responses"]

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    @given(case=operation.as_strategy(), signed=st.sampled_from(["well", "well", "well", "forged", "not"]))
    def one(case: Any, signed: str) -> None:
        data = json.dumps(case.body).encode() if isinstance(case.body, dict | list | str | int | float) else b""
        headers = {"content-type": "application/json"}
        if path == REPORTS and signed != "not":
            headers |= kiosk.key.headers(kiosk.device, "POST", path, TS, data if signed == "well" else b"another")
        got = client.post(path, content=data, headers=headers)
        seen[got.status_code] += 1
        assert str(got.status_code) in answers, (path, got.status_code, got.text)
        assert got.headers["content-type"] == "application/json" and isinstance(got.json(), dict)

    one()


def test_nothing_that_is_asked_is_a_fault_of_the_hub(office: Office, app: FastAPI, kiosk: Kiosk) -> None:
    seen = ask(office, app, kiosk, EXAMPLES)
    assert {200, 401} <= set(seen) <= {200, 400, 401, 403, 413, 429}, seen
    assert sum(seen.values()) >= EXAMPLES
    assert office.audit.verify() is None


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_for_long(office: Office, app: FastAPI, kiosk: Kiosk) -> None:
    seen = ask(office, app, kiosk, SOAK)
    assert set(seen) <= {200, 400, 401, 403, 413, 429}, seen


UNMET = {"day": DAY, "queries": [{"text": "养老", "visits": 9}]}
RECEIPT = {"revision": 7, "digest": DIGEST, "at": f"{DAY}T08:00:00Z"}
SAID = {"item": "mz-001", "revision": 7, "field": "phone", "day": DAY}
LARGEST = 10**15
EDGES = [
    ("unmet", UNMET | {"queries": [{"text": "养\0老", "visits": 9}]}, 400),
    ("unmet", UNMET | {"queries": [{"text": "养\ud800老", "visits": 9}]}, 400),
    ("unmet", UNMET | {"queries": [{"text": "养\ufffe老", "visits": 9}]}, "conflict"),
    ("unmet", UNMET | {"day": "0001-01-01"}, "stored"),
    ("receipt", RECEIPT | {"at": "0001-01-01T00:00:00+14:00"}, 400),
    ("receipt", RECEIPT | {"at": "9999-12-31T23:59:59-14:00"}, 400),
    ("receipt", RECEIPT | {"at": "1970-01-01T00:00:00+08:00"}, "stored"),
    ("receipt", RECEIPT | {"revision": LARGEST}, "stored"),
    ("receipt", RECEIPT | {"revision": LARGEST + 1}, 400),
    ("correction", SAID | {"revision": LARGEST, "day": "0001-01-01"}, "stored"),
    ("correction", SAID | {"item": "mz\0001"}, 400),
    ("counters", {"day": DAY, "sessions": 10**9, "slips": {"confirmed": 10**9}}, "stored"),
    ("health", {"at": "0001-01-01T00:00:00Z"}, 400),
    ("health", {"version": "1\0"}, 400),
    ("health", {"at": "1970-01-01T00:00:00+08:00", "seq": 2**53 - 1, "uptime_s": 10**9}, "stored"),
    ("health", {"content": {"revision": LARGEST, "digest": DIGEST, "made_at": "2000-01-01T00:00:00Z"}}, "stored"),
    ("health", {"place": {"lat": 90, "lon": 5e-324}}, "stored"),
]  # fmt: skip
"""Kind, body (of health: what differs), and what becomes of it."""


@pytest.mark.parametrize(("kind", "body", "wanted"), EDGES)
def test_values_at_the_edge_of_what_a_database_holds(
    office: Office, app: FastAPI, kiosk: Kiosk, kind: str, body: dict[str, Any], wanted: int | str
) -> None:
    told = json.loads(json.dumps(health(1)["body"])) | body if kind == "health" else body
    data = json.dumps({"messages": [message(kind, told)]}).encode()
    headers = kiosk.key.headers(kiosk.device, "POST", REPORTS, TS, data)
    got = TestClient(app).post(REPORTS, content=data, headers=dict(headers))
    if isinstance(wanted, int):
        assert (got.status_code, got.json()) == (wanted, {"error": "unfit"})
        return
    assert (got.status_code, [one["status"] for one in got.json().get("answers", ())]) == (200, [wanted]), got.text
    # What was taken can be read again by those who look at it.
    office.upkeep.round()
    (standing,), total = office.fleet.standings(Asked())
    assert total == 1 and (kind != "health" or standing.health is not None)
    assert (
        office.devices.seen(standing.device).device == standing.device
        and office.fleet.told(standing.device) is not None
    )


@pytest.mark.parametrize("path", [ENROL, REPORTS])
@pytest.mark.parametrize(
    "data",
    [
        b"", b"null", b"[]", b"{" * 3000, b'{"messages":[]}', b'{"messages":' + b"[" * 20_000, b"\xff\xfe{",
        b'{"messages":[{"id":"\\ud800","kind":"health","body":{}}]}', b'{"messages":[{"kind":1e999}]}',
        b'{"code":"' + b"A" * 5000 + b'"}', b'{"messages":[' + b'{"id":1},' * 5000 + b"{}]}", b"NaN", b"1" * 5000,
    ],
)  # fmt: skip
def test_bytes_that_are_no_request(app: FastAPI, kiosk: Kiosk, path: str, data: bytes) -> None:
    headers = dict(kiosk.key.headers(kiosk.device, "POST", path, TS, data))
    got = TestClient(app).post(path, content=data, headers={**headers, "content-type": "application/json"})
    assert got.status_code in (400, 413), (got.status_code, got.text)
    assert set(got.json()) == {"error"}
