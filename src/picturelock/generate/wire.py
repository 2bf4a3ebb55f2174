"""One HTTP exchange over the network, of which three things are known for certain.

Whether a byte of the request left this machine; that it ends by its deadline, however slowly the other side drips; and
that it went to an address that was allowed, because the address that was checked is the one that is connected to.
"""

import contextlib
import ipaddress
import socket
import ssl
import struct
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from picturelock.core.failures import PicturelockError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Guard = Callable[[str, Address], bool]
"""Whether a host's name, resolved to this address, may be connected to."""

_PIECE = 1 << 14


class Forbidden(PicturelockError):
    """An address that may not be connected to. Nothing was sent."""


@dataclass(slots=True)
class Passage:
    """What is known of one exchange.

    Attributes:
        seconds: After which it ends, from now.
        sent: A byte of the request may have left this machine.
        until: The deadline on the monotonic clock.
    """

    seconds: float
    sent: bool = False
    until: float = field(init=False)

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.seconds

    def left(self, timeout: float | None) -> float:
        """Seconds that the next wait may take; at least a moment, so that what has arrived can still be read."""
        remaining = self.until - time.monotonic()
        return max(0.001, remaining if timeout is None else min(timeout, remaining))

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self.until


_passage: ContextVar[Passage | None] = ContextVar("_passage", default=None)


@contextlib.contextmanager
def passage(seconds: float) -> Generator[Passage, None, None]:
    """Everything that this thread sends and reads inside belongs to one exchange."""
    one = Passage(seconds)
    token = _passage.set(one)
    try:
        yield one
    finally:
        _passage.reset(token)


class _Stream(httpcore.NetworkStream):
    """A connection that heeds the deadline and notes when the request leaves."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._whole = True

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        now = _passage.get()
        if now is not None and now.over:
            raise httpcore.ReadTimeout("the deadline has passed")
        read = self._inner.read(max_bytes, now.left(timeout) if now is not None else timeout)
        self._whole = True
        return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        now = _passage.get()
        self._whole = False
        for start in range(0, len(buffer), _PIECE):
            if now is not None:
                if now.over:
                    raise httpcore.WriteTimeout("the deadline has passed")
                now.sent = True
            self._inner.write(buffer[start : start + _PIECE], now.left(timeout) if now else timeout)

    def close(self) -> None:
        sock = self._inner.get_extra_info("socket")
        if not self._whole and sock is not None:
            # Nothing was answered. What the system still holds of the request must not leave by itself, minutes later,
            # when a cable is put back: by then it counts as lost, and may have been sent again.
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        now = _passage.get()
        limit = now.left(timeout) if now else timeout
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    """Resolves names itself, and connects only to addresses that the guard lets pass."""

    def __init__(self, guard: Guard | None) -> None:
        self._guard = guard
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        now = _passage.get()
        failed: Exception | None = None
        for address in self._addresses(host, port):
            if now is not None and now.over:
                break
            limit = now.left(timeout) if now else timeout
            try:
                return _Stream(
                    self._plain.connect_tcp(str(address), port, limit, local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectTimeout("the deadline has passed")

    def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be found: {error}") from error
        addresses = list(
            dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found)
        )
        allowed = [a for a in addresses if self._guard is None or self._guard(host, a)]
        if not allowed:
            raise Forbidden(f"{host} is not a place that may be connected to")
        return allowed

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise Forbidden("a socket file is not a place that may be connected to")


class _Body(httpx.SyncByteStream):
    """A response's body as it comes in."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner

    def close(self) -> None:
        self._inner.close()


class Wire:
    """Connections to whatever the guard allows. No retries, no redirects, no cookies, no proxies of the environment.

    Args:
        guard: Which addresses may be connected to; ``None`` for any.
        keep: Connections that are kept open for the next request; 0 gives each request its own, so that none is sent
            on a connection which the other side is just closing.
    """

    def __init__(self, guard: Guard | None = None, *, keep: int = 0) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=64,
            max_keepalive_connections=keep,
            keepalive_expiry=15.0,
            retries=0,
            network_backend=_Network(guard),
        )

    @contextlib.contextmanager
    def send(self, request: httpx.Request) -> Generator[httpx.Response, None, None]:
        """Send a request, and read its answer inside.

        Raises:
            httpcore.TimeoutException: Waited too long.
            httpcore.NetworkError: The connection could not be made, or broke.
            httpcore.ProtocolError: What came back is no HTTP, or broke off.
            Forbidden: The guard does not let it pass.
        """
        raw = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(raw)
        response = httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), request=request
        )
        try:
            yield response
        finally:
            response.close()

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpx.DecodingError,
    ssl.SSLError,
)
"""What an exchange can fail with, :class:`Forbidden` aside."""


def timeouts(*, connect: float, read: float, write: float) -> dict[str, Any]:
    """The waits of one exchange in seconds, as a request carries them."""
    return {"timeout": {"connect": connect, "read": read, "write": write, "pool": connect}}


def public(address: Address) -> bool:
    """Whether an address is on the open internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = (
            address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or _nat64(address)
        )
        if inner is not None:
            return public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
