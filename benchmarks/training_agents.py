"""One agent of the benchmark of training, in a process of its own: ``python -m benchmarks.training_agents NAME``.

It reads a request a line from stdin and answers each with a line of JSON on stdout: "train SECONDS STEPS" trains for so
long, and for so many agent steps at least, "parts" times the parts of a step. In between it stands still.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import gymnasium as gym
import numpy as np

from benchmarks.rows import rate
from core.agents.environment import make_agent_env
from core.config.ddqn import DdqnConfig

POOLED = "fcn-pooled"  # the fcn agent with ``feature_pooling``
GAMES = 8  # of ours
OTHER_GAMES = {"sb3-dummy": 1, "sb3-subproc": 4}
BATCH = 128  # of ours, each time 16 steps were played
MATRIX = 2048
_WARM_UP_STEPS = 1_000  # before the first update
_EPSILON = 0.1  # all the time, so that both sides ask their networks as often
_PAPER = DdqnConfig()
_ENCODER = Path("saved_agents/fcn-84")
_SCALE_STEPS = 40  # of all games, whose pictures the scale of the features is measured on
_PART_SECONDS = 3.0


class TimedAgent(Protocol):
    """What is measured."""

    def train(self, seconds: float, steps: int) -> int:
        """Train for so long and so many agent steps at least; how many they were."""

    def parts(self) -> dict[str, float]:
        """Milliseconds of each part of an agent step, measured alone."""


class OurAgent:
    """The training of ``--train ddqn`` with the paper's settings, but larger batches and several games."""

    def __init__(self, name: str, opened: ExitStack) -> None:
        """Start the games; ``opened`` ends them."""
        observation = "fcn" if name == POOLED else name
        config = DdqnConfig(
            observation=observation,
            feature_pooling="yes" if name == POOLED else "no",
            environments=GAMES,
            batch_size=BATCH,
            update_every_steps=BATCH * _PAPER.update_every_steps // _PAPER.batch_size,
            warm_up_steps=_WARM_UP_STEPS,
            epsilon_start=_EPSILON,
            epsilon_end=_EPSILON,
        )
        from core.agents.encoder import FeatureEncoder
        from core.ddqn.training.learner import DdqnLearner
        from core.ddqn.training.log import DdqnLog
        from core.ddqn.training.loop import DdqnLoop
        from core.ddqn.training.rollout import Rollout, make_games
        from core.ddqn.training.run import make_replay
        from core.game.env.actions import ACTIONS

        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        envs = make_games(config, GAMES)
        opened.callback(envs.close)
        self._encoder: FeatureEncoder | None = None
        if observation == "fcn":
            self._encoder = FeatureEncoder(_make_encoder(folder / "run", config, envs))
        self._rollout = Rollout(envs, self._encoder, np.random.default_rng(1))
        self._rollout.reset(seed=1)
        self._learner = DdqnLearner(config, self._rollout.item_shape, len(ACTIONS))
        self._replay = make_replay(config, self._rollout.item_shape)
        self._config = config
        log = DdqnLog(folder, [0, 0, 0])
        self._loop = DdqnLoop(config, self._rollout, self._learner, self._replay, log=log)

    def train(self, seconds: float, steps: int) -> int:
        """As in ``TimedAgent``."""
        begin, end = self._loop.position.step, time.perf_counter() + seconds
        while time.perf_counter() < end or self._loop.position.step < begin + steps:
            self._loop.iterate()
        self._learner.wait()
        return self._loop.position.step - begin

    def parts(self) -> dict[str, float]:
        """As in ``TimedAgent``, and under "matrix" float32 GFLOP/s of Keras' matrix product."""
        from keras import ops

        batch, envs, learner = self._replay.sample(BATCH), self._rollout.envs, self._learner
        actions, seen = np.ones(GAMES, np.int64), self._rollout.stack
        matrix = ops.convert_to_tensor(np.random.default_rng(1).random((MATRIX, MATRIX), np.float32))

        def update() -> None:
            learner.start([batch])
            learner.wait()

        calls: dict[str, tuple[Any, int]] = {
            "update": (update, self._config.update_every_steps),
            "sampling": (lambda: self._replay.sample(BATCH), self._config.update_every_steps),
            "acting": (lambda: learner.acting_q_values(seen.stacks, seen.last_actions), GAMES),
            "games": (lambda: envs.step(actions), GAMES),
        }
        encoder, pictures = self._encoder, envs.step(actions)[0].copy()
        if encoder is not None:
            calls["encoding"] = (lambda: encoder.encode(pictures), GAMES)
        parts = {name: 1000 / (rate(call, _PART_SECONDS) * steps) for name, (call, steps) in calls.items()}
        product = rate(lambda: ops.convert_to_numpy(ops.matmul(matrix, matrix)[0, 0]), _PART_SECONDS)
        return parts | {"matrix": 2 * MATRIX**3 * product / 1e9}


