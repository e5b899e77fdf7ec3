"""Runs the public program: `python -m api.public`."""

from __future__ import annotations

from api.public.app import create_app
from api.record_side import run

if __name__ == "__main__":
    run("public", create_app, port=lambda ports: ports.public)
