import gc
from importlib import import_module

import pytest

from picturelock.cli.importing import importing


def test_nobody_looks_for_cycles_while_importing_and_everybody_does_afterwards() -> None:
    kept = gc.get_freeze_count()
    seen = []
    with importing():
        seen.append(gc.isenabled())
    with pytest.raises(ImportError), importing():
        import_module("picturelock.nothing")
    assert seen == [False]
    assert gc.isenabled()
    assert gc.get_freeze_count() > kept
    gc.unfreeze()
