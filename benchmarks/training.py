"""Speed of learning: our agents beside Stable-Baselines3's DQN, and where the time goes.

Same game and engine, same pictures, same convolutions, same replay, eight samples a step each. Every agent trains in a
process of its own (benchmarks.training_agents); they take turns of some seconds, so that whatever else the machine does
meets all of them, and the ones that wait stand still.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self

import numpy as np

from benchmarks.progress import Progress
from benchmarks.rows import Row, alone, faster, rate
from benchmarks.training_agents import MATRIX, POOLED
from core.errors import RunError

ROUNDS = 3
SECONDS = 20.0  # of each agent's turn in a round
SAMPLES_PER_STEP = 8  # 32 every 4 steps (Bélignon 2020), or 128 every 16
MEGAFLOP_PER_SAMPLE = 93.0
"""Of one sample in an update of the paper's network: 9.35 million multiplications with an addition each, forward three
times (the state acted in, the next one in both networks) and back for about the price of two."""
_MEASURED_AFTER_STEPS = 2_000  # agent steps, half of them with updates
_OTHERS = {"sb3-dummy": "1 game in the same process", "sb3-subproc": "4 games, a process each"}
_PARTS = {
    "update": "a batch of 128 every 16 steps",
    "sampling": "the same",
    "acting": "Q-values for 8 games at once",
    "encoding": "features for 8 games at once",
    "games": "8 games, a process each; in training they run while the learner does",
}


class AgentProcess:
    """A process that trains while it is told to; use it as a context, which ends it."""

    def __init__(self, name: str) -> None:
        """Start it."""
        self.name = name
        self.steps, self.seconds = 0.0, 0.0
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed on exit; not a pipe, which would fill
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.training_agents", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()  # closes its input, at which it ends
        self._errors.close()

    def ask(self, request: str) -> dict[str, float]:
        """Send a request and wait for its answer; RunError when the process has failed."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self._process.communicate()
            self._errors.seek(0)
            said = self._errors.read().strip()
            raise RunError(f"the benchmark's {self.name} agent ended with {self._process.returncode}:\n{said}")
        values: dict[str, float] = json.loads(answer)
        return values

    def train(self, seconds: float) -> None:
        """Let it train, and count its agent steps."""
        answer = self.ask(f"train {seconds} 0")
        self.steps += answer["steps"]
        self.seconds += answer["seconds"]

    @property
    def speed(self) -> float:
        """Agent steps a second, over all turns."""
        return self.steps / self.seconds


def run(seconds: float = SECONDS, rounds: int = ROUNDS) -> list[Row]:
    """Measure; without Stable-Baselines3 its row says so."""
    has_other = importlib.util.find_spec("stable_baselines3") is not None
    names = ["gray", "fcn", POOLED, *(_OTHERS if has_other else ())]
    seen = ("gray", "fcn")
    progress = Progress("training", len(names) * (1 + rounds) + len(seen) + 1)
    with ExitStack() as opened:
        agents = {name: opened.enter_context(AgentProcess(name)) for name in names}
        for name, agent in agents.items():
            progress.begin(f"{name}, the first {_MEASURED_AFTER_STEPS:,} steps")
            agent.ask(f"train 0 {_MEASURED_AFTER_STEPS}")
        for number in range(1, rounds + 1):
            for name, agent in agents.items():
                progress.begin(f"{name}, turn {number} of {rounds}, {seconds:g} s")
                agent.train(seconds)
        parts = {}
        for name in seen:
            progress.begin(f"{name}, its parts alone")
            parts[name] = agents[name].ask("parts")
    progress.begin("matrix multiplication")
    speeds = {name: agent.speed for name, agent in agents.items()}
    note = "a network's frozen features against pixels, both 8 samples a step, encoding included"
    pooled = "the same with feature_pooling, a quarter of the dense layer's weights"
    return [
        _against_other(speeds),
        faster("training", "fcn agent over the gray one", speeds["fcn"], speeds["gray"], "steps/s", note),
        faster(
            "training", "fcn agent with pooling over the gray one", speeds[POOLED], speeds["gray"], "steps/s", pooled
        ),
        *_learner_shares(speeds["gray"], parts["gray"]),
        *_step_parts("gray", speeds["gray"], parts["gray"]),
        *_step_parts("fcn", speeds["fcn"], parts["fcn"]),
    ]


def _against_other(speeds: dict[str, float]) -> Row:
    name = "gray agent learning, 8 samples a step"
    measured = [other for other in _OTHERS if other in speeds]
    if not measured:
        return alone(
            "training", name, speeds["gray"], "steps/s", "no Stable-Baselines3 here: `make benchmark` installs it"
        )
    best = max(measured, key=lambda other: speeds[other])
    tried = ", ".join(f"{_OTHERS[other]} {speeds[other]:.0f}" for other in measured)
    note = f"Stable-Baselines3's DQN, 32 every 4 steps, the best of: {tried}; ours: Double DQN, 128 every 16, 8 games"
    return faster("training", name, speeds["gray"], speeds[best], "steps/s", note)


def _learner_shares(speed: float, parts: dict[str, float]) -> list[Row]:
    """What the learner makes of the processor."""
    peak = max(_matrix_rate(), parts["matrix"])
    gigaflop = SAMPLES_PER_STEP * MEGAFLOP_PER_SAMPLE / 1000  # of a step
    size = f"float32 {MATRIX} x {MATRIX}, NumPy or Keras"
    return [
        alone("training", "matrix multiplication", peak, "GFLOP/s", size),
        alone("training", "share of that rate: updates alone", 1000 * gigaflop / parts["update"] / peak, "", "gray"),
        alone("training", "share of that rate: in training", gigaflop * speed / peak, "", "gray"),
    ]


def _step_parts(agent: str, speed: float, parts: dict[str, float]) -> list[Row]:
    """What an agent step takes, and what its parts take alone."""
    whole = alone("training", f"{agent}: an agent step in training", 1000 / speed, "ms")
    return [
        whole,
        *(
            alone("training", f"{agent}: {part} of a step, alone", parts[part], "ms", about)
            for part, about in _PARTS.items()
            if part in parts
        ),
    ]


def _matrix_rate() -> float:
    """float32 GFLOP/s of NumPy's product of two square matrices."""
    matrix = np.random.default_rng(1).random((MATRIX, MATRIX), np.float32)
    return 2 * MATRIX**3 * rate(lambda: matrix @ matrix, 3.0) / 1e9
