"""Saved watches: one's own, as they were saved, with what is new of each."""

from __future__ import annotations

from typing import Any

import pytest

from feed.bell import Bell
from storage.audit import Sought, page
from storage.db import OPERATOR, Database
from storage.kit.errors import Conflict
from storage.kit.ids import StaffId
from storage.staff import staff, watches
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient, NewStaff
from tests.at_once import at_once

EVERYTHING = {"divisions": None, "categories": None, "kind": None, "words": "", "blocks": None}


@pytest.fixture
def analyst(as_staff: NewClient) -> Client:
    """An analyst of Central and East who has been here before."""
    client = as_staff(Role.ANALYST, "Central", "East")
    assert client.get("/v1/unread").status_code == 200
    return client


def _saved(client: Client, name: str = "Vans", sound: str = "none", **filter: Any) -> dict[str, Any]:
    answer = client.post("/v1/watches", {"name": name, "sound": sound, "filter": filter})
    assert answer.status_code == 201, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


def _all(client: Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get("/v1/watches").json()["items"]
    return items


def test_a_watch_is_kept_as_it_was_saved(analyst: Client) -> None:
    """Name, sound and each part of the filter; changed as a whole, and gone once deleted."""
    aim = {
        "divisions": [builders.division()],
        "categories": ["crime", "animal"],
        "kind": "photo",
        "words": "grey van",
        "blocks": [builders.block(number=1)],
    }
    saved = _saved(analyst, "  Vans ", "bell", **aim)
    assert saved == {"id": saved["id"], "name": "Vans", "sound": "bell", "filter": aim, "unread": []}
    other = _saved(analyst, "All")
    assert _all(analyst) == [saved, other]
    assert other["filter"] == EVERYTHING

    changed = {"name": "Dogs", "sound": "none", "filter": {**EVERYTHING, "words": "dog"}}
    assert analyst.ask("PUT", f"/v1/watches/{saved['id']}", json=changed).json() == {**saved, **changed}
    assert analyst.ask("DELETE", f"/v1/watches/{other['id']}").status_code == 204
    assert analyst.ask("DELETE", f"/v1/watches/{other['id']}").status_code == 404
    assert _all(analyst) == [{**saved, **changed}]


def test_each_watch_tells_what_is_new_of_it(record: Database, bell: Bell, analyst: Client) -> None:
    """By divisions, categories, kind, words and blocks alike; what was viewed is new to none."""
    here, there = builders.division(), builders.division("East")
    van = builders.a_published_post(record, bell, title="A grey van", category="crime", block_number=1)
    dog = builders.a_published_post(record, bell, title="A dog", text="", category="animal", kind="photo")
    east = builders.a_published_post(record, bell, title="A van", category="crime", division="East")
    builders.a_published_post(record, bell, title="A van", division="North")
    expected = {
        "All": ({}, {van, dog, east}),
        "Here": ({"divisions": [here]}, {van, dog}),
        "Crime": ({"categories": ["crime"]}, {van, east}),
        "Photos": ({"kind": "photo"}, {dog}),
        "Vans": ({"words": "VAN"}, {van, east}),
        "Block": ({"blocks": [builders.block(number=1), builders.block("North")]}, {van}),
        "All at once": ({"divisions": [there], "categories": ["crime"], "kind": "photo"}, set()),
        "No word": ({"words": "%"}, set()),
    }

    for name, (filter, _) in expected.items():
        _saved(analyst, name, **filter)
    new = {watch["name"]: set(watch["unread"]) for watch in _all(analyst)}
    assert new == {name: {post.id for post in posts} for name, (_, posts) in expected.items()}

    analyst.get(f"/v1/posts/{van.id}")
    new = {watch["name"]: watch["unread"] for watch in _all(analyst)}
    assert (new["All"], new["Vans"]) == ([east.id, dog.id], [east.id])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "n" * 61}, "name"),
        ({"sound": "siren"}, "sound"),
        ({"filter": {"categories": ["murder"]}}, "filter.categories.0"),
        ({"filter": {"categories": []}}, "filter.categories"),
        ({"filter": {"divisions": []}}, "filter.divisions"),
        ({"filter": {"kind": "film"}}, "filter.kind"),
        ({"filter": {"words": "w" * 101}}, "filter.words"),
        ({"filter": {"blocks": ["b"] * 201}}, "filter.blocks"),
        ({"filter": {"ring": [[0, 0]]}}, "filter"),
        ({"owner": "x"}, "body"),
    ],
)
def test_what_no_watch_can_be_is_refused(analyst: Client, changed: dict[str, Any], field: str) -> None:
    """With the field's name; a drawn shape is no field."""
    answer = analyst.post("/v1/watches", {"name": "Vans", "sound": "none", "filter": {}, **changed})

    assert answer.status_code == 422
    assert field in answer.json()["error"]["fields"]
    assert _all(analyst) == []


