"""Brings one result into a folder: bounded, resumed where it broke off, checked, and from nowhere but the open internet.

An address comes from a vendor, so it is not trusted: it must not lead into the network that this machine stands in.
"""

import contextlib
import ipaddress
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from picturelock.core.failures import BadDocument, Damaged, PicturelockError
from picturelock.generate.access import on_loopback, place, said
from picturelock.generate.content import NotMedia, ending, kind_of, whole
from picturelock.generate.transport import Answered
from picturelock.generate.vendor import Download, Downloaded, Expired, NoAnswer, Unusable
from picturelock.generate.wire import (
    FAILURES,
    Address,
    Forbidden,
    Guard,
    Passage,
    Wire,
    passage,
    public,
    timeouts,
)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_EXPIRED = frozenset({401, 403, 404, 410})
_LATER = frozenset({408, 425, 429})
_HOPS = 5
_FRUITLESS = 3
_SPAN = re.compile(r"bytes\s+(?:(\d+)-(\d+)|\*)/(\d+|\*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a download may take.

    Attributes:
        bytes: Of the file.
        seconds: All told, resumptions included.
        silence: Seconds without a byte after which a connection is given up.
        reads: Times that the whole file may be begun.
    """

    bytes: int = 4 << 30
    seconds: float = 900.0
    silence: float = 30.0
    reads: int = 2


@dataclass(slots=True)
class _File:
    """What has arrived so far.

    Attributes:
        total: Of the whole file, where the server says.
        tag: A strong validator, so that halves of two files are never joined.
        begun: Times that it was begun.
    """

    path: Path
    have: int = 0
    total: int | None = None
    tag: str = ""
    begun: int = 1
    complaints: list[str] = field(default_factory=list)

    def again(self) -> None:
        """Throw away what has arrived."""
        self.path.write_bytes(b"")
        self.have, self.total, self.tag, self.begun = 0, None, "", self.begun + 1


class _Interrupted(Exception):
    """The body broke off; what arrived is kept."""


def download(url: str, folder: Path, *, base_url: str, bounds: Bounds | None = None) -> Download:
    """Bring a result into a folder.

    Args:
        url: As the vendor gave it. No key is sent there.
        folder: Exists; the file gets a name of its own. Nothing is left there unless it is whole.
        base_url: The vendor's. Its own host may be fetched from wherever it is, and loopback only if it is there.
        bounds: How much it may take.
    """
    bounds = bounds or Bounds()
    descriptor, name = tempfile.mkstemp(prefix="result-", suffix=".part", dir=folder)
    os.close(descriptor)
    file = _File(Path(name))
    wire = Wire(reachable(base_url))
    try:
        with passage(bounds.seconds) as now:
            outcome = _brought(wire, url, base_url, file, bounds, now)
    finally:
        wire.close()
        file.path.unlink(missing_ok=True)
    return outcome


def reachable(base_url: str) -> Guard:
    """Where an address may lead that a vendor names: the open internet, and the vendor's own host wherever it is."""
    own = (urlsplit(base_url).hostname or "").lower()
    at_home = on_loopback(base_url)

    def allowed(host: str, address: Address) -> bool:
        if at_home:
            return address.is_loopback or public(address)
        return public(address) or (host.lower() == own and not address.is_loopback)

    return allowed


def _brought(wire: Wire, url: str, base_url: str, file: _File, bounds: Bounds, now: Passage) -> Download:
    fruitless = 0
    while True:
        before = file.have
        try:
            stopped = _fetched(wire, url, base_url, file, bounds)
        except _Interrupted as error:
            fruitless = 0 if file.have > before else fruitless + 1
            file.complaints.append(str(error))
            if fruitless >= _FRUITLESS or now.over:
                return NoAnswer(why=said(f"the download broke off after {file.have} bytes: {error}"))
            continue
        if stopped is not None:
            return stopped
        kept = _kept(file)
        if isinstance(kept, Downloaded):
            return kept
        if file.begun >= bounds.reads or now.over:
            return Unusable(evidence=said(f"{place(url)} was read {file.begun} times, and {kept}"))
        file.again()


def _kept(file: _File) -> Downloaded | str:
    """The file under its name, or what is wrong with it."""
    try:
        with file.path.open("rb") as opened:
            kind = kind_of(opened.read(64))
        whole(file.path, kind)
    except NotMedia as error:
        return error.message
    except (Damaged, BadDocument, PicturelockError) as error:
        return f"it is not whole: {error.message}"
    done = file.path.with_suffix(ending(kind))
    file.path.rename(done)
    return Downloaded(path=done, kind=kind)


def _fetched(wire: Wire, url: str, base_url: str, file: _File, bounds: Bounds) -> Download | None:
    """Read on from where the file ends, over redirects; ``None`` once it is all there."""
    at = url
    for _ in range(_HOPS + 1):
        if refusal := _refused(at, base_url):
            return Unusable(evidence=refusal)
        try:
            with wire.send(_request(at, file, bounds)) as response:
                if response.status_code in _REDIRECTS and response.headers.get("location"):
                    at = _beside(at, response.headers["location"])
                    continue
                return _taken(response, at, file, bounds)
        except Forbidden as error:
            return Unusable(evidence=said(f"{place(at)} was not fetched: {error.message}"))
        except (httpx.InvalidURL, UnicodeError):
            return Unusable(evidence=f"{place(at)} is no address")
        except FAILURES as error:
            raise _Interrupted(f"{type(error).__name__} at {place(at)}: {said(error, 160)}") from error
    return Unusable(evidence=f"{place(url)} leads from one address to the next without an end")


def _beside(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return location  # refused with the next look


def _refused(url: str, base_url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "the address cannot be read"
    if parts.scheme == "http" and on_loopback(base_url):
        return ""
    if parts.scheme != "https" or not host:
        return f"{place(url)} is not an https address"
    if parts.username is not None or parts.password is not None:
        return f"{place(url)} carries a name or a password"
    with contextlib.suppress(ValueError):
        if not reachable(base_url)(host, ipaddress.ip_address(host)):
            return f"{place(url)} is not on the open internet"
    return ""


def _request(url: str, file: _File, bounds: Bounds) -> httpx.Request:
    headers = {"accept": "*/*", "accept-encoding": "identity", "user-agent": "picturelock"}
    if file.have:
        headers["range"] = f"bytes={file.have}-"
        if file.tag:
            headers["if-range"] = file.tag
    waits = timeouts(connect=10.0, read=bounds.silence, write=10.0)
    return httpx.Request("GET", url, headers=headers, extensions=waits)


def _taken(response: httpx.Response, url: str, file: _File, bounds: Bounds) -> Download | None:
    status = response.status_code
    if status in _EXPIRED:
        return Expired(evidence=f"{place(url)} answered {status}")
    if status in _LATER or status >= 500:
        headers = {name.lower(): value for name, value in response.headers.items()}
        wait = Answered(status, headers, b"", None).after_seconds()
        return NoAnswer(why=f"{place(url)} answered {status}", after_seconds=wait, rate_limited=status == 429)
    if status == 416 and file.have:
        return _past_its_end(response, file, bounds)
    if status not in {200, 206}:
        return Unusable(evidence=f"{place(url)} answered {status}")
    _placed(response, file)
    if file.total is not None and file.total > bounds.bytes:
        return Unusable(
            evidence=f"{place(url)} has {file.total} bytes, and {bounds.bytes} are the most that is taken"
        )
    with file.path.open("r+b") as out:
        out.truncate(file.have)
        out.seek(file.have)
        for piece in _pieces(response):
            if file.have + len(piece) > bounds.bytes:
                return Unusable(
                    evidence=f"{place(url)} has more than {bounds.bytes} bytes, the most that is taken"
                )
            out.write(piece)
            file.have += len(piece)
    if file.total is not None and file.have < file.total:
        raise _Interrupted(f"{file.have} of {file.total} bytes came")
    return None


def _pieces(response: httpx.Response) -> Iterator[bytes]:
    # Undecoded: an encoding that nobody asked for would make resumption meaningless. As they come: pieces of a fixed
    # size would be gathered first, and lost when the connection breaks.
    yield from response.iter_raw()


def _past_its_end(response: httpx.Response, file: _File, bounds: Bounds) -> Download | None:
    found = _SPAN.match(response.headers.get("content-range", ""))
    if found and found[3] == str(file.have):
        return None
    if file.begun >= bounds.reads:
        return Unusable(evidence="the server says that the file ends before what it has sent")
    file.again()
    raise _Interrupted("the file became shorter")


def _placed(response: httpx.Response, file: _File) -> None:
    """Where the answer's bytes belong: at the end of what is there, or at the beginning."""
    found = _SPAN.match(response.headers.get("content-range", "")) if response.status_code == 206 else None
    tag = _strong(response)
    if found and found[1] and int(found[1]) == file.have and (not file.tag or tag in {"", file.tag}):
        if found[3] != "*":
            file.total = int(found[3])
    elif response.status_code == 206 and file.have:
        file.again()
        raise _Interrupted("the server sent another part of the file than was asked for")
    else:
        file.have = 0
        length = response.headers.get("content-length", "")
        file.total = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else None
    file.tag = tag or file.tag


def _strong(response: httpx.Response) -> str:
    tag = response.headers.get("etag", "").strip()
    return tag if tag.startswith('"') else ""
