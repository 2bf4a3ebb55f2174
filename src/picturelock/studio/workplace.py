"""Where the work of a production is done: its engine, its queues, the desks of the vendors it buys from."""

import os
import socket
from collections.abc import Iterable

from picturelock.engine.engine import Engine
from picturelock.engine.port import QueueSpec
from picturelock.generate import calls
from picturelock.generate.registry import maker, vendor
from picturelock.generate.vendor import Vendor
from picturelock.studio.buying import API
from picturelock.studio.desk import Desk, Desks
from picturelock.studio.making import QUEUE, Workshop
from picturelock.studio.pacing import pace
from picturelock.studio.planning import Snapshot
from picturelock.studio.pricing import priced, pricing
from picturelock.studio.production import Production

#: The shape of the workflows: changes when their steps do, so that an old job is begun again instead of misread.
WORKFLOW_VERSION = "1"

_REQUESTS_AT_ONCE = 32
_LOOK_SECONDS = 0.4  # for work that takes minutes
_LOOK_OFTEN_SECONDS = 0.15  # a free place stays empty half as long
GPU = "gpu"


def workers() -> int:
    """Takes made at once: one a processor, at least one."""
    return max(1, len(os.sched_getaffinity(0)))


def make_engine(production: Production, name: str = "") -> tuple[Engine, Workshop]:
    """The engine of a production, and the workshop whose steps it runs.

    Args:
        production: Whose.
        name: Tells the workers of one machine apart.
    """
    engine: Engine

    identity = "-".join(filter(None, (socket.gethostname(), production.name, name)))
    workshop = Workshop(
        production.database,
        production.vault,
        production.clock,
        lambda connection, job: engine.submit(connection, job),
        identity,
    )
    engine = Engine(
        production.database,
        home=production.folder.engine,
        identity=identity,
        version=WORKFLOW_VERSION,
        workflows={name: pricing(production.folder, work) for name, work in workshop.workflows().items()},
        queues=[
            QueueSpec(name=QUEUE, concurrency=workers(), look_seconds=_LOOK_OFTEN_SECONDS),
            # A card holds one model at a time.
            QueueSpec(name=GPU, concurrency=1, look_seconds=_LOOK_SECONDS),
            # Threads that wait for vendors to answer; what is in flight at a vendor is its desk's to decide.
            QueueSpec(name=API, concurrency=_REQUESTS_AT_ONCE, look_seconds=_LOOK_SECONDS),
        ],
        clock=production.clock,
    )
    return engine, workshop


def make_desks(production: Production, engine: Engine, workshop: Workshop, vendors: Iterable[str]) -> Desks:
    """The desks of these vendors' accounts, to be kept while this process works."""
    desks = [
        Desk(
            vendor(name),
            production.database,
            production.vault,
            production.clock,
            workshop.buyer,
            engine.submit,
            pace(name),
            around=lambda: priced(production.folder),
        )
        for name in vendors
    ]
    return Desks(desks, production.database, engine.identity, production.clock)


def vendors_used(production: Production, snapshot: Snapshot) -> list[str]:
    """The paid vendors that the settings or the board route to, and those that still have calls open."""
    routing, fallback = snapshot.settings.routing, snapshot.settings.fallback
    first = (routing.keyframe, routing.plate, routing.clip, routing.voice)
    later = (*fallback.keyframe, *fallback.plate, *fallback.clip, *fallback.voice)
    named = {text.partition("/")[0] for text in (*first, *later)}
    named |= {unit.provider.partition("/")[0] for unit in snapshot.board.units() if unit.provider}
    with production.reading() as connection:
        named |= {call.call.vendor for call in calls.open_calls(connection, production=production.name)}
    return sorted(name for name in named if isinstance(maker(name), Vendor))