def test_a_watch_is_its_owners_alone(as_staff: NewClient, analyst: Client) -> None:
    """For anybody else it is as if it were not there, and its name is free."""
    saved, other = _saved(analyst), as_staff(Role.ANALYST, "Central", "East")

    said = {"name": "Mine", "sound": "none", "filter": {}}
    for watch_id in (saved["id"], "a" * 26):
        answers = other.ask("PUT", f"/v1/watches/{watch_id}", json=said), other.ask("DELETE", f"/v1/watches/{watch_id}")
        assert [answer.status_code for answer in answers] == [404, 404]
    assert _all(other) == []
    _saved(other)
    assert _all(analyst) == [saved]


def test_divisions_are_ones_own(analyst: Client) -> None:
    """One of others is not there, to make a watch or to change it."""
    saved, aim = _saved(analyst), {"divisions": [builders.division("North")]}
    said = {"name": "North", "sound": "none", "filter": aim}

    assert analyst.post("/v1/watches", said).status_code == 404
    assert analyst.ask("PUT", f"/v1/watches/{saved['id']}", json=said).status_code == 404
    assert _all(analyst) == [saved]


def test_a_division_taken_back_shows_nothing_of_itself(
    record: Database, bell: Bell, client: NewClient, staff_app: object, a_member: NewStaff
) -> None:
    """The watch stays; what is new there is nobody's who may not look."""
    member = a_member(Role.ANALYST, "Central", "East")
    with record.write(by=OPERATOR) as tx:
        analyst = client(staff_app, staff.log_in(tx, member))
    analyst.get("/v1/unread")
    saved = _saved(analyst, divisions=[builders.division("East")])
    post = builders.a_published_post(record, bell, division="East")
    assert _all(analyst)[0]["unread"] == [post.id]

    with record.write(by=OPERATOR) as tx:
        staff.take_back(tx, member, Role.ANALYST, builders.division("East"))

    assert _all(analyst) == [saved]


def test_names_are_told_apart_and_twenty_are_the_most(analyst: Client) -> None:
    """Each is refused by a code of its own; a deleted one makes room."""
    first, *_ = [_saved(analyst, f"Watch {number}") for number in range(watches.MOST)]

    twice = analyst.ask("PUT", f"/v1/watches/{first['id']}", json={"name": "Watch 1", "sound": "none", "filter": {}})
    assert (twice.status_code, twice.json()["error"]["code"]) == (409, "name_taken")
    more = analyst.post("/v1/watches", {"name": "More", "sound": "none", "filter": {}})
    assert (more.status_code, more.json()["error"]["code"]) == (409, "too_many_watches")

    analyst.ask("DELETE", f"/v1/watches/{first['id']}")
    assert _all(analyst)[0]["name"] == "Watch 1"
    _saved(analyst, "More")
    assert _all(analyst)[0]["name"] == "More"


def test_two_desks_that_save_at_once_get_places_of_their_own(record: Database, a_member: NewStaff) -> None:
    """The last place is given once; nobody meets a fault."""
    member = a_member(Role.ANALYST, "Central")
    for number in range(watches.MOST - 1):
        _add(record, member, f"Watch {number}")

    outcomes = at_once(2, lambda desk: _add(record, member, f"Desk {desk}"))

    assert {"added", "too_many_watches"} == set(outcomes)


def test_the_audit_tells_of_a_watch_and_not_what_is_watched(record: Database, analyst: Client) -> None:
    """Made, changed and removed, by whom; no word of it."""
    saved = _saved(analyst, "Vans", words="a name")
    analyst.ask("PUT", f"/v1/watches/{saved['id']}", json={"name": "Dogs", "sound": "none", "filter": {}})
    analyst.ask("DELETE", f"/v1/watches/{saved['id']}")

    with record.read() as conn:
        told = page(conn, before=None, limit=10, sought=Sought(subject=saved["id"]))

    assert [(one.action, one.payload) for one in told] == [
        ("watch.remove", None),
        ("watch.change", None),
        ("watch.make", None),
    ]


def _add(record: Database, member: StaffId, name: str) -> str:
    """What came of it."""
    try:
        with record.write(by=OPERATOR) as tx:
            watches.add(tx, member, name=name, sound="none", wanted="{}")
    except Conflict as refused:
        return refused.code
    return "added"
