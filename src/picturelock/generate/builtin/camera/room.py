"""Keeping the frame inside the picture.

A drawn picture ends somewhere. Where a move would show its edge, the camera first goes a little closer as it moves,
and if that does not do, the move is made shorter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from picturelock.core.blocking import Camera
from picturelock.generate.builtin.camera.path import Path
from picturelock.generate.builtin.camera.projection import Matrix, corners

_STEPS = 14


@dataclass(frozen=True, slots=True)
class Room:
    """What there is to move in.

    Attributes:
        width: Of the frame.
        height: Of the frame.
        picture_width: Pixels.
        picture_height: Pixels.
        beyond: How far a frame may reach over the picture's edge, as a share of the picture; it is continued there.
        closer: The most that the camera may go closer, as a factor above 1.
    """

    width: int
    height: int
    picture_width: int
    picture_height: int
    beyond: float
    closer: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """A move that stays in the picture.

    Attributes:
        path: The cameras.
        zooms: How much closer each frame is than its camera says, 1 or more.
        share: How much of the move was left, 0 to 1.
    """

    path: Path
    zooms: tuple[float, ...]
    share: float


def closer(width: int, height: int, zoom: float) -> Matrix:
    """Pixels of a frame that is seen closer to pixels of the frame as the camera sees it."""
    across, down = (width - 1) / 2, (height - 1) / 2
    return np.array(
        [[1 / zoom, 0.0, across - across / zoom], [0.0, 1 / zoom, down - down / zoom], [0.0, 0.0, 1.0]]
    )


def outside(room: Room, backs: Matrix, zooms: Sequence[float]) -> float:
    """By how many pixels the worst frame reaches over what it may see; 0 or less is inside.

    Args:
        room: The picture and the frame.
        backs: N x 3 x 3, pixels of the frame to pixels of the picture.
        zooms: N.
    """
    middle = np.array([(room.width - 1) / 2, (room.height - 1) / 2])
    rim = (corners(room.width, room.height) - middle)[None] / np.asarray(zooms)[:, None, None] + middle
    rim = np.concatenate([rim, np.ones((*rim.shape[:2], 1))], axis=2)
    seen = np.einsum("nij,nkj->nki", backs, rim)
    if (seen[..., 2] <= 0).any():
        return float("inf")
    points = seen[..., :2] / seen[..., 2:]
    spare = np.array([room.picture_width, room.picture_height]) * room.beyond
    low, high = -spare, np.array([room.picture_width - 1, room.picture_height - 1]) + spare
    return float(max((low - points).max(), (points - high).max()))


def fit(room: Room, path: Callable[[float], Path], view: Callable[[Camera], Matrix]) -> Fitted:
    """The largest part of a move that stays in the picture, as little closer as it takes.

    Args:
        room: The picture and the frame.
        path: The move, by the share of it that is made.
        view: Pixels of the frame to pixels of the picture, for a camera.
    """

    def tried(share: float) -> Fitted | None:
        way = path(share)
        backs = np.stack([view(camera) for camera in way.cameras])

        def zooms(most: float) -> tuple[float, ...]:
            return tuple(1.0 + (most - 1.0) * done for done in way.done)

        def fits(most: float) -> bool:
            return outside(room, backs, zooms(most)) <= 1e-6

        if not fits(room.closer):
            return None
        low, high = 1.0, room.closer
        if fits(1.0):
            return Fitted(way, zooms(1.0), share)
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (low, middle) if fits(middle) else (middle, high)
        return Fitted(way, zooms(high), share)

    found = tried(1.0)
    if found is not None:
        return found
    low, high = 0.0, 1.0
    best = tried(0.0)
    for _ in range(_STEPS // 2):
        middle = (low + high) / 2
        found = tried(middle)
        if found is None:
            high = middle
        else:
            low, best = middle, found
    still = path(0.0)
    return best or Fitted(still, (1.0,) * len(still.cameras), 0.0)
