"""Street addresses of homes: which hundred-block one stands in, and what homes together are called."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

NUMBERED = re.compile(r"\s*(\d+)[A-Za-z]?(?:-\d+)?(?:\s+\d/\d)?\s+([^,#]*\w)")
UNIT = re.compile(r"\s+(apt|apartment|unit|ste|suite|lot|trlr|rm|fl|bldg)\b.*", re.IGNORECASE)
ALSO = 0.25  # a second street is named where this share of the homes stand on it


class Hundred(NamedTuple):
    """A hundred-block: both sides of a street, from one number that ends in 00 up to the next."""

    street: str  # without case, points and double blanks, so that two spellings are one street
    number: int  # in hundreds: 24 is 2400 to 2499


def hundred_of(address: str) -> Hundred | None:
    """The hundred-block of an address; None where there is no number and street to be read."""
    found = _read(address)
    return Hundred(_plain(found[1]), found[0] // 100) if found else None


def hundreds(numbers: Sequence[int], street: str) -> str:
    """`2400-2500 Park Ave` for numbers from 2400 to 2499."""
    return f"{min(numbers) // 100 * 100}-{max(numbers) // 100 * 100 + 100} {street}"


def spoken(addresses: Iterable[str]) -> str:
    """`2400-2500 Park Ave` for the street most homes stand on, `and Elm St` if many stand there; "" without any."""
    numbers: dict[str, list[int]] = defaultdict(list)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for found in filter(None, map(_read, addresses)):
        numbers[_plain(found[1])].append(found[0])
        spellings[_plain(found[1])][found[1]] += 1
    if not numbers:
        return ""
    first, *others = sorted(numbers, key=lambda street: (-len(numbers[street]), street))
    homes = sum(map(len, numbers.values()))
    also = [_usual(spellings[street]) for street in others[:1] if len(numbers[street]) >= ALSO * homes]
    return " and ".join([hundreds(numbers[first], _usual(spellings[first])), *also])


def _read(address: str) -> tuple[int, str] | None:
    """Number and street as they are written, without the unit."""
    found = NUMBERED.match(address)
    return (int(found[1]), UNIT.sub("", " ".join(found[2].split()))) if found else None


def _plain(street: str) -> str:
    return " ".join(street.replace(".", " ").casefold().split())


def _usual(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda name: (-spellings[name], name))
