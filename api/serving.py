"""Runs an app on a port, quietly: no access log, no server name, no date, and only for who calls it by its name."""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Collection

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.hosts import KnownHosts
from storage.kit import log
from storage.kit.doors import LOCAL_NAMES
from storage.kit.listening import bound
from storage.kit.settings import LOOPBACK

LAST_ANSWERS_SECONDS = 3  # open media streams are cut after this when we are told to stop
# Bytes of an answer that the kernel holds for a slow reader; left to itself it takes up to 4 MB, which is a whole clip.
UNSENT_BYTES = 256 * 1024


class _Line(HttpToolsProtocol):
    """A connection whose answers can be cut: `scope["state"]["cut"]`."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["cut"] = self._cut

    def _cut(self) -> None:
        # Not closed but reset: what the kernel holds for a slow reader would otherwise still go out.
        line = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


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
        http=_Line,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
    )
    with bound(listen, port, {socket.SO_SNDBUF: UNSENT_BYTES}) as door:
        log.event("listening", port=port)
        uvicorn.Server(config).run(sockets=[door])
