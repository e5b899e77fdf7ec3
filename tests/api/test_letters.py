"""What is checked is what is read."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import StringConstraints, TypeAdapter, ValidationError

from api.letters import VISIBLE

WORDS: TypeAdapter[str] = TypeAdapter(Annotated[str, VISIBLE, StringConstraints(min_length=1, max_length=9)])


def test_signs_that_nobody_sees_are_left_out_before_anything_is_counted() -> None:
    """Soft hyphens, blanks of no width, and what turns letters round; what is no text is refused as ever."""
    assert WORDS.validate_python("\u202eA v\u200ban \u00adx\u2069") == "A van x"

    for nothing in ("\u200b \u2066", 7):
        with pytest.raises(ValidationError):
            WORDS.validate_python(nothing)
