"""A push service on the far side of the wire, and browsers behind it that open what they are sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from storage.identity.alerts.push_devices import Subscription
from storage.kit.ids import new_id
from workers.airlock.alerting.web_push import b64

Headers = dict[str, str]


class Browser:
    """One browser's subscription, with the private key that never leaves it."""

    def __init__(self, endpoint: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._own = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.subscription = Subscription(endpoint, self._own, hashlib.sha256(endpoint.encode()).digest()[:16])

    @property
    def body(self) -> dict[str, str]:
        """As its page hands it to the program."""
        told = self.subscription
        return {"endpoint": told.endpoint, "p256dh": b64(told.key), "auth": b64(told.secret)}

    def opens(self, message: bytes) -> bytes:
        """What it says (RFC 8291), without what it was filled up with; raises ValueError."""
        salt, size, theirs, sealed = message[:16], message[20], message[21:86], message[86:]
        assert size == len(theirs)
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        mixed = _step(_step(self.subscription.secret, shared), b"WebPush: info\0" + self._own + theirs + b"\x01")
        drawn = _step(salt, mixed)
        key = _step(drawn, b"Content-Encoding: aes128gcm\0\x01")[:16]
        nonce = _step(drawn, b"Content-Encoding: nonce\0\x01")[:12]
        try:
            plain = AESGCM(key).decrypt(nonce, sealed, None)
        except InvalidTag:
            raise ValueError("this is not for this browser") from None
        return plain.rstrip(b"\0")[:-1]


@dataclass
class PushStandIn:
    """What it was handed, in the order of its coming; `says` is how it answers, by the end of an endpoint."""

    origin: str
    taken: list[tuple[str, Headers, bytes]] = field(default_factory=list)
    says: dict[str, tuple[int, Headers]] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)
    came: threading.Condition = field(default_factory=threading.Condition)

    def browser(self) -> Browser:
        """A new browser that subscribed here."""
        name = new_id()
        self.browsers[name] = Browser(f"{self.origin}/push/{name}")
        return self.browsers[name]

    def told(self, browser: Browser) -> list[dict[str, Any]]:
        """What this browser was told so far."""
        name = browser.subscription.endpoint.rpartition("/")[2]
        return [json.loads(browser.opens(body)) for path, _, body in self.taken if path.endswith(name)]

    def wait_for(self, count: int, seconds: float) -> None:
        """Waits until it was handed so many messages in all; raises AssertionError."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.taken) >= count, seconds), f"{len(self.taken)} came"


@contextmanager
def a_push_stand_in() -> Iterator[PushStandIn]:
    """One on a free port of this machine."""
    service = PushStandIn("")

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = service.says.get(self.path.rpartition("/")[2], (201, {}))
            with service.came:
                service.taken.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                service.came.notify_all()
            self.send_response_only(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    service.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _step(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, hashlib.sha256)
