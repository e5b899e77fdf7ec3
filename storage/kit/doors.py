"""The names a city's doors answer to: who asks under another one was led here by a page that lies about where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from storage.kit import variables
from storage.kit.variables import LOOPBACK, Env, MisconfiguredError

DoorName = Literal["resident", "staff", "public"]
LOCAL_NAMES = (LOOPBACK, "localhost")
_EMBEDDED = {"resident": "residents.localhost", "staff": "staff.localhost", "public": None}


@dataclass(frozen=True)
class Ports:
    """Where the four doors listen in embedded mode: BASE to BASE+3."""

    base: int = 8000

    resident = property(lambda self: self.base)
    staff = property(lambda self: self.base + 1)
    feed = property(lambda self: self.base + 2)
    public = property(lambda self: self.base + 3)


@dataclass(frozen=True)
class Origins:
    """Where browsers find each site (`https://host`); None: on this machine, under the names of embedded mode."""

    resident: str | None = None
    staff: str | None = None
    public: str | None = None

    @property
    def are_named(self) -> bool:
        """Whether any of them is."""
        return any((self.resident, self.staff, self.public))

    @property
    def are_secure(self) -> bool:
        """Whether browsers come by TLS."""
        return any(each.startswith("https://") for each in (self.resident, self.staff, self.public) if each)

    def hosts(self, door: DoorName) -> frozenset[str]:
        """The hosts this door answers to. This machine's own names stay: no other site can be called so."""
        named = getattr(self, door)
        own = urlsplit(named).hostname if named else _EMBEDDED[door]
        return frozenset({*LOCAL_NAMES, *([own] if own else [])})

    def of_pages(self, *, resident_port: int, staff_port: int) -> tuple[str, ...]:
        """The pages that may listen to the feed: the residents' and the staff's."""
        named = tuple(each for each in (self.resident, self.staff) if each)
        if named:
            return named
        hosts = (*LOCAL_NAMES, "residents.localhost", "staff.localhost")
        return tuple(f"http://{host}:{port}" for host in hosts for port in (resident_port, staff_port))


NO_ORIGINS = Origins()


def origins(env: Env) -> Origins:
    """What PORCHLIGHT_RESIDENT_ORIGIN, _STAFF_ORIGIN and _PUBLIC_ORIGIN say; raises MisconfiguredError."""
    resident, staff, public = (
        variables.origin(env, f"PORCHLIGHT_{door}_ORIGIN") for door in ("RESIDENT", "STAFF", "PUBLIC")
    )
    if resident is not None and resident == staff:
        raise MisconfiguredError("Residents and staff must have hosts of their own.")
    return Origins(resident, staff, public)


def host_of(header: str) -> str | None:
    """The host in a Host header, without its port; None where there is none to read."""
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None
