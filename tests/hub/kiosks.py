"""A kiosk as the hub sees it over HTTP: its key, what it signs, what it says. Every report is invented."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from hub.device import Site
from hub.office import Office
from uplink.codes import normal
from uplink.messages import ENROL, REPORTS
from uplink.signing import DeviceKey

DIGEST = "ab" * 32
DAY = "2026-11-20"


@dataclass
class Kiosk:
    """An enrolled kiosk that talks to the hub behind `client`."""

    client: httpx.Client
    key: DeviceKey
    device: str

    def send(self, *messages: dict[str, Any], ts: int = 1_795_000_000) -> httpx.Response:
        body = json.dumps({"messages": messages}).encode()
        return self.post(body, self.key.headers(self.device, "POST", REPORTS, ts, body))

    def post(self, body: bytes, headers: Any) -> httpx.Response:
        return self.client.post(REPORTS, content=body, headers=dict(headers))

    def statuses(self, *messages: dict[str, Any]) -> list[str]:
        answer = self.send(*messages)
        assert answer.status_code == 200, answer.text
        return [one["status"] for one in answer.json()["answers"]]


def issue(office: Office, number: str = "1", **site: Any) -> str:
    """The letters of a fresh code."""
    letters = normal(office.enrolling.issue(Site(number, f"样本亭{number}", **site)).code)
    assert letters is not None
    return letters


def enrolment(letters: str, key: DeviceKey) -> dict[str, str]:
    return {"code": letters, "key": key.public, "proof": key.proof(letters)}


def enrolled(client: httpx.Client, office: Office, folder: Path, number: str = "1", **site: Any) -> Kiosk:
    key = DeviceKey.make(folder / f"{number}-{uuid.uuid4().hex}.key")
    answer = client.post(ENROL, json=enrolment(issue(office, number, **site), key))
    assert answer.status_code == 200, answer.text
    return Kiosk(client, key, answer.json()["device"])


def message(kind: str, body: dict[str, Any], id: str | None = None) -> dict[str, Any]:
    return {"id": id or str(uuid.uuid4()), "kind": kind, "body": body}


def health(seq: int, id: str | None = None, **fields: Any) -> dict[str, Any]:
    body = {
        "seq": seq,
        "at": "2026-11-20T15:00:00+08:00",
        "version": "0.1.0",
        "content": {
            "revision": 7,
            "digest": DIGEST,
            "made_at": "2026-11-20T01:00:00Z",
            "proved_at": "2026-11-20T02:00:00Z",
        },
        "printer": {"state": "ready", "slips_left": 100, "millimetres": 1200},
        "reader": {"state": "empty", "stuck": False},
        "errors": {"P-02": 1},
        "disk_free_mb": 5000,
        "clock": {"trusted": True},
        "uptime_s": 60,
        "restarts": 0,
        "outbox": {"waiting": 1, "dead": 0},
        "privacy": {"status": "clean", "at": "2026-11-20T03:00:00+08:00"},
    }
    return message("health", body | fields, id)


def correction(item: str = "mz-001", field: str = "phone", revision: int = 1, day: str = DAY) -> dict[str, Any]:
    return message("correction", {"item": item, "revision": revision, "field": field, "day": day})


def counters(sessions: int, day: str = DAY, **slips: int) -> dict[str, Any]:
    return message("counters", {"day": day, "sessions": sessions, "slips": slips, "reader": {"C-11": 2}})


def unmet(visits: int, text: str = "公交卡充值", day: str = DAY) -> dict[str, Any]:
    return message("unmet", {"day": day, "queries": [{"text": text, "visits": visits}]})


def receipt(revision: int, digest: str = DIGEST) -> dict[str, Any]:
    return message("receipt", {"revision": revision, "digest": digest, "at": dt.datetime.now(dt.UTC).isoformat()})
