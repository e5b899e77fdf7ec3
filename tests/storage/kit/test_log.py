"""The log: one line per event, and nothing a resident typed."""

from __future__ import annotations

import logging

import pytest

from storage.kit import log

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


@pytest.mark.parametrize("name", ["title", "text", "email", "address", "block", "path", "url", "ip", "name", "message"])
def test_no_field_could_carry_words_or_places(name: str) -> None:
    """The allow-list has no field for what residents type, or where they are."""
    assert name not in log.FIELDS
