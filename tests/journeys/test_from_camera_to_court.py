"""An owner registers, a detective asks, the owner shares, the case exports and verifies: by pages, from end to end."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.kit.ids import PostId
from tests.attacks import harvest
from tests.attacks.oracle import Oracle, Secrets
from tests.journeys.axe import SERIOUS, Eyes
from tests.journeys.conftest import Stack
from tests.journeys.people import Resident, plays
from tests.journeys.precinct import TEXT, Precinct
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, clip, new_page, pytestmark
from workers.airlock.owners.asking import ask_owners

__all__ = ["Browser", "chromium", "clip", "new_page", "pytestmark"]
OWNER, CAMERA, FILE = "fern.hollow@example.org", "Lamp over the gate", "hallway-recorder-7.mp4"
PHONE_NUMBER = "816-555-0177"  # what the owner lets slip in words


@pytest.fixture
def precinct(stack: Stack) -> Iterator[Precinct]:
    """North's detective."""
    here = Precinct(stack, "North")
    yield here
    here.close()


def test_an_owner_registers_a_detective_asks_the_owner_shares_the_case_exports_and_verifies(
    stack: Stack, new_page: NewPage, clip: Path, precinct: Precinct, tmp_path: Path
) -> None:
    """What goes to court has the clip as the case saw it, and nothing of whose it is; one changed byte is found."""
    resident, desk, eyes = Resident(new_page(PHONE), stack, OWNER), new_page(DESK), Eyes()
    label = resident.registers_a_camera("North", "Thistle", CAMERA)
    precinct.night_passes(label)

    sees_the_pin(precinct.sits_at(desk, "/cameras"), label)
    composer = precinct.sits_at(desk, "/requests/new")
    reads = asks(composer, [precinct.label(block) for block in precinct.around(label)])
    ask_owners(precinct.stores)
    (request,) = precinct.gets(f"/v1/cases/{precinct.case}/requests").json()["items"]
    shares(resident.page, request["id"], str(shutil.copy(clip, tmp_path / FILE)), reads, eyes)
    desk.reload()
    expect(desk.get_by_text("No answer is shown.")).to_be_visible()
    expect(desk.get_by_text("The next one comes")).to_be_visible()
    assert label not in desk.inner_text("main")

    precinct.batch_comes()
    resident.page.reload()
    opens(resident.page, request["id"])
    expect(resident.page.get_by_text("Told with all other answers")).to_be_visible()
    desk.reload()
    desk.get_by_role("region", name="Answers").get_by_role("link", name=label).click()
    plays(desk)
    expect(desk.get_by_role("heading", name="Shared clip: Burglary")).to_be_visible()
    post = PostId(desk.url.rpartition("/")[2])
    seen = precinct.sees(post).json()
    assert (seen["state"], seen["block"]["label"]) == ("kept", label)
    in_order = precinct.sits_at(desk).get_by_role("list", name="In order")
    for name in ("Footage asked for: Burglary", "Shared clip: Burglary"):
        expect(in_order.get_by_role("link", name=name)).to_be_visible()
    package = fetches(precinct.sits_at(desk), tmp_path / "case.zip")

    assert stack.run("verify-export", str(package))[0] == 0
    with zipfile.ZipFile(package) as opened:
        inside = {name: opened.read(name) for name in opened.namelist()}
    shown = precinct.gets(f"/v1/cases/{precinct.case}/posts/{post}/media/{seen['media']['renditions'][-1]['file']}")
    assert inside[f"posts/{post}/clip.mp4"] == shown.content
    assert post.encode() in inside["requests.json"]
    assert TEXT.encode() in inside["requests.json"]
    tells_nobody(precinct, [*inside.items(), ("the package", package.read_bytes())])
    for name in (f"posts/{post}/clip.mp4", "requests.json", "manifest.json"):
        code, out, err = stack.run("verify-export", str(changed(package, name)))
        assert code == 1
        assert name in out + err


