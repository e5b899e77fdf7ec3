"""Mail to residents. Embedded, each becomes a file that the operator of the machine can open."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from storage.kit import ids
from storage.kit.clock import DAY
from storage.kit.mail import Said, plain

CODE, NOTHING = ".eml", ".none"
ALERT = "alert-"  # begins the name of what is no code, and is kept for longer
FROM = "Porchlight <no-reply@porchlight.invalid>"
WORDS = {  # of a mail with a code
    "en": Said(
        "Your Porchlight code: {code}",
        "Your code is {code}. It works once, for ten minutes.\n\n"
        "If you did not ask for it, do nothing: without the code nobody gets in.\n",
    ),
    "es": Said(
        "Tu código de Porchlight: {code}",
        "Tu código es {code}. Sirve una vez, durante diez minutos.\n\n"
        "Si no lo pediste, no hagas nada: sin el código no entra nadie.\n",
    ),
}
ASKED = "asked-"  # begins the name of what is no code, and lies there for a week
ASKED_LIFE = 7 * DAY
_ASKED = {
    "en": Said(
        "Something was asked in your area",
        """\
Police asked something of residents in your part of the city. It may or may not concern you: this mail goes to everyone
there who chose to be asked by mail, at the same hour, with the same words. Look into your Porchlight inbox when you
like. You need not answer, and nobody is told whether you looked.
""",
    ),
    "es": Said(
        "Se ha preguntado algo en tu zona",
        """\
La policía preguntó algo a residentes de tu parte de la ciudad. Puede que te concierna o no: este correo va a todas las
personas de allí que eligieron recibirlo, a la misma hora y con las mismas palabras. Mira tu buzón de Porchlight cuando
quieras. No tienes que responder, y a nadie se le dice si miraste.
""",
    ),
}


def send_code(folder: Path, to: str, code: str, languages: Sequence[str]) -> None:
    """Leaves the mail with a log-in code in `folder`, as an `.eml` only its owner may read; in these of WORDS."""
    _leave(folder, ids.new_id() + CODE, to, _with_code(code, languages))


def send_nothing(folder: Path, to: str, code: str, languages: Sequence[str]) -> None:
    """Takes as long as sending a code, and takes the mail away again."""
    _leave(folder, ids.new_id() + NOTHING, to, _with_code(code, languages)).unlink()


def send_asked(folder: Path, to: str) -> None:
    """Leaves the one mail that owners of cameras get, in both languages: nothing of what was asked is in it."""
    _leave(folder, ASKED + ids.new_id() + CODE, to, _ASKED)


def drop_old(folder: Path, *, older_than: int) -> None:
    """Deletes mails left before that moment (ms): each says in clear who asked to be let in, and when.

    Those of nothing too: one is there only where its writer was killed.
    """
    for mail in (*folder.glob(f"*{CODE}"), *folder.glob(f"*{NOTHING}")):
        if mail.name.startswith(ALERT):
            continue
        with suppress(FileNotFoundError):  # the operator of the machine may delete them too
            longer = ASKED_LIFE if mail.name.startswith(ASKED) else 0
            if mail.stat().st_mtime * 1000 < older_than - longer:
                mail.unlink()


def drop_to(folder: Path, to: str) -> None:
    """Deletes mails that were left for this address: who it belonged to has left."""
    for mail in folder.glob(f"*{CODE}"):
        with suppress(FileNotFoundError):
            if _is_to(mail.read_bytes(), to):
                mail.unlink()


def _is_to(mail: bytes, to: str) -> bool:
    told = str(message_from_bytes(mail, policy=default)["To"] or "")
    return told.strip().lower() == to.strip().lower()


def _with_code(code: str, languages: Sequence[str]) -> dict[str, Said]:
    return {one: Said(*(part.format(code=code) for part in WORDS[one])) for one in languages}


def _leave(folder: Path, name: str, to: str, said: Mapping[str, Said]) -> Path:
    mail = plain(said)
    mail["To"], mail["From"] = to, FROM
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(bytes(mail))
    return folder / name
