"""A confined program cannot reach the folder it was shut out of, and otherwise works as before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from storage.kit import confine

pytestmark = pytest.mark.skipif(not confine.can_confine(), reason="this kernel has no Landlock")

REACHES = {
    "read": "(identity / 'identity.db').read_bytes()",
    "list": "list(identity.iterdir())",
    "write": "(identity / 'new').write_text('x')",
    "delete": "(identity / 'other').unlink()",
    "truncate": "os.truncate(identity / 'identity.db', 0)",
    "make a folder": "(identity / 'folder').mkdir()",
    "link away": "os.link(identity / 'identity.db', data / 'record' / 'linked')",
    "by a detour": "(data / 'record' / '..' / 'identity' / 'identity.db').read_bytes()",
    "by a link to the file": "(data / 'record' / 'link').read_bytes()",
    "by a link to the folder": "(data / 'alias' / 'identity.db').read_bytes()",
    "by a link to a folder above": "(data / 'above' / 'identity' / 'identity.db').read_bytes()",
    "by the root of a process": "Path('/proc/self/root', *(identity / 'identity.db').parts[1:]).read_bytes()",
    "by opening a database": "sqlite3.connect(identity / 'identity.db').execute('select * from sqlite_master')",
    "by a child": "subprocess.run(['cat', identity / 'identity.db'], check=True, capture_output=True)",
    "move away": "(identity / 'identity.db').rename(data / 'record' / 'stolen')",
}
REFUSED = {"PermissionError", "OperationalError", "CalledProcessError", "OSError"}  # a link across is an OSError
WORKS = {
    "read the record": "(data / 'record' / 'record.db').read_bytes()",
    "write beside the record": "(data / 'record' / 'new').write_text('x')",
    "make folders in the record": "(data / 'record' / 'a' / 'b').mkdir(parents=True)",
    "move within the record": "(data / 'record' / 'record.db').rename(data / 'record' / 'moved')",
    "keep a database": "sqlite3.connect(data / 'record' / 'db').execute('create table t (x)')",
    "open a port": "socket.create_server(('127.0.0.1', 0)).close()",
    "listen on a socket there is a folder for": "socket.socket(socket.AF_UNIX).bind(str(data / 'record' / 'sock'))",
    "start a thread": "[t := threading.Thread(target=print), t.start(), t.join()]",
    "start a program": "subprocess.run(['true'], check=True)",
    "import a module": "__import__('colorsys')",
    "resolve a name": "socket.getaddrinfo('localhost', 80)",
    "draw randomness": "Path('/dev/urandom').open('rb').read(8)",
    "throw away output": "Path('/dev/null').write_text('x')",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with both sides in it, and links into identity that somebody left about."""
    for side, name in (("record", "record.db"), ("identity", "identity.db"), ("identity", "other")):
        (tmp_path / side).mkdir(exist_ok=True)
        (tmp_path / side / name).write_bytes(b"")
    (tmp_path / "record" / "link").symlink_to(tmp_path / "identity" / "identity.db")
    (tmp_path / "alias").symlink_to(tmp_path / "identity")
    (tmp_path / "above").symlink_to(tmp_path)
    return tmp_path


def test_no_way_leads_into_the_folder(data: Path) -> None:
    """Reading, writing, moving, links, detours, children: each works for a free process, none for a confined one."""
    confined = _try(data, REACHES, confined=True)
    found = sorted(path.name for path in (data / "identity").iterdir())
    free = _try(data, REACHES, confined=False)

    assert {way: outcome for way, outcome in confined.items() if outcome not in REFUSED} == {}
    assert found == ["identity.db", "other"]
    assert free == dict.fromkeys(REACHES, "done")


def test_a_confined_program_still_works(data: Path) -> None:
    """What a web program does all day goes on as before."""
    assert _try(data, WORKS, confined=True) == dict.fromkeys(WORKS, "done")


def test_a_folder_that_is_made_later_is_closed_too(tmp_path: Path) -> None:
    """Shutting out needs no folder: when identity is made afterwards, it is closed from the start."""
    (tmp_path / "record").mkdir()
    ways = {way: REACHES[way] for way in ("read", "list", "write")}

    outcomes = _try(tmp_path, ways, confined=True, make_identity_late=True)

    assert outcomes == dict.fromkeys(ways, "PermissionError")


def test_where_the_kernel_cannot_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without Landlock nothing is closed and the answer is False, so that the program can tell."""
    monkeypatch.setattr(confine, "_abi", lambda: -1)

    assert not confine.can_confine()
    assert not confine.shut_out_of(tmp_path)
    assert list(tmp_path.iterdir()) == []


PROGRAM = """
import json, os, socket, sqlite3, subprocess, sys, threading
from pathlib import Path
from storage.kit import confine

data, acts, confined = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3] == "True"
identity = data / "identity"
if confined and not confine.shut_out_of(identity):
    sys.exit("not confined")
print("ready", flush=True)
sys.stdin.readline()
outcomes = {}
for name, act in acts.items():
    try:
        exec(act)
    except Exception as error:
        outcomes[name] = type(error).__name__
    else:
        outcomes[name] = "done"
print(json.dumps(outcomes))
"""


def _try(data: Path, acts: dict[str, str], *, confined: bool, make_identity_late: bool = False) -> dict[str, str]:
    """Does `acts` in a fresh process, confined or not; answers for each "done" or the class of what it raised."""
    command = [sys.executable, "-c", PROGRAM, str(data), json.dumps(acts), str(confined)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        if make_identity_late:
            (data / "identity").mkdir()
            (data / "identity" / "identity.db").write_bytes(b"")
        out, _ = child.communicate("\n", timeout=60)
    outcomes: dict[str, str] = json.loads(out.splitlines()[-1])
    return outcomes
