"""In which of the languages we speak somebody wants to be answered; nothing keeps it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Header

Language = Literal["en", "es"]
MOST_RANGES = 20  # what a browser sends has a handful


def preferred(accepted: str | None) -> tuple[Language, ...]:
    """The one of ours that an `Accept-Language` header likes best; all where it likes none, or each as much. Pure."""
    likes: dict[Language, float] = {"en": 0.0, "es": 0.0}
    for part in (accepted or "").split(",")[:MOST_RANGES]:
        said, *parameters = (one.strip().lower() for one in part.split(";"))
        for language in likes:
            if said.partition("-")[0] == language:
                likes[language] = max(likes[language], _weight(parameters))
    return tuple(language for language, liked in likes.items() if liked == max(likes.values()))


def of_request(accept_language: Annotated[str | None, Header(max_length=500)] = None) -> tuple[Language, ...]:
    """The language of this request; all of ours where it says none of them."""
    return preferred(accept_language)


def _weight(parameters: list[str]) -> float:
    named = [one.removeprefix("q=") for one in parameters if one.startswith("q=")]
    try:
        return float(named[0]) if named else 1.0
    except ValueError:
        return 0.0
