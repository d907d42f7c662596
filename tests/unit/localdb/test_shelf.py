from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import CatalogueError, Code
from domain.ports import Catalogue, CatalogueHandle
from localdb.catalogue.build import build
from localdb.catalogue.handle import CatalogueShelf
from tests.unit.localdb.conftest import MADE_AT, TODAY, guide, lines, org, word


@pytest.fixture
def shelf() -> Iterator[CatalogueShelf]:
    shelf = CatalogueShelf(lambda: TODAY)
    yield shelf
    shelf.close()


def make(path: Path, revision: int) -> Path:
    records = [org(name=f"第{revision}版"), guide("g-1", f"第{revision}版 驾驶证补领", aliases=["驾照"])]
    records += [guide(f"g-{number}", f"驾驶证事项{number}") for number in range(2, 60)]
    build(lines(*records, word("v-1", "same", "驾驶证", f"本{revision}号")), path, revision=revision, made_at=MADE_AT)
    return path


def test_nothing_is_open_before_the_first_sync(shelf: CatalogueShelf) -> None:
    assert shelf.current() is None


def test_swapping_changes_records_and_vocabulary_together(shelf: CatalogueShelf, tmp_path: Path) -> None:
    handle: CatalogueHandle = shelf
    info = shelf.put(make(tmp_path / "catalogue-1.db", 1))
    first = handle.current()
    assert first is not None
    assert first.info == info
    assert first.search("本1号").understood[0].meaning == "驾驶证"
    shelf.put(make(tmp_path / "catalogue-2.db", 2))
    second = handle.current()
    assert second is not None
    assert (second.info.revision, second.search("本1号").understood) == (2, ())
    assert second.search("本2号").understood[0].meaning == "驾驶证"
    assert first.cards(["g-1"])[0].name == "第1版 驾驶证补领", "who still holds the older one can read on"


def test_a_file_that_cannot_be_opened_changes_nothing(shelf: CatalogueShelf, tmp_path: Path) -> None:
    shelf.put(make(tmp_path / "catalogue-1.db", 1))
    before = shelf.current()
    (tmp_path / "broken.db").write_bytes(b"broken" * 1000)
    with pytest.raises(CatalogueError) as caught:
        shelf.put(tmp_path / "broken.db")
    assert caught.value.code is Code.CATALOGUE_UNREADABLE
    assert shelf.current() is before


def test_readers_never_see_half_a_swap(shelf: CatalogueShelf, tmp_path: Path) -> None:
    paths = [make(tmp_path / f"catalogue-{revision}.db", revision) for revision in (1, 2, 3, 4)]
    shelf.put(paths[0])
    stop = threading.Event()
    torn: list[str] = []
    read = [0, 0, 0]

    def look(reader: int) -> None:
        while not stop.is_set():
            catalogue: Catalogue | None = shelf.current()
            assert catalogue is not None
            mark = f"第{catalogue.info.revision}版"
            try:
                names = [hit.card.name for hit in catalogue.search("驾照").hits]
                department = catalogue.cards(["g-1"])[0].department
            except Exception as error:
                torn.append(repr(error))
                return
            if department != mark or f"{mark} 驾驶证补领" not in names:
                torn.append(f"{mark}: {department}, {names[:3]}")
            read[reader] += 1

    readers = [threading.Thread(target=look, args=(reader,)) for reader in range(len(read))]
    for thread in readers:
        thread.start()
    for turn in range(24):
        before = sum(read)
        shelf.put(paths[(turn + 1) % len(paths)])
        while sum(read) < before + 3 and any(thread.is_alive() for thread in readers):
            stop.wait(0.001)
    stop.set()
    for thread in readers:
        thread.join()
    assert torn == []
    assert min(read) > 0
