"""The whole way of a phone number: changed in a browser, reviewed twice, signed twice, released, and read on the glass
of a kiosk on the street. Every part is its own process; nothing is in between but HTTP on loopback.
"""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from contentsync.client import Client, Release
from contentsync.fetcher import Fetcher
from contentsync.marks import StateFile
from contentsync.trust import Trust
from hub.demo import RELEASE_PASSPHRASE
from localdb.catalogue.file import prove
from tests.hub.web.conftest import CHROMIUM, DRIVER, Browser, chromium, tokens
from tests.integration.glass import Glass

GUIDE = "mz-003"
KEY = f"guide/{GUIDE}"
ASKED = "bjhz"
"""The initials of 补结婚证, which people call it."""

OLD, NEW = "0535-6002101", "0535-6002188"
"""Both invented, as every local number of the sample city is."""

NOT_YOURS = "您写的，要别人审。"

PATIENCE_S = 60


@dataclass(frozen=True)
class Town:
    """A hub that serves what `hub demo` made, and the environment of a kiosk that has synced from it once."""

    url: str
    hub: Path
    kiosk: Path
    environment: Mapping[str, str]


def small_city(sample_city: Path, folder: Path) -> int:
    """Eight guides of the civil affairs bureau with their offices and places, out of the sample city; the count."""
    lines = [line for file in sorted(sample_city.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    known = {record["id"]: record for record in map(json.loads, lines)}
    taken: dict[str, dict[str, Any]] = {}

    def take(id: str) -> None:
        if id in taken:
            return
        taken[id] = known[id]
        for mentioned in re.findall(r'"((?:org|pl)-[a-z0-9-]+)"', json.dumps(known[id])):
            take(mentioned)

    for number in (1, 2, 3, 4, 5, 6, 7, 10):
        take(f"mz-{number:03}")
    take("cal-2026")
    for id, record in taken.items():
        if "related" in record:
            taken[id] = {**record, "related": [other for other in record["related"] if other in taken]}
    folder.mkdir()
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in taken.values())
    (folder / "city.jsonl").write_text(text, "utf-8")
    return len(taken)


@contextmanager
def served(root: Path, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """`hub serve` while the block runs; yields its address."""
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", "serve"],
            cwd=root, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=told,
        )  # fmt: skip
    assert process.stdout is not None
    try:
        readable, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        assert readable, log.read_text("utf-8")
        line = process.stdout.readline()
        assert line, log.read_text("utf-8")
        yield str(json.loads(line)["url"])
        process.terminate()
        assert process.wait(30) == 0, log.read_text("utf-8")
        assert "Traceback" not in log.read_text("utf-8")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def town(tmp_path: Path, root: Path, lacking: Callable[[str], NoReturn]) -> Iterator[Town]:
    fonts = Path(os.environ.get("BIANMINTING_HOME") or root / "var").absolute() / "fonts"
    if not fonts.is_dir():
        lacking(f"the faces in {fonts}; make env makes them")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BIANMINTING_", "SDL_"))}
    homes = {name: tmp_path / name for name in ("hub", "kiosk")}
    for home in homes.values():
        home.mkdir()
        (home / "fonts").symlink_to(fonts)
    assert 20 <= small_city(root / "deploy" / "sample_city", tmp_path / "city") <= 40
    hub = kept | {
        "BIANMINTING_HOME": str(homes["hub"]),
        "BIANMINTING_HUB__CONTENT__SAMPLE_CITY": str(tmp_path / "city"),
        "BIANMINTING_HUB__WEB__PORT": "0",
    }

    def done(environment: Mapping[str, str], *command: str | Path) -> str:
        run = subprocess.run(
            [sys.executable, "-m", *map(str, command)],
            cwd=root, env=dict(environment), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"{command}: {run.stdout}{run.stderr}"
        return run.stdout

    made = json.loads(done(hub, "hub", "demo", "--json"))
    assert made["revision"] == 1
    # Whoever writes may be a reviewer as well; of their own writing they are not.
    done(hub, "hub", "users", "roles", "bianji", "editor", "department_reviewer")
    with served(root, hub, tmp_path / "hub.log") as url:
        kiosk = kept | {
            "BIANMINTING_HOME": str(homes["kiosk"]),
            "BIANMINTING_PROFILE": "demo",
            "BIANMINTING_SYNC__URL": f"{url}/public",
            "BIANMINTING_SYNC__POLL_S": "5",
            "BIANMINTING_SYNC__JITTER": "0",
            "BIANMINTING_CARD__ENABLED": "false",
            "BIANMINTING_VISIT__IDLE_S": "600",
            "BIANMINTING_VISIT__CLEARED_S": "1",
        }
        done(kiosk, "kiosk", "enrol", made["root"])
        synced = json.loads(done(kiosk, "kiosk", "sync", "--once", "--json"))
        assert (synced["event"], synced["revision"], synced["digest"]) == ("ready", 1, made["digest"])
        yield Town(url, homes["hub"], homes["kiosk"], kiosk)


@pytest.fixture
def browser(town: Town, tmp_path: Path, lacking: Callable[[str], NoReturn]) -> Iterator[Browser]:
    if not CHROMIUM.exists() or not DRIVER.exists():
        lacking("Chromium and its driver (/usr/bin/chromium, /usr/bin/chromedriver)")
    driver = chromium(tmp_path / "profile")
    try:
        yield Browser(driver, town.url)
    finally:
        driver.quit()


def signed_manifest(town: Town, folder: Path) -> tuple[int, str]:
    """Revision and digest that two people and the release key have signed, as whoever trusts the root sees them."""
    trust = Trust(folder, StateFile(folder.with_suffix(".state")))
    trust.enrol((town.hub / "public" / "root.json").read_bytes())
    fetcher = Fetcher()
    try:
        release = Client(f"{town.url}/public", trust, folder.with_suffix(".spool"), fetcher).poll(None)
    finally:
        fetcher.close()
    assert isinstance(release, Release)
    return release.manifest.revision, release.manifest.digest


def number_on_the_guide_page(glass: Glass) -> str:
    """A citizen finds the guide in their own words and leafs through it: the phone numbers read on the way."""
    glass.see("Attract")
    glass.touch("start")
    glass.see("Home")
    glass.touch("type")
    for letter in ASKED:
        glass.see("Search")
        glass.touch("key", letter)
    glass.touch("pick", "0")
    glass.touch("submit")
    glass.see("Results")
    glass.touch("open", GUIDE)
    seen = glass.see("Guide")
    read = list(seen["written"])
    page = 1
    while ["page", str(page)] in seen["acts"]:
        seen = glass.touch("page", str(page))
        read += seen["written"]
        page += 1
    glass.touch("end")
    return " ".join(read)


def digests_on(browser: Browser) -> set[str]:
    """What the release page shows as digests, without the gaps that make them readable."""
    return set(re.findall(r"\b(?:[0-9a-f]{4} ){15}[0-9a-f]{4}\b", browser.text))


def test_a_changed_phone_number_reaches_the_street(
    town: Town, browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Glass(town.environment, tmp_path / "kiosk.log") as glass:
        seen = glass.until("an open catalogue", lambda seen: seen["revision"] == 1)
        read = number_on_the_guide_page(glass)
        assert OLD in read
        assert NEW not in read

        # 写: the editor of the department
        browser.log_in("bianji")
        browser.open(f"/items/{KEY}")
        browser.press("改这一条")
        assert browser.find('[name="phone.enquiry"]').get_attribute("value") == OLD
        browser.fill("phone.enquiry", NEW)
        browser.press("存好，送初审")

        # The author sees it waiting for a review, but gets no button: the reason stands in its place.
        browser.open(f"/review/{KEY}")
        assert NOT_YOURS in browser.text
        assert not browser.driver.find_elements("css selector", f'form[action="/review/{KEY}/approve"]')
        refused(town, browser)

        # 初审、复审
        for login, words in (("chushen", "通过，送编办复核"), ("fushen", "通过，等下一次发布")):
            browser.log_in(login)
            browser.open(f"/review/{KEY}")
            assert OLD.rpartition("-")[2] in browser.text.replace("\n", "") and "咨询电话" in browser.text
            browser.press(words)

        # 发布: one puts together and signs, another signs, and the passphrase lets it out
        browser.log_in("fabu")
        browser.open("/releases")
        browser.press("排成下一版")
        browser.press("看过了，我签")
        browser.log_in("fuhe")
        browser.open("/releases")
        browser.press("看过了，我签")
        browser.fill("passphrase", RELEASE_PASSPHRASE)
        assert glass.look()["revision"] == 1
        begun = time.monotonic()
        browser.press("发出第 2 版")
        released = time.monotonic()

        seen = glass.until("revision 2", lambda seen: seen["revision"] == 2)
        open_ = time.monotonic()
        read = number_on_the_guide_page(glass)
        shown = time.monotonic()
        assert NEW in read
        assert OLD not in read

        # One digest: signed, shown by the hub, and proved by the kiosk from its own file.
        revision, digest = signed_manifest(town, tmp_path / "witness")
        assert (revision, digest) == (2, seen["digest"])
        proved = prove(town.kiosk / "catalogue-2.db")
        assert (proved.revision, proved.digest) == (2, digest)
        browser.open("/releases")
        assert {one.replace(" ", "") for one in digests_on(browser)} == {digest}
        glass.until("the hub's word", lambda seen: seen["checked_at"] is not None)

    assert browser.complaints() == []
    log = (town.kiosk / "logs" / "kiosk.log").read_text("utf-8")
    assert f"revision 2, digest {digest}" in log
    for private in ("样本", "fabu", "fuhe", "bianji", "结婚", "bjhz", NEW, OLD):
        assert private not in log, private
    with capsys.disabled():
        print(
            f"\nreleased in {released - begun:.1f} s; {open_ - released:.1f} s later open on the kiosk (it asks every"
            f" 5 s); {shown - open_:.1f} s for a citizen to find and read it"
        )


def refused(town: Town, browser: Browser) -> None:
    """Whoever sends the approval of their own writing without a button is told why not. That nothing has moved, the
    next reviewer proves, who finds it in the first review.
    """
    with httpx.Client(base_url=town.url, timeout=30) as client:
        for cookie in browser.driver.get_cookies():
            client.cookies.set(cookie["name"], cookie["value"])
        page = f"/review/{KEY}"
        before = client.get(page).text.count(NOT_YOURS)
        edits = client.get("/tasks").text.partition(f'value="{KEY}"')[2].partition('name="edits" value="')[2]
        fields = {**tokens(client, page), "edits": edits.partition('"')[0], "remark": ""}
        answer = client.post(f"{page}/approve", data=fields, headers={"referer": f"{town.url}{page}"})
        assert answer.status_code == 303
        text = client.get(page).text
        assert text.count(NOT_YOURS) == before + 1, "the answer, besides what stands in place of the button"
