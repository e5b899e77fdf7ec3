"""Runs the staff program: `python -m api.staff`."""

from __future__ import annotations

from api.record_side import run
from api.staff.app import create_app

if __name__ == "__main__":
    run("staff", create_app, port=lambda ports: ports.staff)
