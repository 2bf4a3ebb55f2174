"""The clip gate against bare decoding: both decode the same file in the same run, turn about.

    python bench/gate.py [--quick]

Prints the ratio of wall-clock medians for noisy and clean 1080p material and writes build/bench/gate.json.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import av
import cv2
import numpy as np

from picturelock.core.contract import Contract
from picturelock.core.digest import Digest
from picturelock.core.frametime import FrameRate
from picturelock.core.policy import Format
from picturelock.gate.measure import measure_clip
from picturelock.gate.subject import ClipSubject
from picturelock.media.encode import H264, ClipWriter
from picturelock.media.picture import png

BAR = 1.35
SIZE = (1920, 1080)
HANDLES = 12


def material(folder: Path, frames: int, noise: float, crf: int) -> ClipSubject:
    """A pan over a busy picture, with grain or without, and its keyframe."""
    chance = np.random.default_rng(1)
    rough = chance.integers(40, 215, (28, 52, 3)).astype(np.uint8)
    wide = cv2.resize(rough, (2600, 1400), interpolation=cv2.INTER_CUBIC)
    for n in range(260):
        colour = tuple(int(c) for c in chance.integers(0, 255, 3))
        centre = (int(chance.integers(0, 2600)), int(chance.integers(0, 1400)))
        cv2.circle(wide, centre, int(chance.integers(10, 120)), colour, -1 if n % 2 else 3, cv2.LINE_AA)
    grain = [chance.normal(0, noise, (SIZE[1], SIZE[0], 1)).astype(np.float32) for _ in range(7)]
    path, keyframe = folder / f"noise{noise:g}.mp4", folder / f"noise{noise:g}.png"
    with ClipWriter(path, SIZE, FrameRate(24), H264(crf=crf, gop=24)) as writer:
        for number in range(frames):
            matrix = np.array([[1, 0, 100 + 1.6 * number], [0, 1, 100 + 0.4 * number]], np.float32)
            picture = cv2.warpAffine(wide, matrix, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
            if noise:
                picture = np.clip(picture + grain[number % 7], 0, 255).astype(np.uint8)
            if not number:
                keyframe.write_bytes(png(picture))
            writer.write_bgr(picture)
    contract = Contract(role="Camera", purpose="Bench", subject="A pan")
    cut = frames - 2 * HANDLES
    return ClipSubject(path, Digest.of(path.read_bytes()), Format(), contract, cut, keyframe=keyframe)


def bare(path: Path) -> int:
    """Decode every frame with frame threads and look at none."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def compare(subject: ClipSubject, rounds: int) -> dict[str, object]:
    """Decode and gate turn about, so that other work on the machine falls on both."""
    bare(subject.path)
    measure_clip(subject)
    decode, gate = [], []
    for _ in range(rounds):
        decode.append(timed(lambda: bare(subject.path)))
        gate.append(timed(lambda: measure_clip(subject)))
    walls = [g[0] / d[0] for g, d in zip(gate, decode, strict=True)]
    frames = subject.frames_with_handles
    ratio = median(g[0] for g in gate) / median(d[0] for d in decode)
    return {
        "frames": frames,
        "mbit_s": round(subject.path.stat().st_size * 8 / 1e6 / (frames / 24), 1),
        "decode_ms": round(median(d[0] for d in decode) / frames * 1000, 2),
        "gate_ms": round(median(g[0] for g in gate) / frames * 1000, 2),
        "ratio": round(ratio, 3),
        "lowest": round(min(walls), 3),
        "highest": round(max(walls), 3),
        "cpu_ratio": round(median(g[1] for g in gate) / median(d[1] for d in decode), 3),
        "bar": BAR,
        "met": ratio <= BAR,
    }


def main() -> int:
    """Run and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="shorter clips, fewer rounds")
    quick = parser.parse_args().quick
    frames, rounds = (120, 3) if quick else (264, 7)
    found: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as name:
        for label, noise, crf in (("noisy", 5.0, 22), ("clean", 0.0, 20)):
            found[label] = compare(material(Path(name), frames, noise, crf), rounds)
            row = found[label]
            verdict = "met" if row["met"] else "NOT met"
            print(
                f"clip gate / bare decode, {label} 1080p ({row['mbit_s']} Mbit/s): {row['ratio']}x "
                f"(rounds {row['lowest']} to {row['highest']}, processor {row['cpu_ratio']}x; "
                f"{row['gate_ms']} against {row['decode_ms']} ms a frame); bar {BAR}x {verdict}"
            )
    out = Path("build/bench")
    out.mkdir(parents=True, exist_ok=True)
    (out / "gate.json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return 0 if all(row["met"] for row in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
