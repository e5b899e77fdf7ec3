"""Likely names of people, found to be asked about."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st

from workers.redact.names import find
from workers.redact.text import scrub

NAMES = [
    ("my neighbor Jim Peterson saw it", ["Jim Peterson"]),
    ("his name is Marcus", ["Marcus"]),
    ("his name is marcus", ["marcus"]),
    ("Ask for Mrs. Holloway at the church", ["Holloway"]),
    ("Xochi lives here, a lady named Xiomara too", ["Xiomara"]),
    ("a man named Quandarius ran", ["Quandarius"]),
    ("jessica next door has video", ["jessica"]),
    ("Kyle's truck was hit", ["Kyle"]),
    ("the Hendersons are away, the Ramirez family too", ["Hendersons", "Ramirez"]),
    ("MICHAEL JOHNSON DID THIS", ["MICHAEL JOHNSON"]),
    ("Will Carter and Mark from across the street", ["Will Carter", "Mark"]),
    ("- Angela R.", ["Angela R"]),
    ("Dr. Patel and Katie O'Brien", ["Patel", "Katie O'Brien"]),
    ("mi vecina Guadalupe, la señora Rosa y el señor Castillo", ["Guadalupe", "Rosa", "Castillo"]),
    ("se llama Javier de la Cruz", ["Javier de la Cruz"]),
    ("A Man Named Jim Peterson Was Here", ["Jim Peterson"]),
]
NONE = [
    "on Troost at Martin Luther King Blvd",
    "39th and Charlotte, Agnes and 9th",
    "power out from Holmes to Charlotte",
    "St. Luke's and Saint Teresa's",
    "Paul Robeson Middle School",
    "Our dog named Rex, a cat, answers to Charlie",
    "Her name is Bella, she is a golden retriever",
    "mi perro se llama Toby",
    "Wendy's, Papa John's and Trader Joe's",
    "Dr Pepper, a black Mercedes, a Lincoln Navigator",
    "3 Doors Down and Johnny Cash",
    "In May and June it was quiet. Will the city plow? May I ask?",
    "mark my words, he will pay the bill",
    "her name is on the list",
    "my neighbor Tuesday night",
    "ask for a manager",
    "Happy Thanksgiving neighbors",
    "Man Drew Knife On Grace Period Chase Bank",
    "Thanks [name], [phone]",
    "",
]


@pytest.mark.parametrize(("said", "names"), NAMES)
def test_a_likely_name_is_found_whole(said: str, names: list[str]) -> None:
    """By a word before it, by its place on a list of given names, and with the family name that follows."""
    assert [said[name.start : name.end] for name in find(said)] == names


@pytest.mark.parametrize("said", NONE)
def test_nobody_is_asked_about_what_is_only_called_like_a_person(said: str) -> None:
    """Streets, schools, shops, months, verbs, animals, and what was taken out already."""
    assert [said[name.start : name.end] for name in find(said)] == []


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_fault(said: str) -> None:
    """What is found lies in the text, in order, and one name never reaches into another."""
    at = 0
    for name in find(said):
        assert at <= name.start < name.end <= len(said)
        at = name.end


@given(st.lists(st.sampled_from(["Jim", "[name]", "816-555-0147", "at", "1204", "Oak", "St", "plate", "insta is"])))
def test_what_is_taken_out_stays_out(words: list[str]) -> None:
    """The mark of a name passes the patterns unchanged, and nobody is asked about it."""
    said = " ".join(words)
    scrubbed = scrub(said)

    assert scrubbed.count("[name]") == said.count("[name]")
    assert not any("name" in scrubbed[name.start : name.end] for name in find(scrubbed))


@pytest.mark.parametrize(
    "filler", ["name is ", "Jim ", "jim ", "A. ", "the dog ", "de la ", "Jim de ", "O'", "a-", " "]
)
def test_no_text_keeps_it_busy(filler: str) -> None:
    """The longest text a resident may send takes well under a second."""
    text = (filler * 2000)[:2000] + "x"
    started = time.process_time()

    find(text)

    assert time.process_time() - started < 1.0
