"""The project's own files, as the wall tests read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("api", "workers", "feed", "storage")
# Both sides of the wall meet in these; everything else in OURS is on the record side.
MAY_KNOW_WHO = (
    "api/resident/",
    "api/commands/",
    "api/cli.py",
    "workers/airlock/",
    "workers/queue.py",
    "workers/run.py",
    "storage/identity/",
)
AIRLOCK_TOOLS = ("workers/media/", "workers/redact/")  # know neither side, and run in the airlock alone


@cache
def committed() -> tuple[str, ...]:
    """Paths of all files of the project that are there: committed, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(path for path in sorted(set(listed.stdout.splitlines())) if (ROOT / path).is_file())


def sources(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[str]:
    """Paths of the project's files under `folders` with one of the suffixes."""
    starts = tuple(f"{folder}/" for folder in folders)
    return [path for path in committed() if path.startswith(starts) and path.endswith(suffixes)]


def record_side() -> list[str]:
    """Python files of the record side, and the pages of staff and public."""
    pages = sources("web/staff", "web/public", suffixes=(".ts", ".svelte", ".html", ".css"))
    return [path for path in sources(*OURS) if not path.startswith((*MAY_KNOW_WHO, *AIRLOCK_TOOLS))] + pages


@cache
def text(path: str) -> str:
    """The file's text."""
    return (ROOT / path).read_text()


@cache
def tree(path: str) -> ast.Module:
    """The Python file, parsed."""
    return ast.parse(text(path), path)


def functions(path: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a Python file, methods and inner ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
