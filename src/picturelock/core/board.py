"""The board: scenes, shots, units and anchors. The intent of a film, as one document."""

from enum import StrEnum
from typing import Any, Literal

from picturelock.core.anchor import Anchor, CharacterAnchor, LocationAnchor, StyleAnchor, Value
from picturelock.core.blocking import TimeOfDay, Weather
from picturelock.core.contract import Angle, CameraMove, Contract, Framing, ShotSize
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.frametime import FrameRate
from picturelock.core.ids import AnchorId, SceneCode, ShotCode, UnitId


class UnitKind(StrEnum):
    """What a unit delivers to its shot."""

    KEYFRAME = "keyframe"
    LAST_KEYFRAME = "last_keyframe"
    PLATE = "plate"
    CLIP = "clip"
    VOICE = "voice"


class Unit(Value, frozen=True, kw_only=True):
    """A production unit: one thing to generate for a shot.

    Attributes:
        provider: Overrides the production's provider for this kind of unit; empty takes the production's.
        plate: For a plate: the figure it holds, or ``None`` for the background.
        speaker: For a voice line: who speaks.
    """

    id: UnitId
    kind: UnitKind
    contract: Contract
    provider: str = ""
    plate: AnchorId | None = None
    speaker: AnchorId | None = None


class SourceSpan(Value, frozen=True, kw_only=True):
    """Lines of the source text that are covered, 1-based, both ends included."""

    first: int
    last: int


class Certainty(StrEnum):
    """How a person should read a mark."""

    NOTE = "note"
    DOUBT = "doubt"


class Mark(Value, frozen=True, kw_only=True):
    """Something the breakdown was not sure of, for a person to see."""

    what: str
    about: str = ""
    certainty: Certainty = Certainty.DOUBT


class TransitionKind(StrEnum):
    """How a shot begins."""

    CUT = "cut"
    DISSOLVE = "dissolve"
    FADE_IN = "fade_in"


class Transition(Value, frozen=True, kw_only=True):
    """How a shot begins.

    Attributes:
        frames: Length; a dissolve overlaps the end of the shot before by so many frames of its handles.
    """

    kind: TransitionKind = TransitionKind.CUT
    frames: int = 0


class Speech(Value, frozen=True, kw_only=True):
    """A speech in a shot, in the order of speaking.

    Attributes:
        number: Names the voice unit (``voice_10``); gaps of ten.
        start: Frame of the shot at which it begins.
        caption: The words on screen; empty takes ``text``.
    """

    number: int
    speaker: AnchorId
    text: str
    parenthetical: str = ""
    offscreen: bool = False
    start: int = 0
    caption: str = ""


class Shot(Value, frozen=True, kw_only=True):
    """One shot.

    Attributes:
        frames: Length in the cut, in frames of the production.
        blocking: Overrides of the derived blocking: ``{"camera": {...}, "light": {...}, "figures": {"char_mara":
            {...}}}`` with the field names of :mod:`picturelock.core.blocking`.
        fade_out: Frames of fade to black at the end.
    """

    code: ShotCode
    description: str
    source: SourceSpan
    size: ShotSize = ShotSize.MEDIUM
    framing: Framing = Framing.SINGLE
    angle: Angle = Angle.EYE_LEVEL
    move: CameraMove = CameraMove()
    frames: int = 96
    transition: Transition = Transition()
    fade_out: int = 0
    speeches: tuple[Speech, ...] = ()
    units: tuple[Unit, ...] = ()
    blocking: dict[str, Any] = {}
    marks: tuple[Mark, ...] = ()

    def unit(self, part: str) -> Unit | None:
        """The unit with this part name, if the shot has it."""
        return next((u for u in self.units if u.id.part == part), None)


class Scene(Value, frozen=True, kw_only=True):
    """One scene.

    Attributes:
        heading: As the source says it, or as the breakdown worded it.
        interior: ``None`` where the source does not tell.
    """

    code: SceneCode
    heading: str
    source: SourceSpan
    location: AnchorId | None = None
    interior: bool | None = None
    time: TimeOfDay = TimeOfDay.DAY
    weather: Weather = Weather.CLEAR
    synopsis: str = ""
    shots: tuple[Shot, ...] = ()
    marks: tuple[Mark, ...] = ()


