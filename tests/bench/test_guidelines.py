"""What of the corpus is held: no change of a list of words holds more or less of it unseen."""

from __future__ import annotations

import pytest

from bench.guidelines import FINE, HELD_OUT, OUTCOMES, TUNED, Text, main, read, row

# How many are held among the texts the lists were changed by, and among those held out.
HELD = {"pressure": (14, 9), "presence_only": (33, 22), "race_only": (26, 18), "lawful": (8, 4), FINE: (0, 0)}


@pytest.fixture(scope="module")
def parts() -> tuple[list[Text], list[Text]]:
    """Both parts of the corpus, checked."""
    return read(TUNED), read(HELD_OUT)


def test_the_corpus_is_large_and_a_third_of_it_innocent(parts: tuple[list[Text], list[Text]]) -> None:
    """Two hundred texts at least, none of them twice, forty in Spanish, and nearly half of all held out."""
    texts = [one for part in parts for one in part]

    assert len({(one.title, one.text) for one in texts}) == len(texts) >= 200
    assert 3 * sum(one.outcome == FINE for one in texts) >= len(texts)
    assert sum(one.language == "es" for one in texts) >= 40
    assert 5 * len(parts[1]) >= 2 * len(texts)
    assert {one.outcome for one in texts} == set(OUTCOMES)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_as_many_are_held_as_was_measured(parts: tuple[list[Text], list[Text]], outcome: str) -> None:
    """Of each expected outcome, in each part; whoever changes it writes the new figure here and in the decision."""
    assert tuple(row(part, outcome).held for part in parts) == HELD[outcome]


def test_the_shares_hold(parts: tuple[list[Text], list[Text]]) -> None:
    """Nine of ten are caught where the lists were changed by them, eight of ten held out; one in fifty held wrongly."""
    for part, least in zip(parts, (0.95, 0.8), strict=True):
        broken = [one for one in part if one.outcome != FINE]
        fine = row(part, FINE)
        assert sum(one.right for one in broken) >= least * len(broken)
        assert 50 * fine.held <= fine.texts


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for each outcome, and the shares of both parts."""
    monkeypatch.setattr("sys.argv", ["bench.guidelines"])

    main()

    told = capsys.readouterr().out
    assert all(f"| {outcome} |" in told for outcome in OUTCOMES)
    assert "held out: caught" in told
