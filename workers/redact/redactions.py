"""What a resident may ask to have made unrecognisable.

Does NOT protect: what is not on this list. A voice, a gait, a house, clothes and whoever stands beside somebody known
stay as they are; and what each redaction misses stands in `faces` and `plates`.
"""

from __future__ import annotations

from enum import StrEnum


class Redaction(StrEnum):
    """Closed, and always told in this order."""

    FACES = "faces"
    PLATES = "plates"
