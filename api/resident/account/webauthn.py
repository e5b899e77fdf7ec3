"""WebAuthn, as far as passkeys need it: what a browser is asked, and whether what came back proves anything.

Which make of device somebody uses is asked of none, and where one says so all the same it is not kept.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256, CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationConveyancePreference,
    AttestedCredentialData,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from storage.kit.settings import RecordSettings

logging.getLogger("fido2").setLevel(logging.CRITICAL)  # it would tell a log the id of each credential

_PREFERRED = UserVerificationRequirement.PREFERRED  # a key in a drawer has no finger to read
_NOBODYS: CoseKey = ES256.from_cryptography_key(  # type: ignore[no-untyped-call]
    ec.generate_private_key(ec.SECP256R1()).public_key()
)
LONGEST = 1023  # bytes of a credential's id, by the standard


@dataclass(frozen=True)
class Answer:
    """What a browser sends back: base64url of what WebAuthn calls so; `signed` is empty where a key is made."""

    credential: str
    client_data: str
    told: str  # the attestation object, or the authenticator's data
    signed: str = ""

    @property
    def challenge(self) -> bytes:
        """The challenge it says it answers; empty where it says nothing that can be read."""
        try:
            return CollectedClientData(websafe_decode(self.client_data)).challenge
        except Exception:  # noqa: BLE001  a stranger's bytes: whatever is wrong with them means no
            return b""

    @property
    def credential_id(self) -> bytes:
        """The credential it says it is of; empty as above."""
        try:
            return websafe_decode(self.credential)[:LONGEST]
        except Exception:  # noqa: BLE001  as above
            return b""


class Site:
    """The residents' site, to whose name passkeys are bound: under another name none of them works."""

    def __init__(self, settings: RecordSettings) -> None:
        self.origin = settings.origins.resident or f"http://residents.localhost:{settings.ports.resident}"
        host = self.origin.split("://")[1].split(":")[0]
        entity = PublicKeyCredentialRpEntity(name="Porchlight", id=host)
        self._server = Fido2Server(entity, AttestationConveyancePreference.NONE, lambda asked: asked == self.origin)

    def to_make(self, *, account: bytes, name: str, known: Sequence[bytes], challenge: bytes) -> dict[str, Any]:
        """What a browser is asked to make: a key that it finds again without being told whose."""
        user = PublicKeyCredentialUserEntity(name=name, id=account, display_name=name)
        asked, _ = self._server.register_begin(
            user,
            [PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=one) for one in known],
            ResidentKeyRequirement.REQUIRED,
            _PREFERRED,
            challenge=challenge,
        )
        return dict(dict(asked)["publicKey"])

    def to_prove(self, challenge: bytes) -> dict[str, Any]:
        """What a browser is asked to sign, with whichever key of this site its owner picks."""
        asked, _ = self._server.authenticate_begin(None, _PREFERRED, challenge=challenge)
        return dict(dict(asked)["publicKey"])

    def made(self, answer: Answer, challenge: bytes) -> tuple[bytes, bytes] | None:
        """The id and the public key of a credential that was made as asked; None where it was not."""
        response = {"clientDataJSON": answer.client_data, "attestationObject": answer.told}
        try:
            told = self._server.register_complete(_state(challenge), _credential(answer, response))
            data = told.credential_data
            if data is None or data.public_key.get(3) not in CoseKey.supported_algorithms():
                return None
            return data.credential_id, cbor.encode(dict(data.public_key))
        except Exception:  # noqa: BLE001  a stranger's bytes: whatever is wrong with them means no
            return None

    def proves(self, answer: Answer, challenge: bytes, public_key: bytes | None) -> bool:
        """Whether the answer was signed by this key. Without one it takes as long, and comes to nothing."""
        response = {
            "clientDataJSON": answer.client_data,
            "authenticatorData": answer.told,
            "signature": answer.signed,
        }
        try:
            key = CoseKey.parse(cast(Mapping[int, Any], cbor.decode(public_key))) if public_key else _NOBODYS
            known = AttestedCredentialData.create(Aaguid.NONE, answer.credential_id, key)
            self._server.authenticate_complete(_state(challenge), [known], _credential(answer, response))
        except Exception:  # noqa: BLE001  as above
            return False
        return public_key is not None


def _state(challenge: bytes) -> dict[str, object]:
    return {"challenge": websafe_encode(challenge), "user_verification": _PREFERRED}


def _credential(answer: Answer, response: dict[str, str]) -> dict[str, Any]:
    return {"id": answer.credential, "rawId": answer.credential, "type": "public-key", "response": response}
