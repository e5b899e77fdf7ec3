"""The log: one line per event, and nothing a resident typed."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator

import pytest

from storage.kit import log, metrics
from storage.kit.ids import new_id
from tests.walls.reading import OURS, ROOT, sources, tree

OPERATIONS = ROOT / "docs/operations.md"
TYPED = "the blue house at 3417 Park"


@pytest.fixture(autouse=True)
def _lines_of_a_program(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="porchlight")


def test_an_event_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """Name first, then the fields as given."""
    log.event("upload_finished", bytes=12, seconds=0.5)

    assert caplog.messages == ["upload_finished bytes=12 seconds=0.5"]


def test_an_unknown_field_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    """A field outside the allow-list raises, names the field, and nothing is written."""
    with pytest.raises(ValueError, match="title") as raised:
        log.event("posted", title=TYPED)

    assert caplog.messages == []
    assert TYPED not in str(raised.value)


def test_a_fault_tells_class_and_place_never_the_message(caplog: pytest.LogCaptureFixture) -> None:
    """Libraries quote their input in messages: only the class and the line of code are written."""
    try:
        int(TYPED)
    except ValueError as error:
        log.fault("reading_failed", error, attempt=2)

    (line,) = caplog.messages
    assert line.startswith("reading_failed error=ValueError where=kit/test_log.py:")
    assert line.endswith("attempt=2")
    assert TYPED not in caplog.text


def test_a_fault_that_was_never_raised_is_still_a_line(caplog: pytest.LogCaptureFixture) -> None:
    """Without a traceback the place is unknown."""
    log.fault("gone", OSError(TYPED))

    assert caplog.messages == ["gone error=OSError where=?"]


def test_lines_carry_the_programs_name(capsys: pytest.CaptureFixture[str]) -> None:
    """After `start` lines go to standard error, once each, under the name; starting again does not double them."""
    logger = logging.getLogger("porchlight")
    was = (list(logger.handlers), logger.level, logger.propagate)
    try:
        log.start("feed")
        log.start("feed")
        log.event("ready", port=8002)
    finally:
        logger.handlers[:], logger.propagate = was[0], was[2]
        logger.setLevel(was[1])

    assert capsys.readouterr().err == "feed: ready port=8002\n"


def test_lines_are_json_where_asked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """With PORCHLIGHT_LOG=json: time to the second, program, kind, event, and the fields as they are."""
    monkeypatch.setenv("PORCHLIGHT_LOG", "json")
    logger = logging.getLogger("porchlight")
    was = (list(logger.handlers), logger.level, logger.propagate)
    try:
        log.start("feed")
        log.event("ready", port=8002)
        log.fault("log_unreadable", OSError(TYPED), seq=7)
    finally:
        logger.handlers[:], logger.propagate = was[0], was[2]
        logger.setLevel(was[1])

    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first.pop("at"))
    assert first == {"program": "feed", "kind": "event", "event": "ready", "port": 8002}
    del second["at"]
    told = {"event": "log_unreadable", "error": "OSError", "where": "?", "seq": 7}
    assert second == {"program": "feed", "kind": "fault", **told}


# Drawn once and written down: two processes must collect the same tests.
AN_ID, A_SECRET = "24bfcniwsuz5hhmtdln23luaye", "wwenfixqlx6petasypm6vtqbcvluzbut4mxwqirblbu45jwes5sa"


@pytest.mark.parametrize("value", [TYPED, "ada@example.org", AN_ID, A_SECRET, "", "x" * 121, "a\nb", "é"])
def test_a_value_that_could_say_something_is_not_told(value: str, caplog: pytest.LogCaptureFixture) -> None:
    """Words, addresses, ids and secrets: `?` instead."""
    log.event("clip_refused", reason=value)

    assert caplog.messages == ["clip_refused reason=?"]


def test_a_request_may_be_named(caplog: pytest.LogCaptureFixture) -> None:
    """Its number is drawn for it alone, is told to who asked, and joins nothing."""
    request = new_id()

    log.event("request_failed", request=request)

    assert caplog.messages == [f"request_failed request={request}"]


def test_every_line_is_written_in_names_of_ours() -> None:
    """A walk over all call sites: the event's name stands there as it is, and each field is in the allow-list."""
    calls = [(path, call) for path in sources(*OURS) for call in _log_calls(tree(path))]

    wrong = [
        f"{path}:{call.lineno}"
        for path, call in calls
        if not (
            call.args and isinstance(call.args[0], ast.Constant) and re.fullmatch("[a-z_]+", str(call.args[0].value))
        )
        or {keyword.arg for keyword in call.keywords} - log.FIELDS
    ]
    assert len(calls) > 25
    assert wrong == []


def test_every_field_stands_in_the_runbook() -> None:
    """And no other."""
    told = re.findall(r"^\| `([a-z]+)` \| \S", OPERATIONS.read_text().partition("### Log lines")[2], re.MULTILINE)

    assert set(told) == log.FIELDS | {"at", "program", "kind", "event"}


def test_every_fault_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, so that an alarm can hang on it."""
    monkeypatch.setattr(metrics, "_here", metrics._Here())

    log.fault("bell_forged", ValueError(TYPED))

    assert metrics.value_of("log_lines", event="bell_forged") == 1


@pytest.mark.parametrize(
    "name", ["title", "text", "id", "email", "address", "block", "path", "url", "ip", "name", "message"]
)
def test_no_field_could_carry_words_or_places(name: str) -> None:
    """The allow-list has no field for what residents type, or where they are."""
    assert name not in log.FIELDS


def _log_calls(module: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("log.event", "log.fault"):
            yield node
