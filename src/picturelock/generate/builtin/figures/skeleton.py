"""One proportioned skeleton: measures by age and build, and joints solved from a pose.

A figure's own axes: x to its right, y up, z the way its chest faces at rest; metres, origin on the ground between
the feet.
"""

from dataclasses import dataclass
from math import acos, cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from picturelock.core.anchor import Age, Build, CharacterLook
from picturelock.generate.builtin.figures.poses import Arm, Leg, Stance
from picturelock.generate.builtin.figures.solid import Vector, vec

Frame = NDArray[np.float64]


def pitch(degrees: float) -> Frame:
    """Bow: up leans forward. Columns are right, up, forward."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def yaw(degrees: float) -> Frame:
    """Turn clockwise seen from above."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def roll(degrees: float) -> Frame:
    """Lean to the right."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])


def unit(vector: Vector) -> Vector:
    """The direction of a vector."""
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def along(direction: Vector, forward: Vector) -> Frame:
    """A frame whose up is a direction and whose forward is as near as can be to another."""
    up = unit(direction)
    right = np.cross(up, forward)
    if float(np.linalg.norm(right)) < 1e-6:
        right = np.cross(up, vec(0, 0, 1) if abs(up[2]) < 0.9 else vec(1, 0, 0))
    right = unit(right)
    return np.stack([right, up, np.cross(right, up)], axis=1)


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths in metres.

    Attributes:
        head: Chin to crown.
        wide: Breadth of trunk and limbs against the average.
        shoulder: From the middle to the shoulder joint.
        stoop: Degrees that age bows the back.
    """

    height: float
    head: float
    wide: float
    girth: float
    hip_y: float
    shoulder_y: float
    ankle_y: float
    shoulder: float
    hip: float
    upper_arm: float
    forearm: float
    hand: float
    thigh: float
    shin: float
    foot: float
    stoop: float

    @property
    def arm(self) -> float:
        """Shoulder to wrist."""
        return self.upper_arm + self.forearm


_HEADS = {Age.CHILD: 5.5, Age.YOUNG: 6.7, Age.ADULT: 7.1, Age.OLD: 6.9}
_LEGS = {Age.CHILD: 0.455, Age.YOUNG: 0.5, Age.ADULT: 0.508, Age.OLD: 0.5}
_WIDE = {Build.SLIGHT: 0.88, Build.AVERAGE: 1.0, Build.STOCKY: 1.16, Build.BROAD: 1.17}
_GIRTH = {Build.SLIGHT: 0.86, Build.AVERAGE: 1.0, Build.STOCKY: 1.3, Build.BROAD: 1.1}
_SHOULDERS = {Build.SLIGHT: 0.086, Build.AVERAGE: 0.096, Build.STOCKY: 0.105, Build.BROAD: 0.117}


