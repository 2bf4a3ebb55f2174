"""Faces drawn flat: eyes with a gaze, brows, mouth and the lines of age, for each expression.

The drawing is laid on the head from the front. Coordinates are head heights: x to the figure's right, y up from the
chin.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from picturelock.core.anchor import Age, CharacterLook, HairStyle
from picturelock.core.blocking import Expression
from picturelock.media.opencv import cv2

Floats = NDArray[np.floating]
Points = NDArray[np.float64]

_SPAN = 1.0
_SHIFT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A face on a square of ``span`` head heights, its middle half a head above the chin."""

    wash: Floats
    ink: Floats
    span: float


@dataclass(frozen=True, slots=True)
class _Mien:
    """What an expression does to a face.

    Attributes:
        brow_in: Rise of the inner ends of the brows, head heights.
        brow_out: Of the outer ends.
        brow_mid: Arch.
        lid: How far the upper lid is open, 1 at rest.
        under: Rise of the lower lid.
        mouth: Half width of the mouth.
        corner: Rise of its corners.
        gape: How far it is open.
        teeth: The upper teeth show.
        frown: Lines between the brows.
    """

    brow_in: float = 0.0
    brow_out: float = 0.0
    brow_mid: float = 0.012
    lid: float = 1.0
    under: float = 0.0
    mouth: float = 0.088
    corner: float = 0.004
    gape: float = 0.0
    teeth: bool = False
    frown: float = 0.0


_MIENS = {
    Expression.NEUTRAL: _Mien(),
    Expression.HAPPY: _Mien(
        brow_in=0.012,
        brow_out=0.012,
        brow_mid=0.02,
        lid=0.86,
        under=0.012,
        mouth=0.118,
        corner=0.038,
        gape=0.026,
        teeth=True,
    ),
    Expression.SAD: _Mien(brow_in=0.042, brow_out=-0.022, brow_mid=0.0, lid=0.74, mouth=0.078, corner=-0.028),
    Expression.ANGRY: _Mien(
        brow_in=-0.046,
        brow_out=0.026,
        brow_mid=0.0,
        lid=0.80,
        under=0.008,
        mouth=0.088,
        corner=-0.022,
        gape=0.012,
        teeth=True,
        frown=1.0,
    ),
    Expression.AFRAID: _Mien(
        brow_in=0.046,
        brow_out=0.004,
        brow_mid=0.01,
        lid=1.34,
        mouth=0.084,
        corner=-0.022,
        gape=0.030,
        teeth=True,
        frown=0.4,
    ),
    Expression.SURPRISED: _Mien(
        brow_in=0.045, brow_out=0.035, brow_mid=0.028, lid=1.40, mouth=0.050, corner=0.0, gape=0.052
    ),
    Expression.SPEAKING: _Mien(
        brow_in=0.010, brow_out=0.006, mouth=0.080, corner=0.006, gape=0.030, teeth=True
    ),
    Expression.RESOLUTE: _Mien(
        brow_in=-0.026,
        brow_out=0.010,
        brow_mid=0.004,
        lid=0.84,
        under=0.006,
        mouth=0.090,
        corner=-0.006,
        frown=0.5,
    ),
}


