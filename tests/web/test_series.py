"""A case's series on the page: what is linked, asked for and shared, in the order it happened."""

from __future__ import annotations

import json
from typing import Any

from tests.web.page import told

HERE = {"id": "D", "name": "Central"}
BLOCK = {"id": "b", "label": "2400 Park Ave", "homes": 14}


def at(hour: int) -> str:
    """A moment of one day."""
    return f"2026-01-05T{hour:02}:00:00Z"


def incident(id: str, hour: int) -> dict[str, Any]:
    """A reported one."""
    return {"id": id, "number": id, "type": "Burglary", "happened_at": at(hour), "division": HERE, "block": None}


def post(id: str, hour: int) -> dict[str, Any]:
    """A linked one."""
    return {"id": id, "title": "A van", "happened_at": at(hour), "division": HERE, "block": BLOCK}


def answer(post_id: str | None, hour: int) -> dict[str, Any]:
    """A shared clip, or one that was taken back."""
    told_of = {"block": BLOCK, "happened_at": at(hour)} if post_id else {"block": None, "happened_at": None}
    return {"id": f"of {post_id}", "kind": "shared", "post_id": post_id, **told_of}


def test_what_was_asked_for_and_shared_stands_among_what_is_linked() -> None:
    """By when it happened; not what waits or was refused, nor what was taken back; a clip that is linked too, once."""
    links = [{"post": post("P", 12), "incident": None}, {"post": None, "incident": incident("J", 6)}]
    case = {"incident": incident("I", 10), "links": links, "division": HERE}
    sent = {"id": "R", "kind": "burglary", "blocks": ["b", "c"], "window_from": at(9), "sent_at": at(20)}
    answers = [answer("S", 11), answer(None, 0), answer("P", 12)]
    asks = [{**sent, "answers": answers}, {**sent, "id": "waits", "sent_at": None, "answers": []}]

    (found, without) = told(
        "staff/cases/series.ts",
        "inOrder",
        [f"inOrder({json.dumps(case)}, {json.dumps(asks)})", f"inOrder({json.dumps(case)})"],
    )

    assert [(one["id"], one["what"], one["post"]) for one in found] == [
        ("J", "linked", None),
        ("R", "asked", None),
        ("I", "about", None),
        ("S", "shared", "S"),
        ("P", "linked", "P"),
    ]
    assert [one["area"] for one in found if one["what"] == "asked"] == [["b", "c"]]
    assert [one["id"] for one in without] == ["J", "I", "P"]
