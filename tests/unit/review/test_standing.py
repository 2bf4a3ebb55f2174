from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.digest import Digest
from picturelock.core.ids import TakeId, UnitId
from picturelock.core.take import Review, ReviewKind
from picturelock.review.standing import Candidate, Chosen, Waiting, Wanted, read_reviews, standing

OLD, NEW = Digest.of(b"old board"), Digest.of(b"new board")
UNIT = UnitId("SC010_SH010.key")
AT = datetime(2026, 1, 1, tzinfo=UTC)


def name(n: int) -> TakeId:
    return TakeId(f"T-{n:016x}")


def take(n: int, brief: Digest = NEW, attempt: int = 0) -> Candidate:
    return Candidate(name(n), brief, attempt)


def said(*words: tuple[ReviewKind, int | None]) -> list[Review]:
    return [
        Review(
            number=number,
            unit=UNIT,
            kind=kind,
            take=None if n is None else name(n),
            by="ana",
            note=f"note {number}",
            at=AT,
        )
        for number, (kind, n) in enumerate(words)
    ]


APPROVE, REJECT, RETAKE = ReviewKind.APPROVE, ReviewKind.REJECT, ReviewKind.RETAKE


def test_a_new_unit_wants_its_first_take() -> None:
    assert standing([], [], NEW) == Wanted(0, None, (), None)


def test_a_take_waits_until_somebody_speaks() -> None:
    assert standing([take(1)], [], NEW) == Waiting((name(1),), None)
    assert standing([take(1)], said((APPROVE, 1)), NEW) == Chosen(name(1))


def test_a_rejection_asks_for_the_next_candidate_with_its_reason() -> None:
    assert standing([take(1)], said((REJECT, 1)), NEW) == Wanted(1, None, ("note 0",), name(1))
    both = [take(1), take(2, attempt=1)]
    assert standing(both, said((REJECT, 1)), NEW) == Waiting((name(2),), None)


def test_an_edit_of_the_board_leaves_the_approved_take_in_use() -> None:
    assert standing([take(1, OLD)], said((APPROVE, 1)), NEW) == Wanted(0, name(1), (), name(1))
    both = [take(1, OLD), take(2)]
    assert standing(both, said((APPROVE, 1)), NEW) == Waiting((name(2),), name(1))


def test_going_back_to_an_earlier_board_needs_nothing_new() -> None:
    both = [take(1, OLD), take(2, NEW)]
    reviews = said((APPROVE, 1), (APPROVE, 2))
    assert standing(both, reviews, NEW) == Chosen(name(2))
    assert standing(both, reviews, OLD) == Chosen(name(1))


def test_a_retake_sets_the_approved_take_aside_but_keeps_it_in_use() -> None:
    reviews = said((APPROVE, 1), (RETAKE, None))
    assert standing([take(1)], reviews, NEW) == Wanted(1, name(1), ("note 1",), name(1))
    both = [take(1), take(2, attempt=1)]
    assert standing(both, reviews, NEW) == Waiting((name(2),), name(1))
    assert standing(both, [*reviews, *said((APPROVE, 2))], NEW) == Chosen(name(2))


def test_an_approval_after_a_retake_brings_the_old_take_back() -> None:
    assert standing([take(1)], said((APPROVE, 1), (RETAKE, None), (APPROVE, 1)), NEW) == Chosen(name(1))


def test_a_rejected_take_can_be_approved_after_all() -> None:
    assert standing([take(1)], said((REJECT, 1), (APPROVE, 1)), NEW) == Chosen(name(1))
    assert standing([take(1)], said((APPROVE, 1), (REJECT, 1)), NEW) == Wanted(1, None, ("note 1",), name(1))


def test_rejecting_what_was_replaced_leaves_its_replacement_waiting() -> None:
    both = [take(1), take(2, attempt=1)]
    reviews = said((APPROVE, 1), (RETAKE, None), (REJECT, 1))
    assert standing(both, reviews, NEW) == Waiting((name(2),), None)
    assert standing(both, [*reviews, *said((REJECT, 2))], NEW) == Wanted(
        2, None, ("note 1", "note 0"), name(2)
    )


def test_reviews_of_takes_that_are_not_there_choose_nothing() -> None:
    assert standing([], said((APPROVE, 7)), NEW) == Wanted(0, None, (), None)


words = st.lists(st.tuples(st.sampled_from(list(ReviewKind)), st.integers(0, 4)), max_size=12)
candidates = st.lists(
    st.tuples(st.sampled_from([OLD, NEW]), st.integers(0, 3)), max_size=5, unique_by=lambda pair: pair
)


@given(candidates, words)
def test_every_history_has_one_meaning(
    made: list[tuple[Digest, int]], spoken: list[tuple[ReviewKind, int]]
) -> None:
    takes = [take(n, brief, attempt) for n, (brief, attempt) in enumerate(made)]
    reviews = said(*((kind, None if kind is RETAKE else n) for kind, n in spoken))
    known = read_reviews(reviews, takes)
    match standing(takes, reviews, NEW):
        case Chosen(chosen):
            assert chosen in known.approved
            assert chosen not in known.rejected
            assert next(t for t in takes if t.id == chosen).brief == NEW
        case Waiting(waiting, _):
            assert not known.rejected & set(waiting)
            assert all(next(t for t in takes if t.id == n).brief == NEW for n in waiting)
        case Wanted(attempt, standby, _, _):
            assert attempt == known.retakes
            assert standby is None or standby in known.approved


@given(words)
def test_the_last_word_on_a_take_counts(spoken: list[tuple[ReviewKind, int]]) -> None:
    reviews = said(*((kind, None if kind is RETAKE else n) for kind, n in spoken))
    known = read_reviews(reviews)
    for n in range(5):
        about = [kind for kind, m in spoken if m == n and kind is not RETAKE]
        assert (name(n) in known.approved) == (bool(about) and about[-1] is APPROVE)
        assert (name(n) in known.rejected) == (bool(about) and about[-1] is REJECT)
