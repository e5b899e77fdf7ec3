"""The resident program, put together."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from api import http, places, stores
from api.resident import alerts, auth, guidelines
from api.resident.account import download, leaving, log_ins, passkeys
from api.resident.cameras import cameras, ledger as camera_ledger, listings
from api.resident.desk import Desk
from api.resident.inbox import answering, asked, flagging_requests, footage_sharing, inbox
from api.resident.mine import appealing, correcting, mine, resolving, sharing
from api.resident.neighborhood import flagging, neighborhood, nodding, notices, words
from api.resident.sending import posts, uploads, who_could
from api.who import anyone


def create_app(desk: Desk) -> FastAPI:
    """The app that answers residents."""
    app = http.new_app("resident", feed_address=desk.settings.feed_address, large_bodies=("/v1/uploads/",))
    app.state.desk = desk
    stores.give(app, stores.Stores(desk.stores.record, desk.stores.media, desk.stores.bell, desk.settings))
    # `mine` before `neighborhood`: /v1/posts/mine is no post's id.
    for router in (
        auth.router,
        log_ins.router,
        passkeys.router,
        leaving.router,
        download.router,
        uploads.router,
        posts.router,
        mine.router,
        appealing.router,
        answering.router,
        correcting.router,
        sharing.router,
        resolving.router,
        who_could.router,
        words.router,
        cameras.router,
        camera_ledger.router,
        alerts.router,
        listings.router,
        inbox.router,
        asked.router,
        footage_sharing.router,
        guidelines.router,
        neighborhood.router,
        flagging.router,
        flagging_requests.router,
        nodding.router,
        notices.router,
    ):
        app.include_router(router)
    # Published and the same for everyone: what somebody reads here tells nothing, and it can be cached for ever.
    app.include_router(places.router, dependencies=[Depends(anyone)])
    return app
