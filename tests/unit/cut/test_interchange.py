import json
from fractions import Fraction

import opentimelineio as otio
import pytest
from msgspec.structs import replace

from picturelock.core.board import Transition, TransitionKind
from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument, NotFound
from picturelock.core.frametime import FrameRange, FrameRate
from picturelock.core.ids import ShotCode
from picturelock.core.policy import Format
from picturelock.cut.interchange import otio as format_otio
from picturelock.cut.interchange.registry import formats, interchange
from picturelock.cut.timeline import Cut, Dialogue, Event

VOICE = Digest.of(b"voice")


def a_cut(rate: str = "24", leader: int = 0) -> Cut:
    def event(number: int, **fields: object) -> Event:
        return Event(
            **{
                "shot": ShotCode(f"SC010_SH{number:03d}"),
                "media": Digest.of(str(number).encode()),
                "source": FrameRange(12, 60),
                "available": 80,
                **fields,
            }
        )

    line = Dialogue(sound=VOICE, start=6, frames=60, text="Who is there?", speaker="Mara")
    return Cut(
        title="灯塔",
        picture=Format(frame_rate=FrameRate.parse(rate)),
        leader=leader,
        events=(
            event(10, transition=Transition(kind=TransitionKind.FADE_IN, frames=6), dialogue=(line,)),
            event(
                20, transition=Transition(kind=TransitionKind.DISSOLVE, frames=10), marks=("Check the lamp",)
            ),
            event(
                30, dialogue=(replace(line, speaker="Tom", text="Me."), replace(line, start=20, text="Who?"))
            ),
            event(40, media=None, available=0, source=FrameRange(0, 24)),
        ),
    )


def path_of(digest: Digest) -> str:
    return f"media/{digest.short}.mp4"


@pytest.mark.parametrize("rate", ["24", "25", "24000/1001", "30000/1001"])
@pytest.mark.parametrize("leader", [0, 48])
def test_ranges_come_back(rate: str, leader: int) -> None:
    cut = a_cut(rate, leader)
    found = format_otio.read(interchange("otio").export(cut, path_of).data)
    assert found.rate == FrameRate.parse(rate)
    shots = found.picture[1:] if leader else found.picture
    assert [clip.name for clip in shots] == [e.shot for e in cut.events]
    assert [clip.source for clip in shots] == [e.source for e in cut.events]
    assert [clip.available for clip in shots] == [FrameRange(0, 80)] * 3 + [None]
    assert [clip.url for clip in shots] == [path_of(e.media) if e.media else "" for e in cut.events]
    starts = [leader, leader + 48, leader + 96, leader + 144]
    assert [clip.record.start for clip in shots] == starts
    assert found.dissolves == ((leader + 38, 10),)


def test_voices_lie_at_their_frames_on_a_track_for_each_speaker() -> None:
    found = format_otio.read(interchange(".OTIO").export(a_cut(), path_of).data)
    assert [(clip.name, clip.record) for clip in found.voices] == [
        ("Who is there?", FrameRange(6, 66)),
        ("Me.", FrameRange(102, 162)),
        ("Who?", FrameRange(116, 168)),
    ]
    timeline = otio.adapters.read_from_string(interchange("otio").export(a_cut(), path_of).data.decode())
    assert [track.name for track in timeline.audio_tracks()] == ["A1 Mara", "A2 Tom"]


def test_a_speaker_who_interrupts_himself_gets_a_second_track() -> None:
    cut = a_cut()
    line = Dialogue(sound=VOICE, start=0, frames=30, text="One", speaker="Mara")
    events = (replace(cut.events[0], dialogue=(line, replace(line, start=10, text="Two"))), *cut.events[1:2])
    found = interchange("otio").export(replace(cut, events=events), path_of).data
    timeline = otio.adapters.read_from_string(found.decode())
    assert [track.name for track in timeline.audio_tracks()] == ["A1 Mara", "A2 Mara"]


def test_marks_dialogue_and_digests_go_along() -> None:
    cut = a_cut()
    timeline = otio.adapters.read_from_string(interchange("otio").export(cut, path_of).data.decode())
    clips = list(timeline.video_tracks()[0].find_clips())
    assert [marker.name for marker in clips[0].markers] == ["Mara: Who is there?"]
    assert clips[0].markers[0].marked_range.start_time.value == 18
    assert [marker.name for marker in clips[1].markers] == ["Check the lamp"]
    assert clips[1].media_reference.metadata["picturelock"]["digest"] == cut.events[1].media
    assert isinstance(clips[3].media_reference, otio.schema.MissingReference)
    assert timeline.global_start_time.value == 24 * 3600


def test_losses_are_said_in_words() -> None:
    losses = interchange("otio").export(a_cut(leader=24), path_of).losses
    for word in ("title card", "custom transitions", "missing medium", "mix"):
        assert any(word in sentence for sentence in losses)
    plain = replace(a_cut(), events=(replace(a_cut().events[0], transition=Transition(), dialogue=()),))
    assert interchange("otio").export(plain, path_of).losses == ()


def test_the_file_is_the_same_every_time() -> None:
    assert interchange("otio").export(a_cut(), path_of) == interchange("otio").export(a_cut(), path_of)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"\xff\xfe", b'{"OTIO_SCHEMA": "Clip.2"}', b'{"OTIO_SCHEMA": "Timeline.1"}']
)
def test_what_is_no_timeline_is_said_so(data: bytes) -> None:
    with pytest.raises(BadDocument):
        format_otio.read(data)


def test_a_timeline_of_somebody_else_is_read_by_its_own_rate() -> None:
    document = json.loads(interchange("otio").export(a_cut("24000/1001"), path_of).data)
    document["metadata"] = {}
    assert format_otio.read(json.dumps(document).encode()).rate == Fraction(24000, 1001)


def test_formats_are_listed() -> None:
    assert "otio" in formats()
    with pytest.raises(NotFound, match=r"\.nle"):
        interchange("nle")
