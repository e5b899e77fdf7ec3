"""An atlas as bytes: the one file it is kept in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape as shape_of
from shapely.geometry.base import BaseGeometry

from storage.atlas.larger_labels import MOST_LETTERS
from storage.atlas.shapes import K_LEAST, Atlas, Block, Division, LargerBlock, block_id, division_id, larger_id
from storage.kit.errors import Malformed
from storage.kit.ids import BlockId, DivisionId


def sealed(
    *,
    k: int,
    invented: bool,
    divisions: Iterable[Division],
    blocks: Iterable[Block],
    larger: Iterable[LargerBlock] = (),
) -> Atlas:
    """An atlas in canonical order, under the digest of its own content."""
    named = tuple(sorted(divisions, key=lambda d: d.name))
    # By label, so that neighbours lie together: cell files pack an eighth smaller than in the order of ids.
    cells = tuple(sorted(blocks, key=lambda b: (b.division, b.label, b.id)))
    joined = tuple(sorted(larger, key=lambda one: (one.division, one.label, one.id)))
    digest = hashlib.sha256(b"".join(_body(k, invented, named, cells, joined))).hexdigest()
    return Atlas(digest, k, invented, named, cells, joined)


def atlas_bytes(atlas: Atlas) -> bytes:
    """The atlas as one GeoJSON FeatureCollection, a feature a line; equal atlases give equal bytes."""
    head = b'{"type":"FeatureCollection","digest":' + as_json(atlas.digest)
    return b"".join([head, *_body(atlas.k, atlas.invented, atlas.divisions, atlas.blocks, atlas.larger)])


def atlas_from(raw: bytes) -> Atlas:
    """The atlas in such a file; Malformed if it is none, or not the one its digest names."""
    try:
        file = _File.model_validate_json(raw)
        divisions = [
            Division(division_id(f.properties.name), f.properties.name, shape_of(f.geometry))
            for f in file.features
            if isinstance(f.properties, _DivisionProperties)
        ]
        blocks = [_block(f.properties, f.geometry) for f in file.features if isinstance(f.properties, _CellProperties)]
        larger = _larger(file.larger, blocks)
    except (ValidationError, ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Malformed("This is not an atlas file.") from error
    atlas = sealed(k=file.k, invented=file.invented, divisions=divisions, blocks=blocks, larger=larger)
    if atlas.digest != file.digest:
        raise Malformed("The atlas file was changed after it was built.", code="atlas_changed")
    return atlas


def read_atlas(path: Path) -> Atlas:
    """The atlas kept at `path`."""
    return atlas_from(path.read_bytes())


def write_atlas(atlas: Atlas, path: Path) -> None:
    """Keep the atlas at `path`."""
    path.write_bytes(atlas_bytes(atlas))


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _DivisionProperties(_Closed):
    kind: Literal["division"]
    id: str
    name: str = Field(min_length=1, max_length=100)


class _CellProperties(_Closed):
    kind: Literal["cell"]
    id: str
    label: str = Field(min_length=1, max_length=200)
    homes: int = Field(ge=K_LEAST)
    division: str


class _LargerSaid(_Closed):
    id: str
    label: str = Field(min_length=1, max_length=MOST_LETTERS)
    homes: int
    division: str
    cells: list[str] = Field(min_length=2)


class _Feature(_Closed):
    type: Literal["Feature"]
    properties: _DivisionProperties | _CellProperties
    geometry: dict[str, Any]


class _File(_Closed):
    type: Literal["FeatureCollection"]
    digest: str
    k: int = Field(ge=K_LEAST)
    invented: bool
    features: list[_Feature]
    larger: list[_LargerSaid] = []


def _block(cell: _CellProperties, geometry: dict[str, Any]) -> Block:
    shape = shape_of(geometry)
    division = DivisionId(cell.division)
    if block_id(division, shape) != cell.id:
        raise ValueError("a cell is not the one its id names")
    return Block(BlockId(cell.id), cell.label, cell.homes, division, shape)


def _larger(said: Iterable[_LargerSaid], blocks: Iterable[Block]) -> list[LargerBlock]:
    """The larger blocks of a file; ValueError unless each is of cells of its division that are in no other."""
    free = {block.id: block for block in blocks}
    found = []
    for one in said:
        division = DivisionId(one.division)
        ids = tuple(BlockId(cell) for cell in one.cells)
        cells = [free.pop(cell) for cell in ids]  # KeyError: no cell, or another's
        homes = sum(cell.homes for cell in cells)
        if larger_id(division, ids) != one.id or homes != one.homes or {c.division for c in cells} != {division}:
            raise ValueError("a larger block is not the one its id names")
        found.append(LargerBlock(BlockId(one.id), one.label, homes, division, ids))
    return found


def _body(
    k: int, invented: bool, divisions: Iterable[Division], blocks: Iterable[Block], larger: Iterable[LargerBlock]
) -> Iterable[bytes]:
    """The file from `k` on, which is what the digest is of."""
    yield b',"k":' + as_json(k) + b',"invented":' + as_json(invented) + b',"features":[\n'
    lines = [as_feature(d.shape, kind="division", id=d.id, name=d.name) for d in divisions]
    lines += [
        as_feature(b.shape, kind="cell", id=b.id, label=b.label, homes=b.homes, division=b.division) for b in blocks
    ]
    yield b",\n".join(lines)
    joined = [
        as_json({"id": o.id, "label": o.label, "homes": o.homes, "division": o.division, "cells": o.cells})
        for o in larger
    ]
    # Nothing where there are none: a map from before there were any keeps its digest.
    yield b"\n]" + (b',"larger":[\n' + b",\n".join(joined) + b"\n]" if joined else b"") + b"}\n"


def as_feature(shape: BaseGeometry, **properties: object) -> bytes:
    """A GeoJSON feature on one line."""
    return as_json({"type": "Feature", "properties": properties, "geometry": mapping(shape)})


def as_json(value: object) -> bytes:
    """JSON without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
