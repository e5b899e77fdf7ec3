"""Take out of a resident's words what says who somebody is or where they live, by patterns.

Does NOT protect: names of people (`names` finds likely ones, to be asked about), nicknames, places told in words ("the
yellow house by the church"), writing style, and any number dressed up in a way not written here. It is a net, not a
wall: what a moderator sees is still words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import phonenumbers

from workers.redact import text_numbers, text_patterns as patterns, text_places

REGION = "US"
TITLE_LONGEST = 200  # characters, as on the record; widened letters can make a title longer than it was typed
# What is no letter, blank or line: a database may refuse it (PostgreSQL a NUL, both half a surrogate pair).
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
TWO_DIGITS = frozenset(text_numbers.TEENS.split("|"))
GLUED = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")  # "81six"
INVISIBLE = re.compile(r"[\u00ad\u180e\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]|(?<=[\x00-\x7f])[\u200c\u200d]")


def scrub(text: str) -> str:
    """`text` with phones, mails, addresses, plates, handles, links and numbers replaced by `[kind]`.

    Widths and invisible characters are normalised first. Scrubbing twice changes nothing more.
    """
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", UNWRITABLE.sub("", text)))
    for step in STEPS:
        text = step(text)
    return text


def scrub_title(text: str) -> str:
    """`text` scrubbed, and no longer than a title may be."""
    return scrub(text)[:TITLE_LONGEST].rstrip()


def _phones(text: str) -> str:
    found = phonenumbers.PhoneNumberMatcher(text, REGION, leniency=phonenumbers.Leniency.VALID)
    for match in reversed(list(found)):
        text = f"{text[: match.start]}[phone]{text[match.end :]}"
    text = text_numbers.PHONE.sub("[phone]", text)
    text = text_numbers.PHONE_DRESSED.sub(_dressed_phone, text)
    text = text_numbers.SPELT_NUMBER.sub(_spelt_phone, text)
    return text_numbers.EXTENSION.sub("", text)


def _dressed_phone(match: re.Match[str]) -> str:
    return "[phone]" if sum(letter.isdigit() for letter in match[0]) >= 7 else match[0]


def _spelt_phone(match: re.Match[str]) -> str:
    parts = text_numbers.SPELT_PART.findall(match[0])
    spelt = [part for part in parts if part.isalpha()]
    digits = len(parts) + sum(part.lower() in TWO_DIGITS for part in spelt)
    if (len(spelt) < 3 and not GLUED.search(match[0])) or digits not in (7, 10, 11):
        return match[0]
    return f"[phone]{match[0][len(match[0].rstrip(' .,-*(')) :]}"


def _numbers(text: str) -> str:
    text = text_numbers.SOCIAL.sub(lambda match: "[number]" if _is_social(match[0]) else match[0], text)
    text = text_numbers.CARD.sub(lambda match: "[number]" if _is_card(match[0]) else match[0], text)
    return text_numbers.VEHICLE.sub(lambda match: "[number]" if _is_vehicle(match[0].upper()) else match[0], text)


def _is_social(text: str) -> bool:
    area, group, serial = re.split(r"[-. ]", text)
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _is_card(text: str) -> bool:
    # Luhn: from the right, every second digit doubled, the digits of all summed, divides by ten.
    digits = [int(digit) for digit in reversed(text) if digit.isdigit()]
    doubled = (digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits))
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0


def _is_vehicle(text: str) -> bool:
    # A vehicle's own number carries a check digit in the ninth place.
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    worth = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", (*text_numbers.VEHICLE_LETTERS, *range(10)), strict=True))
    rest = sum(worth[letter] * weight for letter, weight in zip(text, weights, strict=True)) % 11
    return text[8] == ("X" if rest == 10 else str(rest))


def _with(pattern: re.Pattern[str], mark: str) -> Callable[[str], str]:
    """`mark` in place of what matches; the words before it that a pattern names by a group stay."""
    groups = list(pattern.groupindex)

    def kept(match: re.Match[str]) -> str:
        return "".join(match[group] or "" for group in groups) + mark

    return lambda text: pattern.sub(kept if groups else mark, text)


# Links and mails first: they hold what looks like handles and numbers. Addresses before phones and plates.
STEPS: tuple[Callable[[str], str], ...] = (
    _with(patterns.MAIL, "[email]"),
    _with(patterns.MAIL_SAID, "[email]"),
    _with(patterns.LINK, "[link]"),
    _with(patterns.HANDLE_SAID, "[handle]"),
    _with(patterns.HANDLE, "[handle]"),
    _with(text_places.COORDINATES, "[address]"),
    _numbers,
    _with(text_numbers.NUMBER_SAID, "[number]"),
    _with(text_numbers.BORN, "[number]"),
    _phones,
    _with(text_numbers.LONG, "[number]"),
    _with(text_places.ADDRESS, "[address]"),
    _with(text_places.ADDRESS_KNOWN, "[address]"),
    _with(text_places.ADDRESS_SAID, "[address]"),
    _with(patterns.VANITY, "[plate]"),
    _with(patterns.PLATE_SAID, "[plate]"),
    _with(patterns.PARTIAL, "[plate]"),
    _with(patterns.PLATE, "[plate]"),
)
