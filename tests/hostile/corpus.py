"""All hostile files, each with the end it must come to."""

from __future__ import annotations

from tests.hostile.bombs import BOMBS
from tests.hostile.changing import CHANGING
from tests.hostile.crowds import CROWDS
from tests.hostile.lies import LIES
from tests.hostile.oddities import ODDITIES
from tests.hostile.passengers import PASSENGERS
from tests.hostile.pointers import POINTERS
from tests.hostile.polyglots import POLYGLOTS

HOSTILE = (*POINTERS, *CROWDS, *LIES, *CHANGING, *ODDITIES, *BOMBS, *POLYGLOTS, *PASSENGERS)