def measures(look: CharacterLook, height_m: float) -> Measures:
    """The measures of a character at this height."""
    h = height_m
    head = h / _HEADS[look.age]
    hip_y = _LEGS[look.age] * h
    ankle_y = 0.043 * h
    leg = hip_y - ankle_y
    child = look.age is Age.CHILD
    arm = (0.30 if child else 0.322) * h
    return Measures(
        height=h,
        head=head,
        wide=_WIDE[look.build],
        girth=_GIRTH[look.build] * (1.08 if look.age is Age.OLD else 1.0),
        hip_y=hip_y,
        shoulder_y=h - 1.54 * head,
        ankle_y=ankle_y,
        shoulder=_SHOULDERS[look.build] * h * (0.95 if child else 1.0),
        hip=0.05 * h * _WIDE[look.build] ** 0.5,
        upper_arm=arm * 0.535,
        forearm=arm * 0.465,
        hand=0.1 * h,
        thigh=leg * 0.515,
        shin=leg * 0.485,
        foot=0.145 * h,
        stoop=11.0 if look.age is Age.OLD else 0.0,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Limb:
    """Three joints and the way the end is turned.

    Attributes:
        root: Shoulder or hip.
        middle: Elbow or knee.
        end: Wrist or ankle.
        frame: Of hand or foot. A hand's up runs from the fingers to the wrist, its forward is where the knuckles
            of a hanging hand look; a foot's forward is where the toes point.
        side: 1 right, -1 left.
    """

    root: Vector
    middle: Vector
    end: Vector
    frame: Frame
    side: int
    grip: float = 0.2
    point: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """A posed figure in its own axes.

    Attributes:
        pelvis: Middle between the hips.
        pelvis_frame: Its right, up and forward as columns.
        head: Base of the skull.
        arms: Right and left.
        legs: Right and left.
    """

    size: Measures
    pelvis: Vector
    pelvis_frame: Frame
    waist: Vector
    chest: Vector
    chest_frame: Frame
    neck: Vector
    head: Vector
    head_frame: Frame
    arms: tuple[Limb, Limb]
    legs: tuple[Limb, Limb]


def _bent(root: Vector, target: Vector, first: float, second: float, pole: Vector) -> tuple[Vector, Vector]:
    """Middle joint and end of a limb of two bones that reaches for a target; the middle bends towards the pole."""
    way = target - root
    distance = float(np.linalg.norm(way))
    reach = min(max(distance, abs(first - second) * 1.05 + 1e-4), (first + second) * 0.998)
    direction = unit(way)
    end = root + direction * reach
    side = pole - direction * float(pole @ direction)
    side = unit(side) if float(np.linalg.norm(side)) > 1e-6 else vec(0, 0, 1)
    angle = acos(min(1.0, max(-1.0, (first**2 + reach**2 - second**2) / (2 * first * reach))))
    middle = root + direction * (first * cos(angle)) + side * (first * sin(angle))
    return middle, end


def _arm(size: Measures, chest: Vector, frame: Frame, arm: Arm, side: int) -> Limb:
    mirror = np.array([side, 1.0, 1.0])
    rest = size.shoulder_y - (size.hip_y + 0.58 * (size.shoulder_y - size.hip_y))
    shrug = vec(
        side * (size.shoulder - 0.004 * size.height * arm.shrug), rest + arm.shrug * 0.03 * size.height, 0.0
    )
    root = chest + frame @ shrug
    target = root + frame @ (np.array(arm.reach) * mirror) * size.arm
    elbow, wrist = _bent(root, target, size.upper_arm, size.forearm, frame @ (np.array(arm.elbow) * mirror))
    forearm = unit(wrist - elbow)
    bend = unit(elbow - (root + wrist) / 2) if arm.bent else frame @ vec(0, 0, -1)
    hand = along(-forearm, -bend)
    hand = hand @ yaw(-side * arm.twist) @ pitch(arm.wrist)
    return Limb(root, elbow, wrist, hand, side, arm.grip, arm.point)


def _leg(size: Measures, pelvis: Vector, frame: Frame, leg: Leg, side: int) -> Limb:
    root = pelvis + frame @ vec(side * size.hip, 0, 0)
    mirror = np.array([side, 1.0, 1.0])
    target = np.array(leg.ankle) * mirror * size.height + vec(0, size.ankle_y, 0)
    knee, ankle = _bent(root, target, size.thigh, size.shin, np.array(leg.knee) * mirror)
    foot = (
        yaw(side * leg.turn) @ pitch(leg.pitch)
        if leg.flat
        else along(knee - ankle, frame[:, 2]) @ pitch(leg.pitch)
    )
    return Limb(root, knee, ankle, foot, side)


def solve(size: Measures, stance: Stance, *, head_turn: float, head_tilt: float) -> Skeleton:
    """Joints of a figure.

    Args:
        size: Its measures.
        stance: What the body does.
        head_turn: Degrees clockwise against the chest.
        head_tilt: Degrees upwards.
    """
    h = size.height
    base = roll(stance.roll) @ yaw(stance.turn) @ pitch(stance.lean)
    hips = np.array(stance.hips) * h
    pelvis = vec(hips[0], size.hip_y * stance.rise + hips[1], hips[2])
    pelvis_frame = base @ roll(stance.tilt)
    trunk = size.shoulder_y - size.hip_y
    lower = (
        base
        @ pitch(stance.bow * 0.4 + size.stoop * 0.25)
        @ roll(-stance.tilt * 0.4)
        @ yaw(stance.twist * 0.4)
    )
    waist = pelvis + pelvis_frame @ vec(0, 0.2 * trunk, 0) + lower @ vec(0, 0.06 * trunk, 0)
    chest_frame = (
        lower
        @ pitch(stance.bow * 0.6 + size.stoop * 0.75)
        @ roll(-stance.tilt * 0.7)
        @ yaw(stance.twist * 0.6)
    )
    chest = waist + lower @ vec(0, 0.12 * trunk, 0) + chest_frame @ vec(0, 0.2 * trunk, 0)
    neck = chest + chest_frame @ vec(0, 0.42 * trunk + 0.24 * size.head, -0.006 * h)
    # The head keeps level where the body leans: people look at things, not along their spine.
    level = base @ yaw(stance.twist) if stance.head_free else chest_frame
    half = chest_frame @ pitch(-size.stoop * 0.3) @ yaw(head_turn * 0.35) @ pitch(-head_tilt * 0.3)
    upright = yaw(stance.turn + stance.twist) if stance.head_free else level
    lean = upright if not stance.head_free else upright @ pitch(0.35 * (stance.bow + stance.lean))
    head_frame = lean @ yaw(head_turn) @ pitch(-head_tilt + stance.nod) @ roll(stance.cock)
    length = h - size.shoulder_y - 1.06 * size.head
    head = neck + half @ vec(0, max(length, 0.02 * h), 0.008 * h + (0.012 * h if size.stoop else 0.0))
    right, left = stance.arms
    return Skeleton(
        size=size,
        pelvis=pelvis,
        pelvis_frame=pelvis_frame,
        waist=waist,
        chest=chest,
        chest_frame=chest_frame,
        neck=neck,
        head=head,
        head_frame=head_frame,
        arms=(_arm(size, chest, chest_frame, right, 1), _arm(size, chest, chest_frame, left, -1)),
        legs=(
            _leg(size, pelvis, pelvis_frame, stance.legs[0], 1),
            _leg(size, pelvis, pelvis_frame, stance.legs[1], -1),
        ),
    )
