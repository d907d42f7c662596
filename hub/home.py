"""Where the hub keeps its files: names under one folder, `BIANMINTING_HOME`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.home import home_folder


@dataclass(frozen=True, slots=True)
class HubHome:
    """Paths under `root`; nothing is made or read until a method says so."""

    root: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> HubHome:
        """`BIANMINTING_HOME`, else `var` in the checkout, else /var/lib/bianminting."""
        return cls(home_folder(environ))

    @property
    def config(self) -> Path:
        return self.root / "hub.toml"

    @property
    def folder(self) -> Path:
        """Everything that only the hub may read."""
        return self.root / "hub"

    @property
    def database(self) -> Path:
        return self.folder / "hub.db"

    @property
    def keys(self) -> Path:
        """Signing keys, encrypted at rest."""
        return self.folder / "keys"

    @property
    def sealing(self) -> Path:
        """The key that letters are sealed for: its private half under a passphrase, the public one beside it."""
        return self.keys / "sealing.key"

    @property
    def catalogue(self) -> Path:
        """The catalogue that editors search: the live content."""
        return self.folder / "catalogue.db"

    @property
    def mappings(self) -> Path:
        """The operator's own mappings of other systems' lists (*.toml)."""
        return self.folder / "mappings"

    @property
    def uploads(self) -> Path:
        """Lists that were tried out and wait to be taken in; for a day."""
        return self.folder / "uploads"

    @property
    def publishing(self) -> Path:
        """Locked while a release goes out."""
        return self.folder / "publishing.lock"

    @property
    def release_work(self) -> Path:
        """Locked while a release that a page began is put together or goes out."""
        return self.folder / "release-work.lock"

    @property
    def public(self) -> Path:
        """What kiosks fetch: static files, nothing secret."""
        return self.root / "public"

    def prepare(self) -> None:
        """Makes the folders; `hub/` is readable by its owner alone. Raises OSError."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.public.mkdir(exist_ok=True)
