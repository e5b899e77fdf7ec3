"""Plain HTTP on the feed's port: how the node is, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Response

from storage.kit.errors import NotThere


def health(well: bool, facts: Mapping[str, object]) -> Response:
    """200 while the node is well, else 503, with the facts either way."""
    return _json(HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE, {"ok": well, **facts})


def not_there() -> Response:
    """404, in the form of all programs."""
    error = NotThere()
    told = {"code": error.code, "message": error.message, "fields": error.fields}
    return _json(HTTPStatus.NOT_FOUND, {"error": told})


def _json(status: HTTPStatus, body: dict[str, object]) -> Response:
    data = json.dumps(body).encode()
    headers = Headers([("Content-Type", "application/json"), ("Content-Length", str(len(data)))])
    headers["Connection"], headers["Cache-Control"] = "close", "no-store"
    return Response(status.value, status.phrase, headers, data)
