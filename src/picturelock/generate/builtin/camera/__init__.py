"""Camera moves: a still, or a still in planes, becomes a clip.

The way through: ``path`` says where the camera is at every frame, ``projection`` what that does to a plane of the
picture, ``room`` keeps the frame inside what was drawn, ``planes`` prepares the pixels once, ``life`` and ``focus``
let them breathe and blur, ``compositor`` draws a frame, of each plane only the ``tiles`` where it can be seen, ``clip``
joins them and encodes.
"""

from picturelock.core.brief import ClipBrief
from picturelock.generate.builtin.versions import CAMERA as CAMERA_VERSION
from picturelock.generate.provider import Product
from picturelock.vault.store import Vault

__all__ = ["CAMERA_VERSION", "animate"]


def animate(brief: ClipBrief, seed: int, vault: Vault) -> Product:
    """Move a camera over a keyframe.

    Args:
        brief: What moves, how far and how long.
        seed: Decides a handheld camera's wandering and the breath of what lives.
        vault: Has the pictures and takes the clip.

    Returns:
        H.264 in MP4, ``frames + 2 * handles`` long. Frame 0 is the keyframe and, where there is one, the last frame is
        the last keyframe. Part ``move`` says how much of the move there was room for.

    Raises:
        BadDocument: A picture or its layers cannot be read.
        Malformed: The size cannot be encoded, or there is no frame to make.
        NotFound: A picture is not in the vault.
    """
    from picturelock.generate.builtin.camera.clip import make

    return make(brief, seed, vault)
