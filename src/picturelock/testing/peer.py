"""The other end of a connection, on loopback: it says exactly what it is told to, byte for byte, or nothing at all.

For what no web server offers: answers that break off, drip, lie about their length, or end in a reset.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came.

    Attributes:
        line: Such as ``GET /file HTTP/1.1``.
        headers: Names in small letters.
        connection: Number of the connection that it came on, from 1.
    """

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


class Talk:
    """One connection, from the peer's side."""

    def __init__(self, connection: socket.socket, number: int, peer: "Peer") -> None:
        self._socket = connection
        self._number = number
        self._peer = peer
        self._pending = b""

    def read(self) -> Asked | None:
        """The next request; ``None`` where the other side has left."""
        while b"\r\n\r\n" not in self._pending:
            if not self._more():
                return None
        head, _, self._pending = self._pending.partition(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)
        }
        length = int(headers.get("content-length", "0"))
        while len(self._pending) < length:
            if not self._more():
                return None
        body, self._pending = self._pending[:length], self._pending[length:]
        asked = Asked(line, headers, body, self._number)
        self._peer.asked.append(asked)
        return asked

    def _more(self) -> bool:
        got = self._socket.recv(1 << 16)
        self._pending += got
        return bool(got)

    def hear(self) -> None:
        """Wait for the first bytes of a request, and leave the rest."""
        self._more()

    def send(self, data: bytes) -> None:
        """These bytes and no others."""
        self._socket.sendall(data)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole answer. Headers are named with underscores."""
        named = {"content_length": str(len(body)), **headers}
        lines = [f"HTTP/1.1 {status} Said", *(f"{n.replace('_', '-')}: {v}" for n, v in named.items() if v)]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def reset(self) -> None:
        """Break the connection, so that the other side is told that it broke."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def hold(self) -> None:
        """Say nothing until the other side has left."""
        with suppress(OSError):
            while self._socket.recv(1 << 16):
                pass


Script = Callable[[Talk], None]


@dataclass
class Peer:
    """A listening peer.

    Attributes:
        asked: Every request, in order of arrival.
        connections: How many were made.
    """

    script: Script
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    _listener: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def listen(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.settimeout(_PATIENCE_SECONDS)
            thread = threading.Thread(target=self._talk, args=(connection, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        # The other side may leave at any moment: that is what it is being tried for.
        with connection, suppress(OSError):
            self.script(Talk(connection, number, self))

    def close(self) -> None:
        """Stop listening, and wait for every talk to end."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(_PATIENCE_SECONDS)


@contextmanager
def peer(script: Script) -> Iterator[Peer]:
    """A peer that follows a script on each connection, as long as the context lasts."""
    one = Peer(script)
    listening = threading.Thread(target=one.listen, daemon=True)
    listening.start()
    try:
        yield one
    finally:
        one.close()
        listening.join(_PATIENCE_SECONDS)
