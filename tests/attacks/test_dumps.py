"""Attacks 08 to 14: who has the machine's files in hand looks for a secret on the record side, in logs, and in mail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import redis

from storage.kit import clock
from storage.moderation import takedowns
from tests.attacks import stores
from tests.attacks.oracle import Oracle, Secrets
from tests.attacks.table import Tried
from tests.attacks.world import World

A_KEY = re.compile(r"[a-z2-7]{26}")
# What a job carries through the airlock's Redis, behind its password: one opaque id.
CARRIED = ("clips.id", "authorship.clip_id", "idempotency.clip_id")


def test_a08_no_line_of_any_program_holds_a_secret(world: World, tried: Tried) -> None:
    """All that nine programs and two Redis servers wrote while people came, sent, spoke and took back."""
    found = list(world.stores.lines())
    if not found:
        pytest.skip("the lines of a stack that runs already went somewhere else")
    tried(sum(data.count(b"\n") for _, data in found))

    assert [str(hit) for hit in world.oracle.hits_in(found)] == []
    posts = Oracle(_ids_of_posts(world))
    assert [str(hit) for hit in posts.hits_in(found)] == [], "a line with a post's id joins what the wall keeps apart"


def test_a09_the_record_holds_no_secret_in_any_byte(world: World, tried: Tried) -> None:
    """The whole of its database file, free pages and write-ahead log too."""
    found = list(world.stores.record_files())
    tried(sum(len(data) for _, data in found))

    assert [str(hit) for hit in world.oracle.hits_in(found)] == []
    assert sum(sent.word.encode() in data for sent in world.live for _, data in found) >= len(world.live)


def test_a10_the_records_redis_holds_no_secret_and_no_word(world: World, tried: Tried) -> None:
    """Every key and value: rings of the bell are sealed under a key that is not there."""
    with world.stores.record_redis() as client:
        found = list(stores.dump_of(client))
    tried(len(found))

    assert any("feed:" in where for where, _ in found)
    assert [str(hit) for hit in world.oracle.hits_in(found)] == []
    words = Secrets()
    words.add("word of a post", *(sent.word for sent in world.sent))
    assert [str(hit) for hit in Oracle(words).hits_in(found)] == []


def test_a11_the_airlocks_redis_holds_one_id_per_job_and_no_more(world: World, tried: Tried) -> None:
    """Its memory and its file; without the password, which the record side cannot read, it says nothing."""
    with world.stores.airlock_redis() as client:
        found = [*stores.dump_of(client), *world.stores.airlock_redis_files()]
    tried(len(found))

    # Times and durations of jobs stand here by the thousand, to the millionth: any place of three decimals among them.
    # Of a thousand clips ten had ended in a millisecond at which some key expires.
    beyond = Oracle(world.secrets.without(*CARRIED, "place", "clips.ended_at"))
    assert [str(hit) for hit in beyond.hits_in(found)] == []
    with world.stores.stranger() as stranger, pytest.raises(redis.AuthenticationError):
        stranger.keys()


def test_a12_media_hold_no_secret_and_their_names_tell_nothing(world: World, tried: Tried) -> None:
    """Each object of the bucket, and its name: 26 drawn letters, or a note that a post was taken back."""
    found = list(world.stores.media_files())
    names = list(world.stores.media().keys(older_than=clock.now() + clock.DAY))
    tried(len(names))

    assert [str(hit) for hit in world.oracle.hits_in(found)] == []
    assert [name for name in names if not A_KEY.fullmatch(name) and not takedowns.is_note(name)] == []
    assert len(names) > len(world.live)


def test_a13_mail_goes_to_its_reader_and_tells_of_nobody_else(world: World, tried: Tried) -> None:
    """Each mail has one address, a code, and no secret but that address."""
    mails = world.mails | {file.name: file.read_bytes() for file in world.stores.mails()}
    tried(len(mails))

    for file, told in mails.items():
        name = file.encode()
        addresses = {person.mail for person in world.people if person.mail.encode() in told}
        beyond = {hit.secret.decode() for hit in world.oracle.hits("a mail", told + name)}
        assert len(addresses) <= 1
        assert beyond == addresses
    assert len(mails) > len(world.people)


def test_a14_a_backup_of_the_record_holds_no_secret(world: World, tried: Tried, tmp_path: Path) -> None:
    """With the media of its posts; and no word that was taken back before it was made."""
    code, _, err = world.stack.run("backup", "--out", str(tmp_path / "copy"), "--side", "record", "--media")
    found = list(stores.files_under(tmp_path / "copy"))
    tried(len(found))

    assert (code, len(found) > len(world.live)) == (0, True), err
    assert [str(hit) for hit in world.oracle.hits_in(found)] == []
    assert [str(hit) for hit in world.words_oracle.hits_in(found)] == []
    kept = Secrets()
    kept.add("word of a post", *(sent.word for sent in world.live))
    assert {hit.secret.decode() for hit in Oracle(kept).hits_in(found)} == {sent.word for sent in world.live}


def _ids_of_posts(world: World) -> Secrets:
    secrets = Secrets()
    secrets.add("post", *(sent.post_id for sent in world.sent))
    return secrets
