"""A download is whole, of its kind, bounded, resumed where it broke off, and from nowhere that it must not go."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import Damaged
from picturelock.core.frametime import FrameRate
from picturelock.generate.content import NotMedia, ending, kind_of, whole
from picturelock.generate.download import Bounds, download
from picturelock.generate.vendor import Downloaded, Expired, NoAnswer, Unusable
from picturelock.media.encode import H264, ClipWriter
from picturelock.media.picture import png
from picturelock.testing.peer import Asked, Peer, Script, Talk, peer

QUICK = Bounds(seconds=20.0, silence=5.0)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    noise = np.random.default_rng(1).integers(0, 256, (96, 96, 3), np.uint8)
    with ClipWriter(path, (96, 96), FrameRate(24), H264(crf=18, preset="ultrafast", gop=12)) as writer:
        for n in range(24):
            writer.write_bgr(np.roll(noise, n, axis=1))
    return path.read_bytes()


STILL = png(np.full((40, 60, 3), 90, np.uint8))


def fetched(url: str, folder: Path, other: Peer, bounds: Bounds = QUICK) -> object:
    outcome = download(url, folder, base_url=other.url, bounds=bounds)
    kept = [outcome.path] if isinstance(outcome, Downloaded) else []
    assert list(folder.iterdir()) == kept, "nothing is left behind that is not whole"
    return outcome


def span(asked: Asked) -> int:
    """Where the client wants to go on."""
    return int(asked.headers.get("range", "bytes=0-").removeprefix("bytes=").rstrip("-"))


def part(talk: Talk, data: bytes, start: int, stop: int | None = None, *, tag: str = '"v1"') -> None:
    """The file from a place on; its answer breaks off before ``stop``."""
    fields = {"content_length": str(len(data) - start), "etag": tag}
    if start:
        fields["content_range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
    talk.answer(206 if start else 200, data[start:stop], **fields)


def once(serve: Callable[[Talk, Asked], None]) -> Script:
    def script(talk: Talk) -> None:
        asked = talk.read()
        if asked:
            serve(talk, asked)

    return script


def steadily(data: bytes, kind: str = "") -> Script:
    return once(lambda talk, _: talk.answer(200, data, content_type=kind))


# Whole


def test_a_whole_file_is_kept_under_the_kind_that_its_bytes_tell(tmp_path: Path, clip: bytes):
    with peer(steadily(clip, "image/png")) as other:
        outcome = fetched(f"{other.url}/result.png", tmp_path, other)
    assert isinstance(outcome, Downloaded)
    assert (outcome.kind, outcome.path.suffix) == ("video/mp4", ".mp4")
    assert outcome.path.read_bytes() == clip


def test_a_file_of_unknown_length_is_kept_when_it_is_whole(tmp_path: Path):
    def serve(talk: Talk, _: Asked) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + STILL)

    with peer(once(serve)) as other:
        assert isinstance(fetched(f"{other.url}/a", tmp_path, other), Downloaded)


def test_no_key_and_no_cookie_goes_to_where_results_are(tmp_path: Path):
    with peer(steadily(STILL)) as other:
        fetched(f"{other.url}/a?signature=secret", tmp_path, other)
    assert not {"authorization", "cookie", "referer"} & other.asked[0].headers.keys()
    assert other.asked[0].headers["accept-encoding"] == "identity"


# Resumed


def test_a_download_goes_on_where_it_broke_off(tmp_path: Path, clip: bytes):
    def serve(talk: Talk, asked: Asked) -> None:
        start = span(asked)
        part(talk, clip, start, start + len(clip) // 3)

    with peer(once(serve)) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other)
    assert isinstance(outcome, Downloaded)
    assert outcome.path.read_bytes() == clip
    starts = [span(asked) for asked in other.asked]
    assert starts == sorted(starts)
    assert len(set(starts)) == 4
    assert [asked.headers.get("if-range") for asked in other.asked[1:]] == ['"v1"'] * 3


def test_halves_of_two_files_are_never_joined(tmp_path: Path, clip: bytes):
    def serve(talk: Talk, asked: Asked) -> None:
        if len(other.asked) == 1:
            part(talk, clip, 0, len(clip) // 2)
        elif len(other.asked) == 2:
            part(talk, clip, span(asked), tag='"v2"')
        else:
            part(talk, clip, span(asked), tag='"v2"')

    with peer(once(serve)) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other)
    assert isinstance(outcome, Downloaded)
    assert outcome.path.read_bytes() == clip
    assert [span(asked) for asked in other.asked] == [0, len(clip) // 2, 0]


def test_a_server_that_cannot_resume_is_read_from_the_beginning(tmp_path: Path, clip: bytes):
    def serve(talk: Talk, _: Asked) -> None:
        stop = len(clip) // 2 if len(other.asked) == 1 else None
        talk.answer(200, clip[:stop], content_length=str(len(clip)))

    with peer(once(serve)) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other)
    assert isinstance(outcome, Downloaded)
    assert outcome.path.read_bytes() == clip


def test_another_part_than_was_asked_for_is_not_taken(tmp_path: Path, clip: bytes):
    def serve(talk: Talk, asked: Asked) -> None:
        if len(other.asked) == 1:
            part(talk, clip, 0, len(clip) // 2)
        elif len(other.asked) == 2:
            part(talk, clip, 10)
        else:
            part(talk, clip, span(asked))

    with peer(once(serve)) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other)
    assert isinstance(outcome, Downloaded)
    assert outcome.path.read_bytes() == clip


def test_a_file_that_is_already_there_in_full_is_not_fetched_again(tmp_path: Path):
    def serve(talk: Talk, asked: Asked) -> None:
        if span(asked):
            talk.answer(416, content_range=f"bytes */{len(STILL)}")
        else:
            # Its length is said too long by one, so that the end looks like a break.
            talk.answer(200, STILL, content_length=str(len(STILL) + 1), etag='"v1"')

    with peer(once(serve)) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other)
    assert isinstance(outcome, Downloaded)
    assert outcome.path.read_bytes() == STILL


def test_a_connection_that_brings_nothing_any_more_is_given_up(tmp_path: Path, clip: bytes):
    def serve(talk: Talk, asked: Asked) -> None:
        if not span(asked):
            part(talk, clip, 0, len(clip) // 2)

    with peer(once(serve)) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other)
    assert isinstance(outcome, NoAnswer)
    assert str(len(clip) // 2) in outcome.why
    assert len(other.asked) == 4


# Checked


def test_a_file_that_was_spoilt_on_the_way_is_read_again(tmp_path: Path, clip: bytes):
    spoilt = clip[: len(clip) // 2] + bytes(200) + clip[len(clip) // 2 + 200 :]

    def serve(talk: Talk, _: Asked) -> None:
        talk.answer(200, spoilt if len(other.asked) == 1 else clip)

    with peer(once(serve)) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other)
    assert isinstance(outcome, Downloaded)
    assert outcome.path.read_bytes() == clip


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("clip.mp4", "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<html>Your link has expired.</html>", "text"),
        (b'{"error": "expired"}', "text"),
        (archive(), "archive"),
        (b"\x7fELF\x02\x01\x01", "no picture"),
        (b"", "no picture"),
        (STILL[:-20], "whole"),
    ],
)
def test_what_is_no_picture_clip_or_sound_is_unusable_however_often_it_is_read(
    data: bytes, says: str, tmp_path: Path
):
    with peer(steadily(data, "video/mp4")) as other:
        outcome = fetched(f"{other.url}/clip.mp4", tmp_path, other)
    assert isinstance(outcome, Unusable)
    assert says in outcome.evidence
    assert len(other.asked) == 2


def test_a_clip_that_lacks_its_end_is_unusable_even_if_the_server_calls_it_whole(tmp_path: Path, clip: bytes):
    with peer(steadily(clip[:-64])) as other:
        assert isinstance(fetched(f"{other.url}/a", tmp_path, other), Unusable)


# Bounded


def test_a_file_that_is_said_to_be_too_large_is_not_begun(tmp_path: Path):
    with peer(once(lambda talk, _: talk.answer(200, content_length=str(1 << 50)))) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other, Bounds(bytes=1000))
    assert isinstance(outcome, Unusable)
    assert "1000" in outcome.evidence


def test_a_file_that_never_ends_is_stopped_at_its_bound(tmp_path: Path):
    def serve(talk: Talk, _: Asked) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:  # until the other side has left
            talk.send(STILL * 64)

    with peer(once(serve)) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other, Bounds(bytes=1 << 20))
    assert isinstance(outcome, Unusable)
    assert "bytes" in outcome.evidence


def test_a_download_that_drips_ends_with_its_time(tmp_path: Path, clip: bytes):
    def serve(talk: Talk, _: Asked) -> None:
        talk.send(f"HTTP/1.1 200 OK\r\nContent-Length: {len(clip)}\r\n\r\n".encode())
        talk.hold()

    with peer(once(serve)) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other, Bounds(seconds=0.4, silence=0.2))
    assert isinstance(outcome, NoAnswer)


# What the server says


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_address_that_is_no_longer_good_has_expired(status: int, tmp_path: Path):
    with peer(once(lambda talk, _: talk.answer(status, b"<Error/>"))) as other:
        outcome = fetched(f"{other.url}/a?signature=topsecret", tmp_path, other)
    assert isinstance(outcome, Expired)
    assert "topsecret" not in outcome.evidence


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_server_that_is_busy_is_asked_later(status: int, tmp_path: Path):
    with peer(once(lambda talk, _: talk.answer(status, retry_after="17"))) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other)
    assert isinstance(outcome, NoAnswer)
    assert outcome.after_seconds == 17.0
    assert outcome.rate_limited is (status == 429)


@pytest.mark.parametrize("status", [204, 300, 400, 405])
def test_any_other_answer_is_no_file(status: int, tmp_path: Path):
    with peer(once(lambda talk, _: talk.answer(status))) as other:
        assert isinstance(fetched(f"{other.url}/a", tmp_path, other), Unusable)


# Where it may go


def test_redirects_are_followed_to_where_it_may_go(tmp_path: Path):
    def serve(talk: Talk, asked: Asked) -> None:
        if "/a" in asked.line:
            talk.answer(302, location="/b")
        elif "/b" in asked.line:
            talk.answer(307, location=f"{other.url}/c")
        else:
            talk.answer(200, STILL)

    with peer(once(serve)) as other:
        assert isinstance(fetched(f"{other.url}/a", tmp_path, other), Downloaded)


@pytest.mark.parametrize(
    "place",
    [
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:192.168.0.1]/x",
        "file:///etc/passwd",
        "ftp://example.com/x",
        "https://user:hunter2@example.com/x",
        "https:///nowhere",
        "https://[broken",
    ],
)
def test_a_redirect_leads_nowhere_that_an_address_must_not_lead(place: str, tmp_path: Path):
    with peer(once(lambda talk, _: talk.answer(302, location=place))) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other)
    assert isinstance(outcome, Unusable)
    assert "hunter2" not in outcome.evidence


def test_redirects_in_a_circle_end(tmp_path: Path):
    with peer(once(lambda talk, _: talk.answer(302, location="/a"))) as other:
        outcome = fetched(f"{other.url}/a", tmp_path, other)
    assert isinstance(outcome, Unusable)
    assert len(other.asked) == 6


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1"])
def test_a_vendor_out_there_does_not_deliver_from_this_machine(host: str, tmp_path: Path):
    with peer(steadily(STILL)) as other:
        for scheme in ("https", "http"):
            url = f"{scheme}://{host}:{other.port}/a"
            outcome = download(url, tmp_path, base_url="https://api.example.com", bounds=QUICK)
            assert isinstance(outcome, Unusable), outcome
    assert other.connections == 0
    assert list(tmp_path.iterdir()) == []


# Kinds


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "video/quicktime"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio/wav"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"fLaC", "audio/flac"),
        (b"OggS", "audio/ogg"),
    ],
)
def test_a_kind_is_told_from_how_a_file_begins(head: bytes, kind: str):
    assert kind_of(head + bytes(64)) == kind
    assert ending(kind).startswith(".")


@given(st.binary(max_size=64))
def test_whatever_a_file_begins_with_it_is_of_a_known_kind_or_refused(head: bytes):
    try:
        kind = kind_of(head)
    except NotMedia:
        return
    assert ending(kind).startswith(".")


def test_a_box_that_is_said_to_reach_beyond_the_file_is_damage(tmp_path: Path, clip: bytes):
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip + b"\x00\x00\x10\x00free")
    with pytest.raises(Damaged, match="breaks off"):
        whole(path, "video/mp4")
    path.write_bytes(clip + b"\x00\x00\x00\x08free")
    whole(path, "video/mp4")
