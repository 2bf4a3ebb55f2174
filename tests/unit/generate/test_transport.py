"""Of every paid request it is known whether it left, and whether it was answered."""

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import UserError
from picturelock.generate.access import Secret
from picturelock.generate.transport import Answered, Line, Outcome, Patience, Unanswered, Unsent, parsed
from picturelock.generate.wire import Address, Guard
from picturelock.testing.peer import Script, Talk, peer

KEY = "key_" + "7a3c" * 16


def headers() -> Mapping[str, str | Secret]:
    return {"Authorization": Secret(f"Bearer {KEY}"), "X-Version": "1"}


@contextmanager
def line(url: str, guard: Guard | None = None) -> Iterator[Line]:
    one = Line(url, headers, patience=Patience(connect=5.0, read=5.0, write=5.0), guard=guard)
    try:
        yield one
    finally:
        one.close()


def paid(script: Script, *, seconds: float = 5.0, most_bytes: int = 1 << 20) -> tuple[Outcome, int]:
    """What came of one paid request, and how many requests the peer saw."""
    with peer(script) as other, line(other.url) as one:
        outcome = one.pay("/jobs", {"prompt": "a lamp"}, seconds=seconds, most_bytes=most_bytes)
    return outcome, len(other.asked)


def saying(status: int, body: bytes) -> Script:
    def script(talk: Talk) -> None:
        talk.read()
        talk.answer(status, body)

    return script


# Not sent


def test_nothing_left_where_nobody_listens():
    with peer(lambda talk: None) as other:
        url = other.url
    with line(url) as one:
        outcome = one.pay("/jobs", {}, seconds=5.0)
    assert isinstance(outcome, Unsent)
    assert "no connection" in outcome.why


def test_nothing_left_for_a_name_that_nobody_has():
    with line("http://nobody.invalid") as one:
        assert isinstance(one.pay("/jobs", {}, seconds=5.0), Unsent)


def test_nothing_left_for_an_address_that_may_not_be_connected_to():
    seen: list[tuple[str, Address]] = []

    def nowhere(host: str, address: Address) -> bool:
        seen.append((host, address))
        return False

    with peer(lambda talk: talk.hold()) as other, line(other.url, nowhere) as one:
        outcome = one.pay("/jobs", {}, seconds=5.0)
    assert isinstance(outcome, Unsent)
    assert [(host, str(address)) for host, address in seen] == [("127.0.0.1", "127.0.0.1")]
    assert other.connections == 0


