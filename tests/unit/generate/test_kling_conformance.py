"""Kling's adapter against its emulator, by what every vendor must do."""

from pathlib import Path

import pytest

from picturelock.generate.kling import Kling
from picturelock.testing.vendor_conformance import (
    Bench,
    Check,
    asks_again_for_an_address_that_expired,
    checks,
)

ACCESS = "ak_" + "0" * 29
SECRET = "sk_" + "1" * 29


class KlingBench(Bench):
    vendor = "kling"
    model = "kling-v3"
    retired = "kling-v1-6"
    successor = "kling-v3"
    settings = {"time_scale": 0.0, "concurrency": 20}

    def adapter(self, *, key: str, url: str, submit_seconds: float) -> Kling:
        # Kling's keys are a pair, and the emulator's ``key`` stands for the secret one.
        secret = SECRET if key == self.emulator.settings.key else key
        environment = {"KLING_BASE_URL": url, "KLING_ACCESS_KEY": ACCESS, "KLING_SECRET_KEY": secret}
        return Kling(environment, submit_seconds=submit_seconds)


#: Kling's results are deleted when their addresses expire, so that asking again does not help.
CHECKS = [check for check in checks(KlingBench) if check is not asks_again_for_an_address_that_expired]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_kling_does_what_every_vendor_must(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with KlingBench.serving(tmp_path) as bench:
        check(bench)
