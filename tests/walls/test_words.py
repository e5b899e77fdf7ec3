"""Words that say who are not spoken on the record side."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from feed import events
from storage.schema import metadata
from tests.walls.reading import MAY_KNOW_WHO, OURS, record_side, sources, text

# resident_id, residentId, ResidentId, resident-id, RESIDENT_ID; the same for clips; receipt in any form.
WHO = re.compile(r"resident[_-]?ids?\b|clip[_-]?ids?\b|receipt", re.IGNORECASE)


def test_the_record_side_does_not_name_who() -> None:
    """No code, comment or page of the record side has a word for who sent something."""
    found = [
        f"{path}:{number}"
        for path in record_side()
        for number, line in enumerate(text(path).splitlines(), 1)
        if WHO.search(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    "word", ["resident_id", "residentId", "RESIDENT_IDS", "clip-id", "ClipId", "Receipts", "receipt"]
)
def test_the_words_are_found_in_every_form(word: str) -> None:
    """Snake case, camel case, capitals and plurals are all the same word."""
    assert WHO.search(f"let {word} = 1")


def test_the_reading_reaches_both_sides() -> None:
    """The record side has its files, pages included; the other side is known by name and does speak these words."""
    read = record_side()

    assert {
        "feed/events.py",
        "storage/posts/posts.py",
        "storage/schema.py",
        "api/staff/app.py",
        "api/public/app.py",
    } <= set(read)
    assert {"workers/chores.py", "storage/migrations/env.py", "api/record_side.py", "web/staff/main.ts"} <= set(read)
    assert not [path for path in read if "identity/" in path]
    others = [path for path in sources(*OURS) if path.startswith(MAY_KNOW_WHO)]
    assert any(WHO.search(text(path)) for path in others)


# The one mailbox on the record is a member of staff's, at a domain of the city's own, who asked for a digest there.
OF_STAFF = {"digests.mailbox"}
# And the one address that of a camera which a business lists openly, on a form that says so.
LISTED = {"listed_cameras.address"}


def test_no_column_of_the_record_says_who() -> None:
    """No table of the record has a column for an author, a mail address, a device or a finer place than a block."""
    forbidden = re.compile(
        WHO.pattern
        + r"|author|owner|sender|submit|uploader|account|person|profile|pseudonym|witness|household|mail|phone|device"
        + r"|fingerprint|user|(^|_)ip($|_)|lat|lon|address|handle"
    )

    columns = [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns]

    assert len(columns) > 50
    assert {column for column in columns if forbidden.search(column.split(".")[1])} == OF_STAFF | LISTED


def test_no_event_field_says_who() -> None:
    """No field of what listeners are told has such a name, in whatever form it is sent."""
    models = [thing for thing in vars(events).values() if isinstance(thing, type) and issubclass(thing, BaseModel)]

    names = {name for model in models for name in [*model.model_fields, *_sent_as(model)]}

    assert len(names) > 20
    assert [name for name in names if WHO.search(name) or name in ("author", "by", "name_of", "lat", "lon")] == []


def _sent_as(model: type[BaseModel]) -> list[str]:
    return [field.serialization_alias or name for name, field in model.model_fields.items()]
