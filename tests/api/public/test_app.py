"""The public program."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from api.public.app import KEPT_SECONDS, LEAST, Counted, told
from feed.bell import Bell
from storage.db import Database
from tests import builders
from tests.api.conftest import NewClient


@pytest.mark.parametrize(("count", "said"), [(0, None), (LEAST - 1, None), (12, 10), (19, 10), (20, 20), (1234, 1230)])
def test_counts_are_round_and_small_ones_untold(count: int, said: int | None) -> None:
    """One more or one less does not show."""
    assert told(count) == said


def test_anybody_may_read_the_counts(record: Database, bell: Bell, public_app: FastAPI, client: NewClient) -> None:
    """How many posts are live, and how often moderators decided what."""
    for _ in range(LEAST + 1):
        builders.a_published_post(record, bell)

    answer = client(public_app).get("/v1/transparency").json()

    assert answer["posts"] == {"live": 10}
    assert answer["decisions"] == dict.fromkeys(("hold", "hide", "restore", "remove", "dismiss"))
    assert (answer["least"], answer["rounded_to"]) == (12, 10)


def test_counting_is_not_done_for_every_asker(record: Database, bell: Bell, city: builders.City) -> None:
    """For a while everyone gets the same."""
    clock = [0.0]
    counted = Counted(lambda: clock[0])
    before = counted.get(record)
    for _ in range(LEAST):
        builders.a_published_post(record, bell)

    clock[0] = KEPT_SECONDS
    assert counted.get(record) is before
    clock[0] = KEPT_SECONDS + 1
    assert counted.get(record).posts == {"live": 10}
