"""What alerts say. A push says no more than the post; a mail, which nobody can take back, less: that there is one.

Pushes are words and places of the post as it is now, for the service worker to say in the reader's language. Mails
name a category and link to the post: mailboxes are read by others, and kept for years after a post was taken back.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from email.message import EmailMessage

from feed.events import PostAsSeen
from storage.identity.alerts.alerts import Language
from storage.identity.alerts.tellings import Kind
from storage.kit.mail import Said, plain
from workers.airlock.alerting.web_push import PLAIN_BYTES

SUMMARY = "summary"
LINKS = 20  # in one mail
CATEGORIES = {
    Language.EN: {
        "crime": "Crime",
        "suspicious": "Suspicious",
        "safety": "Safety",
        "animal": "Animal",
        "lost_found": "Lost and found",
        "kindness": "Kindness",
        "other": "Other",
    },
    Language.ES: {
        "crime": "Delito",
        "suspicious": "Sospechoso",
        "safety": "Seguridad",
        "animal": "Animal",
        "lost_found": "Perdido y hallado",
        "kindness": "Buen gesto",
        "other": "Otro",
    },
}
_SAID = {
    Language.EN: {
        Kind.NEW: ("Near you: {}", "A neighbor shared something near you."),
        Kind.CORRECTED: ("Corrected: {}", "A post you were told of was corrected."),
        Kind.TEST: ("This is how alerts come", "You asked for a test. Alerts by mail look like this one."),
        SUMMARY: ("{} new near you", "Since the last one:"),
        "one corrected": "1 post you were told of was corrected.",
        "some corrected": "{} posts you were told of were corrected.",
        "link": "See it:",
        "quotes": "This mail quotes nothing: a post may be corrected, or taken back.",
        "stop": "You asked for it. To change or stop it:",
    },
    Language.ES: {
        Kind.NEW: ("Cerca de ti: {}", "Alguien del barrio compartió algo cerca de ti."),
        Kind.CORRECTED: ("Corregido: {}", "Se corrigió una publicación de la que te avisamos."),
        Kind.TEST: ("Así llegan los avisos", "Pediste una prueba. Los avisos por correo se ven como este."),
        SUMMARY: ("{} nuevas cerca de ti", "Desde el último resumen:"),
        "one corrected": "Se corrigió 1 publicación de la que te avisamos.",
        "some corrected": "Se corrigieron {} publicaciones de las que te avisamos.",
        "link": "Míralo:",
        "quotes": "Este correo no cita nada: una publicación puede corregirse o retirarse.",
        "stop": "Lo pediste tú. Para cambiarlo o dejar de recibirlo:",
    },
}


def push_of(kind: Kind, post: PostAsSeen) -> dict[str, object]:
    """What a browser is told of a post."""
    told = {"category": post.category, "block": post.block.label, "title": post.title}
    return {"kind": kind, "post": post.id, **told}


def push_of_gone(post_id: str) -> dict[str, object]:
    """What takes a post's words off a screen."""
    return {"kind": Kind.GONE, "post": post_id}


def push_of_summary(new: int, corrected: int) -> dict[str, object]:
    """What a browser is told in one go."""
    return {"kind": SUMMARY, "new": new, "corrected": corrected}


def packed(told: dict[str, object], language: Language) -> bytes:
    """The bytes of a push, in the room there is: of a title or label that is too long the end goes."""
    said = {**told, "language": language}
    while len(plain := json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()) > PLAIN_BYTES:
        longest = max(("title", "block"), key=lambda name: len(str(said.get(name, ""))))
        said[longest] = f"{str(said[longest])[:-10]}…"
    return plain


def mail_of(kind: Kind, language: Language, site: str, post: PostAsSeen | None) -> EmailMessage:
    """A mail about one post, or a test about none."""
    subject, said = _SAID[language][kind]
    category = CATEGORIES[language][post.category] if post else ""
    lines = [said] if post is None else [f"{category}. {said}", "", f"{_SAID[language]['link']} {_link(site, post.id)}"]
    return _mail(str(subject).format(category), [str(line) for line in lines], language, site)


def mail_of_summary(
    language: Language, site: str, new: Sequence[PostAsSeen], corrected: Sequence[PostAsSeen]
) -> EmailMessage:
    """A mail about several: how many of which category, and links."""
    words = _SAID[language]
    subject, lead = words[SUMMARY]
    counted = Counter(CATEGORIES[language][post.category] for post in new)
    lines = [str(lead), *(f"  {name}: {count}" for name, count in sorted(counted.items()))] if new else []
    if corrected:
        one = words["one corrected"] if len(corrected) == 1 else str(words["some corrected"]).format(len(corrected))
        lines.append(str(one))
    links = [_link(site, post.id) for post in (*new, *corrected)]
    return _mail(str(subject).format(len(new)), [*lines, "", *links[:LINKS]], language, site)


def _mail(subject: str, lines: Sequence[str], language: Language, site: str) -> EmailMessage:
    words, settings = _SAID[language], f"{site}/me/alerts"
    text = "\n".join([*lines, "", str(words["quotes"]), f"{words['stop']} {settings}", ""])
    mail = plain({language: Said(f"Porchlight: {subject}", text)})
    mail["List-Unsubscribe"] = f"<{settings}>"
    return mail


def _link(site: str, post_id: str) -> str:
    return f"{site}/posts/{post_id}"
