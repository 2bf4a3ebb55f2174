"""Keyframes and their planes: what the camera, the gate and the compositor rely on."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import numpy as np
import pytest

from picturelock.core.anchor import (
    Accessory,
    Age,
    Build,
    CharacterAnchor,
    CharacterLook,
    Garment,
    Hair,
    HairStyle,
    Hat,
    Headgear,
    LocationAnchor,
    LocationLook,
    PieceKind,
    PropAnchor,
    PropKind,
    PropLook,
    SetKind,
    SetPiece,
    Upper,
)
from picturelock.core.blocking import (
    Blocking,
    Camera,
    Light,
    LightKind,
    Placement,
    Pose,
    TimeOfDay,
    Weather,
    expected_box,
)
from picturelock.core.brief import CompositeBrief, Layers, PlateInput, StillBrief
from picturelock.core.codec import from_json
from picturelock.core.contract import Contract, Subject
from picturelock.core.digest import Digest
from picturelock.core.failures import GenerationFailed, NotFound
from picturelock.core.ids import AnchorId
from picturelock.generate.builtin.artist import MODEL_VERSION, composite_still, draw_still
from picturelock.generate.builtin.composite import flatten, frame_of, pixels
from picturelock.generate.provider import Product
from picturelock.media.opencv import cv2
from picturelock.vault.store import Condition

MARA, OTTO = AnchorId("char_mara"), AnchorId("char_otto")
LANTERN = AnchorId("prop_lantern")
WIDTH, HEIGHT = 320, 180

ANCHORS = (
    CharacterAnchor(
        id=MARA,
        name="Mara",
        look=CharacterLook(
            height_m=1.68,
            hair=Hair(style=HairStyle.BOB),
            upper=Garment(kind=Upper.LONG_COAT),
            accessories=(Accessory.SCARF,),
        ),
    ),
    CharacterAnchor(
        id=OTTO,
        name="Otto",
        look=CharacterLook(
            height_m=1.85,
            build=Build.BROAD,
            age=Age.OLD,
            upper=Garment(kind=Upper.SWEATER),
            headgear=Headgear(kind=Hat.CAP),
            accessories=(Accessory.BEARD,),
        ),
    ),
    PropAnchor(id=LANTERN, name="Lantern", look=PropLook(kind=PropKind.LANTERN, size_m=0.34)),
    LocationAnchor(
        id=AnchorId("loc_yard"),
        name="Yard",
        look=LocationLook(kind=SetKind.FIELD, interior=False, width_m=20, depth_m=30),
    ),
)


class Shelf:
    """Objects in memory."""

    def __init__(self) -> None:
        self.objects: dict[Digest, bytes] = {}

    def put(self, data: bytes) -> Digest:
        digest = Digest.of(data)
        self.objects[digest] = data
        return digest

    def put_file(self, path: Path, *, ours: bool = False) -> Digest:
        del ours
        return self.put(path.read_bytes())

    def put_files(self, paths: Sequence[Path], *, ours: bool = False) -> list[Digest]:
        return [self.put_file(path, ours=ours) for path in paths]

    def has(self, digest: Digest) -> bool:
        return digest in self.objects

    def size(self, digest: Digest) -> int:
        return len(self.read(digest))

    def read(self, digest: Digest) -> bytes:
        if digest not in self.objects:
            raise NotFound(f"no object {digest}")
        return self.objects[digest]

    @contextmanager
    def local(self, digest: Digest) -> Iterator[Path]:
        with TemporaryDirectory() as folder:
            path = Path(folder, digest.hex)
            path.write_bytes(self.read(digest))
            yield path

    def verify(self, digest: Digest) -> Condition:
        found = self.objects.get(digest)
        return Condition.MISSING if found is None else Condition.WHOLE

    def __iter__(self) -> Iterator[Digest]:
        return iter(sorted(self.objects))

    def open(self, digest: Digest) -> BinaryIO:
        return io.BytesIO(self.read(digest))


def blocking(**changes: object) -> Blocking:
    fields: dict[str, object] = {
        "figures": (
            Placement(
                who=MARA, x_m=-0.8, z_m=4.0, facing_deg=150, height_m=1.68, holding=LANTERN, pose=Pose.HOLD
            ),
            Placement(who=OTTO, x_m=0.9, z_m=5.0, facing_deg=215, height_m=1.85),
        ),
        "pieces": (
            SetPiece(kind=PieceKind.CRATE, x_m=0.8, z_m=3.2, width_m=0.9, height_m=0.8, depth_m=0.7),
            SetPiece(kind=PieceKind.TREE, x_m=-3, z_m=9, width_m=3, height_m=5, depth_m=3),
        ),
        "props": (),
        "camera": Camera(x_m=0, y_m=1.5, z_m=-1.5, lens_mm=32, tilt_deg=-3),
        "camera_end": None,
        "light": Light(azimuth_deg=240, elevation_deg=38),
    }
    fields.update(changes)
    return Blocking(**fields)  # pyright: ignore[reportArgumentType]


def brief(shot: Blocking | None = None, **changes: object) -> StillBrief:
    contract = Contract(
        role="storyboard artist",
        purpose="test",
        subject="two people in a yard",
        subjects=(Subject(who=MARA, looks_at=OTTO), Subject(who=OTTO, looks_at=LANTERN)),
    )
    fields: dict[str, object] = {
        "contract": contract,
        "blocking": shot or blocking(),
        "anchors": ANCHORS,
        "width": WIDTH,
        "height": HEIGHT,
    }
    fields.update(changes)
    return StillBrief(**fields)  # pyright: ignore[reportArgumentType]


def layers_of(product: Product, shelf: Shelf) -> Layers:
    return from_json(Layers, shelf.read(next(p.digest for p in product.parts if p.role == "layers")))


Drawn = tuple[Shelf, Product, Layers]


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    shelf = Shelf()
    product = draw_still(brief(), 7, shelf)
    return shelf, product, layers_of(product, shelf)


def test_the_keyframe_has_the_size_and_form_that_was_asked_for(drawn: Drawn) -> None:
    shelf, product, _ = drawn
    picture = cv2.imdecode(np.frombuffer(shelf.read(product.media), np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.dtype == np.uint8


def test_the_planes_laid_over_each_other_are_the_keyframe(drawn: Drawn) -> None:
    shelf, product, layers = drawn
    planes = [pixels(shelf.read(layer.media)) for layer in layers.layers]
    assert (planes[0][..., 3] == 255).all()
    keyframe = pixels(shelf.read(product.media))[..., :3]
    assert np.array_equal(frame_of(layers, flatten(planes)), keyframe)


def test_planes_are_as_large_as_the_sheet_and_reach_beyond_the_frame(drawn: Drawn) -> None:
    shelf, _, layers = drawn
    for layer in layers.layers:
        assert pixels(shelf.read(layer.media)).shape == (layers.height, layers.width, 4)
    assert layers.frame_left >= 0.07 * WIDTH
    assert layers.frame_top >= 0.07 * HEIGHT
    assert layers.width - layers.frame_left - layers.frame_width >= 0.07 * WIDTH


def test_what_a_figure_hides_is_painted_behind_it(drawn: Drawn) -> None:
    shelf, _, layers = drawn
    planes = {layer.name: pixels(shelf.read(layer.media)) for layer in layers.layers}
    figure = planes[f"figure:{MARA}"][..., 3] > 250
    behind = np.max(
        [planes[name][..., 3] for name in planes if name in {"sky", "ground", "set", "back"}], axis=0
    )
    assert (behind[figure] == 255).all()
    ground = planes["ground"]
    feet = figure & (ground[..., 3] > 250)
    assert feet.any()


def test_a_crate_before_a_figure_is_a_plane_of_its_own_in_front(drawn: Drawn) -> None:
    _, _, layers = drawn
    names = [layer.name for layer in layers.layers]
    assert names.index(f"before:{OTTO}") > names.index(f"figure:{OTTO}")
    assert names.index(f"figure:{MARA}") > names.index(f"figure:{OTTO}")


def test_the_ground_leans_and_figures_stand_upright(drawn: Drawn) -> None:
    _, _, layers = drawn
    by_name = {layer.name: layer for layer in layers.layers}
    ground, figure = by_name["ground"], by_name[f"figure:{MARA}"]
    assert ground.far_m > ground.depth_m > 0
    assert 0.3 < ground.horizon < 0.6
    assert figure.far_m == figure.depth_m
    assert figure.depth_m == pytest.approx(5.5, abs=0.3)
    assert figure.life
    assert not ground.life


def test_the_same_brief_and_seed_give_the_same_bytes(drawn: Drawn) -> None:
    _, product, _ = drawn
    again = draw_still(brief(), 7, Shelf())
    assert again.media == product.media
    assert again.parts == product.parts
    assert draw_still(brief(), 8, Shelf()).media != product.media


def test_a_figure_stands_where_the_blocking_expects_it() -> None:
    for facing, who, height in ((180, MARA, 1.68), (240, OTTO, 1.85), (0, OTTO, 1.85)):
        figure = Placement(who=who, x_m=0.4, z_m=3.5, facing_deg=facing, height_m=height)
        shot = blocking(figures=(figure,), pieces=())
        shelf = Shelf()
        layers = layers_of(draw_still(brief(shot), 7, shelf), shelf)
        plane = next(layer for layer in layers.layers if layer.name == f"figure:{who}")
        alpha = pixels(shelf.read(plane.media))[..., 3] > 128
        rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
        box = expected_box(figure, shot.camera, WIDTH / HEIGHT)
        assert box is not None
        top = (rows[0] - layers.frame_top) / HEIGHT
        bottom = (rows[-1] + 1 - layers.frame_top) / HEIGHT
        middle = ((columns[0] + columns[-1] + 1) / 2 - layers.frame_left) / WIDTH
        assert top == pytest.approx(box.top, abs=0.08 * box.height)
        assert bottom == pytest.approx(box.bottom, abs=0.06 * box.height)
        assert middle == pytest.approx((box.left + box.right) / 2, abs=0.2 * box.width)
        assert (columns[-1] - columns[0]) / WIDTH == pytest.approx(box.width, rel=0.35)


def test_a_move_gets_paper_on_the_side_that_it_goes_to() -> None:
    shot = blocking()
    end = Camera(x_m=1.2, y_m=1.5, z_m=-1.5, lens_mm=32, tilt_deg=-3, heading_deg=4)
    shelf = Shelf()
    moving = brief(blocking(camera_end=end))
    layers = layers_of(draw_still(moving, 7, shelf), shelf)
    right = layers.width - layers.frame_left - layers.frame_width
    assert right > layers.frame_left >= 0.12 * WIDTH
    assert layers.camera == shot.camera
    last = layers_of(draw_still(brief(blocking(camera_end=end), at_end=True), 7, shelf), shelf)
    assert last.camera == end


def test_plates_of_a_split_shot_make_its_keyframe() -> None:
    shelf = Shelf()
    inputs: list[PlateInput] = []
    for plate in ("background", str(OTTO), str(MARA)):
        product = draw_still(brief(plate=plate), 7, shelf)
        layers = layers_of(product, shelf)
        digest = next(p.digest for p in product.parts if p.role == "layers")
        depth = layers.layers[-1].depth_m if plate != "background" else 1000.0
        inputs.append(PlateInput(plate=plate, media=product.media, layers=digest, depth_m=depth))
        if plate == str(MARA):
            names = [layer.name for layer in layers.layers]
            assert names == [f"shadow:{MARA}", f"figure:{MARA}"]
            assert (pixels(shelf.read(layers.layers[1].media))[..., 3] == 0).mean() > 0.5
            assert pixels(shelf.read(layers.layers[0].media))[..., 3].max() > 40
    contract = brief().contract
    whole = CompositeBrief(contract=contract, plates=tuple(inputs), width=WIDTH, height=HEIGHT)
    product = composite_still(whole, shelf)
    layers = layers_of(product, shelf)
    planes = [pixels(shelf.read(layer.media)) for layer in layers.layers]
    keyframe = pixels(shelf.read(product.media))[..., :3]
    assert np.array_equal(frame_of(layers, flatten(planes)), keyframe)
    names = [layer.name for layer in layers.layers]
    assert names.index(f"figure:{MARA}") > names.index(f"figure:{OTTO}")
    together = draw_still(brief(), 7, shelf)
    apart = np.abs(keyframe.astype(int) - pixels(shelf.read(together.media))[..., :3].astype(int))
    assert float(apart.mean()) < 6


def test_composites_need_plates_that_belong_together() -> None:
    shelf = Shelf()
    contract = brief().contract
    media = shelf.put(b"x")
    lone = PlateInput(plate="background", media=media, layers=None, depth_m=1)
    with pytest.raises(GenerationFailed, match="no layers"):
        composite_still(CompositeBrief(contract=contract, plates=(lone,), width=WIDTH, height=HEIGHT), shelf)
    with pytest.raises(GenerationFailed, match="without plates"):
        composite_still(CompositeBrief(contract=contract, plates=(), width=WIDTH, height=HEIGHT), shelf)
    with pytest.raises(GenerationFailed, match="not in the blocking"):
        draw_still(brief(plate="char_nobody"), 7, shelf)


def test_night_stays_readable_and_a_lantern_warms_what_is_near_it() -> None:
    night = Light(kind=LightKind.MOON, azimuth_deg=300, elevation_deg=45, strength=0.5)
    lit = blocking(light=night, time=TimeOfDay.NIGHT)
    dark = blocking(
        light=night,
        time=TimeOfDay.NIGHT,
        figures=(
            Placement(who=MARA, x_m=-0.8, z_m=4.0, facing_deg=150, height_m=1.68, pose=Pose.HOLD),
            lit.figures[1],
        ),
    )
    shelf = Shelf()
    with_lamp, without = (
        pixels(shelf.read(draw_still(brief(shot), 7, shelf).media))[..., :3].astype(float)
        for shot in (lit, dark)
    )
    assert without.mean() > 35
    assert (without.max(axis=2) < 12).mean() < 0.1
    warmer = (with_lamp[..., 0] - with_lamp[..., 2]).mean() - (without[..., 0] - without[..., 2]).mean()
    assert warmer > 2


@pytest.mark.parametrize("weather", [Weather.RAIN, Weather.SNOW])
def test_weather_falls_in_planes_of_its_own(weather: Weather) -> None:
    shelf = Shelf()
    layers = layers_of(draw_still(brief(blocking(weather=weather)), 7, shelf), shelf)
    names = [layer.name for layer in layers.layers]
    assert names[-1] == "falling"
    assert "falling-far" in names


#: The model's version, and 16 x 9 mean colours of the keyframe of :func:`brief`, rows from the top.
GOLDEN = Path(__file__).with_name("golden_keyframe.txt")


def thumbnail(data: bytes) -> np.ndarray:
    return np.asarray(cv2.resize(pixels(data)[..., :3], (16, 9), interpolation=cv2.INTER_AREA), int)


def test_pixels_move_only_with_the_model_version(drawn: Drawn) -> None:
    """Where this fails on purpose: raise ``ARTIST`` in ``versions.py`` and write the golden anew.

    The recipe names the model's version; takes of one version must look the same. A thumbnail is compared within a
    tolerance, because another processor may round otherwise.
    """
    shelf, product, _ = drawn
    small = thumbnail(shelf.read(product.media))
    version, *rows = GOLDEN.read_text().splitlines()
    assert version == MODEL_VERSION, f"write {GOLDEN.name} anew for version {MODEL_VERSION}"
    golden = np.array([[int(v) for v in row.split()] for row in rows]).reshape(9, 16, 3)
    assert np.abs(small - golden).max() <= 6, f"pixels moved: raise ARTIST and write {GOLDEN.name} anew"


def write_golden() -> None:
    shelf = Shelf()
    small = thumbnail(shelf.read(draw_still(brief(), 7, shelf).media))
    rows = (" ".join(str(v) for v in row.ravel()) for row in small)
    GOLDEN.write_text("\n".join([MODEL_VERSION, *rows]) + "\n")


if __name__ == "__main__":
    write_golden()
