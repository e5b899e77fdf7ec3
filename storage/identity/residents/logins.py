"""Log-ins of residents: a single-use code by mail, then an opaque token of which only the digest is kept."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx, database_now
from storage.identity.residents.residents import find_or_make, mail_lookup
from storage.identity.schema import log_in_codes, log_ins
from storage.identity.vault import ResidentId, Vault
from storage.kit import clock, ids
from storage.kit.errors import NotThere
from storage.upserts import put

CODE_DIGITS, CODE_TRIES, CODE_LIFE = 6, 5, 10 * clock.MINUTE  # five guesses at a million, then a new code
LOG_IN_LIFE = 30 * clock.DAY
FRESH = 2 * clock.QUARTER_HOUR  # since the quarter hour in which it began: who logged in 15 to 30 minutes ago, or later


@dataclass(frozen=True)
class LogIn:
    """A log-in as its owner's list names it: begun in the quarter hour after `since`, and whether it is who asks."""

    handle: str
    since: int
    is_this: bool


def new_code(tx: Tx, vault: Vault, mail: str) -> str:
    """Draws the code that goes to this address; an earlier one is worthless from now on."""
    lookup, code = mail_lookup(vault, mail), ids.new_digits(CODE_DIGITS)
    tx.execute(
        put(log_in_codes).values(
            mail_lookup=lookup,
            code_hash=_hash(vault, lookup, code),
            ends_at=tx.now() + CODE_LIFE,
            tries_left=CODE_TRIES,
        )
    )
    return code


def redeem(tx: Tx, vault: Vault, mail: str, code: str) -> ResidentId | None:
    """The resident whose code this is, made at the first log-in; None for a wrong, used or old code.

    Something is written in any case: how long it takes must not tell whether a code is out for this address.
    """
    lookup = mail_lookup(vault, mail)
    mine = log_in_codes.c.mail_lookup == lookup
    row = tx.connection.execute(select(log_in_codes).where(mine).with_for_update()).one_or_none()
    if row is None or row.ends_at <= tx.now() or row.tries_left < 1:
        new_code(tx, vault, nobody())
        return None
    if not hmac.compare_digest(row.code_hash, _hash(vault, lookup, code.strip())):
        tx.execute(update(log_in_codes).where(mine).values(tries_left=row.tries_left - 1))
        return None
    tx.execute(delete(log_in_codes).where(mine))
    return find_or_make(tx, vault, mail)


def nobody() -> str:
    """An address of nobody: what is done for it takes as long as for somebody, and comes to nothing."""
    return f"{ids.new_id()}@nobody.invalid"


def start(tx: Tx, resident_id: ResidentId, *, instead_of: str | None = None) -> str:
    """A new log-in's token, shown this once; it takes the place of one of theirs that the browser still had.

    When it ends tells when it began, so that is rounded: to the minute nobody needs it.
    """
    token = ids.new_secret()
    if instead_of:
        mine = (log_ins.c.token_digest == ids.digest(instead_of)) & (log_ins.c.resident_id == resident_id)
        tx.execute(delete(log_ins).where(mine))
    ends_at = clock.rounded(tx.now()) + LOG_IN_LIFE
    tx.execute(insert(log_ins).values(token_digest=ids.digest(token), resident_id=resident_id, ends_at=ends_at))
    return token


def who(conn: Connection, token: str) -> ResidentId | None:
    """The resident this token stands for, while it does."""
    query = select(log_ins.c.resident_id).where(log_ins.c.token_digest == ids.digest(token))
    found = conn.execute(query.where(log_ins.c.ends_at > clock.now())).scalar_one_or_none()
    return None if found is None else ResidentId(found)


def end(tx: Tx, token: str) -> None:
    """Ends the log-in with this token."""
    tx.execute(delete(log_ins).where(log_ins.c.token_digest == ids.digest(token)))


def is_fresh(conn: Connection, token: str) -> bool:
    """Whether who holds this token has just proved who they are: asked before what cannot be undone."""
    query = select(log_ins.c.ends_at).where(log_ins.c.token_digest == ids.digest(token))
    ends_at = conn.execute(query).scalar_one_or_none()
    return ends_at is not None and ends_at - LOG_IN_LIFE > database_now(conn) - FRESH


def of_resident(conn: Connection, vault: Vault, resident_id: ResidentId, *, token: str) -> list[LogIn]:
    """A resident's log-ins, newest first; `token` is that of who asks. Of a device nothing is known."""
    mine = select(log_ins).where(log_ins.c.resident_id == resident_id, log_ins.c.ends_at > database_now(conn))
    rows = conn.execute(mine.order_by(log_ins.c.ends_at.desc(), log_ins.c.token_digest)).all()
    here = ids.digest(token)
    return [
        LogIn(_handle(vault, row.token_digest), row.ends_at - LOG_IN_LIFE, row.token_digest == here) for row in rows
    ]


def end_one(tx: Tx, vault: Vault, resident_id: ResidentId, handle: str) -> None:
    """Ends one of a resident's log-ins, and lets go of who listens by it; raises NotThere."""
    mine = select(log_ins.c.token_digest).where(log_ins.c.resident_id == resident_id)
    found = [one for one in tx.connection.execute(mine).scalars() if _handle(vault, one) == handle]
    if not found:
        raise NotThere
    tx.execute(delete(log_ins).where(log_ins.c.token_digest.in_(found)))


def end_all(tx: Tx, resident_id: ResidentId, *, but: str | None = None) -> None:
    """Ends a resident's log-ins, all but the one with the token `but`."""
    mine = log_ins.c.resident_id == resident_id
    kept = log_ins.c.token_digest != ids.digest(but or "")
    tx.execute(delete(log_ins).where(mine, kept))


def code_until(conn: Connection, mail_lookup: str) -> int | None:
    """Until when a code is out for this address; None where none is."""
    here = log_in_codes.c.mail_lookup == mail_lookup
    return conn.execute(select(log_in_codes.c.ends_at).where(here)).scalar_one_or_none()


def forget_code(tx: Tx, mail_lookup: str) -> None:
    """Forgets that a code is out for this address."""
    tx.execute(delete(log_in_codes).where(log_in_codes.c.mail_lookup == mail_lookup))


def forget_ended(tx: Tx) -> None:
    """Deletes log-ins and codes whose time is over."""
    now = tx.now()
    tx.execute(delete(log_ins).where(log_ins.c.ends_at <= now))
    tx.execute(delete(log_in_codes).where(log_in_codes.c.ends_at <= now))


def _hash(vault: Vault, lookup: str, code: str) -> str:
    return vault.keyed("log-in code", lookup, code).hex()


def _handle(vault: Vault, token_digest: str) -> str:
    return ids.base32(vault.keyed("log-in handle", token_digest)[: ids.ID_BYTES])
