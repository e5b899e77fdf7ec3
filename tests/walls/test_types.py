"""Closed types: staff, public and listeners are told what is declared, and nothing else."""

from __future__ import annotations

import ast
import importlib
import inspect
from types import ModuleType

from pydantic import BaseModel

from storage.identity import vault
from storage.kit import ids
from storage.posts import lists as post_lists, posts
from tests.walls.reading import functions, sources

MODULES = [
    path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for path in sources("feed", "api/staff", "api/public")
    if not path.endswith("__main__.py")
]
TAKES_A_POST_WHEREVER_IT_IS = {"locked"}  # for the verbs of feed/posting: no reader's question


def test_every_model_is_closed() -> None:
    """Every type whose bytes enter or leave on the record side forbids fields that it does not declare."""
    found = {
        thing for module in MODULES for thing in vars(importlib.import_module(module)).values() if _is_model(thing)
    }

    assert len(found) > 20
    assert [model.__name__ for model in found if model.model_config.get("extra") != "forbid"] == []


def test_no_endpoint_answers_with_whatever_it_has() -> None:
    """No function of the staff or public program is said to return a plain dict, an object or Any."""
    loose = [
        f"{path}: {function.name}"
        for path in sources("api/staff", "api/public")
        for function in functions(path)
        if function.returns is not None and {"dict", "Any", "object"} & _names(function.returns)
    ]

    assert loose == []


def test_ids_of_the_two_sides_are_different_types() -> None:
    """A post's id cannot be passed for a resident's or a clip's where types are checked."""
    record = {ids.PostId, ids.BlockId, ids.DivisionId, ids.StaffId}
    who = {vault.ClipId, vault.ResidentId}

    assert len({kind.__name__ for kind in record | who}) == len(record) + len(who) == 6
    assert not {kind.__name__ for kind in who} & set(dir(ids))


def test_nobody_asks_for_posts_without_divisions() -> None:
    """Every public question of storage that answers posts takes the divisions the asker may see."""
    asking = {
        name: inspect.signature(function).parameters
        for module in (posts, post_lists)
        for name, function in vars(module).items()
        if not name.startswith("_") and "Post" in _answer(module, name)
    }

    assert {"page", "some", "one"} <= asking.keys()
    assert {name for name, takes in asking.items() if "in_divisions" not in takes} == TAKES_A_POST_WHEREVER_IT_IS


def _is_model(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, BaseModel) and thing is not BaseModel


def _answer(module: ModuleType, name: str) -> set[str]:
    path = f"{module.__name__.replace('.', '/')}.py"
    own = [function for function in functions(path) if function.name == name and function.returns]
    return {found for function in own for found in _names(function.returns)}


def _names(node: ast.AST | None) -> set[str]:
    return set() if node is None else {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
