"""Division, Block and Atlas: a city cut into published cells, with names that never change by accident."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from storage.kit.ids import ID_BYTES, BlockId, DivisionId, base32

K_DEFAULT = 12  # homes in a cell, at least (docs: architecture, section 5)
K_LEAST = 8  # police.uk's rule; a city may ask for more than the default, never for fewer than this
GRID = 100_000  # cells lie on a grid of five decimals: 1.1 m, so a browser reads the very numbers we hold


@dataclass(frozen=True, eq=False)
class Division:
    """A patrol division: `shape` in degrees (lon lat) is exactly the union of its cells."""

    id: DivisionId
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, eq=False)
class Block:
    """A published cell that holds `homes` homes, at least k; the finest place a post can carry."""

    id: BlockId
    label: str
    homes: int
    division: DivisionId
    shape: BaseGeometry


@dataclass(frozen=True, eq=False)
class LargerBlock:
    """Whole cells of a division, joined once: a place a post may carry instead of one of them, never a home."""

    id: BlockId
    label: str
    homes: int
    division: DivisionId
    cells: tuple[BlockId, ...]


@dataclass(frozen=True, eq=False)
class Atlas:
    """One version of a city's cells. `digest` is the SHA-256 of its file without the digest line."""

    digest: str
    k: int
    invented: bool
    divisions: tuple[Division, ...]
    blocks: tuple[Block, ...]
    larger: tuple[LargerBlock, ...] = ()

    def block(self, block_id: str) -> Block | None:
        """The cell of this version with that id."""
        return self._by_id.get(BlockId(block_id))

    def place(self, block_id: str) -> Block | LargerBlock | None:
        """The cell or larger block of this version with that id: all that a post may carry."""
        return self.block(block_id) or self._larger_by_id.get(BlockId(block_id))

    def larger_of(self, division: DivisionId) -> tuple[LargerBlock, ...]:
        """All larger blocks of a division, in the order of the file."""
        return tuple(larger for larger in self.larger if larger.division == division)

    def division(self, named: str) -> Division | None:
        """The division with that id, or with that name in any case."""
        wanted = named.strip().casefold()
        return next((d for d in self.divisions if wanted in (d.id, d.name.casefold())), None)

    def blocks_of(self, division: DivisionId) -> tuple[Block, ...]:
        """All cells of a division, in the order of the file."""
        return tuple(block for block in self.blocks if block.division == division)

    @cached_property
    def _by_id(self) -> dict[BlockId, Block]:
        return {block.id: block for block in self.blocks}

    @cached_property
    def _larger_by_id(self) -> dict[BlockId, LargerBlock]:
        return {larger.id: larger for larger in self.larger}


def division_id(name: str) -> DivisionId:
    """The same name has the same id in every atlas."""
    return DivisionId(_name_of("division", " ".join(name.split()).casefold()))


def block_id(division: DivisionId, shape: BaseGeometry) -> BlockId:
    """The same cell of the same division has the same id in every version."""
    whole = moved(shape, lambda coords: whole_steps(coords, GRID))
    return BlockId(_name_of("block", division, shapely.to_wkt(shapely.normalize(whole), rounding_precision=0)))


def larger_id(division: DivisionId, cells: Sequence[BlockId]) -> BlockId:
    """The same cells of the same division are the same larger block in every version."""
    return BlockId(_name_of("larger", division, *sorted(cells)))


def moved(shape: BaseGeometry, step: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> BaseGeometry:
    """`shape` with every coordinate pair sent through `step`."""
    return shapely.transform(shape, step)


def whole_steps(degrees: NDArray[np.float64], per_degree: int) -> NDArray[np.float64]:
    """Degrees as whole grid steps, halves upwards as in a browser's Math.round."""
    return np.floor(degrees * per_degree + 0.5)


def _name_of(*parts: str) -> str:
    return base32(hashlib.sha256("\n".join(parts).encode()).digest()[:ID_BYTES])
