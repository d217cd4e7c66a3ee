"""One agent's training as a run folder: its parts, its progress, its checkpoints, and how it ends."""

from __future__ import annotations

import dataclasses
import logging
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from tqdm import tqdm

from core.agents.agent_choice import LAST
from core.agents.encoder import FeatureEncoder
from core.agents.policy import write_agent_json
from core.agents.protocol import environment_settings
from core.config.ddqn import DdqnConfig
from core.ddqn.initial_agent import initial_agent
from core.ddqn.replay_buffer import ReplayBuffer
from core.ddqn.training.checkpoints import DdqnCheckpoints
from core.ddqn.training.estimate import estimate
from core.ddqn.training.evaluator import GreedyEvaluator, training_protocol
from core.ddqn.training.export import export_agent
from core.ddqn.training.learner import DdqnLearner
from core.ddqn.training.log import DdqnLog
from core.ddqn.training.loop import DdqnLoop, DdqnPosition
from core.ddqn.training.progress_line import ProgressLine
from core.ddqn.training.rollout import Rollout, make_games
from core.files import replace_file
from core.game.env.actions import ACTIONS
from core.game.level import Level, parse_levels
from core.game.rom import load_rom
from core.game.route import route_of
from core.locations import seen_at
from core.runs.checkpoint_files import save_checkpoint
from core.runs.resume import EVENTS_NAME
from core.runs.run_folder import ENCODER_NAME, RunFolder
from core.runs.run_log import read_rows
from core.training.report import SAVE_EVERY, TrainingReport
from core.training.stop import stop_requests
from core.training.time_left import TimeLeft

if TYPE_CHECKING:
    from core.training.event_files import EventFile

_EVALUATION_GAMES = 5  # processes of the evaluation's games
_REPLAY_SEED, _ROLLOUT_SEED, _GAMES_SEED = 1, 2, 3  # beside the run's seed: no two generators draw the same numbers

_log = logging.getLogger(__name__)


def game_seeds(seed: int, count: int) -> list[int]:
    """A seed for each game of a run. Runs of neighbouring seeds share none: they are compared as independent ones."""
    return np.random.SeedSequence([seed, _GAMES_SEED]).generate_state(count).tolist()


