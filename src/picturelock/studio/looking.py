"""Where the production stands: every unit's wish, with remembered briefs."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from picturelock.core.ids import ShotCode, TakeId
from picturelock.core.take import Take
from picturelock.studio import facts as store
from picturelock.studio.briefcache import BriefCache
from picturelock.studio.facts import Facts
from picturelock.studio.planning import (
    Snapshot,
    Wish,
    wishes,
)
from picturelock.studio.production import Production


def look(
    production: Production,
    snapshot: Snapshot,
    shots: Sequence[ShotCode] | None = None,
    *,
    on_unit: Callable[[], None] = lambda: None,
) -> tuple[list[Wish], Facts]:
    """Where every unit stands, and the facts that say so; of these shots only, if any are named.

    Args:
        production: Whose.
        snapshot: Board, settings and locks.
        shots: All when ``None``.
        on_unit: Told of every unit: the first look at a long film takes its time.
    """
    digests = BriefCache(production.folder.cache / "briefs.json", snapshot)
    units = None
    if shots is not None:
        units = [unit.id for code in shots for unit in snapshot.board.shot(code).units]
    with production.reading() as connection:
        known = store.read_facts(connection, production.name, units)

        def read(names: Iterable[TakeId]) -> Mapping[TakeId, Take]:
            return store.read_some_takes(connection, production.name, names)

        found: list[Wish] = []
        for wish in wishes(snapshot, known, digests, read, shots):
            found.append(wish)
            on_unit()
    if shots is None:
        digests.save()
    return found, known
