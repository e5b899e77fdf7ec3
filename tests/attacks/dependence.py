"""Whether what is told depends on who it is of: mutual information within groups, against chance by permutation."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

ROUNDS = 12_000  # at most: what chance does ten times is known sooner
ENOUGH = 10
SEED = 17  # the same draw every time: what one run says, every run says of the same answers
ROUNDING = 1e-6  # bits, of sums up to some millions
UNLIKELY = 0.0003  # below this it is no chance; twelve posts of four authors in one block can come to 0.0001

Column = Sequence[Hashable]


def by_chance(authors: Column, groups: Column, *columns: Column) -> float:
    """How often chance says as much: the share of shuffles of authors within their groups with no less information.

    Of several columns it is their sum that counts. A value that every post has to itself, or that all share, says as
    much after any shuffle: 1.
    """
    group = _numbered(groups)
    order = np.argsort(group, kind="stable")
    within, who = group[order].astype(float), _numbered(authors)[order]
    told = [_numbered(list(zip(groups, column, strict=True)))[order] * (who.max() + 1) for column in columns]
    dice = np.random.default_rng(SEED)

    def said(drawn: np.ndarray) -> float:
        # What each value and each author come to in a group stays as it is under a shuffle, so this alone differs.
        counts = [np.unique(column + drawn, return_counts=True)[1] for column in told]
        return float(sum((count * np.log2(count)).sum() for count in counts))

    seen = said(who)
    return _share(lambda: said(who[np.argsort(within + dice.random(len(who)))]) >= seen - ROUNDING)


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


def _numbered(values: Column) -> np.ndarray:
    """Each value's number, the same for the same."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values])
