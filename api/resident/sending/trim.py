"""Which part of a clip is to be seen, as its author may ask for it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LEAST_LEFT = 0.5  # seconds between start and end of what is kept
MOST_SECONDS = 121.0  # no clip that is taken is longer


class Trim(BaseModel):
    """The part that is to be seen, in seconds of the clip; what the clip does not have is not missed."""

    model_config = ConfigDict(extra="forbid")
    start: float = Field(ge=0, allow_inf_nan=False)
    end: float = Field(le=MOST_SECONDS, allow_inf_nan=False)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end - self.start < LEAST_LEFT:
            raise ValueError("The end must come half a second after the start, or later.")
        return self

    def milliseconds(self) -> tuple[int, int]:
        """From and to."""
        return round(self.start * 1000), round(self.end * 1000)
