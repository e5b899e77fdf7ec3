"""Names under which a program is asked."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from api.hosts import KnownHosts
from storage.kit.doors import host_of
from tests.api.asking import Client


@pytest.mark.parametrize("name", ["staff.example", "STAFF.example:8443", "127.0.0.1:8001"])
def test_it_answers_under_its_own_names(staff_app: FastAPI, name: str) -> None:
    """On whatever port, written as browsers like."""
    assert _asked(staff_app, name) == 200


@pytest.mark.parametrize(
    "name", ["evil.example", "staff.example.evil.example", "", "[::1", "staff.example@evil.example"]
)
def test_it_answers_under_no_other(staff_app: FastAPI, name: str) -> None:
    """A page whose name was made to lead here learns nothing, and the answer repeats nothing it said."""
    assert _asked(staff_app, name) == 400


@pytest.mark.parametrize(
    ("header", "host"), [("a.example:1", "a.example"), ("[::1]:8000", "::1"), ("", None), ("[::1", None)]
)
def test_a_host_header_has_a_host(header: str, host: str | None) -> None:
    """Its port is not looked at."""
    assert host_of(header) == host


def _asked(app: FastAPI, name: str) -> int:
    client = Client(KnownHosts(app, {"staff.example", "127.0.0.1"}))  # type: ignore[arg-type]  # an app in an app
    answer = client.get("/v1/health", headers={"host": name})
    client.close()
    if answer.status_code != 200:
        assert answer.json()["error"]["code"] == "unknown_host"
        assert name not in answer.text or not name
    return answer.status_code
