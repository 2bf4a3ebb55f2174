"""Whether everything a production needs is here and works."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from picturelock.core.anchor import Value
from picturelock.core.failures import PicturelockError
from picturelock.studio.folder import Folder

_PARTS = {
    "av": "decoding and encoding",
    "cv2": "pictures",
    "embreex": "the artist's rays",
    "hibari": "scratch voices",
    "dbos": "durable jobs",
    "opentimelineio": "interchange",
}
_DISTRIBUTIONS = {"cv2": "opencv-python-headless", "hibari": "hibari-tts"}
_ENOUGH_BYTES = 2 * 1000**3


class Finding(Value, frozen=True, kw_only=True):
    """One point that was looked at."""

    what: str
    ok: bool
    detail: str


def checkup(where: Path) -> list[Finding]:
    """Look at the interpreter, the parts, the disk and the production, if there is one."""
    return list(_look(where))


def _look(where: Path) -> Iterator[Finding]:
    yield Finding(what="Python", ok=sys.version_info >= (3, 11), detail=sys.version.partition(" ")[0])
    yield Finding(what="processors", ok=True, detail=str(len(os.sched_getaffinity(0))))
    for module, purpose in _PARTS.items():
        yield _try(f"{module} ({purpose})", lambda module=module: _load(module))
    yield _try("x264", _encoder)
    free = shutil.disk_usage(where if where.exists() else Path()).free
    yield Finding(what="free disk", ok=free > _ENOUGH_BYTES, detail=f"{free / 1e9:.1f} GB")
    try:
        folder = Folder.find(where)
    except PicturelockError:
        yield Finding(what="production", ok=True, detail="none here")
        return
    yield _try("production", lambda: _production(folder))
    for name in _vendors(folder):
        yield _try(f"{name} (bought from)", lambda name=name: _reach(name))


def _try(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, ok=True, detail=look())
    except (ImportError, OSError, PicturelockError, ValueError) as error:
        return Finding(what=what, ok=False, detail=str(error))


def _load(module: str) -> str:
    import_module(module)
    try:
        return version(_DISTRIBUTIONS.get(module, module))
    except PackageNotFoundError:
        return "version unknown"


def _encoder() -> str:
    import av

    av.Codec("libx264", "w")
    return "H.264 encoder is there"


def _production(folder: Folder) -> str:
    from picturelock.studio.production import Production

    production = Production.open(folder.root)
    try:
        snapshot = production.snapshot()
    finally:
        production.close()
    return f"{snapshot.settings.title}, {len(snapshot.board.shots())} shots"


def _vendors(folder: Folder) -> list[str]:
    """Paid vendors that the production buys from; none where it cannot be opened, which is told already."""
    from picturelock.studio.production import Production
    from picturelock.studio.workplace import vendors_used

    try:
        production = Production.open(folder.root)
    except (OSError, PicturelockError):
        return []
    try:
        return vendors_used(production, production.snapshot())
    except PicturelockError:
        return []
    finally:
        production.close()


def _reach(name: str) -> str:
    """Whether its address and keys are set. Nothing is sent: an answer of the vendor would cost or prove nothing."""
    from picturelock.generate.registry import vendor

    door = vendor(name).door
    where = door.base_url()
    keys = ", ".join(door.all_keys())
    return f"{where}, {keys} set"
