"""Words for people, and for merely being somewhere, in English and Spanish. Accents are gone, letters are small."""

from __future__ import annotations

from workers.guidelines.word_lists import any_of, word

_PERSON, _AS = any_of("people"), any_of("suspected_as")

SOMEBODY = word(rf"{_PERSON}|he|she|they|him|them|he's|she's|they're|ell[oa]s?|quien")
HERE = word(any_of("being_there"))  # what everybody does on a street
SUSPECTED = word(
    rf"{_AS}(?:[ -][\w'-]+){{0,2}} {_PERSON}|(?:{_PERSON}|he|she|they)(?:'s|'re)?(?: [\w'-]+){{0,5}} {_AS}|"
    + any_of("suspected")
)
