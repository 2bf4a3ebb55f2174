"""The built-in artist's and camera's own takes pass the animatic profile; the same takes with planted defects fail."""

from pathlib import Path

import pytest

from picturelock.board.briefs import still_brief
from picturelock.core.anchor import CharacterAnchor, LocationAnchor, StyleAnchor
from picturelock.core.blocking import Blocking, Camera, Light, Placement, expected_boxes
from picturelock.core.brief import ClipBrief, Layers, StillBrief
from picturelock.core.codec import from_json
from picturelock.core.contract import (
    CameraMove,
    Constraints,
    Contract,
    Motion,
    Move,
    Relation,
    Spatial,
    Subject,
)
from picturelock.core.digest import Digest
from picturelock.core.frametime import FrameRate
from picturelock.core.ids import AnchorId
from picturelock.core.policy import Format
from picturelock.core.take import Passed, Verdict
from picturelock.gate.check import Gate
from picturelock.gate.judge import judge
from picturelock.gate.measure import measure_clip, measure_still
from picturelock.gate.profiles import Context, profile
from picturelock.gate.subject import ClipSubject, Looks, StillSubject
from picturelock.generate.builtin.artist import draw_still
from picturelock.generate.builtin.camera.clip import make
from picturelock.generate.builtin.camera.path import end_of
from picturelock.script.breakdown import breakdown
from picturelock.script.formats.fountain import Fountain
from picturelock.studio.judging import context_of
from picturelock.testing.defects import CAUGHT_BY, ClipDefect, StillDefect, plant, spoil
from picturelock.vault.local import LocalVault

FORMAT = Format(width=480, height=270, handles=8)
FRAMES = 40
ANN, BEN = AnchorId("char_ann"), AnchorId("char_ben")
ANCHORS = (
    CharacterAnchor(id=ANN, name="Ann"),
    CharacterAnchor(id=BEN, name="Ben"),
    LocationAnchor(id=AnchorId("loc_room"), name="Room"),
    StyleAnchor(id=AnchorId("style_house"), name="House style"),
)
CAMERA = Camera(x_m=0.0, y_m=1.4, z_m=-4.2, lens_mm=28, focus_m=4.2)
BLOCKING = Blocking(
    figures=(
        Placement(who=ANN, x_m=-0.8, z_m=0.0, height_m=1.72),
        Placement(who=BEN, x_m=0.8, z_m=0.3, height_m=1.5),
    ),
    pieces=(),
    props=(),
    camera=CAMERA,
    camera_end=None,
    light=Light(),
)


def contract(move: Move) -> Contract:
    return Contract(
        role="Storyboard artist",
        purpose="They meet",
        subject="Two people in a room",
        subjects=(Subject(who=ANN), Subject(who=BEN)),
        constraints=Constraints(spatial=(Spatial(subject=ANN, relation=Relation.LEFT_OF, object=BEN),)),
        motion=Motion(camera=CameraMove(kind=move), subject="they wait", end_state="they look at each other"),
    )


class Drawn:
    """One keyframe with its planes, in a vault."""

    def __init__(self, folder: Path) -> None:
        self.vault = LocalVault(folder)
        brief = StillBrief(
            contract=contract(Move.STATIC),
            blocking=BLOCKING,
            anchors=ANCHORS,
            width=FORMAT.width,
            height=FORMAT.height,
        )
        self.still = draw_still(brief, 1, self.vault)
        self.planes = self.still.parts[0].digest
        self.layers = from_json(Layers, self.vault.read(self.planes))

    def path(self, digest: Digest) -> Path:
        with self.vault.local(digest) as path:
            return path

    def clip(self, move: Move) -> Path:
        end = (
            None
            if move in {Move.STATIC, Move.HANDHELD}
            else end_of(CAMERA, CameraMove(kind=move), FORMAT.aspect)
        )
        brief = ClipBrief(
            contract=contract(move),
            camera=CAMERA,
            camera_end=end,
            keyframe=self.still.media,
            layers=self.planes,
            keyframe_last=None,
            layers_last=None,
            frames=FRAMES,
            handles=FORMAT.handles,
            frame_rate=FrameRate(24),
            width=FORMAT.width,
            height=FORMAT.height,
        )
        return self.path(make(brief, 1, self.vault).media)

    def judged(self, path: Path, move: Move) -> Verdict:
        digest = Digest.of(path.read_bytes())
        keyframe = self.path(self.still.media)
        subject = ClipSubject(path, digest, FORMAT, contract(move), FRAMES, keyframe=keyframe)
        return judge(Gate.CLIP, measure_clip(subject), profile("animatic"), Context(move=move))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return Drawn(tmp_path_factory.mktemp("vault"))


