"""What is handed to a gate: media by path and digest, and the plain facts it is measured against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from picturelock.core.anchor import CharacterLook, LocationLook, PropLook, StyleLook
from picturelock.core.blocking import Blocking
from picturelock.core.brief import Layers
from picturelock.core.contract import Contract, Motion
from picturelock.core.digest import Digest
from picturelock.core.policy import Format


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise of a contract, as the board found it.

    Attributes:
        name: Small letters and underscores; becomes ``contract.<name>``.
        ok: ``None`` where it could not be told.
        why: What is wrong, or why it could not be told.
    """

    name: str
    ok: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class ContractSubject:
    """A unit's contract.

    Attributes:
        digest: Of the contract's canonical form.
    """

    digest: Digest
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A locked keyframe of the same scene.

    Attributes:
        name: Shot code, for the evidence.
    """

    name: str
    path: Path
    blocking: Blocking | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """What the anchors in the picture look like: where its colours may come from."""

    style: StyleLook | None = None
    location: LocationLook | None = None
    characters: tuple[CharacterLook, ...] = ()
    props: tuple[PropLook, ...] = ()
    references: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class StillSubject:
    """A keyframe or a plate.

    Attributes:
        format: Of the production.
        blocking: Where it was derived; gives the boxes that figures are expected in.
        at_end: The picture shows the end of the move (``key_last``).
        layers: Where the picture came with planes; ``layer_files`` holds their PNGs by digest.
        neighbours: Locked keyframes of the same scene, nearest first.
        motion: What the clip made from it will do; ``None`` for a picture that is not animated.
        frames: Length of that clip with handles.
        longest_seconds: The clip model's limit; 0 for none.
        takes_left: Candidates left to the clip under the production's caps; ``None`` where nobody counts.
    """

    path: Path
    digest: Digest
    format: Format
    contract: Contract
    blocking: Blocking | None = None
    at_end: bool = False
    layers: Layers | None = None
    layer_files: Mapping[Digest, Path] = field(default_factory=dict[Digest, Path])
    looks: Looks = Looks()
    neighbours: tuple[Neighbour, ...] = ()
    motion: Motion | None = None
    frames: int = 0
    longest_seconds: int = 0
    takes_left: int | None = None


@dataclass(frozen=True, slots=True)
class ClipSubject:
    """A clip with its handles.

    Attributes:
        format: Of the production: size, rate and handles.
        frames: Length in the cut, without handles.
        keyframe: The locked keyframe that frame 0 must be; ``None`` where there is none.
        keyframe_last: The locked keyframe that the last frame must be, for moves that need one.
    """

    path: Path
    digest: Digest
    format: Format
    contract: Contract
    frames: int
    keyframe: Path | None = None
    keyframe_last: Path | None = None

    @property
    def frames_with_handles(self) -> int:
        """What the file must hold."""
        return self.frames + 2 * self.format.handles


@dataclass(frozen=True, slots=True)
class SoundSubject:
    """A voice line.

    Attributes:
        text: The words that were to be spoken.
        language: BCP 47.
    """

    path: Path
    digest: Digest
    text: str
    language: str = "en"
