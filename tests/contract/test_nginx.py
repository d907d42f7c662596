"""deploy/nginx with the real nginx: what kiosks fetch, through their own client, and the hub's pages behind TLS.

nginx comes unpacked, never installed (deploy/test-unpacked.txt). Addresses, the certificate's paths and the folder are
replaced, everything else is the file as a city gets it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import os
import re
import select
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contentsync.client import Client, Installed, Release, UpToDate
from contentsync.fetcher import Fetcher
from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.records import digest
from hub.web.app import BODY_LIMIT, UPLOAD_LIMIT, UPLOADS
from phrases import Phrases
from tests.unit.contentsync.hub import City, Time, city
from uplink.messages import LONGEST_REQUEST

ROOT = Path(__file__).parents[2]
CONF = ROOT / "deploy" / "nginx" / "bianminting-public.conf"
CONTENT, HUB = "content.bianminting.example", "hub.bianminting.example"
PATIENCE_S = 20.0
DAY = "public, max-age=31536000, immutable"
MINUTE = "public, max-age=60"

MAIN = """\
daemon off;
pid {folder}/nginx.pid;
{user}worker_processes 1;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path) -> None:
    """A key and a certificate for the hub's name, both invented here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HUB)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HUB)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = serialization.PrivateFormat.PKCS8
    (folder / "hub.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "hub.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption())
    )


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Site:
    """nginx over `public`; `port` speaks HTTP, `secure` TLS, the hub is expected at `upstream`."""

    public: Path
    folder: Path
    port: int
    secure: int
    upstream: int

    @property
    def url(self) -> str:
        """Of the content. nginx's first server is the content's, so a kiosk that asks by address comes there."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, host: str = CONTENT, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            told = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={"Host": host, **told})
            return _answer(connection)
        finally:
            connection.close()

    def page(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """From the hub, over TLS with its certificate checked."""
        context = ssl.create_default_context(cafile=str(self.folder / "hub.pem"))
        plain = socket.create_connection(("127.0.0.1", self.secure), 20)
        with context.wrap_socket(plain, server_hostname=HUB) as shut:
            connection = http.client.HTTPConnection(HUB, timeout=20)
            connection.sock = shut
            told = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, {"Host": HUB, **told})
            return _answer(connection)


def _answer(connection: http.client.HTTPConnection) -> Answer:
    answer = connection.getresponse()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())


def unpacked() -> Path:
    """Where deploy/env.sh --tests puts it."""
    home = Path(os.environ.get("BIANMINTING_HOME") or ROOT / "var")
    return home / "services" / "usr" / "sbin" / "nginx"


def nginx_program() -> Path | None:
    """The unpacked one, else the machine's; None where there is neither."""
    found = unpacked() if unpacked().is_file() else Path(shutil.which("nginx") or "/usr/sbin/nginx")
    return found if found.is_file() else None


