"""`python -m bench` (`make bench`): every benchmark, one after the other. Each prints ratios to a run beside it.

`make soak` is not among them: it takes an hour.
"""

from __future__ import annotations

import subprocess
import sys

# From what one clip costs to what many cost.
ORDER: dict[str, tuple[str, ...]] = {
    "transcode": (),
    "main_job": (),
    "playable": (),
    "uploads": (),
    "redaction": (),
    "porch": (),
    "words": (),
    "guidelines": (),
    "hostile": (),
    "canaries": (),
    "feed": (),
    "feed_peers": (),
    "alerts": (),
    "atlas": (),
    "pins": (),
    "court": (),
    "asking": (),
    "scale": ("--posts", "10000", "100000"),  # a million takes ten minutes for each database: python -m bench.scale
}

if __name__ == "__main__":
    failed = []
    for name, options in ORDER.items():
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}", *options], check=False).returncode:
            failed.append(name)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)
