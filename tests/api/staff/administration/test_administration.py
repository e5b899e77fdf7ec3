"""Staff administration over HTTP: invited, granted, locked, proved again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyotp
import pytest
from fastapi import FastAPI

from api.staff.app import create_app
from api.stores import Stores
from storage import audit
from storage.db import OPERATOR, Database
from storage.kit.clock import HOUR, now
from storage.kit.ids import StaffId
from storage.schema import desks as rows, staff_log_ins
from storage.staff import proof as staff_proof, recovery_codes, staff
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import HOST, Client
from tests.api.conftest import NewClient, NewStaff

pytestmark = pytest.mark.engines("sqlite")
CENTRAL, PASSWORD = builders.division("Central"), "a long password"
ORIGIN = {"origin": HOST}


def code_of(key: str) -> str:
    """What a phone with the key shows."""
    return pyotp.TOTP(key).at(now() // 1000)


def invite(admin: Client, role: Role = Role.MODERATOR, division: str | None = CENTRAL) -> str:
    """The secret of an invitation."""
    answer = admin.post("/v1/invitations", {"role": role, "division": division})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["secret"])


def old(record: Database) -> None:
    """An hour passes, in which nobody shows who they are."""
    with record.write(by=OPERATOR) as tx:
        tx.execute(rows.update().values(proved_at=rows.c.proved_at - HOUR))
        tx.execute(staff_log_ins.update().values(ends_at=staff_log_ins.c.ends_at - HOUR))
        tx.audit("test", "")


def newest(record: Database) -> Any:
    """The newest line of the audit."""
    with record.read() as conn:
        return audit.page(conn, before=None, limit=1)[0]


def test_who_is_invited_makes_an_account_once(
    staff_app: FastAPI, as_staff: NewClient, client: NewClient, record: Database
) -> None:
    """With a name, a password and a phone of their own; then the link is not there, as one that never was."""
    admin, door = as_staff(Role.ADMIN), client(staff_app)
    secret = invite(admin)
    offer = door.post("/v1/invitations/offer", {"secret": secret}, headers=ORIGIN).json()
    wish = {"secret": secret, "name": "Mo", "password": PASSWORD}
    key = offer["second_factor"]["key"]

    wrong = door.post("/v1/invitations/join", {**wish, "code": "12345x"}, headers=ORIGIN)
    joined = door.post("/v1/invitations/join", {**wish, "code": code_of(key)}, headers=ORIGIN)

    assert (offer["role"], offer["division"]["name"]) == ("moderator", "Central")
    assert wrong.json()["error"]["code"] == "wrong_code"
    assert joined.status_code == 200, joined.text
    assert len(joined.json()["recovery_codes"]) == 8
    me = door.get("/v1/me").json()
    assert (me["name"], [role["role"] for role in me["roles"]]) == ("Mo", ["moderator"])
    unknown = door.post("/v1/invitations/offer", {"secret": "a" * 52}, headers=ORIGIN)
    used = door.post("/v1/invitations/offer", {"secret": secret}, headers=ORIGIN)
    assert (used.status_code, used.content) == (404, unknown.content)
    assert admin.get("/v1/invitations").json()["items"] == []


def test_a_recovery_code_stands_for_the_phone_once(
    staff_app: FastAPI, client: NewClient, record: Database, a_member: NewStaff
) -> None:
    """At the door; and a phone is replaced by who comes in with it."""
    ana = a_member(Role.ANALYST, "Central", name="ana")
    with record.write(by=OPERATOR) as tx:
        staff_proof.set_password(tx, ana, PASSWORD)
        lost = staff_proof.set_second_factor(tx, ana)
        codes = recovery_codes.draw(tx, ana)
    door = client(staff_app)
    proof = {"name": "ana", "password": PASSWORD}

    said = [door.post("/v1/log-ins", {**proof, "code": codes[0]}, headers=ORIGIN).status_code for _ in range(2)]
    key = door.post("/v1/me/second-factor", {}, headers=ORIGIN).json()["key"]
    fresh = door.post("/v1/me/second-factor/code", {"code": code_of(key)}, headers=ORIGIN)

    assert said == [200, 422]
    assert door.get("/v1/me/second-factor").json() == {"is_set": True, "recovery_codes_left": 8}
    assert codes[1] not in fresh.json()["recovery_codes"]
    assert door.post("/v1/log-ins", {**proof, "code": code_of(lost)}, headers=ORIGIN).status_code == 422


def test_duties_are_granted_to_others_alone(as_staff: NewClient, record: Database, a_member: NewStaff) -> None:
    """In a division that there is; each grant and each end is one line of the audit, and holds at once."""
    admin, mo = as_staff(Role.ADMIN), a_member(Role.MODERATOR, "Central", name="mo")
    (me,) = [one["id"] for one in admin.get("/v1/staff").json()["items"] if one["mine"]]
    path = f"/v1/staff/{mo}/roles"

    refusals = [
        admin.post(f"/v1/staff/{me}/roles", {"role": "lead", "division": CENTRAL}),
        admin.post(path, {"role": "admin"}),
        admin.post(path, {"role": "lead"}),
        admin.post(path, {"role": "lead", "division": "nowhere"}),
        admin.ask("DELETE", f"{path}/lead?division={CENTRAL}"),
    ]
    assert [one.json()["error"]["code"] for one in refusals] == [
        *("own_account", "admin_alone", "refused", "not_there", "not_there"),
    ]
    assert admin.post(path, {"role": "lead", "division": CENTRAL}).status_code == 204
    assert newest(record).action == "staff.grant"
    assert admin.ask("DELETE", f"{path}/moderator?division={CENTRAL}").status_code == 204
    assert newest(record).action == "staff.take_back"
    (seen,) = [one["duties"] for one in admin.get("/v1/staff").json()["items"] if one["name"] == "mo"]
    assert [(duty["role"], duty["division"]["name"]) for duty in seen] == [("lead", "Central")]


def test_what_takes_a_fresh_proof_is_refused_after_half_an_hour(
    as_staff: NewClient, record: Database, given: Stores, client: NewClient, a_member: NewStaff
) -> None:
    """Until a code is shown again: the log-in goes on meanwhile."""
    member = a_member(Role.ADMIN, name="ad")
    with record.write(by=OPERATOR) as tx:
        staff_proof.set_password(tx, member, PASSWORD)
        key = staff_proof.set_second_factor(tx, member)
        token = staff.log_in(tx, member)
    admin = client(create_app(given), token)
    old(record)

    before = admin.post("/v1/invitations", {"role": "admin"})
    wrong = admin.post("/v1/log-ins/current/proof", {"code": "12345x"})
    bare = admin.post("/v1/log-ins/current/proof", {"password": PASSWORD})
    right = admin.post("/v1/log-ins/current/proof", {"code": code_of(key)})

    assert (before.status_code, before.json()["error"]["code"]) == (403, "prove_again")
    assert [one.json()["error"]["code"] for one in (wrong, bare)] == ["wrong_code", "second_factor"]
    assert right.status_code == 204
    assert invite(admin, Role.ADMIN, None)
    assert admin.get("/v1/me").status_code == 200


@pytest.fixture
def at_desk(demo: Stores, client: NewClient, record: Database, a_member: NewStaff) -> Client:
    """An analyst at a browser, in a demo."""
    ana: StaffId = a_member(Role.ANALYST, "Central", name="ana")
    with record.write(by=OPERATOR) as tx:
        staff_proof.set_password(tx, ana, PASSWORD)
    browser = client(create_app(replace(demo, record=builders.as_role(demo.record, "staff"))))
    assert browser.post("/v1/log-ins", {"name": "ana", "password": PASSWORD}, headers=ORIGIN).status_code == 200
    return browser


def test_a_locked_desk_answers_nothing_until_it_is_opened(at_desk: Client) -> None:
    """Its token is worth nothing, as a cookie and as a bearer; the place is not lost, for nobody was logged out."""
    assert at_desk.post("/v1/log-ins/current/lock", headers=ORIGIN).status_code == 204

    locked = [at_desk.get("/v1/me"), at_desk.get("/v1/posts"), at_desk.post("/v1/feed/tickets", {}, headers=ORIGIN)]
    wrong = at_desk.post("/v1/log-ins/current/unlock", {"password": "wrong"}, headers=ORIGIN)
    still = at_desk.get("/v1/me").status_code
    opened = at_desk.post("/v1/log-ins/current/unlock", {"password": PASSWORD}, headers=ORIGIN)

    assert {(one.status_code, one.json()["error"]["code"]) for one in locked} == {(401, "locked")}
    assert (wrong.status_code, still, opened.status_code) == (422, 401, 204)
    assert at_desk.get("/v1/me").status_code == 200


def test_a_desk_left_alone_locks_by_the_clock(at_desk: Client, record: Database) -> None:
    """Whatever its page asks for by itself; only a touch keeps it open."""

    def untouched() -> None:
        with record.write(by=OPERATOR) as tx:
            tx.execute(rows.update().values(touched_at=rows.c.touched_at - HOUR))

    at_desk.get("/v1/posts")
    assert at_desk.post("/v1/log-ins/current/touch", headers=ORIGIN).status_code == 204
    assert at_desk.get("/v1/me").status_code == 200
    untouched()

    assert at_desk.get("/v1/me").json()["error"]["code"] == "locked"
    assert at_desk.post("/v1/log-ins/current/touch", headers=ORIGIN).status_code == 401
    assert at_desk.ask("DELETE", "/v1/log-ins/current", headers=ORIGIN).status_code == 204
    assert at_desk.get("/v1/me").json()["error"]["code"] == "not_logged_in"
