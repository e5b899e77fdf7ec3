"""What a link, a number to call, a mail address or an account looks like. Letters are small, accents are gone.

The scrubber knows far more ways (`workers.redact.text`); the guidelines know nothing but themselves, and here one that
is hidden is no use to whoever wrote it: only what can be opened, called or written to counts.
"""

from __future__ import annotations

import re

DATE = re.compile(r"\b(?:\d{4}-\d\d?-\d\d?|\d\d?[-./]\d\d?[-./](?:\d{4}|\d\d))\b")  # no number to call
_DIGIT = "zero|oh|one|two|three|four|five|six|seven|eight|nine|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
CONTACTS = (
    re.compile(r"(?:h(?:tt|xx)ps?|ftp)\s?:|www\s?\.|\b[\w-]+\.(?:com|org|net|gov|edu|io|co|us|me|ly|gl|app|info|mx)\b"),
    re.compile(r"\b[\w-]+\s?[(\[{]\s?(?:dot|punto|\.)\s?[)\]}]\s?\w+|\b\w+ (?:dot|punto) (?:com|org|net|gov|edu|mx)\b"),
    re.compile(r"[\w.+-]+\s?(?:@|[(\[{]\s?(?:at|arroba)\s?[)\]}])\s?[\w.-]+|\barroba\b"),
    re.compile(r"@\w{2,}|\b(?:instagram|facebook|telegram|signal|whatsapp|snapchat|tiktok|discord)\b"),
    re.compile(r"(?:\d[\s().-]{0,3}){7,}"),
    re.compile(rf"(?:\b(?:{_DIGIT})\b[\s,-]*){{7,}}"),
    re.compile(r"\bbit\.?ly\b|\bqr[ -]?code\b|\bcodigo qr\b"),
)
