"""Briefs from the board: each unit's basis, with nothing in it that cannot change the picture or the sound.

What a brief leaves out cannot make a take stale: a character's voice, what a reviewer holds the take to, who holds the
rights in a reference. What it holds is written one way only, so that the same intent has the same digest.
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from picturelock.board.blocking import derive
from picturelock.core.anchor import Anchor, CharacterAnchor, Reference, Voice
from picturelock.core.blocking import Blocking, Placement, project
from picturelock.core.board import Board, Scene, Shot, Unit, UnitKind
from picturelock.core.brief import ClipBrief, CompositeBrief, PlateInput, StillBrief, VoiceBrief
from picturelock.core.contract import Contract
from picturelock.core.digest import Digest
from picturelock.core.failures import Conflict, NotFound
from picturelock.core.ids import AnchorId
from picturelock.core.policy import Format

BACKGROUND = "background"


def still_brief(board: Board, scene: Scene, shot: Shot, unit: Unit, picture: Format) -> StillBrief:
    """The basis of a keyframe, a last keyframe or a plate.

    Raises:
        BadDocument: The shot's blocking overrides name something that is not there.
        NotFound: The contract names an anchor that the board does not have.
    """
    blocking = derive(board, scene, shot, picture)
    if unit.kind is UnitKind.PLATE:
        blocking = _of_plate(blocking, unit.plate)
    contract = _visual(unit.contract, moving=unit.kind is UnitKind.LAST_KEYFRAME)
    return StillBrief(
        contract=contract,
        blocking=blocking,
        anchors=_in_picture(board, scene, contract, blocking),
        width=picture.width,
        height=picture.height,
        at_end=unit.kind is UnitKind.LAST_KEYFRAME,
        plate=(unit.plate or BACKGROUND) if unit.kind is UnitKind.PLATE else "",
    )


def clip_brief(
    board: Board,
    scene: Scene,
    shot: Shot,
    unit: Unit,
    picture: Format,
    *,
    keyframe: Digest,
    layers: Digest | None = None,
    keyframe_last: Digest | None = None,
    layers_last: Digest | None = None,
) -> ClipBrief:
    """The basis of a clip: its keyframes by digest, the camera's way and the length."""
    blocking = derive(board, scene, shot, picture)
    return ClipBrief(
        contract=_visual(unit.contract, moving=True),
        camera=blocking.camera,
        camera_end=blocking.camera_end,
        keyframe=keyframe,
        layers=layers,
        keyframe_last=keyframe_last,
        layers_last=layers_last,
        frames=shot.frames,
        handles=picture.handles,
        frame_rate=picture.frame_rate,
        width=picture.width,
        height=picture.height,
    )


def composite_brief(
    board: Board,
    scene: Scene,
    shot: Shot,
    unit: Unit,
    picture: Format,
    *,
    plates: Mapping[str, tuple[Digest, Digest | None]],
) -> CompositeBrief:
    """The basis of a keyframe that is put together from plates.

    Args:
        board: The board.
        scene: The shot's scene.
        shot: The keyframe's shot.
        unit: The keyframe.
        picture: The production's format.
        plates: Picture and layers by the part name of the plate's unit (``plate_background``).

    Raises:
        Conflict: A plate has no unit in this shot.
    """
    blocking = derive(board, scene, shot, picture)
    figures = {figure.who: figure for figure in blocking.figures}
    inputs: list[PlateInput] = []
    for part, (media, layers) in plates.items():
        plate = shot.unit(part)
        if plate is None or plate.kind is not UnitKind.PLATE:
            raise Conflict(f"{shot.code} has no plate {part}", remedy="Plan again: the board has moved on.")
        figure = figures.get(plate.plate) if plate.plate else None
        depth = _depth(blocking, figure, picture.aspect) if figure else _FAR_M
        inputs.append(
            PlateInput(plate=plate.plate or BACKGROUND, media=media, layers=layers, depth_m=round(depth, 3))
        )
    inputs.sort(key=lambda p: (p.plate != BACKGROUND, -p.depth_m, p.plate))
    return CompositeBrief(
        contract=_visual(unit.contract, moving=False),
        plates=tuple(inputs),
        width=picture.width,
        height=picture.height,
    )


def voice_brief(board: Board, scene: Scene, shot: Shot, unit: Unit) -> VoiceBrief:
    """The basis of a voice line: words, manner, language and voice, and nothing of the picture.

    Raises:
        NotFound: The unit names no speaker, or one who is not on the board.
    """
    if unit.speaker is None:
        raise NotFound(f"{unit.id} names no speaker", remedy="Give the unit a `speaker`.")
    speech = next((s for s in shot.speeches if unit.id.part == f"voice_{s.number:02d}"), None)
    return VoiceBrief(
        text=unit.contract.text or (speech.text if speech else ""),
        parenthetical=speech.parenthetical if speech else "",
        language=board.language,
        voice=board.character(unit.speaker).voice,
    )


#: Where the empty set stands in a composite: behind every figure.
_FAR_M = 1000.0


def _depth(blocking: Blocking, figure: Placement, aspect: float) -> float:
    return project(blocking.camera, aspect, figure.x_m, figure.y_m + figure.height_m / 2, figure.z_m)[2]


def _of_plate(blocking: Blocking, plate: AnchorId | None) -> Blocking:
    """What one plate shows: a single figure, or the set without people."""
    figures = tuple(f for f in blocking.figures if f.who == plate)
    return replace(blocking, figures=figures, props=() if plate else blocking.props)


def _visual(contract: Contract, *, moving: bool) -> Contract:
    """The contract without what only reviewers read."""
    return replace(contract, purpose="", criteria=(), text="", motion=contract.motion if moving else None)


def _in_picture(board: Board, scene: Scene, contract: Contract, blocking: Blocking) -> tuple[Anchor, ...]:
    names: list[AnchorId] = [f.who for f in blocking.figures]
    names += [f.holding for f in blocking.figures if f.holding]
    names += [p.what for p in blocking.props]
    if scene.location:
        names.append(scene.location)
    shown = dict.fromkeys(names)
    style = board.style()
    return (*_neutral(board.anchor(name) for name in shown), *_neutral([style]))


def _neutral(anchors: Iterable[Anchor]) -> list[Anchor]:
    """Anchors without what cannot be seen."""
    found: list[Anchor] = []
    for anchor in anchors:
        references = tuple(Reference(media=r.media) for r in anchor.references)
        anchor = replace(anchor, version=1, marks=(), references=references)
        if isinstance(anchor, CharacterAnchor):
            anchor = replace(anchor, voice=Voice(), real_person=False)
        found.append(anchor)
    return found
