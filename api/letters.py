"""Words that others are to read, as they are taken in: without signs that nobody sees, or that turn them round."""

from __future__ import annotations

from pydantic import BeforeValidator

from workers.guidelines.check import visible

VISIBLE = BeforeValidator(lambda said: visible(said) if isinstance(said, str) else said)
