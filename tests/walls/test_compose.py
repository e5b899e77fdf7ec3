"""docker-compose.yml: who stands on which network, who holds which secret, and how little each container may do."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from storage.kit import settings, sides
from storage.kit.settings import IDENTITY_VARIABLES, RECORD_VARIABLES, MisconfiguredError
from storage.kit.variables import names
from tests.walls.composed import compose, draw, environment, environment_on, networks, secrets, services
from tests.walls.reading import ROOT, sources, text

BOTH_SIDES = {"resident-api", "airlock-worker", "airlock-schedule"}
OPERATORS = {"migrate", "operator"}  # run once, by hand, and end
RECORD_SIDE = {"staff-api": "staff", "public": "public", "feed": None, "chores": None}
OURS = BOTH_SIDES | OPERATORS | RECORD_SIDE.keys()
PROXIES = {"residents-proxy", "staff-proxy"}
DATABASES, REDIS, BUCKETS = ({f"{one}-{kind}" for one in two} for kind, two in (
    ("db", ("record", "identity")), ("redis", ("record", "airlock")), ("s3", ("media", "originals"))
))  # fmt: skip
# What opens something of the identity side, and what its servers need to check it.
IDENTITY_SECRETS = {
    *("vault.key", "originals", "resident-identity-database", "airlock-identity-database"),
    *("operator-identity-database", "resident-airlock-redis", "worker-airlock-redis", "schedule-airlock-redis"),
    *("operator-airlock-redis", "identity-db-password", "identity-db.sql", "airlock-redis.acl", "originals-s3"),
}
IDENTITY_NETWORKS = {"identity", "originals"}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Secrets as deploy/make-secrets draws them."""
    folder = tmp_path_factory.mktemp("drawn") / "secrets"
    done = draw(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_these_are_all_services() -> None:
    """A new one is put into one of these lists first, and so judged by all that follows."""
    assert services().keys() == OURS | PROXIES | DATABASES | REDIS | BUCKETS


def test_only_both_sides_and_their_stores_stand_on_networks_of_identity() -> None:
    """The airlock, the resident program and the operator's tools; beside them nothing but the stores themselves."""
    standing = {name for name, service in services().items() if networks(service) & IDENTITY_NETWORKS}

    assert standing == BOTH_SIDES | OPERATORS | {"identity-db", "airlock-redis", "originals-s3"}


def test_the_two_sides_meet_in_no_other_container() -> None:
    """Who stands on a network of each side is a program that may; no store does."""
    record = {"record", "media", "edge-staff"}
    both = {name for name, its in services().items() if networks(its) & record and networks(its) & IDENTITY_NETWORKS}

    assert both == BOTH_SIDES | OPERATORS


def test_only_both_sides_hold_a_secret_of_identity() -> None:
    """Neither by a secret nor by a variable; their stores hold what they themselves check with."""
    holders = {name for name, service in services().items() if secrets(service) & IDENTITY_SECRETS}
    told = {name for name, its in services().items() if _asked_for(its) & {*IDENTITY_VARIABLES}}

    assert holders == BOTH_SIDES | OPERATORS | {"identity-db", "airlock-redis", "originals-s3"}
    assert told == BOTH_SIDES | OPERATORS


def test_the_list_of_identity_secrets_forgets_none() -> None:
    """Whatever an identity variable of any service names is in it, and all that is named so."""
    named = {
        Path(value).name
        for service in services().values()
        for name, value in environment(service).items()
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
    assert set(compose()["secrets"]) == {name for service in services().values() for name in secrets(service)}
    for name in OURS:
        values = environment(services()[name]).values()
        assert secrets(services()[name]) == {Path(value).name for value in values if value.startswith("/run/")}, name


def test_each_program_has_a_role_and_a_user_of_its_own() -> None:
    """No two kinds of program log in to a store by the same secret; the airlock's two share the record's."""
    shared = {"media", "originals", "bell.key", "vault.key", "resident-record-redis"}
    for secret in {name for name in compose()["secrets"] if name not in shared}:
        holders = {name for name, service in services().items() if secret in secrets(service)}
        kinds = {
            "airlock" if name.startswith("airlock-") and name not in REDIS else name for name in holders - OPERATORS
        }
        assert len(kinds) <= 1, (secret, kinds)


def test_no_secret_stands_in_the_file() -> None:
    """All of them are files; no variable's name or value carries one."""
    for name, service in services().items():
        for variable, value in environment(service).items():
            assert "://" not in value or value.startswith(("https://", "wss://")), (name, variable)
            assert not any(word in variable for word in ("PASSWORD", "SECRET")) or variable.endswith("_FILE")


@pytest.mark.parametrize("name", sorted(OURS))
def test_its_settings_can_be_read_from_what_it_is_given(drawn: Path, tmp_path: Path, name: str) -> None:
    """Exactly this environment, its secrets as drawn: every store is named, and in production's form."""
    given = environment_on(services()[name], drawn, tmp_path)
    needed = {variable for variable in (*RECORD_VARIABLES, *IDENTITY_VARIABLES) if settings_named(given, variable)}

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
        assert "@airlock-redis:6379/0" in who.redis
        assert "@originals-s3:7070/originals" in who.originals


def test_each_program_is_given_what_it_uses() -> None:
    """The stores of the record for whoever opens them, all stores for both sides."""
    stores = {name: _asked_for(services()[name]) & {*RECORD_VARIABLES, *IDENTITY_VARIABLES} for name in OURS}

    assert stores["public"] == {"PORCHLIGHT_RECORD_DATABASE"}
    assert stores["feed"] == {*RECORD_VARIABLES} - {"PORCHLIGHT_MEDIA"}
    assert stores["staff-api"] == stores["chores"] == {*RECORD_VARIABLES}
    for name in BOTH_SIDES | OPERATORS:
        assert stores[name] == {*RECORD_VARIABLES, *IDENTITY_VARIABLES}


def test_doors_answer_to_their_own_hosts(drawn: Path, tmp_path: Path) -> None:
    """As deploy/env.example names them, with cookies for TLS only; the feed listens to pages of both sites."""
    read = {name: settings.record(environment_on(services()[name], drawn, tmp_path)) for name in OURS - OPERATORS}

    assert "porch.example.org" in read["resident-api"].hosts("resident")
    assert "staff.porch.example.org" in read["staff-api"].hosts("staff")
    assert "open.porch.example.org" in read["public"].hosts("public")
    assert read["feed"].pages == ("https://porch.example.org", "https://staff.porch.example.org")
    assert read["resident-api"].secure_cookies
    assert read["staff-api"].secure_cookies
    assert {str(each) for each in read["feed"].trusted_proxies} == {
        f"{services()[proxy]['networks'][edge]['ipv4_address']}/32"
        for proxy, edge in (("residents-proxy", "edge-residents"), ("staff-proxy", "edge-staff"))
    }


@pytest.mark.parametrize("name", sorted(RECORD_SIDE))
@pytest.mark.parametrize("variable", [each for one in IDENTITY_VARIABLES for each in names(one)])
def test_the_record_side_refuses_a_secret_of_identity(drawn: Path, tmp_path: Path, name: str, variable: str) -> None:
    """Handed one by mistake, by value or as a file, none of its programs would start."""
    given = environment_on(services()[name], drawn, tmp_path) | {variable: str(drawn / "vault.key")}

    with pytest.raises(MisconfiguredError, match=variable):
        sides.refuse_identity(given)


def test_every_variable_is_one_that_settings_read() -> None:
    """A name misspelt here would be a store forgotten."""
    read = "".join(text(path) for path in sources("storage/kit"))
    for name in OURS:
        for variable in environment(services()[name]):
            known = variable.removesuffix("_FILE") if not variable.endswith("_KEY_FILE") else variable
            assert f'"{known}"' in read or known in ("PORCHLIGHT_RESIDENT_ORIGIN", *_ORIGINS), variable


def test_only_the_proxies_have_a_door_outside() -> None:
    """Every other network is internal; nothing but the proxies publishes a port, each on an address of its own."""
    open_networks = {name for name, network in compose()["networks"].items() if not network.get("internal")}
    outside = {name for name, service in services().items() if networks(service) & open_networks or "ports" in service}
    addresses = [{port.rsplit(":", 2)[0] for port in services()[proxy]["ports"]} for proxy in sorted(PROXIES)]

    assert open_networks == {"outside-residents", "outside-staff"}
    assert outside == PROXIES
    assert addresses[0].isdisjoint(addresses[1])


def test_each_proxy_reaches_its_own_side() -> None:
    """On the residents' edge nobody of the staff, on the staff's nobody who knows a resident."""
    standing = {
        edge: {name for name, service in services().items() if edge in networks(service)}
        for edge in ("edge-residents", "edge-staff")
    }

    assert standing["edge-residents"] == {"residents-proxy", "resident-api", "public", "feed"}
    assert standing["edge-staff"] == {"staff-proxy", "staff-api", "feed"}


def test_the_proxies_write_nothing_about_residents() -> None:
    """No access log and no error log on their side; on the staff's no page's address, and no way to the other side."""
    residents, staff = ((ROOT / f"deploy/nginx/{side}.conf.template").read_text() for side in ("residents", "staff"))

    assert [line.strip() for line in residents.splitlines() if "_log" in line and not line.startswith("#")] == [
        "error_log /dev/null emerg;",
        "access_log off;",
        "access_log off;",
    ]
    assert not {"$request_uri", "$request ", "$args", "$http_"} & set(
        staff.split("access_log")[0].split("log_format")[1]
    )
    assert not any(word in staff for word in ("RESIDENT", "resident-api", "/v1/uploads"))
    for side in (residents, staff):
        assert 'proxy_set_header X-Request-ID "";' in side
        assert 'proxy_set_header X-Forwarded-For "";' in side
        assert "Strict-Transport-Security" in side


@pytest.mark.parametrize("name", sorted(services()))
def test_no_container_may_do_more_than_it_must(name: str) -> None:
    """Read-only, no capability nor a way to gain one, bounded memory, processes and logs, no root, an init."""
    service = services()[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"].split(":")[0] not in ("0", "root")
    assert service["init"] is True
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["stop_grace_period"]
    assert service["tmpfs"]
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_that_stays_is_looked_after(name: str) -> None:
    """A health check, and a restart; what the operator runs once has neither."""
    service = services()[name]

    if name in OPERATORS:
        assert (service["restart"], service["healthcheck"]) == ("no", {"disable": True})
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]


def test_everything_from_outside_is_named_by_its_bytes() -> None:
    """Images and bases carry a digest; ours are built here."""
    built = {"porchlight:local", "porchlight-s3:v1.8.0"}
    images = {service["image"] for service in services().values()} - built
    bases = [line.split()[1] for line in (ROOT / "Containerfile").read_text().splitlines() if line.startswith("FROM ")]

    assert all("@sha256:" in each for each in [*images, *bases])
    assert not [each for each in images if ":latest" in each]
    for service in services().values():
        assert service["image"] not in built or service["build"]["target"] in ("porchlight", "s3")


def test_what_the_containers_start_is_there() -> None:
    """Commands, configurations and the health check name files of this repository."""
    for name, service in services().items():
        for mounted in service.get("volumes", []):
            source = mounted.split(":")[0]
            assert not source.startswith("./deploy/") or (ROOT / source).exists() or source == "./deploy/handed", name
    for name in OURS - OPERATORS:
        assert services()[name]["healthcheck"]["test"][2] == "deploy/healthy"
        module = services()[name]["command"][2].replace(".", "/")
        assert (ROOT / f"{module}.py").exists() or (ROOT / module / "__main__.py").exists()


def test_secrets_are_drawn_once_each_for_its_reader(drawn: Path) -> None:
    """All that the file names but the certificates, closed to others, nothing shown, and never drawn over."""
    before = {file.name: file.read_bytes() for file in drawn.iterdir()}

    again = draw(drawn)

    wanted = {name for name in compose()["secrets"] if not name.startswith(("residents.", "staff."))}
    assert before.keys() == wanted
    assert {stat.S_IMODE(file.stat().st_mode) for file in drawn.iterdir()} == {0o600}
    assert again.returncode == 1
    assert {file.name: file.read_bytes() for file in drawn.iterdir()} == before
    said = again.stdout + again.stderr
    assert not [name for name, held in before.items() if held.strip().decode(errors="replace") in said]


def settings_named(given: dict[str, str], variable: str) -> bool:
    """Whether a store is named."""
    return any(given.get(each) for each in names(variable))


_ORIGINS = ("PORCHLIGHT_STAFF_ORIGIN", "PORCHLIGHT_PUBLIC_ORIGIN")


def _asked_for(service: dict[str, object]) -> set[str]:
    """The variables a service is given, by their own names whether by value or by file."""
    own = {each for one in (*RECORD_VARIABLES, *IDENTITY_VARIABLES) if one.endswith("_FILE") for each in (one,)}
    return {name if name in own else name.removesuffix("_FILE") for name in environment(service)}