class DdqnRun:
    """The parts of one run, from its folder; use it as a context, which stops the games at its end.

    Attributes:
        learner: the networks.
        position: where the run stands.
    """

    def __init__(
        self,
        run: RunFolder,
        config: DdqnConfig,
        *,
        engine: str = "auto",
        rom: Path | None = None,
        threads: int = 0,
        tensorboard: bool = False,
    ) -> None:
        """Build or restore everything; the folder has the encoder and the starts that the settings need.

        Args:
            run, config: the run.
            engine, rom: as in ``make_emulator``.
            threads: of the encoder; 0 for all.
            tensorboard: also write event files.

        Raises:
            InputError: the games cannot be made, or no checkpoint is whole.
        """
        if config.observation == "fcn":
            config = dataclasses.replace(config, encoder=str((run.path / ENCODER_NAME).resolve()))
        self._run, self._config = run, config
        with ExitStack() as opened:
            starts = run.path / "starts.safetensors"
            games: dict[str, Any] = {"engine": engine, "rom": rom}
            has_encoder = config.observation == "fcn"
            eyes = FeatureEncoder(Path(config.encoder), threads) if has_encoder else None
            encoder = eyes if config.has_frozen_encoder else None
            rng = np.random.default_rng([config.seed, _ROLLOUT_SEED])
            envs = make_games(config, config.environments, starts=starts if starts.exists() else None, **games)
            self._rollout = Rollout(envs, encoder, rng, config.epsilon_repeat)
            opened.callback(self._rollout.close)
            evaluator = self._make_evaluator(encoder, games)
            if evaluator is not None:
                opened.callback(evaluator.close)
            self.learner = DdqnLearner(config, self._rollout.item_shape, len(ACTIONS))
            if eyes is not None:
                self.learner.set_encoder(eyes.scale, RunFolder(Path(config.encoder)).weights_path)
            replay = make_replay(config, self._rollout.item_shape)
            self._checkpoints = DdqnCheckpoints(run, self.learner, self._rollout, replay)
            opened.callback(self._checkpoints.close)
            position = self._begin(rom)
            log = DdqnLog(run.path, position.rows, self._event_file(position.step, opened) if tensorboard else None)
            self._loop = DdqnLoop(
                config, self._rollout, self.learner, replay, log=log, evaluator=evaluator, position=position
            )
            self._opened = opened.pop_all()
        self.position = position
        self._progress = ProgressLine(position.step)
        self._left = TimeLeft(self._loop.progress())
        self._report = TrainingReport(run, self._measure)
        self._save_time = time.monotonic()
        self._exported_step = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def _make_evaluator(self, encoder: FeatureEncoder | None, games: dict[str, Any]) -> GreedyEvaluator | None:
        config = self._config
        if not config.evaluate_every_steps:
            return None
        protocol = training_protocol(config)
        count = 1 if config.deterministic == "yes" else min(_EVALUATION_GAMES, config.evaluate_episodes)
        envs = make_games(config, count, **games, **environment_settings(protocol), levels_in_turn=True)
        return GreedyEvaluator(Rollout(envs, encoder, np.random.default_rng(0)), protocol)

    def _event_file(self, step: int, opened: ExitStack) -> EventFile:
        from core.training.event_files import EventFile

        events = EventFile(self._run.path / EVENTS_NAME, step)
        opened.callback(events.close)
        return events

    def _begin(self, rom: Path | None) -> DdqnPosition:
        """Go to the newest checkpoint, or to the beginning, and tell what the rest will cost."""
        costs = estimate(self._config, self._run.path, self._rollout, self.learner)  # which plays: before all else
        position = self._checkpoints.restore()
        if position is None:
            write_agent_json(self._run.path, self._rollout.item_shape)
            if self._config.initial:
                self.learner.start_from(initial_agent(self._config, seen_at(self._run.path, self._config.initial)))
            self._rollout.reset(game_seeds(self._config.seed, self._config.environments))
            position = DdqnPosition()
        elif position.best_step and position.best_flags < 0:  # of a program that did not compare them
            position.best_flags = int(self._best_row(position).get("flags") or 0)
        if position.best_step and position.best_progress < 0:
            x = int(self._best_row(position).get("mean_x") or 0)
            position.best_progress = progress_of_x(parse_levels(self._config.level), x, rom)
        sentence = costs.sentence(position.step)
        _log.info("after %s agent steps: %s", f"{position.step:,}", sentence)
        tqdm.write(sentence, file=sys.stderr)
        return position

    def _best_row(self, position: DdqnPosition) -> dict[str, Any]:
        """What evaluations.csv has of the best evaluation."""
        rows = read_rows(self._run.path / "evaluations.csv")
        return next((row for row in rows if row["step"] == position.best_step), {})

    def train(self) -> bool:
        """Go on until the run is done (True) or somebody asks to stop (False); both leave a full checkpoint."""
        self._report.tell("running")
        config, position = self._config, self.position
        with stop_requests(self._run) as asked, self._progress:
            while not self._loop.is_finished():
                if asked():
                    self.save()
                    self._preview(at_once=True)
                    _log.info("stopped on request after %s agent steps", f"{position.step:,}")
                    self._report.stop()
                    return False
                self._loop.iterate()
                self._checkpoints.note()
                if self._loop.crossed(config.evaluate_every_steps):
                    self._evaluate()
                if self._loop.crossed(config.keep_every_steps):
                    self._keep(f"kept-{position.step:09d}")
                is_long_ago = time.monotonic() >= self._save_time + SAVE_EVERY
                if is_long_ago or self._loop.crossed(config.checkpoint_every_steps):
                    self.save()
                self._now_and_then()
            if position.evaluated_step != position.step:
                self._evaluate()
            self.save()
        return True

    def save(self) -> None:
        """A full checkpoint of this moment; RunError when it would be of no use, or the disk is full."""
        self._loop.check_loss()
        self.position.wall_time = self._loop.wall_time()
        self._checkpoints.save(self.position)
        self._save_time = time.monotonic()

    def _evaluate(self) -> None:
        """Play greedily, and keep the network when it is the best so far or equals it; without evaluations always."""
        result = self._loop.evaluate()
        if result is not None:
            if result.rank < (self.position.best_flags, self.position.best_progress):
                return
            self.position.best_flags, self.position.best_progress = result.rank
        self.position.best_step = self.position.step
        save_checkpoint(self._run.weights_path, self.learner.weights(), self._counters())

    def export_best(self) -> None:
        """Write ``model.onnx`` of the best network, unless it is there."""
        if self._exported_step != self.position.best_step:
            export_agent(self._config, self._rollout.item_shape, self._run.weights_path, self._run.model_path)
            self._exported_step = self.position.best_step

    def _preview(self, *, at_once: bool = False) -> None:
        self._report.preview(self._run.weights_path, self.export_best, at_once=at_once)

    def export_last(self) -> None:
        """Keep the present network as the one by which the run is reported."""
        self._keep(LAST)

    def _keep(self, name: str) -> None:
        """A light checkpoint of that name to watch later, with its exported network."""
        folder = self._run.checkpoints.folder
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.safetensors"
        save_checkpoint(path, self.learner.weights(), self._counters())
        if self._exported_step == self.position.step:
            replace_file(path.with_suffix(".onnx"), partial(shutil.copyfile, self._run.model_path))
        else:
            export_agent(self._config, self._rollout.item_shape, path, path.with_suffix(".onnx"))

    def _counters(self) -> dict[str, Any]:
        return {"step": self.position.step, "episodes": self.position.episodes, "updates": self.position.updates}

    def _now_and_then(self) -> None:
        """Progress line, heartbeat, and the best network for others to watch."""
        if self._report.beat():
            progress, left = self._measure()
            self._progress.tell(self.position.step, progress, self._loop.summary(), left)
            self._preview()

    def _measure(self) -> tuple[float, float | None]:
        progress = self._loop.progress()
        if not self.position.updates:  # it only plays, and will be slower once it learns
            self._left.begin(progress)
        return progress, self._left.seconds(progress)


def progress_of_x(levels: Sequence[Level], x: int, rom: Path | None) -> float:
    """The progress that a mean x stands for, of a program that knew no other; 0 where x says little of it."""
    route = route_of(load_rom(rom), levels[0])
    is_plain = len(levels) == len(route.legs) == 1
    return route.progress_at(route.legs[0].area, x) if is_plain else 0.0


def make_replay(config: DdqnConfig, item_shape: tuple[int, ...]) -> ReplayBuffer:
    """The replay of a run, empty."""
    at_once = -(-config.environments // config.update_every_steps)  # batches drawn in one step of all games
    return ReplayBuffer(
        config.replay_steps,
        config.environments,
        item_shape,
        n_step=config.n_step,
        gamma=config.gamma,
        rng=np.random.default_rng([config.seed, _REPLAY_SEED]),
        batches=2 * at_once,
        shifts=config.random_shifts == "yes",
    )
