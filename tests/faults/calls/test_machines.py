"""Machines that die, or lose the network, while several work for one production and its money is out.

Two machines with their own network, host name and TCP share a database, two vendors and a vault. A person hands in the
work from a third. The vendors' own books say afterwards what happened there.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from picturelock.core.failures import MissingExtra
from picturelock.core.paidcall import Phase, Submitting
from picturelock.db.connection import open_database
from picturelock.engine import pulse
from picturelock.generate import calls
from picturelock.generate.calls import OpenCall
from picturelock.testing.emulators.faults import Fault, Rule
from picturelock.testing.emulators.remote import Remote, process
from picturelock.testing.film import CLIPS, Film, copy, screenplay, surroundings
from picturelock.testing.machines import DATABASE, VENDORS, Machine, Site, site
from picturelock.testing.postgres import Server, server
from picturelock.testing.reckoning import Reckoning

pytestmark = pytest.mark.slow

SHOTS = 12
PATIENCE_S = 200.0

#: Waiting times of Picturelock's, so much shorter. Not more: a silent machine is taken for dead after a minute of real
#: time, and a doubtful call must not be looked up before what that machine sent can have arrived.
PACE = 0.2
SPEED = 25
SLOW_ANSWER_S = 3.0

Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def place() -> Iterator[Site]:
    with ExitStack() as stack:
        try:
            found = stack.enter_context(site())
        except MissingExtra as missing:
            pytest.skip(
                f"no machine with a network of its own can be made here: {missing.message}. {missing.remedy}"
            )
        yield found


@pytest.fixture(scope="module")
def servant(place: Site) -> Iterator[Server]:
    with server(listen=place.address(DATABASE)) as one:
        yield one


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production that has everything but its clips; every other one is to be bought from the other vendor."""
    home = tmp_path_factory.mktemp("board")
    (home / "weather.fountain").write_text(screenplay(SHOTS), "utf-8")
    Film(home, {}).must("init", "film", "--script", "weather.fountain", "--size", "640x360", "--auto-approve")
    folder = home / "film"
    Film(folder, {}).must("run", "--until", "keyframes")
    kind = "            kind: clip\n"
    head, *units = (folder / "board.yaml").read_text("utf-8").split(kind)
    makers = [f"            provider: {CLIPS[('kling', 'runway')[n % 2]]}\n" for n in range(len(units))]
    text = head + "".join(kind + maker + unit for maker, unit in zip(makers, units, strict=True))
    (folder / "board.yaml").write_text(text, "utf-8")
    with (folder / "production.yaml").open("a", encoding="utf-8") as settings:
        settings.write("profile: unattended\ncaps: {money: 500USD}\n")
    return folder


@pytest.fixture
def suppliers() -> Iterator[dict[str, Remote]]:
    hurried = ("--time-scale", str(SPEED))
    with process("kling", *hurried) as kling, process("runway", *hurried) as runway:
        yield {"kling": kling, "runway": runway}


