"""Lists in pages."""

from __future__ import annotations

import base64

import pytest

from api.paging import decode, encode, number, page
from storage.kit.errors import Refused


def test_a_cursor_says_where_the_page_ended() -> None:
    """It is there only where more follows."""
    full = page([9, 8, 7], 2, place=lambda one: (one,), seen=str)
    last = page([9, 8], 2, place=lambda one: (one,), seen=str)

    assert full.items == ["9", "8"]
    assert number(full.cursor) == 8
    assert (last.items, last.cursor) == (["9", "8"], None)


def test_an_empty_list_is_a_page() -> None:
    """Without a cursor."""
    assert page([], 2, place=lambda one: (one,), seen=str).model_dump() == {"items": [], "cursor": None}


def test_a_place_comes_back_as_it_was() -> None:
    """Numbers and words, and no place at all."""
    assert decode(encode((7, "a/b?c")), int, str) == [7, "a/b?c"]
    assert number(None) is None


@pytest.mark.parametrize(
    "said", ["[1,2]", '["1"]', "[true]", "[1.5]", "{}", "1", "", "[1", "\x00", "[-1]", f"[{2**53 + 1}]", f"[{10**30}]"]
)
def test_a_cursor_that_is_not_ours_is_refused(said: str) -> None:
    """Whatever it says, and without repeating it."""
    with pytest.raises(Refused) as refused:
        number(base64.urlsafe_b64encode(said.encode()).decode())

    assert list(refused.value.fields) == ["cursor"]


@pytest.mark.parametrize("said", ["!", "a", "é", "WzFd WzFd"])
def test_a_cursor_of_strange_letters_is_refused(said: str) -> None:
    """It need not even be base64."""
    with pytest.raises(Refused):
        number(said)
