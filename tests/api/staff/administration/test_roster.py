"""Log-ins listed and ended, accounts ended."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from storage.db import OPERATOR, Database
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.conftest import NewClient

pytestmark = pytest.mark.engines("sqlite")


def test_i_see_where_i_am_logged_in_and_end_one(
    staff_app: FastAPI, record: Database, client: NewClient, city: builders.City
) -> None:
    """Which one asks is said; nobody ends another's, and no answer tells a token or its digest."""
    ann, ben = builders.a_moderator(record, "ann"), builders.a_moderator(record, "ben")
    with record.write(by=OPERATOR) as tx:
        tokens = [staff.log_in(tx, member) for member in (ann, ann, ben)]
    here, there, his = (client(staff_app, token) for token in tokens)

    items = here.get("/v1/log-ins").json()["items"]
    (other,) = [one["id"] for one in items if not one["current"]]

    assert len(items) == 2
    assert not any(secret in str(items) for token in tokens for secret in (token, staff.ids.digest(token)))
    assert his.ask("DELETE", f"/v1/log-ins/{other}").status_code == 404
    assert there.get("/v1/me").status_code == 200
    assert here.ask("DELETE", f"/v1/log-ins/{other}").status_code == 204
    assert [one.get("/v1/me").status_code for one in (here, there, his)] == [200, 401, 200]
    assert here.ask("DELETE", f"/v1/log-ins/{other}").status_code == 404


def test_an_admin_ends_log_ins_and_accounts_but_not_their_own(
    staff_app: FastAPI, record: Database, client: NewClient, as_staff: NewClient, city: builders.City
) -> None:
    """At once; one who is gone cannot be ended again, and nobody who was never there."""
    admin, ann = as_staff(Role.ADMIN), builders.a_moderator(record, "ann")
    with record.write(by=OPERATOR) as tx:
        hers = [client(staff_app, staff.log_in(tx, ann)) for _ in range(2)]

    (mine,) = [one["id"] for one in admin.get("/v1/staff").json()["items"] if one["mine"]]
    assert admin.ask("DELETE", f"/v1/staff/{ann}/log-ins").status_code == 204
    assert [one.get("/v1/me").status_code for one in hers] == [401, 401]
    with record.write(by=OPERATOR) as tx:
        again = client(staff_app, staff.log_in(tx, ann))
    assert again.get("/v1/me").status_code == 200
    assert admin.ask("DELETE", f"/v1/staff/{ann}").status_code == 204
    assert again.get("/v1/me").status_code == 401
    assert [admin.ask("DELETE", f"/v1/staff/{one}").status_code for one in (ann, "x", mine)] == [404, 404, 409]
    assert [(one["name"], one["ended"]) for one in admin.get("/v1/staff").json()["items"] if not one["mine"]] == [
        ("ann", True)
    ]
