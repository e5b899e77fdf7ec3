"""Runs an app on a port of this machine, quietly: no access log, no server name, no date."""

from __future__ import annotations

import logging
import socket

import uvicorn
from fastapi import FastAPI

from storage.kit import log
from storage.kit.errors import Unavailable
from storage.kit.settings import LOOPBACK

LAST_ANSWERS_SECONDS = 3  # open media streams are cut after this when we are told to stop


def serve(app: FastAPI, port: int) -> None:
    """Answers on `port` until told to stop; raises Unavailable if the port is taken."""
    # The server's own lines quote requests; ours say what is needed.
    quiet = logging.getLogger("uvicorn")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    config = uvicorn.Config(
        app,
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
    with _listening(port) as door:
        log.event("listening", port=port)
        uvicorn.Server(config).run(sockets=[door])


def _listening(port: int) -> socket.socket:
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((LOOPBACK, port))
    except OSError:
        door.close()
        raise Unavailable(f"Port {port} is taken by another program.", code="port_taken") from None
    return door
