"""Who is asking: every route names its role by one dependency, and its token comes by cookie or by bearer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from storage.kit.errors import NotAllowed

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Who:
    """Marks a dependency that says who may call a route; `name` is how lists and tests call them."""

    name: str


class Anyone(Who):
    """Whoever asks, known or not; still no other site's page in their name."""

    name = "anyone"

    async def __call__(self, request: Request) -> None:
        """Refuses a change that another site's page asks for (a log-in nobody meant)."""
        if request.headers.get("origin") is not None:
            refuse_cross_site(request)


anyone = Anyone()


@dataclass(frozen=True)
class Declared:
    """One route and who may call it, by name."""

    method: str
    path: str
    who: tuple[str, ...]


def declared(app: FastAPI) -> list[Declared]:
    """Every route of the app with who it names: none is a fault, which a test finds."""
    found = []
    for route in iter_route_contexts(app.router.routes):
        dependant = getattr(route, "dependant", None)
        who = tuple(sorted({one.name for one in _named(dependant)})) if dependant else ()
        found += [Declared(method, route.path or "?", who) for method in sorted(route.methods or {"?"})]
    return found


def _named(dependant: Dependant) -> Iterator[Who]:
    if isinstance(dependant.call, Who):
        yield dependant.call
    for part in dependant.dependencies:
        yield from _named(part)


class TokenCookie:
    """The cookie a browser carries a log-in token in: a name per program, and no way for a page to read it."""

    def __init__(self, program: str, *, secure: bool) -> None:
        # Browsers take `__Host-` from a secure origin only, without a domain: no other host can set or see it.
        self.name = f"__Host-porchlight-{program}" if secure else f"porchlight-{program}-dev"
        self._secure = secure

    def token(self, request: Request) -> str | None:
        """The token the request carries; by cookie only where no other site asks, raises NotAllowed otherwise."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return bearer.strip() or None
        token = request.cookies.get(self.name)
        if token:
            refuse_cross_site(request)
        return token

    def put(self, response: Response, token: str, *, seconds: int) -> None:
        """Gives the browser the token for as long as the log-in lasts."""
        response.set_cookie(
            self.name, token, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="strict"
        )

    def drop(self, response: Response) -> None:
        """Takes the token from the browser."""
        response.delete_cookie(self.name, path="/", secure=self._secure, httponly=True, samesite="strict")


def refuse_cross_site(request: Request) -> None:
    """Raises NotAllowed for a change that does not come from a page of this very host."""
    if request.method in _HARMLESS:
        return
    origin = urlsplit(request.headers.get("origin", ""))
    host = request.headers.get("host", "")
    if origin.scheme not in ("http", "https") or not host or origin.netloc.lower() != host.lower():
        raise NotAllowed("This was asked from another site.", code="cross_site")
