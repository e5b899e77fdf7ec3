"""Mail to residents, as files of the machine's operator."""

from __future__ import annotations

import email
import email.policy
import os
from pathlib import Path

import pytest

from workers.airlock.mailroom import ASKED_LIFE, WORDS, drop_old, send_asked, send_code, send_nothing


def test_a_code_is_left_as_a_mail(tmp_path: Path) -> None:
    """To one person, with the code in subject and text, readable by its owner alone."""
    for code in ("123456", "654321"):
        send_code(tmp_path / "mail", "ada@example.org", code, ["en"])

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


def test_a_mail_speaks_the_language_that_was_asked_in(tmp_path: Path) -> None:
    """Subject and text, and the header that says so; both where it asked in neither."""
    for language in WORDS:
        send_code(tmp_path, "ada@example.org", "123456", [language])
    send_code(tmp_path, "ada@example.org", "123456", [*WORDS])

    mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in tmp_path.iterdir()]
    assert {(str(mail["Content-Language"]), str(mail["Subject"])) for mail in mails} == {
        ("en", "Your Porchlight code: 123456"),
        ("es", "Tu código de Porchlight: 123456"),
        ("en, es", "Your Porchlight code: 123456 / Tu código de Porchlight: 123456"),
    }
    (both,) = (mail.get_content() for mail in mails if "/" in str(mail["Subject"]))
    assert both.count("123456") == 2
    assert {tuple(sorted(mail.keys())) for mail in mails} == {tuple(sorted(mails[0].keys()))}


@pytest.mark.parametrize("to", ["a,b@example.org", "<a@example.org", "é@example.org", "a@exämple.org", '"@example.org'])
def test_a_strange_address_makes_one_mail_to_one_person(tmp_path: Path, to: str) -> None:
    """Nothing in an address adds a header or another reader."""
    send_code(tmp_path, to, "123456", ["en"])

    (file,) = tmp_path.iterdir()
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert sorted({name.lower() for name in mail} - {"to", "from", "subject", "mime-version"}) == [
        "auto-submitted",
        "content-language",
        "content-transfer-encoding",
        "content-type",
    ]


def test_a_mail_of_nothing_stays_only_where_its_writer_was_killed(tmp_path: Path) -> None:
    """Else it is gone at once; what a kill left goes when its code is over, and nothing else does."""
    send_nothing(tmp_path, "ada@example.org", "123456", ["en"])
    assert list(tmp_path.iterdir()) == []
    for name in ("old.eml", "old.none", "young.eml", "young.none", "old.txt", "alert-old.eml"):
        (tmp_path / name).write_bytes(b"To: ada@example.org")
        at = 1 if "old" in name else 1000
        os.utime(tmp_path / name, (at, at))

    drop_old(tmp_path, older_than=500_000)

    assert {file.name for file in tmp_path.iterdir()} == {"young.eml", "young.none", "old.txt", "alert-old.eml"}


def test_a_mail_to_owners_lies_there_for_a_week(tmp_path: Path) -> None:
    """Longer than a code, which is worth nothing after minutes; then it goes as well."""
    send_asked(tmp_path, "ada@example.org")
    (mail,) = tmp_path.iterdir()
    written = mail.stat().st_mtime * 1000

    drop_old(tmp_path, older_than=int(written + ASKED_LIFE - 1000))
    assert list(tmp_path.iterdir()) == [mail]
    drop_old(tmp_path, older_than=int(written + ASKED_LIFE + 1000))
    assert list(tmp_path.iterdir()) == []
