"""From a planned shot to its production units, every one with a filled contract."""

from itertools import pairwise

from picturelock.core.anchor import CharacterAnchor, LocationAnchor, PropKind
from picturelock.core.blocking import Pose, Weather
from picturelock.core.board import Shot, SourceSpan, Speech, Unit, UnitKind
from picturelock.core.contract import (
    Angle,
    Constraints,
    Contract,
    DepthPlace,
    Framing,
    Motion,
    Move,
    OutputForm,
    OutputKind,
    Relation,
    ScreenPlace,
    ShotSize,
    Spatial,
    Subject,
)
from picturelock.core.frametime import FrameRate
from picturelock.core.ids import AnchorId, ShotCode, UnitId
from picturelock.script.coverage import Plan, Purpose, Stage
from picturelock.script.language import tidy
from picturelock.script.story import StoryScene
from picturelock.script.timing import GAP, frames

_ACROSS = {
    p: i
    for i, p in enumerate(
        (ScreenPlace.FAR_LEFT, ScreenPlace.LEFT, ScreenPlace.CENTRE, ScreenPlace.RIGHT, ScreenPlace.FAR_RIGHT)
    )
}
_UPRIGHT = frozenset({Pose.STAND, Pose.WALK, Pose.RUN, Pose.HOLD, Pose.REACH, Pose.POINT, Pose.CARRY, Pose.TURN, Pose.WAVE,
                      Pose.LOOK_UP, Pose.LOOK_DOWN, Pose.ARMS_CROSSED, Pose.LEAN})  # fmt: skip
_WRITTEN = frozenset({PropKind.LETTER, PropKind.BOOK, PropKind.MAP})
_SIZE_WORDS = {
    ShotSize.EXTREME_LONG: "extreme long shot", ShotSize.LONG: "long shot", ShotSize.FULL: "full shot, head to feet",
    ShotSize.MEDIUM_LONG: "medium long shot, cut at the knees", ShotSize.MEDIUM: "medium shot, cut at the waist",
    ShotSize.MEDIUM_CLOSE_UP: "medium close-up, cut at the chest", ShotSize.CLOSE_UP: "close-up, head and collar",
    ShotSize.EXTREME_CLOSE_UP: "extreme close-up",
}  # fmt: skip
_ANGLE_WORDS = {Angle.EYE_LEVEL: "at eye level", Angle.HIGH: "from above", Angle.LOW: "from below",
                Angle.OVERHEAD: "from straight overhead", Angle.DUTCH: "with a leaning horizon"}  # fmt: skip
_PLACE_WORDS = {ScreenPlace.FAR_LEFT: "at the left edge", ScreenPlace.LEFT: "on the left", ScreenPlace.CENTRE: "in the middle",
                ScreenPlace.RIGHT: "on the right", ScreenPlace.FAR_RIGHT: "at the right edge"}  # fmt: skip


def shot_of(
    plan: Plan, code: ShotCode, scene: StoryScene, stage: Stage, location: LocationAnchor, rate: FrameRate
) -> Shot:
    """The shot with its units.

    Args:
        plan: What was planned.
        code: Its code.
        scene: Its scene.
        stage: Everyone's anchors.
        location: Where it plays.
        rate: The production's frame rate.
    """
    length = frames(plan.seconds, rate)
    speeches = _speeches(plan, stage, rate)
    builder = _Builder(plan, code, scene, stage, location, length)
    return Shot(
        code=code,
        description=plan.text,
        source=SourceSpan(first=plan.first, last=plan.last),
        size=plan.size,
        framing=plan.framing,
        angle=plan.angle,
        move=plan.move,
        frames=length,
        speeches=speeches,
        units=builder.units(speeches),
        marks=tuple(plan.marks),
    )


