"""What mails, links, handles and plates look like when people type them.

Does NOT protect: see `text`. Each pattern leaves alone what people also type: dates, times, prices, counts, 911.
"""

from __future__ import annotations

import re


def pattern(text: str, *, cased: bool = False) -> re.Pattern[str]:
    """A pattern written over several lines, of small and capital letters alike unless `cased`."""
    return re.compile(text, re.VERBOSE | (0 if cased else re.IGNORECASE))


DOT = r"(?:\.|\s?[(\[{]\s?dot\s?[)\]}]\s?|\s+(?:dot|punto)\s+)"
LOCAL, HOST = r"(?<![\w.+%-])[\w.+%-]{1,64}", r"[\w-]{1,63}"
DOTTED = r"(?:(?:(?:\s+(?:dot|punto)\s+|\s?[(\[{]\s?dot\s?[)\]}]\s?)[\w+%-]{1,32}){1,3})"  # "jane dot doe"
IN_BRACKETS = r"\s?[(\[{]\s?(?:at|a|arroba)\s?[)\]}]\s?"
PROVIDER = r"(?:g\s?mail|yahoo|hotmail|outlook|icloud|aol|proton(?:mail)?|ymail|comcast|sbcglobal)"
MAIL = pattern(
    rf"""{LOCAL}{DOTTED}? (?: \s?@\s? | {IN_BRACKETS} | \s+arroba\s+ ) {HOST} (?: {DOT} {HOST} ){{1,5}}
    | {LOCAL} @ {HOST} (?: \s?[.,]\s?(?:com|org|net|edu|gov|mx)\b )?
    | {LOCAL}{DOTTED}? (?: \s+(?:at|arroba)\s+ ) {HOST} (?: \s+(?:dot|punto)\s+ | \s?[(\[{{]\s?dot\s?[)\]}}]\s? ) {HOST}
    | (?: {LOCAL}{DOTTED} | (?=[\w.+%-]{{0,63}}[\d._]){LOCAL} )
        \s+(?:at|arroba)\s+ {PROVIDER}\b (?: {DOT} {HOST} ){{0,2}}
    | {LOCAL} \s+at\s+ {PROVIDER}\.{HOST}"""
)
# "my gmail is jane81": behind the word for it, what has a digit, a dot or a line in it.
MAIL_SAID = pattern(
    rf"""(?P<said> \b(?:{PROVIDER}|e-?mail|correo) (?: \s*:\s* | \s+(?:is|es)\s+ ) ) (?!\[) (?=[a-z+-]{{0,40}}[\d._]\w)
    [\w.+-]{{3,40}}\w | (?P<also> \b{PROVIDER}\s*:\s* ) (?!\[) [\w.+-]{{4,40}}"""
)
ENDINGS = "com|org|net|edu|gov|io|co|us|me|ly|gg|tv|info|app|dev|xyz|site|link|biz|shop|online|mx"
LINK = pattern(
    r"(?: (?:h(?:tt|xx)ps?|ftp):// | www\. ) \S+ (?<![.,;:!?)\]]) |"
    rf"(?<![\w.-]) (?:{HOST}\.){{1,8}} (?:{ENDINGS}) \b (?:/[^\s,;]*[\w/])? |"
    rf"(?<![\w.-]) (?:{HOST}\.){{1,8}} [a-z]{{2,24}}/[^\s,;]*\w |"
    rf"(?<![\w.-]) {HOST} (?:\s?[(\[]\s?(?:\.|dot)\s?[)\]]\s?{HOST}){{1,4}} (?:/[^\s,;]*[\w/])? |"
    rf"(?<![\w.-]) {HOST} \s+dot\s+ (?:com|org|net|gov|edu)\b (?:\s+slash\s+\w+){{0,3}}"
)

PLACES = (
    r"instagram|insta|ig|snapchat|snap|tiktok|tik\ tok|twitter|facebook|fb|(?<=mi\ )face|telegram|discord|venmo|zelle|"
    r"cash\ ?app|whatsapp|reddit|next\ ?door|onlyfans|youtube"
)
OR_WORDS = rf"{PLACES}|threads|signal|steam|twitch|xbox|psn|kik"  # before what looks like one
NOUNS = r"user\s?name|user|handle|name|id|account|channel|gamer\s?tag|page|profile|usuario"
# Said of a place, and no name on it.
SAID_OF_IT = (
    "not|private|public|down|up|full|a|an|the|on|in|at|for|and|or|so|my|your|his|her|their|our|this|that|where|what|how|"
    "broken|closed|open|gone|back|free|slow|wild|crazy|great|good|bad|dead|lit|still|also|only|just|no|all|going|working|"
    "hacked|locked|deleted|better|best|fun|loose|stuck|missing|it|they|we|you|he|she|i|to|is|was|un|una|el|la|privado"
)
CALLED = r"(?!\[) [@$]?[\w.#-]{2,40}(?<![.-])"
LIKE_ONE = r"(?!\[) [@$]? (?=[a-z][\w-]{0,38}[._\d\#]\w) [\w.#-]{3,40}(?<![.-])"  # a digit, a dot or a line in it
HANDLE_SAID = pattern(
    rf"""(?P<said> \b(?:{PLACES}) (?:\s+(?:{NOUNS}|me)){{0,2}} (?:\s*[:=]\s*) ) {CALLED}
    | (?P<is> \b(?:{PLACES}) (?:\s+(?:{NOUNS})){{0,2}} \s+ (?:is|es|as|im|i'm|i\ am|como)\s+ )
        (?!(?:{SAID_OF_IT})\b) {CALLED}
    | (?P<bare> \b(?:{OR_WORDS}) (?:\s+(?:{NOUNS}|me)){{0,2}} (?: \s*[-/]\s* | \s+ (?:(?:is|im|i'm)\s+)? ) ) {LIKE_ONE}
    | (?P<noun> \b(?:user\s?name|gamer\s?tag|screen\s?name|profile\s+name|handle|usuario)
        (?: \s*[:=]\s* | \s+ (?:(?:is|es)\s+)? ) ) {LIKE_ONE}
    | (?P<named> \b(?:user\s?name|gamer\s?tag|screen\s?name|profile\s+name)
        (?: \s*[:=]\s* | \s+(?:is\s+)? ) )
        (?-i:(?=\w{{0,38}}[a-z][A-Z]|[A-Z]{{2,}}[a-z]|\w{{0,38}}[A-Z]{{2}})) {CALLED}"""
)
HANDLE = pattern(
    r"(?<![\w@]) @ (?!\d{1,2}(?:[ap]m|st|nd|rd|th|:\d\d)?\b) [a-z0-9_][\w.-]{1,38}\w | (?<![\w/]) /?u/[\w-]{3,20} |"
    r"(?<![\w$]) \$[a-z]\w{2,20} | \b\w{2,32}\#\d{4}\b"
)

# Behind a word for it, anything with a digit or in capitals; alone, only shapes that states really use.
REST = (
    r"(?:[-\ •·.]{1,2} (?: (?=\d{0,3}[a-z])(?=[a-z]{0,3}\d)[a-z0-9]{2,6}\b | \d{3,5}\b"
    r" | (?-i:[A-Z]{1,3}\b(?![a-z'])) ) ){0,5}"
)
PLATE_NOUN = r"(?:plates?|licen[sc]e|lic|tags?|registration|placas?|matr[ií]cula)"
PLATE_SAID = pattern(
    rf"""(?P<said> \b{PLATE_NOUN}\b
        (?>\W{{1,3}}(?:number|no|num|is|was|are|es|era|de|reads?|of|like|had|has|starts?|starting|begins?|ends?|ending|with
            |in|partial|parcial|plate|tag|said|says|mo|ks|missouri|kansas)\b){{0,6}}+
        [\s:\#"'(]{{1,3}} )
    (?!\[) (?: [a-z]{{2,3}}[-\ ]\d{{2,5}}[a-z]?\b | \d{{2,4}}[-\ ](?-i:[A-Z]{{2,3}})\b
        | (?=[a-z]{{0,8}}\d)[a-z0-9]{{1,8}}\b {REST} | (?-i:[A-Z](?:[-\ ][A-Z0-9]){{3,7}})\b
        | (?-i:[A-Z]{{2,3}}(?![a-z])) {REST} )
    (?: (?:\s+and)?\s+ends?(?:\s+(?:with|in))?\s+ (?=\w{{0,3}}\d)[a-z0-9]{{1,4}}\b )?"""
)
VANITY = pattern(
    rf"""(?P<said> \b(?:vanity|custom|personali[sz]ed)\s+{PLATE_NOUN}\b
        (?:\s+(?:is|was|says?|said|reads?|saying|that))? [\s:"']{{1,3}} )
    (?!\[) (?-i:[A-Z0-9]{{2,8}}\b (?:\s[A-Z0-9]{{2,8}}\b)?)"""
)
PARTIAL = pattern(
    r"""(?P<said> \b(?: partial(?:\s+(?:is|was))?|(?:starts?|begins?|ends?|starting|ending)\s+(?:with|in) )\s+ )
    (?-i:(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{2,7})\b
    | (?P<last> \b(?:last|first) \s+ (?:three|four|five|[345]) (?:\s+(?:digits|numbers|letters|characters))?
        \s+ (?:is|are|was|were) \s+ ) (?=[a-z]{0,4}\d)[a-z0-9]{3,5}\b"""
)
NOT_PLATES = (
    "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|HWY|RTE|RAM|GMC|BMW|SUV|VAN|CAR|THE|AND|FOR|ALL|GOT|BUS|APT|KCI|"
    "MON|TUE|WED|THU|FRI|SAT|SUN|CST|CDT|USD"
)
PLATE = pattern(
    rf"""\b(?: (?!{NOT_PLATES})[A-Z]{{3}}[-\ ]?\d{{3,4}} | \d{{3}}[-\ ]?(?!{NOT_PLATES})[A-Z]{{3}}
    | [A-Z]{{2}}\d[-\ ]?[A-Z]\d[A-Z] | \d[A-Z]{{3}}\d{{3}} | [A-Z]{{2}}[-\ ]?\d{{5}} )\b""",
    cased=True,
)
