"""The guidelines moderators decide by: a decision names one of these as its reason."""

from __future__ import annotations

from feed.events import Closed

VERSION = 1  # a decision keeps the id; the words under an id may be made clearer, not mean something else


class Guideline(Closed):
    """One rule, as shown to moderators."""

    id: str
    title: str
    text: str


GUIDELINES = (
    Guideline(
        id="privacy",
        title="Somebody can be recognised who has no part in it",
        text="Faces, plates, documents, screens or the inside of a home of people the clip is not about.",
    ),
    Guideline(
        id="not_true",
        title="The words say what the clip does not show",
        text="A place, a time or an event that the picture does not bear out, or a clip from somewhere else.",
    ),
    Guideline(
        id="hateful",
        title="It demeans people for what they are",
        text="Origin, religion, disability, gender, orientation: in words, in signs, or in what is played.",
    ),
    Guideline(
        id="harassment",
        title="It goes after one person",
        text="A neighbour shown again and again, threatened, mocked, or called upon others to confront.",
    ),
    Guideline(
        id="racial_profiling",
        title="Somebody is suspected for how they look",
        text="Nothing in the clip is an act: someone walks, waits, delivers, drives, and is called suspicious.",
    ),
    Guideline(
        id="graphic",
        title="It shows injury or death",
        text="Wounds, bodies or violence in close view. Police may need it; neighbours do not need to see it.",
    ),
    Guideline(
        id="child",
        title="A child is at its centre",
        text="A child who can be recognised, is hurt, undressed or in distress. Take it off first, then decide.",
    ),
    Guideline(
        id="other",
        title="Another reason, given in the note",
        text="Advertising, test recordings, nothing to see. The note says in a sentence what it is.",
    ),
    Guideline(
        id="within_guidelines",
        title="Nothing here is broken",
        text="For flags that are dismissed, and for posts that are restored.",
    ),
)
IDS = frozenset(guideline.id for guideline in GUIDELINES)
