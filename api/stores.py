"""What the record side gives a program to work with, handed to endpoints as dependencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from api.media import MediaDoor
from feed.bell import Bell
from storage import measured
from storage.db import Database
from storage.kit import keys
from storage.kit.redis import connect
from storage.kit.settings import RecordSettings
from storage.objects import Bucket
from storage.record import open_record


@dataclass(frozen=True)
class Stores:
    """The record, the media bucket, the bell and the settings they came from."""

    record: Database
    bucket: Bucket
    bell: Bell
    settings: RecordSettings


def open_stores(settings: RecordSettings) -> Stores:
    """The stores that the settings name, the record migrated."""
    bell = Bell(connect(settings.redis), keys.read_or_make(settings.bell_key_file))
    return Stores(open_record(settings.database), measured.bucket(settings.media, "media"), bell, settings)


def give(app: FastAPI, stores: Stores) -> None:
    """Lets the app's endpoints ask for `Record`, `Media`, `Rings` and `Settings`."""
    app.state.stores = stores
    app.state.media = MediaDoor(stores.record, stores.bucket)


def _stores(request: Request) -> Stores:
    stores: Stores = request.app.state.stores
    return stores


# Async, so that reading an attribute costs no thread.
async def _record(request: Request) -> Database:
    return _stores(request).record


async def _media(request: Request) -> MediaDoor:
    door: MediaDoor = request.app.state.media
    return door


async def _bell(request: Request) -> Bell:
    return _stores(request).bell


async def _settings(request: Request) -> RecordSettings:
    return _stores(request).settings


Record = Annotated[Database, Depends(_record)]
Media = Annotated[MediaDoor, Depends(_media)]
Rings = Annotated[Bell, Depends(_bell)]
Settings = Annotated[RecordSettings, Depends(_settings)]
