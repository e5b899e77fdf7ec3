"""How like a case a post or an incident is: by when, where, of what kind, and by words. Pure: values in, reasons out.

Nothing of a picture, a camera or an author is compared, nor how somebody writes: frequent words count for nothing.
Times are rounded to the quarter hour and places are blocks before they come here, so no reason is finer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from storage.kit.clock import DAY, HOUR

LEAST = 5  # points: one alone of time, place, kind or words is no reason to show something
NEAR_METRES, FAR_METRES = 300, 1000  # two or three blocks of a street, and a short drive
SHORTEST_WORD = 4  # letters; what is shorter is of every sentence
RARE = 0.1  # a word that more of the candidates have than this says nothing
MOST_WORDS = 3

Metres = Callable[[str | None, str | None], float | None]  # between two places; None where one is not known


class Why(StrEnum):
    """What is alike."""

    SAME_TIME = "same_time"
    SAME_HOUR = "same_hour"
    SAME_BLOCK = "same_block"
    NEAR = "near"
    KIND = "kind"
    WORDS = "words"


@dataclass(frozen=True)
class Traits:
    """What is compared of a post or an incident: `kind` is a category, or the kind of a reported incident."""

    at: int
    place: str | None
    kind: str
    words: frozenset[str]


@dataclass(frozen=True)
class Reason:
    """Why it is shown: `amount` is minutes between them, or metres; `words` those both have."""

    why: Why
    amount: int = 0
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Like:
    """One that is like the case: by these reasons, to this one of what the case knows."""

    id: str
    points: int
    to: str
    reasons: tuple[Reason, ...]


def most_like(
    known: Mapping[str, Traits], candidates: Mapping[str, Traits], metres: Metres, *, most: int
) -> list[Like]:
    """Of the candidates those that are like something the case knows, the most alike first, then the newest.

    Like is what has LEAST points and two kinds of reason; `metres` answers how far two places are apart.
    """
    rare = _rare(list(candidates.values()))
    found = []
    for candidate, traits in candidates.items():
        each = ((_reasons(one, traits, rare, metres), to) for to, one in known.items())
        points, to, reasons = max(((_points(r), to, r) for r, to in each), default=(0, "", ()))
        if points >= LEAST and len({reason.why for reason in reasons}) > 1:
            found.append(Like(candidate, points, to, reasons))
    found.sort(key=lambda like: (-like.points, -candidates[like.id].at, like.id))
    return found[:most]


def telling(words: Sequence[str]) -> frozenset[str]:
    """Those of the words that may say something: none of every sentence, in English or Spanish."""
    return frozenset(word for word in words if len(word) >= SHORTEST_WORD and word not in _EVERYWHERE)


def _reasons(known: Traits, other: Traits, rare: frozenset[str], metres: Metres) -> tuple[Reason, ...]:
    found = [_time(known, other), _place(known, other, metres)]
    if known.kind == other.kind:
        found.append(Reason(Why.KIND))
    if shared := sorted(known.words & other.words & rare)[:MOST_WORDS]:
        found.append(Reason(Why.WORDS, words=tuple(shared)))
    return tuple(reason for reason in found if reason)


def _time(known: Traits, other: Traits) -> Reason | None:
    apart = abs(known.at - other.at)
    if apart <= DAY:
        return Reason(Why.SAME_TIME, apart // 60_000)
    of_day = apart % DAY
    return Reason(Why.SAME_HOUR) if min(of_day, DAY - of_day) <= HOUR and apart <= 30 * DAY else None


def _place(known: Traits, other: Traits, metres: Metres) -> Reason | None:
    if known.place is not None and known.place == other.place:
        return Reason(Why.SAME_BLOCK)
    apart = metres(known.place, other.place)
    if apart is None or apart > FAR_METRES:
        return None
    return Reason(Why.NEAR, max(round(apart / 100), 1) * 100)


def _points(reasons: tuple[Reason, ...]) -> int:
    return sum(map(_worth, reasons))


def _worth(reason: Reason) -> int:
    match reason.why:
        case Why.SAME_TIME:
            return 4 if reason.amount <= 60 else 3 if reason.amount <= 6 * 60 else 2
        case Why.SAME_BLOCK:
            return 4
        case Why.NEAR:
            return 3 if reason.amount <= NEAR_METRES else 1
        case Why.WORDS:
            return 2 * len(reason.words)
        case Why.KIND | Why.SAME_HOUR:
            return 1


def _rare(candidates: Sequence[Traits]) -> frozenset[str]:
    counted = Counter(word for traits in candidates for word in traits.words)
    return frozenset(word for word, count in counted.items() if count <= max(RARE * len(candidates), 2))


_EVERYWHERE = frozenset(
    "about after again also around back because been before being came come could days door down during each ever "
    "every from front gone have hear heard here home house into just know last later like look looked looking made "
    "many maybe more most much near never next night only other over past people person please right said same saw "
    "seen side since some someone somebody still street than that their them then there these they thing think this "
    "through time today took toward towards very walk walked walking want went were what when where which while with "
    "would yesterday your "
    "ahora algo alguien algunos ante antes aqui aunque ayer bien cada calle casa como cosa cuadra cual cuando cuatro "
    "desde despues dias donde dos ella ellos entre esta estaba estaban estan este esto estos frente fue fueron gente "
    "hace hacia hasta habia hora horas junto luego mientras misma mismo mucho muchos nada nadie noche nunca otra otro "
    "otros para parece paso pero persona poco porque puerta pues quien sera siempre sobre solo somos tambien tarde "
    "tenia tiene todo todos tras tres unas unos vecino vecinos veces vino visto vimos".split()
)
