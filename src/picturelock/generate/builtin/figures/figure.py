from picturelock.core.anchor import CharacterLook
from picturelock.core.blocking import Placement
from picturelock.generate.builtin.geometry import Mesh, Material
from picturelock.generate.builtin.render.canvas import Canvas
from picturelock.generate.builtin.figures.solid import *


def figure_meshes(f: Placement, look: CharacterLook, canvas: Canvas) -> list[Mesh]:
    o = vec(f.x_m, f.y_m, f.z_m)
    h = f.height_m
    s = Solid.of(
        [
            limb(o + vec(0, h * 0.1, 0), o + vec(0, h * 0.75, 0), 0.12, 0.2),
            ball(o + vec(0, h * 0.93, 0), (0.1, 0.12, 0.1)),
        ],
        0.02,
        0.05,
    )
    v, fa = s.mesh()
    return [
        Mesh(
            v,
            fa,
            Material(colour=tuple(c / 255 for c in look.upper.colour.rgb)),
            name=str(f.who),
            group=f"figure:{f.who}",
            smooth=True,
        )
    ]
