"""One variable: by value or by file, and refused in a line that never holds the value."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from storage.kit import variables
from storage.kit.variables import Address, MisconfiguredError

NAME = "PORCHLIGHT_X"


def test_a_value_can_lie_in_a_file(tmp_path: Path) -> None:
    """NAME_FILE names a file that holds it, in one line."""
    secret = tmp_path / "secret"
    secret.write_text("redis://user:word@host\n")

    found = variables.text({f"{NAME}_FILE": str(secret)}, NAME)

    assert found == "redis://user:word@host"


def test_what_is_not_given_is_none() -> None:
    """Nor is what is given empty, in either way."""
    assert variables.text({}, NAME) is None
    assert variables.text({NAME: "", f"{NAME}_FILE": ""}, NAME) is None
    assert not variables.is_named({NAME: "", f"{NAME}_FILE": ""}, NAME)
    assert variables.is_named({f"{NAME}_FILE": "/somewhere"}, NAME)


def test_both_ways_at_once_are_refused(tmp_path: Path) -> None:
    """Which of them was meant is nothing to guess."""
    with pytest.raises(MisconfiguredError, match=f"{NAME}_FILE are both set"):
        variables.text({NAME: "a", f"{NAME}_FILE": str(tmp_path)}, NAME)


@pytest.mark.parametrize("held", [None, b"", b" \n", b"one\ntwo\n", b"\xff\xfe"])
def test_a_file_that_holds_no_line_is_refused(tmp_path: Path, held: bytes | None) -> None:
    """Missing, empty, of two lines, or no text: one message, without what it holds."""
    secret = tmp_path / "secret"
    if held is not None:
        secret.write_bytes(held)

    with pytest.raises(MisconfiguredError, match=f"{NAME}_FILE") as raised:
        variables.text({f"{NAME}_FILE": str(secret)}, NAME)

    assert "one" not in str(raised.value).replace("one line", "")


def test_a_number_comes_from_a_file_too(tmp_path: Path) -> None:
    """Every variable can be given so."""
    (tmp_path / "port").write_text("9000")

    assert variables.number({f"{NAME}_FILE": str(tmp_path / "port")}, NAME, 1) == 9000
    assert variables.number({}, NAME, 1) == 1


@pytest.mark.parametrize(
    ("given", "found"), [("127.0.0.1:9100", Address("127.0.0.1", 9100)), ("[::1]:9100", Address("::1", 9100))]
)
def test_an_address_is_a_host_and_a_port(given: str, found: Address) -> None:
    """IPv6 in brackets."""
    assert variables.address({NAME: given}, NAME) == found


@pytest.mark.parametrize("given", ["9100", "host", "host:", "host:port", ":9100", "host:70000", "[::1"])
def test_another_thing_is_no_address(given: str) -> None:
    """Refused by the variable's name."""
    with pytest.raises(MisconfiguredError, match=f"^{NAME} must be HOST:PORT.$"):
        variables.address({NAME: given}, NAME)


@pytest.mark.parametrize(
    "given",
    ["https://porch.example", "https://porch.example:8443", "http://staff.localhost:8001", "http://127.0.0.1:1"],
)
def test_an_origin_is_what_browsers_call_a_site(given: str) -> None:
    """Scheme and host; without TLS on this machine only."""
    assert variables.origin({NAME: given}, NAME) == given


@pytest.mark.parametrize(
    "given",
    ["http://porch.example", "https://porch.example/", "porch.example", "https://", "ws://x.example", "https://a@b.c"],
)
def test_another_thing_is_no_origin(given: str) -> None:
    """A path, no scheme, a name and password, or a city reached in the clear."""
    with pytest.raises(MisconfiguredError, match=f"^{NAME} must be https"):
        variables.origin({NAME: given}, NAME)


def test_networks_have_commas_between_them() -> None:
    """None where none is given."""
    assert variables.networks({NAME: "172.30.1.0/24, fd00::/8"}, NAME) == (
        ip_network("172.30.1.0/24"),
        ip_network("fd00::/8"),
    )
    assert variables.networks({}, NAME) == ()
    with pytest.raises(MisconfiguredError, match=NAME):
        variables.networks({NAME: "172.30.1.1/24"}, NAME)


def test_a_time_zone_is_known_by_its_name() -> None:
    """UTC where none is given; what nobody knows is refused, also what looks like a path."""
    assert variables.time_zone({}, NAME).key == "UTC"
    assert variables.time_zone({NAME: "America/Chicago"}, NAME).key == "America/Chicago"
    for wrong in ("Kansas City", "../../etc/passwd", "/etc/localtime", "America"):
        with pytest.raises(MisconfiguredError, match="must be a time zone"):
            variables.time_zone({NAME: wrong}, NAME)


def test_domains_are_those_of_mailboxes() -> None:
    """Commas between them, whatever their case; an address is no domain."""
    assert variables.domains({}, NAME) == ()
    assert variables.domains({NAME: "Police.example.gov, city.example.gov"}, NAME) == (
        "police.example.gov",
        "city.example.gov",
    )
    for wrong in ("localhost", "ana@police.example.gov", "*.example.gov", "example..gov"):
        with pytest.raises(MisconfiguredError, match="must be domains"):
            variables.domains({NAME: wrong}, NAME)


def test_a_pattern_is_one_that_can_be_read() -> None:
    """And by default case numbers are capitals, digits and hyphens, with a digit among them."""
    found = variables.pattern({NAME: "[0-9]{2}-[0-9]{6}"}, NAME, variables.CASE_NUMBER)

    assert found.fullmatch("26-001234") and not found.fullmatch("26-1234")
    usual = variables.pattern({}, NAME, variables.CASE_NUMBER)
    assert all(usual.fullmatch(one) for one in ("26-001234", "CR-1", "KC26-4711", "7"))
    assert not any(usual.fullmatch(one) for one in ("", "cr-1", "CR", "CR-", "-1", "CR 1", "1--2", "1\n"))
    with pytest.raises(MisconfiguredError, match="regular expression"):
        variables.pattern({NAME: "[0-9"}, NAME, variables.CASE_NUMBER)


def test_push_goes_to_known_hosts_unless_others_are_named() -> None:
    """None at all where it says so; an address of this machine only as a test's stand-in."""
    assert "fcm.googleapis.com" in variables.push_hosts({}, NAME, stand_in=False)
    assert variables.push_hosts({NAME: "none"}, NAME, stand_in=False) == ()
    assert variables.push_hosts({NAME: "Push.example.net"}, NAME, stand_in=False) == ("push.example.net",)
    assert variables.push_hosts({NAME: "http://127.0.0.1:9"}, NAME, stand_in=True) == ("http://127.0.0.1:9",)
    for wrong in ("http://127.0.0.1:9", "localhost", "https://push.example.net", "10.0.0.1:443"):
        with pytest.raises(MisconfiguredError, match="must be hosts"):
            variables.push_hosts({NAME: wrong}, NAME, stand_in=False)


def test_a_contact_is_a_mailbox_or_an_address() -> None:
    """None where it is not given."""
    assert variables.contact({}, NAME) is None
    for right in ("mailto:it@city.example.org", "https://city.example.org/it"):
        assert variables.contact({NAME: right}, NAME) == right
    with pytest.raises(MisconfiguredError, match="must be mailto"):
        variables.contact({NAME: "it@city.example.org"}, NAME)
