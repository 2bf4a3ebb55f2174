"""Work that is over in a moment shows nothing; what takes longer shows how far it is."""

import pytest

from picturelock.cli.output import progress


def shown(capsys: pytest.CaptureFixture[str], *, patience_s: float, quiet: bool = False) -> str:
    with progress("Planning", quiet=quiet, patience_s=patience_s) as tick:
        tick(1, 4)
        tick(4, 4)
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_progress_begins_when_patience_ends(capsys: pytest.CaptureFixture[str]) -> None:
    told = "Planning: 1 of 4\nPlanning: 4 of 4\n"
    assert shown(capsys, patience_s=0) == told
    assert shown(capsys, patience_s=1e-9) == told
    assert shown(capsys, patience_s=3600) == ""
    assert shown(capsys, patience_s=1e-9, quiet=True) == ""
