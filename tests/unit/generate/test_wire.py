"""Where a connection may lead, and that it is the checked address that is connected to."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.generate.download import reachable
from picturelock.generate.wire import Address, Forbidden, Guard, Wire, passage, public
from picturelock.testing.peer import Talk, peer


@contextmanager
def wired(guard: Guard | None = None, keep: int = 0) -> Iterator[Wire]:
    wire = Wire(guard, keep=keep)
    try:
        yield wire
    finally:
        wire.close()


def serves(talk: Talk) -> None:
    while talk.read():
        talk.answer(200, b"x" * 10)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::",  # noqa: S104  # this machine
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "fc00::1", "fec0::1",  # this house
        "169.254.169.254", "fe80::1",  # this link, where clouds keep their keys
        "100.64.0.1",  # this carrier
        "224.0.0.1", "ff02::1", "255.255.255.255",  # everyone
        "192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::1",  # nobody
        "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "2002:a00:1::",  # in disguise
    ],
)  # fmt: skip
def test_what_is_not_on_the_open_internet_is_not_public(address: str):
    assert not public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_what_is_on_the_open_internet_is_public(address: str):
    assert public(ipaddress.ip_address(address))


@given(st.ip_addresses())
def test_no_address_that_is_private_or_local_is_public(address: Address):
    if public(address):
        assert address.is_global
        assert not address.is_loopback
        assert not address.is_private
        assert not address.is_link_local
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_a_disguise_changes_nothing(address: ipaddress.IPv4Address):
    for disguised in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert public(ipaddress.ip_address(disguised)) == public(address)


PRIVATE = ipaddress.ip_address("10.1.2.3")
LOOPBACK = ipaddress.ip_address("127.0.0.1")
OPEN = ipaddress.ip_address("93.184.216.34")


def test_a_vendors_results_come_from_the_open_internet_or_from_the_vendors_own_host():
    allowed = reachable("https://runway.studio.internal/api")
    assert allowed("cdn.example.com", OPEN)
    assert not allowed("cdn.example.com", PRIVATE)
    assert allowed("runway.studio.internal", PRIVATE)
    assert allowed("RUNWAY.studio.internal", PRIVATE)
    assert not allowed("runway.studio.internal", LOOPBACK)


def test_only_a_vendor_on_this_machine_delivers_from_this_machine():
    allowed = reachable("http://127.0.0.1:8080")
    assert allowed("localhost", LOOPBACK)
    assert allowed("cdn.example.com", OPEN)
    assert not allowed("cdn.example.com", PRIVATE)
    assert not reachable("https://api.example.com")("api.example.com", LOOPBACK)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to():
    checked: list[tuple[str, str]] = []

    def watch(host: str, address: Address) -> bool:
        checked.append((host, str(address)))
        return address == LOOPBACK

    with peer(serves) as other, wired(watch) as wire:
        request = httpx.Request("GET", f"http://localhost:{other.port}/")
        with wire.send(request) as response:
            assert response.read() == b"x" * 10
    assert ("localhost", "127.0.0.1") in checked
    assert other.connections == 1


def test_a_forbidden_address_is_never_connected_to():
    with peer(serves) as other, wired(lambda host, address: False) as wire:
        request = httpx.Request("GET", f"http://localhost:{other.port}/")
        with pytest.raises(Forbidden, match="localhost"), wire.send(request):
            pass
    assert other.connections == 0


def test_an_exchange_knows_when_it_has_begun_to_send():
    with peer(serves) as other, wired() as wire, passage(5.0) as known:
        assert not known.sent
        with wire.send(httpx.Request("GET", other.url)) as response:
            assert known.sent
            response.read()
        assert not known.over


def test_one_exchange_tells_nothing_of_the_next():
    with peer(serves) as other, wired() as wire:
        with passage(5.0) as first, wire.send(httpx.Request("GET", other.url)) as response:
            response.read()
        with passage(5.0) as second:
            assert first.sent
            assert not second.sent
