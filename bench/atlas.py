"""The whole of Kansas City cut into cells: how many, how even, how long, how large.

Run: `python -m bench.atlas`, with the shared geodata beside the checkout. The divisions are STAND-INS (council
districts of 2012 under invented names), not the patrol divisions. Seconds are of CPU, for nothing here waits.
Baseline: reading the same files and nothing else.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from storage.atlas.areas import read_areas
from storage.atlas.building import build
from storage.atlas.files import atlas_bytes, atlas_from, cell_file
from storage.atlas.homes import read_homes

GEODATA = Path(__file__).parents[2] / "shared" / "geodata"
DWELLINGS = "landusecode~^11"


def main() -> int:
    """Prints the figures; 1 if the geodata are not there."""
    if not GEODATA.is_dir():
        print(f"no geodata at {GEODATA}: nothing was measured")
        return 1
    start = time.process_time()
    homes = read_homes(GEODATA / "kc-parcel-points-2015.csv.zip", where=DWELLINGS)
    divisions = read_areas(GEODATA / "kc-STANDIN-divisions-from-council-districts.geojson")
    neighborhoods = read_areas(GEODATA / "kc-neighborhoods-145.geojson")
    read = time.process_time()
    atlas, report = build(divisions, homes, neighborhoods=neighborhoods)
    built = time.process_time()
    raw = atlas_bytes(atlas)
    atlas_from(raw)
    loaded = time.process_time()

    print(*report.lines(), sep="\n")
    print(f"CPU: reading {read - start:.1f} s, cutting {built - read:.1f} s: {(built - read) / (read - start):.1f} x")
    print(f"atlas file {len(raw) / 1e6:.1f} MB, written and read back in {loaded - built:.1f} s")
    for division in atlas.divisions:
        file = cell_file(atlas, division.id)
        sizes = f"{len(file.raw) / 1000:.0f} kB, {len(file.gzipped) / 1000:.0f} kB gzipped"
        print(f"  {division.name} (stand-in): {len(atlas.blocks_of(division.id))} cells, {sizes}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
