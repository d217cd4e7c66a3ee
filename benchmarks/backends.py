"""The learner under each of Keras' backends: does one update agree, and how fast are updates?

TensorFlow is the project's; JAX and PyTorch are measured where they are installed. A backend is chosen when Keras is
imported, so each has a process of its own, which this module is too: ``python -m benchmarks.backends FOLDER``.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from benchmarks.progress import Progress
from benchmarks.rows import Row, alone, faster, rate
from core.config.ddqn import DdqnConfig
from core.errors import RunError

BACKENDS = ("tensorflow", "jax", "torch")
"""The first one is the reference."""
BATCHES = (32, 64, 128)
_ITEM_SHAPE = (84, 84)
_ACTIONS = 5
_SECONDS = 6.0  # for each batch size
_BEFORE, _AFTER, _RESULT = "before.safetensors", "after.safetensors", "result.json"

Arrays = dict[str, npt.NDArray[Any]]


def run() -> list[Row]:
    """Measure every backend that is installed."""
    progress = Progress("backends", len(BACKENDS))
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / _BEFORE
        rows: list[Row] = []
        progress.begin(BACKENDS[0])
        first = _measure(BACKENDS[0], Path(folder), before)
        for backend in BACKENDS[1:]:
            progress.begin(backend)
            if importlib.util.find_spec(backend) is None:
                rows.append(Row("backends", f"{backend}: not installed", None, None, None, ""))
                continue
            rows += _compare(backend, first, _measure(backend, Path(folder), before), load_file(before))
    return rows


def _measure(backend: str, folder: Path, before: Path) -> tuple[dict[str, Any], Arrays]:
    """Speeds and loss of a backend, and the weights after one update."""
    own = folder / backend
    own.mkdir()
    environment = os.environ | {"KERAS_BACKEND": backend}
    command = [sys.executable, "-m", "benchmarks.backends", str(own), str(before)]
    ended = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
    if ended.returncode:
        raise RunError(f"the learner failed under KERAS_BACKEND={backend}:\n{ended.stderr.strip()}")
    return json.loads((own / _RESULT).read_text()), load_file(own / _AFTER)


def _compare(
    backend: str, first: tuple[dict[str, Any], Arrays], second: tuple[dict[str, Any], Arrays], before: Arrays
) -> list[Row]:
    rows = [
        faster(
            "backends",
            f"updates of {batch}: {BACKENDS[0]} over {backend}",
            first[0]["speeds"][str(batch)],
            second[0]["speeds"][str(batch)],
            "samples/s",
            f"the paper's network, {second[0]['version']}",
        )
        for batch in BATCHES
    ]
    loss = abs(first[0]["loss"] - second[0]["loss"])
    steps = [
        np.concatenate([(after[name] - before[name]).ravel() for name in before]) for after in (first[1], second[1])
    ]
    apart = np.abs(steps[0] - steps[1])
    note = f"same weights, same {BATCHES[0]} samples"
    return [
        *rows,
        alone(
            "backends",
            f"one update's loss under {backend}: difference",
            loss,
            "",
            f"{note}; loss {first[0]['loss']:.5f}",
        ),
        alone("backends", "the weights after it: largest difference", float(apart.max()), "", note),
        alone(
            "backends",
            "the same over the length of the update's step",
            float(np.linalg.norm(steps[0] - steps[1]) / np.linalg.norm(steps[0])),
            "",
            "Adam's first step is as long for a gradient of nothing as for any other",
        ),
    ]


def _serve(own: Path, before: Path) -> None:
    """One backend's process: load or make the weights, update once, save; then time updates."""
    import core.training  # noqa: F401, I001  # before Keras, for which it sets the environment as a training does
    import keras

    from core.ddqn.training.q_network import set_q_weights
    from core.ddqn.training.learner import DdqnLearner

    learner = DdqnLearner(DdqnConfig(batch_size=BATCHES[0]), _ITEM_SHAPE, _ACTIONS)
    if before.exists():
        set_q_weights(learner.model.online, load_file(before), str(before))
    else:
        save_file(learner.weights(), before)
    rng = np.random.default_rng(1)
    other = {
        name: array + rng.normal(0, 0.01, array.shape).astype(np.float32) for name, array in learner.weights().items()
    }
    set_q_weights(learner.model.target, other, "target")
    learner.start([_transitions(BATCHES[0], rng)])
    save_file(learner.weights(), own / _AFTER)
    loss = learner.take_means()["loss"]
    speeds = {batch: _speed(batch) for batch in BATCHES}
    backend = sys.modules[os.environ["KERAS_BACKEND"]]
    version = f"Keras {keras.__version__}, {backend.__name__} {backend.__version__}"
    (own / _RESULT).write_text(json.dumps({"loss": loss, "speeds": speeds, "version": version}))


def _speed(batch: int) -> float:
    """Samples learned from in a second."""
    from core.ddqn.training.learner import DdqnLearner

    learner = DdqnLearner(DdqnConfig(batch_size=batch), _ITEM_SHAPE, _ACTIONS)
    transitions = _transitions(batch, np.random.default_rng(2))

    def update() -> None:
        learner.start([transitions])
        learner.wait()

    return batch * rate(update, _SECONDS)


def _transitions(batch: int, rng: np.random.Generator) -> Any:
    from core.ddqn.replay_buffer import Transition

    stacks = (rng.integers(0, 256, (batch, 4, *_ITEM_SHAPE), np.uint8) for _ in range(2))
    return Transition(
        s_tm1=next(stacks),
        a_tm1=rng.integers(0, _ACTIONS, batch).astype(np.int32),
        r_t=rng.normal(size=batch).astype(np.float32),
        discount_t=np.full(batch, 0.9, np.float32),
        s_t=next(stacks),
        a_tm2=np.zeros(batch, np.int32),
        last_a_t=np.zeros(batch, np.int32),
    )


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), Path(sys.argv[2]))
