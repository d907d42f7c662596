"""How `device.db` changes from one version of the kiosk to the next; `upgrade` brings any older file to the newest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0004"
"""The newest revision. Known here, so that a start that has nothing to migrate need not load Alembic."""


def revision(connection: Connection) -> str | None:
    """The revision of an open file; None when it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Brings the file to revision `to`, inside the caller's transaction.

    Raises `alembic.util.CommandError` for a file that a newer kiosk has written.
    """
    if revision(connection) == to:
        return
    from alembic import command

    command.upgrade(_config(connection), to)


def downgrade(connection: Connection, to: str) -> None:
    """Takes the file back to revision `to` ("base": empty), inside the caller's transaction."""
    from alembic import command

    command.downgrade(_config(connection), to)


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
