"""What is counted crosses a red line, is near it or clear of it; what nobody counted is none of these."""

from decimal import Decimal

import pytest

from picturelock.ledger.redlines import RedLine, Signs, Standing, Work, red_lines

CLEAR, NEAR, CROSSED, UNKNOWN = Standing.CLEAR, Standing.NEAR, Standing.CROSSED, Standing.NOT_MEASURED


def lines(signs: Signs, name: str) -> list[RedLine]:
    return [line for line in red_lines(signs) if line.name == name]


def test_before_anything_was_made_nothing_is_crossed_and_what_nobody_measured_is_not_clear() -> None:
    standings = {line.name: line.standing for line in red_lines(Signs())}
    assert standings == {
        "iterations": CLEAR,
        "revision": CLEAR,
        "tracking": UNKNOWN,
        "reproduction": UNKNOWN,
        "drift": UNKNOWN,
    }


@pytest.mark.parametrize(
    ("count", "standing"), [(1, CLEAR), (23, CLEAR), (24, NEAR), (30, NEAR), (31, CROSSED)]
)
def test_calls_for_a_clip(count: int, standing: Standing) -> None:
    [line] = lines(Signs(iterations={"a": count, "b": 1}), "iterations")
    assert (line.subject, line.standing, bool(line.advice)) == ("a", standing, standing is not CLEAR)


def test_every_clip_that_is_near_is_named_the_worst_first() -> None:
    told = lines(Signs(iterations={"a": 25, "b": 40, "c": 2}), "iterations")
    assert [(line.subject, line.standing) for line in told] == [("b", CROSSED), ("a", NEAR)]


@pytest.mark.parametrize(
    ("original", "revision", "standing"),
    [
        (600, 59, CLEAR),  # under a minute is no sign of anything
        (10, 59, CLEAR),
        (600, 479, CLEAR),
        (600, 480, NEAR),
        (600, 600, NEAR),
        (600, 601, CROSSED),
        (0, 60, CROSSED),
    ],
)
def test_time_for_revisions(original: int, revision: int, standing: Standing) -> None:
    work = {"SC010_SH010": Work(original=Decimal(original), revision=Decimal(revision))}
    [line] = lines(Signs(work=work), "revision")
    assert line.standing is standing
    assert bool(line.advice) == (standing is not CLEAR)


@pytest.mark.parametrize(
    ("tracking", "making", "standing"),
    [(0, 0, CLEAR), (7, 10, CLEAR), (8, 10, NEAR), (11, 10, CROSSED), (1, 0, CROSSED)],
)
def test_minutes_of_keeping_track(tracking: int, making: int, standing: Standing) -> None:
    [line] = lines(Signs(tracking=tracking, making=making), "tracking")
    assert line.standing is standing
    assert bool(line.advice) == (standing is not CLEAR)


@pytest.mark.parametrize(
    ("attempts", "standing"), [(1, CLEAR), (8, NEAR), (9, NEAR), (10, CROSSED), (25, CROSSED)]
)
def test_attempts_to_bring_an_approved_shot_back(attempts: int, standing: Standing) -> None:
    [line] = lines(Signs(reproductions={"SC010_SH010": attempts}), "reproduction")
    assert (line.subject, line.standing) == ("SC010_SH010", standing)


def test_every_shot_that_came_back_is_clear() -> None:
    [line] = lines(Signs(reproductions={}), "reproduction")
    assert (line.subject, line.standing, line.advice) == ("", CLEAR, "")


def test_a_model_that_changed_under_a_locked_shot() -> None:
    [line] = lines(Signs(drifts=()), "drift")
    assert line.standing is CLEAR
    shots = tuple(f"SC010_SH{n:02d}0" for n in range(1, 8))
    [line] = lines(Signs(drifts=shots), "drift")
    assert (line.standing, line.subject) == (CROSSED, shots[0])
    assert line.found.startswith("7 locked: SC010_SH010")
