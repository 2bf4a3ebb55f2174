"""A key is read where it should be, goes where it should, and is seen nowhere."""

import base64
import copy
import json
import logging
import pickle  # noqa: TID251  # to see that it fails
import subprocess
import sys
import traceback
from collections.abc import Iterator
from urllib.parse import quote

import keyring
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from picturelock.core.codec import to_json
from picturelock.core.failures import MissingExtra, UserError
from picturelock.generate.access import HIDDEN, Doorplate, Secret, on_loopback, place, redact, said

KEY = "pl-test-4f5e6d7c8b9a0f1e2d3c4b5a69788796"
DOOR = Doorplate(
    vendor="runway",
    url="https://api.example.com",
    url_variables=("VENDOR_BASE_URL",),
    keys=("VENDOR_KEY",),
    options=("concurrency",),
)


class Drawer(KeyringBackend):
    """A keyring of this test's own."""

    priority = 1.0  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked(f"locked, and {KEY} is inside")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    before, mine = keyring.get_keyring(), Drawer()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


# Secrets


def test_a_secret_is_seen_in_no_form():
    secret = Secret(KEY)
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r:>99}",
        f"{secret:>99}",
        "%s" % secret,  # noqa: UP031  # as old log calls do
        repr([secret]),
    ]
    assert [text for text in shown if KEY in text] == []
    assert HIDDEN in str(secret)
    assert secret.reveal() == KEY


def test_a_secret_is_never_written_down():
    secret = Secret(KEY)
    for write in (pickle.dumps, copy.deepcopy, json.dumps, msgspec.json.encode, to_json):
        with pytest.raises(TypeError):
            write(secret)


def test_a_secret_in_an_errors_trace_is_hidden():
    def fail(secret: Secret) -> None:
        raise ValueError(f"cannot use {secret}")

    with pytest.raises(ValueError, match="cannot use") as caught:
        fail(Secret(KEY))
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_secret_in_a_log_is_hidden(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("using %s", Secret(KEY))
    assert KEY not in caplog.text


def test_secrets_are_equal_when_their_texts_are():
    assert Secret("a" * 9) == Secret("a" * 9)
    assert Secret("a" * 9) != Secret("b" * 9)
    assert Secret("a" * 9) != "a" * 9
    assert len({Secret("a" * 9), Secret("a" * 9)}) == 1


TEXTS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=60)


@given(TEXTS, st.text(max_size=40), st.text(max_size=40))
def test_whatever_stands_around_it_a_known_secret_is_taken_out(key: str, before: str, after: str):
    Secret(key)
    encoded = base64.b64encode(key.encode()).decode()
    for form in (key, quote(key, safe=""), encoded):
        assert form not in redact(f"{before}\x00{form}\x00{after}")


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcd1234efgh",
        "Incorrect API key provided: sk-proj-abcdefgh************wxyz.",
        "token eyJhbGciOiJI.eyJpc3MiOiJh.abcDEF_123 is expired",
        "https://cdn.example.com/a.mp4?X-Amz-Signature=abcdef0123&x=1",
        "https://cdn.example.com/a.mp4?expires=1&signature=abcdef0123",
        "key_0123456789abcdef0123 is disabled",
    ],
)
def test_what_looks_like_a_secret_is_taken_out_even_if_nobody_here_knows_it(text: str):
    hidden = redact(text)
    assert HIDDEN in hidden
    for secret in ("abcd1234efgh", "abcdefgh*", "abcDEF_123", "abcdef0123", "0123456789abcdef"):
        assert secret not in hidden


def test_plain_words_stay_as_they_are():
    text = "The key frame of shot SC010_SH010 is 1280x720; the token limit is 4000."
    assert redact(text) == text


@given(st.text(max_size=3000), st.integers(2, 200))
def test_what_is_said_is_one_line_of_bounded_length(text: str, most: int):
    told = said(text, most)
    assert len(told) <= most
    assert "\n" not in told


def test_no_half_of_a_key_is_left_where_a_text_is_cut():
    Secret(KEY)
    for most in range(20, 80):
        told = said("x" * 30 + KEY + "y" * 100, most)
        assert KEY[:8] not in told


def test_a_place_is_an_address_without_what_opens_it():
    assert (
        place("https://ana:pw@cdn.example.com:8443/a/b.mp4?signature=1#x")
        == "https://cdn.example.com:8443/a/b.mp4"
    )
    assert "cannot be read" in place("https://[broken")


