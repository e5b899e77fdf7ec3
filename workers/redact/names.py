"""Find what is likely a person's name in a resident's words, so that they can be asked about it before it is sent.

Does NOT protect: nicknames, names on no list that no word around them gives away, names of streets and shops where they
are people's, and whoever says no. Nothing is taken out here: a name is a question, and the resident answers it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workers.redact import name_cues as cues
from workers.redact.word_lists import phrases, words

WORD = re.compile(r"(?<![\w'’])[^\W\d_]+(?:['’-](?![sS]\b)[^\W\d_]+)*")
MARK = re.compile(r"\[[a-z]+\]")
BRAND = re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases('brands')))})(?!\w)", re.IGNORECASE)
ENDS = re.compile(r"[.!?\n]")
CROSSING_BEFORE = re.compile(r"(?:\d(?:st|nd|rd|th)\s*(?:and|&|y|/)|\d{2,5})\s*$", re.IGNORECASE)
CROSSING_AFTER = re.compile(r"\s*(?:and|&|y|/)\s*\d+(?:st|nd|rd|th)\b", re.IGNORECASE)
LONGEST = 4  # words of one name

PLACES = words("given_names_of_places")
TOO = words("given_names_too") - PLACES
GIVEN = words("given_names") | TOO | PLACES
STREETS, FAMILY, NEVER = words("streets"), words("surnames"), words("never_names")
SURE, WORDS_TOO = GIVEN - TOO - PLACES - STREETS, TOO - PLACES - STREETS
KNOWN = GIVEN | FAMILY
IN_SMALL = KNOWN - TOO - PLACES - STREETS - cues.PLAIN  # what a family name may be in a sentence of small letters
TOLD_IN_SMALL = GIVEN - {"may", "will"}
UNNAMED = cues.TITLES - GIVEN  # "don" is both


@dataclass(frozen=True)
class Name:
    """Where a likely name stands in a text."""

    start: int
    end: int


@dataclass(frozen=True)
class _Word:
    low: str
    start: int
    end: int
    capital: bool  # as names are written, in a text where that tells
    opens: bool  # begins a sentence
    joined: bool  # nothing but blanks, or the dot of a title or an initial, between it and the word before
    barred: bool  # part of a mark or of what is called like a person


def find(text: str) -> list[Name]:
    """Likely names of people in `text`, from left to right."""
    found, at, said = list[Name](), 0, _words(text)
    while at < len(said):
        many = _length(text, said, at)
        if many:
            found.append(Name(said[at].start, said[at + many - 1].end))
        at += many or 1
    return found


def _words(text: str) -> list[_Word]:
    barred = [match.span() for pattern in (MARK, BRAND) for match in pattern.finditer(text)]
    inside = {at for start, end in barred for at in range(start, end)}
    bare = MARK.sub("", text)
    cased = _cased(bare) and any(letter.islower() for letter in bare)
    said = list[_Word]()
    for match in WORD.finditer(text):
        word, low = match[0], match[0].casefold()
        between = text[said[-1].end : match.start()] if said else "\n"
        dotted = between.startswith(".") and _abbreviated(said)
        capital = cased and word[0].isupper() and (not word.isupper() or len(word) == 1 or low in KNOWN)
        joined = (between[1:] if dotted else between).strip(" \t\u00a0") == "" and "\n" not in between
        opens = not dotted and bool(ENDS.search(between))
        said.append(_Word(low, match.start(), match.end(), capital, opens, joined, match.start() in inside))
    return said


def _abbreviated(said: list[_Word]) -> bool:
    """Whether a dot after the last word ends no sentence: "Mr." and "St. Luke", not "Oak St."."""
    last = said[-1]
    if last.low in cues.PLACES_BEFORE:
        return not (last.joined and len(said) > 1 and said[-2].capital)
    return last.low in cues.TITLES or len(last.low) == 1


def _cased(text: str) -> bool:
    """Whether a capital says anything: not IN A TEXT ALL IN CAPITALS, nor in One Written Like A Headline."""
    first = [word[0] for word in WORD.findall(text)]
    return not (len(first) > 5 and sum(letter.isupper() for letter in first) > 0.7 * len(first))


def _length(text: str, said: list[_Word], at: int) -> int:
    """How many words from here on are a name; 0 for none."""
    word = said[at]
    if word.barred or (word.low in NEVER and word.low not in TOO) or (len(word.low) == 1 and not _after(said, at, 1)):
        return 0
    many = _run(said, at)
    if not _begins(said, at, many) or _pet(said, at, many) or _place(text, said, at, many):
        return 0
    return many


def _begins(said: list[_Word], at: int, many: int) -> bool:
    word, told = said[at], cues.told(_before(said, at))
    if len(word.low) == 1 or word.low in UNNAMED:
        return False
    if told is cues.Told.SURELY:
        return word.capital or word.low in TOLD_IN_SMALL
    if told is cues.Told.AS_SOMEBODY and word.capital:
        return True
    if word.low in SURE:
        return True
    if not word.capital:
        return False
    surname = many > 1 and said[at + 1].low in FAMILY
    if (surname and word.low in GIVEN) or (told and word.low in GIVEN):
        return True
    if word.low in WORDS_TOO:
        return word.low not in NEVER and _stands_as_a_name(said, at, many)
    return (surname and not word.opens and word.low not in STREETS) or _family(said, at)


def _stands_as_a_name(said: list[_Word], at: int, many: int) -> bool:
    """A word that is a name too: inside a sentence its capital tells, at the start what follows."""
    if said[at].opens:
        return _after(said, at, many) in cues.FOLLOWS
    return said[at - 1].low not in ("the", "a", "an", "el", "la") and not said[at - 1].capital


def _family(said: list[_Word], at: int) -> bool:
    low, before, after = said[at].low, _before(said, at)[-1:], _after(said, at, 1)
    if before == ["familia"]:
        return True
    if before not in (["the"], ["los"]):
        return False
    many = low not in FAMILY and (low.removesuffix("s") in FAMILY or low.removesuffix("es") in FAMILY)
    return many or (low in FAMILY and after in cues.OF_A_FAMILY)


def _run(said: list[_Word], at: int) -> int:
    many, first = 1, said[at]
    while many < LONGEST and at + many < len(said):
        word = said[at + many]
        if not word.joined or word.barred:
            break
        named = _behind_particles(said, at + many)
        if named:
            many += named
        elif word.low in cues.SUFFIXES or (_belongs(word) if first.capital else many == 1 and word.low in IN_SMALL):
            many += 1
        else:
            break
    return min(many, len(said) - at)


def _belongs(word: _Word) -> bool:
    return word.capital and word.low not in NEVER


def _behind_particles(said: list[_Word], at: int) -> int:
    """How many words "de la Cruz" is, where it stands; 0 where it does not."""
    for many in (1, 2):
        after = said[at + many] if at + many < len(said) else None
        if said[at + many - 1].low not in cues.PARTICLES or after is None or not after.joined:
            return 0
        if _belongs(after):
            return many + 1
    return 0


def _pet(said: list[_Word], at: int, many: int) -> bool:
    """Whether the name is an animal's: said just before it, or just after."""
    before = _before(said, at, 8)
    while before and before[-1] in cues.TO_A_PET:
        before.pop()
    after = [word.low for word in said[at + many : at + many + 7]]
    if after[:1] == ["the"] or after[:2] in (["she", "is"], ["he", "is"], ["es", "un"], ["es", "una"]):
        return bool(cues.PETS & set(after[1:3] if after[0] == "the" else after))
    return bool(before) and before[-1] in cues.PETS


def _place(text: str, said: list[_Word], at: int, many: int) -> bool:
    start, end = said[at].start, said[at + many - 1].end
    if cues.PLACES_BEFORE & set(_before(said, at)[-1:]):
        return True
    for ahead in range(many, many + 3):
        if _after(said, at, ahead) in cues.PLACES_AFTER:
            return True
        if at + ahead >= len(said) or not (said[at + ahead].joined and text[said[at + ahead].start].isupper()):
            break
    return bool(CROSSING_BEFORE.search(text[max(0, start - 12) : start]) or CROSSING_AFTER.match(text, end))


def _before(said: list[_Word], at: int, many: int = 4) -> list[str]:
    """The words before, of the same sentence and in small letters, at most `many`."""
    first = at
    while first > max(0, at - many) and not said[first].opens:
        first -= 1
    return [word.low for word in said[first:at]]


def _after(said: list[_Word], at: int, many: int) -> str:
    after = at + many
    return said[after].low if after < len(said) and said[after].joined else ""
