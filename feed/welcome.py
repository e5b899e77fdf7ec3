"""What one who asks to open a connection is answered: let in, or refused in words, before a ticket is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from websockets.http11 import Request, Response

from feed import answers
from feed.crowd import Entry
from feed.house import House
from storage.kit import metrics
from storage.kit.doors import host_of

ROUTE = "/v1/feed"


@dataclass(frozen=True)
class LetIn:
    """Come in; `address` is to leave the crowd again, None where it is not counted."""

    address: str | None


def welcome(house: House, request: Request, peer: str) -> LetIn | Response:
    """Decides over a request from `peer`, an IP address or ""; refusals of the feed are counted."""
    path = request.path.partition("?")[0]
    if host_of(", ".join(request.headers.get_all("Host"))) not in house.hosts:
        return answers.unknown_host()
    if path == "/v1/health":
        return answers.health(*house.health())
    if path != ROUTE:
        return answers.not_there()
    if len(house.present) > house.most:
        return _refused(answers.full(), "full")
    address = house.crowd.address(peer, ",".join(request.headers.get_all("X-Forwarded-For")))
    match Entry.IN if address is None else house.crowd.enter(address):
        case Entry.TOO_OFTEN:
            return _refused(answers.too_often(), "too_often")
        case Entry.BUSY:
            return _refused(answers.busy(), "busy")
    return LetIn(address)


def _refused(answer: Response, code: str) -> Response:
    metrics.count("refusals", route=ROUTE, code=code)
    return answer
