"""The data folder of this process, what marks it, and the short one its sockets lie in."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from storage.kit.variables import MisconfiguredError


def data_folder(env: Mapping[str, str] = os.environ) -> Path:
    """The data folder, absolute (default `var/`)."""
    return Path(env.get("PORCHLIGHT_DATA", "var")).absolute()


def choose_data_folder(folder: Path) -> None:
    """Makes `folder` the data folder of this process and of those it starts."""
    os.environ["PORCHLIGHT_DATA"] = str(folder.absolute())


def choose_ports(base: int) -> None:
    """Makes `base` the first of the ports that this process, and those it starts, take the doors to be at."""
    os.environ["PORCHLIGHT_PORTS"] = str(base)


def is_demo(data: Path) -> bool:
    """Whether this folder holds demo data (a mark that `porchlight up --demo` leaves)."""
    return (data / "record" / "demo").exists()


def socket_folder(data: Path) -> Path:
    """A short private folder for sockets: a socket's path may have 107 bytes at most, a data folder's any.

    Raises MisconfiguredError where somebody else made it, or may reach into it.
    """
    name = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"porchlight-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = folder.lstat()
    if not stat.S_ISDIR(owner.st_mode) or owner.st_uid != os.getuid() or owner.st_mode & 0o077:
        raise MisconfiguredError(f"The socket folder {folder} is not private to this user. Remove it.")
    return folder
