"""What lies round a block is the same on the page as for alerts, and nothing of it is asked of anybody."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from shapely import to_geojson

from storage.atlas.around import around
from storage.atlas.demo import demo_atlas
from storage.kit.programs import node

WEB = Path(__file__).parents[2] / "web"


def test_the_page_knows_the_ring_that_alerts_go_by() -> None:
    """Of every block of a division, corners and all; a block that this map does not know has none."""
    atlas = demo_atlas()
    division = atlas.divisions[0].id
    cells = [
        {"geometry": json.loads(to_geojson(block.shape)), "properties": {"id": block.id}}
        for block in atlas.blocks_of(division)
    ]
    script = f"""
        import {{ ringOf }} from {json.dumps((WEB / "shared/ring.ts").as_uri())};
        const cells = {json.dumps(cells)};
        const told = cells.map(({{ properties: {{ id }} }}) => [id, [...ringOf(id, cells)].toSorted()]);
        console.log(JSON.stringify([Object.fromEntries(told), [...ringOf("elsewhere", cells)]]));
    """

    answer = subprocess.run(
        [str(node()), "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=120
    )
    told, elsewhere = json.loads(answer.stdout)

    assert told == {block.id: sorted({block.id, *around(atlas, block.id)}) for block in atlas.blocks_of(division)}
    assert elsewhere == []


def test_what_is_near_is_asked_of_nobody() -> None:
    """The list of the division is read, as far whatever is found: no call of the page holds a block."""
    source = (WEB / "resident/neighborhood/Area.svelte").read_text()

    (query,) = (line for line in source.splitlines() if "query: {" in line)
    assert "block" not in query
    assert "pages: Math.max(near ? NEAR_PAGES : 1, back?.pages ?? 1)," in source
