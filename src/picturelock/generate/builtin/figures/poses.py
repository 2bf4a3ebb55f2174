"""The library of poses: where hips, hands and feet are, and how the trunk bends.

Hands are given from their shoulder in arm lengths, in the chest's axes, outwards positive; feet from the ground
point under the figure in body heights. Nobody stands in mirror symmetry.
"""

from dataclasses import dataclass, replace

from picturelock.core.blocking import Pose

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm.

    Attributes:
        reach: Wrist from the shoulder in arm lengths: outwards, up, forward.
        elbow: Which way the elbow bends out.
        twist: Of the hand, degrees inwards.
        wrist: Bend of the hand, degrees.
        grip: 0 open, 1 fist.
        shrug: Shoulder lift, 1 is about three hundredths of the height.
        point: The index finger is out.
    """

    reach: Point = (0.10, -0.965, 0.06)
    elbow: Point = (0.45, 0.0, -1.0)
    twist: float = 0.0
    wrist: float = 0.0
    grip: float = 0.25
    shrug: float = 0.0
    point: bool = False
    bent: bool = True


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg.

    Attributes:
        ankle: From the figure's ground point in heights: outwards, above its place on a flat foot, forward.
        knee: Which way the knee points.
        turn: Toes outwards, degrees.
        pitch: Toes down, degrees.
        flat: The foot is set by ``turn`` and ``pitch``; otherwise it stays square to the shin.
    """

    ankle: Point = (0.055, 0.0, 0.0)
    knee: Point = (0.12, 0.0, 1.0)
    turn: float = 12.0
    pitch: float = 0.0
    flat: bool = True


_HANG = Arm()
_HANG_B = Arm(reach=(0.13, -0.95, 0.12), elbow=(0.5, 0, -1), grip=0.3)


@dataclass(frozen=True, slots=True)
class Stance:
    """What the body does.

    Attributes:
        rise: Height of the hips against standing straight.
        hips: Shift of the hips in heights.
        lean: Of the whole trunk, degrees forward.
        roll: Of the whole trunk, degrees to the right.
        turn: Of the whole trunk, degrees clockwise.
        tilt: Of the pelvis to the right; the shoulders answer.
        bow: Bend of the spine, degrees forward.
        twist: Of the chest against the pelvis, degrees clockwise.
        nod: Of the head, degrees down.
        cock: Of the head, degrees to the right.
        arms: Right and left.
        legs: Right and left.
        head_free: The head stays level where the trunk leans.
        lying: The body is laid on its back, across its facing.
    """

    rise: float = 0.985
    hips: Point = (0.0, 0.0, 0.0)
    lean: float = 0.0
    roll: float = 0.0
    turn: float = 0.0
    tilt: float = 0.0
    bow: float = 0.0
    twist: float = 0.0
    nod: float = 0.0
    cock: float = 0.0
    arms: tuple[Arm, Arm] = (_HANG, _HANG_B)
    legs: tuple[Leg, Leg] = (Leg(), Leg())
    head_free: bool = True
    lying: bool = False

    def mirrored(self) -> "Stance":
        """The same with right and left exchanged."""
        x, y, z = self.hips
        return replace(
            self,
            hips=(-x, y, z),
            roll=-self.roll,
            turn=-self.turn,
            tilt=-self.tilt,
            twist=-self.twist,
            cock=-self.cock,
            arms=(self.arms[1], self.arms[0]),
            legs=(self.legs[1], self.legs[0]),
        )


_STANDING = Stance(
    rise=0.978,
    hips=(0.014, 0.0, 0.0),
    tilt=-3.0,
    twist=-3.0,
    cock=1.5,
    arms=(_HANG_B, Arm(reach=(0.11, -0.955, 0.02), elbow=(0.6, 0, -0.9), grip=0.3)),
    legs=(
        Leg(ankle=(0.045, 0, -0.012), turn=10),
        Leg(ankle=(0.085, 0, 0.035), knee=(0.2, 0, 1), turn=20),
    ),
)

