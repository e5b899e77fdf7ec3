"""Settings, read once from the environment: what each side of the wall may know, and no more.

The data folder alone is enough (embedded mode: SQLite, folders, two private Redis servers on short socket
paths). In production `PORCHLIGHT_*` variables name the engines instead; docs/operations.md lists them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from storage.kit import doors, keys, variables
from storage.kit.clock import DAY, MINUTE
from storage.kit.doors import NO_ORIGINS, DoorName, Origins, Ports
from storage.kit.folders import choose_data_folder, choose_ports, data_folder, is_demo, socket_folder
from storage.kit.sides import IDENTITY_VARIABLES, RECORD_VARIABLES, demand, for_child, refuse_identity
from storage.kit.variables import LOOPBACK, Address, MisconfiguredError, Network

# The front of all that tells a program where it is: others say `settings.data_folder()`.
__all__ = [
    "IDENTITY_VARIABLES",
    "LOOPBACK",
    "RECORD_VARIABLES",
    "Address",
    "IdentitySettings",
    "MisconfiguredError",
    "Origins",
    "Ports",
    "RecordSettings",
    "choose_data_folder",
    "choose_ports",
    "data_folder",
    "demand",
    "for_child",
    "identity",
    "is_demo",
    "record",
    "refuse_identity",
    "socket_folder",
]
UTC = ZoneInfo("UTC")
AUTHORSHIP_DAYS = 30  # how long it is known whose a post is: until a decision about it can be appealed no more
SHIFT_OPENINGS, SHIFT_HOURS = 200, 8  # what a moderator opens before a rest: two minutes each, and breaks
LOCK_MINUTES = 10  # a desk that nobody touches
MOST_DAYS = 90  # as long as a post lives
_OF_A_CITY = (*RECORD_VARIABLES, *IDENTITY_VARIABLES, "PORCHLIGHT_TLS", "PORCHLIGHT_TRUSTED_PROXY")


@dataclass(frozen=True)
class RecordSettings:
    """What a program on the record side knows."""

    data: Path
    database: str
    media: str
    redis: str
    bell_key_file: Path
    head_key_file: Path  # signs the audit's heads: for chores alone
    export_key_file: Path  # signs packages for court: for chores alone
    cases_key_file: Path  # opens the contacts owners give a case: for the staff program alone
    ports: Ports
    feed_address: str
    demo: bool
    bench: bool
    secure_cookies: bool
    listen: str = LOOPBACK
    origins: Origins = NO_ORIGINS
    trusted_proxies: tuple[Network, ...] = ()
    metrics: Address | None = None
    feed_shared: bool = False
    time_zone: ZoneInfo = UTC  # whose clock shifts begin by
    case_number: re.Pattern[str] = variables.CASE_NUMBER  # what the agency's case numbers look like
    staff_mail: Path | None = None
    desk_lock: int = LOCK_MINUTES * MINUTE  # milliseconds without a touch
    shift_openings: int = SHIFT_OPENINGS  # 0: without a limit
    shift_hours: int = SHIFT_HOURS
    staff_mail_domains: tuple[str, ...] = ()  # where staff may have mailboxes; none: no mail is offered

    @property
    def mail_folder(self) -> Path:
        """Where mail to staff is left for the city's mail server."""
        return self.staff_mail or self.data / "record/mail"

    @property
    def desk_address(self) -> str:
        """Where a browser finds the analysts' desk."""
        return f"{self.origins.staff or f'http://staff.localhost:{self.ports.staff}'}/desk"

    @property
    def residents_address(self) -> str:
        """Where a browser finds the residents' pages."""
        return self.origins.resident or f"http://residents.localhost:{self.ports.resident}"

    def hosts(self, door: DoorName) -> frozenset[str]:
        """The hosts a door answers to; raises MisconfiguredError where others may reach it and it was told none."""
        if getattr(self.origins, door) is None and not variables.is_here(self.listen):
            raise MisconfiguredError(f"PORCHLIGHT_{door.upper()}_ORIGIN must name what this door is called outside.")
        return self.origins.hosts(door)

    @property
    def feed_hosts(self) -> frozenset[str]:
        """The hosts the feed answers to: pages reach it under their own site's, or under one of its own.

        Raises MisconfiguredError where others may reach it and it was told none.
        """
        if not (self.origins.resident and self.origins.staff) and not variables.is_here(self.listen):
            raise MisconfiguredError("PORCHLIGHT_RESIDENT_ORIGIN and PORCHLIGHT_STAFF_ORIGIN must name who may listen.")
        own = urlsplit(self.feed_address).hostname or LOOPBACK
        return frozenset({own, *self.origins.hosts("resident"), *self.origins.hosts("staff")})

    @property
    def pages(self) -> tuple[str, ...]:
        """The origins whose pages may listen to the feed."""
        return self.origins.of_pages(resident_port=self.ports.resident, staff_port=self.ports.staff)


@dataclass(frozen=True)
class IdentitySettings:
    """What only the resident program and the airlock know."""

    folder: Path
    database: str
    originals: str
    named_redis: str | None
    vault_key_file: Path
    unsafe_no_sandbox: bool
    authorship_life: int  # milliseconds
    push_hosts: tuple[str, ...] = ()  # hosts that alerts may be pushed to; none: no push is offered
    push_contact: str | None = None  # how their operators reach the city's

    @property
    def redis(self) -> str:
        """The airlock's Redis. Embedded, a password keeps the record side out: Landlock does not guard a socket."""
        socket = socket_folder(self.folder.parent) / "airlock.sock"
        return self.named_redis or f"unix://:{self.redis_password}@{socket}"

    @property
    def redis_password(self) -> str:
        """The password of the embedded airlock Redis, drawn when it is first asked for."""
        return keys.read_or_make(self.folder / "keys/redis.key").hex()


