"""Names under which people speak where nobody is to know who they are: plain words, and none that lasts."""

from __future__ import annotations

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
