"""Attack 104: the language somebody reads and writes to us in, as a mark of theirs on what others see."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.commands.asking import ask
from storage.kit import clock
from storage.kit.clock import DAY
from storage.kit.ids import new_id
from storage.posts.posts import CATEGORIES
from storage.schema import audit_entries, feed_log
from tests.attacks.people import Sent
from tests.attacks.table import Tried
from tests.attacks.world import World

# One browser each. `alerts`: what they chose on the pages; their log-in's code is asked for in the same.
SPEAK = {"en": {"Accept-Language": "en-US,en;q=0.9"}, "es": {"Accept-Language": "es-MX,es;q=0.9"}, "de": {}}
SAID = {"text": "It was a contractor. Call 816-555-0142 or write to a@b.example, by Mary Jones."}


@pytest.mark.parametrize("what", ["corrections", "resolved", "links"])
def test_a104_a_post_does_not_say_in_which_language_its_author_reads(world: World, tried: Tried, what: str) -> None:
    """What is added to it, its signs, its lines and its page outside are the same, letter by letter."""
    analyst, found = world.attackers["analyst"], list[Any]()
    for (language, headers), sent in zip(SPEAK.items(), world.live[-len(SPEAK) :], strict=True):
        before, lines = _text(analyst.get(f"/v1/posts/{sent.post_id}").body), _lines(world, sent)
        with world.author(sent).client(world.stack.resident) as http:
            http.headers.update(headers)
            _speaks(http, language)
            outside = _acts(http, world, sent, what)
        after = analyst.get(f"/v1/posts/{sent.post_id}")
        added = _text(after.body).removeprefix(before)
        told = [name for name, _ in after.lasting[1]], sorted(json.loads(after.body))
        found.append((added, told, outside, _lines(world, sent) - lines))

    tried(len(found))
    assert found[0] == found[1] == found[2]


def test_a104_what_a_check_says_of_words_does_not_depend_on_their_writers_language(world: World, tried: Tried) -> None:
    """A preview is what police will see and why it would be held: the same bytes to every browser."""
    sent = world.live[0]
    said = {
        "block_id": world.author(sent).block,
        "happened_at": clock.as_text(clock.now() - DAY),
        "title": "A man",
        **SAID,
    }
    for category in CATEGORIES:
        with world.author(sent).client(world.stack.resident) as http:
            answers = [
                http.post("/v1/previews", json={**said, "category": category}, headers=headers)
                for headers in SPEAK.values()
            ]
        assert {one.status_code for one in answers} == {200}, answers[0].text
        assert len({one.content for one in answers}) == 1
    tried(len(CATEGORIES) * len(SPEAK))


def _speaks(http: httpx.Client, language: str) -> None:
    """What the pages send once somebody chose."""
    ask(http, "POST", "/v1/log-ins", json={"email": f"{new_id()[:10]}@example.org"})
    if language != "de":  # which the pages do not have
        wanted = {"wishes": dict.fromkeys(CATEGORIES, "around"), "mail": True, "language": language}
        ask(http, "PUT", "/v1/alerts", json=wanted)


def _acts(http: httpx.Client, world: World, sent: Sent, what: str) -> object:
    """One thing that an author does with a post; answers what the public site says of it."""
    if what == "corrections":
        return ask(http, "POST", f"/v1/receipts/{sent.receipt}/corrections", json=SAID).keys()
    if what == "resolved":
        return ask(http, "PUT", f"/v1/receipts/{sent.receipt}/resolved").keys()
    wish = {"shows": "words", "place": "division"}
    made = ask(http, "POST", f"/v1/receipts/{sent.receipt}/links", json=wish)["url"]
    with httpx.Client(base_url=world.stack.public, trust_env=False, timeout=60) as anybody:
        return sorted(anybody.get(f"/v1/shared/{made.partition('#')[2]}").json())


def _text(body: bytes) -> str:
    return str(json.loads(body)["text"])


def _lines(world: World, sent: Sent) -> Counter[tuple[str, str]]:
    """Who did what with the post, by the audit, and what the feed was told; who looks does that whenever they like."""
    with world.stores.record() as record, record.read() as conn:
        query = select(audit_entries.c.by, audit_entries.c.action).where(audit_entries.c.subject == sent.post_id)
        lines = conn.execute(query).all()
        told = select(feed_log.c.kind).where(feed_log.c.post_id == sent.post_id)
        kinds = conn.execute(told).scalars().all()
    acts = [(row.by, row.action) for row in lines if "view" not in row.action]
    return Counter([*acts, *(("feed", kind) for kind in kinds)])
