"""Casework on ground that can be measured, and the asking for footage in it."""

from __future__ import annotations

import httpx
import pytest

from storage.db import Database
from storage.kit import clock
from storage.kit.ids import BlockId
from tests.api.staff.casework import Casework, Person, casework  # noqa: F401 - fixture
from tests.storage.footage.asked import a_window, lay_squares, squares

TEXT = "A grey van left along the alley. Did your camera see it?"
LARGE = squares(range(7), range(2))


@pytest.fixture(name="work")
def the_work(record: Database, casework: Casework, monkeypatch: pytest.MonkeyPatch) -> Casework:  # noqa: F811
    """Casework on ground that can be measured."""
    lay_squares(record, monkeypatch)
    return casework


def a_draft(blocks: frozenset[BlockId] = squares(range(2)), **said: object) -> dict[str, object]:
    """A small request, unless said otherwise."""
    begin, end = (clock.as_text(at) for at in a_window())
    draft = {"blocks": sorted(blocks), "window_from": begin, "window_to": end, "kind": "burglary", "text": TEXT}
    return {**draft, **said}


def ask(person: Person, path: str, blocks: frozenset[BlockId] = squares(range(2)), **said: object) -> httpx.Response:
    """They ask, with the draft as it is or changed by what is said."""
    return person.ask.post(f"{path}/requests", a_draft(blocks, **said))
