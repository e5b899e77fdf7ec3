"""A program's pages, as the web build left them; unknown addresses get the page itself, which finds its own way."""

from __future__ import annotations

from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.convertors import StringConvertor, register_url_convertor

from api.who import anyone
from storage.kit.errors import NotThere

BUILT = Path(__file__).parent.parent / "web" / "dist"
HASHED = "assets/"  # the build puts the content's hash into these names
FOR_EVER = "public, max-age=31536000, immutable"


class _PagePath(StringConvertor):
    """Any path that is not part of the API, so that an unknown call is told so instead of getting a page."""

    regex = "(?!v1$|v1/).*"

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("page", _PagePath())


def install(app: FastAPI, program: str, built: Path = BUILT) -> None:
    """Serves the pages of `program` at `/`."""
    folder = built / program

    @app.api_route("/{path:page}", methods=["GET", "HEAD"], dependencies=[Depends(anyone)], include_in_schema=False)
    def site(path: str) -> Response:
        return _file(folder, path)


def _file(folder: Path, path: str) -> Response:
    if _is_file_in(folder, path):
        cache = FOR_EVER if path.startswith(HASHED) else "no-cache"
        return FileResponse(folder / path, headers={"cache-control": cache})
    if path.startswith(HASHED):
        raise NotThere
    page = folder / "index.html"
    if not page.is_file():
        return PlainTextResponse("The pages of this program are not built yet: `make setup` builds them.", 503)
    return FileResponse(page, headers={"cache-control": "no-cache"})


def _is_file_in(folder: Path, path: str) -> bool:
    try:
        file = (folder / path).resolve()
        return file.is_relative_to(folder.resolve()) and file.is_file()
    except (OSError, ValueError):  # too long for a name, or with a zero byte in it
        return False
