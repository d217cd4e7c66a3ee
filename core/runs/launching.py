"""Starting a training as a process of its own at low priority, which goes on when whoever started it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from core.runs.priority import lower_priority

_MAIN = Path(__file__).resolve().parents[2] / "main.py"
PROGRAM = (sys.executable, str(_MAIN))
_MISTAKE = f"{_MAIN.name}: "  # what the command line begins its one sentence with


def launch(arguments: Sequence[str], log: Path, program: Sequence[str] = PROGRAM) -> subprocess.Popen[bytes]:
    """Start a command of ``main.py``; what it says goes to a file, whose folder is made."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # neither Ctrl+C in the terminal nor the end of who started it reaches it
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
            | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
            env={**os.environ, "TQDM_DISABLE": "1"},  # no progress bars in a file
        )
    if os.name != "nt":
        lower_priority(process.pid)
    return process


def mistake(said: str) -> str:
    """The sentence that a command ended with; "" without one."""
    lines = [line for line in said.splitlines() if line.startswith(_MISTAKE)]
    return lines[-1].removeprefix(_MISTAKE) if lines else ""
