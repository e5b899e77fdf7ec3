"""Words that call upon neighbours to go after somebody, and words for what everybody may do, in English and Spanish."""

from __future__ import annotations

from workers.guidelines.word_lists import any_of, word

PRESSURE = word(any_of("pressure"))
LAWFUL = word(any_of("lawful"))
