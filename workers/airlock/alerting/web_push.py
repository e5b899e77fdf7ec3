"""What a push service is handed: a message only the browser can open (RFC 8291), and who asks (VAPID, RFC 8292).

Pure: bytes in, bytes out. Every message is padded to one size, so the service learns that there was one and when, and
to which device; not whether it was long.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from storage.identity.alerts.push_devices import Subscription
from storage.identity.vault import Vault
from storage.kit import clock
from storage.kit.errors import Refused

SALT_BYTES, SECRET_BYTES, POINT_BYTES = 16, 16, 65
RECORD_BYTES = 4096  # the largest that push services have to take
PLAIN_BYTES = 1024  # of each message, filled up with nothing
SIGNED_FOR = 12 * clock.HOUR  # a signature may be good for a day at most
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (SEC 2)


def encrypt(subscription: Subscription, plain: bytes, *, size: int = PLAIN_BYTES) -> bytes:
    """`plain` filled up to `size` bytes, for this browser alone; raises ValueError where it is longer."""
    own = ec.generate_private_key(_CURVE)
    return encrypt_with(subscription, plain, size=size, own=own, salt=secrets.token_bytes(SALT_BYTES))


def encrypt_with(
    subscription: Subscription, plain: bytes, *, size: int, own: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """The same (RFC 8291) with a key and a salt that must serve for this one message only."""
    if len(plain) > size:
        raise ValueError("the message is longer than a message may be")
    theirs, ours = subscription.key, _point(own.public_key())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs))
    mixed = _expand(_hmac(subscription.secret, shared), b"WebPush: info\0" + theirs + ours, 32)
    drawn = _hmac(salt, mixed)
    key = _expand(drawn, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _expand(drawn, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(key).encrypt(nonce, plain + b"\x02" + bytes(size - len(plain)), None)


def demand_usable(subscription: Subscription) -> None:
    """Raises Refused for keys that no browser has."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, subscription.key)
        usable = len(subscription.key) == POINT_BYTES and len(subscription.secret) == SECRET_BYTES
    except ValueError:
        usable = False
    if not usable:
        raise Refused("That is no browser's subscription.", fields={"p256dh": "This cannot be used as it is."})


@dataclass(frozen=True)
class Signer:
    """The city's key for push services, and how their operators reach the city's."""

    key: ec.EllipticCurvePrivateKey
    contact: str

    @staticmethod
    def of(vault: Vault, contact: str = "") -> Signer:
        """Made of the vault's key: whoever has that alerts; under another one browsers subscribe anew."""
        number = int.from_bytes(vault.derive("web push a") + vault.derive("web push b"), "big")
        return Signer(ec.derive_private_key(number % (_ORDER - 1) + 1, _CURVE), contact)

    @property
    def public(self) -> str:
        """What browsers subscribe with, base64url."""
        return b64(_point(self.key.public_key()))

    def authorization(self, origin: str, now: int) -> str:
        """The header for a push service; good until `now` and twelve hours (milliseconds)."""
        claims = {"aud": origin, "exp": (now + SIGNED_FOR) // clock.SECOND, "sub": self.contact}
        said = ".".join(b64(json.dumps(each, separators=(",", ":")).encode()) for each in ({"alg": "ES256"}, claims))
        r, s = decode_dss_signature(self.key.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
        return f"vapid t={said}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={self.public}"


def b64(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_b64(text: str) -> bytes:
    """What was written so; raises ValueError."""
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, hashlib.sha256)


def _expand(key: bytes, about: bytes, size: int) -> bytes:
    return _hmac(key, about + b"\x01")[:size]
