"""Types that many threads read for the first time at once."""

import subprocess
import sys

RACE = """
import sys
import threading
from picturelock.core.codec import built, from_json, to_json
from picturelock.core.value import Value

# Words instead of types take msgspec longest to learn, and threads that change hands often meet in the middle.
SOURCE = '''
class Leaf{n}(Value, frozen=True, kw_only=True):
    number: "int" = 0
    name: "str | None" = None
    lists: "dict[str, list[int]]" = {{}}

class Branch{n}(Value, frozen=True, kw_only=True):
    leaves: "tuple[Leaf{n}, ...]" = ()
    named: "dict[str, Leaf{n}]" = {{}}

class Tree{n}(Value, frozen=True, kw_only=True):
    branches: "tuple[Branch{n}, ...]" = ()
    first: "Branch{n} | None" = None
'''
sys.setswitchinterval(1e-6)
data = {"branches": [{"leaves": [{"number": 1}], "named": {"a": {"name": "b"}}}], "first": {}}
for n in range(400):
    exec(SOURCE.format(n=n))
    kind, start, found = globals()[f"Tree{n}"], threading.Barrier(8), []

    def read(read_json):
        start.wait()
        value = from_json(kind, to_json(data)) if read_json else built(kind, data)
        found.append(value.branches[0].named["a"].name)

    threads = [threading.Thread(target=read, args=(number % 2 == 0,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["b"] * 8, n
print("whole")
"""


def test_many_threads_may_meet_a_type_at_once() -> None:
    """In a process of its own: what went wrong here ended the process."""
    done = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr
