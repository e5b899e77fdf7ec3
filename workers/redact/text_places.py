"""What street addresses look like when people type them, and the few words that make a bare number somebody's house.

Does NOT protect: see `text`. Blocks ("the 4100 block of Oak") and crossings ("39th and Main") are meant to stay.
"""

from __future__ import annotations

import re

from workers.redact.text_numbers import ALONE
from workers.redact.text_patterns import pattern
from workers.redact.word_lists import words

# Bounded white space throughout: with three open ones in a row a text of blanks took minutes (cubic).
COORDINATES = pattern(
    r"[-+]?\d{1,2}\.\d{3,12}°? (?:\s{0,3}[NS])? (?:\s{0,3}[,;/]\s{0,3}|\s{1,3})"
    r"[-+]?\d{1,3}\.\d{3,12}°? (?:\s{0,3}[EW]\b)? |"
    r"\d{1,2}\s?°\s?\d{1,2}\s?['′’]\s?[\d.]{1,8}\s?(?:[\"″”]|''|′′)?\s?[NS] [,\s]{0,3}"
    r"\d{1,3}\s?°\s?\d{1,2}\s?['′’]\s?[\d.]{1,8}\s?(?:[\"″”]|''|′′)?\s?[EW]\b"
)

WAYS = (
    "street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|terrace|terr|ter|parkway|pkwy|highway|hwy|trafficway|trfy"
)
# Words that also mean something else: only behind a name with a capital, or a house number of three digits and more.
WAYS_TOO = (
    "drive|dr|court|ct|place|pl|circle|cir|way|trail|trl|square|sq|loop|plaza|row|cove|run|path|pike|pass|crossing"
)
DIRECTION = r"(?:n|s|e|w|ne|nw|se|sw|north|south|east|west|northeast|northwest|southeast|southwest)"
TOWARDS = rf"(?:{DIRECTION}\b\.?\s+)?"
THINGS = (
    "people|persons?|men|man|women|woman|kids?|children|boys?|girls?|guys?|dudes?|teens?|adults?|males?|females?|"
    "cars?|trucks?|vans?|suvs?|bikes?|vehicles?|dogs?|cats?|shots?|packages?|houses?|doors?|blocks?|times?|units?|"
    "seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|feet|ft|foot|yards?|miles?|inch(?:es)?|"
    "dollars|bucks|percent|am|pm|a\\.m|p\\.m|o'clock|more|other"
)
COUNTED = (
    f"{THINGS}|of|on|in|at|down|up|the|a|an|from|to|and|or|near|off|by|"
    "across|along|this|that|was|is|were|are|his|her|their|my|our|your|cross|with|for|ran|went|drove|walked"
)
NAME = rf"(?!(?:{COUNTED})\b)[a-z0-9][\w'.]*\s+"
NUMBER = r"\d[\do]{0,5}[a-z]?(?:-\d{1,4})?"  # an o passes for a zero
HOUSE, UNIT = rf"\b{NUMBER}(?:\s*1[/⁄]2)?\s+", r"(?:,?\s*(?:(?:apt|apartment|unit|suite|ste)\.?\s*\#?|\#)\s*\w+)?"
TOWN = r"(?:,?\s+[a-z]+(?:\s[a-z]+)?,?\s+(?:mo|ks|missouri|kansas)\b\.?)?(?:,?\s+\d{5}(?:-\d{4})?\b)?"
ADDRESS = pattern(
    rf"""{ALONE} {HOUSE} {TOWARDS} (?:{NAME}){{1,3}}? (?:{WAYS})\b\.? (?:\s+(?:n|s|e|w|ne|nw|se|sw)\b)? {UNIT} {TOWN}
    | {ALONE} \b\d{{3,6}}[a-z]?\s+ {TOWARDS} (?:{NAME}){{1,2}}? (?:{WAYS_TOO})\b\.? {UNIT} {TOWN}
    | {ALONE} {HOUSE} {TOWARDS} (?-i:(?:(?!(?i:{COUNTED})\b)[A-Z0-9][\w'.]*\s+){{1,3}}? (?i:{WAYS_TOO})\b) {UNIT} {TOWN}
    | {ALONE} \b\d{{2,5}}\s+ {DIRECTION}\b\.?\s+ (?:\d{{1,3}}(?:st|nd|rd|th)|(?:[a-z]{{3,8}}[-\s])?[a-z]{{3,8}}th)\b
        (?:\s+(?:{WAYS})\b\.?)? {UNIT}
    | \bp\.?\s?o\.?\s?box\s+\d+ | \b(?:mo|ks)\s+6[4-7]\d{{3}}(?:-\d{{4}})?\b"""
)

# A house number before a street that people name without "street". Fewer than three digits count other things.
STREET = "|".join(re.escape(name) for name in sorted(words("streets"), key=len, reverse=True))
YEAR = r"(?:19[5-9]|20[0-3])\d"
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
SPELT = (
    rf"(?:(?:{TENS}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|hundred|oh|"
    r"one|two|three|four|five|six|seven|eight|nine)[-\s]{1,2})"
)
ADDRESS_KNOWN = pattern(
    rf"""{ALONE} \b (?!{YEAR}\s+(?:{STREET})\s+(?-i:[A-Z][a-z])) (?:\d[\do]{{2,4}}(?:-\d{{1,4}})?|(?<=at\ )\d{{2}}) \s+
        {TOWARDS} (?:the\s+)? (?:{STREET})\b (?!\s+fans?\b) {UNIT} {TOWN}
    | \b (?>{SPELT}){{2,5}}+ {TOWARDS} (?:{STREET})\b (?:\s+(?:{WAYS})\b)?
    | (?P<on> \bon\s+ (?:{STREET}) (?:\s+(?:{WAYS})\b\.?)? ,?\s+ (?:number|no\.?|house|\#) \s* ) \d{{2,5}}\b
    | \b(?:calle|avenida|av\.?)\s+ [a-z]{{2,16}} \s+ (?:n[uú]mero\s+|no\.?\s+|\#\s*)? \d{{3,5}}\b"""
)
# "I live at 1204 Oak": no word for a way, but said to be a home.
ADDRESS_SAID = pattern(
    rf"""(?: (?<=\bat\ ) | (?<=\baddress\ is\ ) | (?<=\baddress:\ ) | (?<=\bnumber\ ) ) \d{{2,6}} \s+
    {TOWARDS} (?-i:(?!(?i:{COUNTED}|hours)\b)[A-Z][a-z]+)
    | (?P<house> \b(?:house|casa|home) (?: [,\s]{{1,2}}(?:number|n[uú]mero|no\.|num|\#) )? [\s,:\#(]{{1,3}} )
        (?!{YEAR}\b) \d{{3,5}}\b (?!\s+(?:{COUNTED}|sq|square|strong|plus)\b) (?:\s+(?-i:[A-Z][a-z]+))?
    | (?P<numbered> \bhouse\s+(?:number|no\.|num|\#)\s* (?:is\s+)? ) \d{{1,5}}\b
    | (?P<we> \b(?:we're|we\ are|i'm|im|i\ am)\s+at\s+ ) (?!{YEAR}\b)\d{{4,5}}\b (?!\s+(?:{COUNTED})\b)
    | \b(?:apt|apartment|depto|departamento|apartamento)\b\.? (?:\s+(?:is|es|number|no|num))? \s* \#?\s*
        (?:\d+[a-z]?|[a-z]\d*)\b
    | \b(?:unit|suite|ste|(?<!a\ )lot)\b\.?\s+ \#?\d{{1,4}}[a-z]?\b (?!\s+(?:{THINGS})\b)
    | (?P<lives> \b(?:lives?|living|stays?)\s+in\s+ ) \#?\d{{1,4}}[a-f]\b"""
)
