"""Messages that only a browser opens, as RFC 8291 and 8292 have them."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from storage.identity.alerts.push_devices import Subscription
from storage.identity.vault import Vault
from storage.kit import clock
from storage.kit.errors import Refused
from tests.servers.push_stand_in import Browser
from tests.storage.identity.conftest import vault  # noqa: F401 - fixture
from workers.airlock.alerting import web_push
from workers.airlock.alerting.web_push import Signer, encrypt, encrypt_with, from_b64

# RFC 8291, section 5 and appendix A.
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SECRET, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
PLAIN = b"When I grow up, I want to be a watermelon"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_message_of_the_standard_comes_out_to_the_byte() -> None:
    """With its keys and its salt, and nothing to fill up."""
    own = ec.derive_private_key(int.from_bytes(from_b64(OURS), "big"), ec.SECP256R1())
    browser = Subscription("https://push.example.net/x", from_b64(THEIRS), from_b64(SECRET))

    message = encrypt_with(browser, PLAIN, size=len(PLAIN), own=own, salt=from_b64(SALT))

    assert web_push.b64(message) == MESSAGE


def test_every_message_has_one_size_and_opens_at_its_browser_alone() -> None:
    """A short one and a long one are equally long, and no two alike."""
    browser, other = Browser("https://push.example.net/1"), Browser("https://push.example.net/2")
    messages = [encrypt(browser.subscription, plain) for plain in (b"", b"x", b"x", b"y" * web_push.PLAIN_BYTES)]

    assert len({len(message) for message in messages}) == 1
    assert len(set(messages)) == 4
    assert [len(browser.opens(message)) for message in messages] == [0, 1, 1, web_push.PLAIN_BYTES]
    with pytest.raises(ValueError, match="not for this browser"):
        other.opens(messages[1])
    with pytest.raises(ValueError, match="longer"):
        encrypt(browser.subscription, b"y" * (web_push.PLAIN_BYTES + 1))


def test_a_signature_names_whom_it_is_for_and_ends(vault: Vault) -> None:  # noqa: F811
    """It is checked with the key that browsers subscribe with, which is the same after a restart."""
    now, signer = clock.now(), Signer.of(vault, "mailto:it@city.example.org")

    scheme, token, key = signer.authorization("https://push.example.net", now).replace(",", "").split(" ")
    head, claims, signature = token.removeprefix("t=").split(".")

    raw = from_b64(signature)
    r, s = (int.from_bytes(raw[half : half + 32], "big") for half in (0, 32))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_b64(key.removeprefix("k=")))
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert (scheme, json.loads(from_b64(head))) == ("vapid", {"alg": "ES256"})
    assert json.loads(from_b64(claims)) == {
        "aud": "https://push.example.net",
        "exp": (now + 12 * clock.HOUR) // 1000,
        "sub": "mailto:it@city.example.org",
    }
    assert key == f"k={Signer.of(vault, 'x').public}"


@pytest.mark.parametrize(
    ("key", "secret"),
    [(b"", bytes(16)), (bytes(65), bytes(16)), (b"\x04" + b"\x01" * 64, bytes(16)), (from_b64(THEIRS), bytes(15))],
)
def test_keys_that_no_browser_has_are_refused(key: bytes, secret: bytes) -> None:
    """No point of the curve, or a secret that is too short."""
    with pytest.raises(Refused):
        web_push.demand_usable(Subscription("https://push.example.net/1", key, secret))
    web_push.demand_usable(Subscription("https://push.example.net/1", from_b64(THEIRS), from_b64(SECRET)))


def test_base64_is_read_without_padding() -> None:
    """As browsers write it."""
    assert from_b64(web_push.b64(b"any")) == b"any"
    assert base64.urlsafe_b64encode(b"any").decode().startswith(web_push.b64(b"any"))
