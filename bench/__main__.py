"""Every measured claim, one script after another.

    python -m bench [--quick] [--report-only] [NAME ...]

Each script prints its table and writes ``build/bench/NAME.json``; each runs in a process of its own, so that none warms
another. Exits 1 if a bar is missed or a script fails, unless told only to report.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
HELPERS = {"__init__", "__main__", "race"}


def main() -> int:
    known = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in HELPERS)
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    arguments.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; all by default")
    arguments.add_argument("--quick", action="store_true", help="small material; figures are told, not held")
    arguments.add_argument("--report-only", action="store_true", help="exit 0 whatever the figures are")
    given = arguments.parse_args()
    unknown = set(given.names) - set(known)
    if unknown:
        arguments.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    options = ["--quick"] if given.quick else []
    missed = [
        name
        for name in given.names or known
        if subprocess.run([sys.executable, HERE / f"{name}.py", *options], check=False).returncode
    ]
    if missed:
        print(f"\nA bar was missed, or the script failed: {', '.join(missed)}")
    return 1 if missed and not given.report_only else 0


if __name__ == "__main__":
    sys.exit(main())
