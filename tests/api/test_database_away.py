"""Doors while their database is away: 503 with a time to come back, and well again by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.public.app import create_app as create_public
from api.staff.app import create_app as create_staff
from api.stores import Stores
from storage.db import Database
from tests.api.conftest import NewClient
from tests.api.running import free_port

pytestmark = pytest.mark.engines("sqlite")  # what the doors stand on else


@pytest.fixture
def away() -> Iterator[Database]:
    """A record on a server that is not there."""
    database = Database(f"postgresql+psycopg://porchlight_staff:any@127.0.0.1:{free_port()}/record")
    yield database
    database.engine.dispose()


def test_staff_are_told_to_come_back(away: Database, given: Stores, client: NewClient) -> None:
    """Whatever they ask; nothing of the database's own words comes out."""
    ask = client(create_staff(replace(given, record=away)), "t" * 52)

    answers = [ask.get("/v1/posts"), ask.post("/v1/log-ins", {"name": "ann", "password": "long enough"})]

    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert "127.0.0.1" not in answer.text and "porchlight_staff" not in answer.text


def test_the_public_is_told_to_come_back(away: Database, given: Stores, client: NewClient) -> None:
    """As everybody else."""
    answer = client(create_public(away, given.bucket)).get("/v1/transparency")

    assert answer.status_code == 503


def test_health_does_not_depend_on_it(away: Database, given: Stores, client: NewClient) -> None:
    """The program lives; whether it is of use is another question, asked elsewhere."""
    assert client(create_staff(replace(given, record=away))).get("/v1/health").status_code == 200
