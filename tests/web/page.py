"""What a module of the pages answers, asked under Node."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from storage.kit.programs import node

WEB = Path(__file__).parents[2] / "web"


def told(module: str, names: str, expressions: list[str]) -> list[Any]:
    """What each expression is, with these names of a module under `web/`."""
    script = f"""
        import {{ {names} }} from {json.dumps((WEB / module).as_uri())};
        console.log(JSON.stringify([{",".join(expressions)}]));
    """
    command = [str(node()), "--input-type=module", "-e", script]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found: list[Any] = json.loads(answer.stdout)
    return found
