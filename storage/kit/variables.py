"""Reads one `PORCHLIGHT_*` variable: its value, or the line in the file that NAME_FILE names (container secrets).

Each raises MisconfiguredError for a value that is none, naming the variable and never the value: it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.kit.errors import PorchlightError
from storage.kit.keys import KEY_BYTES

Env = Mapping[str, str]
Network = IPv4Network | IPv6Network
LOOPBACK = "127.0.0.1"
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
# Capitals, digits and hyphens, at least one digit: 26-001234, CR-1, KC26-4711.
CASE_NUMBER = re.compile(r"(?=[A-Z-]*[0-9])[A-Z0-9]+(?:-[A-Z0-9]+)*")
# Chrome's and most others', Firefox's, Safari's, Edge's: whoever else is named may be sent to from inside our networks.
PUSH_HOSTS = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
_STAND_IN = re.compile(r"http://127\.0\.0\.1:\d{1,5}")
_CONTACT = re.compile(r"(mailto:[^@\s]+@[^@\s]+|https://\S+)")
_HERE = frozenset({LOOPBACK, "localhost", "::1"})


class MisconfiguredError(PorchlightError):
    """A setting is missing or must not be there; the program does not start. No message holds a value."""

    code = "misconfigured"


@dataclass(frozen=True)
class Address:
    """Where a program listens."""

    host: str
    port: int


def names(name: str) -> tuple[str, str]:
    """Both ways to give a variable."""
    return name, f"{name}_FILE"


def is_named(env: Env, name: str) -> bool:
    """Whether the variable is given, in either way; an empty one is not."""
    return any(env.get(each) for each in names(name))


def text(env: Env, name: str) -> str | None:
    """The value; None where it is not given. Raises MisconfiguredError."""
    plain, in_file = (env.get(each) for each in names(name))
    if not in_file:
        return plain or None
    if plain:
        raise MisconfiguredError(f"{name} and {name}_FILE are both set: keep one of them.")
    return _line(name, Path(in_file))


def flag(env: Env, name: str) -> bool:
    """Whether it is `1`."""
    return text(env, name) == "1"


def number(env: Env, name: str, default: int) -> int:
    """A whole number."""
    found = text(env, name)
    try:
        return default if found is None else int(found)
    except ValueError:
        raise MisconfiguredError(f"{name} must be a number.") from None


def key_file(env: Env, name: str, default: Path) -> Path:
    """Where a key is. One that is named must be there: a key drawn anew would lock a city out of what it sealed."""
    found = env.get(name)
    if not found:
        return default
    try:
        held = len(Path(found).read_bytes())
    except OSError:
        raise MisconfiguredError(
            f"{name} names a key that cannot be read. It is never drawn anew: restore it."
        ) from None
    if held != KEY_BYTES:
        raise MisconfiguredError(f"{name} names a file that does not hold a key of {KEY_BYTES} bytes.")
    return Path(found)


def address(env: Env, name: str) -> Address | None:
    """`HOST:PORT`, an IPv6 host in brackets; None where it is not given."""
    found = text(env, name)
    if found is None:
        return None
    try:
        parts = urlsplit(f"//{found}")
        if parts.hostname and parts.port is not None:
            return Address(parts.hostname, parts.port)
    except ValueError:
        pass
    raise MisconfiguredError(f"{name} must be HOST:PORT.")


def origin(env: Env, name: str) -> str | None:
    """`https://host`, as browsers write it; plain `http://` on this machine only."""
    found = text(env, name)
    if found is None:
        return None
    parts = urlsplit(found.lower())
    if found.lower() != f"{parts.scheme}://{parts.netloc}" or not parts.hostname or "@" in parts.netloc:
        raise MisconfiguredError(f"{name} must be https://HOST, without a path.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here(parts.hostname)):
        raise MisconfiguredError(f"{name} must be https: only this machine may be reached without.")
    return found.lower()


def networks(env: Env, name: str) -> tuple[Network, ...]:
    """Networks such as `172.30.1.0/24`, with commas between them."""
    try:
        return tuple(ip_network(each.strip()) for each in (text(env, name) or "").split(",") if each.strip())
    except ValueError:
        raise MisconfiguredError(f"{name} must be networks such as 172.30.1.0/24.") from None


def time_zone(env: Env, name: str) -> ZoneInfo:
    """A zone by its name in the IANA database, `America/Chicago`; UTC where none is given."""
    try:
        return ZoneInfo(text(env, name) or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise MisconfiguredError(f"{name} must be a time zone such as America/Chicago.") from None


def domains(env: Env, name: str) -> tuple[str, ...]:
    """Domains of mailboxes such as `police.example.gov`, with commas between them."""
    found = tuple(each.strip().lower() for each in (text(env, name) or "").split(",") if each.strip())
    if not all(_DOMAIN.fullmatch(each) for each in found):
        raise MisconfiguredError(f"{name} must be domains such as police.example.gov.")
    return found


def pattern(env: Env, name: str, default: re.Pattern[str]) -> re.Pattern[str]:
    """A regular expression, which the whole of a value must match."""
    found = text(env, name)
    try:
        return default if found is None else re.compile(found)
    except re.error:
        raise MisconfiguredError(f"{name} must be a regular expression.") from None


def push_hosts(env: Env, name: str, *, stand_in: bool) -> tuple[str, ...]:
    """Hosts of push services, with commas between them; `none` for no push. A test's `stand_in` is on this machine."""
    found = text(env, name)
    if found is None or found == "none":
        return PUSH_HOSTS if found is None else ()
    named = tuple(each.strip().lower() for each in found.split(",") if each.strip())
    if not all(_DOMAIN.fullmatch(each) or (stand_in and _STAND_IN.fullmatch(each)) for each in named):
        raise MisconfiguredError(f"{name} must be hosts such as fcm.googleapis.com, or none.")
    return named


def contact(env: Env, name: str) -> str | None:
    """`mailto:` or `https:`."""
    found = text(env, name)
    if found is not None and not _CONTACT.fullmatch(found):
        raise MisconfiguredError(f"{name} must be mailto:SOMEBODY@HOST or an https address.")
    return found


def is_here(host: str) -> bool:
    """Whether nothing but this machine answers to the name."""
    return host in _HERE or host.endswith(".localhost")


def _line(name: str, file: Path) -> str:
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        raise MisconfiguredError(f"{name}_FILE names a file that cannot be read.") from None
    if len(lines) != 1 or not lines[0].strip():
        raise MisconfiguredError(f"{name}_FILE must hold one line.")
    return lines[0].strip()
