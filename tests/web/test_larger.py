"""Larger blocks on the page: an area takes in every place that a post from it may name, and counts none twice."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from storage.kit.programs import node

LARGER = Path(__file__).parents[2] / "web" / "shared" / "larger.ts"
NORTH, SOUTH = {"id": "N", "cells": ["a", "b"]}, {"id": "S", "cells": ["c", "d", "e"]}


def told(expressions: list[str]) -> list[Any]:
    """What each expression is, on the page."""
    script = f"""
        import {{ areaOf, around, cellsOf, withoutLarger }} from {json.dumps(LARGER.as_uri())};
        const all = {json.dumps([NORTH, SOUTH])};
        console.log(JSON.stringify([{",".join(expressions)}]));
    """
    command = [str(node()), "--input-type=module", "-e", script]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found: list[Any] = json.loads(answer.stdout)
    return found


def test_an_area_takes_in_the_larger_blocks_around_it() -> None:
    """Each that has a block of the area, once; taken out again, the area is what was drawn."""
    assert told(
        [
            "areaOf(['a', 'b', 'x', 'a'], all)",
            "areaOf(['b', 'c'], all)",
            "areaOf([], all)",
            "withoutLarger(areaOf(['b', 'c', 'x'], all), all)",
            "cellsOf('S', all)",
            "cellsOf('d', all)",
            "around('d', all)?.id",
            "around('x', all) ?? null",
        ]
    ) == [["a", "b", "x", "N"], ["b", "c", "N", "S"], [], ["b", "c", "x"], ["c", "d", "e"], ["d"], "S", None]
