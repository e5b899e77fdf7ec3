"""Errors to answers: every refusal has the same shape and repeats nothing that was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import Scope

from storage.kit import metrics
from storage.kit.errors import (
    Malformed,
    NotLoggedIn,
    NotThere,
    PorchlightError,
    Refused,
    TooLarge,
    TooOften,
    Unavailable,
    WrongType,
)

RETRY_SECONDS = 3  # a store that went away comes back in seconds, or somebody is called
# What is wrong with a field, by pydantic's name for it; its own sentences quote the input.
_SENTENCES = {
    "missing": "This is needed.",
    "blank": "There is nothing to read in this.",
    "string_too_short": "This is too short: at least {min_length}.",
    "string_too_long": "This is too long: at most {max_length}.",
    "too_short": "This has too few entries: at least {min_length}.",
    "too_long": "This has too many entries: at most {max_length}.",
    "greater_than": "This must be more than {gt}.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than": "This must be less than {lt}.",
    "less_than_equal": "This must be at most {le}.",
    "literal_error": "This is not one of the choices: {expected}.",
    "enum": "This is not one of the choices: {expected}.",
    "extra_forbidden": "There is a field here that is not known.",
}
_OTHERWISE = "This cannot be used as it is."


class Told(BaseModel):
    """What is wrong: `code` for programs, `message` for people, `fields` by name."""

    code: str
    message: str
    fields: dict[str, str]


class ErrorTold(BaseModel):
    """Every refusal."""

    error: Told


# Said of every route, or its description would promise the framework's own shape for a refused field.
DESCRIBED: dict[int | str, dict[str, Any]] = {"default": {"model": ErrorTold, "description": "A refusal."}}


class _WrongMethod(PorchlightError):
    status, code = 405, "wrong_method"


class Fault(PorchlightError):
    """Something of ours broke; what it was is for our log alone."""

    def __init__(self) -> None:
        super().__init__("Something went wrong on our side. Please try again.")


def install(app: FastAPI) -> None:
    """Makes the app answer in our shape, whatever is raised."""
    app.add_exception_handler(PorchlightError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _protocol)


def answer(error: PorchlightError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer that tells of `error`."""
    body = {"error": {"code": error.code, "message": error.message, "fields": error.fields}}
    own: dict[str, str] = dict(headers or {})
    if isinstance(error, TooOften):
        own["retry-after"] = str(max(error.retry_after, 1))
    if isinstance(error, Unavailable):
        own["retry-after"] = str(RETRY_SECONDS)
    if isinstance(error, NotLoggedIn):
        own["www-authenticate"] = "Bearer"
    return JSONResponse(body, error.status, own)


def route_of(scope: Scope) -> str:
    """The template of the route that was found, never the path itself; `?` for none, and for the pages' files."""
    return str(getattr(scope.get("route"), "path_format", "?"))


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PorchlightError)
    metrics.count("refusals", route=route_of(request.scope), code=error.code)
    return answer(error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return answer(Malformed("The body is not JSON."))
    unread = any(tuple(one["loc"]) == ("body",) and one["type"] != "missing" for one in found)
    if unread and not request.headers.get("content-type", "").startswith("application/json"):
        return answer(WrongType("The body must be JSON, said so by its content type."))
    return answer(Refused("Some of this cannot be accepted.", fields=_fields(found)))


def _fields(found: Sequence[Any]) -> dict[str, str]:
    fields = {}
    for one in found:
        # The name of an unknown field is the sender's own words; so the place where it stands is named instead.
        place = one["loc"][:-1] if one["type"] == "extra_forbidden" else one["loc"]
        name = ".".join(str(step) for step in place[1:]) or "body"
        fields[name] = _SENTENCES.get(one["type"], _OTHERWISE).format(**one.get("ctx", {}))
    return fields


async def _protocol(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    told: dict[int, PorchlightError] = {
        404: NotThere(),
        405: _WrongMethod("This address does not take that method."),
        413: TooLarge("This is more than is taken here."),
    }
    return answer(told.get(error.status_code, Malformed("The request cannot be read.")), error.headers)