@pytest.fixture(scope="module")
def nginx(lacking: Callable[[str], NoReturn]) -> Path:
    found = nginx_program()
    if found is None:
        lacking(f"nginx in {unpacked()}; deploy/env.sh --tests unpacks it")
    return found


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city with two releases of which the second changes one guide."""
    hub = City.found(tmp_path_factory.mktemp("released") / "hub", Time())
    hub.release(city())
    hub.release(city(ga_003="到二号窗口"))
    return hub


@contextlib.contextmanager
def serving(nginx: Path, public: Path, folder: Path) -> Iterator[Site]:
    site = Site(public, folder, free_port(), free_port(), free_port())
    certificate(folder)
    text = CONF.read_text("utf-8")
    for old, new in (
        (r"(?m)^ *listen \[::\].*\n", ""),
        (r"listen 80;", f"listen 127.0.0.1:{site.port};"),
        (r"(?m)^( *)listen 443 ssl;", rf"\1listen 127.0.0.1:{site.secure} ssl;"),
        (r"/etc/ssl/bianminting/", f"{folder}/"),
        (r"root /var/lib/bianminting/public;", f"root {public};"),
        (r"127\.0\.0\.1:8680", f"127.0.0.1:{site.upstream}"),
    ):
        text, count = re.subn(old, new, text)
        assert count, f"{old} is not in the file"
    (folder / "site.conf").write_text(text, "utf-8")
    user = "user root root;\n" if os.geteuid() == 0 else ""  # folders of tests are their owner's alone
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), "utf-8")
    command = [str(nginx), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr + (folder / "error.log").read_text()
    assert "[warn]" not in tried.stderr
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", site.port), 1).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, (folder / "error.log").read_text()
                time.sleep(0.02)  # nginx says nothing when it is ready; only asking tells
        yield site
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def site(nginx: Path, released: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(nginx, released.public, tmp_path_factory.mktemp("nginx")) as running:
        yield running


class Kiosk:
    """A kiosk's client with a folder of its own."""

    def __init__(self, folder: Path, url: str, hub: City) -> None:
        self.spool = folder / "spool"
        self.fetcher = Fetcher()
        trust = Trust(folder, StateFile(folder / "state.json"), now=hub.time)
        trust.enrol(hub.root)
        self.client = Client(url, trust, self.spool, self.fetcher, hub.time)


@pytest.fixture
def kiosk(site: Site, released: City, tmp_path: Path) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path / "sync", site.url, released)
    yield made
    made.fetcher.close()


SECOND = Installed(2, digest(city(ga_003="到二号窗口")))


def test_a_kiosk_takes_a_release_and_then_asks_twice_for_nothing_new(kiosk: Kiosk) -> None:
    release = kiosk.client.poll(None)
    assert isinstance(release, Release) and release.whole is not None
    assert [json.loads(line) for line in release.whole.lines()] != []
    requests, received = kiosk.fetcher.requests, kiosk.fetcher.received
    assert kiosk.client.poll(SECOND) == UpToDate(SECOND.revision, SECOND.digest)
    assert kiosk.fetcher.requests - requests == 2
    assert kiosk.fetcher.received - received <= 600


def test_a_kiosk_goes_on_where_its_line_was_cut(kiosk: Kiosk, site: Site, released: City, tmp_path: Path) -> None:
    whole = released.whole(2)
    data = whole.read_bytes()
    cut = len(data) // 2
    kiosk.spool.mkdir(parents=True)
    (kiosk.spool / f"{whole.name}.part").write_bytes(data[:cut])
    resumed = kiosk.client.poll(None)
    assert isinstance(resumed, Release) and resumed.whole is not None
    assert resumed.whole.path.read_bytes() == data
    anew = Kiosk(tmp_path / "anew", site.url, released)
    try:
        anew.client.poll(None)
    finally:
        anew.fetcher.close()
    assert anew.fetcher.received - kiosk.fetcher.received == cut


def test_a_part_is_just_that_part(site: Site, released: City) -> None:
    whole = released.whole(2)
    data = whole.read_bytes()
    answer = site.get(f"/targets/catalogue/{whole.name}", Range="bytes=100-", Accept_Encoding="gzip")
    assert (answer.status, answer.headers["content-range"]) == (206, f"bytes 100-{len(data) - 1}/{len(data)}")
    assert answer.body == data[100:]
    many = site.get(f"/targets/catalogue/{whole.name}", Range="bytes=0-1,3-4")
    assert (many.status, many.body) == (200, data)


