"""Serves the files of a page: those of a folder, and the style sheet that all pages share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from fixtures.style import BASE


class AssetFiles(StaticFiles):
    """The files. Browsers ask each time whether their copy is current, because the next release has other files."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        if path == BASE.name:
            return str(BASE), BASE.stat()
        return super().lookup_path(path)

    def file_response(self, *args: Any, **more: Any) -> Response:
        response = super().file_response(*args, **more)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
