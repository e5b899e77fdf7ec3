"""What phones, mails, addresses, plates, handles and links look like when people type them.

Does NOT protect: see `text`. Each pattern leaves alone what people also type: dates, times, prices, counts, 911.
"""

from __future__ import annotations

import re


def _pattern(text: str, *, cased: bool = False) -> re.Pattern[str]:
    return re.compile(text, re.VERBOSE | (0 if cased else re.IGNORECASE))


AT, DOT = r"(?:\s?@\s?|\s?[(\[{]\s?at\s?[)\]}]\s?|\s+at\s+)", r"(?:\.|\s?[(\[{]\s?dot\s?[)\]}]\s?|\s+dot\s+)"
LOCAL, HOST = r"(?<![\w.+%-])[\w.+%-]{1,64}", r"[\w-]{1,63}"
MAIL = _pattern(
    rf"""{LOCAL} (?: \s?@\s? | \s?[(\[{{]\s?at\s?[)\]}}]\s? ) {HOST} (?: {DOT} {HOST} ){{1,5}}
    | {LOCAL} {AT} {HOST} (?: \s+dot\s+ | \s?[(\[{{]\s?dot\s?[)\]}}]\s? ) {HOST}"""
)
ENDINGS = "com|org|net|edu|gov|io|co|us|me|ly|gg|tv|info|app|dev|xyz|site|link|biz"
LINK = _pattern(
    r"(?: https?:// | www\. ) \S+ (?<![.,;:!?)\]]) |"
    rf"(?<![\w.-]) (?:{HOST}\.){{1,8}} (?:{ENDINGS}) \b (?:/[^\s,;]*[\w/])?"
)

PLACES = (
    "instagram|insta|ig|snapchat|snap|tiktok|tik\\ tok|twitter|facebook|fb|telegram|discord|venmo|"
    "cash\\ ?app|whatsapp|reddit|nextdoor|kik|onlyfans|youtube"
)
HANDLE_SAID = _pattern(
    rf"(?P<said> \b(?:{PLACES}) (?:\s+(?:user|user\ ?name|handle|name|id|account))? (?:\s*[:=]\s*|\s+is\s+) )"
    r"(?!\[) [@$]?[\w.#-]{2,40}"
)
HANDLE = _pattern(
    r"(?<![\w@]) @ [a-z0-9_][\w.]{1,38}\w | (?<![\w/]) u/[\w-]{3,20} |"
    r"(?<![\w$]) \$[a-z]\w{2,20} | \b\w{2,32}\#\d{4}\b"
)

# Bounded white space throughout: with three open ones in a row a text of blanks took minutes (cubic).
COORDINATES = _pattern(
    r"[-+]?\d{1,2}\.\d{3,12}°? (?:\s{0,3}[NS])? (?:\s{0,3}[,;/]\s{0,3}|\s{1,3})"
    r"[-+]?\d{1,3}\.\d{3,12}°? (?:\s{0,3}[EW]\b)?"
)
SOCIAL = _pattern(r"(?<![\d-]) \d{3}([- ])\d{2}\1\d{4} (?![\d-])")
CARD = _pattern(r"(?<![\d.]) \d(?:[ -]?\d){12,18} (?![\d.]\d)")
VEHICLE = _pattern(r"\b (?=\w*\d) [A-HJ-NPR-Z0-9]{17} \b")
VEHICLE_LETTERS = (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9)

ALONE = r"(?<![\w$.,:/-])"  # not the middle of a price, a date or a longer number
# Ten digits as Americans write them, fictional 555 numbers included; seven with a mark between.
PHONE = _pattern(
    rf"""{ALONE} (?:\+?1[-.\s]?)?
    (?: \([2-9]\d{{2}}\)\s?[-.]? | [2-9]\d{{2}}[-.\s/]? ) \d{{3}}[-.\s]?\d{{4}} (?!\d|[.,:]\d)
    | {ALONE} [2-9]\d{{2}}[-.]\d{{4}} (?![\d/-]|[.,:]\d)"""
)
DIGIT_WORDS = "zero|oh|one|two|three|four|five|six|seven|eight|nine"
SPELT_NUMBER = _pattern(rf"\b (?: (?:{DIGIT_WORDS}|\d{{1,4}}) \b [\s().,-]* ){{3,}}")

