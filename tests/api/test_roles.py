"""Roles and routes: every route of the record side's programs, asked by everyone there is."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from api.who import declared
from storage.db import OPERATOR, Database
from storage.staff import staff
from storage.staff.staff import Role
from tests.api.asking import Client
from tests.api.conftest import NewClient

MAY = {
    "any staff": set(Role),
    "any staff, at a locked desk too": set(Role),
    "viewer": {Role.ANALYST, Role.DETECTIVE, Role.MODERATOR, Role.LEAD},
    "moderator": {Role.MODERATOR},
    "moderator or lead": {Role.MODERATOR, Role.LEAD},
    "investigator": {Role.ANALYST, Role.DETECTIVE, Role.LEAD},
    "detective or lead": {Role.DETECTIVE, Role.LEAD},
    "detective": {Role.DETECTIVE},
    "lead": {Role.LEAD},
    "admin": {Role.ADMIN},
}
OPEN = {
    "GET /docs",
    "GET /openapi.json",
    "GET /v1/health",
    "GET /{path:page}",
    "HEAD /{path:page}",
}
STAFF = {
    "DELETE /v1/log-ins/current": "any staff, at a locked desk too",
    "POST /v1/log-ins/current/touch": "any staff",
    "POST /v1/log-ins/current/lock": "any staff, at a locked desk too",
    "POST /v1/log-ins/current/unlock": "any staff, at a locked desk too",
    "POST /v1/log-ins/current/proof": "any staff",
    "GET /v1/me/second-factor": "any staff",
    "POST /v1/me/second-factor": "any staff",
    "POST /v1/me/second-factor/code": "any staff",
    "POST /v1/me/recovery-codes": "any staff",
    "PUT /v1/me/language": "any staff",
    "GET /v1/invitations": "admin",
    "POST /v1/invitations": "admin",
    "DELETE /v1/invitations/{invitation_id}": "admin",
    "POST /v1/staff/{staff_id}/roles": "admin",
    "DELETE /v1/staff/{staff_id}/roles/{role}": "admin",
    "GET /v1/log-ins": "any staff",
    "DELETE /v1/log-ins/{log_in_id}": "any staff",
    "GET /v1/staff": "admin",
    "DELETE /v1/staff/{staff_id}": "admin",
    "DELETE /v1/staff/{staff_id}/log-ins": "admin",
    "GET /v1/me": "any staff",
    "GET /v1/guidelines": "any staff",
    "GET /v1/places/divisions": "any staff",
    "GET /v1/places/cells/{division}": "any staff",
    "GET /v1/places/cells/{division}/{sha256}.json": "any staff",
    "GET /v1/posts": "viewer",
    "GET /v1/unread": "viewer",
    "DELETE /v1/unread/{post_id}": "viewer",
    "GET /v1/digest": "viewer",
    "PUT /v1/digest": "viewer",
    "DELETE /v1/digest": "viewer",
    "POST /v1/digest/code": "viewer",
    "GET /v1/watches": "viewer",
    "POST /v1/watches": "viewer",
    "PUT /v1/watches/{watch_id}": "viewer",
    "DELETE /v1/watches/{watch_id}": "viewer",
    "GET /v1/posts/{post_id}": "viewer",
    "GET /v1/media/{post_id}/{file}": "viewer",
    "HEAD /v1/media/{post_id}/{file}": "viewer",
    "POST /v1/posts/{post_id}/flags": "viewer",
    "POST /v1/names": "viewer",
    "POST /v1/feed/tickets": "viewer",
    "GET /v1/flags/{slip}": "viewer",
    "GET /v1/flags": "moderator",
    "GET /v1/moderation/queue": "moderator",
    "GET /v1/moderation/shift": "moderator",
    "GET /v1/load": "lead",
    "POST /v1/moderation/decisions": "moderator",
    "PUT /v1/posts/{post_id}/claim": "moderator",
    "DELETE /v1/posts/{post_id}/claim": "moderator",
    "DELETE /v1/posts/{post_id}/decisions/last": "moderator",
    "POST /v1/posts/{post_id}/decisions": "moderator",
    "GET /v1/posts/{post_id}/decisions": "moderator",
    "POST /v1/posts/{post_id}/edits": "moderator",
    "POST /v1/posts/{post_id}/blurs": "moderator",
    "GET /v1/moderation/posts": "moderator",
    "GET /v1/premoderation": "lead",
    "PUT /v1/premoderation": "lead",
    "DELETE /v1/premoderation/{division_id}/{category}": "lead",
    "GET /v1/audit": "admin",
    "GET /v1/incidents": "investigator",
    "POST /v1/incidents": "lead",
    "GET /v1/cases": "investigator",
    "POST /v1/cases": "detective or lead",
    "GET /v1/cases/{case_id}": "investigator",
    "POST /v1/cases/{case_id}/consent": "lead",
    "POST /v1/cases/{case_id}/refuse": "lead",
    "POST /v1/cases/{case_id}/close": "detective or lead",
    "POST /v1/cases/{case_id}/reopen": "lead",
    "POST /v1/cases/{case_id}/notes": "investigator",
    "GET /v1/cases/{case_id}/people": "lead",
    "POST /v1/cases/{case_id}/members": "lead",
    "DELETE /v1/cases/{case_id}/members/{member_id}": "lead",
    "POST /v1/cases/{case_id}/cameras": "detective",
    "GET /v1/cases/{case_id}/posts/{post_id}": "investigator",
    "GET /v1/cases/{case_id}/posts/{post_id}/media/{file}": "investigator",
    "HEAD /v1/cases/{case_id}/posts/{post_id}/media/{file}": "investigator",
    "GET /v1/cases/{case_id}/suggestions": "investigator",
    "GET /v1/cases/{case_id}/exports": "investigator",
    "POST /v1/cases/{case_id}/exports": "detective or lead",
    "GET /v1/cases/{case_id}/exports/{export_id}/file": "detective or lead",
    "GET /v1/cases/{case_id}/requests": "investigator",
    "POST /v1/cases/{case_id}/requests": "detective",
    "POST /v1/cases/{case_id}/requests/previews": "detective",
    "POST /v1/cases/{case_id}/answers/{answer_id}/contact": "detective",
    "POST /v1/requests/{request_id}/approve": "detective or lead",
    "POST /v1/requests/{request_id}/refuse": "detective or lead",
    "POST /v1/requests/{request_id}/resolve": "detective or lead",
    "POST /v1/cases/{case_id}/links": "investigator",
    "DELETE /v1/cases/{case_id}/links/{link_id}": "investigator",
    "GET /v1/cases/{case_id}/questions": "investigator",
    "POST /v1/cases/{case_id}/questions": "investigator",
    "POST /v1/cases/{case_id}/helped": "investigator",
    "GET /v1/questions/guidelines": "investigator",
    **{f"{method} /v1/notices": "lead" for method in ("GET", "POST")},
    **{f"POST /v1/notices/{{notice_id}}/{step}": "lead" for step in ("consent", "refuse", "end")},
    "GET /v1/moderation/questions": "moderator",
    "POST /v1/posts/{post_id}/asks": "moderator",
    "POST /v1/comments/{comment_id}/decisions": "moderator",
    "DELETE /v1/comments/{comment_id}/decisions/last": "moderator",
    "GET /v1/posts/{post_id}/comments": "moderator or lead",
    "POST /v1/comments/{comment_id}/flags": "moderator or lead",
    "POST /v1/requests/{request_id}/flags": "viewer",
    "PUT /v1/requests/{request_id}/claim": "moderator",
    "DELETE /v1/requests/{request_id}/claim": "moderator",
    "POST /v1/requests/{request_id}/decisions": "moderator",
    "DELETE /v1/requests/{request_id}/decisions/last": "moderator",
    "GET /v1/moderation/requests": "lead",
    "GET /v1/moderation/requests/told": "moderator",
}


def routes(app: FastAPI) -> dict[str, tuple[str, ...]]:
    """Every route with who it names."""
    return {f"{one.method} {one.path}": one.who for one in declared(app)}


def ask(client: Client, route: str) -> int:
    """The status of the route for an id of nothing."""
    method, path = route.split(" ")
    body = {} if method == "POST" else None
    return client.ask(method, re.sub(r"\{.*?\}", "a" * 26, path), json=body).status_code


def test_the_staff_program_opens_its_routes_to_those_roles(staff_app: FastAPI) -> None:
    """The whole table, so that a route or a role that changes is seen; a route that names nobody is not in it."""
    doors = ("POST /v1/log-ins", "POST /v1/invitations/offer", "POST /v1/invitations/join")
    expected = dict.fromkeys((*OPEN, *doors), ("anyone",))

    assert routes(staff_app) == {**expected, **{route: (who,) for route, who in STAFF.items()}}


def test_both_programs_describe_themselves(staff_app: FastAPI, public_app: FastAPI, client: NewClient) -> None:
    """Every call of the API is in OpenAPI and in the listing, with who may ask."""
    for app in (staff_app, public_app):
        described, listed = client(app).get("/openapi.json").json()["paths"], client(app).get("/docs").text
        for route in routes(app):
            method, path = route.split(" ")
            assert method == "HEAD" or not path.startswith("/v1/") or method.lower() in described[path], route
            assert not path.startswith("/v1/") or path in listed


def test_the_public_program_is_open_and_small(public_app: FastAPI) -> None:
    """Counts, and what somebody shows by a link; nothing else."""
    shown = ("GET /v1/shared/{link}", "GET /v1/media/{link}/{file}", "HEAD /v1/media/{link}/{file}")
    counts = ("GET /v1/transparency", "GET /v1/audit-heads", "GET /v1/requests")
    assert routes(public_app) == dict.fromkeys((*OPEN, *counts, *shown), ("anyone",))


def test_nobody_gets_in_without_a_log_in(staff_app: FastAPI, client: NewClient) -> None:
    """Neither without a token nor with one that was never issued; open routes ask for none."""
    for stranger in (client(staff_app), client(staff_app, "b" * 52)):
        for route, who in routes(staff_app).items():
            if who != ("anyone",):
                assert ask(stranger, route) == 401, route

    assert not {ask(client(staff_app), route) for route in OPEN} & {401, 403}


@pytest.mark.parametrize("role", Role)
def test_each_role_reaches_its_routes_alone(staff_app: FastAPI, as_staff: NewClient, role: Role) -> None:
    """Refused with 403 elsewhere; where it may ask, 404 or 422 tell of the made-up question."""
    asker, leaver = as_staff(role, "Central"), as_staff(role, "Central")
    for route, who in STAFF.items():
        status = ask(leaver if route == "DELETE /v1/log-ins/current" else asker, route)
        assert (status == 403) == (role not in MAY[who]), (route, status)
        assert status != 401, route


def test_a_member_without_any_duty_gets_nowhere(staff_app: FastAPI, record: Database, client: NewClient) -> None:
    """To be known is not yet to be allowed."""
    with record.write(by=OPERATOR) as tx:
        stranger = client(staff_app, staff.log_in(tx, staff.make(tx, "new")))

    assert {ask(stranger, route) for route in STAFF} == {403}