def _make_encoder(folder: Path, config: DdqnConfig, envs: Any) -> Path:
    """The frozen encoder of the shipped network, with a scale measured on random play."""
    from core.agents.encoder import copy_encoder
    from core.runs.run_folder import RunFolder

    envs.reset(seed=1)
    envs.action_space.seed(1)
    pictures = np.concatenate([envs.step(envs.action_space.sample())[0].copy() for _ in range(_SCALE_STEPS)])
    copy_encoder(_ENCODER, RunFolder.create(folder, config), pictures)
    return folder / "encoder"


class OtherAgent:
    """Stable-Baselines3's DQN as its users run it, with the paper's settings."""

    def __init__(self, name: str, opened: ExitStack) -> None:
        """Start the games; ``opened`` ends them."""
        from stable_baselines3 import DQN
        from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecFrameStack

        games = OTHER_GAMES[name]
        make_vector = DummyVecEnv if games == 1 else SubprocVecEnv
        envs = VecFrameStack(make_vector([partial(_make_picture_env, seed) for seed in range(games)]), 4)
        opened.callback(envs.close)
        self._model = DQN(
            "CnnPolicy",
            envs,
            learning_rate=_PAPER.learning_rate,
            gamma=_PAPER.gamma,
            buffer_size=_PAPER.replay_steps,
            batch_size=_PAPER.batch_size,
            train_freq=_PAPER.update_every_steps // games,  # in steps of all games
            target_update_interval=_PAPER.target_every_steps,
            learning_starts=_WARM_UP_STEPS,
            exploration_initial_eps=_EPSILON,
            exploration_final_eps=_EPSILON,
            optimize_memory_usage=True,
            replay_buffer_kwargs={"handle_timeout_termination": False},  # the two exclude each other
            seed=1,
            device="cpu",
        )

    def train(self, seconds: float, steps: int) -> int:
        """As in ``TimedAgent``."""
        from stable_baselines3.common.callbacks import BaseCallback

        model, begin, end = self._model, self._model.num_timesteps, time.perf_counter() + seconds

        class UntilDone(BaseCallback):
            def _on_step(self) -> bool:
                return time.perf_counter() < end or model.num_timesteps < begin + steps

        model.learn(10**9, callback=UntilDone(), log_interval=10**9, reset_num_timesteps=False)
        return int(model.num_timesteps - begin)

    def parts(self) -> dict[str, float]:
        """Nothing: they are not ours to take apart."""
        return {}


def _make_picture_env(seed: int) -> gym.Env[Any, Any]:
    """The gray agent's environment with pictures of one channel, (84, 84, 1), as Stable-Baselines3 wants them."""
    env = make_agent_env(observation="gray")
    env.reset(seed=seed)
    return gym.wrappers.ReshapeObservation(env, (84, 84, 1))


def main(name: str) -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer
    with ExitStack() as opened:
        agent: TimedAgent = OtherAgent(name, opened) if name in OTHER_GAMES else OurAgent(name, opened)
        for request in sys.stdin:
            what, *arguments = request.split()
            if what == "train":
                begin = time.perf_counter()
                steps = agent.train(float(arguments[0]), int(arguments[1]))
                answer = {"steps": float(steps), "seconds": time.perf_counter() - begin}
            else:
                answer = agent.parts()
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
