"""Names and files keep to the few words this project speaks, and end before one scrolls twice."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.walls.reading import OURS, functions, sources, text, tree

BANNED = {"manager", "helper", "util", "utility", "service", "info", "misc", "common", "base", "session"}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
PYTHON = sources(*OURS, "tests", "bench")
WEB = sources("web", suffixes=(".ts", ".svelte", ".css"))
NAMED = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
LONGEST = 250
# Files that hold more than they should, with the seam at which they will part.
TOO_LONG: dict[str, str] = {}


def test_no_name_is_a_banned_word() -> None:
    """Modules, classes and functions have no name that says nothing, or three things at once."""
    named = [(path, Path(path).stem) for path in PYTHON]
    for path in PYTHON:
        named += [(path, node.name) for node in ast.walk(tree(path)) if isinstance(node, NAMED)]

    assert len(named) > 500
    assert [(path, name) for path, name in named if _words(name) & BANNED] == []


def test_no_page_has_a_banned_name() -> None:
    """The same holds for files, functions, classes and types of the pages."""
    named = [(path, Path(path).name.split(".")[0]) for path in WEB]
    for path in WEB:
        named += [
            (path, name) for name in re.findall(r"\b(?:function|class|interface|type)\s+([A-Za-z]\w*)", text(path))
        ]

    assert [(path, name) for path, name in named if _words(name) & BANNED] == []


def test_words_are_read_out_of_names() -> None:
    """A banned word is found in every spelling, and not inside another word."""
    assert _words("get_SessionBase") == {"get", "session", "base"}
    assert _words("HTTPService") == {"http", "service"}
    assert not _words("database_basement_base32informed") & BANNED - {"base"}


def test_a_file_says_what_it_is_for() -> None:
    """Every module that holds anything begins with a docstring."""
    assert [path for path in PYTHON if tree(path).body and not ast.get_docstring(tree(path))] == []


def test_no_file_is_long() -> None:
    """Nothing passes 250 lines but what is known to, with the seam where it will part; lists of words may."""
    lengths = {path: len(text(path).splitlines()) for path in sources(*OURS) + WEB}

    long = {path: lines for path, lines in lengths.items() if lines > LONGEST and "/words/" not in path}

    assert {path: lines for path, lines in long.items() if path not in TOO_LONG} == {}


def test_what_is_known_to_be_long_still_is() -> None:
    """A file that became short leaves the list."""
    assert [path for path in TOO_LONG if len(text(path).splitlines()) <= LONGEST] == []


def test_no_import_hides() -> None:
    """No import waits inside a function, and none is only for the type checker."""
    inside = [
        f"{path}: {function.name}"
        for path in sources(*OURS)
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inside == []
    assert [path for path in sources(*OURS) if "TYPE_CHECKING" in text(path)] == []


def _words(name: str) -> set[str]:
    # Plurals count as the word itself; digits end a word but belong to it: base32 is not base.
    without_numbered = re.sub(r"[A-Za-z]+\d+", "", name)
    found = {word.lower() for part in without_numbered.split("_") for word in WORD.findall(part)}
    return found | {word.removesuffix("s") for word in found}