class _Sheet:
    """Draws on a square at twice its resolution."""

    def __init__(self, size: int) -> None:
        self.size = size * 2
        self.ink = np.zeros((self.size, self.size), np.uint8)
        self.colour = np.zeros((self.size, self.size, 3), np.float32)
        self.alpha = np.zeros((self.size, self.size), np.float32)

    def _px(self, points: Points) -> NDArray[np.int32]:
        x = (points[:, 0] / _SPAN + 0.5) * self.size
        y = (0.5 - (points[:, 1] - 0.5) / _SPAN) * self.size
        return np.rint(np.stack([x, y], axis=1) * (1 << _SHIFT)).astype(np.int32)

    def mask(self, points: Points) -> Floats:
        """Coverage of a filled outline."""
        sheet = np.zeros((self.size, self.size), np.uint8)
        cv2.fillPoly(sheet, [self._px(points)], 255, cv2.LINE_AA, _SHIFT)
        return sheet.astype(np.float32) / 255

    def lay(self, mask: Floats, colour: Sequence[float] | NDArray[np.floating], share: float = 1.0) -> None:
        """Put a wash down."""
        rows, columns = np.flatnonzero(mask.max(axis=1) > 0.002), np.flatnonzero(mask.max(axis=0) > 0.002)
        if len(rows) == 0:
            return
        part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        a = mask[part] * share
        self.colour[part] += (np.asarray(colour, np.float32) - self.colour[part]) * a[..., None]
        self.alpha[part] += (1 - self.alpha[part]) * a

    def stroke(
        self, points: Points, widths: Sequence[float], strength: float = 1.0, within: Floats | None = None
    ) -> None:
        """A brush stroke whose width swells and tapers, in head heights."""
        line = _smooth(points)
        w = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(widths)), widths)
        tangent = np.gradient(line, axis=0)
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        outline = np.concatenate([line + normal * w[:, None] / 2, (line - normal * w[:, None] / 2)[::-1]])
        covered = self.mask(outline) * strength
        if within is not None:
            covered = covered * within
        self.ink = np.maximum(self.ink, (covered * 255).astype(np.uint8))

    def soft(self, x: float, y: float, rx: float, ry: float) -> Floats:
        """A blot with soft edges."""
        grid = (np.arange(self.size, dtype=np.float32) + 0.5) / self.size
        u = (grid - 0.5) * _SPAN
        v = (0.5 - grid) * _SPAN + 0.5
        return np.exp(-(((u[None, :] - x) / rx) ** 2) - ((v[:, None] - y) / ry) ** 2).astype(np.float32)

    def done(self) -> Drawing:
        half = (self.size // 2, self.size // 2)
        alpha = cv2.resize(self.alpha, half, interpolation=cv2.INTER_AREA)
        premultiplied = cv2.resize(self.colour * self.alpha[..., None], half, interpolation=cv2.INTER_AREA)
        wash = np.concatenate([premultiplied / np.maximum(alpha, 1e-4)[..., None], alpha[..., None]], axis=2)
        ink = cv2.resize(self.ink, half, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        return Drawing(np.ascontiguousarray(wash, np.float32), ink, _SPAN)


def _smooth(points: Points) -> Points:
    """A curve through points (Catmull-Rom, drawn fine)."""
    p = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, 9)[:-1, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*pieces, points[-1:]])


def _pts(*points: tuple[float, float]) -> Points:
    return np.array(points, np.float64)


def _mirror(points: Points, side: int) -> Points:
    return points * np.array([side, 1.0])


def face(look: CharacterLook, expression: Expression, gaze: tuple[float, float], head_px: float) -> Drawing:
    """Draw a face.

    Args:
        look: Age, skin and hair.
        expression: What it says.
        gaze: Degrees to the figure's right and up.
        head_px: Height of the head in the picture: small heads get fewer and broader strokes.
    """
    size = int(min(768, max(64, 2 ** np.ceil(np.log2(max(head_px, 8.0) * 1.1)))))
    sheet = _Sheet(size)
    mien = _MIENS[expression]
    # No stroke is thinner than the pen.
    pen = min(max(1.0, 150.0 / max(head_px, 10.0)) ** 0.5, 2.6)
    skin = np.array(look.skin.rgb) / 255
    detail = head_px > 90
    if head_px < 64:
        return _small(sheet, mien, pen)
    _blush(sheet, look, skin, expression)
    for side in (-1, 1):
        _eye(sheet, mien, look, gaze, side, pen, detail=detail)
        _brow(sheet, mien, look, side, pen)
    _nose(sheet, pen, detail=detail)
    _mouth(sheet, mien, skin, pen, detail=detail)
    if detail:
        _lines_of_age(sheet, mien, look, pen)
    return sheet.done()


