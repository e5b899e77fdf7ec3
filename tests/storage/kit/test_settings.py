"""Settings: the data folder alone is enough, and the record side refuses what belongs to identity."""

from __future__ import annotations

import os
from collections import UserDict
from pathlib import Path
from typing import Any

import pytest

from storage.kit import settings
from storage.kit.clock import DAY
from storage.kit.settings import IDENTITY_VARIABLES, Address, MisconfiguredError, Ports


def test_the_data_folder_alone_is_enough(tmp_path: Path) -> None:
    """Embedded mode: everything of the record lies under `record/`, everything of identity under `identity/`."""
    env = {"PORCHLIGHT_DATA": str(tmp_path)}

    record, identity = settings.record(env), settings.identity(env)

    assert record.database == f"sqlite:///{tmp_path}/record/record.db"
    assert record.media == f"{tmp_path}/record/media"
    assert record.bell_key_file == tmp_path / "record/keys/bell.key"
    assert record.cases_key_file == tmp_path / "record/keys/cases.key"
    assert identity.folder == tmp_path / "identity"
    assert identity.database == f"sqlite:///{tmp_path}/identity/identity.db"
    assert identity.originals == f"{tmp_path}/identity/originals"
    assert identity.vault_key_file == tmp_path / "identity/keys/vault.key"
    assert record.redis != identity.redis


def test_without_any_setting_data_are_in_var() -> None:
    """The default folder is `var/` where the program was started, doors at 8000 and on, no demo, no bench."""
    found = settings.record({})

    assert found.data == Path.cwd() / "var"
    assert [found.ports.resident, found.ports.staff, found.ports.feed, found.ports.public] == [8000, 8001, 8002, 8003]
    assert (found.bench, found.secure_cookies) == (False, False)


def test_variables_name_the_engines_of_production(tmp_path: Path) -> None:
    """Each setting can be given by its variable."""
    env = {
        "PORCHLIGHT_DATA": str(tmp_path),
        "PORCHLIGHT_RECORD_DATABASE": "postgresql+psycopg://record",
        "PORCHLIGHT_MEDIA": "s3://media",
        "PORCHLIGHT_RECORD_REDIS": "redis://record",
        "PORCHLIGHT_BELL_KEY_FILE": str(_a_key(tmp_path / "bell")),
        "PORCHLIGHT_PORTS": "9000",
        "PORCHLIGHT_FEED_ADDRESS": "wss://feed.example/v1/feed",
        "PORCHLIGHT_TLS": "1",
        "PORCHLIGHT_IDENTITY_DATABASE": "postgresql+psycopg://identity",
        "PORCHLIGHT_ORIGINALS": "s3://originals",
        "PORCHLIGHT_AIRLOCK_REDIS": "redis://airlock",
        "PORCHLIGHT_VAULT_KEY_FILE": str(_a_key(tmp_path / "vault")),
    }

    record, identity = settings.record(env), settings.identity(env)

    assert (record.database, record.media, record.redis) == (
        "postgresql+psycopg://record",
        "s3://media",
        "redis://record",
    )
    assert (record.bell_key_file, record.feed_address) == (tmp_path / "bell", "wss://feed.example/v1/feed")
    assert (record.ports, record.secure_cookies) == (Ports(9000), True)
    assert (identity.database, identity.originals) == ("postgresql+psycopg://identity", "s3://originals")
    assert (identity.redis, identity.vault_key_file) == ("redis://airlock", tmp_path / "vault")


@pytest.mark.parametrize("name", [each for name in IDENTITY_VARIABLES for each in (name, f"{name}_FILE")])
def test_the_record_side_refuses_each_credential_of_identity(name: str) -> None:
    """A program of the record side names the variable it must not hold, never its value, and does not start."""
    with pytest.raises(MisconfiguredError, match=name) as raised:
        settings.refuse_identity({name: "a-credential"})

    assert "a-credential" not in str(raised.value)


@pytest.mark.parametrize("name", ["PORCHLIGHT_BELL_KEY_FILE", "PORCHLIGHT_VAULT_KEY_FILE"])
@pytest.mark.parametrize("held", [None, b"short"])
def test_a_named_key_is_never_drawn_anew(tmp_path: Path, name: str, held: bytes | None) -> None:
    """Missing or damaged, it is one line that names the variable, and no file is made."""
    place = tmp_path / "named.key"
    if held is not None:
        place.write_bytes(held)
    env = {"PORCHLIGHT_DATA": str(tmp_path), name: str(place)}

    with pytest.raises(MisconfiguredError, match=name):
        settings.identity(env) if "VAULT" in name else settings.record(env)

    assert (place.read_bytes() if place.exists() else None) == held


