"""Lists in pages: an opaque cursor that says where the last page ended, and nothing a client should build on."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from storage.kit.errors import Refused

T = TypeVar("T")
Seen = TypeVar("Seen")
Place = tuple[int | str, ...]

Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=200, description="The cursor of the page before.")]
DEFAULT_LIMIT = 30
LARGEST = 2**53  # what JSON carries everywhere; databases refuse larger numbers with a fault


class Page(BaseModel, Generic[Seen]):
    """One page; `cursor` asks for the next, None where there is none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: list[Seen]
    cursor: str | None


def page(found: Sequence[T], limit: int, *, place: Callable[[T], Place], seen: Callable[[T], Seen]) -> Page[Seen]:
    """A page of `limit` out of what was asked with `limit + 1`: one more than shown means there is a next page."""
    shown = found[:limit]
    more = len(found) > limit
    return Page(items=[seen(one) for one in shown], cursor=encode(place(shown[-1])) if more else None)


def encode(place: Place) -> str:
    """The cursor for a place in a list."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str, *kinds: type) -> list[int | str]:
    """The place a cursor stands for, one value of each kind; raises Refused for anything we did not hand out."""
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        place = None
    if not isinstance(place, list) or [type(value) for value in place] != list(kinds) or not all(map(_fits, place)):
        raise Refused("The cursor is not one of ours.", fields={"cursor": "Start again without it."})
    return place


def number(cursor: str | None) -> int | None:
    """The place of a list that is ordered by one number."""
    return None if cursor is None else int(decode(cursor, int)[0])


def _fits(value: int | str) -> bool:
    return isinstance(value, str) or 0 <= value <= LARGEST