# Addresses


def test_the_vendors_own_address_is_the_default_and_the_first_variable_that_is_set_counts():
    assert DOOR.base_url({}) == "https://api.example.com"
    assert DOOR.base_url({"VENDOR_BASE_URL": " https://b.example.com/v1/ "}) == "https://b.example.com/v1"
    both = {"VENDOR_BASE_URL": "https://b.example.com", "PICTURELOCK_RUNWAY_URL": "https://a.example.com"}
    assert DOOR.base_url(both) == "https://a.example.com"


@pytest.mark.parametrize(
    "address",
    [
        "http://api.example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "api.example.com",
        "https://",
        "https://ana:pw@api.example.com",
        "https://api.example.com?key=1",
        "https://api.example.com#x",
        "https://[broken",
        "https://api.example.com:99999",
        "https://api.example.com:0",
    ],
)
def test_an_address_over_which_no_key_should_go_is_refused(address: str):
    with pytest.raises(UserError) as refused:
        DOOR.base_url({"VENDOR_BASE_URL": address})
    assert "VENDOR_BASE_URL" in refused.value.message
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:5", "http://127.8.8.8"]
)
def test_an_address_on_this_machine_needs_no_encryption(address: str):
    assert on_loopback(address)
    assert DOOR.base_url({"VENDOR_BASE_URL": address}) == address


# Options


def test_options_are_numbers_above_nothing():
    assert DOOR.number("concurrency", 3, {}) == 3
    assert DOOR.number("concurrency", 3, {"PICTURELOCK_RUNWAY_CONCURRENCY": " 12 "}) == 12


@pytest.mark.parametrize("given_", ["0", "-1", "2.5", "many", "1e3", "٣", "9" * 30])
def test_an_option_that_is_no_number_is_refused_with_its_name(given_: str):
    with pytest.raises(UserError, match="PICTURELOCK_RUNWAY_CONCURRENCY"):
        DOOR.number("concurrency", 3, {"PICTURELOCK_RUNWAY_CONCURRENCY": given_})


def test_an_option_that_the_vendor_does_not_have_is_never_read():
    assert DOOR.option("colour", {"PICTURELOCK_RUNWAY_COLOUR": "red"}) == ""


# Keys


def test_a_key_is_read_from_the_environment_before_the_keyring(drawer: Drawer):
    drawer.set_password("picturelock", "VENDOR_KEY", "from-the-keyring")
    assert DOOR.key("VENDOR_KEY", {"VENDOR_KEY": f" {KEY}\n"}).reveal() == KEY
    assert DOOR.all_keys({}) == {"VENDOR_KEY": Secret("from-the-keyring")}


def test_a_key_that_is_nowhere_is_asked_for_with_where_to_put_it(drawer: Drawer):
    with pytest.raises(UserError, match="VENDOR_KEY is not set") as refused:
        DOOR.key("VENDOR_KEY", {})
    assert "keyring set picturelock VENDOR_KEY" in refused.value.remedy


def test_a_keyring_that_is_locked_says_so_and_nothing_of_what_is_in_it():
    before = keyring.get_keyring()
    keyring.set_keyring(Drawer(locked=True))
    try:
        with pytest.raises(UserError, match="KeyringLocked") as refused:
            DOOR.key("VENDOR_KEY", {})
    finally:
        keyring.set_keyring(before)
    assert KEY not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("given_", ["two words", "ключ", "line\nbreak", "tab\there"])
def test_what_cannot_be_a_key_is_refused_without_being_shown(given_: str):
    with pytest.raises(UserError, match="VENDOR_KEY") as refused:
        DOOR.key("VENDOR_KEY", {"VENDOR_KEY": given_})
    assert given_ not in str(refused.value)


def test_without_a_keyring_installed_the_error_says_what_to_install():
    program = (
        "import sys; sys.modules['keyring'] = None\n"
        "from picturelock.core.failures import MissingExtra\n"
        "from picturelock.generate.access import Doorplate\n"
        "try:\n    Doorplate(vendor='v', url='https://x.example').key('V_KEY', {})\n"
        "except MissingExtra as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "picturelock[keyring]" in done.stdout
    assert "V_KEY" in done.stdout
    assert issubclass(MissingExtra, UserError)
