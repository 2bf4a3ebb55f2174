"""Hash objects again and say what was found."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from picturelock.core.digest import Digest
from picturelock.core.value import Value
from picturelock.vault.store import Condition, Vault


class Finding(Value, frozen=True, kw_only=True):
    """The condition of one object."""

    digest: Digest
    condition: Condition


def survey(
    vault: Vault,
    digests: Sequence[Digest],
    *,
    threads: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """Hash every one of these objects.

    Args:
        vault: That should hold them.
        digests: To look at; one that stands there twice is hashed once.
        threads: That hash at the same time. The findings do not depend on it.
        progress: Called in this thread with how many are done, and how many there are.

    Returns:
        A finding for each, in the order given.
    """
    distinct = list(dict.fromkeys(digests))
    conditions: dict[Digest, Condition] = {}
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        for digest, condition in zip(distinct, pool.map(vault.verify, distinct), strict=True):
            conditions[digest] = condition
            if progress is not None:
                progress(len(conditions), len(distinct))
    return [Finding(digest=digest, condition=conditions[digest]) for digest in digests]
