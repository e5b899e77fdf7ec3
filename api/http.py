"""The one way an HTTP program of ours begins: errors, headers, health, documentation and pages are the same in all."""

from __future__ import annotations

import html
from typing import Any, Literal

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse
from starlette.types import Lifespan

from api import answers, pages
from api.doorway import Doorway
from api.who import anyone, declared

Program = Literal["resident", "staff", "public"]


def new_app(
    program: Program,
    *,
    feed_address: str | None = None,
    large_bodies: tuple[str, ...] = (),
    lifespan: Lifespan[FastAPI] | None = None,
) -> FastAPI:
    """An app with everything but its own routes.

    `feed_address` is the `ws://` address its pages may open; under the path prefixes of `large_bodies` the endpoint
    itself bounds what it reads, elsewhere a body has at most 64 KiB.
    """
    # FastAPI's own documentation page loads its scripts from a CDN: ours asks nobody outside.
    # Nor does it send anybody on to an address without its last slash: behind a proxy it would say http, and a token or
    # a body would be sent there in clear.
    app = FastAPI(
        title=f"Porchlight, {program}",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=answers.DESCRIBED,
        lifespan=lifespan,
    )
    app.add_middleware(Doorway, feed_address=feed_address, large_bodies=large_bodies)
    answers.install(app)
    _describe(app)
    pages.install(app, program)
    return app


def _describe(app: FastAPI) -> None:
    @app.get("/v1/health", dependencies=[Depends(anyone)], tags=["health"])
    async def health() -> dict[str, bool]:
        """Says that this program answers."""
        return {"ok": True}

    @app.get("/openapi.json", dependencies=[Depends(anyone)], include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return app.openapi()

    @app.get("/docs", dependencies=[Depends(anyone)], include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(_listing(app))


def _listing(app: FastAPI) -> str:
    described = app.openapi()["paths"]
    rows = []
    for route in declared(app):
        said = described.get(route.path, {}).get(route.method.lower())
        if said:
            cells = (route.method, route.path, ", ".join(route.who), said.get("description", ""))
            rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>")
    title = html.escape(app.title)
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        "<style>body{font:16px/1.5 system-ui;margin:2rem}td,th{text-align:left;vertical-align:top;padding:.25rem 1rem}"
        f"</style><h1>{title}</h1><p>Exact shapes: <a href=/openapi.json>/openapi.json</a></p>"
        f"<table><tr><th>Method<th>Path<th>Who<th>Does</tr>{''.join(rows)}</table></html>"
    )
