"""Where a vendor is and what opens its door: addresses, keys and options, from the environment or the keyring.

A key is a :class:`Secret`: it cannot be printed, logged, written as JSON or pickled. Every text that comes from
outside (a vendor's message, an error of a library) passes :func:`redact` before it goes anywhere, because vendors
quote keys in their errors.
"""

import base64
import hmac
import ipaddress
import os
import re
import threading
from collections.abc import Mapping
from typing import Any, NoReturn, final
from urllib.parse import quote, urlsplit

from picturelock.core.failures import MissingExtra, UserError
from picturelock.core.value import Value

HIDDEN = "[secret]"
"""Stands where a secret stood."""

KEYRING_SERVICE = "picturelock"
"""Under which keys are kept in the keyring; the user is the name of the variable."""

# A vendor may quote a key that this process never held (an older one, another account's), often half hidden.
_LOOKS_SECRET = re.compile(
    r"(?i:bearer\s+)[^\s\"',;<>]{4,}"
    r"|\beyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*"
    r"|\b(?:sk|key|rk|pk)[-_][\w*-]{12,}"
    r"|(?i:[?&](?:x-amz-signature|x-amz-credential|x-amz-security-token|signature|sig|token|policy)=)[^\s&\"'<>]+"
)
_known: dict[str, None] = {}
_guard = threading.Lock()


@final
class Secret:
    """A text that nobody gets to see. Whoever sends it says so with :meth:`reveal`.

    Each one made in this process is known to :func:`redact` from then on.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        with _guard:
            for form in _forms(text):
                _known[form] = None

    def reveal(self) -> str:
        """The text itself, for the request that needs it and for nothing else."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")


def _forms(text: str) -> set[str]:
    """The ways in which a server may quote a text."""
    encoded = base64.b64encode(text.encode()).decode()
    return {form for form in (text, quote(text, safe=""), encoded, encoded.rstrip("=")) if form}


def redact(text: str) -> str:
    """The text without any secret of this process, and without what looks like one."""
    with _guard:
        known = sorted(_known, key=len, reverse=True)
    for form in known:
        text = text.replace(form, HIDDEN)
    return _LOOKS_SECRET.sub(HIDDEN, text)


def said(value: object, most: int = 600) -> str:
    """What a vendor or a library said, fit for a fact, a log or an error: redacted, on one line, of bounded length.

    Args:
        value: Any text or exception.
        most: Characters.
    """
    # Redacted before it is cut, so that no half of a key is left at the end.
    text = " ".join(redact(str(value)[: 64 * most]).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def place(url: str) -> str:
    """An address without its query, for messages: the query of a result's address is a key to it."""
    try:
        parts = urlsplit(url)
        where = f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        return "an address that cannot be read"
    return said(where, 300)


class Doorplate(Value, frozen=True, kw_only=True):
    """What a vendor's adapter asks the surroundings for.

    Attributes:
        vendor: Name of the provider.
        url: The vendor's own base address.
        url_variables: Of the environment, for another address; the first that is set counts, after
            ``PICTURELOCK_<VENDOR>_URL``.
        keys: Variables, each of which holds a key; all are needed.
        options: Names in small letters; ``concurrency`` is read from ``PICTURELOCK_<VENDOR>_CONCURRENCY``.
    """

    vendor: str
    url: str
    url_variables: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def variable(self, name: str) -> str:
        """Our variable for one of the vendor's settings."""
        return f"PICTURELOCK_{self.vendor.upper().replace('-', '_')}_{name.upper()}"

    def base_url(self, environment: Mapping[str, str] | None = None) -> str:
        """The vendor's address, without a slash at its end.

        Raises:
            UserError: It is none, or a key would travel over it in clear text.
        """
        surroundings = os.environ if environment is None else environment
        for variable in (self.variable("url"), *self.url_variables):
            if given := surroundings.get(variable, "").strip():
                return _base(given, variable)
        return self.url

    def option(self, name: str, environment: Mapping[str, str] | None = None) -> str:
        """One of the vendor's options, empty where it is not set."""
        surroundings = os.environ if environment is None else environment
        return surroundings.get(self.variable(name), "").strip() if name in self.options else ""

    def number(self, name: str, otherwise: int, environment: Mapping[str, str] | None = None) -> int:
        """An option that is a whole number above nothing.

        Raises:
            UserError: It is set to something else.
        """
        given = self.option(name, environment)
        if not given:
            return otherwise
        if not given.isascii() or not given.isdigit() or not int(given[:9]) > 0 or len(given) > 9:
            raise UserError(
                f"{self.variable(name)} is {said(given, 60)!r}, not a whole number above 0",
                remedy=f"Set it to a number such as {otherwise}, or leave it out.",
            )
        return int(given)

    def key(self, variable: str, environment: Mapping[str, str] | None = None) -> Secret:
        """A key: from the environment, else from the keyring.

        Raises:
            UserError: There is none, or it cannot be one. The message names the variable.
            MissingExtra: It is not in the environment, and no keyring is installed.
        """
        surroundings = os.environ if environment is None else environment
        if given := surroundings.get(variable, "").strip():
            return _key(given, variable)
        return _key(_from_keyring(self.vendor, variable), variable)

    def all_keys(self, environment: Mapping[str, str] | None = None) -> dict[str, Secret]:
        """Every key that is needed, by variable.

        Raises:
            UserError: One is missing or cannot be one.
        """
        return {variable: self.key(variable, environment) for variable in self.keys}


def _key(text: str, variable: str) -> Secret:
    text = text.strip()
    secret = Secret(text)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise UserError(
            f"what {variable} holds cannot be a key: it has characters that no header carries",
            remedy="Copy the key again from the vendor's page, without quotes, spaces or line breaks.",
        )
    return secret


def _base(given: str, variable: str) -> str:
    remedy = f"Set {variable} to an address such as https://api.example.com."
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        raise UserError(f"{variable} is not an address", remedy=remedy) from None
    if parts.scheme not in {"https", "http"} or not parts.hostname or port == 0:
        raise UserError(f"{variable} is not an address", remedy=remedy)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UserError(
            f"{variable} holds more than an address",
            remedy="Leave out name, password, query and fragment; keys have variables of their own.",
        )
    if parts.scheme == "http" and not on_loopback(given):
        raise UserError(
            f"{variable} asks to send keys over http, where anyone on the way can read them",
            remedy="Use https; http is only for an address on this machine, such as http://127.0.0.1:8080.",
        )
    return given.rstrip("/")


def on_loopback(url: str) -> bool:
    """Whether an address is on this machine by its name alone: ``localhost``, ``127.…`` or ``::1``."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _from_keyring(vendor: str, variable: str) -> str:
    asked = f"there is no key for {vendor}: {variable} is not set"
    keep = f"keyring set {KEYRING_SERVICE} {variable}"
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise MissingExtra(
            asked, remedy=f"Set {variable}, or install picturelock[keyring] and run '{keep}'."
        ) from error
    try:
        found: Any = keyring.get_password(KEYRING_SERVICE, variable)
    except KeyringError as error:
        raise UserError(
            f"{asked}, and the keyring cannot be read ({type(error).__name__})",
            remedy=f"Set {variable}, or unlock the keyring.",
        ) from None
    if not found:
        raise UserError(
            f"{asked}, and the keyring does not hold it", remedy=f"Set {variable}, or run '{keep}'."
        )
    return str(found)
