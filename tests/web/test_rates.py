"""Rates of answers, as the public page reckons them: from rounded numbers alone."""

from __future__ import annotations

from tests.web.page import told


def test_answers_are_told_in_parts_of_all_answers() -> None:
    """What is too small to be told counts as none; without any answer nothing is said, without requests no rate."""
    whole = "{footage_requests: 20, answers_shared: 15, answers_nothing: 30, answers_no: 15, posts: 1000}"
    assert told("public/rates.ts", "rates", [f"rates({whole})", "rates({answers_ask_me: 15})", "rates({posts: 5})"]) == [
        {
            "answers": 60,
            "each": 3,
            "parts": {"answers_shared": 25, "answers_nothing": 50, "answers_ask_me": 0, "answers_no": 25},
        },
        {
            "answers": 15,
            "each": None,
            "parts": {"answers_shared": 0, "answers_nothing": 0, "answers_ask_me": 100, "answers_no": 0},
        },
        None,
    ]
