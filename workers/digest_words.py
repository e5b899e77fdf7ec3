"""What mails to staff say, in both languages: a division digest, and the code that proves a mailbox. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.kit.mail import Said

PREFIX = "Porchlight: "
# By category of a post; storage/posts/posts.py has the list, and a test holds this to it.
CATEGORIES = {
    "en": {
        "crime": "crime",
        "suspicious": "suspicious",
        "safety": "safety",
        "animal": "animal",
        "lost_found": "lost and found",
        "kindness": "kindness",
        "other": "other",
    },
    "es": {
        "crime": "delito",
        "suspicious": "sospechoso",
        "safety": "seguridad",
        "animal": "animal",
        "lost_found": "perdido y hallado",
        "kindness": "buen gesto",
        "other": "otro",
    },
}


@dataclass(frozen=True)
class Counted:
    """How many posts divisions got, each by its name, by category; `since` as it is written where the city is."""

    since: str
    divisions: Sequence[tuple[str, Mapping[str, int]]]


def of_code(code: str, desk: str, languages: Sequence[str]) -> dict[str, Said]:
    """The mail with a code, by language; `desk` is where it is filled in."""
    en = Said(
        f"{PREFIX}the code for your digest",
        f"Your code is {code}. It is good for half an hour.\n\n"
        f'Fill it in at your desk, under "Digest by mail": {desk}\n\n'
        "Somebody there asked for digests to this mailbox. If it was not you, do nothing: none are sent.\n",
    )
    es = Said(
        f"{PREFIX}el código para tu resumen",
        f"Tu código es {code}. Sirve durante media hora.\n\n"
        f'Escríbelo en tu puesto, en "Resumen por correo": {desk}\n\n'
        "Alguien pidió allí resúmenes para este buzón. Si no fuiste tú, no hagas nada: no se envía ninguno.\n",
    )
    return _in(languages, {"en": en, "es": es})


def of_digest(counted: Counted, desk: str, languages: Sequence[str]) -> dict[str, Said]:
    """The digest, by language; `desk` is where its posts are looked at."""
    total = sum(sum(each.values()) for _, each in counted.divisions)
    en = Said(
        f"{PREFIX}{'1 new post' if total == 1 else f'{total} new posts'} in your divisions",
        f"Posted since {counted.since}:\n\n{_lines(counted, 'en', 'none')}\n\nTo look at them: {desk}\n\n"
        "This mail counts, and quotes nothing: posts are looked at where each viewing is recorded.\n"
        'You asked for it at your desk, under "Digest by mail"; there it is changed or stopped.\n',
    )
    es = Said(
        f"{PREFIX}{'1 publicación nueva' if total == 1 else f'{total} publicaciones nuevas'} en tus divisiones",
        f"Publicado desde {counted.since}:\n\n{_lines(counted, 'es', 'nada')}\n\nPara verlo: {desk}\n\n"
        "Este correo cuenta, y no cita nada: las publicaciones se miran donde queda constancia de cada vista.\n"
        'Lo pediste en tu puesto, en "Resumen por correo"; allí se cambia o se deja de recibir.\n',
    )
    return _in(languages, {"en": en, "es": es})


def _in(languages: Sequence[str], said: dict[str, Said]) -> dict[str, Said]:
    return {language: said[language] for language in languages}


def _lines(counted: Counted, language: str, none: str) -> str:
    return "\n".join(sorted(f"  {name}: {_told(each, language, none)}" for name, each in counted.divisions))


def _told(each: Mapping[str, int], language: str, none: str) -> str:
    if not each:
        return none
    named = ", ".join(f"{CATEGORIES[language][category]} {count}" for category, count in each.items())
    return f"{sum(each.values())} ({named})"
