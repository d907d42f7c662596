"""How the hub's database changes from one version to the next; `upgrade` brings any older one to the newest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from domain.errors import Code, HubStoreError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0013"
"""The newest revision. Known here, so that a start that has nothing to migrate need not load Alembic."""


class NewerDatabase(HubStoreError):
    """D-06: the database was written by a newer hub; nothing was changed in it."""


def revision(connection: Connection) -> str | None:
    """The revision of the database; None when it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Brings the database to revision `to`, inside the caller's transaction.

    Raises `NewerDatabase` for one that this hub does not know.
    """
    found = revision(connection)
    if found == to:
        return
    if found is not None and found > HEAD:
        raise NewerDatabase(
            Code.DATABASE_NEWER,
            f"the database has revision {found}, this hub knows {HEAD}:"
            " install the hub that wrote it, or restore a copy from before it",
        )
    from alembic import command

    command.upgrade(_config(connection), to)


def downgrade(connection: Connection, to: str) -> None:
    """Takes the database back to revision `to` ("base": empty), inside the caller's transaction."""
    from alembic import command

    command.downgrade(_config(connection), to)


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
