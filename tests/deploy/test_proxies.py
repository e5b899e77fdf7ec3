"""The proxies' configurations under a real nginx: what they let through, what they take away, what they write down."""

from __future__ import annotations

import asyncio
import datetime
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from feed.crowd import MOST_AT_ONCE
from tests.servers.ports import free_ports
from tests.walls.reading import ROOT

NGINX = shutil.which("nginx")
HOSTS = {"RESIDENT_HOST": "porch.example", "PUBLIC_HOST": "open.example", "STAFF_HOST": "staff.example"}
# What a browser and others on the way may say. A log-in is for the program that gave it; the rest is for nobody.
ABOUT_THE_CLIENT = {
    *("x-request-id", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via"),
    *("user-agent", "referer"),
}
SAID = dict.fromkeys(ABOUT_THE_CLIENT - {"via"}, "198.51.100.1") | {"cookie": "login=l1", "authorization": "Bearer b1"}
WITHIN = 60.0
PART = 8 * 1024 * 1024
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx on PATH (Debian: apt install nginx-light)")


@dataclass
class Behind:
    """A program behind the proxy: answers with what it was told, and notes what it has got so far."""

    server: ThreadingHTTPServer
    got: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"


@dataclass
class Proxy:
    """A running proxy: its two ports, who stands behind it, and whatever it wrote."""

    http: int
    https: int
    behind: Behind
    folder: Path

    def ask(self, method: str, path: str, host: str, **what: Any) -> httpx.Response:
        """One request under the name of a site."""
        with _client() as client:
            return client.request(method, f"https://127.0.0.1:{self.https}{path}", **self._named(host, what))

    @property
    def written(self) -> str:
        """All that it wrote anywhere."""
        return "".join(file.read_text(errors="replace") for file in self.folder.rglob("*") if file.suffix == ".out")

    @staticmethod
    def _named(host: str, what: dict[str, Any]) -> dict[str, Any]:
        headers = {"host": host, **what.pop("headers", {})}
        return {**what, "headers": headers, "extensions": {"sni_hostname": host}}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate and its key under each name the configurations use."""
    folder = tmp_path_factory.mktemp("certificates")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=36500))
    public = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for side in ("residents", "staff"):
        (folder / f"{side}.pem").write_bytes(public)
        (folder / f"{side}.key").write_bytes(private)
    return folder


@pytest.fixture(scope="module")
def residents(certificate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The residents' proxy."""
    yield from _running("residents", certificate, tmp_path_factory.mktemp("residents"))


@pytest.fixture(scope="module")
def staff(certificate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The staff's proxy."""
    yield from _running("staff", certificate, tmp_path_factory.mktemp("staff"))


@pytest.fixture(params=["residents", "staff"])
def proxy(request: pytest.FixtureRequest) -> tuple[Proxy, str]:
    """Each of the two, and the host it answers to."""
    host = HOSTS["RESIDENT_HOST" if request.param == "residents" else "STAFF_HOST"]
    return request.getfixturevalue(request.param), host


@pytest.mark.parametrize("path", ["/v1/health", "/v1/media/x/poster", "/v1/uploads/x"])
def test_nothing_about_the_client_goes_further(proxy: tuple[Proxy, str], path: str) -> None:
    """No address, no browser, no number of a request, however the client itself puts them; the log-in does."""
    running, host = proxy

    answer = running.ask("GET", path, host, headers=SAID)

    told = _told(answer)
    assert (told["host"], told["cookie"], told["authorization"]) == (host, SAID["cookie"], SAID["authorization"])
    assert not ABOUT_THE_CLIENT & told.keys()
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "server" not in answer.headers or answer.headers["server"] == "nginx"


def test_the_feed_is_told_what_it_needs_and_no_more(proxy: tuple[Proxy, str]) -> None:
    """Whose connection it counts, of staff; of a resident no address, and who is logged in it learns of neither."""
    running, host = proxy
    ours = {"origin": f"https://{host}", "sec-websocket-version": "13", "sec-websocket-key": "k", "upgrade": "x"}

    told = _told(running.ask("GET", "/v1/feed?not-upgraded", host, headers={**SAID, **ours}))

    counted = {"x-forwarded-for": "127.0.0.1"} if host == HOSTS["STAFF_HOST"] else {}
    assert told == {**ours, "host": host, "connection": "upgrade", **counted}


def test_the_public_site_is_told_nobody(residents: Proxy) -> None:
    """A log-in that a browser or a hand sends there stays at the proxy, and so does all that tells of the client."""
    wanted = {"accept": "*/*", "accept-encoding": "gzip", "if-none-match": "x"}

    told = _told(residents.ask("GET", "/v1/transparency", HOSTS["PUBLIC_HOST"], headers={**SAID, **wanted}))

    assert told == {**wanted, "host": HOSTS["PUBLIC_HOST"]}


@pytest.mark.parametrize("side", ["residents", "staff"])
def test_a_place_with_headers_of_its_own_lets_none_through_by_itself(side: str) -> None:
    """It inherits nothing of what is set above it, so it names all that passes."""
    text = (ROOT / f"deploy/nginx/{side}.conf.template").read_text()
    places = [
        place for place in re.findall(r"location [^{]+\{\n(.*?)\n        \}", text, re.DOTALL) if "proxy_set" in place
    ]

    assert places
    assert all("proxy_pass_request_headers off;" in place for place in places)


def test_a_block_of_flats_listens_behind_one_address(residents: Proxy) -> None:
    """As many as the feed takes; beside them everything else is still answered."""
    many = 300

    async def listen() -> int:
        async with AsyncExitStack() as all_of_them:
            for _ in range(many):
                one = await all_of_them.enter_async_context(_socket(residents, HOSTS["RESIDENT_HOST"]))
                await one.send("hello")
                assert await one.recv() == "hello"
            return (await asyncio.to_thread(residents.ask, "GET", "/v1/health", HOSTS["RESIDENT_HOST"])).status_code

    assert asyncio.run(listen()) == 200
    assert f"limit_conn listening {MOST_AT_ONCE};" in (ROOT / "deploy/nginx/residents.conf.template").read_text()


def test_a_socket_goes_through(proxy: tuple[Proxy, str]) -> None:
    """A WebSocket is opened at the feed and carries both ways."""
    running, host = proxy

    async def talk() -> str | bytes:
        async with _socket(running, host) as open_:
            await open_.send("hello")
            return await open_.recv()

    assert asyncio.run(talk()) == "hello"


def test_a_part_goes_through_as_it_comes(residents: Proxy) -> None:
    """The program has the first megabyte before the last one was sent, and a part of 8 MB is not too large."""
    residents.behind.got.clear()
    early: list[int] = []

    def part() -> Iterator[bytes]:
        yield bytes(1024 * 1024)
        _until(lambda: sum(residents.behind.got) >= 1024 * 1024)
        early.append(sum(residents.behind.got))
        yield bytes(PART - 1024 * 1024)

    headers = {"content-length": str(PART)}
    answer = residents.ask("PUT", "/v1/uploads/x/parts/1", HOSTS["RESIDENT_HOST"], content=part(), headers=headers)

    assert (answer.status_code, early, sum(residents.behind.got)) == (200, [1024 * 1024], PART)


@pytest.mark.parametrize(("path", "size"), [("/v1/posts", 65 * 1024), ("/v1/uploads/x/parts/1", 10 * 1024 * 1024)])
def test_more_than_is_taken_is_refused_at_the_door(residents: Proxy, path: str, size: int) -> None:
    """Before a byte of it reaches a program."""
    residents.behind.got.clear()

    answer = residents.ask("PUT", path, HOSTS["RESIDENT_HOST"], content=bytes(size))

    assert (answer.status_code, residents.behind.got) == (413, [])


@pytest.mark.parametrize(
    ("path", "size", "told"), [("", 1024 * 1024, 200), ("", 1200 * 1024, 413), ("/x", 65 * 1024, 413)]
)
def test_a_file_of_incidents_may_have_a_megabyte(staff: Proxy, path: str, size: int, told: int) -> None:
    """At that one address of the staff's door, and no more than that."""
    staff.behind.got.clear()

    answer = staff.ask("PUT", f"/v1/incidents{path}", HOSTS["STAFF_HOST"], content=bytes(size))

    assert (answer.status_code, sum(staff.behind.got)) == (told, size if told == 200 else 0)


def test_the_public_site_stands_beside(residents: Proxy) -> None:
    """Under a name of its own."""
    assert residents.ask("GET", "/v1/transparency", HOSTS["PUBLIC_HOST"]).status_code == 200


def test_nobody_is_let_in_under_another_name(proxy: tuple[Proxy, str]) -> None:
    """Not even a handshake; and the other side's name is another name."""
    running, host = proxy
    other = HOSTS["STAFF_HOST"] if host == HOSTS["RESIDENT_HOST"] else HOSTS["RESIDENT_HOST"]

    for name in ("evil.example", other):
        with pytest.raises(httpx.ConnectError):
            running.ask("GET", "/", name)


def test_plain_http_is_sent_to_tls(proxy: tuple[Proxy, str]) -> None:
    """To the same place; and the health check is answered there."""
    running, host = proxy

    with _client() as client:
        sent = client.get(f"http://127.0.0.1:{running.http}/v1/posts?q=x", headers={"host": host})
        well = client.get(f"http://127.0.0.1:{running.http}/healthy")

    assert (sent.status_code, sent.headers["location"]) == (308, f"https://{host}/v1/posts?q=x")
    assert well.status_code == 200


def test_the_residents_proxy_writes_nothing(residents: Proxy) -> None:
    """Not for a request, not for a refused one, not for one that nobody behind it answers."""
    residents.ask("GET", "/v1/receipts/secret-receipt", HOSTS["RESIDENT_HOST"])
    residents.ask("PUT", "/v1/posts", HOSTS["RESIDENT_HOST"], content=bytes(65 * 1024))
    residents.ask("GET", "/v1/gone", HOSTS["RESIDENT_HOST"])
    with socket.create_connection(("127.0.0.1", residents.https)) as stranger:
        stranger.sendall(b"this is no handshake\r\n\r\n")

    assert residents.written == ""


def test_the_staff_proxy_tells_who_asked_and_not_for_what(staff: Proxy) -> None:
    """What was looked at stands in the audit."""
    staff.ask("GET", "/v1/posts/secret-post?q=secret-words", HOSTS["STAFF_HOST"])
    _until(lambda: "GET 200" in staff.written)

    lines = staff.written.splitlines()
    assert all(re.fullmatch(r"\S+ 127\.0\.0\.1 \w+ \d{3} \d+ [\d.]+", line) for line in lines)
    assert "secret" not in staff.written


def _running(side: str, certificate: Path, folder: Path) -> Iterator[Proxy]:
    http, https = free_ports(2)
    behind, feed = Behind(_program()), _FeedBehind()
    threading.Thread(target=behind.server.serve_forever, daemon=True).start()
    behind.server.got = behind.got  # type: ignore[attr-defined]
    names = {**HOSTS, "RESOLVER": "127.0.0.1", "RESIDENT_API": behind.address, "PUBLIC": behind.address}
    names |= {"STAFF_API": behind.address, "FEED": f"127.0.0.1:{feed.port}"}
    moved = {"/tmp/": f"{folder}/", "/run/secrets": str(certificate), "8080": str(http), "8443": str(https)}
    (folder / "nginx.conf").write_text(_filled_in(side, names, moved))
    with (folder / "all.out").open("wb") as out:
        process = subprocess.Popen(
            [str(NGINX), "-c", str(folder / "nginx.conf"), "-g", "daemon off; user root;", "-p", str(folder)],
            stdout=out,
            stderr=out,
        )
    try:
        _until(lambda: _is_open(https))
        (folder / "all.out").write_text("")  # an older nginx warns about itself when it starts
        yield Proxy(http, https, behind, folder)
    finally:
        process.terminate()
        process.wait(WITHIN)
        behind.server.shutdown()
        behind.server.server_close()
        feed.stop()


def _filled_in(side: str, names: Mapping[str, str], moved: Mapping[str, str]) -> str:
    """The template as the container fills it in, at places and ports of this test."""
    text = (ROOT / f"deploy/nginx/{side}.conf.template").read_text()
    assert set(re.findall(r"\$\{(\w+)\}", text)) <= names.keys()
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
    for old, new in moved.items():
        text = text.replace(old, new)
    if _version() < (1, 25):  # Debian 12's says it otherwise
        text = text.replace("http2 on;", "").replace(" ssl;", " ssl http2;")
    return text


def _version() -> tuple[int, int]:
    told = subprocess.run([str(NGINX), "-v"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)", told)
    assert found
    return int(found[1]), int(found[2])


class _FeedBehind:
    """Answers a WebSocket with what it says, and a plain request with its headers."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _serve(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._open())
        self._loop.run_forever()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _open(self) -> None:
        async def echo(open_: Any) -> None:
            async for said in open_:
                await open_.send(said)

        def plain(open_: Any, request: Any) -> Any:
            if "not-upgraded" not in request.path:
                return None
            return open_.respond(200, json.dumps(dict(request.headers.raw_items())))

        self._server = await serve(echo, sock=self._door, process_request=plain)

    async def _close(self) -> None:
        self._server.close()
        await self._server.wait_closed()


def _program() -> ThreadingHTTPServer:
    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/v1/gone":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._answer(json.dumps(dict(self.headers)).encode())

        def do_PUT(self) -> None:
            left = int(self.headers["content-length"])
            while left and (piece := self.rfile.read1(min(left, 65536))):
                self.server.got.append(len(piece))  # type: ignore[attr-defined]
                left -= len(piece)
            self._answer(b"{}")

        def log_message(self, *_: object) -> None:
            """Says nothing."""

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return ThreadingHTTPServer(("127.0.0.1", 0), Answers)


def _told(answer: httpx.Response) -> dict[str, str]:
    """The headers that the program behind the proxy got."""
    return {name.lower(): value for name, value in answer.json().items()}


def _socket(running: Proxy, host: str) -> connect:
    here: dict[str, Any] = {"host": "127.0.0.1", "port": running.https, "server_hostname": host}
    return connect(f"wss://{host}/v1/feed", ssl=_unchecked(), proxy=None, **here)


def _client() -> httpx.Client:
    return httpx.Client(verify=_unchecked(), trust_env=False, timeout=WITHIN)


@cache
def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(true: Any) -> None:
    deadline = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
