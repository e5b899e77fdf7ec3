"""Four parts at a time through the resident program into a folder and into S3, beside the bare copies, and who waits.

    python -m bench.uploads [--clips 4]

Bare copies: the same bytes by four threads, written and synced in a folder, or put to the same S3 server (nanio, in
Python, on this machine: its figures are about our share and not about S3). Meanwhile somebody asks for a list.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

import httpx

from bench.processes import cpu_seconds
from storage.buckets.s3 import S3
from storage.identity.clips.originals import PART_BYTES
from storage.identity.vault import open_vault
from storage.kit import keys, settings
from storage.kit.ids import new_id
from storage.objects import Folder
from tests.api.running import free_port, running
from tests.servers.s3 import S3Server
from tests.storage.identity.making import a_resident, a_token

PARTS, AT_ONCE = 16, 4  # a clip of 128 MB; the command line sends four parts at a time
ROUNDS = 3
Send = Callable[[int, bytes], None]  # a part's number and its bytes


def main() -> None:
    """Print megabytes a second for each way, the ratio to the bare one, and how long a list took meanwhile."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--clips", type=int, default=ROUNDS)
    clips, part = words.parse_args().clips, os.urandom(PART_BYTES)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        server = S3Server(folder / "s3").start()
        try:
            places = {
                "folder": (str(folder / "originals"), _to_folder(folder / "bare")),
                "S3": (server.make("originals"), _to_s3(S3(server.make("bare")))),
            }
            for name, (url, bare) in places.items():
                _compare(name, folder / name, url, bare, part, clips)
        finally:
            server.stop()


def _compare(name: str, folder: Path, url: str, bare: Send, part: bytes, clips: int) -> None:
    with _resident(folder, url) as (address, token, process):
        asking = _Asking(address, token)
        time.sleep(1)
        idle = asking.told()
        bare_rates, rates, spent = [], [], 0.0
        for _ in range(clips):  # turn about, so that a busy machine is busy for both
            bare_rates.append(_rate(bare, part))
            asking.told()
            before = cpu_seconds(process)
            rates.append(_rate(_to_program(address, token, part), part))
            spent += cpu_seconds(process) - before
        busy = asking.stop()
    share = median(rates) / median(bare_rates)
    print(f"{name}: bare {median(bare_rates):.0f} MB/s, through the program {median(rates):.0f} MB/s ({share:.2f} x);")
    print(
        f"  {spent / clips / PARTS / len(part) * 1e9:.1f} ms of a core for a megabyte, the asking for lists included;"
    )
    print(f"  a list took {_ms(idle)} before, {_ms(busy)} meanwhile", flush=True)


def _rate(send: Send, part: bytes) -> float:
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(send, number, part) for number in range(1, PARTS + 1)]:
            done.result()
    return PARTS * len(part) / 1e6 / (time.monotonic() - began)


def _to_folder(folder: Path) -> Send:
    bucket = Folder(folder)

    def send(_number: int, part: bytes) -> None:
        with bucket.draft(new_id()) as draft:
            draft.write(part)
            draft.keep()

    return send


def _to_s3(bucket: S3) -> Send:
    def send(_number: int, part: bytes) -> None:
        bucket.client.put_object(Bucket=bucket.address.bucket, Key=new_id(), Body=part)

    return send


def _to_program(address: str, token: str, part: bytes) -> Send:
    headers = {"authorization": f"Bearer {token}"}
    asked = {"bytes": PARTS * len(part), "type": "video/mp4"}
    begun = httpx.post(f"{address}/v1/uploads", json=asked, headers=headers).raise_for_status().json()
    urls = {one["number"]: one["url"] for one in begun["parts"]}
    checksum = {"x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(part).digest()).decode()}

    def send(number: int, part: bytes) -> None:
        line = HTTPConnection(address.removeprefix("http://"))
        line.request("PUT", urls[number], part, checksum)
        answer = line.getresponse()
        assert answer.status == 200, answer.read()
        line.close()

    return send


class _Asking:
    """Somebody who asks for their posts twenty times a second."""

    def __init__(self, address: str, token: str) -> None:
        self._http = httpx.Client(base_url=address, headers={"authorization": f"Bearer {token}"})
        self._took: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def told(self) -> list[float]:
        """Seconds each answer took since this was last asked."""
        took, self._took = self._took, []
        return took

    def stop(self) -> list[float]:
        """The same, for the last time."""
        self._over.set()
        self._thread.join()
        return self.told()

    def _ask(self) -> None:
        while not self._over.wait(0.05):
            began = time.monotonic()
            self._http.get("/v1/posts/mine").raise_for_status()
            self._took.append(time.monotonic() - began)


@contextmanager
def _resident(data: Path, url: str) -> Iterator[tuple[str, str, int]]:
    """The resident program over that bucket: its address, somebody's token, and its process."""
    port = free_port()
    (data / "record").mkdir(parents=True)
    (data / "identity").mkdir(mode=0o700)
    ours = {"PORCHLIGHT_DATA": str(data), "PORCHLIGHT_PORTS": str(port)}
    record, identity = settings.record(ours), settings.identity(ours)
    for key in (record.bell_key_file, identity.vault_key_file):
        keys.read_or_make(key)  # one that is named is never drawn
    ours |= {  # whoever names one store of a city must name them all: these are those of the folder
        "PORCHLIGHT_ORIGINALS": url,
        "PORCHLIGHT_MEDIA": record.media,
        "PORCHLIGHT_RECORD_DATABASE": record.database,
        "PORCHLIGHT_RECORD_REDIS": record.redis,
        "PORCHLIGHT_BELL_KEY_FILE": str(record.bell_key_file),
        "PORCHLIGHT_IDENTITY_DATABASE": identity.database,
        "PORCHLIGHT_AIRLOCK_REDIS": identity.redis,
        "PORCHLIGHT_VAULT_KEY_FILE": str(identity.vault_key_file),
    }
    with running("api.resident", port=port, env={**os.environ, **ours}, log_file=data / "log") as program:
        vault = open_vault(settings.identity(ours))
        token = a_token(vault, a_resident(vault))
        vault.engine.dispose()
        yield program.address, token, program.process.pid


def _ms(took: list[float]) -> str:
    ordered = sorted(took)
    return f"p50 {median(ordered) * 1000:.0f} ms, p99 {ordered[int(len(ordered) * 0.99)] * 1000:.0f} ms"


if __name__ == "__main__":
    main()