@pytest.mark.parametrize(
    ("path", "kept", "kind"),
    [
        ("/metadata/timestamp.json", MINUTE, "application/json"),
        ("/metadata/1.root.json", DAY, "application/json"),
        ("/metadata/2.targets.json", DAY, "application/json"),
        ("/root.json", "no-cache", "application/json"),
        ("WHOLE", DAY, "application/zstd"),
    ],
)
def test_caches_are_told_how_long(site: Site, released: City, path: str, kept: str, kind: str) -> None:
    if path == "WHOLE":
        path = f"/targets/catalogue/{released.whole(2).name}"
    answer = site.get(path, Accept_Encoding="gzip, zstd")
    assert answer.status == 200
    assert answer.headers["cache-control"] == kept
    assert answer.headers["content-type"] == kind
    assert "content-encoding" not in answer.headers
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["server"] == "nginx"
    assert answer.body == (site.public / path.lstrip("/")).read_bytes()
    again = site.get(path, If_None_Match=answer.headers["etag"])
    assert (again.status, again.body, again.headers["cache-control"]) == (304, b"", kept)


@pytest.mark.parametrize(
    "path",
    [
        "/metadata/2.root.json",
        "/metadata/",
        "/metadata",
        "/targets/catalogue/",
        "/",
        "/hub.toml",
        "/metadata/.new.json",
        "/metadata/../../keys/online.key",
        "/targets/%2e%2e/%2e%2e/keys/online.key",
    ],
)
def test_what_is_not_there_is_empty_and_soon_asked_again(site: Site, path: str) -> None:
    (site.public / "metadata" / ".new.json").write_text("half written")
    (site.public / "hub.toml").write_text("strayed in")
    answer = site.get(path)
    assert answer.status in ((404,) if ".." not in path and "%2e" not in path else (400, 404))
    if answer.status == 404:
        assert (answer.body, answer.headers["cache-control"]) == (b"", MINUTE)
    assert b"root" not in answer.body


def test_nothing_can_be_put_there(site: Site) -> None:
    assert [site.get("/metadata/timestamp.json", method=method).status for method in ("POST", "PUT", "DELETE")] == [
        405
    ] * 3


# --- The hub's pages --------------------------------------------------------------------------------------------------


def test_the_pages_are_behind_tls_alone(site: Site) -> None:
    answer = site.get("/login?next=%2Freview", host=HUB)
    assert (answer.status, answer.headers["location"]) == (301, f"https://{HUB}/login?next=%2Freview")


@pytest.fixture(scope="module")
def served(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The hub itself behind nginx, with three tries of a password an address."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BIANMINTING_")}
    environment |= {
        "BIANMINTING_HOME": str(tmp_path_factory.mktemp("hub-home")),
        "BIANMINTING_HUB__WEB__PORT": str(site.upstream),
        "BIANMINTING_HUB__LOGIN__TRIES_PER_ADDRESS": "3",
    }
    log = site.folder / "hub.log"
    with log.open("wb") as told:
        hub = subprocess.Popen(
            [sys.executable, "-m", "hub", "serve"], cwd=ROOT, env=environment, stdout=told, stderr=told
        )
    try:
        deadline = time.monotonic() + 2 * PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", site.upstream), 1).close()
                break
            except OSError:
                assert hub.poll() is None and time.monotonic() < deadline, log.read_text()
                select.select([], [], [], 0.05)
        yield site
    finally:
        hub.terminate()
        hub.wait(20)


def log_in(served: Site, login: str, **headers: str) -> Answer:
    page = served.page("/login")
    (token,) = re.findall(rb'name="csrftoken" value="([^"]+)"', page.body)
    form = {"csrftoken": token.decode(), "login": login, "password": "not the password"}
    cookie = page.headers["set-cookie"].partition(";")[0]
    kind = "application/x-www-form-urlencoded"
    body = urlencode(form).encode()
    return served.page("/login", "POST", body, Cookie=cookie, Content_Type=kind, **headers)


def test_pages_come_through_with_the_headers_of_both(served: Site) -> None:
    answer = served.page("/login")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "登录" in answer.body.decode()
    onward = served.page("/")
    assert onward.status in (302, 303, 307)
    assert onward.headers["location"].startswith(("/", f"https://{HUB}/"))


