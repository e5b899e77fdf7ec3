"""One-use tickets to the live feed: issued by the APIs, redeemed by a feed node, valid for 30 seconds.

They live in the record, so a listener gets in while Redis is away; only the digest of a ticket is kept there.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection

from feed.events import Closed
from storage import tickets
from storage.db import Tx
from storage.kit.clock import SECOND
from storage.kit.ids import digest, new_secret

VALID_MS = 30 * SECOND  # enough to open a socket, too short to be found in a log and used


class Grant(Closed):
    """What a ticket allows its holder to see, and until when.

    `divisions` and `blocks` are ids; `categories` and `blocks` None mean all. `handle` is a staff id, or for a resident
    a random word drawn for this ticket: it serves to end a listener, and never says who. `log_in` is the digest of a
    staff member's log-in, which they may end early. `ends_at` is when the log-in ends (milliseconds since 1970), None
    where that is not known.
    """

    audience: Literal["staff", "resident"]
    divisions: tuple[str, ...]
    categories: tuple[str, ...] | None = None
    blocks: tuple[str, ...] | None = None
    handle: str
    log_in: str | None = None
    ends_at: int | None = None

    @property
    def is_staff(self) -> bool:
        """Whether `handle` is a staff id."""
        return self.audience == "staff"


def issue(tx: Tx, grant: Grant) -> str:
    """A new ticket for `grant`: a secret, shown once."""
    secret = new_secret()
    tickets.add(tx, digest(secret), ends_at=tx.now() + VALID_MS, grant=grant.model_dump_json())
    return secret


def known(conn: Connection, secret: str) -> bool:
    """Whether there is such a ticket, perhaps too old: a look that keeps guesses from queueing as writers."""
    return tickets.is_there(conn, digest(secret))


def redeem(tx: Tx, secret: str) -> Grant | None:
    """What the ticket allows, once; None where it was never issued, was used before, or is too old."""
    found = tickets.take(tx, digest(secret))
    return None if found is None else Grant.model_validate_json(found)


def forget_expired(tx: Tx) -> int:
    """Deletes tickets nobody used in time; answers how many."""
    return tickets.forget_ended(tx)
