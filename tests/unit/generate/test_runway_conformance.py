"""Runway's adapter against its emulator, by what every vendor must do."""

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from picturelock.generate.runway import Runway
from picturelock.testing.vendor_conformance import Bench, Check, checks


class _Noon:
    def now(self) -> datetime:
        return datetime.combine(RunwayBench.today, time(12), UTC)


class RunwayBench(Bench):
    vendor = "runway"
    model = "gen4.5"
    retired = "gen3a_turbo"
    successor = "gen4_turbo"
    unpriced = "kling3.0_pro"

    def adapter(self, *, key: str, url: str, submit_seconds: float) -> Runway:
        environment = {"RUNWAYML_BASE_URL": url, "RUNWAYML_API_SECRET": key}
        return Runway(environment, _Noon(), submit_seconds)


@pytest.mark.parametrize("check", checks(RunwayBench), ids=lambda check: check.__name__)
def test_runway_does_what_every_vendor_must(check: Check, tmp_path: Path):
    with RunwayBench.serving(tmp_path) as bench:
        check(bench)
