"""Log-ins of residents: a single-use code by mail, then an opaque token of which only the digest is kept."""

from __future__ import annotations

import hmac

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx
from storage.identity.residents import find_or_make, mail_lookup
from storage.identity.schema import log_in_codes, log_ins
from storage.identity.vault import ResidentId, Vault
from storage.kit import clock, ids
from storage.upserts import put

CODE_DIGITS, CODE_TRIES, CODE_LIFE = 6, 5, 10 * clock.MINUTE  # five guesses at a million, then a new code
LOG_IN_LIFE = 30 * clock.DAY


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


def start(tx: Tx, resident_id: ResidentId) -> str:
    """A new log-in's token, shown this once."""
    token = ids.new_secret()
    ends_at = tx.now() + LOG_IN_LIFE
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


def forget_ended(tx: Tx) -> None:
    """Deletes log-ins and codes whose time is over."""
    now = tx.now()
    tx.execute(delete(log_ins).where(log_ins.c.ends_at <= now))
    tx.execute(delete(log_in_codes).where(log_in_codes.c.ends_at <= now))


def _hash(vault: Vault, lookup: str, code: str) -> str:
    return vault.keyed("log-in code", lookup, code).hex()
