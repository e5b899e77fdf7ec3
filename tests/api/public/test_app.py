"""The public program."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import insert

from api.public.rules import RETENTION, USES
from storage.db import OPERATOR, Database
from storage.kit.clock import HOUR
from storage.public import heads
from storage.public.count_kinds import Kind
from storage.schema import public_counts, published_requests
from tests import builders
from tests.api.conftest import NewClient


def test_a_young_city_has_no_month_yet(public_app: FastAPI, client: NewClient) -> None:
    """Nothing is told of the month that runs; what is kept and never done is."""
    answer = client(public_app).get("/v1/transparency").json()

    assert (answer["months"], answer["least"], answer["rounded_to"]) == ([], 12, 5)
    assert answer["kinds"] == [*Kind]
    assert answer["never"] == [*USES]
    assert answer["kept"] == [one.model_dump() for one in RETENTION]
    assert "Central" in [one["name"] for one in answer["divisions"]]
    assert client(public_app).get("/v1/audit-heads").json() == {"heads": []}


def test_anybody_may_read_months_and_heads(record: Database, public_app: FastAPI, client: NewClient) -> None:
    """Rounded counts, the newest month first, few and none alike; heads as they were signed."""
    central = builders.division("Central")
    told = [("2026-09", central, 20), ("2026-10", central, 0), ("2026-10", "", 15)]
    with record.write(by=OPERATOR) as tx:
        rows = [{"month": one[0], "division_id": one[1], "kind": "posts", "told": one[2]} for one in told]
        tx.execute(insert(public_counts), rows)
        heads.publish(tx, bytes(32))

    months = client(public_app).get("/v1/transparency").json()["months"]
    (head,) = client(public_app).get("/v1/audit-heads").json()["heads"]

    assert [month["month"] for month in months] == ["2026-10", "2026-09"]
    newest = sorted(months[0]["counts"], key=lambda one: one["told"] or 0)
    assert newest == [
        {"division": central, "kind": "posts", "told": None},
        {"division": None, "kind": "posts", "told": 15},
    ]
    assert heads.is_signed(heads.Head(**head))


def test_anybody_may_read_what_was_asked_for(record: Database, public_app: FastAPI, client: NewClient) -> None:
    """The newest day first, page by page, and nothing of who, of words or of answers."""
    central = builders.division("Central")
    same = {"division_id": central, "kind": "theft", "window_from": builders.NOON, "window_to": builders.NOON + HOUR}
    rows = [
        {"id": f"r{n}", "day": day, **same, "square_miles": 174, "places": '["A", "B"]'}
        for n, day in enumerate(("2026-11-02", "2026-11-03", "2026-11-02"))
    ]
    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(published_requests), rows)
        tx.audit("test", "")
    asker = client(public_app)

    first = asker.get("/v1/requests?limit=2").json()
    rest = asker.get(f"/v1/requests?cursor={first['cursor']}").json()

    assert [one["id"] for one in first["items"] + rest["items"]] == ["r1", "r0", "r2"]
    assert rest["cursor"] is None
    assert first["items"][0] == {
        "id": "r1",
        "day": "2026-11-03",
        "division": central,
        "kind": "theft",
        "window_from": "2025-11-22T12:00:00Z",
        "window_to": "2025-11-22T13:00:00Z",
        "square_miles": 0.174,
        "places": ["A", "B"],
    }
    assert asker.get("/v1/requests?cursor=abc").status_code == 422
