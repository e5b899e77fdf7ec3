"""Names under which people speak where nobody is to know who they are: plain words, and none that lasts."""

from __future__ import annotations

from storage.identity.vault import ResidentId, Vault
from storage.kit import ids
from storage.kit.ids import PostId

MARK_BYTES = 16  # nobody has another's by chance
_KINDS = tuple(
    "Amber,Blue,Brisk,Calm,Clever,Copper,Early,Gentle,Golden,Green,Hazel,Honest,Kind,Late,Lively,Lucky,"
    "Maple,Mellow,Merry,Misty,Modest,Patient,Plain,Proud,Quick,Quiet,Rosy,Silver,Steady,Sunny,Tidy,Warm".split(",")
)
_THINGS = tuple(
    "Acorn,Badger,Beacon,Birch,Brook,Candle,Cedar,Clover,Cricket,Door,Elm,Falcon,Fern,Finch,Garden,Gate,"
    "Harbor,Heron,Lantern,Lark,Meadow,Oak,Otter,Pebble,Pine,Porch,Robin,Sparrow,Step,Thistle,Willow,Wren".split(",")
)


def name_for(drawn: bytes) -> str:
    """The name that `drawn` (at least 3 bytes) stands for: one of 32 x 32 x 90."""
    return f"{_KINDS[drawn[0] % 32]} {_THINGS[drawn[1] % 32]} {10 + drawn[2] % 90}"


def signed(vault: Vault, post_id: PostId, resident_id: ResidentId) -> tuple[str, str]:
    """Name and mark of a resident under one post: made, so that they can be made again and need be stored nowhere."""
    mark = vault.keyed("comment mark", post_id, resident_id)[:MARK_BYTES]
    return name_for(vault.keyed("comment name", post_id, resident_id)), ids.base32(mark)
