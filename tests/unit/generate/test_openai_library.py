"""What the adapter sends is what OpenAI's own library would send: that is its right to do without the library."""

import email
import email.policy
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest
from openai.types.image_edit_params import ImageEditParamsNonStreaming
from openai.types.image_generate_params import ImageGenerateParamsNonStreaming
from pydantic import TypeAdapter
from typing_extensions import get_type_hints

from picturelock.core.ids import UnitId
from picturelock.core.take import Input, Operation, Recipe
from picturelock.generate.openai import OpenAI
from picturelock.generate.openai.asking import MASK, PICTURE, asked
from picturelock.generate.vendor import MadeIt
from picturelock.media import picture
from picturelock.vault.local import LocalVault

PLANNED: dict[str, Any] = {
    "size": "1280x720",
    "quality": "low",
    "background": "opaque",
    "output_format": "png",
    "moderation": "auto",
    "n": 1,
}


@dataclass(frozen=True)
class Came:
    """A request as a server sees it; ``content`` is JSON, or the parts of a form in order."""

    path: str
    authorization: str
    content: Any


@contextmanager
def listening() -> Iterator[tuple[str, list[Came]]]:
    """A server that writes down what comes and answers with a picture that cost nothing."""
    came: list[Came] = []
    answer = json.dumps({"created": 1_795_000_000, "data": [{"b64_json": "aGVsbG8="}]}).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kind = self.headers["content-type"]
            came.append(Came(self.path, self.headers["authorization"], content(kind, body)))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def content(kind: str, body: bytes) -> Any:
    if kind == "application/json":
        return json.loads(body)
    message = email.message_from_bytes(
        f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=email.policy.HTTP
    )
    parts = [
        (
            str(part.get_param("name", "", "content-disposition")),
            part.get_filename(),
            part.get_content_type() if part.get_filename() else "",
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]
    return sorted(parts, key=repr)


def recipe(*inputs: Input) -> Recipe:
    return Recipe(
        unit=UnitId("SC010_SH020.key"),
        operation=Operation.DRAW,
        provider="openai",
        model="gpt-image-2",
        model_version="gpt-image-2-2026-04-21",
        parameters={"request": PLANNED},
        prompt="a lighthouse at dusk",
        inputs=inputs,
    )


@pytest.fixture
def vault(tmp_path: Path) -> LocalVault:
    return LocalVault(tmp_path / "vault")


def test_a_request_for_a_picture_is_the_librarys_to_the_letter(vault: LocalVault) -> None:
    with listening() as (url, came):
        made = OpenAI({"PICTURELOCK_OPENAI_URL": url, "OPENAI_API_KEY": "sk-1"}).submit(recipe(), "t", vault)
        assert isinstance(made, MadeIt)
        with openai.OpenAI(base_url=url, api_key="sk-1", max_retries=0) as client:
            client.images.generate(model="gpt-image-2-2026-04-21", prompt="a lighthouse at dusk", **PLANNED)
    ours, theirs = came
    assert ours == theirs


def test_an_edit_is_the_librarys_to_the_letter(vault: LocalVault) -> None:
    whole = picture.png(np.full((48, 64, 3), 90, np.uint8))
    mask = picture.png(np.zeros((48, 64, 4), np.uint8))
    changed = recipe(Input(role=MASK, digest=vault.put(mask)), Input(role=PICTURE, digest=vault.put(whole)))
    with listening() as (url, came):
        made = OpenAI({"PICTURELOCK_OPENAI_URL": url, "OPENAI_API_KEY": "sk-1"}).submit(changed, "t", vault)
        assert isinstance(made, MadeIt)
        with openai.OpenAI(base_url=url, api_key="sk-1", max_retries=0) as client:
            client.images.edit(
                model="gpt-image-2-2026-04-21",
                prompt="a lighthouse at dusk\nOf the given images, 1 is to be changed.",
                image=[("picture-0.png", whole, "image/png")],
                mask=("mask.png", mask, "image/png"),
                size="1280x720",
                quality="low",
                background="opaque",
                output_format="png",
                n=1,
            )
    ours, theirs = came
    assert ours == theirs


def test_the_fields_of_a_request_are_those_of_the_librarys_types(vault: LocalVault) -> None:
    drawn = dict(asked(recipe()).fields)
    assert drawn.keys() <= get_type_hints(ImageGenerateParamsNonStreaming).keys()
    assert TypeAdapter(ImageGenerateParamsNonStreaming).validate_python(drawn) == drawn
    changed = asked(recipe(Input(role=PICTURE, digest=vault.put(b"a picture"))))
    assert changed.fields.keys() <= get_type_hints(ImageEditParamsNonStreaming).keys()
    assert "moderation" not in get_type_hints(ImageEditParamsNonStreaming)
