"""From a source to a board. The house breakdown is deterministic; another one can take its place behind the same type."""

from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol

from msgspec.structs import replace

from picturelock.core.anchor import Anchor, StyleAnchor
from picturelock.core.board import (
    Board,
    Certainty,
    Scene,
    Shot,
    SourceSpan,
    Transition,
    TransitionKind,
    check_board,
)
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.frametime import FrameRate
from picturelock.core.ids import AnchorId, SceneCode, ShotCode
from picturelock.script.coverage import Stage, cover
from picturelock.script.looks import find_characters
from picturelock.script.people import People
from picturelock.script.props import find_props
from picturelock.script.screenplay import story_of
from picturelock.script.sets import find_locations
from picturelock.script.source import Prose, Source
from picturelock.script.story import Story, StoryScene
from picturelock.script.trailer import trailer
from picturelock.script.units import shot_of

GROUP = "picturelock.breakdowns"

BREAKDOWNS = {"house": "picturelock.script.breakdown:HouseBreakdown"}

#: So that the first plan of a film is never lost in the first dark frames.
_FADE_IN_SECONDS = 2
_STEP = 10
MOST = 99_999 // _STEP
"""Scenes of a production and shots of a scene: their codes have five digits."""


class Breakdown(Protocol):
    """Turns a source into a board. A language model is one of these; so is the house's own grammar."""

    def board(self, source: Source, *, title: str | None, frame_rate: FrameRate) -> Board:
        """The whole board. It has to pass :func:`picturelock.core.board.check_board`.

        Args:
            source: What was read.
            title: Overrides the source's own.
            frame_rate: The rate that every frame count is in.

        Raises:
            BadDocument: The source cannot be broken down.
        """
        ...


def breakdown(
    source: Source,
    *,
    title: str | None = None,
    frame_rate: FrameRate = FrameRate(24),  # noqa: B008 - immutable
    trailer_seconds: int = 0,
    by: str = "house",
) -> Board:
    """Break a script down into scenes, shots, units and anchors.

    Args:
        source: From :func:`picturelock.script.reader.read_source`.
        title: Overrides the source's own title.
        frame_rate: The production's.
        trailer_seconds: Keep only the shots of a trailer of this length; 0 keeps the film.
        by: Name of the breakdown.

    Returns:
        The board, checked. The same source gives the same board to the byte.

    Raises:
        NotFound: No breakdown has this name.
        BadDocument: A third party's breakdown made a board that does not hold together.
    """
    board = breakdown_named(by).board(source, title=title, frame_rate=frame_rate)
    if trailer_seconds:
        board = trailer(board, trailer_seconds)
    check_board(board)
    return board


def breakdown_named(name: str) -> Breakdown:
    """The breakdown with this name, of the house or of a third party.

    Raises:
        NotFound: There is none.
    """
    for point in entry_points(group=GROUP):
        if point.name == name:
            return point.load()()
    if name not in BREAKDOWNS:
        raise NotFound(f"no breakdown is called {name}", remedy=f"Known: {', '.join(sorted(BREAKDOWNS))}.")
    module, _, attribute = BREAKDOWNS[name].partition(":")
    return getattr(import_module(module), attribute)()


