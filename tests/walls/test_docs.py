"""What the documents name is there: files, tests, modules, commands with their options, targets and settings."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from api.cli import COMMANDS
from tests.walls.reading import ROOT, committed, sources, text

DOCS = [path for path in committed() if path.endswith(".md")]
NOT_BUILT = ("storage/posts/offers.py", "tests/storage/posts/test_offers.py")  # add-a-feature.md's example
TOP = ("api", "bench", "deploy", "docs", "feed", "scripts", "storage", "tests", "web", "workers")
MADE = ("web/node_modules", "web/dist", "bench/out", "deploy/handed", "deploy/secrets")  # by a program: not committed
PATH = re.compile(rf"(?<![\w./])(?:{'|'.join(TOP)})/[\w./*-]+")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?<![\w/-])porchlight ([a-z][a-z-]+)((?:[^`\n.;|]|\\\n|\.(?! ))*)")
SETTING = re.compile(r"PORCHLIGHT_[A-Z0-9_]+[A-Z0-9]")
COMPOSED = {
    "PORCHLIGHT_PUBLIC_ORIGIN",
    "PORCHLIGHT_FAULTS_SEED",
}  # of a door's name (storage/kit/doors.py); of tests/faults
NAME = re.compile(r"[a-z]+_[a-z_]+")
NOT_OURS = {
    "identity_database",
    "pg_stat_user_tables",
    "memswap_limit",
}  # a reason's, of side and store; PostgreSQL's; compose's
OURS_ALONE = {"PORCHLIGHT_VERSION"}  # what an image says of itself


def test_every_path_is_there() -> None:
    """Files, folders and modules that a document names stand in the tree, wherever it was regrouped."""
    there = {*committed(), *(str(folder) for path in committed() for folder in PurePosixPath(path).parents)}
    there |= {path.rsplit(".", 1)[0] for path in there}
    named = [(doc, found.rstrip("./")) for doc in DOCS for found in PATH.findall(text(doc))]
    assert len(named) > 300

    assert [it for it in named if not _is(it[1], there) and not it[1].startswith(MADE) and it[1] not in NOT_BUILT] == []


def test_every_link_leads_somewhere() -> None:
    """From one document to another, or to a file."""
    links = [(doc, to) for doc in DOCS for to in LINK.findall(text(doc))]
    assert len(links) > 30

    assert [(doc, to) for doc, to in links if not (ROOT / doc).parent.joinpath(to).exists()] == []


def test_every_module_that_is_run_is_there() -> None:
    """`python -m ...`."""
    named = [(doc, name) for doc in DOCS for name in re.findall(r"python -m ((?:bench|tests|api)[\w.]*)", text(doc))]
    assert len(named) > 10

    files = [(it, it[1].rstrip(".").replace(".", "/")) for it in named]
    assert [it for it, path in files if not {f"{path}.py", f"{path}/__main__.py"} & set(committed())] == []


def test_every_target_is_there() -> None:
    """`make ...`, in code."""
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    code = [(doc, name) for doc in DOCS for name in re.findall(r"(?:`|^ {4})make ([a-z-]+)", text(doc), re.MULTILINE)]
    assert len(code) > 20

    assert [it for it in code if it[1] not in targets] == []


def test_every_command_takes_what_it_is_given() -> None:
    """`porchlight ...` and each of its options."""
    own, wrong = text("api/cli.py"), []
    for doc in DOCS:
        for command, rest in COMMAND.findall(text(doc)):
            if command not in COMMANDS:
                continue  # a sentence
            code = own + text("api/commands/where.py") + text(COMMANDS[command][0].__name__.replace(".", "/") + ".py")
            wrong += [(doc, command, option) for option in re.findall(r"--[a-z-]+", rest) if f'"{option}"' not in code]

    assert wrong == []


def test_every_setting_is_told_and_read() -> None:
    """The runbook and the code know the same ones."""
    code = {
        name for path in sources("api", "workers", "feed", "storage") for name in SETTING.findall(text(path))
    } | COMPOSED
    told = {name for doc in DOCS for name in SETTING.findall(text(doc))}
    whole = {name.removesuffix("_FILE") for name in code} | code

    assert {name for name in told if name not in whole} == set()
    assert {name for name in code - OURS_ALONE if name not in told and name.removesuffix("_FILE") not in told} == set()


def test_every_name_is_one_of_the_code() -> None:
    """A function, table, module, state, code or role that a document names: renamed, in both."""
    told = {(doc, name) for doc in DOCS for name in re.findall(r"`([a-z]+_[a-z_]+)(?:\([^`]*\))?`", text(doc))}
    code = {
        word
        for path in sources(*TOP, suffixes=(".py", ".ts", ".svelte", ".sql", ".yml"))
        for word in NAME.findall(text(path))
    }
    assert len(told) > 80

    assert [it for it in told if it[1] not in code | NOT_OURS and not it[1].startswith("porchlight_")] == []


def _is(path: str, there: set[str]) -> bool:
    return path in there or ("*" in path and any(ROOT.glob(path)))