def test_nothing_left_where_no_encryption_can_be_agreed_on():
    def plain(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 400 This is no TLS\r\n\r\n")

    with peer(plain) as other, line(f"https://127.0.0.1:{other.port}") as one:
        outcome = one.pay("/jobs", {}, seconds=5.0)
    assert isinstance(outcome, Unsent)
    assert other.asked == []


def test_nothing_left_before_the_deadline_was_over():
    with peer(lambda talk: talk.hold()) as other, line(other.url) as one:
        assert isinstance(one.pay("/jobs", {}, seconds=0.0), Unsent)


def test_a_missing_key_is_an_error_before_anything_is_sent():
    def none() -> Mapping[str, str]:
        raise UserError("there is no key")

    with peer(lambda talk: talk.hold()) as other:
        one = Line(other.url, none)
        with pytest.raises(UserError, match="no key"):
            one.pay("/jobs", {}, seconds=5.0)
        one.close()
    assert other.connections == 0


# Sent, and not answered


def leaves(talk: Talk) -> None:
    talk.read()


def breaks(talk: Talk) -> None:
    talk.read()
    talk.reset()


def breaks_off_in_its_head(talk: Talk) -> None:
    talk.read()
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Le")


def breaks_off_in_its_body(talk: Talk) -> None:
    talk.read()
    talk.send(b'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{"id": "job-1"')


def breaks_off_between_chunks(talk: Talk) -> None:
    talk.read()
    talk.send(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"\r\n')


def speaks_no_http(talk: Talk) -> None:
    talk.read()
    talk.send(b"220 mail.example.com ESMTP\r\n")


def answers_in_broken_gzip(talk: Talk) -> None:
    talk.read()
    talk.answer(200, gzip.compress(b'{"id": "job-1"}' * 99)[:20] + b"\0" * 40, content_encoding="gzip")


def leaves_before_it_has_heard_all(talk: Talk) -> None:
    talk.hear()
    talk.reset()


@pytest.mark.parametrize(
    "script",
    [
        leaves,
        breaks,
        breaks_off_in_its_head,
        breaks_off_in_its_body,
        breaks_off_between_chunks,
        speaks_no_http,
        answers_in_broken_gzip,
    ],
)
def test_an_answer_that_breaks_off_is_none_and_the_request_is_not_repeated(script: Script):
    outcome, requests = paid(script)
    assert isinstance(outcome, Unanswered)
    assert requests == 1


def test_a_request_that_broke_off_halfway_may_have_been_taken():
    with peer(leaves_before_it_has_heard_all) as other, line(other.url) as one:
        outcome = one.pay("/jobs", {"picture": "x" * (8 << 20)}, seconds=5.0)
    assert isinstance(outcome, Unanswered)
    assert other.connections == 1


def test_silence_ends_at_the_deadline():
    def hears_and_says_nothing(talk: Talk) -> None:
        talk.read()
        talk.hold()

    outcome, requests = paid(hears_and_says_nothing, seconds=0.3)
    assert isinstance(outcome, Unanswered)
    assert "no answer in time" in outcome.why
    assert requests == 1


def test_an_answer_that_drips_for_ever_ends_at_the_deadline():
    def drips(talk: Talk) -> None:
        talk.read()
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:  # until the other side has left
            talk.send(b" " * 64)

    outcome, _ = paid(drips, seconds=0.3, most_bytes=1 << 40)
    assert isinstance(outcome, Unanswered)


def test_an_answer_longer_than_its_bound_is_none():
    outcome, _ = paid(saying(200, b" " * 5000), most_bytes=4999)
    assert isinstance(outcome, Unanswered)
    assert "4999" in outcome.why


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
def test_a_gateways_word_is_not_the_vendors(status: int):
    def gateway(talk: Talk) -> None:
        talk.read()
        talk.answer(status, b"<html>nginx</html>", content_type="text/html")

    outcome, requests = paid(gateway)
    assert isinstance(outcome, Unanswered)
    assert str(status) in outcome.why
    assert requests == 1


@pytest.mark.parametrize("body", [b"", b"OK", b"{", b"\xff\xfe", b'{"id": NaN}', b"[" * 100_000])
def test_a_yes_that_cannot_be_read_is_no_answer(body: bytes):
    outcome, _ = paid(saying(200, body))
    assert isinstance(outcome, Unanswered)


# Answered


def test_an_answer_comes_with_exact_decimals():
    def answers(talk: Talk) -> None:
        talk.read()
        talk.answer(200, b'{"id": "job-1", "cost": 0.1, "list": [1, {"a": null}]}')

    outcome, _ = paid(answers)
    assert isinstance(outcome, Answered)
    assert outcome.ok
    assert outcome.at("cost") == Decimal("0.1")
    assert outcome.at("list", 1, "a") is None
    assert outcome.at("list", -2) == 1
    assert outcome.at("list", 7) is None
    assert outcome.at("id", "deeper") is None


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_the_vendors_own_no_is_an_answer(status: int):
    def refuses(talk: Talk) -> None:
        talk.read()
        talk.answer(status, b'{"error": "no"}', retry_after="12")

    outcome, requests = paid(refuses)
    assert isinstance(outcome, Answered)
    assert not outcome.ok
    assert outcome.after_seconds() == 12.0
    assert requests == 1


def test_a_redirect_is_an_answer_and_is_not_followed():
    def redirects(talk: Talk) -> None:
        talk.read()
        talk.answer(307, b"{}", location="http://127.0.0.1:9/jobs")

    outcome, requests = paid(redirects)
    assert isinstance(outcome, Answered)
    assert outcome.status == 307
    assert requests == 1


def test_what_is_sent_is_the_request_and_nothing_of_the_surroundings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    def answers(talk: Talk) -> None:
        talk.read()
        talk.answer(200, b"{}", set_cookie="session=1")

    with peer(answers) as other, line(other.url) as one:
        for _ in range(2):
            assert isinstance(one.pay("/jobs", {"prompt": "лампа"}, seconds=5.0), Answered)
    first, second = other.asked
    assert first.line == "POST /jobs HTTP/1.1"
    assert json.loads(first.body) == {"prompt": "лампа"}
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert first.headers["x-version"] == "1"
    assert first.headers["accept-encoding"] == "identity"
    assert "cookie" not in second.headers


def serves(talk: Talk) -> None:
    while talk.read():
        talk.answer(200, b"{}")


def test_each_paid_request_has_a_connection_of_its_own_and_questions_share_one():
    with peer(serves) as other, line(other.url) as one:
        for _ in range(3):
            one.pay("/jobs", {}, seconds=5.0)
        assert other.connections == 3
        for _ in range(3):
            one.ask("GET", "/jobs/1", seconds=5.0)
        assert other.connections == 4


def test_a_question_on_a_connection_that_has_died_is_no_reason_to_ask_twice():
    def answers_once(talk: Talk) -> None:
        talk.read()
        talk.answer(200, b"{}")
        talk.read()
        talk.reset()

    with peer(answers_once) as other, line(other.url) as one:
        assert isinstance(one.ask("GET", "/1", seconds=5.0), Answered)
        assert isinstance(one.ask("GET", "/2", seconds=5.0), Unanswered)
    assert [asked.line.split()[1] for asked in other.asked] == ["/1", "/2"]


def test_a_query_and_a_form_are_written_as_they_should_be():
    with peer(serves) as other, line(other.url) as one:
        one.ask("GET", "/usage", query={"from": "2026-11-21", "q": "a&b"}, seconds=5.0)
        one.pay("/edits", {"prompt": "x"}, files={"image": ("a.png", b"\x89PNG", "image/png")}, seconds=5.0)
    assert other.asked[0].line == "GET /usage?from=2026-11-21&q=a%26b HTTP/1.1"
    assert other.asked[1].headers["content-type"].startswith("multipart/form-data")
    assert b"\x89PNG" in other.asked[1].body


def test_a_key_that_the_server_quotes_is_shown_nowhere():
    def quotes(talk: Talk) -> None:
        asked = talk.read()
        words = asked.headers["authorization"] if asked else ""
        talk.answer(401, json.dumps({"error": f"wrong key: {words}"}).encode())

    outcome, _ = paid(quotes)
    assert isinstance(outcome, Answered)
    assert KEY not in outcome.text()
    assert "[secret]" in outcome.text()

    def breaks_with_the_key(talk: Talk) -> None:
        asked = talk.read()
        talk.send(f"{asked.headers['authorization'] if asked else ''}\r\n\r\n".encode())

    broken, _ = paid(breaks_with_the_key)
    assert isinstance(broken, Unanswered)
    assert KEY not in broken.why


# Small things


def said_later(text: str, date: str = "Sat, 21 Nov 2026 12:00:00 GMT") -> float | None:
    return Answered(429, {"retry-after": text, "date": date}, b"", None).after_seconds()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("-3", 0.0),
        ("1e99", 86_400.0),
        ("inf", 86_400.0),
        ("nan", None),
        ("", None),
        ("soon", None),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:59:30 GMT", 0.0),
    ],
)
def test_a_wait_is_read_in_every_form_that_makes_sense(text: str, seconds: float | None):
    assert said_later(text) == seconds


def test_a_wait_until_a_time_needs_the_servers_own_time():
    assert said_later("Sat, 21 Nov 2026 12:00:30 GMT", date="never") is None


@given(st.text())
def test_no_wait_is_ever_beyond_reason(text: str):
    seconds = said_later(text)
    assert seconds is None or 0.0 <= seconds <= 86_400.0


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
)


@given(JSON, st.lists(st.one_of(st.text(max_size=3), st.integers(-5, 5)), max_size=4))
def test_looking_into_an_answer_never_fails(value: Any, path: list[str | int]):
    answer = Answered(200, {}, b"", value)
    assert answer.at() == value
    answer.at(*path)


@given(JSON)
def test_what_was_written_as_json_is_read_the_same(value: Any):
    assert parsed(json.dumps(value).encode()) == value
