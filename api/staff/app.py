"""The staff program: what police and moderators reach, on the record side alone."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from api import places, stores
from api.http import new_app
from api.staff import flagging, notices, posts, words
from api.staff.administration import duties, joining, oversight, roster
from api.staff.auth import PROGRAM, any_staff
from api.staff.cases import (
    cameras as case_cameras,
    cases,
    exports,
    footage,
    incidents,
    links as case_links,
    posts as case_posts,
    questions,
    suggestions,
)
from api.staff.desk import desk, digest, log_ins, second_factor, unread, watches
from api.staff.moderation import (
    asking,
    blurring,
    decisions as moderation,
    flagged,
    flagged_requests,
    judging_comments,
    load,
    premoderation,
    requests_told,
    waiting,
)
from api.staff.searches import Searches
from api.staff.viewings import Viewings
from api.stores import Stores


def create_app(given: Stores) -> FastAPI:
    """The app over what it was given."""
    app = new_app(PROGRAM, feed_address=given.settings.feed_address, large_bodies=("/v1/incidents",))
    stores.give(app, given)
    app.state.viewings = Viewings(given.record)
    app.state.searches = Searches(given.record)
    for part in (
        log_ins,
        desk,
        second_factor,
        roster,
        duties,
        joining,
        posts,
        flagging,
        unread,
        watches,
        digest,
        flagged,
        flagged_requests,
        requests_told,
        waiting,
        moderation,
        blurring,
        load,
        premoderation,
        asking,
        judging_comments,
        incidents,
        cases,
        case_cameras,
        case_links,
        case_posts,
        exports,
        suggestions,
        footage,
        questions,
        notices,
        oversight,
        words,
    ):
        app.include_router(part.router)
    app.include_router(places.router, dependencies=[Depends(any_staff)])
    return app
