"""A case goes to court: what may be related is linked by one press, and the package is fetched and found whole."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from feed import posting
from storage.cases import cases
from storage.db import AIRLOCK, OPERATOR
from storage.kit import clock
from storage.kit.ids import PostId, new_id
from storage.objects import Folder
from storage.posts.posts import NewPost, Rendition
from storage.staff import staff
from tests.cases import OpenCase, an_open_case, close, link
from tests.journeys.conftest import Stack
from tests.journeys.people import Staff
from tests.journeys.test_desk import Shown
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, pytestmark
from tests.workers.media.conftest import MakeClip, make_clip, tools  # noqa: F401 - fixtures

__all__ = ["Browser", "chromium", "new_page", "pytestmark"]


class Filed(Shown):
    """The record, with a clip and a case on it."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        self._media, self._cases = Folder(stack.data / "record/media"), list[OpenCase]()

    def film(self, title: str, clip: Path) -> PostId:
        """A live post with a clip that plays."""
        at, file = clock.rounded(clock.now()), Rendition("480p.mp4", new_id(), 640, 360, clip.stat().st_size)
        self._media.put(file.key, clip)
        block = self.blocks("Central")[0]
        new = NewPost(PostId(new_id()), "video", "crime", title, "", at, at, block, 3000)
        with self.record.write(by=AIRLOCK) as tx:
            posting.publish(tx, self._bell, new, [file], generation=1, last=True)
        return new.id

    def case(self, number: str) -> OpenCase:
        """An open case of Central that the demo's detective works in."""
        central = self.atlas().division("Central")
        assert central is not None
        made = an_open_case(self.record, number=number, where=central.id)
        with self.record.write(by=OPERATOR) as tx:
            detective = staff.find(tx.connection, "detective")
            assert detective is not None
            cases.assign(tx, made.lead, made.id, detective)
        self._cases.append(made)
        return made

    def close(self) -> None:
        """No other journey's detective finds two cases that are open."""
        for case in self._cases:
            close(self.record, case)
        self.record.engine.dispose()


@pytest.fixture
def filed(stack: Stack) -> Iterator[Filed]:
    """The record behind the screens."""
    here = Filed(stack)
    yield here
    here.close()


def test_the_case_exports_and_verifies(
    stack: Stack,
    new_page: NewPage,
    filed: Filed,
    make_clip: MakeClip,  # noqa: F811
    tmp_path: Path,
) -> None:
    """What is alike is linked by one press; the package has the clip to the byte, a still of it, and stands."""
    words = ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=3", "-c:v", "libx264", "-preset", "ultrafast")
    clip = make_clip("court.mp4", *words, "-pix_fmt", "yuv420p", "-movflags", "+faststart")
    case, first, second = (
        filed.case("CR-27-1"),
        filed.film("A scratched lorry", clip),
        filed.film("Scratched and loud", clip),
    )
    link(filed.record, case, first)
    detective = Staff(new_page(PHONE), stack, "detective").page
    lead = Staff(new_page(DESK), stack, "lead").page

    for page in (detective, lead):
        page.get_by_role("link", name="Cases", exact=True).click()
        page.get_by_role("button", name=re.compile(r"^CR-27-1\b")).click()
    detective.get_by_role("button", name="Link “Scratched and loud” to this case").click()
    expect(detective.get_by_text("Linked to CR-27-1.")).to_be_visible()
    detective.get_by_role("link", name="Scratched and loud").first.click()
    detective.get_by_role("button", name="Choose the still at 0:00").click()
    expect(detective.get_by_text("Still at 0:00 chosen")).to_be_visible()
    detective.get_by_role("link", name="To case CR-27-1").click()
    detective.get_by_role("button", name="Make a package").click()
    fetch = detective.get_by_role("link", name=re.compile("^Fetch, "))
    expect(fetch).to_be_visible(timeout=120_000)  # the chores look every few seconds, on however busy a machine
    with detective.expect_download() as fetched:
        fetch.click()
    package = tmp_path / "case.zip"
    fetched.value.save_as(package)

    lead.reload()
    expect(lead.get_by_role("region", name="Map of blocks")).to_be_visible()
    expect(lead.get_by_text("Fetched a package")).to_be_visible()
    assert stack.run("verify-export", str(package))[0] == 0
    assert stack.run("verify-audit", "--export", str(package))[0] == 0
    with zipfile.ZipFile(package) as opened:
        for post_id in (first, second):
            assert opened.read(f"posts/{post_id}/clip.mp4") == clip.read_bytes()
        assert opened.read(f"stills/{second}-0000000.jpg")[:2] == b"\xff\xd8"