def _speeches(plan: Plan, stage: Stage, rate: FrameRate) -> tuple[Speech, ...]:
    start = end = plan.lead
    found: list[Speech] = []
    for number, said in enumerate(plan.speeches):
        if not said.dual or not number:
            start = end
        found.append(
            Speech(
                number=(number + 1) * 10,
                speaker=stage.characters[said.line.speaker].id,
                text=said.text,
                parenthetical=said.line.parenthetical,
                offscreen=said.line.voice_over
                or said.line.offscreen
                or stage.characters[said.line.speaker].id not in {s.who for s in plan.subjects},
                start=frames(start, rate),
            )
        )
        end = max(end, start + (said.seconds + GAP))
    return tuple(found)


class _Builder:
    def __init__(
        self,
        plan: Plan,
        code: ShotCode,
        scene: StoryScene,
        stage: Stage,
        location: LocationAnchor,
        length: int,
    ) -> None:
        self.plan, self.code, self.scene, self.stage, self.location, self.length = (
            plan,
            code,
            scene,
            stage,
            location,
            length,
        )
        self.anchors = {a.id: a for a in stage.characters.values()}
        self.spatial = spatial_of(plan.subjects, self.anchors)
        self.constraints = Constraints(
            spatial=self.spatial, continuity=self._continuity(), negative=self._negative()
        )

    def units(self, speeches: tuple[Speech, ...]) -> tuple[Unit, ...]:
        found: list[Unit] = []
        if len(self.plan.subjects) >= 3:
            found += self._plates()
        found.append(self._keyframe())
        if self.plan.move.needs_last_keyframe:
            found.append(self._last_keyframe())
        found.append(self._clip())
        found += [self._voice(s) for s in speeches]
        return tuple(found)

    def _unit(self, part: str, kind: UnitKind, contract: Contract, **more: AnchorId | None) -> Unit:
        return Unit(id=UnitId.of(self.code, part), kind=kind, contract=contract, **more)  # pyright: ignore[reportArgumentType]

    def _setting(self) -> str:
        scene = self.scene
        inside = "inside, " if self.location.look.interior else ""
        weather = "" if scene.weather is Weather.CLEAR else f", {scene.weather.value}"
        return f"{self.location.name}, {inside}{scene.time.value}{weather}"

    def _subject(self) -> str:
        plan = self.plan
        return f"{_SIZE_WORDS[plan.size].capitalize()} {_ANGLE_WORDS[plan.angle]}. {plan.text} {self._setting()}."

    def _names(self) -> list[str]:
        return [self.anchors[s.who].name for s in self.plan.subjects]

    def _purpose(self) -> str:
        plan, names = self.plan, self._names()
        told = {
            Purpose.ESTABLISH: f"{plan.purpose}: {self.location.name} at {self.scene.time.value}",
            Purpose.LINE: f"{plan.purpose} of {names[0] if names else 'the speaker'} and keep the eyeline",
            Purpose.REACTION: f"{plan.purpose}: {names[0] if names else 'the room'} hears it",
        }
        return told.get(plan.purpose, f"{plan.purpose}{': ' + ' and '.join(names) if names else ''}")

    def _continuity(self) -> tuple[str, ...]:
        notes = [f"{self.anchors[s.who].name}: {wardrobe(self.anchors[s.who])}" for s in self.plan.subjects]
        held = [
            f"{self.anchors[s.who].name} holds the {self.stage.props[s.holding].name.lower()}"
            for s in self.plan.subjects
            if s.holding
        ]
        light = f"light of {self.scene.time.value}, {self.scene.weather.value} weather, as in the rest of {self.code.scene}"
        sides = ["screen sides as in the rest of the scene"] if self.plan.subjects else []
        return (*notes, *held, light, *sides)

    def _negative(self) -> tuple[str, ...]:
        names = self._names()
        written = self.plan.framing is Framing.INSERT and any(
            self.stage.props[p].look.kind in _WRITTEN for p in self.plan.props
        )
        lettering = (
            "no lettering besides what the script quotes, no watermark"
            if written
            else "no text, lettering, captions or watermark"
        )
        people = f"no people besides {' and '.join(names)}" if names else "no people"
        return (
            lettering,
            people,
            "no change of face, hair or wardrobe",
            "no modern objects that the script does not name",
        )

    def _criteria(self) -> tuple[str, ...]:
        plan = self.plan
        count = len(plan.subjects)
        seen = (
            "nobody is in the picture"
            if not count
            else f"exactly {count} {'person is' if count == 1 else 'people are'} in the picture"
        )
        if plan.framing is Framing.INSERT:
            seen = "the detail fills the frame; at most hands are seen with it"
        placed = [
            f"{self.anchors[s.who].name} is {_PLACE_WORDS[s.place]}, {s.pose.value.replace('_', ' ')}"
            for s in plan.subjects
        ]
        looks = [
            f"{self.anchors[s.who].name} is told by {wardrobe(self.anchors[s.who])}" for s in plan.subjects
        ]
        props = [f"the {self.stage.props[p].name.lower()} is seen and reads at a glance" for p in plan.props]
        return (
            seen,
            *placed,
            *looks,
            *props,
            f"framing is a {_SIZE_WORDS[plan.size]}",
            f"it reads as {self._setting()}",
        )

    def _keyframe(self) -> Unit:
        contract = Contract(
            role="storyboard artist drawing the first frame of a shot",
            purpose=self._purpose(),
            subject=self._subject(),
            subjects=self.plan.subjects,
            props=self.plan.props,
            constraints=self.constraints,
            criteria=self._criteria(),
        )
        return self._unit("key", UnitKind.KEYFRAME, contract)

    def _last_keyframe(self) -> Unit:
        contract = Contract(
            role="storyboard artist drawing the last frame of a camera move",
            purpose=f"fix where the {_move_words(self.plan)} ends",
            subject=f"{self._subject()} Seen at the end of the {_move_words(self.plan)}.",
            subjects=self.plan.subjects,
            props=self.plan.props,
            constraints=self.constraints,
            motion=self._motion(),
            criteria=(*self._criteria(), "same set, people and light as the first keyframe"),
        )
        return self._unit("key_last", UnitKind.LAST_KEYFRAME, contract)

    def _motion(self) -> Motion:
        plan = self.plan
        moving = "; ".join(f"{self.anchors[s.who].name}: {s.action}" for s in plan.subjects if s.action)
        return Motion(camera=plan.move, subject=moving or plan.text, end_state=self._end_state())

    def _end_state(self) -> str:
        plan = self.plan
        camera = (
            "the camera stands as it began"
            if plan.move.kind is Move.STATIC
            else f"the {_move_words(plan)} has come to rest"
        )
        if not plan.subjects:
            return f"{camera}; the place is unchanged"
        people = ", ".join(
            f"{self.anchors[s.who].name} {_PLACE_WORDS[s.place]} ({s.pose.value.replace('_', ' ')})"
            for s in plan.subjects
        )
        return f"{camera}; {people}"

    def _clip(self) -> Unit:
        motion = self._motion()
        contract = Contract(
            role="cinematographer animating a locked keyframe",
            purpose=self._purpose(),
            subject=self._subject(),
            subjects=self.plan.subjects,
            props=self.plan.props,
            constraints=self.constraints,
            motion=motion,
            output=OutputForm(kind=OutputKind.CLIP),
            criteria=(
                "the first frame is the locked keyframe",
                "runs its whole length without a jump, freeze or flicker",
                f"camera: {_move_words(self.plan)}",
                f"ends with {motion.end_state}",
                *self._criteria()[:1],
            ),
        )
        return self._unit("clip", UnitKind.CLIP, contract)

    def _plates(self) -> list[Unit]:
        background = Contract(
            role="storyboard artist drawing one plate of a split shot",
            purpose="the empty set that the figures are composited into",
            subject=f"{_SIZE_WORDS[self.plan.size].capitalize()} {_ANGLE_WORDS[self.plan.angle]}: {self._setting()}, without people.",
            props=self.plan.props,
            constraints=Constraints(
                continuity=self.constraints.continuity[-2:-1],
                negative=("no people", "no text, lettering, captions or watermark"),
            ),
            criteria=(
                "nobody is in the picture",
                f"it reads as {self._setting()}",
                "perspective and horizon as in the keyframe",
            ),
        )
        figures = [self._figure_plate(subject) for subject in self.plan.subjects]
        return [self._unit("plate_background", UnitKind.PLATE, background), *figures]

    def _figure_plate(self, subject: Subject) -> Unit:
        anchor = self.anchors[subject.who]
        contract = Contract(
            role="storyboard artist drawing one plate of a split shot",
            purpose=f"{anchor.name} alone, to be composited with the others",
            subject=f"{anchor.name}, {subject.pose.value.replace('_', ' ')}: {subject.action or 'as in the shot'}. {self._setting()}.",
            subjects=(subject,),
            constraints=Constraints(
                continuity=(f"{anchor.name}: {wardrobe(anchor)}",),
                negative=("no other people", "no set behind the figure", "no text"),
            ),
            criteria=(
                "exactly 1 person",
                f"{anchor.name} is told by {wardrobe(anchor)}",
                "clean edge on a transparent ground",
            ),
        )
        return self._unit(
            f"plate_{subject.who.partition('_')[2]}", UnitKind.PLATE, contract, plate=subject.who
        )

    def _voice(self, speech: Speech) -> Unit:
        name = self.anchors[speech.speaker].name
        manner = f", {speech.parenthetical}" if speech.parenthetical else ""
        contract = Contract(
            role=f"actor speaking {name}'s scratch line",
            purpose=f"let the cut be timed to {name}'s words",
            subject=f"{name} says{manner}: “{tidy(speech.text, 120)}”",
            text=speech.text,
            output=OutputForm(kind=OutputKind.SOUND),
            criteria=(
                "every word is said, in order",
                f"told apart from the other voices as {name}",
                "fits its place in the shot",
            ),
        )
        return self._unit(f"voice_{speech.number}", UnitKind.VOICE, contract, speaker=speech.speaker)


