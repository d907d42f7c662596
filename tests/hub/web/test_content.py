"""What kiosks fetch, from the real server: the files of the public folder and nothing besides."""

from __future__ import annotations

import datetime as dt
import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from contentsync.client import Client, Installed, UpToDate
from contentsync.fetcher import Fetcher
from contentsync.marks import StateFile
from contentsync.trust import Trust
from hub.home import HubHome
from hub.office import Office
from hub.passwords import Passwords
from hub.web.app import create
from hub.web.content import router
from tests.hub.web.conftest import SETTINGS, serving
from tests.unit.contentsync.hub import City, Time, city

SECRET = "of nobody's business"


@dataclass
class Public:
    """A hub that serves, its public folder, and the one release in it."""

    url: str
    folder: Path
    hub: City

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{self.url}/public/{path}", headers=headers, timeout=20)

    def raw(self, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        """`path` as it is, without what a client would make of it first."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    @property
    def whole(self) -> Path:
        return self.hub.whole(1)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Iterator[Public]:
    """With files that are not for everybody, in the folder and beside it, and ways to them."""
    home = HubHome(tmp_path_factory.mktemp("served") / "hub-home")
    with Office.open(SETTINGS, home, passwords=passwords) as office:
        hub = City.found(home.root, Time(dt.datetime.now(dt.UTC)))
        hub.release(city(12))
        (home.root / "secret.json").write_text(SECRET)
        (home.folder / "secret.json").write_text(SECRET)
        (home.public / "way-out").symlink_to(home.root)
        (home.public / "metadata" / "way-out").symlink_to(home.root)
        (home.public / "metadata" / "loop").symlink_to(home.public / "metadata" / "loop")
        (home.public / "metadata" / ".timestamp.json.7.new").write_text(SECRET)
        (home.public / "targets" / ".hidden").mkdir()
        (home.public / "targets" / ".hidden" / "x").write_text(SECRET)
        (home.public / "note.txt").write_text(SECRET)
        for url in serving(create(office, routers=[router(home.public)])):
            yield Public(url, home.public, hub)


def test_a_kiosk_fetches_a_release_and_then_asks_in_two_requests(public: Public, tmp_path: Path) -> None:
    trust = Trust(tmp_path / "trust", StateFile(tmp_path / "state.json"))
    trust.enrol(public.get("root.json").content)
    fetcher = Fetcher()
    client = Client(f"{public.url}/public", trust, tmp_path / "spool", fetcher)
    release = client.poll(None)
    assert not isinstance(release, UpToDate)
    assert release.whole is not None
    assert len(list(release.whole.lines())) == len(city(12))
    installed = Installed(release.manifest.revision, release.manifest.digest)
    requests, received = fetcher.requests, fetcher.received
    assert client.poll(installed) == UpToDate(installed.revision, installed.digest)
    assert fetcher.requests - requests == 2
    assert fetcher.received - received <= 600
    fetcher.close()


def test_a_file_comes_whole_and_in_parts(public: Public) -> None:
    data = public.whole.read_bytes()
    path = public.whole.relative_to(public.folder).as_posix()
    answer = public.get(path)
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["content-length"] == str(len(data))
    assert answer.headers["content-type"] == "application/zstd"
    assert "content-encoding" not in answer.headers
    assert answer.headers["accept-ranges"] == "bytes"
    for asked, part in ((f"bytes={len(data) // 2}-", data[len(data) // 2 :]), ("bytes=3-9", data[3:10])):
        answer = public.get(path, Range=asked)
        assert (answer.status_code, answer.content) == (206, part)
        start, end = data.index(part), data.index(part) + len(part) - 1
        assert answer.headers["content-range"] == f"bytes {start}-{end}/{len(data)}"
        assert answer.headers["content-length"] == str(len(part))
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert public.get(path, Range=f"bytes={len(data)}-").status_code == 416


def test_a_download_that_was_cut_goes_on(public: Public, tmp_path: Path) -> None:
    data = public.whole.read_bytes()
    part = tmp_path / "part"
    part.write_bytes(data[: len(data) // 3])
    fetcher = Fetcher()
    fetcher.download(f"{public.url}/public/{public.whole.relative_to(public.folder).as_posix()}", part, len(data))
    fetcher.close()
    assert part.read_bytes() == data
    assert fetcher.received == len(data) - len(data) // 3


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("metadata/timestamp.json", "public, max-age=60"),
        ("metadata/1.root.json", "public, max-age=31536000, immutable"),
        ("metadata/1.targets.json", "public, max-age=31536000, immutable"),
        ("root.json", "no-cache"),
    ],
)
def test_how_long_caches_may_keep_it(public: Public, path: str, kept: str) -> None:
    answer = public.get(path)
    assert answer.status_code == 200
    assert answer.content == (public.folder / path).read_bytes()
    assert answer.headers["cache-control"] == kept
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    known = public.get(path, **{"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["cache-control"] == kept
    head = public.raw("HEAD", f"/public/{path}")
    assert (head[0], head[1]["content-length"], head[2]) == (200, str(len(answer.content)), b"")


def test_the_web_server_of_a_city_keeps_the_same_for_as_long(root: Path) -> None:
    """What stands in front of the hub and the hub itself must not disagree: caches would believe both."""
    from hub.web.content import _CHANGING, _FOR_EVER

    conf = (root / "deploy" / "nginx" / "bianminting-public.conf").read_text("utf-8")
    block = re.search(r"map \$uri \$bianminting_kept \{(.*?)\}", conf, re.DOTALL)
    assert block is not None
    said = dict(re.findall(r'^\s*(\S+)\s+"([^"]+)";$', block[1], re.MULTILINE))
    assert said == {"default": _FOR_EVER, **{f"/{path}": kept for path, kept in _CHANGING.items()}}


def test_what_is_not_there_yet_costs_no_body(public: Public) -> None:
    answer = public.get("metadata/2.root.json")
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["content-length"] == "0"
    assert answer.headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize(
    "path", ["", "metadata", "metadata/", "targets/", "targets/catalogue", "targets/catalogue/", "."]
)
def test_folders_are_not_listed(public: Public, path: str) -> None:
    status, _, body = public.raw("GET", f"/public/{path}")
    assert (status, body) == (404, b"")


AWAY = [
    "/public/../secret.json",
    "/public/../hub/secret.json",
    "/public/metadata/../../secret.json",
    "/public/metadata/../../hub/secret.json",
    "/public/%2e%2e/secret.json",
    "/public/..%2fsecret.json",
    "/public/metadata/..%2f..%2fhub%2fsecret.json",
    "/public/%2e%2e%2fhub%2fhub.db",
    "/public/..%5csecret.json",
    "/public/%252e%252e/secret.json",
    "/public//etc/passwd",
    "/public/%2fetc%2fpasswd",
    "/public/metadata//../../secret.json",
    "/public/metadata/timestamp.json%00",
    "/public/%00",
    "/public/metadata/%ff%fe",
    "/public/metadata/" + "x" * 300,
    "/public/metadata/" + "x/" * 2500,
    "/public/way-out/secret.json",
    "/public/metadata/way-out/secret.json",
    "/public/metadata/loop/x",
    "/public/metadata/.timestamp.json.7.new",
    "/public/targets/.hidden/x",
    "/public/note.txt",
    "/public/hub.db",
]


@pytest.mark.parametrize("path", AWAY, ids=range(len(AWAY)))
def test_no_path_leads_out_or_to_what_is_not_for_everybody(public: Public, path: str) -> None:
    status, headers, body = public.raw("GET", path)
    assert (status, body) == (404, b"")
    assert "set-cookie" not in headers
    assert "location" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_there_is_nothing_to_send(public: Public, method: str) -> None:
    before = (public.folder / "metadata" / "timestamp.json").read_bytes()
    status, headers, body = public.raw(method, "/public/metadata/timestamp.json")
    assert (status, body) == (405, b"")
    assert headers["allow"] == "GET, HEAD"
    assert "set-cookie" not in headers
    assert (public.folder / "metadata" / "timestamp.json").read_bytes() == before


@pytest.mark.parametrize("path", ["root.json", "metadata/timestamp.json", "metadata/9.root.json", ""])
def test_no_answer_knows_a_session(public: Public, path: str) -> None:
    """Neither sets a cookie nor looks at one: a cache in between may give it to anybody."""
    plain = public.get(path)
    with_cookie = public.get(path, Cookie="session=stale; hub_session=stale")
    for answer in (plain, with_cookie):
        assert "set-cookie" not in answer.headers
        assert "cookie" not in answer.headers.get("vary", "").lower()
    assert (plain.status_code, plain.content) == (with_cookie.status_code, with_cookie.content)


def test_a_hub_without_its_folder_has_nothing(tmp_path: Path, passwords: Passwords) -> None:
    home = HubHome(tmp_path / "hub-home")
    with Office.open(SETTINGS, home, passwords=passwords) as office:
        missing = tmp_path / "elsewhere"
        for url in serving(create(office, routers=[router(missing)])):
            answer = httpx.get(f"{url}/public/metadata/timestamp.json", timeout=20)
            assert (answer.status_code, answer.content) == (404, b"")
            (missing / "metadata").mkdir(parents=True)
            (missing / "metadata" / "timestamp.json").write_text("{}")
            assert httpx.get(f"{url}/public/metadata/timestamp.json", timeout=20).text == "{}"
