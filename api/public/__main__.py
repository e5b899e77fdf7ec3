"""Runs the public program: `python -m api.public`. It counts what is in the record and opens no other store."""

from __future__ import annotations

from api.public.app import create_app
from api.record_side import run
from storage.record import open_record

if __name__ == "__main__":
    run("public", lambda here: create_app(open_record(here.database)), uses=["PORCHLIGHT_RECORD_DATABASE"])
