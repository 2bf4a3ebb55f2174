"""The order of planes in a split shot."""

from picturelock.core.brief import Layer
from picturelock.core.digest import Digest
from picturelock.generate.builtin.composite import _stacked

D = Digest.of(b"plane")


def plane(name: str, depth_m: float, far_m: float | None = None) -> Layer:
    return Layer(name=name, media=D, depth_m=depth_m, far_m=depth_m if far_m is None else far_m)


def names(*plates: list[Layer]) -> list[str]:
    return [layer.name for layer in _stacked(list(plates))]


def test_a_ground_that_leans_towards_the_camera_lies_under_everyone() -> None:
    background = [plane("sky", 100), plane("ground", 2, far_m=400), plane("set", 6)]
    assert names(background, [plane("shadow", 4.1), plane("figure", 4)]) == [
        "sky",
        "ground",
        "set",
        "shadow",
        "figure",
    ]


def test_people_stand_between_the_set_behind_and_the_set_before_them() -> None:
    background = [plane("sky", 100), plane("set", 6), plane("near", 1.5)]
    near, far = [plane("mara", 3)], [plane("teo", 5)]
    assert (
        names(background, near, far)
        == names(background, far, near)
        == [
            "sky",
            "set",
            "teo",
            "mara",
            "near",
        ]
    )


def test_the_background_keeps_its_own_order() -> None:
    background = [plane("sky", 100), plane("set", 6), plane("light", 7)]
    assert names(background, [plane("mara", 3)]) == ["sky", "set", "light", "mara"]
