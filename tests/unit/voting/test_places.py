# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a request comes from: what is believed of it, and what is not."""

from datetime import timedelta

import pytest
from django.test import RequestFactory

from voting import places
from voting.places import place_of
from voting.rarely import Rarely

HERE, THERE, PROXY = "192.0.2.1", "192.0.2.2", "198.51.100.7"


@pytest.fixture(autouse=True)
def _not_said_yet(monkeypatch):
    monkeypatch.setattr(places, "_rarely", Rarely(timedelta(hours=1)))


def place(settings, *, proxies: int, connected_from: str, forwarded: str | None = None) -> str:
    settings.VERITALLY_TRUSTED_PROXIES = proxies
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return place_of(RequestFactory().get("/", REMOTE_ADDR=connected_from, **headers))


@pytest.mark.parametrize("forwarded", [None, THERE, f"{THERE}, {THERE}"])
def test_without_proxies_nothing_that_is_sent_is_believed(settings, forwarded):
    assert place(settings, proxies=0, connected_from=HERE, forwarded=forwarded) == HERE


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (1, HERE, HERE),
        (1, f"{THERE}, {HERE}", HERE),  # the first was sent by the client itself
        (1, f"{THERE},{THERE} , {HERE} ", HERE),
        (2, f"{HERE}, {PROXY}", HERE),
        (2, f"{THERE}, {HERE}, {PROXY}", HERE),
        (3, f"{THERE}, {HERE}, {PROXY}", THERE),
    ],
)
@pytest.mark.parametrize("connected_from", ["", "127.0.0.1"])
def test_of_what_proxies_add_the_outermost_ones_entry_counts(
    settings, proxies, forwarded, expected, connected_from
):
    found = place(settings, proxies=proxies, connected_from=connected_from, forwarded=forwarded)
    assert found == expected


@pytest.mark.parametrize(
    ("proxies", "forwarded"),
    [
        (1, None),
        (1, ""),
        (2, HERE),
        (1, "unknown"),
        (1, f"{HERE}, "),
        (1, f"{HERE}, x"),
        (1, f"{HERE}:4711"),
        (1, "192.0.2.01"),
    ],
)
def test_what_is_missing_or_no_address_is_unknown(settings, proxies, forwarded):
    assert place(settings, proxies=proxies, connected_from=PROXY, forwarded=forwarded) == ""


def test_a_socket_file_without_a_trusted_proxy_is_unknown_and_the_log_says_so(settings, caplog):
    assert place(settings, proxies=0, connected_from="", forwarded=HERE) == ""
    assert "client_place_unknown" in caplog.text
    assert HERE not in caplog.text


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize(("proxies", "forwarded"), [(0, None), (0, HERE), (1, "127.0.0.1")])
def test_an_address_of_this_machine_is_a_proxys_and_no_clients(settings, caplog, address, proxies, forwarded):
    settings.VERITALLY_LOCAL = False
    assert place(settings, proxies=proxies, connected_from=address, forwarded=forwarded) == ""
    assert "client_place_unknown" in caplog.text


@pytest.mark.parametrize("proxies", [0, 1])
def test_on_ones_own_machine_its_address_is_a_place(settings, proxies):
    settings.VERITALLY_LOCAL = True
    found = place(settings, proxies=proxies, connected_from="127.0.0.1", forwarded="127.0.0.1")
    assert found == "127.0.0.1"


def test_the_log_says_now_and_then_that_places_are_unknown(settings, caplog):
    for _ in range(3):
        place(settings, proxies=1, connected_from=PROXY)
    assert caplog.text.count("client_place_unknown") == 1


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (f"::ffff:{HERE}", HERE),
    ],
)
def test_who_has_many_addresses_is_one_place(settings, address, expected):
    assert place(settings, proxies=0, connected_from=address) == expected
