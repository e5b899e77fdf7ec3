"""Settings, read once from the environment: what each side of the wall may know, and no more.

The data folder alone is enough (embedded mode: SQLite, folders, two private Redis servers on short socket
paths). In production `PORCHLIGHT_*` variables name the engines instead; docs/operations.md lists them.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from storage.kit import keys
from storage.kit.errors import PorchlightError

IDENTITY_VARIABLES = (
    "PORCHLIGHT_IDENTITY_DATABASE",
    "PORCHLIGHT_ORIGINALS",
    "PORCHLIGHT_AIRLOCK_REDIS",
    "PORCHLIGHT_VAULT_KEY_FILE",
)
LOOPBACK = "127.0.0.1"


class MisconfiguredError(PorchlightError):
    """A setting is missing or must not be there; the program does not start."""

    code = "misconfigured"


@dataclass(frozen=True)
class Ports:
    """Where the four doors listen in embedded mode: BASE to BASE+3."""

    base: int = 8000

    resident = property(lambda self: self.base)
    staff = property(lambda self: self.base + 1)
    feed = property(lambda self: self.base + 2)
    public = property(lambda self: self.base + 3)


@dataclass(frozen=True)
class RecordSettings:
    """What a program on the record side knows."""

    data: Path
    database: str
    media: str
    redis: str
    bell_key_file: Path
    ports: Ports
    feed_address: str
    demo: bool
    bench: bool
    secure_cookies: bool


@dataclass(frozen=True)
class IdentitySettings:
    """What only the resident program and the airlock know."""

    folder: Path
    database: str
    originals: str
    named_redis: str | None
    vault_key_file: Path
    unsafe_no_sandbox: bool

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
    ports = Ports(_number(env, "PORCHLIGHT_PORTS", 8000))
    bench, demo = env.get("PORCHLIGHT_BENCH") == "1", is_demo(data)
    feed_address = env.get("PORCHLIGHT_FEED_ADDRESS", f"ws://{LOOPBACK}:{ports.feed}/v1/feed")
    here = urlsplit(feed_address).hostname == LOOPBACK
    if bench and not here:
        raise MisconfiguredError("PORCHLIGHT_BENCH tells finer times than a city may: loopback only.")
    # Demo data show log-in codes and skip the second factor: they never stand for a city that anybody can reach.
    if demo and not (here and env.get("PORCHLIGHT_TLS") != "1" and "PORCHLIGHT_RECORD_DATABASE" not in env):
        raise MisconfiguredError("Demo data run embedded on loopback only: choose another data folder.")
    return RecordSettings(
        data=data,
        database=env.get("PORCHLIGHT_RECORD_DATABASE", f"sqlite:///{data}/record/record.db"),
        media=env.get("PORCHLIGHT_MEDIA", f"{data}/record/media"),
        redis=env.get("PORCHLIGHT_RECORD_REDIS", f"unix://{socket_folder(data)}/record.sock"),
        bell_key_file=Path(env.get("PORCHLIGHT_BELL_KEY_FILE", data / "record/keys/bell.key")),
        ports=ports,
        feed_address=feed_address,
        demo=demo,
        bench=bench,
        secure_cookies=env.get("PORCHLIGHT_TLS") == "1",
    )


def identity(env: Mapping[str, str] = os.environ) -> IdentitySettings:
    """Settings of the identity side: called by the resident program, the airlock and the operator only."""
    folder = data_folder(env) / "identity"
    return IdentitySettings(
        folder=folder,
        database=env.get("PORCHLIGHT_IDENTITY_DATABASE", f"sqlite:///{folder}/identity.db"),
        originals=env.get("PORCHLIGHT_ORIGINALS", f"{folder}/originals"),
        named_redis=env.get("PORCHLIGHT_AIRLOCK_REDIS"),
        vault_key_file=Path(env.get("PORCHLIGHT_VAULT_KEY_FILE", folder / "keys/vault.key")),
        unsafe_no_sandbox=env.get("PORCHLIGHT_UNSAFE_NO_SANDBOX") == "1",
    )


def refuse_identity(env: Mapping[str, str] = os.environ) -> None:
    """Raises MisconfiguredError if this process was handed any credential of the identity side."""
    held = [name for name in IDENTITY_VARIABLES if env.get(name)]
    if held:
        raise MisconfiguredError(
            f"This program must not hold identity credentials: {', '.join(held)}. Remove them and start again."
        )


def data_folder(env: Mapping[str, str] = os.environ) -> Path:
    """The data folder, absolute (default `var/`)."""
    return Path(env.get("PORCHLIGHT_DATA", "var")).absolute()


def choose_data_folder(folder: Path) -> None:
    """Makes `folder` the data folder of this process and of those it starts."""
    os.environ["PORCHLIGHT_DATA"] = str(folder.absolute())


def choose_ports(base: int) -> None:
    """Makes `base` the first of the ports that this process, and those it starts, take the doors to be at."""
    os.environ["PORCHLIGHT_PORTS"] = str(base)


def for_child(*, identity: bool, **variables: str) -> dict[str, str]:
    """This process's environment for one it starts, with `variables` set; what tells of identity only if `identity`."""
    known = {name: value for name, value in os.environ.items() if identity or name not in IDENTITY_VARIABLES}
    return {**known, **variables}


def is_demo(data: Path) -> bool:
    """Whether this folder holds demo data (a mark that `porchlight up --demo` leaves)."""
    return (data / "record" / "demo").exists()


def socket_folder(data: Path) -> Path:
    """A short private folder for sockets: a socket's path may have 107 bytes at most, a data folder's any."""
    name = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"porchlight-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = folder.lstat()
    if not stat.S_ISDIR(owner.st_mode) or owner.st_uid != os.getuid() or owner.st_mode & 0o077:
        raise MisconfiguredError(f"The socket folder {folder} is not private to this user. Remove it.")
    return folder


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(env.get(name, default))
    except ValueError:
        raise MisconfiguredError(f"{name} must be a number.") from None
