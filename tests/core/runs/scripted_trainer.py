"""A training of a few lines, for tests of those who start and watch one: a real process and a real run folder.

It takes the words of ``main.py --train``, trains nothing, and does what ``--architecture`` says: "steady" goes on until
it is asked to stop or ``--epochs`` looks have passed, "refused" does not take its settings, "full" meets a full disk,
"deaf" hears no request to stop. An agent (``--train ddqn``) is steady for ``--steps`` looks, a mapping for
``--updates``; ``--evaluate`` keeps an evaluation in which the share of flags is a tenth of the agent's seed, and half
more through a mapping, or refuses its own seed 13.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config
from core.config.mapping import MappingConfig
from core.errors import InputError, RunError
from core.files import write_json
from core.runs.commands import TRAINABLE
from core.runs.run_folder import RunFolder, State, Status

_PAUSE = 0.02  # seconds between two looks


def main(words: list[str]) -> int:
    """Train; the exit status of ``main.py``."""
    given = dict(zip(words[::2], words[1::2], strict=False))
    try:
        if "--evaluate" in given:
            _evaluate(given)
            return 0
        if "--resume" in given:
            run = RunFolder.open(given["--resume"])
            config: Config = run.config(TRAINABLE[given["--train"]])
        elif given["--train"] == "ddqn":
            config = DdqnConfig(steps=int(given["--steps"]), seed=int(given.get("--seed", "1")))
            run = RunFolder.create(Path(given["--run"]), config, command=words)
        elif given["--train"] == "mapping":
            config = MappingConfig(updates=int(given["--updates"]), seed=int(given.get("--seed", "1")))
            run = RunFolder.create(Path(given["--run"]), config, command=words)
        else:
            epochs, seed = int(given.get("--epochs", "30")), int(given.get("--seed", "1"))
            config = FcnConfig(architecture=given["--architecture"], epochs=epochs, seed=seed)
            if config.architecture == "refused":
                raise InputError("--architecture: 'refused' is no network")
            run = RunFolder.create(Path(given["--run"]), config, command=words)
        with run.writing():
            run.clear_stop()
            _train(run, config)
    except (InputError, RunError) as error:
        print(f"main.py: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    return 0


def _evaluate(given: dict[str, str]) -> None:
    if given.get("--seed") == "13":
        raise InputError("--seed: it is unlucky")
    seed = RunFolder.open(given["--evaluate"]).config(DdqnConfig).seed
    mapped = 0.5 if "--mapping" in given and RunFolder.open(given["--mapping"]).config(MappingConfig) else 0.0
    figures = {
        "level": given.get("--level", "1-1"),
        "episodes": 3,
        "flags": {"rate": seed / 10 + mapped},
        "x": {"mean": 100 * seed},
    }
    Path(given["--out"]).mkdir(parents=True)
    write_json(Path(given["--out"]) / "evaluation.json", figures)


def _train(run: RunFolder, config: Config) -> None:
    def tell(state: State, progress: float) -> None:
        run.write_status(Status(state, os.getpid(), time.time(), progress, 10.0))

    status = run.status()
    does = config.architecture if isinstance(config, FcnConfig) else "steady"
    looks = next(getattr(config, name) for name in ("epochs", "updates", "steps") if hasattr(config, name))
    done = round(status.progress * looks) if status else 0
    for epoch in range(done, looks):
        tell("running", epoch / looks)
        if does == "full":
            raise RunError(f"{run.path}/epochs.csv: cannot be written (No space left on device); its rows are kept")
        if run.stop_requested() and does != "deaf":
            run.checkpoints.save_last(epoch, {"a": np.zeros(1)}, {})
            tell("stopped", epoch / looks)
            run.clear_stop()
            return
        threading.Event().wait(_PAUSE)
    tell("done", 1.0)


def end_trainings() -> None:
    """End the trainings that this process started and that still run, for the end of a test."""
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "--train" in child.cmdline():
                child.kill()
                child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
