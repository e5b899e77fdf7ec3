"""Starts the resident program: `python -m api.resident`."""

from __future__ import annotations

from api.resident.app import create_app
from api.resident.desk import Desk
from api.serving import serve
from api.who import TokenCookie
from storage.checks import door
from storage.kit import ready, starting
from storage.kit.settings import LOOPBACK
from workers.airlock.both_sides import open_both_sides
from workers.airlock.checks import of_both_sides
from workers.queue import doorbell


def main() -> None:
    """Serves until told to stop, or says in one line why not."""
    with starting.program("resident"):
        record, identity = starting.on_both_sides()
        cookie = TokenCookie("resident", secure=record.secure_cookies)
        desk = Desk(open_both_sides(record, identity), doorbell(identity.redis), record, identity, cookie)
        ready.answer(
            record.metrics,
            lambda: [*of_both_sides(record, identity), door(record.listen, record.ports.resident, LOOPBACK)],
        )
        serve(create_app(desk), record.ports.resident, listen=record.listen, hosts=record.hosts("resident"))


if __name__ == "__main__":
    main()
