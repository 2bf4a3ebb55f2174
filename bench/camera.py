"""Camera moves against encoding alone, ffmpeg's zoompan and MoviePy: frames a second, and jitter in pixels.

``python bench/camera.py [--quick]``. Peers that are not installed (dependency group ``bench``) are left out, and the
table says so. Every round runs all contestants one after another, so that a busy machine is busy for all.

The encoder works on one thread and the camera on another. The limit is the encoder alone while the other core is at
work (see ``race.busy_elsewhere``); against a machine that is idle otherwise it is told, in brackets.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from bench.race import busy_elsewhere

from picturelock.core.blocking import Camera
from picturelock.core.brief import ClipBrief, Layer, Layers
from picturelock.core.codec import to_json
from picturelock.core.contract import Amount, CameraMove, Contract, Motion, Move
from picturelock.core.digest import Digest
from picturelock.core.frametime import FrameRate
from picturelock.generate.builtin.camera.clip import Shot, plan
from picturelock.generate.builtin.camera.projection import mapped
from picturelock.media.decode import frames as decoded
from picturelock.media.encode import H264, ClipWriter
from picturelock.media.opencv import cv2

SIZE = (1920, 1080)
RATE = FrameRate(24)
SETTINGS = H264(crf=16, preset="veryfast", gop=24)
BAR = 0.95
JITTER_BAR = 0.02
CAMERA = Camera(x_m=0, y_m=1.5, z_m=-4, focus_m=3)
MARK = (0.31, 0.36)


class Held(dict[Digest, bytes]):
    """Bytes in memory: the disk is not what is measured."""

    def put(self, data: bytes) -> Digest:
        digest = Digest.of(data)
        self[digest] = bytes(data)
        return digest

    def read(self, digest: Digest) -> bytes:
        return self[digest]


def textured(width: int, height: int, seed: int) -> np.ndarray:
    """A picture with detail of all sizes: octaves of noise and drawn shapes."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    for octave in range(7):
        small = rng.standard_normal((4 << octave, 7 << octave, 3)).astype(np.float32)
        total += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC) / 1.6**octave
    picture = np.clip(125 + 38 * total, 0, 255).astype(np.uint8)
    for _ in range(60):
        place = (int(rng.integers(width)), int(rng.integers(height)))
        colour = tuple(int(c) for c in rng.integers(20, 240, 3))
        cv2.circle(
            picture, place, int(rng.integers(8, width // 14)), colour, int(rng.choice([-1, 3])), cv2.LINE_AA
        )
    return picture


def png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def brief(
    vault: Held, picture: np.ndarray, move: Move, count: int, layers: Digest | None = None
) -> ClipBrief:
    motion = Motion(camera=CameraMove(kind=move, amount=Amount.MEDIUM))
    contract = Contract(role="camera", purpose="bench", subject="a picture", motion=motion)
    return ClipBrief(
        contract=contract,
        camera=CAMERA,
        camera_end=None,
        keyframe=vault.put(png(picture)),
        layers=layers,
        keyframe_last=None,
        layers_last=None,
        frames=count,
        handles=0,
        frame_rate=RATE,
        width=SIZE[0],
        height=SIZE[1],
    )


def five_layers(vault: Held) -> tuple[np.ndarray, Digest]:
    """A sky, a set, two figures and a thing near the lens."""
    left, top = 232, 130
    width, height = SIZE[0] + 2 * left, SIZE[1] + 2 * top
    sky, texture = textured(width, height, 1), textured(width, height, 2)
    planes = [("sky", np.dstack([sky, np.full((height, width), 255, np.uint8)]), 40.0, False)]

    def cut(draw: Callable[[np.ndarray], object]) -> np.ndarray:
        alpha = np.zeros((height, width), np.uint8)
        draw(alpha)
        return np.dstack([texture * (alpha > 0)[:, :, None], alpha])

    planes.append(
        (
            "set",
            cut(
                lambda a: cv2.fillPoly(
                    a,
                    [np.array([[0, 620], [900, 480], [width, 700], [width, height], [0, height]])],
                    255,
                    cv2.LINE_AA,
                )
            ),
            7.0,
            False,
        )
    )
    for name, x, depth, size in (("figure:a", 900, 4.0, 300), ("figure:b", 1500, 3.0, 380)):
        planes.append(
            (
                name,
                cut(
                    lambda a, x=x, s=size: cv2.ellipse(
                        a, (x, 800), (s // 3, s), 0, 0, 360, 255, -1, cv2.LINE_AA
                    )
                ),
                depth,
                True,
            )
        )
    planes.append(("near", cut(lambda a: cv2.rectangle(a, (0, 900), (520, height), 255, -1)), 1.6, False))
    flat = np.zeros((height, width, 3), np.float32)
    for _, pixels, _, _ in planes:
        alpha = pixels[:, :, 3:] / np.float32(255)
        flat = pixels[:, :, :3] * alpha + flat * (1 - alpha)
    document = Layers(
        width=width,
        height=height,
        frame_left=left,
        frame_top=top,
        frame_width=SIZE[0],
        frame_height=SIZE[1],
        camera=CAMERA,
        layers=tuple(
            Layer(name=n, media=vault.put(png(p)), depth_m=d, far_m=d, life=alive)
            for n, p, d, alive in planes
        ),
    )
    key = np.clip(flat + 0.5, 0, 255).astype(np.uint8)[top : top + SIZE[1], left : left + SIZE[0]]
    return key, vault.put(to_json(document))


def wall(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and of processor time."""
    start, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - used


def write(path: Path, pictures: object) -> None:
    with ClipWriter(path, SIZE, RATE, SETTINGS) as writer:
        for picture in pictures:  # type: ignore[attr-defined]
            writer.write_planes(*picture.channels)


def measure(name: str, vault: Held, wanted: ClipBrief, rounds: int, folder: Path) -> dict[str, object]:
    """One move: prepared, drawn and encoded, against encoding the same frames drawn beforehand."""
    shot = plan(wanted, 1, vault)
    ready = [frame.copy() for frame in shot.frames()]
    rows: list[dict[str, float]] = []

    def encoding_beside() -> float:
        with busy_elsewhere():
            return wall(lambda: write(folder / "alone.mp4", ready))[0]

    for _ in range(rounds):
        alone, alone_cpu = wall(lambda: write(folder / "alone.mp4", ready))
        # Between two of what it is held against: a host is not as fast from one second to the next.
        before = encoding_beside()
        both, both_cpu = wall(lambda: write(folder / "both.mp4", shot.frames()))
        beside = (before + encoding_beside()) / 2
        prepared, _ = wall(lambda: plan(wanted, 1, vault))
        drawn, drawn_cpu = wall(lambda: [None for _ in shot.frames()])
        rows.append(
            {
                "alone": alone,
                "beside": beside,
                "both": both,
                "prepared": prepared,
                "drawn": drawn,
                "alone_cpu": alone_cpu,
                "both_cpu": both_cpu,
                "drawn_cpu": drawn_cpu,
            }
        )
    same = (folder / "alone.mp4").read_bytes() == (folder / "both.mp4").read_bytes()
    middle = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
    ratio = statistics.median(row["beside"] / row["both"] for row in rows)
    idle = statistics.median(row["alone"] / row["both"] for row in rows)
    whole = statistics.median(row["beside"] / (row["both"] + row["prepared"]) for row in rows)
    count = len(ready)
    return {
        "name": name,
        "frames": count,
        "encode_alone_fps": count / middle["beside"],
        "encode_alone_idle_fps": count / middle["alone"],
        "move_and_encode_fps": count / middle["both"],
        "draw_alone_fps": count / middle["drawn"],
        "prepare_s": middle["prepared"],
        "ratio": ratio,
        "ratio_idle": idle,
        "ratio_with_preparation": whole,
        "cpu_ratio": middle["alone_cpu"] / middle["both_cpu"],
        "bar": BAR,
        "met": ratio >= BAR,
        "same_bytes": same,
    }


def marked(width: int, height: int) -> np.ndarray:
    """A soft dark spot on grey, whose middle can be found to a hundredth of a pixel."""
    rows, columns = np.mgrid[0:height, 0:width]
    spot = np.exp(
        -((columns - MARK[0] * width) ** 2 + (rows - MARK[1] * height) ** 2) / (2 * (width / 320) ** 2)
    )
    return np.repeat(np.clip(200 - 170 * spot, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def spotted(y: np.ndarray) -> tuple[float, float]:
    """Where the spot is in a picture's brightness: centre of weight in a window around its darkest part."""
    reach = 5 * SIZE[0] // 320
    soft = cv2.GaussianBlur(y, (0, 0), 3)
    row, column = np.unravel_index(int(soft.argmin()), soft.shape)
    top, left = max(0, int(row) - reach), max(0, int(column) - reach)
    piece = 182.0 - y[top : top + 2 * reach + 1, left : left + 2 * reach + 1].astype(np.float64)
    weight = np.where(piece > 4, piece, 0.0)
    total = weight.sum()
    across = (weight.sum(axis=0) * np.arange(weight.shape[1])).sum() / total
    down = (weight.sum(axis=1) * np.arange(weight.shape[0])).sum() / total
    return left + across, top + down


def track(path: Path) -> np.ndarray:
    """Where the spot is in every frame of a file, N x 2 pixels."""
    return np.array([spotted(frame.planes()[0]) for frame in decoded(path)])


def jitter(places: np.ndarray, expected: np.ndarray | None = None) -> float:
    """Standard deviation of a frame's step against the step it should have made, in pixels, both axes together.

    Args:
        places: N x 2.
        expected: Where the spot should be; ``None`` for the smooth curve that fits best, which is the kinder measure.
    """
    if expected is None:
        places = places[2:-2]
        time_ = np.linspace(-1, 1, len(places))
        cheb = np.polynomial.chebyshev
        expected = cheb.chebval(time_, cheb.chebfit(time_, places, 5)).T
    return float(np.diff(places - expected, axis=0).std())


def zoompan(still: Path, out: Path, count: int) -> Callable[[], object] | None:
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        return None
    zoom = f"zoompan=z='1+0.2*on/{count}':x='iw/2-(iw/zoom/2)':y='ih/2-(ih/zoom/2)':d={count}"
    command = [get_ffmpeg_exe(), "-y", "-v", "error", "-i", str(still), "-vf"]
    command += [f"{zoom}:s={SIZE[0]}x{SIZE[1]}:fps=24,format=yuv420p", "-frames:v", str(count)]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-g", "24", str(out)]
    return lambda: subprocess.run(command, check=True)


def moviepy(still: Path, out: Path, count: int) -> Callable[[], object] | None:
    try:
        from moviepy import CompositeVideoClip, ImageClip
    except ImportError:
        return None

    def work() -> None:
        seconds = count / 24
        base = ImageClip(str(still)).with_duration(seconds).resized(SIZE)
        grown = base.resized(lambda t: 1 + 0.2 * t / seconds).with_position("center")
        clip = CompositeVideoClip([grown], size=SIZE).with_duration(seconds)
        clip.write_videofile(
            str(out),
            fps=24,
            codec="libx264",
            preset="veryfast",
            ffmpeg_params=["-crf", "16", "-g", "24"],
            audio=False,
            logger=None,
        )

    return work


def peers(count: int, rounds: int, folder: Path) -> list[dict[str, object]]:
    """The same push over the same 4K still by others."""
    still, mark = folder / "still.png", folder / "mark.png"
    still.write_bytes(png(textured(3840, 2160, 3)))
    mark.write_bytes(png(marked(*SIZE)))
    found: list[dict[str, object]] = []
    for name, make in (("ffmpeg zoompan", zoompan), ("MoviePy resized()", moviepy)):
        out = folder / "peer.mp4"
        work = make(still, out, count)
        if work is None:
            print(f"{name}: not installed, left out (dependency group `bench`)")
            continue
        seconds = statistics.median(wall(work)[0] for _ in range(rounds))
        marking = make(mark, out, count)
        assert marking is not None
        marking()
        found.append(
            {
                "name": name,
                "frames": count,
                "move_and_encode_fps": count / seconds,
                "jitter_px": jitter(track(out)),
            }
        )
    return found


def own_jitter(vault: Held, move: Move, count: int, folder: Path) -> tuple[float, float]:
    """Against the camera's exact geometry: as drawn, and after encoding."""
    shot: Shot = plan(brief(vault, marked(*SIZE), move, count), 1, vault)
    write(folder / "mark.mp4", shot.frames())
    spot = np.array([[MARK[0] * SIZE[0], MARK[1] * SIZE[1]]])
    normal = shot.first.stack.sheets[0].normal
    exact = np.array(
        [mapped(np.linalg.inv(shot.first.view(normal, i)), spot)[0][0] for i in range(shot.total)]
    )
    drawn = np.array([spotted(frame.y) for frame in shot.frames()])
    return jitter(drawn, exact), jitter(track(folder / "mark.mp4"), exact)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two seconds and one round")
    quick = parser.parse_args().quick
    count, rounds = (48, 1) if quick else (96, 7)
    vault = Held()
    key, layers = five_layers(vault)
    still = textured(3840, 2160, 3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            measure("push, one 4K still", vault, brief(vault, still, Move.PUSH, count), rounds, folder),
            measure("pan, one 4K still", vault, brief(vault, still, Move.PAN_RIGHT, count), rounds, folder),
            measure("pan, 5 layers", vault, brief(vault, key, Move.PAN_RIGHT, count, layers), rounds, folder),
            measure(
                "truck, 5 layers", vault, brief(vault, key, Move.TRUCK_RIGHT, count, layers), rounds, folder
            ),
            measure("push, 5 layers", vault, brief(vault, key, Move.PUSH, count, layers), rounds, folder),
        ]
        steady = {
            m.value: own_jitter(vault, m, count, folder) for m in (Move.PUSH, Move.PAN_RIGHT, Move.TRUCK_LEFT)
        }
        others = peers(count, rounds, folder)
    print(
        f"\n{SIZE[0]}x{SIZE[1]} at 24 frames per second, x264 veryfast crf 16, {count} frames, {rounds} rounds"
    )
    print(
        f"{'':24}{'encode':>9}{'(idle)':>9}{'move+enc':>9}{'draw':>8}{'prepare':>9}{'ratio':>7}{'(idle)':>8}"
        f"{'incl.prep':>10}{'cpu':>6}  bar {BAR}"
    )
    for row in rows:
        print(
            f"{row['name']:24}{row['encode_alone_fps']:7.1f}/s{row['encode_alone_idle_fps']:7.1f}/s"
            f"{row['move_and_encode_fps']:7.1f}/s{row['draw_alone_fps']:6.0f}/s{row['prepare_s']:8.2f}s"
            f"{row['ratio']:7.2f}{row['ratio_idle']:8.2f}"
            f"{row['ratio_with_preparation']:10.2f}{row['cpu_ratio']:6.2f}  {'met' if row['met'] else 'NOT MET'}"
        )
    for other in others:
        times = rows[0]["move_and_encode_fps"] / other["move_and_encode_fps"]  # type: ignore[operator]
        print(
            f"{other['name']:24}{'':9}{other['move_and_encode_fps']:7.1f}/s   the still push is {times:.1f} times as fast"
        )
    print(f"\nJitter, sd in pixels (bar {JITTER_BAR}):")
    for move, (value, after) in steady.items():
        verdict = "met" if value <= JITTER_BAR else "NOT MET"
        print(f"{move:24}{value:8.4f} as drawn, {after:.4f} after encoding  {verdict}")
    for other in others:
        print(f"{other['name']:24}{'':8}           {other['jitter_px']:.4f} after encoding")
    report = {"size": SIZE, "moves": rows, "jitter_px": steady, "jitter_bar": JITTER_BAR, "peers": others}
    out = Path("build/bench/camera.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=2) + "\n")
    print(f"\nwritten to {out}")
    met = all(row["met"] for row in rows) and all(value <= JITTER_BAR for value, _ in steady.values())
    return 0 if met or quick else 1


if __name__ == "__main__":
    sys.exit(main())
