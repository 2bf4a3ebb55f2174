"""What the emulators' tests share: a picture, customers of each vendor, and somebody who receives callbacks."""

import base64
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import jwt
import numpy as np
import pytest

from picturelock.media.picture import png
from picturelock.testing.emulators.faults import Rule
from picturelock.testing.emulators.framework import Emulator
from picturelock.testing.emulators.registry import emulator

PATIENCE = 30.0


@pytest.fixture(scope="session")
def still() -> bytes:
    """A PNG of 1280 x 720: a slope of greys, so that it is not mistaken for another."""
    rows = np.linspace(20, 220, 720, dtype=np.uint8)
    return png(np.repeat(np.repeat(rows[:, None, None], 1280, axis=1), 3, axis=2))


@pytest.fixture(scope="session")
def data_uri(still: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(still).decode()


@pytest.fixture(scope="session")
def plain(still: bytes) -> str:
    """The picture in base64."""
    return base64.b64encode(still).decode()


class RunwayCustomer:
    """Speaks HTTP to Runway."""

    def __init__(self, vendor: Emulator[Any], picture: str) -> None:
        self.vendor, self.picture = vendor, picture
        headers = {"Authorization": f"Bearer {vendor.settings.key}", "X-Runway-Version": "2024-11-06"}
        self.http = httpx.Client(base_url=vendor.base_url, headers=headers, timeout=PATIENCE)

    def order(self, **changes: Any) -> httpx.Response:
        """Ask for a clip of five seconds, or for something else."""
        body = {
            "model": "gen4.5",
            "promptImage": self.picture,
            "promptText": "She turns",
            "ratio": "1280:720",
            "duration": 5,
            **changes,
        }
        body = {name: value for name, value in body.items() if value is not None}
        path = body.pop("path", "/v1/image_to_video")
        return self.http.post(path, json=body)

    def took(self, **changes: Any) -> str:
        """The id of an order that is taken on."""
        answer = self.order(**changes)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def task(self, job: str) -> dict[str, Any]:
        answer = self.http.get(f"/v1/tasks/{job}")
        assert answer.status_code == 200, answer.text
        return answer.json()


class KlingCustomer:
    """Speaks HTTP to Kling, and signs."""

    def __init__(self, vendor: Emulator[Any], picture: str) -> None:
        self.vendor, self.picture = vendor, picture
        self.http = httpx.Client(base_url=vendor.base_url, timeout=PATIENCE)
        self.http.auth = self._sign

    def _sign(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self.token()}"
        return request

    def token(self, secret: str = "", **claims: Any) -> str:
        settings: Any = self.vendor.settings
        now = int(time.clock_gettime(time.CLOCK_REALTIME))
        said = {"iss": settings.access_key, "exp": now + 1800, "nbf": now - 5, **claims}
        return jwt.encode(said, secret or settings.secret_key, algorithm="HS256")

    def order(self, **changes: Any) -> httpx.Response:
        """Ask for a clip of five seconds, or for something else."""
        body = {
            "model_name": "kling-v3",
            "image": self.picture,
            "prompt": "She turns",
            "duration": "5",
            **changes,
        }
        body = {name: value for name, value in body.items() if value is not None}
        path = body.pop("path", "/v1/videos/image2video")
        return self.http.post(path, json=body)

    def took(self, **changes: Any) -> str:
        """The id of an order that is taken on."""
        answer = self.order(**changes)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["task_id"]

    def task(self, job: str, path: str = "image2video") -> dict[str, Any]:
        answer = self.http.get(f"/v1/videos/{path}/{job}")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@pytest.fixture
def runway(data_uri: str) -> Iterator[Callable[..., RunwayCustomer]]:
    """A customer of a Runway with these settings; its time stands still until it is advanced."""
    with ExitStack() as stack:

        def start(*faults: Rule, **settings: Any) -> RunwayCustomer:
            made = emulator(
                "runway", **{"time_scale": 0.0, "longest_side": 160, "faults": faults, **settings}
            )
            customer = RunwayCustomer(stack.enter_context(made.serve()), data_uri)
            stack.enter_context(customer.http)
            return customer

        yield start


@pytest.fixture
def kling(plain: str) -> Iterator[Callable[..., KlingCustomer]]:
    """A customer of a Kling with these settings; its time stands still until it is advanced."""
    with ExitStack() as stack:

        def start(*faults: Rule, **settings: Any) -> KlingCustomer:
            made = emulator("kling", **{"time_scale": 0.0, "longest_side": 160, "faults": faults, **settings})
            customer = KlingCustomer(stack.enter_context(made.serve()), plain)
            stack.enter_context(customer.http)
            return customer

        yield start


class Mailbox:
    """Receives callbacks.

    Attributes:
        url: Where.
        answers: Status of the next answers; 200 after those.
    """

    def __init__(self) -> None:
        self._letters: queue.Queue[tuple[dict[str, str], dict[str, Any]]] = queue.Queue()
        self.answers: list[int] = []
        box = self

        class Slot(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(box.answers.pop(0) if box.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                headers = {name.lower(): value for name, value in self.headers.items()}
                box._letters.put((headers, json.loads(body)))

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Slot)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def letter(self) -> tuple[dict[str, str], dict[str, Any]]:
        """The next one: headers and body."""
        return self._letters.get(timeout=PATIENCE)

    def empty(self) -> bool:
        return self._letters.empty()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.close()
