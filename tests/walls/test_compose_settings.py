"""docker-compose.yml: each program can read its settings from exactly what it is given, and is given no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.kit import settings, sides
from storage.kit.settings import IDENTITY_VARIABLES, RECORD_VARIABLES, MisconfiguredError
from storage.kit.variables import names
from tests.walls.composed import (
    ALERTS,
    BOTH_SIDES,
    MIGRATED,
    OPERATORS,
    OURS,
    RECORD_SIDE,
    containers,
    draw,
    environment,
    environment_on,
    stores_named,
)
from tests.walls.reading import sources, text
from workers.airlock import alerts as alerting

# Settings put these names together.
ORIGINS = tuple(f"PORCHLIGHT_{door}_ORIGIN" for door in ("RESIDENT", "STAFF", "PUBLIC"))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Secrets as deploy/make-secrets draws them."""
    folder = tmp_path_factory.mktemp("drawn") / "secrets"
    done = draw(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", sorted(OURS))
def test_its_settings_can_be_read_from_what_it_is_given(drawn: Path, tmp_path: Path, name: str) -> None:
    """Exactly this environment, its secrets as drawn: every store is named, and in production's form."""
    given = environment_on(containers()[name], drawn, tmp_path)
    needed = stores_named(containers()[name])

    record = settings.record(given)
    settings.demand(*needed, env=given)

    assert record.database.startswith("postgresql+psycopg://porchlight_")
    assert "@record-db:5432/record" in record.database
    if "PORCHLIGHT_RECORD_REDIS" in needed:
        assert "@record-redis:6379/0" in record.redis
    if "PORCHLIGHT_MEDIA" in needed:
        assert record.media.startswith("s3+http://")
    if name in RECORD_SIDE:
        settings.refuse_identity(given)
    else:
        who = settings.identity(given)
        assert "@identity-db:5432/identity" in who.database
        assert name in {"migrate", *ALERTS} or "@airlock-redis:6379/0" in who.redis
        assert name in ALERTS or "@originals-s3:7070/originals" in who.originals


def test_each_program_is_given_what_it_uses() -> None:
    """The stores of the record for whoever opens them, all stores for both sides."""
    stores = {name: stores_named(containers()[name]) for name in OURS}

    assert stores["public"] == {"PORCHLIGHT_RECORD_DATABASE", "PORCHLIGHT_MEDIA"}
    assert stores["feed"] == {*RECORD_VARIABLES} - {"PORCHLIGHT_MEDIA"}
    assert stores["staff-api"] == stores["chores"] == {*RECORD_VARIABLES}
    assert stores["migrate"] == MIGRATED  # it runs at every start: no key of what residents sent, and no queue
    assert stores["airlock-alerts"] == {*alerting.STORES}
    for name in BOTH_SIDES - ALERTS | {"operator"}:
        assert stores[name] == {*RECORD_VARIABLES, *IDENTITY_VARIABLES}


def test_doors_answer_to_their_own_hosts(drawn: Path, tmp_path: Path) -> None:
    """As deploy/env.example names them, with cookies for TLS only; the feed listens to pages of both sites."""
    read = {name: settings.record(environment_on(containers()[name], drawn, tmp_path)) for name in OURS - OPERATORS}

    assert "porch.example.org" in read["resident-api"].hosts("resident")
    assert "staff.porch.example.org" in read["staff-api"].hosts("staff")
    assert "open.porch.example.org" in read["public"].hosts("public")
    assert read["feed"].pages == ("https://porch.example.org", "https://staff.porch.example.org")
    assert read["resident-api"].secure_cookies
    assert read["staff-api"].secure_cookies
    assert {str(each) for each in read["feed"].trusted_proxies} == {
        f"{containers()[proxy]['networks'][edge]['ipv4_address']}/32"
        for proxy, edge in (("residents-proxy", "edge-residents"), ("staff-proxy", "edge-staff"))
    }


@pytest.mark.parametrize("name", sorted(RECORD_SIDE))
@pytest.mark.parametrize("variable", [each for one in IDENTITY_VARIABLES for each in names(one)])
def test_the_record_side_refuses_a_secret_of_identity(drawn: Path, tmp_path: Path, name: str, variable: str) -> None:
    """Handed one by mistake, by value or as a file, none of its programs would start."""
    given = environment_on(containers()[name], drawn, tmp_path) | {variable: str(drawn / "vault.key")}

    with pytest.raises(MisconfiguredError, match=variable):
        sides.refuse_identity(given)


def test_every_variable_is_one_that_settings_read() -> None:
    """A name misspelt here would be a store forgotten."""
    read = "".join(text(path) for path in sources("storage/kit"))
    for name in OURS:
        for variable in environment(containers()[name]):
            known = variable.removesuffix("_FILE") if not variable.endswith("_KEY_FILE") else variable
            assert f'"{known}"' in read or known in ORIGINS, variable
