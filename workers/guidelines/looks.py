"""Words for how somebody looks, in English and Spanish: race, origin, religion, and marks that tell one from another.

Colours are colours of things most of the time ("black car", "carro negro", "Brown Street"): they count only right
beside a word for a person, and names of origins not before a thing ("Mexican restaurant", "German shepherd").
"""

from __future__ import annotations

import re

from workers.guidelines.word_lists import any_of, word

_WHO, _ORIGIN, _QUIEN, _RAZA = any_of("who"), any_of("origins"), any_of("quien"), any_of("raza")
_COLOUR = r"(?:black|white|brown|yellow|dark|light|tan|red)(?:[ -](?:skinned|complected|complexioned))?"
_BUILT = (
    r"young|old|older|adult|teenage|tall|short|heavy|skinny|thin|big|little|middle[ -]aged|looking|homeless|american"
)
_BETWEEN = rf"(?:[ /-]+(?:{_BUILT})){{0,3}}[ /-]+"
_PAUSE = r"\s*(?:[.,;:!?)\n]|$)"
_NO_ANIMAL = r"(?! (?:dog|cat|lab|pit|puppy|kitten|retriever|terrier|mix|pup|goat|husky))"
_IS = r"(?:'s|'re)?(?: (?:is|was|are|were|looks?|looked|appears?|appeared)(?: to be)?)"
_ASPECT = (
    r"joven|alt[oa]|muy|bien|y|adult[oa]|mayor|sospechos[oa]s?|medio|(?:de|con) aspecto(?: de)?|con (?:pinta|cara) de"
)
_SOME = r"un|una|unos|unas|dos|tres|este|ese|esos|estos|otro|otros|puros|muchos|los|las"

_RACE = (
    rf"{_COLOUR}{_BETWEEN}{_WHO}\b{_NO_ANIMAL}",
    rf"{_ORIGIN}{_BETWEEN}(?:{_WHO}|famil(?:y|ies)|neighbou?rs?|workers?|drivers?)",
    any_of("groups"),
    rf"(?:an?|the|this|that|some|two|three|another|these|those|one)(?: {any_of('before')}){{0,2}} {_ORIGIN}"
    rf"(?={_PAUSE}|\s+{any_of('then')}\b)",
    rf"(?:he|she|they|who|suspects?|man|woman|guy|both|all|driver|male|female){_IS} (?:an? )?"
    rf"(?:black|white|brown|{_ORIGIN})"
    rf"(?! (?:hoodie|shirt|jacket|cap|hat|pants|car|van|truck)\b)",
    rf"(?:black|white|brown|hispanic|latino|asian),? (?:(?:fe)?male{_NO_ANIMAL}|man|woman|mid|early|late"
    r"|about|around|approx\w*"
    r"|in (?:his|her|their) (?:teens|\w+ies|\d0s))",
    rf"{_WHO},? (?:black|white|hispanic|latino|asian|brown)"
    r"(?= ?(?:[,.;\n]|$|(?:fe)?male|and about|about|in (?:his|her) ))",
    rf"{_QUIEN}(?: (?:{_ASPECT})){{0,2}} {_RAZA}",
    rf"(?:{_SOME}) {_RAZA}(?={_PAUSE}|\s+{any_of('luego')}\b)",
    rf"(?:era|eran|es|son|parecian?|parecen?) (?:un |una |unos )?{_RAZA}(?={_PAUSE}|\s+(?:y|que|con|de)\b)",
)
RACE = word("|".join(_RACE))
# Whom it was done to, or hatred told of: no description of who did it.
VICTIM = re.compile(
    r"\b(?:at|against|to|on|towards?|targeting|attack(?:ed|ing)|insult(?:ed|ing)|hit|contra|a|hacia)"
    r" (?:(?:an?|the|our|my|two|some|una?|la|el|los|las|unos|mis?|nuestr\w+) ){1,2}(?:\w+ )?$"
)
HATRED = word(any_of("hatred"))

_HUE, _WHEELS = any_of("hues"), any_of("wheels")
WORN = word(any_of("marks_wear"))
MARKS = (
    *(word(any_of(f"marks_{kind}")) for kind in ("height", "build", "hair", "age", "skin")),
    word(
        rf"{_HUE}(?: (?!{_WHO}|{any_of('not_of_a_car')})[\w-]+){{0,2}}? {_WHEELS}"
        rf"|{_WHEELS} (?:[\w-]+ )?{_HUE}|{any_of('makes')}"
        rf"|(?:driving|drove|riding|rode|on|in) an? (?:[\w-]+ ){{0,2}}{_WHEELS}|en (?:una?|su) (?:\w+ )?{_WHEELS}"
    ),
)


def race_in(text: str) -> bool:
    """Whether somebody is described by race, origin or religion; not whom it was done to."""
    return HATRED.search(text) is None and any(
        VICTIM.search(text[: match.start()]) is None for match in RACE.finditer(text)
    )


def marks_in(text: str) -> int:
    """How many other marks there are: each thing worn, and one of each other kind."""
    return len({match[0] for match in WORN.finditer(text)}) + sum(mark.search(text) is not None for mark in MARKS)
