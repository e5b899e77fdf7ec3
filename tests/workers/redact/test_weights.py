"""Where the weights lie."""

from __future__ import annotations

import pytest

from workers.redact import weights


def test_they_are_in_a_package_and_never_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the program ends, and says which."""
    assert weights.weights().is_file()

    monkeypatch.setattr(weights, "TEXT", ("no_such_package", "x"))
    with pytest.raises(FileNotFoundError, match="no_such_package"):
        weights.weights()
