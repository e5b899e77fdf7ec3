"""Who of the staff is asking."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from storage.db import OPERATOR, Database
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.conftest import NewClient, NewStaff


@pytest.mark.parametrize("how", ["duty", "account"])
def test_what_is_taken_back_ends_at_once(
    record: Database, staff_app: FastAPI, client: NewClient, a_member: NewStaff, how: str
) -> None:
    """The next question already finds the duty or the account gone: neither is in the token."""
    member = a_member(Role.ANALYST, "Central")
    with record.write(by=OPERATOR) as tx:
        ask = client(staff_app, staff.log_in(tx, member))
    before = ask.get("/v1/posts").status_code

    with record.write(by=OPERATOR) as tx:
        if how == "duty":
            staff.take_back(tx, member, Role.ANALYST, builders.division("Central"))
        else:
            staff.end(tx, member)

    assert before == 200
    assert ask.get("/v1/posts").status_code == (403 if how == "duty" else 401)
