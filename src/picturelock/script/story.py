"""A script as a first assistant director hears it: scenes of beats, whatever format they came from."""

from dataclasses import dataclass, field
from enum import StrEnum

from picturelock.core.blocking import TimeOfDay, Weather
from picturelock.core.board import Mark, TransitionKind
from picturelock.script.source import Passage


class Gender(StrEnum):
    """As pronouns and nouns tell it; decides voice and silhouette only."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


@dataclass(slots=True, eq=False)
class Person:
    """Someone in the story.

    Attributes:
        name: As it is written on the board.
        aliases: Other ways the text names this person, longest first; the name itself is the first.
        marks: Doubts about who this is.
    """

    name: str
    aliases: tuple[str, ...]
    gender: Gender = Gender.UNKNOWN
    marks: list[str] = field(default_factory=list)
    lines: int = 0
    mentions: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """Something that is seen.

    Attributes:
        passage: The paragraph, emphasis in capitals kept.
        apart: The script lists it as a shot of its own.
    """

    passage: Passage
    apart: bool = False

    @property
    def first(self) -> int:
        """First line of the source."""
        return self.passage.line

    @property
    def last(self) -> int:
        """Last line of the source."""
        return self.passage.last


@dataclass(frozen=True, slots=True)
class Line:
    """Something that is said.

    Attributes:
        speaker: Name of a :class:`Person`.
        voice_over: Heard by the audience only.
        offscreen: Heard by those in the picture, not seen.
        dual: At the same time as the line before.
        doubt: Why the speaker is not certain; empty when it is.
    """

    speaker: str
    text: str
    first: int
    last: int
    parenthetical: str = ""
    voice_over: bool = False
    offscreen: bool = False
    dual: bool = False
    doubt: str = ""


Beat = Action | Line


@dataclass(slots=True)
class StoryScene:
    """A scene before it is shot.

    Attributes:
        place: Name of the set, sub-place included; empty where the text does not tell.
        interior: ``None`` where the text does not tell.
        entry: How the scene begins.
        exit_fade: The scene ends in black.
    """

    heading: str
    first: int
    last: int
    place: str = ""
    interior: bool | None = None
    time: TimeOfDay = TimeOfDay.DAY
    weather: Weather = Weather.CLEAR
    synopsis: str = ""
    entry: TransitionKind = TransitionKind.CUT
    entry_frames: int = 0
    exit_fade: bool = False
    beats: list[Beat] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


@dataclass(slots=True)
class Story:
    """A script as scenes of beats, with the people in it."""

    title: str
    language: str
    people: list[Person]
    scenes: list[StoryScene]
    marks: list[Mark] = field(default_factory=list)
