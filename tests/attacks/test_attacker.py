"""Attacks 105 to 109: what the record's own machines are told beside what they keep, by who runs them.

They need no city of people: the resident program over both sides, and the containers as they are put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.engine import Engine

from api.resident.desk import Desk
from feed import posting
from feed.crowd import UNTOLD, Crowd
from storage.cameras import listed as listed_cameras
from storage.db import AIRLOCK, OPERATOR, Database
from storage.identity.clips.states import ClipState
from storage.identity.schema import clips, inbox_answers
from storage.kit.ids import BlockId, PostId
from tests import builders
from tests.api.conftest import client, settings  # noqa: F401 - fixtures
from tests.api.resident.asking_town import arrives
from tests.api.resident.conftest import (  # noqa: F401 - fixtures
    NewNeighbour,
    Town,
    app,
    desk,
    kept,
    neighbour,
    town,
)
from tests.api.resident.neighbour import said
from tests.attacks.table import Tried
from tests.storage.identity.conftest import vault  # noqa: F401 - fixtures
from tests.walls.composed import RECORD_SIDE, containers, networks
from tests.walls.reading import text
from workers.airlock.owners.listed import bring_listed

TEMPLATE = "deploy/nginx/residents.conf.template"
OF_A_HOUSEHOLD = (
    "$remote_addr",
    "$binary_remote_addr",
    "$household",
    "$remote_port",
    "$http_user_agent",
    "$http_cookie",
)


def test_a105_no_machine_of_the_records_side_is_told_a_residents_address(tried: Tried) -> None:
    """Of who listens, reads a page or opens a link: their proxy counts households itself, and hands on none of them."""
    handed = re.findall(r"proxy_set_header (\S+) ([^;]+);", text(TEMPLATE))
    behind = {name for name in RECORD_SIDE if networks(containers()[name]) & networks(containers()["residents-proxy"])}
    tried(len(handed))

    assert behind == {"feed", "public"}
    assert [name for name, value in handed if any(word in value for word in OF_A_HOUSEHOLD)] == []
    proxy = containers()["residents-proxy"]["networks"]["edge-residents"]["ipv4_address"]
    assert Crowd([ip_network(proxy)]).address(proxy, None) == UNTOLD, "and the feed lets them in without"


def test_a106_the_record_is_not_asked_where_somebody_lives(
    record: Database,
    desk: Desk,  # noqa: F811
    town: Town,  # noqa: F811
    neighbour: NewNeighbour,  # noqa: F811
    tried: Tried,
) -> None:
    """Whoever writes down all that its database is asked reads beside no comment, nod, flag or look a home's block."""
    home, elsewhere = town.blocks
    post_id = _a_post(desk, elsewhere)
    ada = neighbour("ada")
    assert ada.register().status_code == 201

    with _asked(record) as told:
        for method, path, body in _everything(post_id, home):
            answer = ada.ask(method, path, body)
            assert answer.status_code < 300, (path, answer.text)
        ada.posted()
    tried(len(told))

    assert any(post_id in about for _, about in told), "it is the record that is listened to"
    assert [statement for statement, about in told if home in about] == []


def test_a107_no_contact_tells_by_its_length_what_it_is(
    desk: Desk,  # noqa: F811
    town: Town,  # noqa: F811
    neighbour: NewNeighbour,  # noqa: F811
    tried: Tried,
) -> None:
    """A phone, a mail and a sentence are sealed to as many bytes: nobody who holds the record looks for a length."""
    contacts = ("555", "816 555 0100", "ada.lovelace@example.org", "Ring twice at the yellow door " * 4)
    people = [neighbour(f"owner-{number}") for number in range(len(contacts))]
    assert all(who.register().status_code == 201 for who in people)
    request = arrives(desk, town)
    for who, contact in zip(people, contacts, strict=True):
        said = {"kind": "ask_me", "contact": contact}
        assert who.ask("PUT", f"/v1/inbox/requests/{request}/answer", said).status_code == 200
    with desk.stores.vault.read() as conn:
        sealed = conn.execute(select(inbox_answers.c.contact)).scalars().all()
    tried(len(sealed))

    assert len(sealed) == len(contacts)
    assert len({len(one) for one in sealed}) == 1


