"""The main job, embedded and on PostgreSQL, S3 and several machines: the same journeys through the same doors."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from storage.kit.settings import IDENTITY_VARIABLES
from tests.journeys.conftest import Stack
from tests.journeys.production import City
from workers.media import programs

PATIENCE = 90.0  # seconds in which a clip on a busy machine is published
MIDDLE_OF_CENTRAL = "10.0,-40.0"

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of moving picture."""
    file = tmp_path_factory.mktemp("clip") / "clip.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=15:duration=2", "-pix_fmt", "yuv420p"]
    subprocess.run([programs.find().ffmpeg, "-v", "error", *picture, file], check=True)
    return file


@pytest.fixture(scope="module", params=["embedded", "production"])
def place(request: pytest.FixtureRequest) -> Stack | City:
    """Where the journeys go: a stack of each kind, started once."""
    found: Stack | City = request.getfixturevalue({"embedded": "stack", "production": "production"}[request.param])
    return found


class Watching:
    """An analyst's `porchlight watch`: every event it printed."""

    def __init__(self, command: subprocess.Popen[str]) -> None:
        self.command, self.events = command, list[dict[str, Any]]()
        self.is_ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self.is_ready.wait(PATIENCE), "the feed let nobody in"

    def of(self, *kinds: str) -> list[str]:
        """The posts told of in events of these kinds."""
        return [event.get("post", {}).get("id") or event["post_id"] for event in self.events if event["kind"] in kinds]

    def stop(self) -> None:
        """Ends it."""
        self.command.terminate()
        self._reader.join(20)
        self.command.communicate(timeout=20)

    def _read(self) -> None:
        for line in self.command.stdout or ():
            message = json.loads(line)
            if message["type"] == "event":
                self.events.append(message)
            elif message["type"] == "ready":
                self.is_ready.set()


@pytest.fixture
def watch(place: Stack | City) -> Iterator[Callable[[str], Watching]]:
    """Lets an analyst of a division listen: `watch("Central")`."""
    started: list[Watching] = []

    def start(division: str) -> Watching:
        token = place.staff_token(f"watches-{division}", divisions=[division])
        started.append(Watching(place.begin("watch", "--token", token)))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_a_clip_reaches_the_analyst_of_its_division_and_no_other(
    place: Stack | City, clip: Path, watch: Callable[[str], Watching]
) -> None:
    """Central hears of it and plays all of it; North hears nothing and is told there is nothing."""
    central, north = watch("Central"), watch("North")

    post_id = _post(place, clip, "main-journey@example.org")["post_id"]

    _until(lambda: post_id in central.of("post.published"), "Central hears of it")
    media = _as_analyst(place, "Central", f"/v1/posts/{post_id}").json()["media"]
    for file in media["renditions"]:
        assert len(_as_analyst(place, "Central", f"/v1/media/{post_id}/{file['file']}").content) == file["bytes"]
    assert _as_analyst(place, "North", f"/v1/posts/{post_id}").status_code == 404
    assert north.events == []


def test_a_withdrawn_clip_is_gone_everywhere(place: Stack | City, clip: Path, watch: Callable[[str], Watching]) -> None:
    """Its author takes it back by the receipt: every screen is told, every address answers 404."""
    central = watch("Central")
    posted = _post(place, clip, "regret@example.org")
    post_id, receipt = posted["post_id"], posted["receipt"]
    media = _as_analyst(place, "Central", f"/v1/posts/{post_id}").json()["media"]

    answer = _as_resident(place, "regret@example.org", "DELETE", f"/v1/receipts/{receipt}")

    assert answer.status_code == 200
    _until(lambda: post_id in central.of("post.withdrawn"), "the analyst is told")
    _until(lambda: _state(place, "regret@example.org", receipt) == "withdrawn", "its author is told")
    files = [f"/v1/media/{post_id}/{file['file']}" for file in media["renditions"]]
    assert {_as_analyst(place, "Central", path).status_code for path in (f"/v1/posts/{post_id}", *files)} == {404}


