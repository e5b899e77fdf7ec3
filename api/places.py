"""Divisions and cells as whole static files: fetching one tells no server anything finer than a division."""

from __future__ import annotations

import gzip
from functools import lru_cache

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.stores import Record
from storage.atlas import versions
from storage.atlas.cell_files import CellFile, cell_file, divisions_geojson
from storage.atlas.shapes import Atlas
from storage.db import Database
from storage.kit.errors import NotThere
from storage.kit.ids import DivisionId

router = APIRouter(prefix="/v1/places", tags=["places"])
GEOJSON = "application/geo+json"
FOR_EVER = "private, max-age=31536000, immutable"  # the address holds the content's digest


@router.get("/divisions")
def divisions(request: Request, record: Record) -> Response:
    """All divisions, each with the address of its cells."""
    raw, gzipped = _divisions(_current(record))
    return _file(request, raw, gzipped, "no-cache")


@router.get("/cells/{division}")
def cells(division: str, record: Record) -> RedirectResponse:
    """Leads to the division's cells as they are now."""
    return RedirectResponse(_address(DivisionId(division), _cells(record, division).sha256), 307)


@router.get("/cells/{division}/{sha256}.json")
def cells_for_ever(division: str, sha256: str, request: Request, record: Record) -> Response:
    """All cells of a division, under an address that never means anything else."""
    found = _cells(record, division)
    if found.sha256 != sha256:
        raise NotThere
    return _file(request, found.raw, found.gzipped, FOR_EVER)


def _current(record: Database) -> Atlas:
    with record.read() as conn:
        return versions.current(conn)


def _cells(record: Database, division: str) -> CellFile:
    atlas = _current(record)
    if all(division != one.id for one in atlas.divisions):
        raise NotThere
    return cell_file(atlas, DivisionId(division))


@lru_cache(maxsize=1)
def _divisions(atlas: Atlas) -> tuple[bytes, bytes]:
    raw = divisions_geojson(atlas, _address)
    return raw, gzip.compress(raw, 9, mtime=0)


def _address(division: DivisionId, sha256: str) -> str:
    return f"/v1/places/cells/{division}/{sha256}.json"


def _file(request: Request, raw: bytes, gzipped: bytes, cache: str) -> Response:
    headers = {"cache-control": cache, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(gzipped, headers={**headers, "content-encoding": "gzip"}, media_type=GEOJSON)
    return Response(raw, headers=headers, media_type=GEOJSON)