class Board(Value, frozen=True, kw_only=True):
    """The intent of a film.

    Attributes:
        frame_rate: The rate that every frame count on the board is in.
        language: BCP 47 tag of the source, ``en`` or ``zh`` at least.
    """

    format: Literal["picturelock.board/1"] = "picturelock.board/1"
    title: str
    frame_rate: FrameRate = FrameRate(24)
    language: str = "en"
    anchors: tuple[Anchor, ...] = ()
    scenes: tuple[Scene, ...] = ()
    marks: tuple[Mark, ...] = ()

    def shots(self) -> list[Shot]:
        """All shots in order."""
        return [shot for scene in self.scenes for shot in scene.shots]

    def units(self) -> list[Unit]:
        """All units in order."""
        return [unit for shot in self.shots() for unit in shot.units]

    def scene(self, code: SceneCode) -> Scene:
        """The scene with this code.

        Raises:
            NotFound: There is none.
        """
        for scene in self.scenes:
            if scene.code == code:
                return scene
        raise NotFound(f"the board has no scene {code}")

    def shot(self, code: ShotCode) -> Shot:
        """The shot with this code.

        Raises:
            NotFound: There is none.
        """
        for scene in self.scenes:
            for shot in scene.shots:
                if shot.code == code:
                    return shot
        raise NotFound(f"the board has no shot {code}", remedy="See `picturelock status` for the shots.")

    def anchor(self, name: AnchorId) -> Anchor:
        """The anchor with this id.

        Raises:
            NotFound: There is none.
        """
        for anchor in self.anchors:
            if anchor.id == name:
                return anchor
        raise NotFound(f"the board has no anchor {name}")

    def character(self, name: AnchorId) -> CharacterAnchor:
        """The character with this id.

        Raises:
            NotFound: There is none.
        """
        anchor = self.anchor(name)
        if not isinstance(anchor, CharacterAnchor):
            raise NotFound(f"{name} is not a character")
        return anchor

    def location(self, name: AnchorId | None) -> LocationAnchor | None:
        """The location with this id; ``None`` for none."""
        found = self.anchor(name) if name else None
        return found if isinstance(found, LocationAnchor) else None

    def style(self) -> StyleAnchor:
        """The film's style: the first style anchor, or the house style."""
        for anchor in self.anchors:
            if isinstance(anchor, StyleAnchor):
                return anchor
        return StyleAnchor(id=AnchorId("style_house"), name="House style")


def check_board(board: Board) -> None:
    """Hold a board to what its types cannot say.

    Raises:
        BadDocument: Duplicate names, a unit of another shot, an unknown anchor, an empty shot. The message begins
            with the path of the value (``$.scenes[0].shots[2].units[1].id``).
    """
    anchors: set[AnchorId] = set()
    for a, anchor in enumerate(board.anchors):
        if anchor.id in anchors:
            raise BadDocument(f"two anchors are called {anchor.id} - at `$.anchors[{a}].id`")
        anchors.add(anchor.id)
    seen: set[str] = set()
    for s, scene in enumerate(board.scenes):
        at = f"$.scenes[{s}]"
        _once(seen, scene.code, f"{at}.code")
        _known(anchors, scene.location, f"{at}.location")
        for h, shot in enumerate(scene.shots):
            _check_shot(shot, scene.code, anchors, seen, f"{at}.shots[{h}]")


def _check_shot(shot: Shot, scene: SceneCode, anchors: set[AnchorId], seen: set[str], at: str) -> None:
    _once(seen, shot.code, f"{at}.code")
    if shot.code.scene != scene:
        raise BadDocument(f"shot {shot.code} stands in scene {scene} - at `{at}.code`")
    if shot.frames < 1:
        raise BadDocument(f"{shot.code} has no length - at `{at}.frames`", remedy="Give 1 or more frames.")
    for p, speech in enumerate(shot.speeches):
        _known(anchors, speech.speaker, f"{at}.speeches[{p}].speaker")
    for u, unit in enumerate(shot.units):
        here = f"{at}.units[{u}]"
        _once(seen, unit.id, f"{here}.id")
        if unit.id.shot != shot.code:
            raise BadDocument(f"unit {unit.id} stands in shot {shot.code} - at `{here}.id`")
        _known(anchors, unit.plate, f"{here}.plate")
        _known(anchors, unit.speaker, f"{here}.speaker")
        for j, subject in enumerate(unit.contract.subjects):
            for field in ("who", "looks_at", "holding"):
                name = getattr(subject, field)
                _known(anchors, name, f"{here}.contract.subjects[{j}].{field}")


def _once(seen: set[str], name: str, at: str) -> None:
    if name in seen:
        raise BadDocument(f"{name} stands on the board twice - at `{at}`")
    seen.add(name)


def _known(anchors: set[AnchorId], name: AnchorId | None, at: str) -> None:
    if name is not None and name not in anchors:
        raise BadDocument(
            f"no anchor is called {name} - at `{at}`", remedy="Add it under anchors, or correct the name."
        )
