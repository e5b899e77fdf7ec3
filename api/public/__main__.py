"""Runs the public program: `python -m api.public`. It opens the record and its media, and no other store."""

from __future__ import annotations

from api.public.app import create_app
from api.record_side import run
from storage import measured
from storage.record import open_record

if __name__ == "__main__":
    run(
        "public",
        lambda here: create_app(open_record(here.database), measured.bucket(here.media, "media")),
        uses=["PORCHLIGHT_RECORD_DATABASE", "PORCHLIGHT_MEDIA"],
    )
