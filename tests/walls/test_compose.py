"""docker-compose.yml: who stands on which network, and who holds which secret."""

from __future__ import annotations

from pathlib import Path

from storage.kit.settings import IDENTITY_VARIABLES
from storage.kit.variables import names
from tests.walls.composed import (
    ALERTS,
    BOTH_SIDES,
    OPERATORS,
    OURS,
    PROXIES,
    REDIS,
    STORED,
    compose,
    containers,
    environment,
    networks,
    secrets,
    stores_named,
)

# What opens something of the identity side, and what its servers need to check it.
IDENTITY_SECRETS = {
    *("vault.key", "originals", "resident-identity-database", "airlock-identity-database"),
    *(
        "alerts-identity-database",
        "operator-identity-database",
        "resident-airlock-redis",
        "worker-airlock-redis",
        "schedule-airlock-redis",
    ),
    *("operator-airlock-redis", "identity-db-password", "identity-db.sql", "airlock-redis.acl", "originals-s3"),
}
IDENTITY_NETWORKS = {"identity", "originals"}


def test_this_is_all_that_runs() -> None:
    """Whatever is new is put into one of these lists first, and so judged by all that follows."""
    assert containers().keys() == OURS | PROXIES | STORED


def test_only_both_sides_and_their_stores_stand_on_networks_of_identity() -> None:
    """The airlock, the resident program and the operator's tools; beside them nothing but the stores themselves."""
    standing = {name for name, container in containers().items() if networks(container) & IDENTITY_NETWORKS}

    assert standing == BOTH_SIDES | OPERATORS | {"identity-db", "airlock-redis", "originals-s3"}


def test_the_two_sides_meet_in_no_other_container() -> None:
    """Who stands on a network of each side is a program that may; no store does."""
    record = {"record", "media", "edge-staff"}
    both = {
        name
        for name, container in containers().items()
        if networks(container) & record and networks(container) & IDENTITY_NETWORKS
    }

    assert both == BOTH_SIDES | OPERATORS


def test_only_alerts_have_a_way_outside_and_they_hold_the_least() -> None:
    """The proxies have doors; of the others only what alerts can call anybody, and it holds no store of clips."""
    outside = {name for name, found in compose()["networks"].items() if not (found or {}).get("internal")}
    standing = {name for name, container in containers().items() if networks(container) & outside}

    assert standing == PROXIES | ALERTS
    for name in ALERTS:
        assert networks(containers()[name]) == {"record", "identity", "outside-alerts"}
        assert secrets(containers()[name]) == {"alerts-record-database", "alerts-identity-database", "vault.key"}


def test_only_both_sides_hold_a_secret_of_identity() -> None:
    """Neither by a secret nor by a variable; their stores hold what they themselves check with."""
    holders = {name for name, container in containers().items() if secrets(container) & IDENTITY_SECRETS}
    told = {name for name, container in containers().items() if stores_named(container) & {*IDENTITY_VARIABLES}}

    assert holders == BOTH_SIDES | OPERATORS | {"identity-db", "airlock-redis", "originals-s3"}
    assert told == BOTH_SIDES | OPERATORS


def test_the_list_of_identity_secrets_forgets_none() -> None:
    """Whatever an identity variable of any container names is in it, and all that is named so."""
    named = {
        Path(value).name
        for container in containers().values()
        for name, value in environment(container).items()
        if name in {each for one in IDENTITY_VARIABLES for each in names(one)}
    }
    speaking = {name for name in compose()["secrets"] if any(word in name for word in ("identity", "airlock", "vault"))}

    assert named <= IDENTITY_SECRETS
    assert speaking - IDENTITY_SECRETS == {
        "airlock-record-database",
        "airlock-record-redis",
    }  # the airlock, on the record


def test_every_secret_has_a_reader_and_no_reader_one_too_many() -> None:
    """None lies about unused, and a program is given exactly those its variables name."""
    assert set(compose()["secrets"]) == {name for container in containers().values() for name in secrets(container)}
    for name in OURS:
        named = {Path(value).name for value in environment(containers()[name]).values() if value.startswith("/run/")}
        # Only who hears the bell needs the key that it had before.
        assert secrets(containers()[name]) == named | ({"bell.key.old"} if name == "feed" else set()), name


def test_each_program_has_a_role_and_a_user_of_its_own() -> None:
    """No two kinds of program log in to a store by the same secret; the airlock's two share the record's."""
    shared = {"media", "originals", "bell.key", "vault.key", "resident-record-redis"}
    for secret in {name for name in compose()["secrets"] if name not in shared}:
        holders = {name for name, container in containers().items() if secret in secrets(container)}
        kinds = {
            "airlock" if name.startswith("airlock-") and name not in REDIS else name for name in holders - OPERATORS
        }
        assert len(kinds) <= 1, (secret, kinds)


def test_no_secret_stands_in_the_file() -> None:
    """All of them are files; no variable's name or value carries one."""
    for name, container in containers().items():
        for variable, value in environment(container).items():
            assert "://" not in value or value.startswith(("https://", "wss://")), (name, variable)
            assert not any(word in variable for word in ("PASSWORD", "SECRET")) or variable.endswith("_FILE")
