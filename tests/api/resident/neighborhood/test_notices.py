"""What the police let everybody of a division know."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from api.resident.desk import Desk
from storage import notices
from storage.db import OPERATOR
from storage.schema import notices as rows
from tests import builders
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour


@pytest.mark.engines("postgresql")  # under the program's own role
def test_all_who_live_in_the_division_read_the_same_and_nobody_else(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, town: Town
) -> None:
    """Signed by the division's police and by nobody of them."""
    bob, far = neighbour("bob"), neighbour("far", home="east")
    lea, leo = (builders.a_lead(desk.stores.record, name, None) for name in ("Zwrlea", "Zwrleo"))
    with desk.stores.record.write(by=OPERATOR) as tx:
        notice = notices.write(tx, town.central, "Two bicycles were taken.", days=3, by=lea)
        notices.consent(tx, [town.central], notice, by=leo)

    (told,) = ada.get("/v1/neighborhood/notices")["items"]

    assert (told["division"], told["text"]) == ("Central", "Two bicycles were taken.")
    assert bob.get("/v1/neighborhood/notices")["items"] == [told]
    assert far.get("/v1/neighborhood/notices")["items"] == []
    assert "Zwr" not in str(told)
    for words in ("Call 816-555-0142", "Suspicious man walking down our street", "", " "):
        with desk.stores.record.write(by=OPERATOR) as tx:
            tx.execute(update(rows).values(text=words))
            tx.audit("test", "")
        assert ada.get("/v1/neighborhood/notices")["items"] == []  # whoever wrote it there
