"""What vendors deliver, brought to the production's format. The delivered bytes are kept beside it as ``original``."""

import tempfile
from pathlib import Path

import numpy as np

from picturelock.core.brief import Brief, ClipBrief, CompositeBrief, StillBrief
from picturelock.core.failures import BadDocument
from picturelock.core.frametime import FrameRange
from picturelock.core.paidcall import Fetched
from picturelock.core.take import Part
from picturelock.media import decode, picture
from picturelock.media.encode import H264, ClipWriter
from picturelock.media.fit import Fitter
from picturelock.media.opencv import cv2
from picturelock.media.planes import copied
from picturelock.vault.store import Vault


def take_in(path: Path, brief: Brief, vault: Vault) -> Fetched:
    """Keep a delivered file, and what the production works with.

    A still is scaled to cover the production's frame and trimmed evenly. A clip is played at the production's rate from
    its first frame on, scaled to fit, and trimmed to its frames with both handles.

    Raises:
        BadDocument: It is not what was ordered: no picture, or a clip that is too short.
        Damaged: The stream is broken.
    """
    match brief:
        case StillBrief() | CompositeBrief():
            alpha = isinstance(brief, StillBrief) and brief.plate not in {"", "background"}
            return _still(path, (brief.width, brief.height), vault, alpha=alpha)
        case ClipBrief():
            return _clip(path, brief, vault)
        case _:
            raise BadDocument("no vendor delivers voices yet", remedy="Route voices to builtin/voice.")


def _still(path: Path, size: tuple[int, int], vault: Vault, *, alpha: bool) -> Fetched:
    data = path.read_bytes()
    head = picture.header(data)
    if (head.width, head.height) == size and data.startswith(b"\x89PNG"):
        return Fetched(media=vault.put(data))
    pixels = covering(picture.read(data, alpha=alpha), size)
    return Fetched(
        media=vault.put(picture.png(pixels)), parts=(Part(role="original", digest=vault.put(data)),)
    )


def covering(pixels: "np.ndarray", size: tuple[int, int]) -> "np.ndarray":
    """A still scaled so that it fills a frame, trimmed evenly at the sides that stand over: H x W x C uint8."""
    height, width = pixels.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    wide, high = max(size[0], round(width * scale)), max(size[1], round(height * scale))
    if (wide, high) != (width, height):
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        pixels = np.asarray(cv2.resize(pixels, (wide, high), interpolation=way))
    left, top = (wide - size[0]) // 2, (high - size[1]) // 2
    return np.ascontiguousarray(pixels[top : top + size[1], left : left + size[0]])


def _clip(path: Path, brief: ClipBrief, vault: Vault) -> Fetched:
    with decode.opened(path) as clip:
        source = clip.picture
        needed = brief.frames + 2 * brief.handles
        has = decode.length_at(source.frames, source.rate, brief.frame_rate)
        if has < needed:
            raise BadDocument(
                f"the clip has {has} frames at {brief.frame_rate} per second, and {needed} were ordered",
                remedy="Ask for a longer clip, or shorten the shot or its handles.",
            )
        size = (brief.width, brief.height)
        as_ordered = source.size == size and source.rate == brief.frame_rate and source.frames == needed
        if as_ordered and source.pix_fmt == "yuv420p":
            return Fetched(media=vault.put_file(path), duration_frames=needed)
        fitter = Fitter(source, size)
        settings = H264(crf=16, preset="veryfast", gop=brief.frame_rate.nominal)
        with tempfile.TemporaryDirectory(prefix="picturelock-") as folder:
            made = Path(folder) / "clip.mp4"
            before = fitted = None
            with ClipWriter(made, size, brief.frame_rate, settings) as writer:
                for frame in clip.at_rate(FrameRange(0, needed), brief.frame_rate):
                    if fitted is not None and frame is before:
                        # Under its first time it may still wait for the encoder.
                        fitted, whole = copied(fitted), False
                    else:
                        # The vendor's whole pictures stay whole: by them the gates know what a codec does around
                        # them. Of a file of nothing else only the first does.
                        whole = frame.key_frame and not (before and before.key_frame)
                        fitted = fitter.fit(frame)
                    writer.write(fitted, whole=whole)
                    before = frame
            media, original = vault.put_file(made), vault.put_file(path)
    return Fetched(media=media, parts=(Part(role="original", digest=original),), duration_frames=needed)
