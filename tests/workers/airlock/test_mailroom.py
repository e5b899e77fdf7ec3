"""Mail to residents, as files of the machine's operator."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from workers.airlock.mailroom import send_code


def test_a_code_is_left_as_a_mail(tmp_path: Path) -> None:
    """To one person, with the code in subject and text, readable by its owner alone."""
    for code in ("123456", "654321"):
        send_code(tmp_path / "mail", "ada@example.org", code)

    files = sorted((tmp_path / "mail").iterdir())
    mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    assert {str(mail["To"]) for mail in mails} == {"ada@example.org"}
    assert {str(mail["Subject"])[-6:] for mail in mails} == {"123456", "654321"}
    for mail in mails:
        body = mail.get_body()
        assert body is not None
        assert str(mail["Subject"])[-6:] in body.get_content()
    assert {file.suffix for file in files} == {".eml"}
    assert {file.stat().st_mode & 0o077 for file in (*files, tmp_path / "mail")} == {0}


@pytest.mark.parametrize("to", ["a,b@example.org", "<a@example.org", "é@example.org", "a@exämple.org", '"@example.org'])
def test_a_strange_address_makes_one_mail_to_one_person(tmp_path: Path, to: str) -> None:
    """Nothing in an address adds a header or another reader."""
    send_code(tmp_path, to, "123456")

    (file,) = tmp_path.iterdir()
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert sorted({name.lower() for name in mail} - {"to", "from", "subject", "mime-version"}) == [
        "content-transfer-encoding",
        "content-type",
    ]
