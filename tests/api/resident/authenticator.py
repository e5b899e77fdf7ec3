"""A device that holds passkeys, as a browser would speak for it: real keys, real signatures, no browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from storage.kit.ids import new_id

ORIGIN = "http://residents.localhost:8000"
PRESENT = AuthenticatorData.FLAG.UP
MAKE = Aaguid(bytes(range(16)))  # of a model that says which it is


@dataclass
class Device:
    """Somebody's phone; `origin` is the page it believes to be on."""

    origin: str = ORIGIN
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: new_id().encode())

    def makes(self, options: dict[str, Any], name: str = "Phone") -> dict[str, str]:
        """What the page sends when this device made a passkey as asked."""
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        data = AttestedCredentialData.create(MAKE, self.credential, public)
        told = AuthenticatorData.create(_id_hash(options["rp"]["id"]), PRESENT | AuthenticatorData.FLAG.AT, 0, data)
        said = self._said(CollectedClientData.TYPE.CREATE, options)
        attestation = AttestationObject.create("none", told, {})
        return {
            "name": name,
            "credential": websafe_encode(self.credential),
            "client_data": websafe_encode(said),
            "attestation": websafe_encode(attestation),
        }

    def signs(self, options: dict[str, Any]) -> dict[str, str]:
        """What the page sends when this device signed what it was asked to."""
        told = AuthenticatorData.create(_id_hash(options["rpId"]), PRESENT, 0)
        said = self._said(CollectedClientData.TYPE.GET, options)
        signature = self.key.sign(told + said.hash, ec.ECDSA(hashes.SHA256()))
        return {
            "credential": websafe_encode(self.credential),
            "client_data": websafe_encode(said),
            "authenticator_data": websafe_encode(told),
            "signature": websafe_encode(signature),
        }

    def _said(self, kind: CollectedClientData.TYPE, options: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(options["challenge"]), self.origin)


def _id_hash(host: str) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(host.encode())
    return digest.finalize()