def test_a108_no_post_ends_in_the_minutes_in_which_a_camera_is_listed(
    desk: Desk,  # noqa: F811
    neighbour: NewNeighbour,  # noqa: F811
    tried: Tried,
) -> None:
    """A business that posted cannot take its posts back and say who it is: what ended just then would be its own."""
    ada, gone = neighbour("ada"), neighbour("bob")
    cameras, listing = [who.registered() for who in (ada, gone)], {"address": "12 Orchard Way", "contact": "Mara"}
    receipts = [who.posted() for who in (ada, gone)]
    assert gone.ask("DELETE", f"/v1/receipts/{receipts[1]}").status_code == 200
    told = [
        who.ask("PUT", f"/v1/cameras/{camera}/listing", listing)
        for who, camera in zip((ada, gone), cameras, strict=True)
    ]
    bring_listed(desk.stores.vault, desk.stores.record)
    tried(len(told))

    assert [answer.status_code for answer in told] == [409, 409]
    assert told[0].json() == told[1].json()
    with desk.stores.record.read() as conn:
        assert listed_cameras.all_of(conn) == {}


def test_a109_the_record_is_asked_alike_by_an_author_and_a_neighbour(
    record: Database,
    desk: Desk,  # noqa: F811
    neighbour: NewNeighbour,  # noqa: F811
    tried: Tried,
) -> None:
    """Statement by statement, as each looks at a post, says something under it and nods: none tells whose it is."""
    ada, bob = neighbour("ada"), neighbour("bob")
    ada.posted()
    with desk.stores.vault.write(by=OPERATOR) as tx:
        tx.execute(update(clips).values(state=ClipState.PUBLISHED))
        post_id, block = tx.connection.execute(select(clips.c.post_id, clips.c.block_id)).one()
    _a_post(desk, block, post_id)
    asked = []
    for who in (ada, bob):
        with _asked(record) as told:
            for method, path, body in _under(post_id):
                assert who.ask(method, path, body).status_code < 300, path
        asked.append([statement for statement, _ in told])
    tried(sum(map(len, asked)))

    assert len(ada.get("/v1/posts/mine")["items"]) == 1, "it is hers"
    assert asked[0] == asked[1]


def _under(post_id: str) -> list[tuple[str, str, Any]]:
    post = f"/v1/posts/{post_id}"
    return [
        ("GET", post, None),
        ("GET", f"{post}/as-police-see-it", None),
        ("GET", f"{post}/comments", None),
        ("POST", f"{post}/comments", {"text": "I saw it too."}),
        ("GET", f"{post}/nods", None),
        ("PUT", f"{post}/nods/thanks", None),
        ("POST", f"{post}/flags", {"reason": "privacy"}),
    ]


def _everything(post_id: PostId, home: BlockId) -> list[tuple[str, str, Any]]:
    """What somebody does who lives there, but to read the ledger of looks (docs/wall.md says what that tells)."""
    post = f"/v1/posts/{post_id}"
    return [
        ("GET", "/v1/me", None),
        ("GET", "/v1/neighborhood/posts", None),
        ("GET", "/v1/neighborhood/notices", None),
        ("GET", post, None),
        ("POST", f"{post}/comments", {"text": "I saw it too."}),
        ("GET", f"{post}/comments", None),
        ("PUT", f"{post}/nods/thanks", None),
        ("POST", f"{post}/flags", {"reason": "privacy"}),
        ("POST", "/v1/feed/tickets", {}),
        ("PUT", "/v1/me/home", {"block_id": home}),
        ("POST", "/v1/previews", said(home)),
        ("POST", "/v1/who-could-this-be", {"block_id": home}),
        ("GET", "/v1/posts/mine", None),
        ("GET", "/v1/alerts", None),
        ("GET", "/v1/cameras", None),
        ("GET", "/v1/inbox", None),
        ("GET", "/v1/me/held", None),
    ]


def _a_post(desk: Desk, block: BlockId, post_id: PostId | None = None) -> PostId:  # noqa: F811
    new = replace(builders.a_new_post(id=post_id), block=block)
    with desk.stores.record.write(by=AIRLOCK) as tx:
        posting.publish(tx, desk.stores.bell, new, builders.some_files(), generation=1, last=True)
    return new.id


@contextmanager
def _asked(record: Database) -> Iterator[list[tuple[str, str]]]:
    """All that the record's database is asked meanwhile, each question with what it is asked about."""
    told: list[tuple[str, str]] = []

    def listen(conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if conn.engine.url.database == record.engine.url.database:
            told.append((statement, repr(parameters)))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield told
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
