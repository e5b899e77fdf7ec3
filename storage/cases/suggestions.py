"""What may be related to a case and is not linked to it: looked for by time, block and words, weighed by `likeness`.

Only within the divisions of who asks. Each look is a few pages of the ways that lists go, however many posts there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from storage.atlas import versions
from storage.atlas.nearby import Nearby, nearby
from storage.cases import holds as case_holds, incidents, links as case_links
from storage.cases.cases import Case
from storage.cases.incidents import Incident
from storage.cases.likeness import FAR_METRES, Reason, Traits, most_like, telling
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import DivisionId, IncidentId
from storage.posts import lists as post_lists, posts
from storage.posts.lists import Wanted
from storage.posts.posts import Post, PostState
from storage.posts.words import words_of

SHOWN = 12
KNOWN = 4  # of what the case knows, the newest, are looked round
PAGE = 60  # posts of one look: what is fetched is most of the time a question takes
BLOCKS = 30
WORDS = 6
OF_A_WORD = 20
_BEFORE, _AFTER = 7 * DAY, 30 * DAY  # of what happened: a post may come weeks after
_CLOSE_BEFORE, _CLOSE_AFTER = 6 * HOUR, 30 * HOUR


@dataclass(frozen=True)
class Suggestion:
    """What may be related, to what of the case it is alike, and by which reasons."""

    found: Post | Incident
    to: Post | Incident
    reasons: tuple[Reason, ...]


def suggest(conn: Connection, in_divisions: Collection[DivisionId], case: Case) -> list[Suggestion]:
    """Posts and incidents of these divisions that may belong to the case, the most alike first."""
    around = nearby(versions.current(conn))
    linked, named = case_holds.of_case(conn, case.standing.id), _incidents_of(conn, case)
    known = _by_id(incidents.some(conn, named).values(), in_divisions)
    known |= _by_id(posts.some(conn, in_divisions, linked, kept=True).values(), in_divisions)
    traits = {key: _traits(one) for key, one in known.items()}
    newest = sorted(traits.values(), key=lambda one: -one.at)[:KNOWN]
    found = _by_id(_posts(conn, in_divisions, newest, around), in_divisions)
    found |= _by_id(_incidents(conn, in_divisions, newest), in_divisions)
    others = {key: _traits(one) for key, one in found.items() if key not in {*linked, *named}}
    alike = most_like(traits, others, around.metres, most=SHOWN)
    return [Suggestion(found[one.id], known[one.to], one.reasons) for one in alike]


def _incidents_of(conn: Connection, case: Case) -> set[IncidentId]:
    links = case_links.of(conn, case.standing.id)
    return {case.incident, *(one.linked.incident for one in links if one.linked.incident)}


def _by_id(found: Iterable[Post | Incident], in_divisions: Collection[DivisionId]) -> dict[str, Post | Incident]:
    return {one.id: one for one in found if one.division in in_divisions and _is_shown(one)}


def _is_shown(one: Post | Incident) -> bool:
    return isinstance(one, Incident) or one.state in (PostState.LIVE, PostState.KEPT)


def _posts(
    conn: Connection, in_divisions: Collection[DivisionId], known: list[Traits], around: Nearby
) -> Iterator[Post]:
    for one in known:
        for blocks, (before, after) in (
            (around.around(one.place, FAR_METRES, most=BLOCKS), (_BEFORE, _AFTER)),
            (None, (_CLOSE_BEFORE, _CLOSE_AFTER)),
        ):
            if blocks != []:
                wanted = Wanted(since=one.at - before, blocks=blocks)
                until = post_lists.place_at(conn, one.at + after + post_lists.LATE_MS) + 1
                yield from post_lists.page(conn, in_divisions, wanted, before=until, limit=PAGE)
    words = sorted({word for one in known for word in one.words}, key=lambda word: (-len(word), word))
    for word in words[:WORDS]:
        yield from post_lists.page(conn, in_divisions, Wanted(words=word), before=None, limit=OF_A_WORD)


def _incidents(conn: Connection, in_divisions: Collection[DivisionId], known: list[Traits]) -> Iterator[Incident]:
    for one in known:
        until = (one.at + _AFTER, "")
        yield from incidents.page(conn, in_divisions, number="", before=until, limit=PAGE)


def _traits(one: Post | Incident) -> Traits:
    place = None if one.block is None else one.block.id
    if isinstance(one, Incident):
        return Traits(one.happened_at, place, one.kind, telling(words_of(one.kind).split()))
    return Traits(one.happened_at, place, one.category, telling(words_of(one.title, one.text).split()))
