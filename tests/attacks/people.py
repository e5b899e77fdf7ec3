"""The people who are to stay unknown: residents of one street, what they send, say and take back, through the API."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.commands.asking import ask
from api.commands.sending import send
from storage.identity.cameras.cameras import Facing
from storage.identity.clips import views
from storage.kit import clock
from storage.kit.ids import new_id
from storage.posts.posts import CATEGORIES
from tests.attacks.marks import Marks, with_marks
from tests.attacks.photographs import photo_with_marks
from tests.attacks.stores import code_in
from tests.servers.push_stand_in import Browser, PushStandIn

LETTERS = "bcdfghjklmnpqrstvwxz"  # no vowels: no word that anybody else says
PHOTOS, BLURRED = 0.4, 0.2  # shares of what is sent
VIEW_BITS = views.BITS
LONG_AGO, QUARTERS = 3 * clock.HOUR, 40  # when it happened: long before anybody of the staff did anything


@dataclass(frozen=True)
class Pictures:
    """What everything that is sent here shows."""

    clip: Path
    photo: Path


@dataclass
class Sent:
    """One clip or photo that was accepted, with all that its author gave away in sending it."""

    author: int
    word: str  # of its title: everybody may read it until it is withdrawn
    happened_at: int
    marks: Marks
    phone: str
    file_name: str
    key: str
    sound: bool
    photo: bool
    view: str  # of its picture, as the page would make it; here everybody's own
    wishes: dict[str, Any]  # what to do with the picture: told to nobody but its author
    upload_id: str = ""
    receipt: str = ""
    post_id: str = ""


@dataclass
class Person:
    """A resident: log-in, home, and where they come from."""

    number: int
    mail: str
    address: str  # of the net, as a proxy tells it
    device: str
    camera: str  # what they call theirs
    token: str = ""
    block: str = ""
    browser: Browser | None = None  # that alerts are pushed to
    sent: list[Sent] = field(default_factory=list)

    @property
    def regretted(self) -> Sent:
        """What they take back, if they do: the last photo, or the last clip."""
        wanted = self.number // 2 % 2 == 0
        return next((sent for sent in reversed(self.sent) if sent.photo == wanted), self.sent[-1])

    @staticmethod
    def drawn(number: int) -> Person:
        """Somebody who was never here before."""
        device = f"Phone-{new_id()[:12]}"
        address = f"2001:db8:{new_id_hex(4)}:{new_id_hex(4)}::{new_id_hex(4)}"
        return Person(number, f"{new_id()[:10]}@{new_id()[:8]}.example", address, device, f"Camera-{new_id()[:12]}")

    def client(self, resident: str) -> httpx.Client:
        """Their browser, behind a proxy that tells where they are."""
        headers = {"X-Forwarded-For": self.address, "X-Real-IP": self.address, "User-Agent": self.device}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return httpx.Client(base_url=resident, headers=headers, timeout=60, trust_env=False, follow_redirects=True)

    def comes_in(self, resident: str, block: str, mailbox: Callable[[], list[Path]]) -> None:
        """Logs in by the code in their mail and chooses a home."""
        with self.client(resident) as http:
            ask(http, "POST", "/v1/log-ins", json={"email": self.mail})
            code = code_in(mailbox(), self.mail)
            self.token = ask(http, "POST", "/v1/log-ins/code", json={"email": self.mail, "code": code})["token"]
        with self.client(resident) as http:
            ask(http, "PUT", "/v1/me/home", json={"block_id": block})
        self.block = block

    def registers(self, resident: str) -> None:
        """Says that there is a camera at home."""
        camera = {"block_id": self.block, "facing": list(Facing)[self.number % 8], "indoor": False, "ask": "inbox"}
        camera |= {"retention_days": 1 + self.number % 30, "name": self.camera}
        with self.client(resident) as http:
            ask(http, "POST", "/v1/cameras", json=camera, headers={"Idempotency-Key": new_id()})

    def asks_for_alerts(self, resident: str, push: PushStandIn | None) -> None:
        """Of everything around, by mail and, where there is a push service, on their device."""
        wanted = {"wishes": dict.fromkeys(CATEGORIES, "around"), "mail": True, "language": "en"}
        with self.client(resident) as http:
            ask(http, "PUT", "/v1/alerts", json=wanted)
            if push is not None:
                self.browser = push.browser()
                ask(http, "PUT", "/v1/alerts/devices", json=self.browser.body)

    def sends(self, resident: str, pictures: Pictures, folder: Path, dice: random.Random) -> Sent:
        """Sends a clip or a photo full of marks, with words that say too much."""
        now, photo, marks = clock.now(), dice.random() < PHOTOS, Marks.drawn(dice, clock.now())
        sent = Sent(
            author=self.number,
            word=a_word(dice),
            happened_at=_some_time_before(now, dice),
            marks=marks,
            phone=f"{dice.randrange(212, 989)}-555-{dice.randrange(1000, 9999)}",
            file_name=f"IMG-{new_id()[:10]}.{'jpg' if photo else 'mp4'}",
            key=new_id(),
            sound=not photo and dice.random() < 0.5,
            photo=photo,
            view=f"{dice.getrandbits(VIEW_BITS):0{VIEW_BITS // 4}x}",
            wishes=_wishes(photo, dice),
        )
        as_phones_do, file = dice.random() < 0.5, folder / sent.file_name
        if photo:
            photo_with_marks(pictures.photo, file, marks)
        else:
            with_marks(pictures.clip, file, marks, as_phones_do=as_phones_do)
        with self.client(resident) as http, httpx.Client(base_url=resident, trust_env=False, timeout=60) as plain:
            sent.upload_id = send(http, plain, file, lambda _share: None)
            body = {**self._says(sent, dice), "upload_id": sent.upload_id}
            sent.receipt = ask(http, "POST", "/v1/posts", json=body, headers={"Idempotency-Key": sent.key})["receipt"]
        file.unlink()
        self.sent.append(sent)
        return sent

    def _says(self, sent: Sent, dice: random.Random) -> dict[str, Any]:
        seconds, milliseconds = divmod(sent.happened_at, 1000)
        moment = clock.as_text(seconds * 1000).replace("Z", f".{milliseconds:03d}Z")
        where = f"{sent.marks.lat:.6f}, {sent.marks.lon:.6f}"
        return {
            "block_id": self.block,
            "category": dice.choice(CATEGORIES),
            "title": f"A van {sent.word}",
            "text": f"It was {sent.word}. Call {sent.phone} or write to {self.mail}; we are at {where}.",
            "happened_at": moment,
            "sound": sent.sound,
            "view": sent.view,
            **sent.wishes,
        }


def _wishes(photo: bool, dice: random.Random) -> dict[str, Any]:
    """Such as change nothing of this picture: all of it is to be kept, and nobody's face is on it."""
    asked: dict[str, Any] = {"blur": ["faces", "plates"]} if dice.random() < BLURRED else {}
    return asked | ({"trim": {"start": 0, "end": 60}} if not photo and dice.random() < 0.5 else {})


def _some_time_before(now: int, dice: random.Random) -> int:
    """Never in the first minute of a quarter hour: that would be what everybody is told."""
    quarter = clock.rounded(now - LONG_AGO) - clock.QUARTER_HOUR * dice.randrange(QUARTERS)
    return quarter + dice.randrange(61, 840) * clock.SECOND + dice.randrange(1000)


def a_word(dice: random.Random) -> str:
    """Ten letters that no language has, and no pattern of ours takes for anything."""
    return "".join(dice.choice(LETTERS) for _ in range(10))


def new_id_hex(digits: int) -> str:
    """Random digits of an address."""
    return "".join(f"{ord(letter) % 16:x}" for letter in new_id()[:digits]).replace("0", "a")


def blocks_of(resident: str, division: str) -> list[str]:
    """The ids of a division's blocks, as its published file has them."""
    with Person.drawn(0).client(resident) as http:
        features = ask(http, "GET", "/v1/places/divisions")["features"]
        [address] = [f["properties"]["cells"] for f in features if f["properties"]["name"] == division]
        return [cell["properties"]["id"] for cell in ask(http, "GET", address)["features"]]