def test_every_credential_of_identity_is_in_the_list(tmp_path: Path) -> None:
    """Whatever variable the identity settings read, beside folder, sandbox switch and days, is refused elsewhere."""

    class Asked(UserDict[str, str]):
        def __init__(self) -> None:
            super().__init__(PORCHLIGHT_DATA=str(tmp_path))
            self.names: set[str] = set()

        def get(self, key: str, default: Any = None) -> Any:
            self.names.add(key)
            return super().get(key, default)

    env = Asked()

    settings.identity(env)

    asked = {name.removesuffix("_FILE") for name in env.names}
    refused = {name.removesuffix("_FILE") for name in IDENTITY_VARIABLES}
    push = {"PORCHLIGHT_PUSH_HOSTS", "PORCHLIGHT_PUSH_CONTACT"}
    others = {"PORCHLIGHT_DATA", "PORCHLIGHT_UNSAFE_NO_SANDBOX", "PORCHLIGHT_AUTHORSHIP_DAYS"}
    assert asked == {*refused, *others, *push}


def test_authorship_ends_after_thirty_days_unless_the_city_says_otherwise(tmp_path: Path) -> None:
    """Any number of days up to a post's life; never at once, and never later."""
    env = {"PORCHLIGHT_DATA": str(tmp_path)}
    told = [settings.identity({**env, "PORCHLIGHT_AUTHORSHIP_DAYS": days}).authorship_life for days in ("", "7", "90")]

    assert [life // DAY for life in told] == [30, 7, 90]
    for days in ("0", "-1", "91", "never"):
        with pytest.raises(MisconfiguredError, match="PORCHLIGHT_AUTHORSHIP_DAYS"):
            settings.identity({**env, "PORCHLIGHT_AUTHORSHIP_DAYS": days})


def test_without_credentials_nothing_is_refused() -> None:
    """An empty value is no credential."""
    settings.refuse_identity({**dict.fromkeys(IDENTITY_VARIABLES, ""), "PATH": "/bin"})

    assert not [name for name in IDENTITY_VARIABLES if os.environ.get(name)]


def test_a_port_is_a_number(tmp_path: Path) -> None:
    """Nonsense is refused by the variable's name."""
    with pytest.raises(MisconfiguredError, match="PORCHLIGHT_PORTS"):
        settings.record({"PORCHLIGHT_DATA": str(tmp_path), "PORCHLIGHT_PORTS": "eight"})


@pytest.mark.parametrize(
    "address", ["wss://feed.example/v1/feed", "ws://127.0.0.1.example/v1/feed", "ws://feed.example/127.0.0.1"]
)
def test_benchmarks_stay_on_this_machine(tmp_path: Path, address: str) -> None:
    """Finer times than a city may tell exist on loopback only."""
    env = {"PORCHLIGHT_DATA": str(tmp_path), "PORCHLIGHT_BENCH": "1"}

    assert settings.record(env).bench
    with pytest.raises(MisconfiguredError, match="loopback"):
        settings.record({**env, "PORCHLIGHT_FEED_ADDRESS": address})


def test_demo_data_carry_a_mark(tmp_path: Path) -> None:
    """A folder is demo data only where the mark was left."""
    before = settings.is_demo(tmp_path)
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "demo").touch()

    assert (before, settings.is_demo(tmp_path)) == (False, True)


@pytest.mark.parametrize(
    "reachable",
    [
        {"PORCHLIGHT_TLS": "1"},
        {"PORCHLIGHT_FEED_ADDRESS": "ws://127.0.0.1.example/v1/feed"},
        {"PORCHLIGHT_RECORD_DATABASE": "sqlite:////elsewhere/record.db"},
        {"PORCHLIGHT_MEDIA": "s3+https://key:secret@s3/media"},
        {"PORCHLIGHT_AIRLOCK_REDIS_FILE": "/run/secrets/airlock-redis"},
        {"PORCHLIGHT_LISTEN": "0.0.0.0"},
        {"PORCHLIGHT_STAFF_ORIGIN": "https://staff.example"},
        {"PORCHLIGHT_TRUSTED_PROXY": "172.30.1.0/24"},
    ],
)
def test_demo_data_never_stand_for_a_city_that_anybody_can_reach(tmp_path: Path, reachable: dict[str, str]) -> None:
    """Codes on the page and log-ins without a second factor exist embedded and on loopback only."""
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "demo").touch()
    env = {"PORCHLIGHT_DATA": str(tmp_path)}

    assert settings.record(env).demo
    with pytest.raises(MisconfiguredError, match="loopback"):
        settings.record({**env, **reachable})


