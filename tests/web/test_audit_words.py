"""Whoever reads the audit reads in words what was done, in both languages, for every action that the code writes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from api.staff.moderation.deciding import DISMISS, WARN
from storage.cases.entries import Kind
from storage.moderation.blurs import BlurState
from storage.moderation.claims import POSTS, REQUESTS
from storage.moderation.comment_flags import KEEP, REMOVE
from storage.moderation.request_decisions import Verb as RequestVerb
from storage.posts.posts import Verb
from storage.staff.digests import _TAKEN
from tests.web.page import told

ROOT = Path(__file__).parents[2]
# What stands for several, as it is written, and all that it comes to. An expression that is not here fails.
SEVERAL = {
    "f'case.{kind}'": {f"case.{kind}" for kind in Kind},
    "f'request.{verb}'": {f"request.{verb}" for verb in RequestVerb},
    "f'post.{verb}'": {f"post.{verb}" for verb in Verb},
    "f'post.{Verb.KEEP}'": {f"post.{Verb.KEEP}"},
    "f'post.{wish.verb}'": {f"post.{verb}" for verb in (DISMISS, WARN)},
    "f'{self.action}.take'": {f"{one.action}.take" for one in (POSTS, REQUESTS)},
    "f'{self.action}.release'": {f"{one.action}.release" for one in (POSTS, REQUESTS)},
    "f'blur.{state}'": {f"blur.{state}" for state in (BlurState.DONE, BlurState.FAILED)},  # how one ends
    "f\"comment.{verb.removesuffix('_comment')}\"": {
        f"comment.{verb.removesuffix('_comment')}" for verb in (KEEP, REMOVE)
    },
    "_TAKEN[Kind(row.kind), mailbox is not None]": set(_TAKEN.values()),
}


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name in (getattr(node.func, "attr", ""), getattr(node.func, "id", "")):
            yield node


def _said(path: Path) -> set[str]:
    """Every action that a module writes into the audit; a name is a constant of it, or what its functions are given."""
    tree = ast.parse(path.read_text())

    def all_of(asked: ast.expr, function: ast.FunctionDef | None) -> set[str]:
        if isinstance(asked, ast.Constant):
            return {str(asked.value)}
        if isinstance(asked, ast.IfExp):
            return all_of(asked.body, function) | all_of(asked.orelse, function)
        if not isinstance(asked, ast.Name):
            return SEVERAL[ast.unparse(asked)]
        given = [one.arg for one in function.args.args] if function else []
        if function and asked.id in given:
            at = given.index(asked.id)
            return {said for call in _calls(tree, function.name) for said in all_of(call.args[at], None)}
        return {str(getattr(import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)), asked.id))}

    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = {
        said
        for function in functions
        for call in _calls(function, "audit")
        for said in all_of(call.args[0], function)
    }
    assert len([*_calls(tree, "audit")]) <= sum(len([*_calls(one, "audit")]) for one in functions), path
    return found


def test_every_action_has_words_and_no_words_are_left_over() -> None:
    """What is written into the audit, and what the pages have words for, are the same list."""
    programs = ("api", "feed", "storage", "workers")
    written = {said for folder in programs for path in (ROOT / folder).rglob("*.py") for said in _said(path)}

    (named,) = told("shared/words/en.ts", "en", ["Object.keys(en.staff.audit.did)"])

    assert len(written) > 90
    assert (written - {*named}, {*named} - written) == (set(), set())


@pytest.mark.parametrize("language", ["en", "es"])
def test_words_are_words(language: str) -> None:
    """None is the code itself or empty, and no two actions are called the same."""
    (said,) = told(f"shared/words/{language}.ts", language, [f"{language}.staff.audit.did"])

    assert not [code for code, words in said.items() if " " not in words.strip() or "." in words]
    assert len({*said.values()}) == len(said)
