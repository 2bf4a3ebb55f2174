"""A picture opened once for all checks of the keyframe gate."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from picturelock.core.blocking import Box, expected_box, expected_boxes
from picturelock.core.digest import Digest
from picturelock.core.failures import PicturelockError
from picturelock.core.ids import AnchorId
from picturelock.gate.pixels import Pixels
from picturelock.gate.subject import StillSubject
from picturelock.media.opencv import cv2
from picturelock.media.picture import Header, header, read

# Figures' planes are called by their anchors.
FIGURE = "figure:"


@dataclass(eq=False)
class View:
    """What the checks look at.

    Attributes:
        data: The file.
        header: What the file says of itself; ``None`` where it is no picture.
        pixels: H x W x 4 uint8 BGRA, upright; ``None`` where it cannot be decoded whole.
        problem: Why not.
    """

    subject: StillSubject
    data: bytes
    header: Header | None
    pixels: Pixels | None
    problem: str

    @property
    def digest(self) -> Digest:
        """Of the picture."""
        return self.subject.digest

    @cached_property
    def bgr(self) -> Pixels:
        """H x W x 3; transparency over white."""
        assert self.pixels is not None  # noqa: S101  checks ask only when there are pixels
        if int(self.pixels[:, :, 3].min()) == 255:
            return np.ascontiguousarray(self.pixels[:, :, :3])
        weight = self.pixels[:, :, 3:].astype(np.uint32)
        over = self.pixels[:, :, :3] * weight + 255 * (255 - weight)
        return ((over + 127) // 255).astype(np.uint8)

    @cached_property
    def luma(self) -> Pixels:
        """H x W uint8, BT.709 weights, full range."""
        return cv2.transform(self.bgr, np.array([[0.0722, 0.7152, 0.2126]])).reshape(self.bgr.shape[:2])

    @cached_property
    def expected(self) -> dict[AnchorId, Box]:
        """Where the blocking expects each figure."""
        blocking = self.subject.blocking
        if blocking is None:
            return {}
        camera = blocking.camera_end if self.subject.at_end and blocking.camera_end else blocking.camera
        if camera is blocking.camera:
            return expected_boxes(blocking, self.subject.format.aspect)
        found = {f.who: expected_box(f, camera, self.subject.format.aspect) for f in blocking.figures}
        return {who: box for who, box in found.items() if box is not None}

    @cached_property
    def seen(self) -> dict[AnchorId, Box] | str:
        """Where each figure is, by the alpha of its plane; or why that cannot be told."""
        layers = self.subject.layers
        if layers is None:
            return "the picture has no planes, and finding people in it needs a person model from the people extra"
        found: dict[AnchorId, Box] = {}
        for layer in layers.layers:
            if not layer.name.startswith(FIGURE):
                continue
            path = self.subject.layer_files.get(layer.media)
            alpha = _alpha(path) if path else None
            if alpha is None:
                return f"the plane {layer.name} cannot be read"
            across, down = (
                np.flatnonzero((alpha > 127).any(axis=0)),
                np.flatnonzero((alpha > 127).any(axis=1)),
            )
            if len(across):
                found[AnchorId(layer.name.removeprefix(FIGURE))] = Box(
                    left=(float(across[0]) - layers.frame_left) / layers.frame_width,
                    top=(float(down[0]) - layers.frame_top) / layers.frame_height,
                    right=(float(across[-1]) + 1 - layers.frame_left) / layers.frame_width,
                    bottom=(float(down[-1]) + 1 - layers.frame_top) / layers.frame_height,
                )
        return found


def _alpha(path: Path) -> Pixels | None:
    try:
        return read(path.read_bytes(), alpha=True)[:, :, 3]
    except (PicturelockError, OSError):
        return None


def view(subject: StillSubject) -> View:
    """Open a picture. A broken file is a finding, not an error."""
    head: Header | None = None
    try:
        data = subject.path.read_bytes()
    except OSError as error:
        return View(subject, b"", None, None, str(error.strerror))
    try:
        head = header(data)
        return View(subject, data, head, read(data, alpha=True), "")
    except PicturelockError as error:
        return View(subject, data, head, None, error.message)
