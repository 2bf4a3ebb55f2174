"""A request as a vendor sees it, and its answer."""

import email
import email.policy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class NotUnderstood(Exception):
    """The body is not what its content type says."""


class Refused(Exception):
    """Ends a handler with an answer.

    Args:
        reply: What is answered.
    """

    def __init__(self, reply: "Reply") -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class FormPart:
    """A field of ``multipart/form-data``.

    Attributes:
        filename: Empty for plain fields.
    """

    name: str
    filename: str
    mime: str
    data: bytes

    @property
    def text(self) -> str:
        """The field as text."""
        return self.data.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Call:
    """A request.

    Attributes:
        values: From the path's pattern.
        query: The last value of each name.
        pairs: The whole query in order, for names that come more than once.
        headers: Names in lower case.
        now: Virtual time.
        real: Real time.
        number: In the book; 0 for requests that cost nothing.
        key: Names it for chance: the same request, made for the nth time.
        digest: Of method, path and body, hex.
    """

    method: str
    path: str
    values: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    now: datetime
    real: datetime
    number: int
    key: str
    digest: str
    pairs: tuple[tuple[str, str], ...] = ()

    def json(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            NotUnderstood: It is none.
        """
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise NotUnderstood("the body is not JSON") from error
        if not isinstance(value, dict):
            raise NotUnderstood("the body is not a JSON object")
        return value

    def form(self) -> list[FormPart]:
        """The fields of a ``multipart/form-data`` body, in order.

        Raises:
            NotUnderstood: It is none.
        """
        kind = self.headers.get("content-type", "")
        if not kind.startswith("multipart/form-data"):
            raise NotUnderstood("the body is not multipart/form-data")
        head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1")
        message = email.message_from_bytes(head + self.body, policy=email.policy.HTTP)
        if not message.is_multipart():
            raise NotUnderstood("the form has no parts")
        parts: list[FormPart] = []
        for part in message.iter_parts():
            data = part.get_payload(decode=True)
            parts.append(
                FormPart(
                    str(part.get_param("name", "", "content-disposition")),
                    part.get_filename() or "",
                    part.get_content_type(),
                    data if isinstance(data, bytes) else b"",
                )
            )
        return parts


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        body: Bytes, or what makes them: called on a worker thread after the handler has returned.
        job: That came of the request, for the book.
        ready: Virtual time before which the answer is not sent; ``None`` for at once.
    """

    status: int = 200
    body: bytes | Callable[[], bytes] = b""
    mime: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    job: str = ""
    ready: datetime | None = field(default=None)

    @classmethod
    def of(
        cls, value: object, status: int = 200, *, headers: tuple[tuple[str, str], ...] = (), job: str = ""
    ) -> "Reply":
        """JSON."""
        data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(status=status, body=data, headers=headers, job=job)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Something a vendor answers.

    Attributes:
        path: With ``{names}`` for its values.
        paid: Requests to it can cost money, and are in the book one by one.
    """

    method: str
    path: str
    handler: Callable[[Call], Reply]
    paid: bool = False
