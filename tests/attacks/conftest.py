"""What the attacks stand on: one world for all of them, and the table of what was tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from api.stack import Running
from tests.attacks import table
from tests.attacks.asked import Asked
from tests.attacks.stores import Embedded, Stores
from tests.attacks.stores_of_city import OfCity
from tests.attacks.table import Tried
from tests.attacks.world import World, populate
from tests.journeys.conftest import Stack, a_stack
from tests.journeys.production import City

STARTS_WITHIN = 600  # seconds, with people in it, on a machine that is busy; the whole takes as long as it takes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first attack waits for the world: it has more time than other tests."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(0 if Asked.read().whole else STARTS_WITHIN))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A Porchlight with people in it, some of whom took something back, and attackers who asked for everything."""
    asked, folder = Asked.read(), tmp_path_factory.mktemp("attacks")
    with _a_city(folder) if asked.engine == "postgresql" else _embedded(asked, folder) as (stack, stores):
        found = populate(stack, stores, folder, residents=asked.residents, posts=asked.posts)
        yield found
        found.close()
        table.COUNTED.update(found.counts())


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Tried:
    """Takes how often an attack tried."""
    return lambda count: request.node.user_properties.append(("tried", count))


@pytest.fixture(autouse=True)
def fact(request: pytest.FixtureRequest) -> None:
    """Hands the test's docstring to the table."""
    request.node.user_properties.append(("fact", (request.function.__doc__ or "").partition("\n")[0]))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table, where the whole was asked for."""
    if Asked.read().whole:
        for line in table.lines(terminalreporter.stats):
            terminalreporter.write_line(line)


@contextmanager
def _embedded(asked: Asked, folder: Path) -> Iterator[tuple[Stack, Stores]]:
    with nullcontext(_running(asked.data)) if asked.data else a_stack(folder) as stack:
        yield stack, Embedded(stack)


@contextmanager
def _a_city(folder: Path) -> Iterator[tuple[City, Stores]]:
    city = City(folder / "city")
    try:
        city.start()
        yield city, OfCity(city)
    finally:
        city.stop()


def _running(data: Path) -> Stack:
    running = Running.read(data)
    assert running is not None, f"no stack runs on {data}"
    return Stack(data, running.base, data / "up.log")
