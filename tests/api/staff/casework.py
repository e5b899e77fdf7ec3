"""A division's casework to test with: an incident, and the people who ask for a case on it, consent and work in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from storage.cases import incidents
from storage.cases.incidents import NewIncident
from storage.db import OPERATOR, Database
from storage.kit.ids import StaffId
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient, NewStaff


@dataclass(frozen=True)
class Person:
    """Somebody of the staff, and a way to ask as them."""

    id: StaffId
    ask: Client


def an_incident(record: Database, number: str = "25-1", *, division: str = "Central", at: int = builders.NOON) -> str:
    """An incident on the record, unless it is there; answers its id."""
    new = NewIncident(number, "Burglary", at, builders.division(division), None)
    with record.write(by=OPERATOR) as tx:
        if not incidents.page(tx.connection, [new.division], number=number, before=None, limit=1):
            incidents.add(tx, [new])
        (found, *_) = incidents.page(tx.connection, [new.division], number=number, before=None, limit=1)
    return found.id


@dataclass(frozen=True)
class Casework:
    """Central's detective and lead, and how to find others."""

    record: Database
    detective: Person
    lead: Person
    new: Any

    def asked(self, number: str = "CR-1", *, by: Person | None = None) -> httpx.Response:
        """A case asked for on the one incident."""
        said = {"number": number, "incident_id": an_incident(self.record), "why": "A van was seen twice."}
        return (by or self.detective).ask.post("/v1/cases", said)

    def opened(self, number: str = "CR-1") -> str:
        """An open case's path."""
        path = f"/v1/cases/{self.asked(number).json()['id']}"
        answer = self.lead.ask.post(f"{path}/consent")
        assert answer.status_code == 200, answer.text
        return path


@pytest.fixture
def casework(record: Database, staff_app: FastAPI, client: NewClient, a_member: NewStaff) -> Casework:
    """Central's casework; `casework.new(Role.ANALYST, "Central")` makes somebody else."""

    def person(role: Role, *divisions: str, name: str | None = None) -> Person:
        member = a_member(role, *divisions, name=name)
        with record.write(by=OPERATOR) as tx:
            return Person(member, client(staff_app, staff.log_in(tx, member)))

    detective, lead = (
        person(role, "Central", name=name) for role, name in ((Role.DETECTIVE, "Dee"), (Role.LEAD, "Lee"))
    )
    return Casework(record, detective, lead, person)
