"""Whether a run can go on with ``--resume``; the trainer and the window ask the same question."""

from __future__ import annotations

from itertools import pairwise

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.mapping import MappingConfig
from core.errors import InputError
from core.runs.commands import MOST_THREADS, TRAINABLE, Machine
from core.runs.run_folder import CONFIG_NAME, RunFolder
from core.runs.state import tried

EVENTS_NAME = "tensorboard"
"""Folder of the event files in an agent's run."""
_THREADS = "--threads"
_ENDINGS = {
    FcnConfig.kind: "--initial starts from its weights",
    MappingConfig.kind: "a longer one is a new run with more --updates",
}


def check_resume(run: RunFolder) -> None:
    """Refuse a run that cannot go on; one that is done can if it is an agent, and gets more steps.

    Raises:
        InputError: it is no run of this program, is done for good, or its full checkpoints were left behind.
    """
    kind = run.kind
    if kind not in TRAINABLE:
        raise InputError(f"{run.path}: a run of kind {kind!r} is not trained here; only {', '.join(TRAINABLE)} are")
    TRAINABLE[kind].check_trainable(run.config_values(), str(run.path / CONFIG_NAME))
    status = run.status()
    state = None if status is None else status.state
    if state == "done" and kind in _ENDINGS:
        raise InputError(f"{run.path}: this run is done; there is nothing to resume; {_ENDINGS[kind]}")
    if state in ("done", "stopped") and run.checkpoints.last_step() is None:
        # Without them the trainer would begin again and write over what the run has.
        raise InputError(
            f"{run.path}: its full checkpoints are not here, as in every run that was shared; resume it where it was "
            "trained, or begin a new run"
        )


def steps_to_extend(run: RunFolder) -> int | None:
    """Agent steps that a finished agent has done and can add to, None for any other run."""
    status = run.status()
    is_agent = run.kind == DdqnConfig.kind
    return run.checkpoints.last_step() if is_agent and status is not None and status.state == "done" else None


def begun_with(run: RunFolder) -> Machine:
    """What a run was told of its machine at its beginning: threads, and whether it writes event files."""
    command, _ = tried(lambda: run.provenance().get("command"))  # without it the run goes on too
    words = [str(word) for word in command] if isinstance(command, list) else []
    given = [value for name, value in pairwise(words) if name == _THREADS]
    given += [word.removeprefix(f"{_THREADS}=") for word in words if word.startswith(f"{_THREADS}=")]
    threads = int(given[-1]) if given and given[-1].isdecimal() else 0
    return Machine(min(threads, MOST_THREADS), tensorboard=(run.path / EVENTS_NAME).is_dir())


def longer(steps: int) -> dict[str, int]:
    """What changes in the settings of a finished agent that shall go on to so many agent steps."""
    return {"steps": steps, "episodes": 0}
