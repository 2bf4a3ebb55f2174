"""Pictures that travel with a request: inside it where they are small, left with Runway for a day where they are not."""

import base64
from collections.abc import Mapping
from typing import Any

import httpx

from picturelock.core.digest import Digest
from picturelock.core.failures import PicturelockError, UserError
from picturelock.core.take import Recipe
from picturelock.generate.access import place, said
from picturelock.generate.content import ending, kind_of
from picturelock.generate.download import reachable
from picturelock.generate.transport import Answered, Line, Unanswered, Unsent
from picturelock.generate.wire import FAILURES, Forbidden, Wire, passage, timeouts
from picturelock.vault.store import Vault

_UPLOAD_SECONDS = 120.0
_KINDS = frozenset({"image/png", "image/jpeg"})


class NotLeft(PicturelockError):
    """A picture could not be left with Runway. Nothing paid was sent."""


def chosen(recipe: Recipe, roles: list[str], vault: Vault) -> dict[str, bytes]:
    """The bytes of the pictures that a request needs, by part.

    Raises:
        UserError: The recipe has no such part, or it is no PNG or JPEG.
    """
    found: dict[str, bytes] = {}
    for role in roles:
        digest: Digest | None = recipe.input(role)
        if digest is None:
            raise UserError(f"the recipe has no {role}, which its request asks for")
        data = vault.read(digest)
        if _kind(data) not in _KINDS:
            raise UserError(f"the {role} is no PNG or JPEG", remedy="Give the anchor's picture as PNG.")
        found[role] = data
    return found


def _kind(data: bytes) -> str:
    try:
        return kind_of(data[:64])
    except PicturelockError:
        return ""


def data_uri(data: bytes) -> str:
    """A picture as an address that holds it."""
    return f"data:{_kind(data)};base64,{base64.b64encode(data).decode()}"


def addressed(pictures: Mapping[str, bytes], line: Line, inline_bytes: int) -> dict[str, str]:
    """An address for each picture.

    Args:
        pictures: By part.
        line: To Runway.
        inline_bytes: Longest address that may hold a picture itself.

    Raises:
        NotLeft: Runway did not take a picture.
        UserError: A key is missing.
    """
    addresses: dict[str, str] = {}
    for role, data in pictures.items():
        inside = data_uri(data)
        addresses[role] = inside if len(inside) <= inline_bytes else _left(data, line)
    return addresses


def _left(data: bytes, line: Line) -> str:
    kind = _kind(data)
    name = f"picture{ending(kind)}"
    answer = line.ask("POST", "/v1/uploads", seconds=30.0, body={"filename": name, "type": "ephemeral"})
    match answer:
        case Unsent(why=why) | Unanswered(why=why):
            raise NotLeft(f"runway did not say where to leave a picture: {why}")
        case Answered():
            url, fields, uri = answer.at("uploadUrl"), answer.at("fields"), answer.at("runwayUri")
    if not answer.ok or not isinstance(url, str) or not isinstance(fields, dict) or not isinstance(uri, str):
        raise NotLeft(f"runway did not say where to leave a picture: it answered {answer.status}")
    _put(url, fields, (name, data, kind), line.base_url)
    return uri


def _put(url: str, fields: dict[str, Any], file: tuple[str, bytes, str], base_url: str) -> None:
    """Send a picture to the address that Runway named; no key goes there."""
    wire = Wire(reachable(base_url))
    try:
        request = httpx.Request(
            "POST",
            url,
            data={str(name): str(value) for name, value in fields.items()},
            files={"file": file},
            extensions=timeouts(connect=10.0, read=30.0, write=30.0),
        )
        with passage(_UPLOAD_SECONDS), wire.send(request) as response:
            if not response.is_success:
                raise NotLeft(f"{place(url)} did not take a picture: it answered {response.status_code}")
    except (*FAILURES, Forbidden, httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise NotLeft(f"a picture could not be left at {place(url)}: {said(error, 160)}") from None
    finally:
        wire.close()