def _small(sheet: _Sheet, mien: _Mien, pen: float) -> Drawing:
    """A face of five strokes, for heads of a few dozen pixels."""
    for side in (-1, 1):
        tall = 0.022 * min(mien.lid, 1.2)
        turn = np.linspace(0, 2 * np.pi, 24)
        eye = np.stack([side * 0.148 + 0.026 * np.cos(turn), 0.474 + tall * np.sin(turn)], axis=1)
        sheet.ink = np.maximum(sheet.ink, (sheet.mask(eye) * 235).astype(np.uint8))
        brow = _pts(
            (0.08, 0.565 + mien.brow_in), (0.15, 0.578 + mien.brow_mid), (0.22, 0.560 + mien.brow_out)
        )
        sheet.stroke(_mirror(brow, side), [0.010 * pen, 0.012 * pen, 0.006 * pen], 0.7)
    corner = mien.corner * 1.3
    if mien.gape > 0.02:
        turn = np.linspace(0, 2 * np.pi, 24)
        gape = np.stack([mien.mouth * 0.6 * np.cos(turn), 0.205 + mien.gape * np.sin(turn)], axis=1)
        sheet.ink = np.maximum(sheet.ink, (sheet.mask(gape) * 200).astype(np.uint8))
    mouth = _pts((-mien.mouth, 0.212 + corner), (0.0, 0.205), (mien.mouth, 0.212 + corner))
    sheet.stroke(mouth, [0.004, 0.010 * pen, 0.004], 0.65)
    return sheet.done()


def _blush(sheet: _Sheet, look: CharacterLook, skin: Points, expression: Expression) -> None:
    rosy = np.clip(skin * [1.0, 0.68, 0.60], 0, 1)
    share = 0.42 if look.age is Age.CHILD or expression is Expression.HAPPY else 0.26
    for side in (-1, 1):
        sheet.lay(sheet.soft(side * 0.19, 0.36, 0.075, 0.05), rosy, share)
    sheet.lay(sheet.soft(0, 0.37, 0.05, 0.035), rosy, share * 0.9)
    shade = np.clip(skin * [0.80, 0.74, 0.74], 0, 1)
    for side in (-1, 1):
        sheet.lay(sheet.soft(side * 0.14, 0.515, 0.075, 0.035), shade, 0.45)


def _eye(
    sheet: _Sheet,
    mien: _Mien,
    look: CharacterLook,
    gaze: tuple[float, float],
    side: int,
    pen: float,
    *,
    detail: bool,
) -> None:
    big = {Age.CHILD: 1.22, Age.YOUNG: 1.08, Age.OLD: 0.88}.get(look.age, 1.0)
    cx, cy = 0.148, 0.478
    wide, tall = 0.066 * big, 0.036 * big
    top = tall * mien.lid
    low = tall * 0.62 - mien.under
    upper = _pts(
        (cx - wide, cy - 0.008),
        (cx - wide * 0.5, cy + top * 0.78),
        (cx + wide * 0.15, cy + top),
        (cx + wide * 0.72, cy + top * 0.62),
        (cx + wide * 1.04, cy + 0.004),
    )
    under = _pts(
        (cx - wide, cy - 0.008),
        (cx - wide * 0.4, cy - low * 0.85),
        (cx + wide * 0.25, cy - low),
        (cx + wide * 0.8, cy - low * 0.5),
        (cx + wide * 1.04, cy + 0.004),
    )
    outline = np.concatenate([_smooth(_mirror(upper, side)), _smooth(_mirror(under, side))[::-1]])
    white = sheet.mask(outline)
    sheet.lay(white, (0.95, 0.93, 0.88))
    lift = np.clip(gaze[1], -25, 25) / 25 * 0.016
    across = np.clip(gaze[0], -40, 40) / 40 * 0.036
    ix, iy = side * cx + across, cy + 0.002 + lift
    radius = 0.034 * big * (0.92 if mien.lid > 1.2 else 1.0)
    turn = np.linspace(0, 2 * np.pi, 40)
    ring = np.stack([ix + radius * np.cos(turn), iy + radius * np.sin(turn)], axis=1)
    iris = sheet.mask(ring) * white
    sheet.lay(iris, (0.30, 0.21, 0.15))
    pupil = sheet.mask((ring - [ix, iy]) * 0.55 + [ix, iy]) * white
    sheet.lay(pupil, (0.07, 0.06, 0.07))
    # The lid's shadow lies on the eye.
    sheet.lay(white * sheet.soft(side * cx, cy + top * 1.05, wide, top * 0.5), (0.35, 0.30, 0.34), 0.5)
    if detail:
        glint = sheet.mask((ring - [ix, iy]) * 0.24 + [ix + radius * 0.34, iy + radius * 0.36]) * iris
        sheet.lay(glint, (1.0, 0.99, 0.96), 0.95)
    else:
        sheet.ink = np.maximum(sheet.ink, (iris * 200).astype(np.uint8))
    sheet.stroke(_mirror(upper, side), [0.006 * pen, 0.013 * pen, 0.016 * pen, 0.015 * pen, 0.006 * pen])
    if detail:
        sheet.stroke(_mirror(under[1:], side), [0.002, 0.004, 0.006, 0.006], 0.75)
        crease = upper[:-1] + np.array([0.002, 0.020])
        sheet.stroke(_mirror(crease, side), [0.001, 0.0045, 0.005, 0.001], 0.7)
        if look.hair.style in {
            HairStyle.BOB,
            HairStyle.LONG,
            HairStyle.BUN,
            HairStyle.PONYTAIL,
            HairStyle.BRAID,
        }:
            flick = _pts(
                (cx + wide * 0.8, cy + top * 0.5),
                (cx + wide * 1.12, cy + 0.012),
                (cx + wide * 1.32, cy + 0.024),
            )
            sheet.stroke(_mirror(flick, side), [0.012 * pen, 0.010 * pen, 0.002])