def test_a_drawn_keyframe_passes(drawn: Drawn):
    subject = StillSubject(
        drawn.path(drawn.still.media),
        drawn.still.media,
        FORMAT,
        contract(Move.PUSH),
        blocking=BLOCKING,
        layers=drawn.layers,
        layer_files={layer.media: drawn.path(layer.media) for layer in drawn.layers.layers},
        looks=Looks(
            style=ANCHORS[3].look, location=ANCHORS[2].look, characters=(ANCHORS[0].look, ANCHORS[1].look)
        ),
        motion=contract(Move.PUSH).motion,
        frames=FRAMES + 2 * FORMAT.handles,
    )
    assert expected_boxes(BLOCKING, FORMAT.aspect).keys() == {ANN, BEN}
    verdict = judge(Gate.KEYFRAME, measure_still(subject), profile("animatic"), Context(move=Move.PUSH))
    assert verdict.passed, (verdict.failures, verdict.unknown)


@pytest.mark.parametrize("move", list(Move))
def test_every_move_of_the_built_in_camera_passes(drawn: Drawn, move: Move):
    verdict = drawn.judged(drawn.clip(move), move)
    assert verdict.passed, (verdict.failures, verdict.unknown)


@pytest.mark.parametrize("defect", list(ClipDefect))
def test_planted_defects_in_its_clips_fail(drawn: Drawn, defect: ClipDefect, tmp_path: Path):
    path = tmp_path / "take.mp4"
    plant(drawn.clip(Move.TRUCK_LEFT), path, defect, FORMAT.frame_rate, 1)
    verdict = drawn.judged(path, Move.TRUCK_LEFT)
    assert {f.check for f in verdict.failures} & CAUGHT_BY[defect], verdict.failures


@pytest.mark.parametrize("time", ["DAWN", "DAY", "NIGHT"])
@pytest.mark.parametrize("place", ["STREET", "FERRY LANDING", "FIELD", "SEA", "MOUNTAIN", "FOREST"])
def test_fog_takes_contrast_and_edges_but_not_as_much_as_a_fault_does(
    place: str, time: str, tmp_path: Path
) -> None:
    board = breakdown(Fountain().read(f"EXT. {place} - {time}\n\nThick fog lies on everything.\n", "fog"))
    [scene] = board.scenes
    [shot, *_] = scene.shots
    unit = shot.units[0]
    vault = LocalVault(tmp_path)
    picture = Format(width=640, height=360)
    drawn = draw_still(still_brief(board, scene, shot, unit, picture), 1, vault)

    def failed(media: Digest) -> set[str]:
        with vault.local(media) as path:
            found = measure_still(StillSubject(path, media, picture, unit.contract))
        wanted = {"keyframe.contrast", "keyframe.sharpness"}
        seen = [measurement for measurement in found if measurement.check in wanted]
        verdict = judge(Gate.KEYFRAME, seen, profile("production"), context_of(scene, shot, unit))
        results = [r for r in verdict.results if r.check in wanted]
        assert {r.check for r in results} == wanted
        return {r.check for r in results if not isinstance(r, Passed)}

    assert failed(drawn.media) == set()
    data = vault.read(drawn.media)
    assert "keyframe.contrast" in failed(vault.put(spoil(data, StillDefect.FADED, 1)))
    assert "keyframe.sharpness" in failed(vault.put(spoil(data, StillDefect.BLURRED, 1)))
