"""What may be the same post is found on the page itself, by block, time, kind and words."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from storage.kit.programs import node

WEB = Path(__file__).parents[2] / "web"
NOON = 1_763_812_800_000
HOUR = 3_600_000


def a_post(name: str, *, block: str = "b1", category: str = "crime", hours: float = 0, words: str = "") -> dict[str, Any]:
    """A live post that happened so many hours before noon."""
    when = NOON - int(hours * HOUR)
    return {"id": name, "block": {"id": block}, "category": category, "happened_at": when, "title": words, "text": ""}


def alike(posts: list[dict[str, Any]], **writing: Any) -> list[str]:
    """The ids the page shows for what is being written."""
    writing = {"category": "crime", "blocks": ["b1", "larger"], "when": NOON, "words": "", **writing}
    script = f"""
        import {{ alike }} from {json.dumps((WEB / "resident/sending/alike.ts").as_uri())};
        import {{ wordsOf }} from {json.dumps((WEB / "shared/found.ts").as_uri())};
        const posts = {json.dumps(posts)}.map((one) => ({{ ...one, happened_at: new Date(one.happened_at).toISOString() }}));
        console.log(JSON.stringify(alike(posts, {json.dumps(writing)}, wordsOf).map(({{ id }}) => id)));
    """
    command = [str(node()), "--input-type=module", "-e", script]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return list(json.loads(told.stdout))


def test_the_likeliest_come_first_and_three_at_most() -> None:
    """Of the block or the larger block that holds it; the same kind and hour, and then whose words are shared."""
    posts = [
        a_post("later", hours=-2),
        a_post("words", hours=1, words="A grey van tried every door"),
        a_post("larger", block="larger", hours=1),
        a_post("elsewhere", block="b2"),
        a_post("last week", hours=24 * 7, words="A grey van tried every door"),
        a_post("suspicious", category="suspicious", hours=1, words="grey van"),
        a_post("kindness", category="kindness"),
    ]

    found = alike(posts, words="Somebody in a grey van tried our doors")

    assert found[0] == "words"
    assert set(found) < {"words", "later", "larger", "suspicious"}
    assert len(found) == 3


@pytest.mark.parametrize(
    ("post", "writing", "is_alike"),
    [
        (a_post("x", hours=30), {}, False),  # the same kind, a day and more apart, and no word in common
        (a_post("x", hours=30, words="broken window"), {"words": "a window was broken"}, True),
        (a_post("x", category="animal", words="black dog with red collar"), {"words": "black dog with collar"}, True),
        (a_post("x", category="animal"), {"category": "lost_found"}, False),
        (a_post("x", category="animal", words="Brown terrier"), {"category": "lost_found", "words": "terrier"}, True),
        (a_post("x"), {"blocks": []}, False),
        (a_post("x", words="a an the of"), {"category": "other", "words": "a an the of"}, False),
    ],
)
def test_what_is_alike(post: dict[str, Any], writing: dict[str, Any], is_alike: bool) -> None:
    """Neither kind nor words alone make two posts the same, and short words say nothing."""
    assert bool(alike([post], **writing)) is is_alike


def test_the_part_that_compares_asks_for_nothing_by_what_was_typed() -> None:
    """The page asks for its own area as it always does: no call of it holds a word, a kind, a time or a block."""
    source = (WEB / "resident/sending/AlikePart.svelte").read_text()

    calls = [line.strip() for line in source.splitlines() if "api." in line]
    assert len(calls) == 2
    assert 'api.get<Page<Post>>("/v1/neighborhood/posts", { limit: 100 })' in calls[0]
    assert "api.put(`/v1/posts/${post.id}/nods/seen_too`, {})" in calls[1]
