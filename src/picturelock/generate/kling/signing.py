"""The token that opens Kling's door: signed here, dated by this machine's clock, good for half an hour."""

from datetime import datetime
from typing import Any

from picturelock.core.failures import MissingExtra
from picturelock.generate.access import Secret

_LIVES = 1800
_EARLY = 5  # Kling's clock may be this much behind


def require() -> Any:
    """The library that signs.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        import jwt
    except ImportError as error:
        raise MissingExtra(
            "Kling's requests are signed, and what signs them is not installed",
            remedy="Run: pip install 'picturelock[kling]'",
        ) from error
    return jwt


def token(access: Secret, secret: Secret, at: datetime) -> Secret:
    """A fresh token.

    Args:
        access: Names the customer.
        secret: Signs.
        at: Now, aware UTC. Kling refuses a token that is dated more than seconds ahead of its own clock.

    Raises:
        MissingExtra: The library that signs is not installed.
    """
    now = int(at.timestamp())
    claims = {"iss": access.reveal(), "exp": now + _LIVES, "nbf": now - _EARLY}
    return Secret(require().encode(claims, secret.reveal(), algorithm="HS256"))
