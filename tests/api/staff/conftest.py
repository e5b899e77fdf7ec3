"""Who stands at the moderators' desk, and what they judge."""

from __future__ import annotations

import pytest

from feed.bell import Bell
from storage.db import Database
from storage.posts.posts import Post
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient


@pytest.fixture
def ann(as_staff: NewClient) -> Client:
    """A moderator of Central."""
    return as_staff(Role.MODERATOR, "Central")


@pytest.fixture
def ben(as_staff: NewClient) -> Client:
    """Another one."""
    return as_staff(Role.MODERATOR, "Central")


@pytest.fixture
def analyst(as_staff: NewClient) -> Client:
    """An analyst of Central."""
    return as_staff(Role.ANALYST, "Central")


@pytest.fixture
def post(record: Database, bell: Bell, city: builders.City) -> Post:
    """A live post of Central."""
    return builders.a_published_post(record, bell)
