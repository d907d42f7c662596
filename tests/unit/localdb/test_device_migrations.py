from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from localdb.device import migrations
from localdb.device.store import DeviceStore
from localdb.device.tables import metadata
from localdb.engine import device_engine

FOLDER = Path(migrations.__file__).parent


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = device_engine(tmp_path / "device.db")
    yield engine
    engine.dispose()


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def steps() -> list[str]:
    return [script.revision for script in reversed(list(scripts().walk_revisions()))]


def test_the_newest_revision_is_the_one_that_a_start_looks_for() -> None:
    assert scripts().get_heads() == [migrations.HEAD]


def test_the_name_of_a_step_says_what_it_changes() -> None:
    names = [path.stem for path in sorted((FOLDER / "versions").glob("v*.py"))]
    assert [name[1:5] for name in names] == steps()
    assert all(re.fullmatch(r"v\d{4}(_[a-z]+){2,}", name) for name in names)


def test_migrated_tables_are_the_declared_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        migrations.upgrade(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        written = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'slip_jobs'").scalar_one()
    assert "AUTOINCREMENT" in written, "numbers are never given again"


def test_every_step_goes_up_and_down_again_with_rows_in_it(engine: Engine) -> None:
    for step in steps():
        with engine.begin() as connection:
            migrations.upgrade(connection, step)
        if step == "0001":
            with engine.begin() as connection:
                connection.exec_driver_sql(
                    "INSERT INTO slip_jobs VALUES (7, 'a', 'confirmed', NULL, 1, '2026-01-01T00:00:00Z')"
                )
                connection.exec_driver_sql("INSERT INTO marks VALUES ('millimetres', '1200')")
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT number, state FROM slip_jobs").all() == [(7, "confirmed")]
        assert connection.exec_driver_sql("SELECT * FROM marks").all() == [("millimetres", "1200")]
        migrations.downgrade(connection, "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        migrations.upgrade(connection)
        assert migrations.revision(connection) == migrations.HEAD


def test_a_step_that_breaks_off_leaves_the_older_file(engine: Engine) -> None:
    def break_off() -> None:
        with engine.begin() as connection:
            migrations.upgrade(connection)
            raise RuntimeError("power")

    with pytest.raises(RuntimeError):
        break_off()
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []


def test_opening_upgrades(tmp_path: Path) -> None:
    DeviceStore(tmp_path / "device.db").close()
    engine = device_engine(tmp_path / "device.db")
    with engine.begin() as connection:
        assert migrations.revision(connection) == migrations.HEAD
    engine.dispose()
