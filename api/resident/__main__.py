"""Starts the resident program: `python -m api.resident`."""

from __future__ import annotations

from api.resident.app import create_app
from api.resident.desk import Desk
from api.serving import serve
from api.who import TokenCookie
from storage.kit import log, settings
from storage.kit.errors import PorchlightError
from workers.airlock.both_sides import open_both_sides
from workers.queue import doorbell


def main() -> None:
    """Serves until told to stop, or says in one line why not."""
    log.start("resident")
    try:
        record, identity = settings.record(), settings.identity()
        cookie = TokenCookie("resident", secure=record.secure_cookies)
        desk = Desk(open_both_sides(record, identity), doorbell(identity.redis), record, identity, cookie)
        serve(create_app(desk), record.ports.resident)
    except PorchlightError as why:
        raise SystemExit(f"resident: {why}") from None


if __name__ == "__main__":
    main()
