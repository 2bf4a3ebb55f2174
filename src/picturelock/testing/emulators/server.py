"""One HTTP/1.1 server with keep-alive on loopback, in a thread or as the process itself.

Its connections can be closed without a word, which no web framework offers and lossy networks do.
"""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_STARTED_SECONDS = 30.0


class Lines:
    """The open connections by the client's address."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        """A protocol class that keeps this register."""
        lines = self._open

        class Kept(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:
                super().connection_made(transport)
                if self.client is not None:
                    lines[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    lines.pop(self.client, None)
                super().connection_lost(exc)

        return Kept

    def hang_up(self, scope: Scope) -> None:
        """Close a request's connection without a word."""
        client = scope.get("client")
        transport = self._open.get(tuple(client)) if client else None
        if transport is not None:
            transport.close()


class _Server(uvicorn.Server):
    """Says when it is ready, and starts what runs beside it."""

    def __init__(self, config: uvicorn.Config, beside: Callable[[], Coroutine[Any, Any, None]]) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._beside = beside
        self._task: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._task = asyncio.create_task(self._beside())
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._task is not None:
            self._task.cancel()
        await super().shutdown(sockets)


class Server:
    """Serves an application on 127.0.0.1.

    Args:
        app: ASGI.
        lines: Register of connections.
        beside: Runs on the server's loop as long as it serves.
        port: 0 for a free one.
    """

    def __init__(
        self, app: ASGIApp, lines: Lines, beside: Callable[[], Coroutine[Any, Any, None]], port: int = 0
    ) -> None:
        # asyncio sends small answers at once only on sockets that say they are TCP.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen(2048)
        config = uvicorn.Config(
            app,
            http=lines.protocol(),
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level=logging.CRITICAL,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
            backlog=2048,
        )
        self._server = _Server(config, beside)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Base address, without a slash at its end."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def start(self) -> None:
        """Serve from a thread; requests are answered when this returns.

        Raises:
            RuntimeError: It did not start.
        """
        self._thread = threading.Thread(target=self.run, name="emulator", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(_STARTED_SECONDS):
            raise RuntimeError("the emulator's server did not start")

    def run(self) -> None:
        """Serve until told to stop."""
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def stop(self) -> None:
        """Stop serving and wait until it has."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
        self._socket.close()
