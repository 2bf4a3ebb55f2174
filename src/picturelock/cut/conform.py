"""Pieces of the cut as packets of one encoder: each is made once, kept in the vault, and found again by what decides it.

A piece's key is the digest of everything that can change its bytes: sources by digest, frames, format, encoder, library
versions. The cache from keys to segments is a folder of small files; losing it costs time and nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal

import av
import numpy as np

from picturelock.core.codec import digest_of, from_json, plain, to_json
from picturelock.core.digest import Digest
from picturelock.core.failures import Malformed, PicturelockError
from picturelock.core.frametime import FrameRange, FrameRate
from picturelock.core.policy import Format
from picturelock.core.value import Value
from picturelock.cut import slate
from picturelock.cut.timeline import (
    WEIGHT,
    Body,
    Card,
    Dissolve,
    Fade,
    Piece,
    dissolve_weight,
    fade_weight,
    length,
)
from picturelock.media import decode, encode, fit, picture, planes
from picturelock.media.opencv import cv2
from picturelock.vault.mirror import Mendable
from picturelock.vault.store import Condition, Vault

METHOD = "conform/2"
"""Moves whenever the same piece would come out with other pictures."""


class Segment(Value, frozen=True, kw_only=True):
    """A piece of picture or sound as packets in the vault.

    Attributes:
        payload: The packets' bytes, back to back.
        extradata: Parameter sets.
        ticks: Frames of a picture, samples of a sound.
        packets: The index, in the order of decoding.
    """

    format: Literal["picturelock.segment/1"] = "picturelock.segment/1"
    payload: Digest
    extradata: bytes
    ticks: int
    packets: tuple[encode.Entry, ...]


class Cache:
    """Which object came of which key. Derived: it may be emptied at any time.

    Args:
        folder: Made when it is first written to.
        vault: Holds the objects.
    """

    def __init__(self, folder: Path, vault: Mendable) -> None:
        self.folder = folder
        self.vault = vault

    def _file(self, key: Digest) -> Path:
        return self.folder / key.hex[:2] / key.hex

    def _known(self, key: Digest) -> Digest | None:
        try:
            return Digest(self._file(key).read_text("ascii").strip())
        except (OSError, UnicodeDecodeError, Malformed):
            return None

    def _whole(self, found: Digest) -> bool:
        """Whether an object is still what was made. One that is not is taken out, so that it can be made again."""
        condition = self.vault.verify(found)
        if condition is Condition.DAMAGED:
            self.vault.discard(found)
        return condition is Condition.WHOLE

    def find(self, key: Digest) -> Digest | None:
        """The object of this key, if it is known and whole."""
        found = self._known(key)
        return found if found is not None and self._whole(found) else None

    def keep(self, key: Digest, value: Digest) -> None:
        """Remember. Whoever is interrupted here leaves the old state."""
        path = self._file(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="ascii") as file:
            file.write(value)
        Path(file.name).replace(path)

    def objects(self) -> Iterator[Digest]:
        """What it leads to: films, indices of segments, and their packets."""
        for path in sorted(self.folder.glob("??/*")):
            found = None
            with suppress(Malformed):  # what a crash left on its way
                found = self._known(Digest(f"blake3:{path.name}"))
            if found is None or not self.vault.has(found):
                continue
            yield found
            with self.vault.open(found) as file:
                index = file.read() if file.read(1) == b"{" else b""  # a film is none
            with suppress(PicturelockError):
                yield from_json(Segment, b"{" + index).payload

    def segment(self, key: Digest) -> Segment | None:
        """The segment of this key, if it is known and whole."""
        found = self.find(key)
        if found is None:
            return None
        with suppress(PicturelockError):  # nonsense under this key is made again
            segment = from_json(Segment, self.vault.read(found))
            return segment if self._whole(segment.payload) else None
        return None

    def store(self, key: Digest, encoded: encode.Encoded) -> Segment:
        """Keep an encoded segment in the vault and remember it."""
        segment = Segment(
            payload=self.vault.put(encoded.payload),
            extradata=encoded.extradata,
            ticks=encoded.ticks,
            packets=encoded.entries,
        )
        self.keep(key, self.vault.put(to_json(segment)))
        return segment


def segment_key(piece: Piece, form: Format, settings: encode.H264 = encode.MEZZANINE) -> Digest:
    """What decides a segment's bytes, as one digest. Names that are not drawn do not count."""
    return digest_of(
        {
            "piece": _drawn(piece),
            "size": [form.width, form.height],
            "rate": str(form.frame_rate),
            "encoder": settings.options(),
            "versions": {**encode.versions(), "opencv": cv2.__version__},
            "method": METHOD,
        }
    )


def _drawn(piece: Piece) -> dict[str, Any]:
    """The piece without what cannot be seen in it: codes and titles are only drawn where a clip is missing."""
    fields = plain(piece)
    if isinstance(piece, Card):
        return fields
    if piece.media is not None:
        del fields["shot"], fields["title"]
    if isinstance(piece, Dissolve) and piece.into_media is not None:
        del fields["into"], fields["into_title"]
    return fields


@dataclass(frozen=True, slots=True)
class Conformed:
    """The pieces' segments, in order.

    Attributes:
        encoded: How many were encoded now.
    """

    segments: tuple[Segment, ...]
    encoded: int

    @property
    def reused(self) -> int:
        """How many were there before."""
        return len(self.segments) - self.encoded


