"""Mails of plain text, in one language or in several."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import cast

import pytest

from storage.kit.mail import EmailMessage, Said, plain

EN = Said("One thing / two", "It happened.\n")
ES = Said("Pasó algo, ¿sí?", "Pasó en la calle Ñandú. " + "Línea larga. " * 100 + "\n")


@pytest.mark.parametrize("said", [{"en": EN}, {"es": ES}, {"en": EN, "es": ES}])
def test_a_mail_is_ascii_and_is_read_as_it_was_said(said: dict[str, Said]) -> None:
    """Headers too; no line is longer than a server takes (998), and each language has its part, in order."""
    data = plain(said).as_bytes()

    assert data.isascii()
    assert max(map(len, data.splitlines())) <= 998
    read = cast(EmailMessage, message_from_bytes(data, policy=policy.default))
    assert read["Subject"] == " / ".join(one.subject for one in said.values())
    assert read.get_content() == "\n".join(one.text for one in said.values())
    assert (read["Content-Language"], read["Auto-Submitted"]) == (", ".join(said), "auto-generated")


def test_a_mail_in_one_language_has_no_word_of_another() -> None:
    """Neither in its subject nor in its text."""
    assert "happened" not in plain({"es": ES}).as_string()


def test_nothing_said_makes_another_header() -> None:
    """A subject with a line's end in it is refused."""
    with pytest.raises(ValueError, match="linefeed"):
        plain({"en": Said("Hello\nBcc: all@example.org", "It happened.\n")})