def _brow(sheet: _Sheet, mien: _Mien, look: CharacterLook, side: int, pen: float) -> None:
    y = 0.572
    heavy = 1.25 if look.hair.style in {HairStyle.SHORT, HairStyle.CROP, HairStyle.BALD} else 0.95
    line = _pts(
        (0.072, y - 0.008 + mien.brow_in),
        (0.135, y + 0.006 + mien.brow_mid + mien.brow_in * 0.55),
        (0.195, y + mien.brow_mid * 0.8 + mien.brow_out * 0.7),
        (0.238, y - 0.022 + mien.brow_out),
    )
    widths = [0.010 * heavy * pen, 0.024 * heavy * pen, 0.017 * heavy * pen, 0.003]
    hair = np.array(look.hair.colour.rgb) / 255
    if look.age is Age.OLD and hair.mean() > 0.5:
        # White brows are left as paper with a shadow under them.
        under = line - [0.0, 0.012]
        sheet.stroke(_mirror(under, side), [w * 0.35 for w in widths], 0.7)
        return
    sheet.stroke(_mirror(line, side), widths, 0.92)


def _nose(sheet: _Sheet, pen: float, *, detail: bool) -> None:
    if not detail:
        sheet.stroke(_pts((-0.035, 0.335), (0.0, 0.325), (0.035, 0.335)), [0.003, 0.009 * pen, 0.003], 0.7)
        return
    sheet.stroke(
        _pts((-0.028, 0.333), (-0.012, 0.326), (0.010, 0.326), (0.027, 0.333)),
        [0.002, 0.006 * pen, 0.006 * pen, 0.002],
        0.75,
    )
    for side in (-1, 1):
        sheet.stroke(
            _mirror(_pts((0.052, 0.372), (0.066, 0.352), (0.056, 0.331)), side),
            [0.002, 0.006 * pen, 0.003],
            0.65,
        )
        sheet.stroke(
            _mirror(_pts((0.020, 0.337), (0.032, 0.341), (0.040, 0.336)), side),
            [0.004, 0.009 * pen, 0.004],
            0.8,
        )


