"""What phones look like, and numbers that stand for somebody: of a card, a car, an account, or said to be one.

Does NOT protect: see `text`. A number of eight digits or fewer that no word around it gives away stays.
"""

from __future__ import annotations

from workers.redact.text_patterns import pattern

SOCIAL = pattern(r"(?<![\d-]) \d{3}([-. ])\d{2}\1\d{4} (?![\d-])")
CARD = pattern(r"(?<![\d.]) \d(?:[ -]?\d){12,18} (?![\d.]\d)")
VEHICLE = pattern(r"\b (?=\w*\d) [A-HJ-NPR-Z0-9]{17} \b")
VEHICLE_LETTERS = (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9)
LONG = pattern(r"(?<![\w.,$-]) \d{9,20} (?![\w-]|[.,]\d)")  # phones are gone by then: nobody counts that far

# Behind a word for it.
NUMBER_NOUN = (
    r"ssn|soc(?:ial)?\.?\ (?:security|sec)|social|seguro\ social|(?:debit|credit|gift)\ card|card|tarjeta|visa|amex|"
    r"mastercard|account|acct|cuenta|routing|passport|pasaporte|medicaid|medicare|driver'?s\ licen[sc]e|dl|policy|imei|"
    r"serial|s/n|micro\s?chip|chip|case\ (?:number|no|\#)|report\ (?:number|no|\#)|member\ id"
)
LINKED = (
    r"number|numbers|no|num|n[uú]mero|id|is|was|are|were|es|ends?|ending|terminada|starts?|with|in|en|de|of|last|four|"
    r"digits|del"
)
LINKS = rf"(?>[\s,]{{1,2}}(?:{LINKED})\b)"
# With nothing between them, a year stays: "the account 2000 followers strong".
SAID = rf"(?: {LINKS}{{1,5}}+ [\s:.\#]{{1,3}} | [\s:.\#]{{1,3}} (?!(?:19|20)\d\ds?\b) )"
NUMBER_SAID = pattern(
    rf"""(?P<said> \b(?:{NUMBER_NOUN})\b {SAID} ) (?!\[)
    (?: [A-Z]{{1,4}}[-\ ] )? (?=(?:[A-Z-]{{0,5}}\d){{4}}) [A-Z0-9-]{{4,24}}\b (?:\ \d{{3,6}}\b){{0,5}}
    | (?P<parted> \b(?:{NUMBER_NOUN})\b {SAID} ) \d{{3}}(?:\ \d{{3,4}}){{2,6}}\b
    | (?P<vin> \bvin\b {SAID} ) (?!\[) (?=[A-Z]{{0,16}}\d) [A-Z0-9]{{4,17}}\b"""
)
MONTHS = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic"
BORN = pattern(
    rf"""(?P<said> \b(?:dob|d\.o\.b\.?|date\ of\ birth|birth\s?date|born(?:\ on)?|nacid[oa](?:\ el)?
        |fecha\ de\ nacimiento) (?:\ (?:is|was|es))? [\s:]{{1,2}} )
    (?: \d{{1,2}}[-/.\ ]\d{{1,2}}[-/.\ ](?:19|20)?\d{{2}}\b | (?:19|20)\d{{2}}-\d{{1,2}}-\d{{1,2}}\b
        | (?:{MONTHS})[a-z]{{0,7}}\.?\ \d{{1,2}}(?:st|nd|rd|th)?,?\ (?:19|20)\d{{2}}\b
        | \d{{1,2}}\ (?:de\ )?(?:{MONTHS})[a-z]{{0,7}}\ (?:de\ )?(?:19|20)\d{{2}}\b )"""
)

ALONE = r"(?<![\w$.,:/-])"  # not the middle of a price, a date or a longer number
# Ten digits as Americans write them, fictional 555 numbers included; seven with a mark between.
PHONE = pattern(
    rf"""{ALONE} (?:\+?1[-.\s]?)?
    (?: \([2-9]\d{{2}}\)\s?[-.]? | [2-9]\d{{2}}[-.\s/]? ) \d{{3}}[-.\s]?\d{{4}} (?!\d|[.,:]\d)
    | {ALONE} [2-9]\d{{2}}[-.]\d{{4}} (?![\d/-]|[.,:]\d)"""
)
# The same with letters for digits, or with other marks between: most of it must be digits (see `text`).
BETWEEN, LIKE_DIGIT = r"[-.\s*•·_/–—~]{1,3}", r"[\doil|]"
PHONE_DRESSED = pattern(
    rf"""{ALONE} (?:\+?1{BETWEEN})? \(?[2-9]{LIKE_DIGIT}{{2}}\)? {BETWEEN} {LIKE_DIGIT}{{3}} {BETWEEN}
    {LIKE_DIGIT}{{2}}[\s]?{LIKE_DIGIT}{{2}} (?![\w/]|[.,:]\d)"""
)
EXTENSION = pattern(r"(?<=\[phone\]) ,?\s?(?:ext|extension|x)\.?\s?\d{1,6}\b")
DIGIT_WORDS = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
)
TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
# Digits and words for digits in a row, glued or not; atomic, since ways to part them must not be tried one by one.
SPELT_NUMBER = pattern(
    rf"(?<![a-z\d]) (?> (?:{TEENS}|{DIGIT_WORDS}|\d) [\s().,*-]{{0,3}} ){{5,16}}+ (?<![\s().,*-])(?![a-z\d]) |"
    rf"(?<![a-z\d]) (?> (?:{TEENS}|{DIGIT_WORDS}|\d) [\s().,*-]{{0,3}} ){{5,16}}+ (?<=[\s().,*-])"
)
SPELT_PART = pattern(rf"{TEENS}|{DIGIT_WORDS}|\d")
