"""Metrics: a closed list of names, with labels that can carry nobody."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from storage.kit import metrics
from storage.kit.measured import DECLARED
from tests.walls.reading import OURS, sources, tree

OPERATIONS = Path(__file__).parents[3] / "docs/operations.md"
LABELS = {
    *("version", "python", "event", "database", "bucket", "verb", "lookup", "method", "route", "status", "code"),
    *("state", "stage", "round", "audience", "source", "outcome"),
}
NOBODYS = re.compile(r"resident_id|clip_id|post_id|receipt|mail|ip$|address|block|division|path|name|staff|user")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics of each test's own."""
    monkeypatch.setattr(metrics, "_here", metrics._Here())


def test_every_metric_stands_in_the_runbook() -> None:
    """What is measured is documented by its full name, and nothing is documented that is not measured."""
    told = set(re.findall(r"^\| `porchlight_([a-z_]+)", OPERATIONS.read_text(), re.MULTILINE))

    assert told == {f"{name}_total" if it.kind == "counter" else name for name, it in DECLARED.items()}


def test_every_metric_is_measured_somewhere() -> None:
    """None is only promised, and none is measured that is not declared."""
    calls = [node for path in sources(*OURS) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    verbs = ("count", "observe", "put", "ask", "timed")
    first = [call.args[0] for call in calls if ast.unparse(call.func) in [f"metrics.{verb}" for verb in verbs]]

    assert all(isinstance(name, ast.Constant) for name in first)
    assert {name.value for name in first if isinstance(name, ast.Constant)} | {"build"} == set(DECLARED)


def test_labels_are_a_closed_list() -> None:
    """A new label is decided on here: none may say who, where, or which post."""
    labels = {label for declared in DECLARED.values() for label in declared.labels}

    assert labels == LABELS
    assert [label for label in labels if NOBODYS.search(label)] == []


# Drawn once and written down: two processes must collect the same tests.
AN_ID, A_SECRET = "24bfcniwsuz5hhmtdln23luaye", "wwenfixqlx6petasypm6vtqbcvluzbut4mxwqirblbu45jwes5sa"


@pytest.mark.parametrize("value", [AN_ID, A_SECRET, "a blue van", "ada@example.org", "", "x" * 101, "é", "a\n"])
def test_a_label_that_could_say_something_is_not_told(value: str) -> None:
    """An id, a secret, words, an address: the label is `?` instead."""
    metrics.count("refusals", route="/v1/posts/{post_id}", code=value)

    told = metrics.text().decode()
    assert 'code="?",route="/v1/posts/{post_id}"} 1.0' in told
    assert not value or value not in told


def test_what_is_counted_timed_and_put_is_told() -> None:
    """Under its full name, in the form that Prometheus reads."""
    metrics.count("deliveries", 3)
    metrics.put("audit_head", 17)
    metrics.ask("listeners", lambda: 2, audience="staff")
    with metrics.timed("stage_seconds", stage="checking"):
        pass

    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }
    assert found["porchlight_deliveries_total",] == 3
    assert found["porchlight_audit_head",] == 17
    assert found["porchlight_listeners", "staff"] == 2
    assert found["porchlight_stage_seconds_count", "checking"] == 1
    assert found["porchlight_process_open_fds",] > 0


def test_nothing_is_told_that_was_never_used() -> None:
    """No program tells noughts about what another one measures, and none tells when something first happened."""
    metrics.count("deliveries")

    told = metrics.text().decode()
    assert "audit_head" not in told
    assert "_created" not in told


def test_an_undeclared_name_is_an_error() -> None:
    """Nobody measures past the list."""
    with pytest.raises(KeyError):
        metrics.count("visits_of_ada")


def test_what_goes_through_a_pipe_is_measured_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker's fork hands over what it measures, and keeps nothing."""
    outlet, inlet = os.pipe()
    metrics.through(inlet)
    metrics.observe("stage_seconds", 2.0, stage="encoding")
    metrics.count("log_lines", event="clip_done")
    metrics.put("working", 1)
    os.close(inlet)
    assert metrics.value_of("working") is None

    monkeypatch.setattr(metrics, "_here", metrics._Here())
    with os.fdopen(outlet, "rb") as lines:
        for line in lines:
            metrics.take(line)

    assert metrics.value_of("stage_seconds", stage="encoding") == 1
    assert metrics.value_of("log_lines", event="clip_done") == 1
    assert metrics.value_of("working") == 1


@pytest.mark.parametrize("end", ["full", "closed"])
def test_a_pipe_that_takes_nothing_holds_nobody_up(end: str) -> None:
    """Full because nobody reads, or with nobody there: what is measured is lost, and work goes on."""
    outlet, inlet = os.pipe()
    if end == "closed":
        os.close(outlet)
    metrics.through(inlet)

    for _ in range(3000):
        metrics.count("deliveries")

    assert metrics.value_of("deliveries") is None
    os.close(inlet)
    if end == "full":
        os.close(outlet)