WAYS = (
    "street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|terrace|terr|ter|parkway|pkwy|highway|hwy|trafficway|trfy"
)
# Words that also mean something else: only behind a name with a capital, or a house number of three digits and more.
WAYS_TOO = (
    "drive|dr|court|ct|place|pl|circle|cir|way|trail|trl|square|sq|loop|plaza|row|cove|run|path|pike|pass|crossing"
)
TOWARDS = r"(?:(?:n|s|e|w|ne|nw|se|sw|north|south|east|west)\b\.?\s+)?"
COUNTED = (
    "people|persons?|men|man|women|woman|kids?|children|boys?|girls?|guys?|dudes?|teens?|adults?|males?|females?|"
    "cars?|trucks?|vans?|suvs?|bikes?|vehicles?|dogs?|cats?|shots?|packages?|houses?|doors?|blocks?|times?|units?|"
    "seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|feet|ft|foot|yards?|miles?|inch(?:es)?|"
    "dollars|bucks|percent|am|pm|a\\.m|p\\.m|o'clock|more|other|of|on|in|at|down|up|the|a|an|from|to|and|or|near|off|by|"
    "across|along|this|that|was|is|were|are|his|her|their|my|our|your|cross|with|for|ran|went|drove|walked"
)
NAME = rf"(?!(?:{COUNTED})\b)[a-z0-9][\w'.]*\s+"
HOUSE, UNIT = r"\b\d{1,6}[a-z]?(?:\s*1/2)?\s+", r"(?:,?\s*(?:(?:apt|apartment|unit|suite|ste)\.?\s*\#?|\#)\s*\w+)?"
TOWN = r"(?:,?\s+[a-z]+(?:\s[a-z]+)?,?\s+(?:mo|ks|missouri|kansas)\b\.?)?(?:,?\s+\d{5}(?:-\d{4})?\b)?"
ADDRESS = _pattern(
    rf"""{ALONE} {HOUSE} {TOWARDS} (?:{NAME}){{1,3}}? (?:{WAYS})\b\.? (?:\s+(?:n|s|e|w|ne|nw|se|sw)\b)? {UNIT} {TOWN}
    | {ALONE} \b\d{{3,6}}[a-z]?\s+ {TOWARDS} (?:{NAME}){{1,2}}? (?:{WAYS_TOO})\b\.? {UNIT} {TOWN}
    | {ALONE} {HOUSE} {TOWARDS} (?-i:(?:(?!(?i:{COUNTED})\b)[A-Z0-9][\w'.]*\s+){{1,3}}? (?i:{WAYS_TOO})\b) {UNIT} {TOWN}
    | \bp\.?\s?o\.?\s?box\s+\d+ | \b(?:apt|apartment)\.?\s*\#?\s*(?:\d+[a-z]?|[a-z]\d*)\b
    | \b(?:mo|ks)\s+6[4-7]\d{{3}}(?:-\d{{4}})?\b"""
)
# "I live at 1204 Oak": no word for a way, but said to be a home.
ADDRESS_SAID = _pattern(
    r"""(?: (?<=\bat\ ) | (?<=\baddress\ is\ ) | (?<=\baddress:\ ) | (?<=\bnumber\ ) ) \d{2,6} \s+ """
    rf"""{TOWARDS} (?-i:(?!(?i:{COUNTED}|hours)\b)[A-Z][a-z]+)"""
)

# Behind a word for it, anything with a digit or in capitals; alone, only shapes that states really use.
PLATE_SAID = _pattern(
    r"""(?P<said> \b(?:plates?|licen[sc]e|tags?|registration)\b
        (?>\W{1,3}(?:number|no|num|is|was|are|reads?|of|starts?|starting|begins?|ends?|ending|with|in|partial|plate|said|mo|ks)\b){0,6}+
        [\s:\#"']{1,3} )
    (?!\[) (?: [a-z]{2,3}[-\ ]\d{2,5}[a-z]?\b | \d{2,4}[-\ ](?-i:[A-Z]{2,3})\b | (?=[a-z]{0,8}\d)[a-z0-9]{1,8}\b
        | (?-i:[A-Z]{2,3}(?![a-z])) )"""
)
NOT_PLATES = (
    "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|HWY|RTE|RAM|GMC|BMW|SUV|VAN|CAR|THE|AND|FOR|ALL|GOT|BUS|APT|KCI|"
    "MON|TUE|WED|THU|FRI|SAT|SUN|CST|CDT|USD"
)
PLATE = _pattern(
    rf"""\b(?: (?!{NOT_PLATES})[A-Z]{{3}}[-\ ]?\d{{3,4}} | \d{{3}}[-\ ]?(?!{NOT_PLATES})[A-Z]{{3}}
    | [A-Z]{{2}}\d[-\ ]?[A-Z]\d[A-Z] | \d[A-Z]{{3}}\d{{3}} | [A-Z]{{2}}[-\ ]?\d{{5}} )\b""",
    cased=True,
)
