"""The words a post is found by: what is one, and that both engines find by them alike."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select, text

from storage import schema
from storage.db import CHORES, Database
from storage.kit.ids import PostId
from storage.posts import lists as post_lists, words as post_words
from storage.posts.lists import NEWEST_PART, Wanted
from storage.posts.words import LONGEST, words_of
from tests.builders import a_new_post, a_recorded_post, division, entomb

SAID = "Grey VAN, Straße 7: «Crème-brûlée» 犬がいる №12 don't"
FOUND_BY = [
    "grey",
    "VAN",
    "va",
    "g",
    "strasse",
    "STRASSE",
    "crème",
    "creme brul",
    "7",
    "犬",
    "no12",
    "don t",
    "van grey",
]
NOT_FOUND_BY = ["rey", "greyer", "van dog", "77", "がいる", "_", "%", "*", "'", '"', "van %\\ x", "-", "grey&!x"]
ANY = Wanted()


@pytest.mark.parametrize("early", [False, True], ids=["read", "by index"])
@pytest.mark.parametrize(("asked", "found"), [(q, True) for q in FOUND_BY] + [(q, False) for q in NOT_FOUND_BY])
@pytest.mark.usefixtures("city")
def test_a_post_is_found_by_the_beginnings_of_its_words(record: Database, asked: str, found: bool, early: bool) -> None:
    """All words asked for, in any case and with any accents; whether it is read or collected by the index."""
    post = a_recorded_post(record, a_new_post(title="A title", text=SAID), order=1)
    _let_time_pass(record, 2 * NEWEST_PART if early else 1)

    assert _found(record, asked) == ([post.id] if found else [])


@pytest.mark.usefixtures("city")
def test_words_leave_with_the_post(record: Database) -> None:
    """A withdrawn post's words are in no index: neither the post nor another one is found by them."""
    post = a_recorded_post(record, a_new_post(text="xylophone"), order=1)
    other = a_recorded_post(record, a_new_post(text="trombone"), order=2)
    _let_time_pass(record, 2 * NEWEST_PART)

    entomb(record, post.id)

    assert (_found(record, "xylophone"), _found(record, "trombone")) == ([], [other.id])
    with record.read() as conn:
        assert "xylophone" not in str(conn.execute(select(schema.posts)).all())


@pytest.mark.usefixtures("city")
def test_reading_and_the_index_find_the_same(record: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many posts, each question finds those that the rule names, whichever way they are looked for."""
    chance = random.Random(5)
    words = ["".join(chance.choices("abé", k=chance.randint(1, 4))) for _ in range(20)]
    said = {order: " ".join(chance.choices(words, k=4)) for order in range(1, 61)}
    for order, text_ in said.items():
        a_recorded_post(record, a_new_post(id=f"p{order}", title="", text=text_), order=order)

    for asked in (" ".join(chance.choices(words, k=chance.randint(1, 2))) for _ in range(15)):
        found = [f"p{order}" for order, text_ in reversed(said.items()) if _begins(text_, asked)]
        for part in (1, 5, 1_000):
            monkeypatch.setattr(post_lists, "NEWEST_PART", part)
            _let_time_pass(record, 61)
            assert _found(record, asked, limit=3) == found[:3], asked
            assert _found(record, asked, limit=100) == found, asked


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("city")
def test_words_taken_back_leave_the_file(record: Database, record_url: str) -> None:
    """Once the chore has run, not a byte of them is in SQLite's file, which had only noted that they left its index."""
    gone, stays = (
        a_recorded_post(record, a_new_post(text=f"{said} music"), order=order)
        for order, said in enumerate(("xylophonist", "trombonist"), 1)
    )
    file = Path(record_url.removeprefix("sqlite:///"))

    entomb(record, gone.id)

    noted = _bytes(record, file)
    while not _forgotten(record):
        pass
    left = _bytes(record, file)
    assert b"xylophonist" in noted
    assert b"xylophonist" not in left
    assert b"trombonist" in left
    assert _found(record, "tromb") == [stays.id]


@pytest.mark.usefixtures("city")
def test_what_is_found_by_the_index_is_narrowed_and_paged_like_any_list(record: Database) -> None:
    """Division, category, time and cursor hold for old posts found by a word, too; newest first."""
    for order in range(1, 8):
        category, name = ("crime", "Central") if order % 2 else ("animal", "East" if order == 4 else "Central")
        new = a_new_post(id=f"p{order}", category=category, division=name, text="zebra")
        a_recorded_post(record, replace(new, published_at=order), order=order)
    _let_time_pass(record, 2 * NEWEST_PART)

    assert _found(record, "zeb") == ["p7", "p6", "p5", "p3", "p2", "p1"]
    assert _found(record, "zeb", limit=2, before=6) == ["p5", "p3"]
    assert _found(record, "zeb", Wanted(categories=["animal"])) == ["p6", "p2"]
    assert _found(record, "zeb", Wanted(since=5)) == ["p7", "p6", "p5"]


@given(st.text(max_size=80))
def test_words_are_bare(said: str) -> None:
    """What is kept are runs of letters and digits of bounded length, each once; taken again they stay what they are."""
    words = words_of(said).split(" ") if words_of(said) else []

    assert all(word.isalnum() and 0 < len(word) <= LONGEST for word in words)
    assert len(set(words)) == len(words)
    assert words_of(" ".join(words)) == " ".join(words)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_case_does_not_matter(said: str) -> None:
    """A word shouted is the same word."""
    assert set(words_of(said)) <= set(words_of(said.upper()) + words_of(said.lower()))


def _found(record: Database, asked: str, wanted: Wanted = ANY, **place: int) -> list[PostId]:
    with record.read() as conn:
        listed = post_lists.page(
            conn,
            [division()],
            replace(wanted, words=asked),
            before=place.get("before"),
            limit=place.get("limit", 10),
        )
    return [post.id for post in listed]


def _begins(said: str, asked: str) -> bool:
    return all(any(word.startswith(each) for word in words_of(said).split()) for each in words_of(asked).split())


def _forgotten(record: Database) -> bool:
    with record.write(by=CHORES) as tx:
        return post_words.forget(tx)


def _bytes(record: Database, file: Path) -> bytes:
    with record.engine.connect() as conn:
        conn.exec_driver_sql("commit")
        conn.exec_driver_sql("pragma wal_checkpoint(truncate)")
    return file.read_bytes()


def _let_time_pass(record: Database, seq: int) -> None:
    with record.engine.begin() as conn:
        conn.execute(text("update feed_head set seq = :seq"), {"seq": seq})