_SEATED = Stance(
    rise=0.575,
    hips=(0.0, 0.0, -0.06),
    lean=-4.0,
    bow=10.0,
    tilt=-1.5,
    arms=(
        Arm(reach=(-0.02, -0.72, 0.46), elbow=(0.8, -0.1, -0.6), wrist=-12, twist=70, grip=0.15),
        Arm(reach=(-0.08, -0.76, 0.38), elbow=(0.9, -0.1, -0.5), wrist=-10, twist=60, grip=0.2),
    ),
    legs=(
        Leg(ankle=(0.06, 0, 0.185), knee=(0.15, 0.6, 1), turn=8),
        Leg(ankle=(0.085, 0, 0.125), knee=(0.25, 0.6, 1), turn=16),
    ),
)

STANCES: dict[Pose, Stance] = {
    Pose.STAND: _STANDING,
    Pose.WALK: Stance(
        rise=0.955,
        lean=4.0,
        bow=2.0,
        twist=-9.0,
        turn=4.0,
        tilt=2.5,
        arms=(
            Arm(reach=(0.10, -0.88, -0.36), elbow=(0.35, 0, -1), grip=0.35),
            Arm(reach=(0.12, -0.82, 0.42), elbow=(0.5, -0.2, -1), grip=0.35),
        ),
        legs=(
            Leg(ankle=(0.035, 0.012, 0.165), turn=5, pitch=-16),
            Leg(ankle=(0.04, 0.042, -0.17), turn=6, pitch=32),
        ),
    ),
    Pose.RUN: Stance(
        rise=0.92,
        lean=13.0,
        bow=6.0,
        twist=-16.0,
        turn=8.0,
        arms=(
            Arm(reach=(0.22, -0.42, -0.48), elbow=(0.5, 0.2, -1), grip=0.9, twist=10),
            Arm(reach=(-0.12, -0.22, 0.56), elbow=(0.5, -1, -0.3), grip=0.9),
        ),
        legs=(
            Leg(ankle=(0.04, 0.17, 0.13), knee=(0.1, 0.5, 1), flat=False, pitch=-62),
            Leg(ankle=(0.035, 0.07, -0.235), turn=3, pitch=48),
        ),
    ),
    Pose.SIT: _SEATED,
    Pose.KNEEL: Stance(
        rise=0.5,
        hips=(0.0, 0.0, -0.03),
        lean=3.0,
        bow=6.0,
        twist=4.0,
        arms=(
            Arm(reach=(0.0, -0.70, 0.45), elbow=(0.8, 0, -0.8), twist=60, wrist=-10),
            Arm(reach=(0.12, -0.9, 0.18), elbow=(0.6, 0, -1), grip=0.4),
        ),
        legs=(
            Leg(ankle=(0.06, 0, 0.19), knee=(0.15, 0.5, 1), turn=6),
            Leg(ankle=(0.05, 0.012, -0.235), knee=(0.1, -1, 0.4), turn=4, pitch=58),
        ),
    ),
    Pose.CROUCH: Stance(
        rise=0.36,
        hips=(0.0, 0.0, -0.055),
        lean=24.0,
        bow=22.0,
        twist=5.0,
        nod=-6.0,
        arms=(
            Arm(reach=(0.02, -0.62, 0.52), elbow=(0.8, 0, -0.3), twist=40),
            Arm(reach=(0.0, -0.74, 0.42), elbow=(0.9, 0, -0.4), twist=30, grip=0.4),
        ),
        legs=(
            Leg(ankle=(0.075, 0, 0.055), knee=(0.45, 0.4, 1), turn=18),
            Leg(ankle=(0.075, 0.05, -0.065), knee=(0.4, 0.2, 1), turn=10, pitch=36),
        ),
    ),
    Pose.LIE: Stance(
        rise=0.985,
        bow=3.0,
        cock=8.0,
        arms=(
            Arm(reach=(0.28, -0.85, 0.10), elbow=(1, 0, -0.2), grip=0.35),
            Arm(reach=(-0.22, -0.52, 0.34), elbow=(1, -0.3, -0.1), twist=60, grip=0.3),
        ),
        legs=(
            Leg(ankle=(0.065, 0.012, 0.012), turn=28),
            Leg(ankle=(0.08, 0.1, 0.05), knee=(0.35, 0, 1), turn=34),
        ),
        head_free=False,
        lying=True,
    ),
    Pose.REACH: Stance(
        rise=0.955,
        hips=(0.0, 0.0, 0.02),
        lean=9.0,
        bow=4.0,
        twist=-18.0,
        arms=(
            Arm(reach=(0.0, 0.16, 0.96), elbow=(0.6, -1, 0), grip=0.08, shrug=0.8, twist=60),
            Arm(reach=(0.22, -0.85, -0.18), elbow=(0.5, 0, -1), grip=0.35),
        ),
        legs=(
            Leg(ankle=(0.04, 0, 0.12), knee=(0.1, 0, 1), turn=6),
            Leg(ankle=(0.055, 0.03, -0.13), turn=16, pitch=22),
        ),
    ),
    Pose.POINT: Stance(
        rise=0.975,
        hips=(-0.012, 0.0, 0.0),
        tilt=3.0,
        twist=-16.0,
        arms=(
            Arm(reach=(0.08, 0.06, 0.98), elbow=(0.7, -1, 0), grip=0.9, point=True, shrug=0.4, twist=50),
            Arm(reach=(0.16, -0.92, -0.04), elbow=(0.5, 0, -1), grip=0.6),
        ),
        legs=(
            Leg(ankle=(0.07, 0, 0.055), turn=10),
            Leg(ankle=(0.05, 0, -0.035), turn=22),
        ),
    ),
    Pose.CARRY: Stance(
        rise=0.97,
        lean=-5.0,
        bow=3.0,
        arms=(
            Arm(reach=(-0.08, -0.50, 0.56), elbow=(0.8, -0.6, -0.7), twist=-70, wrist=-8, grip=0.35),
            Arm(reach=(-0.08, -0.52, 0.55), elbow=(0.8, -0.6, -0.7), twist=-70, wrist=-8, grip=0.35),
        ),
        legs=(
            Leg(ankle=(0.055, 0, 0.05), turn=8),
            Leg(ankle=(0.06, 0.0, -0.055), turn=14),
        ),
    ),
    Pose.HOLD: Stance(
        rise=0.978,
        hips=(-0.012, 0.0, 0.0),
        tilt=2.5,
        twist=4.0,
        arms=(
            Arm(reach=(0.02, -0.40, 0.58), elbow=(0.7, -0.8, -0.6), grip=0.95),
            Arm(reach=(0.12, -0.94, 0.02), elbow=(0.5, 0, -1), grip=0.35),
        ),
        legs=(
            Leg(ankle=(0.08, 0, 0.03), knee=(0.2, 0, 1), turn=18),
            Leg(ankle=(0.045, 0, -0.012), turn=10),
        ),
    ),
    Pose.TURN: Stance(
        rise=0.965,
        turn=14.0,
        twist=30.0,
        tilt=-2.0,
        lean=2.0,
        arms=(
            Arm(reach=(0.2, -0.88, -0.2), elbow=(0.5, 0, -1), grip=0.35),
            Arm(reach=(-0.1, -0.78, 0.44), elbow=(0.7, -0.2, -0.6), grip=0.3),
        ),
        legs=(
            Leg(ankle=(0.07, 0, -0.055), turn=44),
            Leg(ankle=(0.05, 0.035, 0.035), turn=-18, pitch=24),
        ),
    ),
    Pose.FALL: Stance(
        rise=0.57,
        hips=(0.0, 0.0, -0.09),
        lean=-40.0,
        bow=24.0,
        roll=8.0,
        twist=10.0,
        nod=10.0,
        arms=(
            Arm(reach=(0.72, 0.18, 0.42), elbow=(0.3, -1, -0.4), grip=0.05, shrug=1.0),
            Arm(reach=(0.62, -0.52, -0.42), elbow=(0.6, 0, -1), grip=0.05, wrist=35, shrug=0.6),
        ),
        legs=(
            Leg(ankle=(0.07, 0.17, 0.31), knee=(0.25, 1, 0.6), flat=False, pitch=-78),
            Leg(ankle=(0.075, 0.0, 0.13), knee=(0.3, 0.4, 1), turn=14),
        ),
        head_free=False,
    ),
    Pose.EMBRACE: Stance(
        rise=0.97,
        lean=6.0,
        bow=5.0,
        cock=12.0,
        arms=(
            Arm(reach=(-0.34, -0.05, 0.74), elbow=(1, -0.25, 0.2), twist=90, grip=0.2, shrug=0.7),
            Arm(reach=(-0.36, -0.32, 0.68), elbow=(1, -0.4, 0.2), twist=90, grip=0.2, shrug=0.3),
        ),
        legs=(
            Leg(ankle=(0.055, 0, 0.045), turn=8),
            Leg(ankle=(0.055, 0.018, -0.06), turn=12, pitch=12),
        ),
    ),
    Pose.CLIMB: Stance(
        rise=0.94,
        hips=(0.0, 0.0, -0.02),
        lean=7.0,
        tilt=-5.0,
        nod=-16.0,
        arms=(
            Arm(reach=(0.06, 0.84, 0.42), elbow=(0.9, -0.4, -0.2), grip=0.95, shrug=1.6, twist=70),
            Arm(reach=(0.06, 0.12, 0.66), elbow=(1, -0.8, -0.2), grip=0.95, shrug=0.6, twist=70),
        ),
        legs=(
            Leg(ankle=(0.055, 0.0, 0.0), turn=8, pitch=8),
            Leg(ankle=(0.06, 0.19, 0.135), knee=(0.35, 0.5, 1), turn=12),
        ),
    ),
    Pose.LEAN: Stance(
        rise=0.93,
        hips=(0.0, 0.0, -0.015),
        lean=-7.0,
        bow=5.0,
        tilt=2.0,
        cock=-3.0,
        arms=(
            Arm(reach=(-0.38, -0.46, 0.48), elbow=(1, -0.7, -0.2), twist=70, grip=0.45),
            Arm(reach=(-0.42, -0.34, 0.55), elbow=(1, -0.7, 0.0), twist=70, grip=0.3),
        ),
        legs=(
            Leg(ankle=(0.035, 0, 0.085), turn=8),
            Leg(ankle=(-0.03, 0.012, 0.135), knee=(0.5, 0, 1), turn=-6, pitch=14),
        ),
    ),
    Pose.WRITE: replace(
        _SEATED,
        lean=6.0,
        bow=20.0,
        nod=20.0,
        arms=(
            Arm(reach=(-0.14, -0.52, 0.56), elbow=(0.9, -0.4, -0.4), twist=60, wrist=-14, grip=0.8),
            Arm(reach=(-0.16, -0.54, 0.50), elbow=(0.9, -0.4, -0.4), twist=70, wrist=-14, grip=0.1),
        ),
    ),
    Pose.LOOK_UP: replace(_STANDING, lean=-3.0, bow=-5.0, nod=-24.0),
    Pose.LOOK_DOWN: replace(_STANDING, lean=1.0, bow=8.0, nod=24.0),
    Pose.ARMS_CROSSED: replace(
        _STANDING,
        lean=-2.0,
        arms=(
            Arm(reach=(-0.42, -0.34, 0.54), elbow=(1, -0.8, 0.0), twist=80, grip=0.4),
            Arm(reach=(-0.40, -0.46, 0.46), elbow=(1, -0.8, 0.0), twist=80, grip=0.3),
        ),
    ),
    Pose.WAVE: replace(
        _STANDING,
        twist=3.0,
        arms=(
            Arm(reach=(0.36, 0.42, 0.26), elbow=(1, -0.9, -0.1), twist=-60, grip=0.0, shrug=0.9),
            Arm(reach=(0.12, -0.95, 0.02), elbow=(0.6, 0, -0.9), grip=0.3),
        ),
    ),
}

#: Poses whose sides mean something; the others are mirrored for some people.
ASYMMETRIC = frozenset({Pose.POINT, Pose.HOLD, Pose.WAVE, Pose.REACH, Pose.WRITE, Pose.LIE})
