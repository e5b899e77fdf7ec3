"""Heads of the audit as they are published, and as `verify-audit` reads them back."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from feed.events import Closed
from storage.public.heads import Head

_HEX32, _HEX64 = Field(pattern=r"^[0-9a-f]{64}$"), Field(pattern=r"^[0-9a-f]{128}$")


class PublishedHead(Closed):
    """The audit's newest hash on a day (UTC), signed with Ed25519; key and signature in hex."""

    model_config = ConfigDict(from_attributes=True)

    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    hash: str = _HEX32
    key: str = _HEX32
    signature: str = _HEX64

    def head(self) -> Head:
        """As the record knows it."""
        return Head(self.day, self.hash, self.key, self.signature)


class PublishedHeads(Closed):
    """The newest heads, the newest first."""

    heads: list[PublishedHead]
