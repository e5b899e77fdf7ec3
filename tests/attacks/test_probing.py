"""Attacks 47 to 52: what leaves a resident's machine, and what can be drawn out of a program by asking."""

from __future__ import annotations

import argparse
import json
import random

import httpx
import pytest

from api.commands import asking, post
from storage.atlas.demo import demo_atlas
from storage.kit.ids import new_id
from tests.attacks.attackers import Attacker
from tests.attacks.ledger import Ledger
from tests.attacks.marks import Marks, one_picture, with_marks
from tests.attacks.oracle import Oracle, Secrets
from tests.attacks.people import Person
from tests.attacks.table import Tried
from tests.attacks.world import World

NOBODYS, UNWATCHED = "qzvxkwjhgf", "South"  # a word, and a division none of the attackers looks at


def test_a47_finding_ones_block_sends_no_place(
    world: World, tried: Tried, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`porchlight post --at`: no request holds coordinates or the file's name, or asks for less than a division."""
    sent: list[tuple[str, bytes]] = []

    def listened_to(port: int, token: str | None = None) -> httpx.Client:
        http = asking.client(port, token)
        http.event_hooks["request"].append(
            lambda asked: sent.append((f"{asked.method} {asked.url.path}", _all_of(asked)))
        )
        return http

    monkeypatch.setattr(post, "client", listened_to)
    monkeypatch.setenv("PORCHLIGHT_DATA", str(world.folder / "nothing"))
    monkeypatch.setenv("PORCHLIGHT_PORTS", str(world.stack.base))
    person = Person.drawn(-2)
    atlas = demo_atlas()
    division = atlas.division(UNWATCHED)
    assert division is not None
    inside = atlas.blocks_of(division.id)[0].shape.representative_point()
    person.comes_in(world.stack.resident, atlas.blocks_of(division.id)[0].id, world.stores.mails)
    name = f"IMG-{new_id()[:10]}.mp4"
    file = with_marks(
        one_picture(world.folder), world.folder / name, Marks.drawn(random.Random(1), 10**12), as_phones_do=True
    )
    at = f"{inside.y:.7f},{inside.x:.7f}"
    words = argparse.ArgumentParser()
    post.add_arguments(words)
    said = [str(file), "--token", person.token, "--at", at, "--category", "other", "--title", "A van"]

    assert post.run(words.parse_args(said)) == 0, capsys.readouterr().err

    secrets = Secrets()
    secrets.add("place", f"{inside.y:.7f}", f"{inside.x:.7f}", f"{inside.y:.5f}", f"{inside.x:.5f}", name)
    tried(len(sent))
    # What the file itself tells goes to the airlock with its bytes, and no further: attacks 1 to 14.
    assert [str(hit) for hit in Oracle(secrets).hits_in(sent)] == []
    assert sum("/v1/places/cells/" in asked for asked, _ in sent) <= 2


def test_a48_no_secret_can_be_searched_for(world: World, tried: Tried) -> None:
    """Mail, phone, serial, place, file name, receipt, ids of the other side: each finds what a made-up word finds."""
    analyst, sent = world.attackers["analyst"], world.live[0]
    person, marks = world.author(sent), sent.marks
    asked = [person.mail, person.mail.partition("@")[0], sent.phone, marks.serial, marks.owner, marks.model]
    asked += [f"{marks.lat:.3f}", f"{marks.lon:.5f}", sent.file_name, sent.receipt, sent.key, sent.upload_id]
    asked += [person.token, person.address, person.device]
    asked += [sorted(world.secrets.of[kind])[0].decode() for kind in ("residents.id", "clips.id", "authorship.handle")]
    nothing = analyst.get("/v1/posts", params={"q": NOBODYS}).lasting
    tried(len(asked))

    assert {words: analyst.get("/v1/posts", params={"q": words}).lasting for words in asked} == dict.fromkeys(
        asked, nothing
    )
    assert json.loads(nothing[2]) == {"items": [], "cursor": None}
    assert json.loads(analyst.get("/v1/posts", params={"q": sent.word}).body)["items"]


@pytest.mark.parametrize("door", ["analyst", "neighbour", "nobody"])
def test_a49_what_is_asked_is_never_said_again(world: World, tried: Tried, door: str) -> None:
    """Words in paths, questions, bodies, headers and names of fields come back in no answer and stand in no log."""
    attacker = world.attackers[door]
    words = [f"{NOBODYS}{number}{new_id()[:8]}" for number in range(8)]
    answers = [
        attacker.get(f"/v1/posts/{words[0]}"),
        attacker.get(f"/v1/{words[1]}"),
        attacker.get("/v1/posts", params={words[2]: words[2], "limit": words[2], "since": words[2]}),
        attacker.ask("POST", "/v1/log-ins", json={words[3]: words[3], "email": words[3], "name": words[3]}),
        attacker.ask("POST", "/v1/feed/tickets", json={"divisions": [words[4]]}),
        attacker.get("/v1/posts", headers={"X-Request-Id": words[5], "User-Agent": words[5], "Referer": words[5]}),
        attacker.ask("PUT", f"/v1/{words[6]}", content=words[6].encode()),
        attacker.get(f"/v1/media/{words[7]}/{words[7]}.mp4"),
    ]
    secrets = Secrets()
    secrets.add("what was asked", *words)
    oracle = Oracle(secrets)
    told = [(told.asked, told.body + repr(told.headers).encode()) for told in answers]
    told += world.stores.lines()
    tried(len(answers))

    assert [str(hit) for hit in oracle.hits_in(told)] == []


def test_a50_one_post_more_does_not_show_in_public(world: World, tried: Tried) -> None:
    """All that is told is of months that are over: what was posted, judged and taken back meanwhile moves no byte."""
    earlier = [one for one in (*world.before.answers, *world.after.answers) if one.asked.endswith("/v1/transparency")]
    now = world.attackers["nobody in public"].get("/v1/transparency")
    told = json.loads(now.body)
    tried(len(earlier))

    assert (told["least"], told["rounded_to"]) == (12, 5)
    assert earlier
    assert {one.body for one in earlier} == {now.body}
    counts = [each["told"] for month in told["months"] for each in month["counts"]]
    assert [count for count in counts if count is not None and (count < 10 or count % 5)] == []


def test_a51_the_map_is_the_same_for_whoever_asks_and_whoever_lives_there(world: World, tried: Tried) -> None:
    """Cells of each division, byte for byte: for staff, a neighbour and nobody, before anybody took anything back."""
    by_address: dict[str, set[bytes]] = {}
    for told in [*world.before.answers, *world.after.answers]:
        if told.status == 200 and told.asked.startswith("GET /v1/places/"):
            by_address.setdefault(told.asked, set()).add(told.body)
    tried(len(by_address))

    assert len(by_address) > 6
    assert {address for address, bodies in by_address.items() if len(bodies) > 1} == set()


def test_a52_nobody_learns_how_often_a_code_was_asked_for(world: World, tried: Tried) -> None:
    """Of one address and of another, by asking for codes and by guessing them: no answer differs, none says when."""
    somebody = Attacker("asks for codes", world.attackers["neighbour"].address, Ledger())
    mails = [world.author(world.live[0]).mail, f"{NOBODYS}@example.org"]
    answers = [somebody.ask("POST", "/v1/log-ins", json={"email": mail}) for mail in mails for _ in range(8)]
    guesses = [
        somebody.ask("POST", "/v1/log-ins/code", json={"email": mail, "code": "x"}) for mail in mails for _ in range(22)
    ]
    somebody.close()
    tried(len(answers) + len(guesses))

    # Demo data tell the code, which is drawn.
    assert {(told.status, frozenset(json.loads(told.body))) for told in answers} == {(202, frozenset({"demo_code"}))}
    assert len({(told.status, told.body) for told in guesses}) == 1
    assert [told.asked for told in (*answers, *guesses) if b"retry-after" in dict(told.headers)] == []


def _all_of(asked: httpx.Request) -> bytes:
    head = b"\n".join(b": ".join(pair) for pair in asked.headers.raw)
    return b"\n".join((str(asked.url).encode(), head, asked.read()))