def _mouth(sheet: _Sheet, mien: _Mien, skin: Points, pen: float, *, detail: bool) -> None:
    y, w, c, g = 0.212, mien.mouth, mien.corner, mien.gape
    sag = 0.35 * g
    upper = _pts(
        (-w, y + c),
        (-w * 0.55, y + c * 0.25 + g * 0.55),
        (-0.012, y + 0.004 + g * 0.75),
        (0.0, y + g * 0.70),
        (0.012, y + 0.004 + g * 0.75),
        (w * 0.55, y + c * 0.25 + g * 0.55),
        (w, y + c),
    )
    lower = _pts(
        (-w, y + c),
        (-w * 0.6, y + c * 0.1 - g * 0.75 - sag),
        (0.0, y - g * 1.15 - sag),
        (w * 0.6, y + c * 0.1 - g * 0.75 - sag),
        (w, y + c),
    )
    rosy = np.clip(skin * [0.86, 0.58, 0.54], 0, 1)
    top_lip = np.concatenate(
        [
            _smooth(upper),
            _smooth(
                _pts(
                    (w * 0.96, y + c),
                    (w * 0.4, y + 0.024 + g * 0.6),
                    (0.018, y + 0.029 + g * 0.8),
                    (0.0, y + 0.023 + g * 0.8),
                    (-0.018, y + 0.029 + g * 0.8),
                    (-w * 0.4, y + 0.024 + g * 0.6),
                    (-w * 0.96, y + c),
                )
            ),
        ]
    )
    low_lip = np.concatenate(
        [
            _smooth(lower),
            _smooth(
                _pts(
                    (w * 0.9, y + c * 0.9),
                    (w * 0.5, y - 0.026 - g * 1.1 - sag),
                    (0.0, y - 0.036 - g * 1.25 - sag),
                    (-w * 0.5, y - 0.026 - g * 1.1 - sag),
                    (-w * 0.9, y + c * 0.9),
                )
            ),
        ]
    )
    sheet.lay(sheet.mask(top_lip), rosy * 0.92, 0.55)
    sheet.lay(sheet.mask(low_lip), rosy, 0.42)
    if g > 0:
        inside = sheet.mask(np.concatenate([_smooth(upper), _smooth(lower)[::-1]]))
        sheet.lay(inside, (0.24, 0.10, 0.11))
        if mien.teeth:
            edge = upper - [0.0, 0.020 + 0.12 * g]
            teeth = sheet.mask(np.concatenate([_smooth(upper), _smooth(edge)[::-1]])) * inside
            sheet.lay(teeth, (0.95, 0.93, 0.88))
        if g > 0.028:
            sheet.lay(sheet.soft(0.0, y - g * 1.1 - sag, w * 0.5, g * 0.5) * inside, (0.62, 0.28, 0.27), 0.8)
        sheet.stroke(lower, [0.003, 0.006 * pen, 0.008 * pen, 0.006 * pen, 0.003], 0.85)
    sheet.stroke(upper, [0.004, 0.009 * pen, 0.011 * pen, 0.009 * pen, 0.011 * pen, 0.009 * pen, 0.004])
    if detail:
        for side in (-1, 1):
            tuck = _pts(
                (w - 0.003, y + c + 0.005),
                (w + 0.010, y + c - 0.001),
                (w + 0.014, y + c + (0.012 if c >= 0 else -0.016)),
            )
            sheet.stroke(_mirror(tuck, side), [0.003, 0.008, 0.002], 0.8)
        sheet.stroke(
            _pts((-0.035, y - 0.052 - g * 1.4), (0.0, y - 0.056 - g * 1.4), (0.035, y - 0.052 - g * 1.4)),
            [0.001, 0.006, 0.001],
            0.55,
        )


def _lines_of_age(sheet: _Sheet, mien: _Mien, look: CharacterLook, pen: float) -> None:
    if mien.frown:
        for side in (-1, 1):
            sheet.stroke(
                _mirror(_pts((0.024, 0.595), (0.019, 0.562), (0.027, 0.535)), side),
                [0.001, 0.008 * mien.frown, 0.002],
                0.8,
            )
    smiles = mien.corner > 0.02
    if smiles or look.age is Age.OLD:
        strength = 0.75 if look.age is Age.OLD else 0.5
        for side in (-1, 1):
            fold = _pts(
                (0.078, 0.345), (0.115 + mien.corner * 0.4, 0.285), (0.128 + mien.corner * 0.5, 0.222)
            )
            sheet.stroke(_mirror(fold, side), [0.002, 0.006, 0.001], strength)
    if look.age is Age.OLD:
        for side in (-1, 1):
            for rise in (-0.016, 0.004, 0.024):
                foot = _pts((0.226, 0.482 + rise * 0.4), (0.252, 0.486 + rise), (0.268, 0.484 + rise * 1.6))
                sheet.stroke(_mirror(foot, side), [0.001, 0.005, 0.001], 0.65)
            bag = _pts((0.098, 0.446), (0.15, 0.428), (0.2, 0.444))
            sheet.stroke(_mirror(bag, side), [0.001, 0.005, 0.001], 0.6)
        for y, w in ((0.655, 0.13), (0.69, 0.11)):
            sheet.stroke(
                _pts((-w, y - 0.006), (-w * 0.3, y), (w * 0.3, y - 0.003), (w, y + 0.001)),
                [0.001, 0.005, 0.005, 0.001],
                0.5,
            )