def test_doors_beyond_this_machine_must_be_told_their_names(tmp_path: Path) -> None:
    """Who listens to others answers under the host of its own origin alone; without one it does not start."""
    env = {"PORCHLIGHT_DATA": str(tmp_path), "PORCHLIGHT_LISTEN": "0.0.0.0"}
    named = {
        **env,
        "PORCHLIGHT_RESIDENT_ORIGIN": "https://porch.example",
        "PORCHLIGHT_STAFF_ORIGIN": "https://s.example",
    }
    alone, told = settings.record(env), settings.record(named)

    with pytest.raises(MisconfiguredError, match="PORCHLIGHT_STAFF_ORIGIN"):
        alone.hosts("staff")
    with pytest.raises(MisconfiguredError, match="who may listen"):
        _ = alone.feed_hosts

    assert told.hosts("resident") == {"porch.example", "127.0.0.1", "localhost"}
    assert told.feed_hosts == {"porch.example", "s.example", "127.0.0.1", "localhost"}
    assert told.pages == ("https://porch.example", "https://s.example")
    assert (alone.secure_cookies, told.secure_cookies) == (False, True)


def test_on_this_machine_doors_answer_to_its_own_names(tmp_path: Path) -> None:
    """Each under the name its site has in embedded mode, and as programs call this machine."""
    found = settings.record({"PORCHLIGHT_DATA": str(tmp_path)})

    assert found.hosts("resident") == {"residents.localhost", "127.0.0.1", "localhost"}
    assert found.hosts("public") == {"127.0.0.1", "localhost"}
    assert found.feed_hosts == {"residents.localhost", "staff.localhost", "127.0.0.1", "localhost"}


def test_our_pages_may_listen_under_each_name_of_this_machine(tmp_path: Path) -> None:
    """Residents' and staff's site; the public one has nothing to hear."""
    found = settings.record({"PORCHLIGHT_DATA": str(tmp_path), "PORCHLIGHT_PORTS": "9000"}).pages

    assert "http://127.0.0.1:9000" in found
    assert "http://staff.localhost:9001" in found
    assert not [origin for origin in found if origin.endswith((":9002", ":9003"))]


@pytest.mark.parametrize("side", ["RECORD", "IDENTITY"])
def test_a_city_names_every_store_it_uses(tmp_path: Path, side: str) -> None:
    """A forgotten one would be a folder in a container, gone with it."""
    env = {f"PORCHLIGHT_{side}_DATABASE": "postgresql+psycopg://x", "PORCHLIGHT_MEDIA": "s3+https://x"}

    settings.demand("PORCHLIGHT_MEDIA", env=env)
    settings.demand("PORCHLIGHT_RECORD_REDIS", env={"PORCHLIGHT_DATA": str(tmp_path)})
    with pytest.raises(MisconfiguredError, match="PORCHLIGHT_RECORD_REDIS"):
        settings.demand("PORCHLIGHT_MEDIA", "PORCHLIGHT_RECORD_REDIS", env=env)


def test_metrics_answer_nowhere_unless_told(tmp_path: Path) -> None:
    """PORCHLIGHT_METRICS names a host and a port."""
    env = {"PORCHLIGHT_DATA": str(tmp_path)}

    assert settings.record(env).metrics is None
    assert settings.record({**env, "PORCHLIGHT_METRICS": "0.0.0.0:9100"}).metrics == Address("0.0.0.0", 9100)


def test_sockets_are_in_a_short_private_folder(tmp_path: Path) -> None:
    """However deep the data lie, a socket's path is short, its folder closed to others, and each data folder's own."""
    deep = tmp_path / ("d" * 100) / ("e" * 100)

    folder, other = settings.socket_folder(deep), settings.socket_folder(tmp_path)
    mode = folder.stat().st_mode
    again = settings.socket_folder(deep)
    for made in (folder, other):
        made.rmdir()

    assert len(str(folder / "airlock.sock")) < 107
    assert mode & 0o077 == 0
    assert folder != other
    assert folder == again


def test_a_socket_folder_somebody_else_may_enter_is_refused(tmp_path: Path) -> None:
    """A folder that others can open is no place for a socket."""
    folder = settings.socket_folder(tmp_path)
    folder.chmod(0o755)

    try:
        with pytest.raises(MisconfiguredError, match="not private"):
            settings.socket_folder(tmp_path)
    finally:
        folder.rmdir()


@pytest.mark.parametrize("identity", [True, False])
def test_a_child_gets_this_environment_and_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, identity: bool
) -> None:
    """A child gets variables beside ours, and the credentials of identity only where that is its side."""
    monkeypatch.setenv("PORCHLIGHT_DATA", "elsewhere")
    monkeypatch.setenv("PORCHLIGHT_ORIGINALS", "a-credential")
    monkeypatch.setenv("PORCHLIGHT_AIRLOCK_REDIS_FILE", "where-a-credential-is")

    settings.choose_data_folder(tmp_path)
    env = settings.for_child(identity=identity, PORCHLIGHT_TLS="1")

    assert settings.data_folder() == tmp_path
    assert (env["PORCHLIGHT_DATA"], env["PORCHLIGHT_TLS"]) == (str(tmp_path), "1")
    assert ("PORCHLIGHT_ORIGINALS" in env) is identity
    assert ("PORCHLIGHT_AIRLOCK_REDIS_FILE" in env) is identity


def _a_key(place: Path) -> Path:
    place.write_bytes(bytes(32))
    return place
