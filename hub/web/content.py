"""The public folder over HTTP: static files for kiosks, without sessions. A city puts a web server in front of it
(`deploy/nginx/`), which answers the same; a demonstration and a small city do without.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PREFIX = "/public"

SHOWN = frozenset({"root.json", "metadata", "targets"})
"""What of the folder is for everybody; the rest of it, should there ever be any, is not."""

TYPES = {".json": "application/json", ".zst": "application/zstd"}

_MINUTE = "public, max-age=60"
_FOR_EVER = "public, max-age=31536000, immutable"
_CHANGING = {"metadata/timestamp.json": _MINUTE, "root.json": "no-cache"}
"""All other names contain a version or a hash."""


class PublicFiles(StaticFiles):
    """Files of the folder, whole or a range of them, and an empty answer for what is not there yet: kiosks ask for the
    next root at every look. Folders are not listed, and a file that is still being written is not there.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As `StaticFiles` has it; never raises for what was asked."""
        try:
            if not _shown(PurePosixPath(path)):
                raise HTTPException(404)
            response = await super().get_response(path, scope)
        except HTTPException as error:
            return Response(status_code=error.status_code, headers={**(error.headers or {}), "Cache-Control": _MINUTE})
        response.headers["Cache-Control"] = _CHANGING.get(path, _FOR_EVER)
        if "content-type" in response.headers:
            response.headers["Content-Type"] = TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")
        return response

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """As `StaticFiles` has it; what cannot be looked at is not there for anybody outside."""
        try:
            return super().lookup_path(path)
        except OSError:
            return "", None

    async def check_config(self) -> None:
        """The folder may come later: until then nothing is in it."""


def _shown(path: PurePosixPath) -> bool:
    return path.parts[:1] != () and path.parts[0] in SHOWN and not any(part.startswith(".") for part in path.parts)


def router(public: Path) -> APIRouter:
    """Routes below `PREFIX` for the folder `public`, which may still be empty or missing."""
    routes = APIRouter()
    routes.mount(PREFIX, PublicFiles(directory=os.fspath(public), check_dir=False, follow_symlink=False), name="public")
    return routes
