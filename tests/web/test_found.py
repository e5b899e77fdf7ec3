"""Words find a post on the page as they do on the record: what arrives is judged as what was listed."""

from __future__ import annotations

import json
import subprocess
from itertools import product
from pathlib import Path

from storage.kit.programs import node
from storage.posts.words import words_of

FOUND = Path(__file__).parents[2] / "web" / "shared" / "found.ts"
TEXTS = (
    "A grey van at 3rd & Main, plate XQZ-1234",
    "Señor Ñandú, CAFÉ a medianoche",
    "Straße, Ὀδυσσεύς and ΟΔΥΣΣΕΥΣ",
    "ﬁre at the ofﬁce, full width ＶＡＮ, ½ and ²",
    "Йод и ёлка; 東京 猫; under_score and em—dash 🚐 van",
    "a" * 50,
    "",
)
ASKED = (
    *("van", "VAN grey", "an", "va", "grey,van", "xqz 12", "xqz-1234", "3rd", "% _", " ", "", "🚐", "_", "score"),
    *("senor", "SEÑOR", "ñ", "nandu cafe", "strasse", "STRASSE", "οδυσσευς", "ὀδυσ", "fire", "office", "ﬁ", "1", "2"),
    *("йод", "иод", "елка", "東", "京", "猫 東京", "a" * 40, "a" * 41, "a" * 60, "dash em", "under"),
)


def test_the_page_finds_what_the_record_finds() -> None:
    """Whatever case, accents, ligatures and scripts; a word is found by its beginning and nowhere else."""
    pairs = list(product(ASKED, TEXTS))
    script = f"""
        import {{ finds }} from {json.dumps(FOUND.as_uri())};
        const pairs = JSON.parse(await new Promise((done) => {{
            let text = ""; process.stdin.on("data", (part) => (text += part)).on("end", () => done(text));
        }}));
        console.log(JSON.stringify(pairs.map(([asked, text]) => finds(asked, text))));
    """
    command = [str(node()), "--input-type=module", "-e", script]
    told = subprocess.run(command, input=json.dumps(pairs), capture_output=True, text=True, check=True, timeout=120)

    on_the_page = dict(zip(pairs, json.loads(told.stdout), strict=True))
    on_the_record = {pair: _finds(*pair) for pair in pairs}
    assert [pair for pair in pairs if on_the_page[pair] != on_the_record[pair]] == []
    assert len({pair for pair, found in on_the_record.items() if found}) > 40


def _finds(asked: str, text: str) -> bool:
    """By the words the record keeps of a post (tests/storage/posts/test_words.py says that both engines do so)."""
    words = words_of(asked).split()
    there = words_of(text).split()
    return not asked.strip() or (bool(words) and all(any(one.startswith(word) for one in there) for word in words))