def record(env: Mapping[str, str] = os.environ) -> RecordSettings:
    """Settings of the record side; raises MisconfiguredError when a value cannot be used."""
    data = data_folder(env)
    ports, origins = Ports(variables.number(env, "PORCHLIGHT_PORTS", 8000)), doors.origins(env)
    found = RecordSettings(
        data=data,
        database=variables.text(env, "PORCHLIGHT_RECORD_DATABASE") or f"sqlite:///{data}/record/record.db",
        media=variables.text(env, "PORCHLIGHT_MEDIA") or f"{data}/record/media",
        redis=variables.text(env, "PORCHLIGHT_RECORD_REDIS") or f"unix://{socket_folder(data)}/record.sock",
        bell_key_file=variables.key_file(env, "PORCHLIGHT_BELL_KEY_FILE", data / "record/keys/bell.key"),
        head_key_file=variables.key_file(env, "PORCHLIGHT_HEAD_KEY_FILE", data / "record/keys/head.key"),
        export_key_file=variables.key_file(env, "PORCHLIGHT_EXPORT_KEY_FILE", data / "record/keys/export.key"),
        cases_key_file=variables.key_file(env, "PORCHLIGHT_CASES_KEY_FILE", data / "record/keys/cases.key"),
        ports=ports,
        feed_address=variables.text(env, "PORCHLIGHT_FEED_ADDRESS") or f"ws://{LOOPBACK}:{ports.feed}/v1/feed",
        demo=is_demo(data),
        bench=variables.flag(env, "PORCHLIGHT_BENCH"),
        feed_shared=variables.flag(env, "PORCHLIGHT_FEED_SHARED"),
        secure_cookies=variables.flag(env, "PORCHLIGHT_TLS") or origins.are_secure,
        listen=variables.text(env, "PORCHLIGHT_LISTEN") or LOOPBACK,
        origins=origins,
        trusted_proxies=variables.networks(env, "PORCHLIGHT_TRUSTED_PROXY"),
        metrics=variables.address(env, "PORCHLIGHT_METRICS"),
        time_zone=variables.time_zone(env, "PORCHLIGHT_TIME_ZONE"),
        case_number=variables.pattern(env, "PORCHLIGHT_CASE_NUMBER", variables.CASE_NUMBER),
        desk_lock=_between(env, "PORCHLIGHT_DESK_LOCK_MINUTES", LOCK_MINUTES, 1, 60) * MINUTE,
        shift_openings=_between(env, "PORCHLIGHT_SHIFT_OPENINGS", SHIFT_OPENINGS, 0, 10_000),
        shift_hours=_between(env, "PORCHLIGHT_SHIFT_HOURS", SHIFT_HOURS, 1, 24),
        staff_mail=_folder(env, "PORCHLIGHT_STAFF_MAIL"),
        staff_mail_domains=variables.domains(env, "PORCHLIGHT_STAFF_MAIL_DOMAINS") or _demo_domains(data),
    )
    _demand_loopback(env, found)
    return found


def identity(env: Mapping[str, str] = os.environ) -> IdentitySettings:
    """Settings of the identity side: called by the resident program, the airlock and the operator only."""
    folder = data_folder(env) / "identity"
    return IdentitySettings(
        folder=folder,
        database=variables.text(env, "PORCHLIGHT_IDENTITY_DATABASE") or f"sqlite:///{folder}/identity.db",
        originals=variables.text(env, "PORCHLIGHT_ORIGINALS") or f"{folder}/originals",
        named_redis=variables.text(env, "PORCHLIGHT_AIRLOCK_REDIS"),
        vault_key_file=variables.key_file(env, "PORCHLIGHT_VAULT_KEY_FILE", folder / "keys/vault.key"),
        unsafe_no_sandbox=variables.flag(env, "PORCHLIGHT_UNSAFE_NO_SANDBOX"),
        authorship_life=_authorship_days(env) * DAY,
        push_hosts=variables.push_hosts(env, "PORCHLIGHT_PUSH_HOSTS", stand_in=is_demo(folder.parent)),
        push_contact=variables.contact(env, "PORCHLIGHT_PUSH_CONTACT"),
    )


def _folder(env: Mapping[str, str], name: str) -> Path | None:
    found = variables.text(env, name)
    return None if found is None else Path(found)


def _demo_domains(data: Path) -> tuple[str, ...]:
    return ("police.invalid",) if is_demo(data) else ()


def _between(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    found = variables.number(env, name, default)
    if not least <= found <= most:
        raise MisconfiguredError(f"{name} must be {least} to {most}.")
    return found


def _authorship_days(env: Mapping[str, str]) -> int:
    days = variables.number(env, "PORCHLIGHT_AUTHORSHIP_DAYS", AUTHORSHIP_DAYS)
    if not 1 <= days <= MOST_DAYS:
        raise MisconfiguredError(f"PORCHLIGHT_AUTHORSHIP_DAYS must be 1 to {MOST_DAYS}: no city keeps it for ever.")
    return days


def _demand_loopback(env: Mapping[str, str], found: RecordSettings) -> None:
    here = urlsplit(found.feed_address).hostname == LOOPBACK and variables.is_here(found.listen)
    if found.bench and not (here and not found.origins.are_named):
        raise MisconfiguredError("PORCHLIGHT_BENCH tells finer times than a city may: loopback only.")
    # Demo data show log-in codes and skip the second factor: they never stand for a city that anybody can reach.
    named = [name for name in _OF_A_CITY if variables.is_named(env, name)]
    if found.demo and (named or found.origins.are_named or not here):
        raise MisconfiguredError("Demo data run embedded on loopback only: choose another data folder.")
