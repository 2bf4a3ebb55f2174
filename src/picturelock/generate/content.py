"""What a delivered file is, told from its bytes alone, and whether it is whole. What its server calls it counts for nothing."""

from pathlib import Path

import av
import av.error
from av.video.frame import VideoFrame

from picturelock.core.failures import Damaged, PicturelockError
from picturelock.media import picture
from picturelock.media.probe import probe

MOST_STILL_BYTES = 256 << 20
"""A still is read into memory whole to be checked; larger ones are none."""

_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
}


class NotMedia(PicturelockError):
    """The file begins like no picture, clip or sound that is taken in."""


def ending(kind: str) -> str:
    """The customary ending of a media type, with its dot."""
    return _ENDINGS[kind]


def kind_of(head: bytes) -> str:
    """The media type of a file that begins so.

    Args:
        head: The first 64 bytes at least, or all of a shorter file.

    Raises:
        NotMedia: It is something else. Archives are not taken, whatever is in them.
    """
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[4:8] == b"ftyp":
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm"
    return _sound_of(head)


def _sound_of(head: bytes) -> str:
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    if head.startswith(b"fLaC"):
        return "audio/flac"
    if head.startswith(b"OggS"):
        return "audio/ogg"
    raise NotMedia(_described(head))


def _described(head: bytes) -> str:
    if head.startswith(
        (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")
    ):
        return "it is an archive, and archives are not taken"
    if head.lstrip()[:1] in {b"<", b"{", b"["}:
        return "it is a text, such as a page that reports an error"
    return "it begins like no picture, clip or sound that is known here"


def whole(path: Path, kind: str) -> None:
    """Open a file and read it to its end.

    Raises:
        PicturelockError: It is damaged, or not what it begins like.
    """
    if kind.startswith("image/"):
        if path.stat().st_size > MOST_STILL_BYTES:
            raise NotMedia(f"a still of more than {MOST_STILL_BYTES >> 20} MiB")
        picture.read(path.read_bytes())
        return
    _boxes(path, kind)
    probe(path)
    _played(path)


def _played(path: Path) -> None:
    """Decode everything once: a break in the middle shows nowhere else, and may be the way's fault."""
    try:
        with av.open(str(path)) as container:
            for stream in container.streams.video:
                stream.thread_type = "AUTO"
            for packet in container.demux():
                for frame in packet.decode() if packet.stream.type in {"video", "audio"} else ():
                    if isinstance(frame, VideoFrame) and frame.is_corrupt:
                        raise Damaged(f"{path.name} has a broken picture")
    except av.error.FFmpegError as error:
        raise Damaged(f"{path.name} cannot be decoded to its end") from error


def _boxes(path: Path, kind: str) -> None:
    """Walk an MP4's outermost boxes: a file that breaks off in its last one opens all the same."""
    if kind not in {"video/mp4", "video/quicktime"}:
        return
    length, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at < length:
            file.seek(at)
            head = file.read(16)
            size = int.from_bytes(head[:4], "big")
            if size == 1:
                size = int.from_bytes(head[8:16], "big")
            elif size == 0:
                return  # to the end of the file, by definition
            if len(head) < 8 or size < 8 or at + size > length:
                raise Damaged(f"{path.name} breaks off at byte {length}")
            at += size
