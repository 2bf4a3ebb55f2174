"""What all emulators share: book, time, chance, faults, files, callbacks. A vendor lends its paths."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from picturelock.core.failures import BadDocument, NotFound
from picturelock.media.decode import frames
from picturelock.media.picture import read
from picturelock.testing.emulators.book import Book, Statement, posted, read_statement
from picturelock.testing.emulators.clock import VirtualClock
from picturelock.testing.emulators.faults import FailureMix, Fault, Plan, Point, Rule, read_rules
from picturelock.testing.emulators.media import Kind, Studio, Wanted, filled
from picturelock.testing.emulators.mix import PRODUCTION
from picturelock.testing.emulators.registry import emulator, kind, names
from picturelock.testing.emulators.remote import process

Start = Callable[..., Any]
NOW = datetime(2026, 11, 21, tzinfo=UTC)


# --- clock


def test_time_stands_still_until_it_is_pushed_and_never_goes_back() -> None:
    clock = VirtualClock(0.0, NOW)
    assert clock.now() == NOW
    assert clock.advance(90) == NOW + timedelta(seconds=90)
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)


@given(st.lists(st.floats(0, 1e6), max_size=8))
def test_pushes_add_up(pushes: list[float]) -> None:
    clock = VirtualClock(0.0, NOW)
    for seconds in pushes:
        clock.advance(seconds)
    assert abs((clock.now() - NOW).total_seconds() - sum(pushes)) < 1e-3


def test_jobs_end_while_nobody_asks(kling: Start, mailbox: Any) -> None:
    customer = kling(time_scale=2000.0)
    customer.took(callback_url=mailbox.url)
    assert [mailbox.letter()[1]["data"]["task_status"] for _ in range(2)] == ["processing", "succeed"]


# --- book

amounts = st.decimals(min_value=-1000, max_value=1000, places=3)


@given(st.lists(st.tuples(st.sampled_from("abc"), amounts), max_size=30))
def test_the_net_is_the_sum_of_what_moved_and_of_every_jobs_net(moves: list[tuple[str, Decimal]]) -> None:
    book = Book("vendor", "UNITS", Decimal("0.14"))
    for job, amount in moves:
        if amount < 0:
            book.refund(NOW, job, -amount, "back")
        else:
            book.charge(NOW, job, amount, "taken")
    statement = book.statement()
    assert book.net() == statement.net() == posted(statement.postings) == sum(a for _, a in moves)
    assert sum(statement.charged().values(), Decimal(0)) == book.net()
    assert all(book.net(job) == amount for job, amount in statement.charged().items())
    assert read_statement(msgspec.json.encode(statement)) == statement


def test_a_book_in_a_file_outlives_an_emulator_that_is_killed(tmp_path: Path, data_uri: str) -> None:
    kept = tmp_path / "book.sqlite"
    arguments = ["-m", "picturelock.testing.emulators", "runway", "--book", str(kept), "--time-scale", "0"]
    running = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    about = json.loads(running.stdout.readline())
    headers = {"Authorization": "Bearer key_" + "0" * 32, "X-Runway-Version": "2024-11-06"}
    body = {"model": "gen4_turbo", "promptImage": data_uri, "ratio": "1280:720", "duration": 2}
    answer = httpx.post(f"{about['url']}/v1/image_to_video", json=body, headers=headers)
    running.kill()
    running.wait()
    running.stdout.close()
    with sqlite3.connect(kept) as base:
        rows = dict(base.execute("SELECT kind, body FROM entries").fetchall())
    base.close()
    assert json.loads(rows["accepted"])["job"] == answer.json()["id"]
    assert json.loads(rows["posting"])["amount"] == "10"


def test_a_book_in_json_is_written_when_the_emulator_ends(tmp_path: Path, data_uri: str) -> None:
    kept = tmp_path / "book.json"
    with emulator("runway", time_scale=0.0, book_file=str(kept)).serve() as vendor:
        expected = vendor.book.statement()
    assert read_statement(kept.read_bytes()) == expected


# --- chance and faults


def test_everything_is_the_same_again_whatever_came_in_between(runway: Start) -> None:
    def history(*prompts: str) -> dict[str, list[tuple[str, float]]]:
        customer = runway(Rule(fault=Fault.FAILS, count=0, chance=0.5), tier=5, seed=11)
        begin = customer.vendor.clock.now()
        jobs = {prompt: customer.took(promptText=prompt) for prompt in prompts}
        customer.vendor.advance(1000)
        told = customer.vendor.book.statement().jobs()
        return {
            prompt: [(c.state, (c.at - begin).total_seconds()) for c in told[job].states]
            for prompt, job in jobs.items()
        }

    one, other = history("a", "b", "c", "d"), history("d", "x", "a")
    assert one["a"] == other["a"]
    assert one["d"] == other["d"]
    assert {states[-1][0] for states in {**one, **other}.values()} == {"SUCCEEDED", "FAILED"}


def test_another_seed_is_another_world(runway: Start) -> None:
    ids = {runway(seed=seed).took() for seed in (1, 2)}
    assert len(ids) == 2


@given(
    first=st.integers(1, 6), count=st.integers(0, 6), events=st.integers(0, 20), seed=st.integers(0, 1 << 32)
)
def test_a_rule_strikes_the_events_that_it_counts_to(first: int, count: int, events: int, seed: int) -> None:
    plan = Plan(seed, (Rule(fault=Fault.UNAVAILABLE, first=first, count=count),))
    struck = [n for n in range(1, events + 1) if plan.strikes(Point.SUBMIT, "/any", f"{n}")]
    last = first + count - 1 if count else events
    assert struck == list(range(first, min(last, events) + 1))


@given(st.permutations(range(40)), st.integers(0, 1 << 32))
def test_chance_does_not_depend_on_the_order_of_arrival(order: list[int], seed: int) -> None:
    rule = Rule(fault=Fault.UNAVAILABLE, count=0, chance=0.4)

    def struck(events: list[int]) -> set[int]:
        plan = Plan(seed, (rule,))
        return {n for n in events if plan.strikes(Point.SUBMIT, "/any", f"{n}")}

    assert struck(order) == struck(sorted(order))


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b'[{"fault": "no such fault"}]',
        b'[{"fault": "hangs", "at": "submit"}]',
        b'[{"fault": "lost_after", "at": "callback"}]',
        b'[{"fault": "lost_after", "first": 0}]',
        b'[{"fault": "lost_after", "chance": 1.5}]',
        b'[{"fault": "lost_after", "sometimes": true}]',
    ],
)
def test_rules_without_sense_are_refused(text: bytes) -> None:
    with pytest.raises(BadDocument):
        read_rules(text)


def test_an_answer_lost_before_leaves_nothing_and_one_lost_after_leaves_a_job(runway: Start) -> None:
    customer = runway(Rule(fault=Fault.LOST_BEFORE), Rule(fault=Fault.LOST_AFTER, first=2))
    for jobs in (0, 1):
        with pytest.raises(httpx.RemoteProtocolError):
            customer.order()
        assert len(customer.vendor.book.statement().accepted) == jobs
    statement = customer.vendor.book.statement()
    assert [(r.fault, r.status, bool(r.job)) for r in statement.requests] == [
        ("lost_before", 0, False),
        ("lost_after", 0, True),
    ]
    assert [f.fault for f in statement.faults] == ["lost_before", "lost_after"]


def test_an_answer_can_come_later_than_the_customer_waits(runway: Start) -> None:
    customer = runway(Rule(fault=Fault.LATE, seconds=60))
    customer.http.timeout = httpx.Timeout(0.5)
    with pytest.raises(httpx.ReadTimeout):
        customer.order()
    assert len(customer.vendor.book.statement().accepted) == 1


@pytest.mark.parametrize(
    ("fault", "status", "hint"),
    [
        (Fault.RATE_LIMITED, 429, None),
        (Fault.RATE_LIMITED_WITH_HINT, 429, "3"),
        (Fault.SERVER_ERROR, 500, None),
        (Fault.BAD_GATEWAY, 502, None),
        (Fault.UNAVAILABLE, 503, None),
    ],
)
@pytest.mark.parametrize("vendor", ["runway", "kling"])
def test_a_request_that_is_turned_away_does_nothing(
    request: pytest.FixtureRequest, vendor: str, fault: Fault, status: int, hint: str | None
) -> None:
    customer = request.getfixturevalue(vendor)(Rule(fault=fault, seconds=3))
    answer = customer.order()
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, hint)
    assert not customer.vendor.book.statement().accepted
    assert customer.order().status_code == 200


def test_faults_of_requests_can_strike_questions_and_downloads_too(runway: Start) -> None:
    customer = runway(
        Rule(fault=Fault.UNAVAILABLE, at=Point.READ, path="/v1/tasks"),
        Rule(fault=Fault.SERVER_ERROR, at=Point.FILE),
        Rule(fault=Fault.LOST_BEFORE, at=Point.FILE, first=2),
    )
    task = customer.took()
    customer.vendor.advance(300)
    assert customer.http.get("/v1/organization").status_code == 200
    assert customer.http.get(f"/v1/tasks/{task}").status_code == 503
    link = customer.task(task)["output"][0]
    assert httpx.get(link).status_code == 500
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(link)
    assert httpx.get(link).status_code == 200


# --- files


@pytest.fixture
def finished(runway: Start) -> Callable[..., tuple[Any, str]]:
    """A customer and the link to a clip that is ready."""

    def make(*rules: Rule, **settings: Any) -> tuple[Any, str]:
        customer = runway(*rules, **settings)
        task = customer.took(duration=2)
        customer.vendor.advance(300)
        return customer, customer.task(task)["output"][0]

    return make


def test_a_file_is_the_same_each_time_and_can_be_had_in_parts(finished: Any) -> None:
    _, link = finished()
    whole = httpx.get(link)
    size = len(whole.content)
    assert whole.headers["content-type"] == "video/mp4"
    part = httpx.get(link, headers={"Range": f"bytes=100-{size - 2}"})
    assert (part.status_code, part.content) == (206, whole.content[100:-1])
    assert part.headers["content-range"] == f"bytes 100-{size - 2}/{size}"
    assert httpx.get(link, headers={"Range": "bytes=-5"}).content == whole.content[-5:]
    beyond = httpx.get(link, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    head = httpx.head(link)
    assert (head.headers["content-length"], head.content) == (str(size), b"")


def test_a_file_that_breaks_off_promises_more_than_it_brings(finished: Any) -> None:
    _, link = finished(Rule(fault=Fault.TRUNCATED_FILE))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(link)
    assert httpx.get(link).status_code == 200


def test_a_corrupt_file_has_the_right_length_and_wrong_bytes(finished: Any) -> None:
    _, link = finished(Rule(fault=Fault.CORRUPT_FILE))
    corrupt, right = httpx.get(link).content, httpx.get(link).content
    assert len(corrupt) == len(right)
    assert corrupt != right
    assert corrupt[:20] == right[:20]


def test_a_slow_file_comes_whole_to_whoever_waits(finished: Any) -> None:
    _, link = finished(
        Rule(fault=Fault.SLOW_FILE, seconds=0.2), Rule(fault=Fault.SLOW_FILE, first=2, seconds=9)
    )
    whole = httpx.get(link, timeout=30).content
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(link, timeout=0.5)
    assert httpx.get(link).content == whole


def test_a_model_draws_the_same_again_and_another_version_something_else() -> None:
    wanted = Wanted(kind=Kind.IMAGE, size=(320, 180), prompt="A house", seed=1)
    assert Studio().make(wanted) == Studio().make(wanted)
    others = [wanted.of_version("other"), Wanted(kind=Kind.IMAGE, size=(320, 180), prompt="A house", seed=2)]
    assert len({Studio().make(one) for one in (wanted, *others)}) == 3


def test_careful_pictures_come_from_every_vendor_too(runway: Start, still: bytes, tmp_path: Path) -> None:
    customer = runway(careful_pictures=True, longest_side=320)
    task = customer.took(duration=2)
    customer.vendor.advance(300)
    path = tmp_path / "clip.mp4"
    path.write_bytes(httpx.get(customer.task(task)["output"][0], timeout=60).content)
    first = next(iter(frames(path))).bgr().astype(int)
    assert abs(first - filled(read(still), (320, 180))).mean() < 4


# --- callbacks


def statuses(mailbox: Any, count: int) -> list[str]:
    return [mailbox.letter()[1]["data"]["task_status"] for _ in range(count)]


def test_a_callback_can_come_twice(kling: Start, mailbox: Any) -> None:
    customer = kling(Rule(fault=Fault.DOUBLED_CALLBACK, first=2))
    customer.took(callback_url=mailbox.url)
    customer.vendor.advance(600)
    assert statuses(mailbox, 3) == ["processing", "succeed", "succeed"]


def test_callbacks_can_come_in_the_wrong_order(kling: Start, mailbox: Any) -> None:
    customer = kling(Rule(fault=Fault.LATE_CALLBACK, seconds=10_000))
    customer.took(callback_url=mailbox.url)
    customer.vendor.advance(600)
    assert statuses(mailbox, 2) == ["succeed", "processing"]


def test_a_callback_can_be_late_or_never_come(kling: Start, mailbox: Any) -> None:
    customer = kling(Rule(fault=Fault.LOST_CALLBACK), Rule(fault=Fault.LATE_CALLBACK, first=2, seconds=3600))
    customer.took(callback_url=mailbox.url)
    customer.vendor.advance(600)
    assert mailbox.empty()
    customer.vendor.advance(3600)
    assert statuses(mailbox, 1) == ["succeed"]
    struck = [fault.fault for fault in customer.vendor.book.statement().faults]
    assert struck == ["lost_callback", "late_callback"]


def test_a_receiver_that_is_not_well_is_told_again(kling: Start, mailbox: Any) -> None:
    mailbox.answers = [500, 200, 200]
    customer = kling(time_scale=1000.0)
    customer.took(callback_url=mailbox.url)
    assert sorted(statuses(mailbox, 3)) == ["processing", "processing", "succeed"]


# --- the mix of a production


def test_a_production_meets_refusals_losses_and_flawed_pictures_and_the_book_knows_each(
    runway: Start,
) -> None:
    customer = runway(failure_mix=FailureMix.PRODUCTION, tier=5, seed=5)
    order = {"path": "/v1/text_to_image", "model": "gen4_image", "promptImage": None, "duration": None}
    answers: list[int] = []
    for n in range(120):
        try:
            answers.append(customer.order(**order, promptText=f"A house, {n}").status_code)
        except httpx.RemoteProtocolError:
            answers.append(0)
    customer.vendor.advance(10_000)
    statement = customer.vendor.book.statement()
    assert {200, 429, 503} <= set(answers)
    assert 0 in answers
    assert len(statement.accepted) == answers.count(200) + sum(
        f.fault == "lost_after" for f in statement.faults
    )
    flawed = sum(bool(accepted.flaw) for accepted in statement.accepted)
    rates = PRODUCTION.stills
    expected = sum(rates.flaws.values()) / rates.calls
    assert abs(flawed / len(answers) - expected) < 0.15
    charged = sum(max(job.charged, Decimal(0)) for job in statement.jobs().values())
    assert statement.net() == charged


# --- setting up, and a process of its own


def test_settings_that_do_not_exist_or_do_not_fit_are_refused() -> None:
    for settings in ({"tire": 2}, {"tier": "high"}):
        with pytest.raises(BadDocument):
            kind("runway").from_text(dict(settings))
    with pytest.raises(BadDocument):
        emulator("runway", tire=2)
    with pytest.raises(NotFound, match="no emulator"):
        kind("sora")
    assert {"runway", "kling"} <= set(names())


def test_a_vendor_whose_library_is_missing_says_what_to_install() -> None:
    line = (
        "import sys; sys.modules['runwayml'] = None; from picturelock.testing.emulators.registry import kind"
    )
    ask = "\ntry: kind('runway')\nexcept Exception as error: print(type(error).__name__, error.remedy)"
    done = subprocess.run([sys.executable, "-c", line + ask], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "MissingExtra Run: pip install 'picturelock[emulators]'"


def test_a_reset_forgets_jobs_book_and_added_faults_but_not_the_settings(runway: Start) -> None:
    customer = runway(Rule(fault=Fault.UNAVAILABLE))
    customer.vendor.misbehave(Rule(fault=Fault.SERVER_ERROR, count=0))
    assert customer.order().status_code == 503
    customer.vendor.reset()
    assert [customer.order().status_code for _ in range(2)] == [503, 200]
    customer.vendor.reset()
    assert customer.vendor.book.statement().accepted == ()


@pytest.mark.parametrize("vendor", ["runway", "kling"])
def test_each_vendor_runs_as_a_process_that_is_steered_over_http(
    vendor: str, tmp_path: Path, data_uri: str
) -> None:
    rules = tmp_path / "faults.json"
    rules.write_text('[{"fault": "unavailable"}]')
    arguments = ("--time-scale", "0", "--seed", "3", "--faults", str(rules))
    with process(vendor, *arguments, longest_side=160) as remote:
        assert remote.about()["vendor"] == vendor
        before = datetime.fromisoformat(remote.about()["now"])
        assert remote.advance(60) - before == timedelta(seconds=60)
        remote.misbehave(Rule(fault=Fault.FAILS))
        paths = {"runway": "/v1/image_to_video", "kling": "/v1/videos/image2video"}
        assert [httpx.post(remote.base_url + paths[vendor]).status_code for _ in range(2)] == [503, 401]
        statement = remote.statement()
        assert isinstance(statement, Statement)
        assert [request.status for request in statement.requests] == [503, 401]
        remote.reset()
        assert remote.statement().requests == ()


def test_the_emulators_own_requests_refuse_nonsense(runway: Start) -> None:
    customer = runway()
    assert customer.http.post("/_emulator/advance?seconds=-1").status_code == 400
    assert customer.http.post("/_emulator/faults", content=b"nonsense").status_code == 400


def test_a_command_line_with_an_unknown_setting_ends_with_a_word() -> None:
    arguments = ["-m", "picturelock.testing.emulators", "kling", "--option", "colour=red"]
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "colour" in done.stderr
