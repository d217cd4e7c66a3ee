"""Killing trainings: what counts as a kill."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.kills import KillMoment, session
from core.runs.run_folder import RunFolder

PROGRAM = """
import json, os, pathlib, sys, time
folder = pathlib.Path(sys.argv[sys.argv.index("--run") + 1])
folder.mkdir()
status = {"state": "STATE", "pid": os.getpid(), "heartbeat": 0.0, "progress": 1.0, "time_left": None, "error": ""}
(folder / "status.tmp").write_text(json.dumps(status))
(folder / "status.tmp").rename(folder / "status.json")
time.sleep(600)
"""


class OnceTold(KillMoment):
    """As soon as the run has told of itself."""

    def wait(self, process: subprocess.Popen[bytes], run: RunFolder) -> bool:
        while not (run.path / "status.json").exists():
            assert process.poll() is None
            time.sleep(0.01)
        return True


@pytest.mark.parametrize(("state", "found"), [("running", "exporting and evaluating"), ("done", "")])
def test_a_run_that_is_done_cannot_be_killed_any_more(tmp_path: Path, state: str, found: str) -> None:
    """Its process may still be there for a moment; to resume it would be refused."""
    program = (sys.executable, "-c", PROGRAM.replace("STATE", state))
    assert session(tmp_path / "run", "gray", 100, OnceTold(None, 0.0), program) == found