def test_limits_are_the_hubs_for_the_same_pages() -> None:
    text = CONF.read_text("utf-8")
    uploads = [str(UPLOAD_LIMIT >> 20)] * len(UPLOADS)
    assert re.findall(r"client_max_body_size (\d+)m;", text) == [str(BODY_LIMIT >> 20), *uploads]
    told = f"{UPLOAD_LIMIT >> 10:,}".replace(",", "\u2009")
    assert tuple(re.findall(rf'^ +(/\w+) +"{told}";$', text, re.MULTILINE)) == UPLOADS
    assert tuple(re.findall(r"location = (\S+) \{\n\s*client_max_body_size", text)) == UPLOADS


@pytest.mark.parametrize(("path", "limit"), [("/login", BODY_LIMIT), ("/import", UPLOAD_LIMIT)])
def test_who_sends_too_much_hears_it_in_the_hubs_words(served: Site, path: str, limit: int) -> None:
    answer = served.page(path, "POST", Content_Length=str(limit + 1))
    kb = f"{limit >> 10:,}".replace(",", "\u2009")
    assert (answer.status, answer.body.decode()) == (413, Phrases(domain="hub")("web.too_long", kb=kb))
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_body_of_the_allowed_length_reaches_the_hub(served: Site) -> None:
    answer = served.page("/login", "POST", b"x" * BODY_LIMIT, Content_Type="application/octet-stream")
    assert answer.status in (400, 403)
    assert "content-security-policy" in answer.headers  # the hub's own answer


def test_a_stranger_may_not_send_a_large_import(served: Site) -> None:
    """Refused on the length alone, before anything was read: the body is never sent here."""
    answer = served.page("/import", "POST", Content_Length=str(UPLOAD_LIMIT))
    assert answer.status == 413
    assert "content-security-policy" in answer.headers


def test_a_visitor_cannot_claim_another_address(served: Site) -> None:
    """Tries are counted by address: with an address believed from the outside the fourth would be another's first."""
    statuses = [log_in(served, f"nobody{n}", X_Forwarded_For=f"203.0.113.{n}").status for n in range(4)]
    assert statuses == [401, 401, 401, 429]


REPORTS = "/kiosk/v1/reports"


def test_what_a_kiosk_sends_home_is_no_longer_than_the_hub_takes(nginx: Path, released: City, tmp_path: Path) -> None:
    with serving(nginx, released.public, tmp_path) as own:  # passed on is 502: nobody is behind it
        assert own.page(REPORTS, "POST", b"x" * LONGEST_REQUEST).status == 502
        answer = own.page(REPORTS, "POST", Content_Length=str(LONGEST_REQUEST + 1))
        assert (answer.status, re.search(r"512\skB", answer.body.decode()) is not None) == (413, True)
        assert own.page("/items", "POST", b"x" * (LONGEST_REQUEST + 1)).status == 502


def test_too_many_from_one_address_come_later(nginx: Path, released: City, tmp_path: Path) -> None:
    def knock(_: int) -> list[Answer]:
        """A hundred requests, one after another on one line."""
        context = ssl.create_default_context(cafile=str(tmp_path / "hub.pem"))
        plain = socket.create_connection(("127.0.0.1", own.secure), 20)
        with context.wrap_socket(plain, server_hostname=HUB) as shut:
            connection = http.client.HTTPConnection(HUB, timeout=20)
            connection.sock = shut
            found = []
            for _ in range(100):
                connection.request("POST", REPORTS, b"x", {"Host": HUB})
                found.append(_answer(connection))
            return found

    with serving(nginx, released.public, tmp_path) as own, ThreadPoolExecutor(8) as many:
        told = [one for found in many.map(knock, range(8)) for one in found]
        counted = Counter(one.status for one in told)
        assert set(counted) == {429, 502}  # passed on is 502: nobody is behind it
        assert counted[502] >= 200
        refused = next(one for one in told if one.status == 429)
        assert (refused.headers["retry-after"], refused.body) == ("60", b"")
        assert own.page("/login").status == 502  # people are not kept waiting by it
