"""Pictures that customers send along, in the forms that vendors take and with the faults that vendors refuse."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from picturelock.core.failures import PicturelockError
from picturelock.media.picture import header

_DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+);base64,(.*)", re.DOTALL)
_ADDRESS = re.compile(r"[\d.]+|\[[0-9a-fA-F:]+\]")
_RIFF, _WEBP = b"RIFF", b"WEBP"


class Unfit(Exception):
    """A picture that the vendor does not take; says why."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a customer left with the vendor.

    Attributes:
        until: When it is deleted.
    """

    name: str
    mime: str
    data: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A picture that came.

    Attributes:
        size: Width and height, pixels.
    """

    data: bytes
    size: tuple[int, int]


def decoded(text: str) -> bytes:
    """Bytes from base64.

    Raises:
        Unfit: It is none.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unfit("The base64 encoding is broken.") from error


def from_data_uri(uri: str, most: int) -> tuple[str, bytes]:
    """Media type and bytes.

    Args:
        uri: ``data:image/png;base64,…``
        most: Length of the URI itself that is still taken, in bytes.

    Raises:
        Unfit: Malformed, or too long.
    """
    if len(uri) > most:
        raise Unfit(f"Data URIs must be at most {most} bytes; upload the file instead.")
    found = _DATA_URI.fullmatch(uri)
    if found is None:
        raise Unfit("Invalid data URI.")
    return found[1].lower(), decoded(found[2])


def check_url(url: str) -> None:
    """Hold an address to what vendors fetch.

    Raises:
        Unfit: Always: an emulator has no way to the world, so even a good address leads nowhere.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise Unfit("Only HTTPS URLs are allowed.")
    if not parts.hostname or _ADDRESS.fullmatch(parts.netloc.rsplit("@")[-1].split(":")[0]):
        raise Unfit("URLs must be hosted on a domain.")
    raise Unfit(
        "Failed to fetch asset. The URL may be incorrect or the server hosting the asset may be down."
    )


def seen(data: bytes, *, smallest: int = 1, narrowest: float = 0.0, widest: float = 1e9) -> Sent:
    """A picture, looked at.

    Args:
        data: PNG, JPEG or WebP.
        smallest: Least length of a side, pixels.
        narrowest: Least width / height.
        widest: Greatest width / height.

    Raises:
        Unfit: No such picture, or out of those bounds.
    """
    if data[:4] == _RIFF and data[8:12] == _WEBP:
        raise Unfit("Unsupported asset type: this emulator draws from PNG and JPEG only.")
    try:
        said = header(data)
    except PicturelockError as error:
        raise Unfit("The file is not a picture, or it is damaged.") from error
    size = (said.height, said.width) if said.orientation > 4 else (said.width, said.height)
    if min(size) < smallest:
        raise Unfit(
            f"Invalid asset dimensions: {size[0]}x{size[1]}; the shorter side must be {smallest} pixels."
        )
    if not narrowest <= size[0] / size[1] <= widest:
        raise Unfit(f"Invalid asset dimensions: width / height must be between {narrowest:g} and {widest:g}.")
    return Sent(data, size)
