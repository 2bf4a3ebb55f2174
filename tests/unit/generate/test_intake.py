"""What vendors deliver, whatever its pixels, sizes and rates."""

from pathlib import Path

import av
import numpy as np
import pytest

from picturelock.core.blocking import Camera
from picturelock.core.brief import ClipBrief
from picturelock.core.contract import Contract
from picturelock.core.digest import Digest
from picturelock.core.frametime import FrameRate
from picturelock.generate.intake import take_in
from picturelock.media import decode
from picturelock.vault.local import LocalVault

SIZE = (160, 96)


def delivered(path: Path, codec: str, pixels: str, size: tuple[int, int] = SIZE, **options: str) -> Path:
    """A clip of 24 frames at 24 a second, each brighter than the one before."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        for number in range(24):
            picture = np.full((size[1], size[0], 3), 40 + 6 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=pixels)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def taken_in(path: Path, rate: int, frames: int, folder: Path) -> list[decode.Frame]:
    brief = ClipBrief(
        contract=Contract(role="camera", purpose="test", subject="a ramp"),
        camera=Camera(x_m=0, y_m=1.5, z_m=-4),
        camera_end=None,
        keyframe=Digest.of(b""),
        layers=None,
        keyframe_last=None,
        layers_last=None,
        frames=frames,
        handles=0,
        frame_rate=FrameRate(rate),
        width=SIZE[0],
        height=SIZE[1],
    )
    vault = LocalVault(folder / "vault")
    with vault.local(take_in(path, brief, vault).media) as media:
        return list(decode.frames(media))


@pytest.mark.parametrize("rate", [24, 25, 30])
@pytest.mark.parametrize(
    ("name", "codec", "pixels", "size"),
    [
        ("eight.mp4", "libx264", "yuv420p", (192, 108)),
        ("ten.mp4", "libx264", "yuv420p10le", SIZE),
        ("studio.mov", "prores_ks", "yuv422p10le", SIZE),
        ("odd.webm", "libvpx-vp9", "yuv420p", (161, 97)),
    ],
)
def test_frames_that_are_shown_twice_are_the_same_picture(
    name: str, codec: str, pixels: str, size: tuple[int, int], rate: int, tmp_path: Path
) -> None:
    shown = taken_in(delivered(tmp_path / name, codec, pixels, size), rate, 20, tmp_path)
    found = np.array([frame.planes()[0][40:56, 70:90].mean() for frame in shown])
    source = np.array([decode.source_frame(n, FrameRate(24), FrameRate(rate)) for n in range(20)])
    expected = 16 + (40 + 6 * source) * 219 / 255
    assert np.abs(found - expected).max() < 3, found


def test_whole_pictures_stay_whole(tmp_path: Path) -> None:
    x264 = {"g": "9", "keyint_min": "9", "sc_threshold": "0"}
    one = delivered(tmp_path / "nine.mp4", "libx264", "yuv420p", (192, 108), **x264)
    assert [f.number for f in taken_in(one, 24, 20, tmp_path) if f.video.key_frame] == [0, 9, 18]
    every = delivered(tmp_path / "every.mov", "prores_ks", "yuv422p10le")
    assert [f.number for f in taken_in(every, 24, 24, tmp_path) if f.video.key_frame] == [0]
