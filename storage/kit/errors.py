"""The errors a person can cause or meet, each with an HTTP status and a stable code.

    PorchlightError
    ├── Malformed      400  the bytes do not say what they should
    ├── NotLoggedIn    401  who is asking is not known
    ├── NotAllowed     403  the role does not reach this
    ├── NotThere       404  not there, or not yours: the same answer on purpose
    ├── Conflict       409  true of the thing now: it has moved on
    ├── TooLarge       413
    ├── WrongType      415
    ├── Refused        422  a field is readable but cannot be accepted
    ├── TooOften       429  carries `retry_after`, seconds
    └── Unavailable    503  ours, not theirs: try again

No message repeats what a resident typed or where they live; `fields` name what is wrong, never its value.
"""

from __future__ import annotations

from collections.abc import Mapping


class PorchlightError(Exception):
    """What a person is told: `code` for programs, the message for people."""

    status = 500
    code = "fault"

    def __init__(self, message: str, *, code: str | None = None, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fields = dict(fields or {})


class Malformed(PorchlightError):
    """The bytes do not say what they should."""

    status, code = 400, "malformed"


class NotLoggedIn(PorchlightError):
    """Nobody is known to be asking."""

    status, code = 401, "not_logged_in"


class NotAllowed(PorchlightError):
    """The one asking is known, and their role does not reach this."""

    status, code = 403, "not_allowed"


class NotThere(PorchlightError):
    """Not there, or not yours: telling the two apart would tell what exists."""

    status, code = 404, "not_there"

    def __init__(self, message: str = "There is nothing here for you.") -> None:
        super().__init__(message)


class Conflict(PorchlightError):
    """The thing has moved on since it was last looked at."""

    status, code = 409, "conflict"


class TooLarge(PorchlightError):
    """More bytes than are taken here."""

    status, code = 413, "too_large"


class WrongType(PorchlightError):
    """Bytes of a kind that is not taken here."""

    status, code = 415, "wrong_type"


class Refused(PorchlightError):
    """A field that can be read and cannot be accepted."""

    status, code = 422, "refused"


class TooOften(PorchlightError):
    """Too many tries; `retry_after` is in seconds."""

    status, code = 429, "too_often"

    def __init__(self, message: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unavailable(PorchlightError):
    """A fault of ours that may pass."""

    status, code = 503, "unavailable"
