"""Endpoints are addresses that strangers wrote: only known hosts, only public addresses, nothing followed."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import pytest

from storage.identity.vault import Vault
from tests.servers.push_stand_in import PushStandIn, a_push_stand_in
from tests.storage.identity.conftest import vault  # noqa: F401 - fixture
from workers.airlock.alerting.push_hosts import Answer, Outcome, PushHosts, is_known, public_addresses
from workers.airlock.alerting.web_push import Signer

KNOWN = ("push.example.net",)


@pytest.fixture
def stand_in() -> Iterator[PushStandIn]:
    """A push service of this machine."""
    with a_push_stand_in() as made:
        yield made


@pytest.fixture
def hosts(vault: Vault, stand_in: PushStandIn) -> Iterator[PushHosts]:  # noqa: F811
    """The one that is trusted."""
    made = PushHosts([stand_in.origin], Signer.of(vault, "mailto:it@city.example.org"))
    yield made
    made.close()


@pytest.mark.parametrize("endpoint", ["https://push.example.net/x", "https://eu.push.example.net/x?y=1"])
def test_a_known_host_is_sent_to(endpoint: str) -> None:
    """And what is below it."""
    assert is_known(endpoint, KNOWN)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.net/x",
        "https://push.example.net",
        "https://push.example.net:8443/x",
        "https://user@push.example.net/x",
        "https://push.example.net@169.254.169.254/x",
        "https://evilpush.example.net.evil.org/x",
        "https://xpush.example.net/x",
        "https://169.254.169.254/latest",
        "https://[::1]/x",
        "https://push.example.net\\@evil.org/x",
        "https://push.example.net/x\r\nHost: y",
        "https://push.example.net/" + "x" * 1024,
        "ftp://push.example.net/x",
        "https://[push.example.net/x",
        "",
    ],
)
def test_anything_else_is_not(endpoint: str) -> None:
    """Another scheme, port, user, host, or what is no address."""
    assert not is_known(endpoint, KNOWN)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "100.64.0.1"])
def test_a_name_that_leads_inside_is_not_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where one of its addresses is public."""
    found = [(0, 0, 0, "", (each, 443)) for each in ("93.184.215.14", address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(OSError, match="not public"):
        public_addresses("push.example.net", 443)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found[:1])
    assert public_addresses("push.example.net", 443) == [("93.184.215.14", 443)]


def test_the_address_that_was_looked_at_is_the_one_that_is_called(
    vault: Vault,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    stand_in: PushStandIn,
) -> None:
    """A name is asked for once; and a host that cannot be spoken to by TLS is left alone for a while."""
    called: list[object] = []
    browser = stand_in.browser()
    subscription = type(browser.subscription)("https://push.example.net/x", *_keys(browser))
    monkeypatch.setattr(socket, "create_connection", lambda address, _: called.append(address) or _refuse())
    hosts = PushHosts(KNOWN, Signer.of(vault, "x"), resolve=lambda *_: [("93.184.215.14", 443)])

    answers = [hosts.send(subscription, b"x", topic="t") for _ in range(2)]

    assert answers == [Answer(Outcome.LATER)] * 2
    assert called == [("93.184.215.14", 443)]
    hosts.close()


@pytest.mark.parametrize(
    ("status", "headers", "answer"),
    [
        (201, {}, Answer(Outcome.SENT)),
        (404, {}, Answer(Outcome.FORGET)),
        (410, {}, Answer(Outcome.FORGET)),
        (429, {"Retry-After": "9"}, Answer(Outcome.LATER, 9)),
        (503, {"Retry-After": "999999"}, Answer(Outcome.LATER, 3600)),
        (500, {"Retry-After": "soon"}, Answer(Outcome.LATER)),
        (403, {}, Answer(Outcome.REFUSED)),
        (307, {"Location": "http://127.0.0.1/x"}, Answer(Outcome.REFUSED)),
    ],
)
def test_what_an_answer_means(
    hosts: PushHosts, stand_in: PushStandIn, status: int, headers: dict[str, str], answer: Answer
) -> None:
    """Nobody is led on from a redirect; who is told to wait waits an hour at most."""
    browser = stand_in.browser()
    stand_in.says[browser.subscription.endpoint.rpartition("/")[2]] = (status, headers)

    assert hosts.send(browser.subscription, b"{}", topic="t") == answer
    assert len(stand_in.taken) == 1


def test_a_message_says_nothing_but_that_there_is_one(hosts: PushHosts, stand_in: PushStandIn) -> None:
    """Headers and length are the same whatever it says; what it says opens at its browser."""
    browser = stand_in.browser()
    hosts.send(browser.subscription, b'{"a":1}', topic="t")
    hosts.send(browser.subscription, b'{"a":"' + b"x" * 500 + b'"}', topic="t")

    (_, first, short), (_, second, long) = stand_in.taken
    assert (first, len(short)) == (second, len(long))
    assert {"ttl": "14400", "urgency": "high", "content-encoding": "aes128gcm"}.items() <= first.items()
    assert [len(str(told["a"])) for told in stand_in.told(browser)] == [1, 500]


def test_an_unknown_endpoint_is_not_even_called(hosts: PushHosts, stand_in: PushStandIn) -> None:
    """One that was stored while another list held, say."""
    subscription = type(stand_in.browser().subscription)("http://127.0.0.1:1/x", b"", b"")

    assert hosts.send(subscription, b"x", topic="t") == Answer(Outcome.REFUSED)


def test_a_line_that_was_closed_meanwhile_is_opened_anew(
    hosts: PushHosts, stand_in: PushStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each message."""
    browser, answers = stand_in.browser(), [http.client.RemoteDisconnected("gone")]
    request = http.client.HTTPConnection.getresponse

    def closed(line: http.client.HTTPConnection) -> http.client.HTTPResponse:
        if answers:
            raise answers.pop()
        return request(line)

    monkeypatch.setattr(http.client.HTTPConnection, "getresponse", closed)
    assert hosts.send(browser.subscription, b"{}", topic="t") == Answer(Outcome.SENT)
    answers.extend([http.client.RemoteDisconnected("gone")] * 2)
    assert hosts.send(browser.subscription, b"{}", topic="t") == Answer(Outcome.LATER)


def _keys(browser: object) -> tuple[bytes, bytes]:
    told = browser.subscription  # type: ignore[attr-defined]
    return told.key, told.secret


def _refuse() -> None:
    raise OSError
