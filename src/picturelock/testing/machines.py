"""Several machines on one computer, and two networks between them whose cables can be pulled.

A machine is a network namespace of Linux with a host name of its own: its own addresses, its own TCP, its own time to
notice that nobody answers. Processes of different machines share only the disk and the clock. One network leads to the
database and one to the vendors; the test's own process is on both.

A key travels over http to no address but a loopback one, and that rule stays. Here ``127.0.0.1`` is *routed*: a machine
has none of its own, and sends what goes there over the cable to the vendors, as an administrator could set it up. So
what a worker sends is in the machine's own hands, and stops when the cable is pulled.

Linux only, as root. Everything is gone when the process that made it is, even if that was killed.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from picturelock.core.failures import MissingExtra

DATABASE, VENDORS = "database", "vendors"
"""The two networks."""

_NETWORKS = {DATABASE: "198.18", VENDORS: "198.19"}  # addresses that are set aside for trying networks out
_TOOLS = ("ip", "unshare", "nsenter")
_HERE = 1
_FIRST_MACHINE = 10


class _Room:
    """Namespaces that last as long as this object's process, which ends when ours does."""

    def __init__(self, *kinds: str, prepared: str = "") -> None:
        script = f"{prepared}\necho ready\nexec cat"
        self._keeper = subprocess.Popen(  # noqa: S603
            _found("unshare", *kinds, "sh", "-ec", script),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if self._keeper.stdout is None or self._keeper.stdout.readline() != "ready\n":
            _, said = self._keeper.communicate()
            raise _refused(said)

    @property
    def pid(self) -> int:
        """Of the process that keeps it."""
        return self._keeper.pid

    def inside(self, *words: str) -> list[str]:
        """A command line that runs these words inside."""
        return _found("nsenter", "-t", str(self.pid), "-n", "-u", "--", *words)

    def do(self, script: str) -> None:
        """Run shell commands inside."""
        _run(self.inside("sh", "-ec", script))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            self._keeper.kill()
        self._keeper.communicate()


class Machine:
    """A machine that can lose its cables, or its life; made by :meth:`Site.machine`.

    Args:
        name: What it is called here.
        room: What it is.
        switch: Where its cables end.
        ports: In the switch, by network.
    """

    def __init__(self, name: str, room: _Room, switch: _Room, ports: Mapping[str, str]) -> None:
        self.name = name
        self._room = room
        self._switch = switch
        self._ports = dict(ports)

    def start(self, *words: str, cwd: Path, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
        """Begin a command of Picturelock's on this machine; what it says goes into a pipe.

        Args:
            *words: Of the command line.
            cwd: A folder that every machine has.
            environment: Besides that of this process.
        """
        return self.python("-m", "picturelock", *words, cwd=cwd, environment=environment)

    def python(self, *words: str, cwd: Path, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
        """The same for any words of Python's command line; what it reads comes from a pipe too."""
        return subprocess.Popen(  # noqa: S603
            self._room.inside(sys.executable, *words),
            cwd=cwd,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def cut(self, *networks: str) -> None:
        """Pull its cables out of the switch. Nobody is told: what is sent from now on is simply gone."""
        self._switch.do("\n".join(f"ip link set {self._ports[network]} down" for network in networks))

    def mend(self, *networks: str) -> None:
        """Put its cables back."""
        self._switch.do("\n".join(f"ip link set {self._ports[network]} up" for network in networks))

    def die(self) -> int:
        """Kill everything on it without warning, and the machine with it.

        Returns:
            How many processes that were, the keeper of the machine aside.
        """
        mine = Path(f"/proc/{self._room.pid}/ns/net").readlink()
        killed = 0
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self._room.pid:
                continue
            with suppress(OSError):
                if (entry / "ns" / "net").readlink() == mine:
                    os.kill(int(entry.name), signal.SIGKILL)
                    killed += 1
        os.kill(self._room.pid, signal.SIGKILL)
        return killed


class Site:
    """A switch with two networks, and the machines on them; made by :func:`site`.

    Args:
        switch: Where every cable ends.
        number: Of its networks among others of this computer.
        stack: Ends the machines.
    """

    def __init__(self, switch: _Room, number: int, stack: ExitStack) -> None:
        self._switch = switch
        self._number = number
        self._stack = stack
        self._machines = 0

    def address(self, network: str, number: int = _HERE) -> str:
        """Of a machine in a network; by default, of the test's own process."""
        return f"{_NETWORKS[network]}.{self._number}.{number}"

    def machine(self, name: str, host: str) -> Machine:
        """Set up a machine and plug it in.

        Args:
            name: What it is called here.
            host: Its host name; machines may share one, as those of a careless image do.
        """
        number, self._machines = _FIRST_MACHINE + self._machines, self._machines + 1
        prepared = f"hostname {host}\nip link set lo up\nip address delete 127.0.0.1/8 dev lo"
        room = self._stack.enter_context(_Room("--net", "--uts", prepared=prepared))
        ports = {network: f"{network}{number}" for network in _NETWORKS}
        for network, port in ports.items():
            self._switch.do(
                f"ip link add {port} type veth peer name {network} netns {room.pid}\n"
                f"ip link set {port} master {network}\n"
                f"ip link set {port} up"
            )
            room.do(
                f"ip address add {self.address(network, number)}/24 dev {network}\nip link set {network} up"
            )
        room.do(
            f"echo 1 > /proc/sys/net/ipv4/conf/{VENDORS}/route_localnet\n"
            f"ip route add 127.0.0.1/32 via {self.address(VENDORS)} dev {VENDORS} "
            f"src {self.address(VENDORS, number)}"
        )
        return Machine(name, room, self._switch, ports)


@contextmanager
def site() -> Iterator[Site]:
    """Networks for the time of the block.

    Raises:
        MissingExtra: This computer cannot; the message says what is missing.
    """
    lacking = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if sys.platform != "linux" or lacking:
        what = "Linux" if sys.platform != "linux" else ", ".join(lacking)
        raise MissingExtra(
            f"machines need {what}", remedy="Run it on Linux with iproute2 and util-linux, as root."
        )
    number = os.getpid() % 254 + 1
    with _Room("--net") as switch, ExitStack() as stack:
        for network in _NETWORKS:
            switch.do(f"ip link add {network} type bridge\nip link set {network} up")
            here = f"pl{os.getpid()}{network[0]}"
            _run(
                _found(
                    *("ip", "link", "add", here, "type", "veth"),
                    *("peer", "name", "here", "netns", str(switch.pid)),
                )
            )
            switch.do(
                f"ip link set here name here-{network}\n"
                f"ip link set here-{network} master {network}\n"
                f"ip link set here-{network} up"
            )
            address = f"{_NETWORKS[network]}.{number}.{_HERE}/24"
            _run(_found("ip", "address", "add", address, "dev", here))
            _run(_found("ip", "link", "set", here, "up"))
            if network == VENDORS:
                # Only what comes over this cable may mean our loopback.
                Path(f"/proc/sys/net/ipv4/conf/{here}/route_localnet").write_text("1")
        yield Site(switch, number, stack)


def _found(tool: str, *words: str) -> list[str]:
    return [shutil.which(tool) or tool, *words]


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise _refused(done.stderr)


def _refused(said: str) -> MissingExtra:
    who = "" if os.geteuid() == 0 else "; only root may"
    return MissingExtra(
        f"this computer makes no network namespaces{who}: {' '.join(said.split())}",
        remedy="Run as root, where CAP_SYS_ADMIN and CAP_NET_ADMIN are allowed and veth and bridge are in the kernel.",
    )