def sees_the_pin(desk: Page, label: str) -> None:
    """Where a camera looks and how long it keeps: by block, under the case."""
    picks(desk, label)
    desk.get_by_role("button", name="Look at 1 block").click()
    expect(desk.get_by_text("looks south or south-west · keeps 8 to 30 days")).to_be_visible()


def asks(desk: Page, labels: list[str]) -> str:
    """Composes a small request, and sends it; answers how the page says that an owner reads it."""
    for label in labels:
        picks(desk, label)
    desk.get_by_label("What to look for").fill(TEXT)
    preview = desk.get_by_role("region", name="How an owner reads it")
    expect(preview.get_by_text(TEXT)).to_be_visible()
    reads = preview.locator(".asked").inner_text()
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_role("article").get_by_text("Sent", exact=True)).to_be_visible()
    return reads


def picks(desk: Page, label: str) -> None:
    """A block by its name, without a pointer."""
    desk.get_by_role("combobox", name="Street or block name").fill(label)
    desk.get_by_role("option", name=re.compile(rf"^{re.escape(label)}\b")).first.click()


def opens(page: Page, request: str) -> None:
    """Finds what is asked in the inbox."""
    page.get_by_role("list", name="Inbox").locator(f'a[href$="{request}"]').click()
    expect(page.get_by_text(TEXT)).to_be_visible()


def shares(page: Page, request: str, file: str, reads: str, eyes: Eyes) -> None:
    """Reads it as the detective saw that they would, has the device keep a reminder, shares it with too many words."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Inbox").click()
    opens(page, request)
    assert page.locator(".asked").inner_text() == reads
    page.get_by_role("button", name="Remind me to save it").click()
    expect(page.get_by_text("This device alone remembers it")).to_be_visible()
    eyes.look(page, "request")
    page.get_by_role("link", name="Share a clip").click()
    page.get_by_label("Choose a video").set_input_files(file)
    page.get_by_label("Anything they should know?").fill(f"Seen from the gate, call {PHONE_NUMBER}.")
    eyes.look(page, "share")
    page.get_by_role("region", name="Who will see it").get_by_role("button").click()
    expect(page.get_by_text("I share a clip", exact=True)).to_be_visible()
    eyes.look(page, "request, answered")
    wrong = eyes.wrong(*SERIOUS)
    assert not wrong, wrong
    page.get_by_role("link", name="Inbox", exact=True).first.click()
    expect(page.get_by_text("Save it by")).to_be_visible()


def fetches(desk: Page, to: Path) -> Path:
    """A package of the case, made and fetched by its page."""
    desk.get_by_role("button", name="Make a package").click()
    fetch = desk.get_by_role("link", name=re.compile("^Fetch, "))
    expect(fetch).to_be_visible(timeout=120_000)  # the chores look every few seconds, on however busy a machine
    with desk.expect_download() as fetched:
        fetch.click()
    fetched.value.save_as(to)
    return to


def tells_nobody(precinct: Precinct, places: list[tuple[str, bytes]]) -> None:
    """No value of the identity side stands in any of these, nor what the owner let slip: in eight encodings."""
    secrets = harvest.of_vault(Secrets(), precinct.stores.vault)
    secrets.add("what the owner let slip", OWNER, CAMERA, FILE.partition(".")[0], PHONE_NUMBER)
    oracle = Oracle(secrets)
    assert oracle.hits("planted", f"from {OWNER}".encode()), "it finds what is there"
    assert [str(hit) for hit in oracle.hits_in(places)] == []


def changed(package: Path, name: str) -> Path:
    """The same package with one bit of one file another, as a ZIP file that opens without a complaint."""
    other = package.with_name("changed.zip")
    with zipfile.ZipFile(package) as opened, zipfile.ZipFile(other, "w") as made:
        for entry in opened.infolist():
            data = bytearray(opened.read(entry))
            if entry.filename == name:
                data[len(data) // 2] ^= 1
            made.writestr(entry, bytes(data))
    return other
