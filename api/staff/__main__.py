"""Runs the staff program: `python -m api.staff`."""

from __future__ import annotations

from api.record_side import run
from api.staff.app import create_app
from api.stores import open_stores
from storage.kit.settings import RECORD_VARIABLES

if __name__ == "__main__":
    run(
        "staff",
        lambda here: create_app(open_stores(here)),
        uses=(*RECORD_VARIABLES, "PORCHLIGHT_CASES_KEY_FILE"),
    )
