"""How many connections one address may have, and all together may open."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from feed.crowd import A_SECOND, ALL_A_SECOND, ALL_IN_A_ROW, MOST_IN_A_ROW, UNTOLD, Crowd, Entry

IN, TOO_OFTEN, BUSY = Entry.IN, Entry.TOO_OFTEN, Entry.BUSY

PROXIES = (ip_network("172.30.1.0/24"), ip_network("fd00:1::/64"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "whose"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # anybody may write a header
        ("172.30.1.2", "198.51.100.1", "198.51.100.1"),
        ("172.30.1.2", "10.9.8.7, 198.51.100.1", "198.51.100.1"),  # the first was written by who came
        ("172.30.1.2", None, UNTOLD),
        ("172.30.1.2", "somebody", UNTOLD),
        ("::ffff:172.30.1.2", "198.51.100.1", "198.51.100.1"),
        ("172.30.1.2", "::ffff:198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", None, None),
        ("::1", None, None),
        ("", None, None),
    ],
)
def test_the_address_is_the_one_a_trusted_proxy_saw(peer: str, forwarded: str | None, whose: str | None) -> None:
    """Its last hop; from others the header means nothing, and this machine is not counted."""
    assert Crowd(PROXIES).address(peer, forwarded) == whose


def test_one_household_has_one_address() -> None:
    """Of IPv6 the first half counts: the rest anybody may choose for themselves."""
    crowd = Crowd(PROXIES)

    first, second, other = (
        crowd.address(each, None) for each in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1")
    )

    assert first == second != other


def test_so_many_at_once_and_no_more() -> None:
    """Until one of them leaves; another address is not concerned."""
    crowd = Crowd(most=2)

    let_in = [crowd.enter("a"), crowd.enter("a"), crowd.enter("a"), crowd.enter("b")]
    crowd.leave("a")

    assert let_in == [IN, IN, TOO_OFTEN, IN]
    assert crowd.enter("a") is IN


def test_so_many_in_a_row_and_then_at_a_pace() -> None:
    """Who opens and closes without end is slowed down."""
    now = 0.0
    crowd = Crowd(clock=lambda: now)
    for _ in range(MOST_IN_A_ROW):
        assert crowd.enter("a") is IN
        crowd.leave("a")

    assert crowd.enter("a") is TOO_OFTEN
    now += 1.0
    let_in = [crowd.enter("a") for _ in range(MOST_IN_A_ROW)]

    assert let_in.count(IN) == A_SECOND


def test_all_together_open_so_many_in_a_row_and_then_at_a_pace() -> None:
    """However many addresses they come from; who is refused, and who came too often, takes nothing from the others."""
    now = 0.0
    crowd = Crowd(most=1, clock=lambda: now)
    crowd.enter("often")
    assert [crowd.enter("often") for _ in range(10)] == [TOO_OFTEN] * 10
    let_in = [crowd.enter(f"first-{n}") for n in range(ALL_IN_A_ROW + 10)]
    assert (let_in.count(IN), let_in.count(BUSY)) == (ALL_IN_A_ROW - 1, 11)

    now += 0.5
    let_in = [crowd.enter(f"then-{n}") for n in range(ALL_IN_A_ROW)]

    assert let_in.count(IN) == ALL_A_SECOND / 2
    assert crowd.enter("often") is TOO_OFTEN


def test_whom_a_proxy_counts_is_counted_with_all_alone() -> None:
    """A city behind the residents' proxy is no one household; together they open no faster than everybody may."""
    now = 0.0
    crowd = Crowd(PROXIES, most=2, clock=lambda: now)

    let_in = [crowd.enter(UNTOLD) for _ in range(ALL_IN_A_ROW + 1)]
    crowd.leave(UNTOLD)

    assert (let_in.count(IN), let_in[-1]) == (ALL_IN_A_ROW, BUSY)


def test_who_is_gone_is_forgotten() -> None:
    """No address is kept longer than it needs to be counted."""
    now = 0.0
    crowd = Crowd(clock=lambda: now)
    crowd.enter("gone")
    crowd.enter("here")
    crowd.leave("gone")

    crowd.forget()
    young = set(crowd._openings)
    now += 10.0
    crowd.forget()

    assert young == {"gone", "here"}
    assert set(crowd._openings) == {"here"}
    assert set(crowd._here) == {"here"}
