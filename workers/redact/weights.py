"""Where the text detector's weights lie, and how many of the machine's threads whoever looks may use."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

THREADS = 2  # beside a decoder and an encoder
TEXT = ("rapidocr", "models/PP-OCRv6_det_small.onnx")


def weights() -> Path:
    """The text detector's, in a package that is looked up and never imported."""
    package, name = TEXT
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(package)
    return Path(found.submodule_search_locations[0], name)
