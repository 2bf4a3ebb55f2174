"""OpenAI's adapter against its emulator, by what every vendor must do."""

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from picturelock.core.paidcall import FailureKind
from picturelock.core.take import Operation
from picturelock.generate.openai import OpenAI
from picturelock.testing.emulators.moderation import Objection
from picturelock.testing.vendor_conformance import Bench, Check, checks


class _Noon:
    def now(self) -> datetime:
        return datetime.combine(OpenAIBench.today, time(12), UTC)


class OpenAIBench(Bench):
    vendor = "openai"
    model = "gpt-image-2"
    operation = Operation.DRAW
    retired = "gpt-image-1"
    successor = "gpt-image-2.5-sunburst"
    unpriced = "gpt-image-2.6-sunburst"
    later = False
    linked = False
    # An answer counts tokens, and a changed price of a token shows in no answer: only the dated list knows it.
    tells_cost = False
    # An answer waits for its picture, so time cannot stand still.
    settings = {"time_scale": 1000.0, "longest_side": 64}

    # No picture travels with what is ordered here; `test_openai.py` has those that do.
    moderates = {
        Objection.INPUT: frozenset({FailureKind.MODERATED_INPUT}),
        Objection.OUTPUT: frozenset({FailureKind.MODERATED_OUTPUT}),
    }

    def adapter(self, *, key: str, url: str, submit_seconds: float) -> OpenAI:
        environment = {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": key}
        return OpenAI(environment, _Noon(), submit_seconds)


@pytest.mark.parametrize("check", checks(OpenAIBench), ids=lambda check: check.__name__)
def test_openai_does_what_every_vendor_must(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with OpenAIBench.serving(tmp_path) as bench:
        check(bench)
