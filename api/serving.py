"""Runs an app on a port, quietly: no access log, no server name, no date, and only for who calls it by its name."""

from __future__ import annotations

import logging
import socket
from collections.abc import Collection

import uvicorn
from fastapi import FastAPI

from api.hosts import KnownHosts
from storage.kit import log
from storage.kit.doors import LOCAL_NAMES
from storage.kit.errors import Unavailable
from storage.kit.settings import LOOPBACK

LAST_ANSWERS_SECONDS = 3  # open media streams are cut after this when we are told to stop


def serve(app: FastAPI, port: int, *, listen: str = LOOPBACK, hosts: Collection[str] = LOCAL_NAMES) -> None:
    """Answers on `port` of the address `listen` until told to stop, to who calls it by one of `hosts`.

    Raises Unavailable if the port is taken.
    """
    # The server's own lines quote requests; ours say what is needed.
    quiet = logging.getLogger("uvicorn")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    config = uvicorn.Config(
        KnownHosts(app, hosts),
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
    )
    with _listening(listen, port) as door:
        log.event("listening", port=port)
        uvicorn.Server(config).run(sockets=[door])


def _listening(host: str, port: int) -> socket.socket:
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
    except OSError:
        door.close()
        raise Unavailable(f"Port {port} is taken by another program.", code="port_taken") from None
    return door
