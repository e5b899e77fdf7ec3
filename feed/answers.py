"""Plain HTTP on the feed's port: how the node is, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Response

from storage.kit.errors import Malformed, NotThere, PorchlightError, TooOften, Unavailable

RETRY_SECONDS = 10


def health(well: bool, facts: Mapping[str, object]) -> Response:
    """200 while the node is well, else 503, with the facts either way."""
    return _json(HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE, {"ok": well, **facts})


def not_there() -> Response:
    """404, in the form of all programs."""
    return _refused(NotThere())


def unknown_host() -> Response:
    """400: who asks was led here under a name that is not ours."""
    return _refused(Malformed("Nothing is known here under this name.", code="unknown_host"))


def full() -> Response:
    """503: this node holds as many connections as it can; another one may have room."""
    return _refused(Unavailable("There is no room for one more just now.", code="full"))


def busy() -> Response:
    """503: too many open connections at once just now; those who are in come first."""
    return _refused(Unavailable("Too many are coming in at once. Please try again soon.", code="busy"))


def too_often() -> Response:
    """429: one address holds, or opened, too many connections."""
    return _refused(TooOften("Too many connections. Please try again soon.", retry_after=RETRY_SECONDS))


def _refused(error: PorchlightError) -> Response:
    told = {"code": error.code, "message": error.message, "fields": error.fields}
    answer = _json(HTTPStatus(error.status), {"error": told})
    if isinstance(error, TooOften | Unavailable):
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _json(status: HTTPStatus, body: dict[str, object]) -> Response:
    data = json.dumps(body).encode()
    headers = Headers([("Content-Type", "application/json"), ("Content-Length", str(len(data)))])
    headers["Connection"], headers["Cache-Control"] = "close", "no-store"
    return Response(status.value, status.phrase, headers, data)
