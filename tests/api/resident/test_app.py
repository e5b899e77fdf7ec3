"""The resident program as a whole: who may ask what, and what it never takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from fastapi import FastAPI

from api.resident.desk import Desk
from api.who import declared
from storage.db import OPERATOR
from storage.identity.schema import log_ins
from tests.api.asking import Client
from tests.api.conftest import NewClient
from tests.api.resident.neighbour import Neighbour

ANYONE = {
    "GET /docs",
    "GET /openapi.json",
    "GET /v1/health",
    "GET /{path:page}",
    "HEAD /{path:page}",
    "GET /v1/guidelines",  # published, the same for everyone
    "GET /v1/places/divisions",  # published, the same for everyone
    "GET /v1/places/cells/{division}",
    "GET /v1/places/cells/{division}/{sha256}.json",
    "POST /v1/log-ins",
    "POST /v1/log-ins/code",
    "POST /v1/log-ins/passkey",
    "POST /v1/log-ins/passkey/options",
    "PUT /v1/uploads/{upload_id}/parts/{number}",  # by its signed address
}
RESIDENT = {
    "PUT /v1/receipts/{receipt}/original",
    "GET /v1/alerts",
    "PUT /v1/alerts",
    "POST /v1/alerts/test",
    "PUT /v1/alerts/devices",
    "DELETE /v1/alerts/devices/{device_id}",
    "DELETE /v1/log-ins/current",
    "GET /v1/me",
    "PUT /v1/me/home",
    "POST /v1/uploads",
    "GET /v1/uploads/{upload_id}",
    "POST /v1/uploads/{upload_id}/finish",
    "POST /v1/posts",
    "POST /v1/previews",
    "POST /v1/names",
    "POST /v1/who-could-this-be",
    "GET /v1/inbox",
    "GET /v1/inbox/flags",
    "PUT /v1/inbox/requests/{request_id}/flag",
    "DELETE /v1/inbox/requests/{request_id}/flag",
    "GET /v1/neighborhood/requests",
    "POST /v1/requests/{request_id}/flags",
    "GET /v1/inbox/requests/{request_id}",
    "PUT /v1/inbox/requests/{request_id}/answer",
    "DELETE /v1/inbox/requests/{request_id}/answer",
    "POST /v1/inbox/requests/{request_id}/same-view",
    "POST /v1/inbox/requests/{request_id}/share",
    "GET /v1/cameras",
    "POST /v1/cameras",
    "GET /v1/cameras/ledger",
    "PATCH /v1/cameras/{camera_id}",
    "DELETE /v1/cameras/{camera_id}",
    "POST /v1/cameras/{camera_id}/confirm",
    "POST /v1/cameras/{camera_id}/bring-back",
    "PUT /v1/cameras/{camera_id}/listing",
    "DELETE /v1/cameras/{camera_id}/listing",
    "GET /v1/receipts/{receipt}",
    "DELETE /v1/receipts/{receipt}",
    "GET /v1/posts/mine",
    "GET /v1/posts/mine/{handle}",
    "DELETE /v1/posts/mine/{handle}",
    "GET /v1/categories",
    "GET /v1/neighborhood/posts",
    "GET /v1/posts/{post_id}",
    "GET /v1/posts/{post_id}/as-police-see-it",
    "GET /v1/media/{post_id}/{file}",
    "HEAD /v1/media/{post_id}/{file}",
    "GET /v1/posts/{post_id}/comments",
    "POST /v1/posts/{post_id}/comments",
    "POST /v1/posts/{post_id}/flags",
    "GET /v1/flags/{slip}",
    "GET /v1/posts/{post_id}/nods",
    "PUT /v1/posts/{post_id}/nods/{kind}",
    "DELETE /v1/posts/{post_id}/nods/{kind}",
    "POST /v1/posts/mine/{handle}/appeals",
    "POST /v1/receipts/{receipt}/appeals",
    "POST /v1/posts/mine/{handle}/questions/{letter_id}/answers",
    "POST /v1/receipts/{receipt}/questions/{letter_id}/answers",
    "GET /v1/inbox/questions/{letter_id}",
    "POST /v1/comments/{comment_id}/flags",
    "GET /v1/neighborhood/notices",
    "POST /v1/posts/mine/{handle}/corrections",
    "POST /v1/receipts/{receipt}/corrections",
    "POST /v1/feed/tickets",
    "GET /v1/log-ins",
    "DELETE /v1/log-ins/others",
    "DELETE /v1/log-ins/{handle}",
    "GET /v1/passkeys",
    "DELETE /v1/passkeys/{passkey_id}",
    *(
        f"{method} /v1/{path}"
        for mine in ("posts/mine/{handle}", "receipts/{receipt}")
        for method, path in (
            ("GET", f"{mine}/links"),
            ("POST", f"{mine}/links"),
            ("DELETE", f"{mine}/links/{{link_id}}"),
            ("PUT", f"{mine}/resolved"),
            ("DELETE", f"{mine}/resolved"),
        )
    ),
}
PROVED = {  # only within half an hour of a log-in
    "POST /v1/me/leave",
    "GET /v1/me/held",
    "POST /v1/passkeys",
    "POST /v1/passkeys/options",
}
# Words of which a place, a name or a machine could be told finer than a block.
FINER = re.compile(r"\b(lat|lon|lng|latitude|longitude|coord\w*|geo\w*|point|bbox|viewport|street|address|zip)\b")


def ask(client: Client, route: str) -> int:
    """The status of the route for an id of nothing."""
    method, path = route.split(" ")
    body: object = {} if method in ("POST", "PUT", "PATCH") else None
    return client.ask(method, re.sub(r"\{.*?\}", "a" * 26, path), json=body).status_code


def names(schema: Any) -> Iterator[str]:
    """Every field and parameter that a schema names."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        if "in" in schema and isinstance(schema.get("name"), str):
            yield schema["name"]
        for inner in schema.values():
            yield from names(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from names(inner)


def test_each_route_names_who_may_ask(app: FastAPI) -> None:
    """The whole table: a route that is new, or that names nobody, is seen here."""
    table = {f"{one.method} {one.path}": one.who for one in declared(app)}

    assert table == {
        **dict.fromkeys(ANYONE, ("anyone",)),
        **dict.fromkeys(RESIDENT, ("resident",)),
        **dict.fromkeys(PROVED, ("resident, logged in anew",)),
    }


def test_nobody_gets_in_without_a_log_in(app: FastAPI, desk: Desk, client: NewClient, ada: Neighbour) -> None:
    """Neither without a token, nor with one that was never issued, nor with one whose time is over."""
    with desk.stores.vault.write(by=OPERATOR) as tx:
        tx.execute(log_ins.update().values(ends_at=1))
    for stranger in (client(app), client(app, "b" * 52), ada.client):
        for route in RESIDENT | PROVED:
            assert ask(stranger, route) == 401, route

    assert not {ask(client(app), route) for route in ANYONE} & {401, 403}


def test_a_resident_reaches_every_route(ada: Neighbour) -> None:
    """What is asked for is made up, so it is not there or cannot be accepted; nothing breaks."""
    statuses = {route: ask(ada.client, route) for route in sorted(RESIDENT - {"DELETE /v1/log-ins/current"})}

    assert statuses.pop("POST /v1/alerts/test") == 409  # who gets none is told so
    assert {route: status for route, status in statuses.items() if status not in (200, 204, 404, 422)} == {}


def test_a_staff_token_opens_nothing_here(app: FastAPI, client: NewClient, analyst: Client) -> None:
    """Nor does a resident's there: each program has log-ins and a cookie of its own."""
    token = analyst._http.headers["authorization"].removeprefix("Bearer ")

    assert client(app, token).get("/v1/me").status_code == 401
    assert analyst.get("/v1/me").status_code == 200


def test_no_field_could_take_a_coordinate(app: FastAPI) -> None:
    """In no request and no answer of the whole program, nor in a parameter of any route; but a business may say openly
    where it is.
    """
    described = deepcopy(app.openapi())
    openly = described["components"]["schemas"].pop("ListingSeen")
    found = sorted(set(names(described)))

    assert {"block_id", "happened_at", "upload_id", "email"} <= set(found)
    assert [name for name in found if FINER.search(name.lower().replace("_", " "))] == []
    assert sorted(openly["properties"]) == ["address", "contact"]


def test_what_is_sent_is_closed(app: FastAPI) -> None:
    """A body with a field that is not described is refused, on every route."""
    schemas = app.openapi()["components"]["schemas"]
    bodies = [
        route["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for path in app.openapi()["paths"].values()
        for route in path.values()
        if "requestBody" in route
    ]

    assert len(bodies) >= 8
    assert [body for body in bodies if schemas[body].get("additionalProperties") is not False] == []


def test_an_answer_tells_no_answer_s_number_twice(ada: Neighbour) -> None:
    """Each has a number drawn for it, never the one that was sent along."""
    answers = [ada.ask("GET", "/v1/me", headers={"x-request-id": "mine"}) for _ in range(2)]

    numbers = {answer.headers["x-request-id"] for answer in answers}
    assert len(numbers) == 2
    assert "mine" not in numbers