def test_a_flagged_clip_is_hidden_by_a_moderator(
    place: Stack | City, clip: Path, watch: Callable[[str], Watching]
) -> None:
    """A neighbour flags, the moderator finds it in the queue and hides it, and it leaves the analyst's screen."""
    central, neighbour = watch("Central"), "main-neighbour@example.org"
    posted = _post(place, clip, "main-author@example.org")
    post_id = posted["post_id"]
    block = _as_analyst(place, "Central", f"/v1/posts/{post_id}").json()["block"]["id"]
    _as_resident(place, neighbour, "PUT", "/v1/me/home", {"block_id": block}).raise_for_status()
    _as_resident(place, neighbour, "POST", f"/v1/posts/{post_id}/flags", {"reason": "privacy"}).raise_for_status()

    moderator = place.staff_token("moderates", roles=["moderator"])
    flagged = _ask(place.staff, moderator, "GET", "/v1/flags?state=open").raise_for_status().json()["items"]
    assert post_id in json.dumps(flagged)
    decision = {"verb": "hide", "reason": "privacy"}
    _ask(place.staff, moderator, "POST", f"/v1/posts/{post_id}/decisions", decision).raise_for_status()

    _until(lambda: post_id in central.of("post.hidden"), "the analyst is told")
    listed = _as_analyst(place, "Central", "/v1/posts").json()["items"]
    assert post_id not in [post["id"] for post in listed]


def test_the_audit_of_all_this_stands(place: Stack | City) -> None:
    """`verify-audit` finds the chain whole."""
    code, out, _ = place.run("verify-audit")

    assert code == 0
    assert out.startswith("The audit stands: ")


def test_each_program_of_the_city_holds_its_own_keys_and_no_others(production: City) -> None:
    """Those of the record side are given nothing of identity, and no two kinds the same way into a database."""
    environments = {name: production.topology.environment(name) for name in production.topology.names}
    identity = {each for name in IDENTITY_VARIABLES for each in (name, f"{name}_FILE")}

    both = {name for name, given in environments.items() if identity & given.keys()}
    roles = {name: Path(given["PORCHLIGHT_RECORD_DATABASE_FILE"]).read_text() for name, given in environments.items()}

    assert both == {name for name in environments if name.startswith(("resident", "airlock"))}
    assert {urlsplit(url).username for url in roles.values()} == {
        f"porchlight_{role}" for role in ("resident", "airlock", "alerts", "staff", "feed", "public", "chores")
    }


def _post(place: Stack | City, clip: Path, email: str) -> dict[str, Any]:
    token = place.resident_token(email)
    told = ["--category", "suspicious", "--title", "A van", "--text", "It went round twice."]
    code, out, err = place.run("post", str(clip), "--token", token, "--at", MIDDLE_OF_CENTRAL, *told)
    assert code == 0, err
    return dict(json.loads(out.splitlines()[-1]))


def _state(place: Stack | City, email: str, receipt: str) -> str:
    return str(_as_resident(place, email, "GET", f"/v1/receipts/{receipt}").json()["state"])


def _as_analyst(place: Stack | City, division: str, path: str) -> httpx.Response:
    return _ask(place.staff, place.staff_token(f"looks-{division}", divisions=[division]), "GET", path)


def _as_resident(place: Stack | City, email: str, method: str, path: str, body: object = None) -> httpx.Response:
    return _ask(place.resident, place.resident_token(email), method, path, body)


def _ask(address: str, token: str, method: str, path: str, body: object = None) -> httpx.Response:
    bearer = {"Authorization": f"Bearer {token}"}
    return httpx.request(method, f"{address}{path}", json=body, headers=bearer, trust_env=False, timeout=30)


def _until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {what}"
        time.sleep(0.05)
