"""The static files a browser finds its cell with: the divisions, and all cells of one."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache

from storage.atlas.files import as_feature, as_json
from storage.atlas.shapes import Atlas, Division
from storage.kit.ids import DivisionId


class CellFile:
    """All cells of one division for a browser: `raw` GeoJSON, `gzipped`, and the `sha256` that names it."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.gzipped = gzip.compress(raw, 9, mtime=0)
        self.sha256 = hashlib.sha256(raw).hexdigest()


@lru_cache(maxsize=64)
def cell_file(atlas: Atlas, division: DivisionId) -> CellFile:
    """The static file of a division; the whole of it, so that fetching it tells nothing finer."""
    return CellFile(cells_geojson(atlas, division))


def cells_geojson(atlas: Atlas, division: DivisionId) -> bytes:
    """All cells of a division: id, label, homes, division; coordinates in degrees of five decimals.

    `larger` lists its larger blocks: id, label, homes, and as `cells`, which are all their shape, their places in the
    list of features from 0. (Ids are noise, and said twice they packed a third larger.)
    """
    blocks = atlas.blocks_of(division)
    at = {block.id: place for place, block in enumerate(blocks)}
    larger = [
        {"id": one.id, "label": one.label, "homes": one.homes, "cells": [at[cell] for cell in one.cells]}
        for one in atlas.larger_of(division)
    ]
    features = (as_feature(b.shape, id=b.id, label=b.label, homes=b.homes, division=b.division) for b in blocks)
    return _collection(features, larger=larger)


def divisions_geojson(atlas: Atlas, cells_at: Callable[[DivisionId, str], str]) -> bytes:
    """All divisions: id, name, homes, `k`, `invented`, and `cells`, the address made of id and SHA-256 of the cells."""
    return _collection(as_feature(d.shape, **_described(atlas, d, cells_at)) for d in atlas.divisions)


def _described(atlas: Atlas, division: Division, cells_at: Callable[[DivisionId, str], str]) -> dict[str, object]:
    homes = sum(block.homes for block in atlas.blocks_of(division.id))
    cells = cells_at(division.id, cell_file(atlas, division.id).sha256)
    named = {"id": division.id, "name": division.name, "cells": cells}
    return {**named, "homes": homes, "k": atlas.k, "invented": atlas.invented}


def _collection(features: Iterable[bytes], **more: object) -> bytes:
    members = b"".join(b"," + as_json(name) + b":" + as_json(value) for name, value in more.items())
    return b'{"type":"FeatureCollection","features":[\n' + b",\n".join(features) + b"\n]" + members + b"}\n"
