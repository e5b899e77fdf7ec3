"""What may be posted, as everybody may read it: the rules, their examples, and what the check looks for."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from api.who import anyone
from workers.guidelines.rules import IN_FORCE, Guidelines

router = APIRouter(tags=["guidelines"])


@router.get("/v1/guidelines", dependencies=[Depends(anyone)])
async def guidelines() -> Guidelines:
    """The guidelines in force, in every language: the same that moderators decide by."""
    return IN_FORCE
