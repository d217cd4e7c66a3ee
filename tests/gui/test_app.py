"""How the process of the window is set up."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import gc, sys, weakref
import gui.app
gui.app.prepare_process()
class Circle: pass
old = Circle()
gui.app.settle_process()
new = Circle()
new.me, left = new, weakref.ref(new)
del new
print(sys.getswitchinterval(), any(one is old for one in gc.get_objects()), gc.collect() > 0 and left() is None)
"""


def test_garbage_is_looked_for_only_in_what_came_after_the_start() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0.001 False True"