@dataclass
class Crew:
    """A production on a server, and who works for it."""

    film: Film
    suppliers: dict[str, Remote]
    environment: dict[str, str]
    address: str
    at_work: dict[str, "subprocess.Popen[str]"]

    def begin(self, machine: Machine) -> None:
        worker = machine.start(
            "worker", "--name", machine.name, cwd=self.film.folder, environment=self.environment
        )
        self.at_work[machine.name] = worker
        assert worker.stdout is not None
        said = worker.stdout.readline()
        assert said.startswith("Working"), said + worker.stdout.read()

    def hand_in(self) -> None:
        """From a third place, whose person goes home when it is in."""
        run = self.film.start("run", "--until", "clips")
        self.at_work["run"] = run
        self.await_(lambda: bool(self.calls()), "the work is handed in")
        os.killpg(run.pid, signal.SIGINT)

    def calls(self) -> list[OpenCall]:
        with open_database(self.address, create=False) as facts, facts.read() as connection:
            return calls.calls_of(connection, self.film.name)

    def out(self, name: str) -> list[OpenCall]:
        """Calls whose request a worker has in its hands."""
        return [
            call
            for call in self.calls()
            if call.state.phase is Phase.SUBMITTING
            and isinstance(told := call.told[-1].event, Submitting)
            and told.worker.endswith(f"-{name}")
        ]

    def keeper(self, vendor: str) -> str:
        with open_database(self.address, create=False) as facts:
            return (pulse.holder(facts, f"desk:{vendor}") or "").rpartition("-")[2]

    def known(self) -> set[str]:
        """Machines that nobody takes for dead. Who handed the work in may be on the way home still."""
        with open_database(self.address, create=False) as facts:
            return {worker.identity.rpartition("-")[2] for worker in pulse.workers(facts)} & {"a", "b"}

    def in_the_middle(self, name: str) -> None:
        """A worker has a request out, and others are still to be sent."""

        def there() -> bool:
            phases = [call.state.phase for call in self.calls()]
            assert Phase.RESERVED in phases or len(phases) < SHOTS, f"{name} had no request out in time"
            return bool(self.out(name))

        self.await_(there, f"{name} has a request out")

    def done(self) -> None:
        """Until nothing goes on by itself any more."""
        ended = {*(phase for phase in Phase if phase.ended), Phase.UNRESOLVED}

        def there() -> bool:
            phases = [call.state.phase for call in self.calls()]
            return len(phases) >= SHOTS and ended.issuperset(phases)

        self.await_(there, "every call has ended")

    def await_(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                stand = [(call.call.id, call.call.vendor, call.state.phase.value) for call in self.calls()]
                raise AssertionError(f"never came: {what}; {stand}")
            time.sleep(0.1)

    def go_home(self) -> None:
        """Everybody who lives stops in good order."""
        self.at_work.pop("run").wait(PATIENCE_S)
        for name, worker in self.at_work.items():
            if worker.poll() is None:
                worker.terminate()
                said, _ = worker.communicate(timeout=PATIENCE_S)
                assert worker.returncode == 0, f"{name}: {said}"
        with open_database(self.address, create=False) as facts:
            assert not pulse.workers(facts)

    def books(self, record: Record) -> dict[str, Reckoning]:
        """What the vendors' books and ours say, once a last run finds nothing to do."""
        code, said = self.film.command("run", "--until", "clips", "--json")
        report = json.JSONDecoder().raw_decode(said)[0]["run"]
        found = {name: self.film.reckon(remote) for name, remote in self.suppliers.items()}
        for name, book in found.items():
            record(name, str(book))
            sys.stdout.write(f"{book}\n")
        known = self.calls()
        made = {call.call.unit for call in known if call.state.phase is Phase.SETTLED}
        waiting = {call.call.unit: call for call in known if call.state.phase is Phase.UNRESOLVED}
        assert len(made | waiting.keys()) == SHOTS, (code, said)
        assert set(report["held"]) == {str(unit) for unit in waiting}
        assert not report["failed"], report
        assert all(call.state.note for call in waiting.values())
        return found


@pytest.fixture
def crew(board: Path, suppliers: dict[str, Remote], servant: Server, tmp_path: Path) -> Iterator[Crew]:
    folder = copy(board, tmp_path / "film")
    environment = surroundings(suppliers) | {"PICTURELOCK_PACE": str(PACE)}
    environment |= {f"PICTURELOCK_{name.upper()}_CONCURRENCY": "2" for name in suppliers}
    with servant.database() as url:
        film = Film(folder, environment)
        film.must("move", "--to", url)
        for remote in suppliers.values():
            remote.misbehave(Rule(fault=Fault.LATE, count=0, seconds=SLOW_ANSWER_S))
        afar = servant.from_afar(url)
        one = Crew(film, suppliers, environment | {"PICTURELOCK_DATABASE": afar}, url, {})
        try:
            yield one
        finally:
            for worker in one.at_work.values():
                if worker.poll() is None:
                    worker.kill()
                worker.communicate()


@pytest.mark.long
@pytest.mark.parametrize("hosts", [("studio", "studio"), ("alpha", "beta")], ids=["one name", "two names"])
def test_a_machine_that_dies_is_replaced_by_the_other(
    hosts: tuple[str, str], place: Site, crew: Crew, record_property: Record
) -> None:
    """Of two machines with one host name the free lock tells at once; otherwise only silence does."""
    a, b = (place.machine(name, host) for name, host in zip("ab", hosts, strict=True))
    crew.begin(a)
    crew.await_(lambda: all(crew.keeper(vendor) == "a" for vendor in CLIPS), "a keeps the desks")
    crew.hand_in()
    # Alone until here, or the others may send all requests between them.
    crew.in_the_middle("a")
    assert a.die()
    crew.begin(b)
    crew.done()
    # An account whose calls had all ended before is taken over when its lease has run out, and nothing waits for it.
    crew.await_(lambda: all(crew.keeper(vendor) == "b" for vendor in CLIPS), "b keeps the desks")
    assert crew.known() == {"b"}
    crew.go_home()
    assert all(book.clean for book in crew.books(record_property).values())


@pytest.mark.long
@pytest.mark.parametrize("lost", [(DATABASE, VENDORS), (DATABASE,)], ids=["all", "database"])
def test_a_machine_that_comes_back_after_it_was_taken_for_dead_spoils_nothing(
    lost: tuple[str, ...], place: Site, crew: Crew, record_property: Record
) -> None:
    a, b = place.machine("a", "alpha"), place.machine("b", "beta")
    crew.begin(a)
    crew.await_(lambda: all(crew.keeper(vendor) == "a" for vendor in CLIPS), "a keeps the desks")
    crew.hand_in()
    crew.in_the_middle("a")
    a.cut(*lost)
    crew.begin(b)
    crew.await_(lambda: crew.known() == {"b"}, "a is taken for dead")
    crew.await_(lambda: all(crew.keeper(vendor) == "b" for vendor in CLIPS), "b keeps the desks")
    a.mend(*lost)
    crew.await_(lambda: crew.known() == {"a", "b"}, "a is back")
    crew.done()
    crew.go_home()
    assert all(book.clean for book in crew.books(record_property).values())


def test_short_cuts_of_one_network_and_then_the_other_spoil_nothing(
    place: Site, crew: Crew, record_property: Record
) -> None:
    a, b = place.machine("a", "alpha"), place.machine("b", "beta")
    crew.begin(a)
    crew.await_(lambda: all(crew.keeper(vendor) == "a" for vendor in CLIPS), "a keeps the desks")
    crew.hand_in()
    crew.in_the_middle("a")
    crew.begin(b)
    for network in (VENDORS, DATABASE):
        a.cut(network)
        # Shorter than the silence of a dead machine, longer than both ends need to see that nothing arrives.
        time.sleep(15.0)
        a.mend(network)
    crew.done()
    assert crew.known() == {"a", "b"}
    crew.go_home()
    assert all(book.clean for book in crew.books(record_property).values())


HALF_SENT = """
import sys
import httpx
from picturelock.generate.wire import FAILURES, Wire, passage, timeouts

class Body(httpx.SyncByteStream):
    def __iter__(self):
        yield b"a" * 1000
        print("half of it is out", flush=True)
        sys.stdin.readline()
        yield b"b" * 1000

request = httpx.Request(
    "POST", sys.argv[1], headers={"host": "vendor", "content-length": "2000"}, stream=Body(),
    extensions=timeouts(connect=5, read=60, write=5),
)
with passage(3.0):
    try:
        with Wire().send(request):
            print("answered", flush=True)
    except FAILURES:
        print("lost", flush=True)
sys.stdin.readline()
"""

HOLDS = """
import sys
from threading import Thread
from picturelock.db.connection import open_database

facts = open_database(sys.argv[1])

def write(wait):
    try:
        with facts.write():
            print("writes", flush=True)
            wait()
    except Exception as error:
        print(type(error).__name__, flush=True)

writers = [Thread(target=write, args=(sys.stdin.readline,)) for _ in range(3)]
for writer in writers:
    writer.start()
for writer in writers:
    writer.join()
"""


def test_a_request_that_counts_as_lost_does_not_leave_when_the_cable_is_back(
    place: Site, tmp_path: Path
) -> None:
    a = place.machine("a", "alpha")
    with socket.create_server(("127.0.0.1", 0)) as vendor:
        address = f"http://127.0.0.1:{vendor.getsockname()[1]}/"
        sender = a.python("-c", HALF_SENT, address, cwd=tmp_path, environment={})
        assert sender.stdin is not None
        assert sender.stdout is not None
        assert sender.stdout.readline() == "half of it is out\n"
        line, _ = vendor.accept()
        with line:
            arrived = len(line.recv(1 << 16))
            a.cut(VENDORS)
            sender.stdin.write("\n")
            sender.stdin.flush()
            assert sender.stdout.readline() == "lost\n"
            a.mend(VENDORS)
            # Longer than a system waits before it sends again what nobody has confirmed.
            line.settimeout(12.0)
            late = 0
            with suppress(ConnectionError, TimeoutError):
                while more := len(line.recv(1 << 16)):
                    late += more
        sender.communicate("\n")
    assert arrived
    assert not late


def test_a_machine_that_was_cut_off_while_it_wrote_does_not_hold_up_the_others(
    place: Site, servant: Server, tmp_path: Path
) -> None:
    """Three writers of it stand in line: each would keep its turn until the server misses a word from it."""
    a = place.machine("a", "alpha")
    log = servant.folder / "log"
    before = len(log.read_bytes())
    with servant.database() as url, open_database(url) as facts:
        writers = a.python("-c", HOLDS, servant.from_afar(url), cwd=tmp_path, environment={})
        assert writers.stdout is not None
        assert writers.stdout.readline() == "writes\n"
        a.cut(DATABASE)
        with facts.write():
            pass
        # Two never get their turn; the one that had it finds out when it goes on.
        assert all(writers.stdout.readline() == "OperationalError\n" for _ in range(2))
        said, _ = writers.communicate("\n")
        assert said == "OperationalError\n"
    # One that has its turn and says nothing is waited for much longer.
    assert b"idle-in-transaction" not in log.read_bytes()[before:]
