"""What is held about me comes as one file: words that explain it, and every part as JSON."""

from __future__ import annotations

import io
import json
import zipfile

import httpx

from api.resident.account.held_words import WORDS, Language
from storage.identity.residents.held import HELD
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour


def opened(answer: httpx.Response) -> dict[str, str]:
    """The file's parts by name."""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert file.testzip() is None
        return {name: file.read(name).decode() for name in file.namelist()}


def test_everything_is_in_one_file(ada: Neighbour, neighbour: NewNeighbour) -> None:
    """My address, my camera's name, my post with its receipt; of another nothing."""
    eve = neighbour("eve")
    eve.registered(name="Of Eve's")
    ada.registered(name="Back yard")
    receipt = ada.posted(title="A blue van")

    answer = ada.ask("GET", "/v1/me/held")

    parts = opened(answer)
    assert set(parts) == {f"{part}.json" for part in HELD} | {"read-me.txt", "leeme.txt"}
    assert json.loads(parts["account.json"])[0]["email"] == "ada@example.org"
    assert json.loads(parts["cameras.json"])[0]["name"] == "Back yard"
    (post,) = json.loads(parts["posts.json"])
    assert (post["receipt"], post["title_as_typed"]) == (receipt, "A blue van")
    assert "eve" not in "".join(parts[f"{part}.json"] for part in HELD).lower()


def test_it_is_kept_by_no_browser_and_says_when_it_was_made_to_nobody(ada: Neighbour) -> None:
    """No cache, a name that tells nothing, and no time of its making in it."""
    answer = ada.ask("GET", "/v1/me/held")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="porchlight-about-me.zip"'
    assert "content-length" not in answer.headers  # it is sent as it is read
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert {one.date_time[0] for one in file.infolist()} == {1980}


def test_each_part_is_explained_in_each_language() -> None:
    """A part without words, or words without a part, fail here."""
    assert set(WORDS) == set(Language)
    for told in WORDS.values():
        assert list(told.parts) == list(HELD)
        assert all(f"{part}.json" in told.text for part in HELD)
