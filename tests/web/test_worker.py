"""The service worker is one script of its own, and keeps nothing but the page that says that there is no line."""

from __future__ import annotations

import re

from api.pages import BUILT


def test_it_stands_alone() -> None:
    """Browsers that know no modules in workers take it too: it imports nothing and has no name with a hash."""
    script = (BUILT / "resident/sw.js").read_text()

    assert not re.search(r"\b(import|export)\b", script)
    assert "/offline.html" in script


def test_what_it_keeps_is_a_list() -> None:
    """Only there does it put something into a cache; no answer that it fetched is put there."""
    script = (BUILT / "resident/sw.js").read_text()

    assert script.count(".addAll(") == 1
    assert not re.search(r"\.(put|add)\(", script)
    assert all((BUILT / "resident" / name).is_file() for name in ("offline.html", "lamp.svg", "manifest.webmanifest"))


def test_no_other_site_has_one() -> None:
    """Staff are alerted by nothing, and what they look at is kept nowhere."""
    assert not [site for site in ("staff", "public") if (BUILT / site / "sw.js").exists()]
