"""Makes the packages for court that were asked for: words as they were written down, clips as they were published."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

from storage.cases import contents as case_contents, exports as case_exports
from storage.cases.exports import Made
from storage.db import CHORES, Database, only_one
from storage.kit import clock, ids
from storage.kit.ids import CaseId, PostId
from storage.objects import Bucket
from workers.court import clips, contacts
from workers.court.form import Package

MAKING = 0x636F757274  # the advisory lock's number
# Files of every package: what the case says, in the order of a reader.
PAPERS = ("case", "links", "timeline", "requests", "people")
README = """\
A package of one case, made by Porchlight.

manifest.json names every file with its size and SHA-256; manifest.sig is an Ed25519 signature over it.
    porchlight verify-export THIS.zip --key PUBLIC-KEY
checks all of it, without a network. Ask the agency for the public key by another way than this package.

case.json      the incident, and who works in the case
links.json     what is linked, why, and how sure whoever linked it was
timeline.json  what was done in the case, and its notes
requests.json  what owners of cameras were asked, and what they answered
contacts.sealed  what owners gave to be reached by, where that was asked for: a passphrase opens it
    porchlight verify-export THIS.zip --contacts FILE-WITH-THE-PASSPHRASE
people.json    names of the staff whom custody.json names by an id
posts/ID/      each post as the police saw it, and its clip or photo
stills/        frames that somebody chose, by post and millisecond
custody.json   the audit's lines of the case, and of who viewed its posts

Clips are as they were published: decoded and encoded anew, with what their authors asked to have hidden hidden. An
original is not among them. Where its author chose to let it be proved, manifest.json holds its salted SHA-256:
    porchlight verify-export THIS.zip --original FILE --salt SALT
says whether a file is that original; its author alone was told the salt.
"""


def make_next(record: Database, bucket: Bucket, seed: bytes, scratch: Path | None = None) -> bool:
    """Makes the package that waits longest, signed by this key; False where none waits, or another makes one.

    Killed in between, it is begun anew, three times at most. What fails is raised, for the round to tell. `scratch` is
    where clips lie while frames are taken of them, the system's own place unless said.
    """
    with only_one(record, MAKING) as first:
        if not first:
            return False
        with record.write(by=CHORES) as tx:
            export_id = case_exports.next_waiting(tx)
        if export_id is None:
            return False
        _make(record, bucket, seed, export_id, scratch)
        return True


def _make(record: Database, bucket: Bucket, seed: bytes, export_id: str, scratch: Path | None) -> None:
    with record.read() as conn:
        papers = case_exports.papers_of(conn, export_id)
        theirs = [PostId(post["id"]) for post in papers["posts"]]
        # Its author's word is last: what was taken back since somebody asked is not in it.
        stand = case_contents.standing(conn, theirs)
        custody = case_contents.custody(conn, CaseId(papers["case"]["id"]), stand)
    posts = [post for post in papers["posts"] if post["id"] in stand]
    key = ids.new_id()
    with bucket.draft(key) as draft, Package(draft) as package:
        sealed_contacts = b64decode(papers.get("contacts", ""))
        files = 2 + len(PAPERS) + bool(sealed_contacts) + 2 * len(posts) + len(papers["stills"])
        making = _Making(record, bucket, export_id, package, files, scratch)
        package.add("README.txt", [README.encode()])
        for name in PAPERS:
            package.add_json(f"{name}.json", papers[name])
        if sealed_contacts:
            package.add(contacts.NAME, [sealed_contacts])
        for post in posts:
            making.post(post, [at for one, at in papers["stills"] if one == post["id"]])
        package.add_json("custody.json", [vars(line) | {"time": clock.as_text(line.at)} for line in custody])
        about = {"case": papers["case"]["number"], "made_at": clock.as_text(clock.now())}
        originals = {one: hash_ for one, hash_ in papers["originals"].items() if one in stand}
        sealed = package.seal(seed, {**about, "originals": originals})
        draft.keep()
    with record.write(by=CHORES) as tx:
        case_exports.finish(tx, export_id, Made(key, sealed.bytes, sealed.sha256, sealed.key, stand))


class _Making:
    """A package on its way, and how far it is."""

    def __init__(
        self, record: Database, bucket: Bucket, export_id: str, package: Package, files: int, scratch: Path | None
    ) -> None:
        self._record, self._bucket, self._export = record, bucket, export_id
        self.package, self._files, self._scratch = package, files, scratch

    def post(self, post: dict[str, Any], stills: list[int]) -> None:
        """One post, its clip or photo, and the frames somebody chose of it."""
        post_id = PostId(post["id"])
        self.package.add_json(f"posts/{post_id}/post.json", post)
        if file := clips.largest(self._record, post_id):
            name = "clip.mp4" if file.file.endswith(".mp4") else "photo.jpg"
            content = clips.pieces(self._record, self._bucket, post_id, file)
            self.package.add(f"posts/{post_id}/{name}", content)
            if stills and name == "clip.mp4":
                again = clips.pieces(self._record, self._bucket, post_id, file)
                length = round(post["media"]["seconds"] * 1000)
                made = clips.frames(again, stills, length, (file.width, file.height), self._scratch)
                for at, picture in zip(stills, made, strict=True):
                    self.package.add(f"stills/{post_id}-{at:07}.jpg", [picture])
        with self._record.write(by=CHORES) as tx:
            case_exports.along(tx, self._export, done=len(self.package.files), files=self._files)
