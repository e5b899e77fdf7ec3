"""The whole of Kansas City cut into cells: how many, how even, how long, how large.

Run: `python -m bench.atlas`, with the shared geodata beside the checkout. The divisions are STAND-INS (council
districts of 2012 under invented names), not the patrol divisions. Seconds are of CPU, for nothing here waits.
Baseline: reading the same files and nothing else.

The points carry no addresses. The second map is cut along streets all the same, with addresses INVENTED for the real
points: an avenue every 120 metres, a hundred every 110. It shows what whole hundred-blocks do to counts and sizes.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np

from storage.atlas.areas import Area, read_areas
from storage.atlas.building import build
from storage.atlas.cell_files import cell_file
from storage.atlas.files import atlas_bytes, atlas_from
from storage.atlas.homes import Homes, read_homes

GEODATA = Path(__file__).parents[2] / "shared" / "geodata"
DWELLINGS = "landusecode~^11"
LABELS = 5  # printed, to be read
WEST, SOUTH = -95.0, 38.8  # of Kansas City
METRES_PER_LON, METRES_PER_LAT = 86_000.0, 111_195.0


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
    print(f"CPU: reading {read - start:.1f} s")
    for says, found in (("without addresses", homes), ("along streets, of invented addresses", _addressed(homes))):
        print(f"-- {says}")
        _measure(divisions, found, neighborhoods, read - start)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0


def _measure(divisions: list[Area], homes: Homes, neighborhoods: list[Area], baseline: float) -> None:
    start = time.process_time()
    atlas, report = build(divisions, homes, neighborhoods=neighborhoods)
    built = time.process_time()
    raw = atlas_bytes(atlas)
    atlas_from(raw)
    loaded = time.process_time()

    print(*report.lines(), sep="\n")
    every = len(atlas.blocks) // LABELS
    print("called:", "; ".join(block.label for block in atlas.blocks[every // 2 :: every]))
    print(f"CPU: cutting {built - start:.1f} s: {(built - start) / baseline:.1f} x reading")
    print(f"atlas file {len(raw) / 1e6:.1f} MB, written and read back in {loaded - built:.1f} s")
    for division in atlas.divisions:
        file = cell_file(atlas, division.id)
        sizes = f"{len(file.raw) / 1000:.0f} kB, {len(file.gzipped) / 1000:.0f} kB gzipped"
        print(f"  {division.name} (stand-in): {len(atlas.blocks_of(division.id))} cells, {sizes}")


def _addressed(homes: Homes) -> Homes:
    """The same points under invented addresses of a plain grid."""
    metres = np.stack([(homes.lon - WEST) * METRES_PER_LON, (homes.lat - SOUTH) * METRES_PER_LAT])
    avenue, north = (metres[0] // 120).astype(int).tolist(), metres[1].astype(int).tolist()
    addresses = [f"{y // 110 * 100 + y % 110 * 9 // 10} Invented Ave {x}" for x, y in zip(avenue, north, strict=True)]
    return Homes(homes.lon, homes.lat, addresses, homes.refused)


if __name__ == "__main__":
    sys.exit(main())
