"""What somebody shows to be who they say: a password, a second factor. Each try counts before it is looked at."""

from __future__ import annotations

from storage.db import Actor, Database
from storage.kit.errors import NotAllowed, Refused
from storage.staff import proof as staff_proof, recovery_codes
from storage.staff.proof import Account

DOOR = Actor("door")  # counts tries before anyone is known


def demand_password(record: Database, name: str, password: str) -> Account:
    """The account that name and password open; raises Refused, TooOften."""
    _count(record, name)
    with record.read() as conn:
        account = staff_proof.account(conn, name)
    if not staff_proof.is_password(account, password) or account is None:
        raise Refused("The name or the password is not right.", code="wrong_password")
    return account


def demand_second_factor(record: Database, account: Account, code: str | None, *, demo: bool) -> None:
    """Uses up a code of the phone, or one of those kept for the day it is lost; raises Refused, NotAllowed."""
    if account.second_factor is None:
        if not demo:
            raise NotAllowed("This account has no second factor yet: the operator sets it.", code="no_second_factor")
        return
    if not code:
        raise Refused("Please add the code of your second factor.", code="second_factor")
    with record.write(by=Actor(f"staff:{account.id}")) as tx:
        of_phone = code.strip().isdigit()
        used = staff_proof.use_code(tx, account, code.strip()) if of_phone else recovery_codes.use(tx, account.id, code)
    if not used:
        raise Refused("This code is not right, or was used already.", code="wrong_code")


def demand_again(record: Database, name: str, code: str | None, password: str | None) -> None:
    """A fresh proof of somebody who is logged in: their second factor, or where a demo has none, the password."""
    with record.read() as conn:
        account = staff_proof.account(conn, name)
    if account is not None and account.second_factor is not None:
        _count(record, name)
        demand_second_factor(record, account, code, demo=False)
    elif password is None:
        raise Refused("Please add your password.", code="password")
    else:
        demand_password(record, name, password)


def _count(record: Database, name: str) -> None:
    with record.write(by=DOOR) as tx:
        staff_proof.count_try(tx, name)
