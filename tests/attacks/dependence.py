"""Whether what is told depends on who it is of: mutual information within groups, against chance by permutation."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from math import log2

import numpy as np

ROUNDS = 12_000  # at most: what chance does ten times is known sooner
ENOUGH = 10
SEED = 17  # the same draw every time: what one run says, every run says of the same answers
UNLIKELY = 0.0003  # below this it is no chance; twelve posts of four authors in one block can come to 0.0001

Column = Sequence[Hashable]
Places = Sequence[Sequence[int]]


def information(told: Column, authors: Column) -> float:
    """Bits that `told` says about `authors`, one value of each per post."""
    count = len(told)
    both, each, who = Counter(zip(told, authors, strict=True)), Counter(told), Counter(authors)
    return sum(n / count * log2(n * count / (each[value] * who[author])) for (value, author), n in both.items())


def by_chance(authors: Column, groups: Column, *columns: Column) -> float:
    """How often chance says as much: the share of shuffles of authors within their groups with no less information.

    Of several columns it is their sum that counts. A value that every post has to itself, or that all share, says as
    much after any shuffle: 1.
    """
    members: dict[Hashable, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        members[group].append(place)
    within, dice = list(members.values()), random.Random(SEED)
    seen, shuffled = _said(authors, within, columns), list(authors)

    def as_much() -> bool:
        for places in within:
            drawn = [authors[place] for place in places]
            dice.shuffle(drawn)
            for place, author in zip(places, drawn, strict=True):
                shuffled[place] = author
        return _said(shuffled, within, columns) >= seen - 1e-9

    return _share(as_much)


def orders_alike(one: Sequence[float], other: Sequence[float]) -> float:
    """How often chance orders `one` as much like `other` (or its opposite) as it is: Kendall's way."""
    turns = np.sign(np.subtract.outer(np.array(one, dtype=float), np.array(one, dtype=float)))
    # By rank: the largest ids are beyond a float's reach.
    ranks, dice = np.argsort(np.argsort(np.array(other, dtype=object))).astype(float), np.random.default_rng(SEED)

    def agreement(order: np.ndarray) -> float:
        return abs(float((turns * np.sign(np.subtract.outer(order, order))).sum()))

    seen = agreement(ranks)
    return _share(lambda: agreement(dice.permutation(ranks)) >= seen)


def _share(happens: Callable[[], bool]) -> float:
    count = 0
    for rounds in range(1, ROUNDS + 1):
        count += happens()
        if count == ENOUGH:
            return count / rounds
    return (1 + count) / (1 + ROUNDS)


def _said(authors: Column, within: Places, columns: Sequence[Column]) -> float:
    return sum(
        len(places) * information([column[place] for place in places], [authors[place] for place in places])
        for places in within
        for column in columns
    )
