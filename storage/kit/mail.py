"""Mails of plain text, in one language or in several, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from typing import NamedTuple


class Said(NamedTuple):
    """What a mail says in one language; `text` ends with its last line's end."""

    subject: str
    text: str


def plain(said: Mapping[str, Said]) -> EmailMessage:
    """A mail that says this in each language, by its tag (`en`), in their order; it is from nobody, to nobody yet.

    Its bytes are ASCII, whatever it says: RFC 2047 in the subject, quoted-printable in the text. Every server takes it.
    """
    mail = EmailMessage()
    mail["Subject"] = " / ".join(one.subject for one in said.values())
    mail["Auto-Submitted"] = "auto-generated"  # so that nobody's absence note answers it
    mail.set_content("\n".join(one.text for one in said.values()), cte="quoted-printable")
    mail["Content-Language"] = ", ".join(said)  # setting the content drops what says something of it
    return mail
