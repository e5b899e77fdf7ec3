"""What a request for footage may not say: held to a corpus, to its version, and read in no time."""

from __future__ import annotations

import hashlib
import re
import time
from pathlib import Path

import pytest

from workers.guidelines.requests import FILE, IN_FORCE, check_request, read

# The digest of what each version said. Whoever changes the file raises its version and adds a line.
SAID = {1: "ab54dc8fb0d7781c"}
FINE, LINE = "fine", re.compile(r"(?P<outcome>\w+) (?P<language>en|es): (?P<text>.*)")
# Of each part: how many that break a rule are held, of how many; how many that are fine are held, of how many.
# Before the third change they were 83 of 117 and 1 of 41 there, 7 of 19 and 0 of 10, and 3 of 18 and 0 of 16 of the
# fresh part, which whoever changed the lists had written just before: the older one says more of what others may write.
HELD = {
    "corpus_requests.txt": (117, 117, 0, 74),
    "corpus_requests_held_out.txt": (9, 19, 0, 10),
    "corpus_requests_fresh.txt": (17, 18, 0, 16),
}


def _texts(name: str) -> list[tuple[str, str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    found = [LINE.fullmatch(line) for line in lines if line and not line.startswith("#")]
    assert None not in found
    return [(match["outcome"], match["text"]) for match in found if match]


def test_what_a_version_says_stays_what_it_said() -> None:
    """Whoever was asked can look up by which words it was checked."""
    assert hashlib.sha256(FILE.read_bytes()).hexdigest()[:16] == SAID[IN_FORCE.version]
    assert max(SAID) == IN_FORCE.version


@pytest.mark.parametrize(("outcome", "text"), _texts("corpus_requests.txt"))
def test_each_text_of_the_corpus_comes_out_as_expected(outcome: str, text: str) -> None:
    """By the rule that was expected; what is fine breaks none."""
    found = {rule.id for rule in check_request(text)}

    assert (outcome in found) if outcome != FINE else not found


@pytest.mark.parametrize("part", HELD)
def test_as_many_are_held_as_was_measured(part: str) -> None:
    """In the part that the lists were changed by and in the one that was held out."""
    texts = _texts(part)
    broken = [bool(check_request(text)) for outcome, text in texts if outcome != FINE]
    fine = [bool(check_request(text)) for outcome, text in texts if outcome == FINE]

    assert (sum(broken), len(broken), sum(fine), len(fine)) == HELD[part]


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u200d", "\u2060", "\u202d"])
def test_what_nobody_sees_between_letters_hides_no_word(unseen: str) -> None:
    """As people read it, so it is checked: pasted text is full of such signs."""
    (broken,) = check_request(f"You m{unseen}ust tell us who drove it.")

    assert broken.id == "pressure"


def test_letters_accents_and_quotes_are_all_the_same() -> None:
    """What is typed otherwise is found as well."""
    for text in ("YOU MUST SHARE IT", "you  must\nshare", "Sera OBLIGATORIO", "será obligatorio"):
        assert [rule.id for rule in check_request(text)] == ["pressure"]


@pytest.mark.parametrize("broken", ["", "version = 0\n", "version = 1\n[[rule]]\nid = 'pressure'\n"])
def test_a_file_that_says_otherwise_is_refused(broken: str) -> None:
    """A rule that is missing, or is in one language, is a fault at start."""
    with pytest.raises(ValueError, match=r"."):
        read(broken)
    with pytest.raises(ValueError, match="not those"):
        read(FILE.read_text().replace('"elsewhere"', '"pressure"'))


@pytest.mark.parametrize("piece", ["you ", "must ", "1", "a.b", "the march ", "we will ", "@", "x", "\n"])
def test_hostile_words_are_read_in_no_time(piece: str) -> None:
    """Whatever fills a request."""
    began = time.process_time()

    check_request((piece * 1000)[:1000])

    assert time.process_time() - began < 0.5
