"""Coming in and going out."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from api.staff.app import create_app
from api.stores import Stores
from storage import audit
from storage.db import OPERATOR, Database
from storage.kit.clock import now
from storage.kit.ids import StaffId
from storage.staff import proof as staff_proof, staff
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import HOST, Client
from tests.api.conftest import NewClient, NewStaff

PASSWORD = "a long password"


@pytest.fixture
def ana(record: Database, a_member: NewStaff) -> StaffId:
    """An analyst of Central, with a password and no second factor yet."""
    member = a_member(Role.ANALYST, "Central", name="ana")
    with record.write(by=OPERATOR) as tx:
        staff_proof.set_password(tx, member, PASSWORD)
    return member


@pytest.fixture
def totp(record: Database, ana: StaffId) -> pyotp.TOTP:
    """Her phone."""
    with record.write(by=OPERATOR) as tx:
        return pyotp.TOTP(staff_proof.set_second_factor(tx, ana))


@pytest.fixture
def ask(staff_app: FastAPI, client: NewClient) -> Client:
    """A browser at the door."""
    return client(staff_app)


def log_in(ask: Client, *, name: str = "ana", password: str = PASSWORD, code: str | None = None) -> httpx.Response:
    """Tries the door."""
    proof = {"name": name, "password": password} | ({} if code is None else {"code": code})
    return ask.post("/v1/log-ins", proof, headers={"origin": HOST})


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["error"]["code"]


def test_password_and_code_open_the_door(ask: Client, totp: pyotp.TOTP, record: Database, ana: StaffId) -> None:
    """The token works as bearer and as cookie, and the log-in is on the audit."""
    answer = log_in(ask, code=totp.at(now() // 1000))

    assert answer.status_code == 200
    assert ask.get("/v1/me").json()["name"] == "ana"
    bearer = {"authorization": f"Bearer {answer.json()['token']}", "cookie": ""}
    assert ask.get("/v1/me", headers=bearer).json()["name"] == "ana"
    with record.read() as conn:
        newest = audit.page(conn, before=None, limit=1)[0]
    assert (newest.action, newest.by) == ("staff.log_in", f"staff:{ana}")


def test_a_code_is_asked_for_once_the_password_is_right(ask: Client, totp: pyotp.TOTP) -> None:
    """Before that nothing tells whether the account has one."""
    assert code_of(log_in(ask)) == (422, "second_factor")
    assert code_of(log_in(ask, password="wrong", code="123456")) == (422, "wrong_password")


def test_a_code_is_refused_the_second_time(ask: Client, totp: pyotp.TOTP) -> None:
    """Whoever saw it being typed gets nothing by it."""
    code = totp.at(now() // 1000)
    log_in(ask, code=code)

    assert code_of(log_in(ask, code=code)) == (422, "wrong_code")


def test_a_wrong_name_and_a_wrong_password_are_one_answer(ask: Client, ana: StaffId) -> None:
    """Byte for byte."""
    name, password = log_in(ask, name="anna"), log_in(ask, password="wrong")

    assert code_of(name) == (422, "wrong_password")
    assert name.content == password.content


def test_without_a_second_factor_only_a_demo_lets_in(
    ask: Client, ana: StaffId, demo: Stores, client: NewClient
) -> None:
    """And says that it is one."""
    in_demo = client(create_app(replace(demo, record=builders.as_role(demo.record, "staff"))))

    assert code_of(log_in(ask)) == (403, "no_second_factor")
    assert log_in(in_demo).status_code == 200
    assert in_demo.get("/v1/me").json()["demo"] is True


def test_too_many_tries_are_told_to_wait(ask: Client, ana: StaffId, record: Database) -> None:
    """Each try counts before the password is looked at; another name is not held up."""
    log_in(ask, name="bo", password="wrong")
    with record.write(by=OPERATOR) as tx:
        for _ in range(staff_proof.TRIES - 1):
            staff_proof.count_try(tx, "bo")

    refused = log_in(ask, name="bo")
    assert code_of(refused) == (429, "too_often")
    assert 0 < int(refused.headers["retry-after"]) <= 901
    assert code_of(log_in(ask)) == (403, "no_second_factor")


def test_a_crowd_at_the_door_leaves_the_other_endpoints_free(
    staff_app: FastAPI, record: Database, ana: StaffId
) -> None:
    """More log-ins than there are threads are sent away soon, while no password can be checked."""
    with record.write(by=OPERATOR) as tx:
        bearer = {"authorization": f"Bearer {staff.log_in(tx, ana)}"}

    async def crowd() -> tuple[float, list[int]]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(staff_app), base_url=HOST) as door:
            proofs = [{"name": f"n{number}", "password": "x"} for number in range(60)]
            tries = [asyncio.ensure_future(door.post("/v1/log-ins", json=proof)) for proof in proofs]
            await asyncio.sleep(0.1)
            started = time.monotonic()
            assert (await door.get("/v1/me", headers=bearer)).status_code == 200
            return time.monotonic() - started, [answer.status_code for answer in await asyncio.gather(*tries)]

    with staff_proof._hashing, staff_proof._hashing:
        seconds, codes = asyncio.run(crowd())

    assert set(codes) == {429}
    assert seconds < 5


def test_logging_out_ends_the_token(as_staff: NewClient) -> None:
    """For whoever else has it, too."""
    ask = as_staff(Role.ANALYST, "Central")

    out = ask.ask("DELETE", "/v1/log-ins/current")

    assert (out.status_code, out.content) == (204, b"")
    assert ask.get("/v1/me").status_code == 401


def test_logging_out_takes_the_cookie(ask: Client, totp: pyotp.TOTP) -> None:
    """The browser keeps nothing."""
    log_in(ask, code=totp.at(now() // 1000))

    out = ask.ask("DELETE", "/v1/log-ins/current", headers={"origin": HOST})

    assert 'porchlight-staff-dev="";' in out.headers["set-cookie"]


def test_i_am_told_my_duties(record: Database, staff_app: FastAPI, client: NewClient, a_member: NewStaff) -> None:
    """Roles with their division, and the divisions whose posts I may see."""
    member = a_member(Role.ANALYST, "East", name="eve")
    with record.write(by=OPERATOR) as tx:
        staff.grant(tx, member, Role.ADMIN, None)
        ask = client(staff_app, staff.log_in(tx, member))

    me = ask.get("/v1/me").json()

    east = {"id": me["divisions"][0]["id"], "name": "East"}
    assert me == {
        "name": "eve",
        "roles": [{"role": "admin", "division": None}, {"role": "analyst", "division": east}],
        "divisions": [east],
        "demo": False,
        "lock_after": 600,
    }