def _move_words(plan: Plan) -> str:
    if plan.move.kind is Move.STATIC:
        return "camera stands still"
    return f"{plan.move.amount.value} {plan.move.kind.value.replace('_', ' ')}"


def wardrobe(anchor: CharacterAnchor) -> str:
    """What tells a character apart, in a few words."""
    look = anchor.look
    parts = [f"{look.hair.style.value} hair" if look.hair.style.value != "bald" else "bald head"]
    if look.headgear.kind.value != "none":
        parts.append(look.headgear.kind.value)
    parts.append(f"{look.upper.kind.value.replace('_', ' ')} ({look.upper.colour})")
    parts += [a.value for a in look.accessories[:2]]
    return ", ".join(parts)


def spatial_of(
    subjects: tuple[Subject, ...], anchors: dict[AnchorId, CharacterAnchor]
) -> tuple[Spatial, ...]:
    """What can be measured of where people stand: neighbours across, overs in depth, and heights that differ."""
    across = sorted(subjects, key=lambda s: _ACROSS[s.place])
    found = [
        Spatial(subject=a.who, relation=Relation.LEFT_OF, object=b.who)
        for a, b in pairwise(across)
        if a.place is not b.place
    ]
    depth = {DepthPlace.FOREGROUND: 0, DepthPlace.MIDDLE: 1, DepthPlace.BACKGROUND: 2}
    ordered = sorted(subjects, key=lambda s: depth[s.depth])
    found += [
        Spatial(subject=a.who, relation=Relation.IN_FRONT_OF, object=b.who)
        for a, b in pairwise(ordered)
        if a.depth is not b.depth
    ]
    level = [s for s in subjects if s.pose in _UPRIGHT]
    for one, other in ((a, b) for i, a in enumerate(level) for b in level[i + 1 :]):
        tall, short = sorted((one, other), key=lambda s: -anchors[s.who].look.height_m)
        factor = anchors[tall.who].look.height_m / anchors[short.who].look.height_m
        if factor >= 1.08 and tall.depth is short.depth:
            found.append(
                Spatial(
                    subject=tall.who, relation=Relation.TALLER_THAN, object=short.who, factor=round(factor, 2)
                )
            )
    return tuple(found)