def conform(
    pieces: Sequence[Piece],
    keys: Sequence[Digest],
    form: Format,
    vault: Vault,
    cache: Cache,
    *,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Conformed:
    """Make every piece that is not there yet.

    Args:
        pieces: Of the cut, in order.
        keys: Of each piece, as :func:`segment_key` gives it.
        form: The production's format.
        vault: Holds the clips.
        cache: Finds what was made before.
        workers: Pieces encoded at once.
        progress: Told (done, all) as pieces are encoded.

    Raises:
        BadDocument: A clip is too short or is no picture.
        Damaged: A clip is broken.
        NotFound: A clip is not in the vault.
    """
    found = {key: segment for key in dict.fromkeys(keys) if (segment := cache.segment(key))}
    missing = {key: piece for key, piece in zip(keys, pieces, strict=True) if key not in found}

    def make(key: Digest) -> Segment:
        return cache.store(key, encode_piece(missing[key], form, vault))

    with ThreadPoolExecutor(max_workers=max(1, min(workers, len(missing) or 1))) as pool:
        tasks = {key: pool.submit(make, key) for key in missing}
        try:
            for n, (key, task) in enumerate(tasks.items()):
                found[key] = task.result()
                if progress:
                    progress(n + 1, len(tasks))
        except BaseException:
            for task in tasks.values():
                task.cancel()
            raise
    return Conformed(tuple(found[key] for key in keys), len(missing))


def encode_piece(piece: Piece, form: Format, vault: Vault) -> encode.Encoded:
    """One piece, decoded, fitted to the format and encoded.

    Args:
        piece: What to show.
        form: The production's format.
        vault: Holds the clips.
    """
    rate = form.frame_rate
    size = (form.width, form.height)
    # Decoded on one thread: it keeps up with the encoder, and more threads would take the encoder's core from it.
    return encode.encode_segment(_pictures(piece, form, vault), size, rate)


def _pictures(piece: Piece, form: Format, vault: Vault) -> Iterator[av.VideoFrame]:
    match piece:
        case Card():
            card = planes.from_bgr(slate.title_card((form.width, form.height), piece.title))
            yield from (card for _ in range(piece.frames))
        case Body():
            yield from shown(piece.media, piece.span, form, vault, slate.label(piece.shot, piece.title))
        case Fade():
            frames = shown(piece.media, piece.span, form, vault, slate.label(piece.shot, piece.title))
            for n, frame in enumerate(frames):
                yield blended(BLACK, frame, fade_weight(n, piece.over, out=piece.out))
        case Dissolve():
            label, into = slate.label(piece.shot, piece.title), slate.label(piece.into, piece.into_title)
            going = shown(piece.media, piece.span, form, vault, label)
            coming = shown(piece.into_media, piece.into_span, form, vault, into)
            for n, (before, after) in enumerate(zip(going, coming, strict=True)):
                yield blended(before, after, dissolve_weight(n, length(piece)))


def shown(
    media: Digest | None, span: FrameRange, form: Format, vault: Vault, label: tuple[str, str]
) -> Iterator[av.VideoFrame]:
    """Frames of a clip, a still or a stand-in card, as ``yuv420p`` of the production's size and rate.

    Args:
        media: The clip or still; ``None`` draws the card.
        span: Counted at the production's rate.
        form: The production's format.
        vault: Holds the media.
        label: Code and title for the card.
    """
    size = (form.width, form.height)
    if media is None:
        card = planes.from_bgr(slate.missing_card(size, *label))
        yield from (card for _ in range(span.length))
        return
    with vault.open(media) as file:
        still = picture.is_still(file.read(8))
    if still:
        held = planes.from_bgr(fit.still(picture.read(vault.read(media)), size))
        yield from (held for _ in range(span.length))
        return
    with vault.local(media) as path:
        yield from clip_frames(path, span, size, form.frame_rate)


def clip_frames(
    path: Path, span: FrameRange, size: tuple[int, int], rate: FrameRate
) -> Iterator[av.VideoFrame]:
    """Exactly ``span.length`` frames of a clip at a size and rate."""
    source: av.VideoFrame | None = None
    fitted: av.VideoFrame | None = None
    with decode.opened(path) as clip:
        fitter = fit.Fitter(clip.picture, size)
        for frame in clip.at_rate(span, rate):
            if frame is not source or fitted is None:
                source, fitted = frame, fitter.fit(frame)
            yield fitted


BLACK = None


def blended(before: av.VideoFrame | None, after: av.VideoFrame, weight: int) -> av.VideoFrame:
    """A mix of two ``yuv420p`` frames, rounded to nearest, in whole numbers.

    Args:
        before: The picture that goes, or ``BLACK``.
        after: The picture that comes.
        weight: Of ``after``, in 256ths.
    """
    mixed: list[planes.Plane] = []
    for number, black in enumerate((16, 128, 128)):
        coming = planes.plane(after, number).astype(np.uint16)
        going = np.uint16(black) if before is None else planes.plane(before, number).astype(np.uint16)
        total = going * np.uint16(WEIGHT - weight) + coming * np.uint16(weight) + np.uint16(WEIGHT // 2)
        mixed.append((total >> 8).astype(np.uint8))
    return planes.from_planes(*mixed)
