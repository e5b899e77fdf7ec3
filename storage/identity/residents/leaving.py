"""Leaving: all that the identity side holds of a resident goes, table by table, in one transaction.

What has to be done elsewhere (posts and comments to take back, bytes of uploads to delete, listeners to end) is left
on the books without a word of whose it was, and whoever reconciles does it. So there is no half of it: killed before
the commit nobody has left, and killed after it nothing says any more who did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from storage.db import Tx
from storage.identity import limits
from storage.identity.cameras import cameras, listings
from storage.identity.clips import authorship, originals
from storage.identity.residents import logins, partings, passkeys, residents
from storage.identity.residents.partings import What
from storage.identity.residents.residents import Resident
from storage.identity.vault import ClipId, Vault


@dataclass(frozen=True)
class Wish:
    """What is taken back, and whether each at a time of its own."""

    clips: Sequence[ClipId]
    comments: Sequence[str]
    spread: bool
    nods: Sequence[str] = ()  # by their marks


@dataclass(frozen=True)
class _Leaving:
    tx: Tx
    vault: Vault
    who: Resident
    wish: Wish


def _take_back(one: _Leaving) -> None:
    partings.add(one.tx, What.CLIP, one.wish.clips, spread=one.wish.spread)
    partings.add(one.tx, What.COMMENT, one.wish.comments, spread=one.wish.spread)
    partings.add(one.tx, What.NOD, one.wish.nods, spread=one.wish.spread)


def _forget_cameras(one: _Leaving) -> None:
    mine = cameras.all_of(one.tx.connection, one.who.id)
    listings.erase(one.tx, mine)
    cameras.erase(one.tx, mine)


def _forget_tries(one: _Leaving) -> None:
    for counted in (one.who.id, one.who.mail.lower()):
        limits.forget_of(one.tx, one.vault, counted)


ALERTS = ("alerts", "alert_wishes", "push_devices", "push_retries", "alerted", "tellings")
# In this order, and every table stands here or below: one that is forgotten fails
# tests/storage/identity/residents/test_leaving.
GOES: Mapping[tuple[str, ...], Callable[[_Leaving], None]] = {
    ("partings",): _take_back,
    ("suspended", "authorship", "idempotency"): lambda one: authorship.end_of(one.tx, one.who.id),
    ("uploads",): lambda one: originals.disown_of(one.tx, one.who.id),
    ("camera_listings", "cameras"): _forget_cameras,
    ("passkeys",): lambda one: passkeys.remove_all(one.tx, one.who.id),
    ("listening", "log_ins"): lambda one: logins.end_all(one.tx, one.who.id),
    ("log_in_codes",): lambda one: logins.forget_code(one.tx, residents.mail_lookup(one.vault, one.who.mail)),
    ("tries",): _forget_tries,
    # What they are told of the feed, and by what, and what they answered goes with their row, by the tables' own rule.
    (*ALERTS, "camera_mail", "inbox_answers", "inbox_flags", "residents"): lambda one: residents.erase(
        one.tx, one.who.id
    ),
}
STAYS = {
    "clips": "nobody's from here on: what is on the feed, or still on its way there, opens by its receipt alone",
    "arrived_letters": "beside clips, which are nobody's: the receipt alone opens them, and they go with the clip",
    "asked": "what police ask of blocks, and of nobody by name",
    "asked_blocks": "which blocks these are",
    "alert_place": "how far the feed was read",
    "alert_posts": "what the feed told, for everybody",
    "upload_parts": "where bytes lie, by an upload that is nobody's; shredded ones go in the next round",
    "vault_canary": "it is about a key",
}


def leave(tx: Tx, vault: Vault, who: Resident, wish: Wish) -> None:
    """Erases a resident; listeners of theirs are to be hung up on after the commit."""
    authorship.wait_turn(tx, who.id)
    for step in GOES.values():
        step(_Leaving(tx, vault, who, wish))