class HouseBreakdown:
    """The grammar that crews share, applied word by word: no model, no chance, no network."""

    def board(self, source: Source, *, title: str | None, frame_rate: FrameRate) -> Board:
        story = _story(source, frame_rate)
        characters = find_characters(story)
        props = find_props(story)
        locations, at = find_locations(story)
        by_id = {location.id: location for location in locations}
        stage = Stage(
            people=People(story.people),
            characters={p.name: a for p, a in zip(story.people, characters, strict=True)},
            props={p.id: p for p in props},
        )
        if len(story.scenes) > MOST:
            raise BadDocument(
                f"{source.name} has {len(story.scenes):,} scenes, and a production holds {MOST:,}",
                remedy="Make a production of each part of it.",
            )
        scenes = []
        for number, (scene, place) in enumerate(zip(story.scenes, at, strict=True), start=1):
            code = SceneCode.numbered(number * _STEP)
            plans = cover(scene, stage, place)
            if len(plans) > MOST:
                raise BadDocument(
                    f"a scene of {len(plans):,} shots begins here, and a scene holds {MOST:,}",
                    line=scene.first,
                    remedy="Put scene headings into it, or empty lines between its chapters.",
                )
            shots = tuple(
                shot_of(plan, ShotCode.numbered(code, i * _STEP), scene, stage, by_id[place], frame_rate)
                for i, plan in enumerate(plans, start=1)
            )
            scenes.append(_scene(scene, code, place, shots, frame_rate))
        if isinstance(source, Prose) and not characters and all(map(_nowhere, scenes)):
            raise BadDocument(
                f"{source.name} tells no scene: it names no place, no time, and nobody who does or says anything",
                remedy="Give a story, or a screenplay with scene headings such as INT. KITCHEN - NIGHT.",
            )
        scenes = _ends(scenes, frame_rate)
        anchors: tuple[Anchor, ...] = (*characters, *locations, *_used_props(props, scenes), _style())
        return Board(
            title=title or story.title,
            frame_rate=frame_rate,
            language=story.language,
            anchors=anchors,
            scenes=tuple(scenes),
            marks=tuple(story.marks),
        )


def _nowhere(scene: Scene) -> bool:
    """Whether nothing tells where and when a scene plays."""
    doubts = {mark.about for mark in scene.marks if mark.certainty is Certainty.DOUBT}
    return {"location", "time"} <= doubts


def _story(source: Source, rate: FrameRate) -> Story:
    if isinstance(source, Prose):
        from picturelock.script.narrative import story_of_prose

        return story_of_prose(source)
    return story_of(source, rate)


def _style() -> StyleAnchor:
    return StyleAnchor(
        id=AnchorId("style_main"),
        name="Ink and wash",
        description="Storyboard in ink and wash: four tones, line weight by distance, paper grain.",
    )


def _used_props(props: tuple[Anchor, ...], scenes: list[Scene]) -> tuple[Anchor, ...]:
    used: set[AnchorId] = set()
    for scene in scenes:
        for unit in (u for shot in scene.shots for u in shot.units):
            used.update(unit.contract.props)
            used.update(s.holding for s in unit.contract.subjects if s.holding)
    return tuple(p for p in props if p.id in used)


def _scene(
    scene: StoryScene, code: SceneCode, place: AnchorId, shots: tuple[Shot, ...], rate: FrameRate
) -> Scene:
    first = replace(shots[0], transition=Transition(kind=scene.entry, frames=scene.entry_frames))
    shots = (first, *shots[1:])
    if scene.exit_fade:
        shots = (*shots[:-1], replace(shots[-1], fade_out=rate.nominal))
    return Scene(
        code=code,
        heading=scene.heading,
        source=SourceSpan(first=scene.first, last=max(scene.first, scene.last)),
        location=place,
        interior=scene.interior,
        time=scene.time,
        weather=scene.weather,
        synopsis=scene.synopsis,
        shots=shots,
        marks=tuple(scene.marks),
    )


def _ends(scenes: list[Scene], rate: FrameRate) -> list[Scene]:
    """The film fades in over half a second and out over a whole one, unless the script says otherwise."""
    first = scenes[0]
    if first.shots[0].transition.kind is not TransitionKind.FADE_IN:
        opening = Transition(kind=TransitionKind.FADE_IN, frames=max(1, rate.nominal // _FADE_IN_SECONDS))
        scenes[0] = replace(first, shots=(replace(first.shots[0], transition=opening), *first.shots[1:]))
    last = scenes[-1]
    scenes[-1] = replace(last, shots=(*last.shots[:-1], replace(last.shots[-1], fade_out=rate.nominal)))
    return scenes
