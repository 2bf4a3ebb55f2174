import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from picturelock.core.board import Transition, TransitionKind
from picturelock.core.codec import canonical, from_json
from picturelock.core.digest import Digest
from picturelock.core.failures import BadDocument
from picturelock.core.frametime import FrameRange
from picturelock.core.ids import ShotCode
from picturelock.core.policy import Format
from picturelock.cut import timeline
from picturelock.cut.timeline import Body, Card, Cut, Dialogue, Dissolve, Event, Fade, Piece

CLIP = Digest.of(b"clip")
OTHER = Digest.of(b"other")


def event(number: int = 10, frames: int = 48, head: int = 12, tail: int = 12, **fields: object) -> Event:
    return Event(
        **{
            "shot": ShotCode(f"SC010_SH{number:03d}"),
            "media": Digest.of(str(number).encode()),
            "source": FrameRange(head, head + frames),
            "available": head + frames + tail,
            **fields,
        }
    )


def a_cut(*events: Event, leader: int = 0) -> Cut:
    return Cut(title="The Lamp", picture=Format(width=320, height=180), events=events, leader=leader)


def transition(kind: str, frames: int) -> Transition:
    return Transition(kind=TransitionKind(kind), frames=frames)


@st.composite
def cuts(draw: st.DrawFn) -> Cut:
    """Any cut at all, whether its transitions fit or not."""
    events = []
    for n in range(draw(st.integers(1, 6))):
        head, frames, tail = draw(st.integers(0, 20)), draw(st.integers(1, 60)), draw(st.integers(0, 20))
        has_clip = draw(st.booleans())
        events.append(
            Event(
                shot=ShotCode(f"SC010_SH{n + 1:02d}0"),
                media=Digest.of(bytes([n])) if has_clip else None,
                source=FrameRange(head, head + frames),
                available=head + frames + tail if has_clip else 0,
                transition=Transition(
                    kind=draw(st.sampled_from(list(TransitionKind))), frames=draw(st.integers(0, 30))
                ),
                fade_out=draw(st.integers(0, 30)),
            )
        )
    return Cut(title="Any", picture=Format(), events=tuple(events), leader=draw(st.integers(0, 24)))


def seen(piece: Piece) -> list[tuple[object, ...]]:
    """What each frame of a piece shows."""
    match piece:
        case Card():
            return [("card",)] * piece.frames
        case Body():
            return [(piece.shot, n) for n in range(piece.span.start, piece.span.stop)]
        case Fade():
            return [
                (piece.shot, n, "out" if piece.out else "in")
                for n in range(piece.span.start, piece.span.stop)
            ]
        case Dissolve():
            into = range(piece.into_span.start, piece.into_span.stop)
            span = range(piece.span.start, piece.span.stop)
            return [(piece.shot, a, piece.into, b) for a, b in zip(span, into, strict=True)]


@given(cuts())
def test_pieces_show_every_frame_of_every_shot_once_and_in_order(cut: Cut) -> None:
    settled, _ = timeline.settled(cut)
    film = [frame for piece in timeline.pieces(settled) for frame in seen(piece)]
    assert len(film) == cut.frames == settled.frames
    places = timeline.positions(settled)
    assert places[-1].stop == cut.frames
    for place, shot in zip(places, settled.events, strict=True):
        shown = [frame[:2] for frame in film[place.start : place.stop]]
        assert shown == [(shot.shot, n) for n in range(shot.source.start, shot.source.stop)]


@given(cuts())
def test_a_settled_cut_holds_together_and_stays_as_it_is(cut: Cut) -> None:
    settled, changes = timeline.settled(cut)
    timeline.check_cut(settled)
    assert timeline.settled(settled) == (settled, ())
    assert bool(changes) == (settled != cut)
    assert [e.source for e in settled.events] == [e.source for e in cut.events]


@given(cuts())
def test_the_incoming_shot_stands_alone_at_the_cut(cut: Cut) -> None:
    settled, _ = timeline.settled(cut)
    for piece in timeline.pieces(settled):
        if isinstance(piece, Dissolve) and piece.into_media is not None:
            incoming = next(e for e in settled.events if e.shot == piece.into)
            assert piece.into_span.stop == incoming.source.start
            assert piece.span.length == incoming.dissolve


@given(cuts())
def test_a_cut_comes_back_from_json(cut: Cut) -> None:
    assert from_json(Cut, canonical(cut)) == cut


def test_weights_are_even_and_symmetric() -> None:
    assert [timeline.dissolve_weight(n, 3) for n in range(3)] == [64, 128, 192]
    assert [timeline.fade_weight(n, 4, out=False) for n in range(4)] == [0, 64, 128, 192]
    assert [timeline.fade_weight(n, 4, out=True) for n in range(4)] == [192, 128, 64, 0]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ((), "no shots"),
        ((event(frames=0),), "no length"),
        ((event(available=30),), "its clip has 30 frames"),
        ((event(transition=transition("dissolve", 8)),), "nothing to dissolve from"),
        ((event(10), event(20, transition=transition("dissolve", 13))), "needs as much head handle"),
        ((event(10, fade_out=4), event(20, transition=transition("dissolve", 8))), "fades out"),
        ((event(frames=8, fade_out=9),), "too few for its transitions"),
        ((event(fade_out=-1),), "less than no frames"),
    ],
)
def test_what_does_not_hold_together_is_said(events: tuple[Event, ...], message: str) -> None:
    with pytest.raises(BadDocument, match=message):
        timeline.pieces(a_cut(*events))


def test_dialogue_is_placed_in_the_film() -> None:
    line = Dialogue(sound=CLIP, start=6, frames=30, text="Who is there?")
    film = a_cut(
        event(10), event(20, dialogue=(line,)), event(30, dialogue=(replace(line, text=""),)), leader=24
    )
    assert [start for start, _ in timeline.speeches(film)] == [24 + 48 + 6, 24 + 96 + 6]
    assert [(c.start, c.text) for c in timeline.captions(film)] == [(78, "Who is there?")]
    assert timeline.positions(film)[0] == FrameRange(24, 72)


def test_handles_are_what_is_left_of_the_clip() -> None:
    shot = event(head=10, tail=7)
    assert (shot.head, shot.tail, shot.frames) == (10, 7, 48)
    assert event(media=None, available=0).tail == 0
