"""What a proof found in finished bytes that it could not vouch for.

Does NOT protect: a finding says where and what kind, never whose. No finding says only that nothing known or
unknown *to this allow-list* is left; what the picture and the sound themselves show is not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that may not be there: a place such as `moov/trak/udta`, and what is wrong with it."""

    place: str
    what: str


class NotClean(Exception):
    """Finished bytes that must not be published. Says places and kinds, never content."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(f"{finding.place}: {finding.what}" for finding in findings[:10]))
        self.findings = tuple(findings)
