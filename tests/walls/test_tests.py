"""Every test states a fact and looks whether it is one."""

from __future__ import annotations

import ast

from tests.walls.reading import functions, sources, tree

TESTS = [path for path in sources("tests") if path.rsplit("/", 1)[-1].startswith("test_")]
LOOKS = {"raises", "warns", "expect", "fail", "hear_up_to"}  # calls that fail a test by themselves
# Tests whose fact is that nothing is raised; each by name, so that none joins them unseen.
PASSES = {
    "tests/workers/media/test_boxes.py: test_a_real_clip_passes",
    "tests/workers/media/test_boxes.py: test_a_walk_reads_no_samples",
    "tests/workers/media/test_elements.py: test_what_cameras_write_passes",
    "tests/workers/media/test_landlock.py: test_rules_are_a_descriptor_of_the_caller",
    "tests/workers/redact/test_proof_fragments.py: test_a_changed_byte_is_never_a_fault",
}


def test_every_test_states_a_fact() -> None:
    """Each test and its file have a docstring: read from top to bottom, the file is a specification."""
    assert [path for path in TESTS if not ast.get_docstring(tree(path))] == []
    assert [f"{path}: {test.name}" for path in TESTS for test in _tests(path) if not ast.get_docstring(test)] == []


def test_every_test_looks_whether_it_is_one() -> None:
    """Each test asserts, itself or through a function of its file."""
    blind = []
    for path in TESTS:
        looking = {function.name for function in functions(path) if _looks(function, set())}
        blind += [f"{path}: {test.name}" for test in _tests(path) if not _looks(test, looking)]

    assert set(blind) == PASSES, "\n".join(set(blind) ^ PASSES)


def test_the_tests_of_every_part_are_read() -> None:
    """The reading is not of an empty folder."""
    assert {path.split("/")[1] for path in TESTS} >= {"api", "feed", "storage", "walls", "workers"}


def _tests(path: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [function for function in functions(path) if function.name.startswith("test_")]


def _looks(function: ast.AST, looking: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in LOOKS | looking:
                return True
    return False
