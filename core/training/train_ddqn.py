"""``--train ddqn``: train an agent and keep it as a run folder."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.agent_config import DdqnConfig, EvaluateConfig
from core.agents.environment import make_agent_env
from core.agents.observation import copy_encoder, feature_shape
from core.agents.replay import check_memory, needed_bytes
from core.errors import InputError
from core.frame import SMALL_SIZE
from core.game.emulator import make_emulator
from core.game.level import parse_levels
from core.game.reward import PAPER_REWARD
from core.runs.files import write_json
from core.runs.run_folder import CONFIG_NAME, RunFolder, Status
from core.training.evaluate import evaluate, headline
from core.training.play import Cast
from core.training.starts import write_starts

STARTS_NAME = "starts.safetensors"
SCALE_PICTURES = 600  # that the scale of an encoder's features is measured on
CHANGEABLE = ("steps", "episodes", "evaluate_every_steps", "checkpoint_every_steps", "keep_every_steps")
"""Settings that a resumed run may change: what was learned so far does not depend on them."""

_log = logging.getLogger(__name__)


def train_ddqn(
    config: DdqnConfig | None,
    folder: Path,
    *,
    resume: bool = False,
    changes: dict[str, Any] | None = None,
    engine: str = "auto",
    rom: Path | None = None,
    tensorboard: bool = False,
) -> None:
    """Train an agent or go on with one until it is done or asked to stop; a finished one is exported and evaluated.

    Args:
        config: the settings of a new run, with ``encoder`` as seen from the working directory; a resumed run takes its
            own from the folder.
        folder: the run folder, new or empty; with ``resume`` one that was stopped, interrupted or failed.
        resume: go on with the run that is there.
        changes: settings of a resumed run that differ from now on, of those in ``CHANGEABLE``.
        engine, rom: as in ``make_emulator``; a resumed run takes its engine from the folder.
        tensorboard: also write event files for TensorBoard.

    Raises:
        InputError: the settings or the folder cannot be used; nothing that exists is changed.
        RunError: the run began and could not go on (a full disk, a loss that is no number).
    """
    folder = Path(folder)
    if resume:
        run, config = _open_run(folder, changes or {})
        engine = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["engine"]
    elif config is None:
        raise InputError("a new run needs its settings")
    else:
        _check(config)
        with closing(make_emulator(engine, rom)) as emulator:
            engine = emulator.name
        config = _seen_from(folder, config)
        run = RunFolder.create(folder, config, engine=engine)
    with run.writing():
        from core.training.ddqn_run import DdqnRun  # brings Keras: seconds that a mistake should not have to wait for

        run.clear_stop()
        _prepare(run, config, engine, rom)
        with DdqnRun(run, config, engine=engine, rom=rom) as parts:
            if parts.train():
                parts.export_best()
                _finish(run, parts.position.best_step, engine, rom)


def _check(config: DdqnConfig) -> None:
    """Refuse what cannot work before a folder is made."""
    try:
        parse_levels(config.level)
    except InputError as error:
        raise InputError(f"--level: {error}") from None
    if config.observation == "fcn":
        item_shape: tuple[int, ...] = feature_shape(Path(config.encoder))
    else:
        item_shape = (SMALL_SIZE, SMALL_SIZE)
    check_memory(needed_bytes(config.replay_steps, config.environments, item_shape, config.priority))


def _seen_from(folder: Path, config: DdqnConfig) -> DdqnConfig:
    """The settings with paths as seen from the run folder, so that nothing inside names a place on this machine."""
    if config.observation != "fcn":
        return config
    return dataclasses.replace(config, encoder=Path(os.path.relpath(config.encoder, folder)).as_posix())


def _open_run(folder: Path, changes: dict[str, Any]) -> tuple[RunFolder, DdqnConfig]:
    run = RunFolder.open(folder)
    config = run.config(DdqnConfig)
    wrong = [name for name, value in changes.items() if name not in CHANGEABLE and value != getattr(config, name)]
    if wrong:
        raise InputError(
            f"--override: {wrong[0]} cannot change in a resumed run, which keeps what it learned with "
            f"{getattr(config, wrong[0])}; only {', '.join(CHANGEABLE)} can"
        )
    status = run.status()
    changed = dataclasses.replace(config, **changes)
    if status is not None and status.state == "done" and changed == config:
        raise InputError(f"{folder}: this run is done; to go on, give more steps with --override steps=N")
    if changed != config:
        write_json(run.path / CONFIG_NAME, changed.to_json())
    return run, changed


def _prepare(run: RunFolder, config: DdqnConfig, engine: str, rom: Path | None) -> None:
    """Files that the games and eyes need, unless an earlier session made them."""
    levels = [str(level) for level in parse_levels(config.level)]
    starts, encoder = run.path / STARTS_NAME, run.path / "encoder"
    if config.start_share and not starts.exists():
        write_starts(starts, levels, rom, engine, config.seed)
    if config.observation == "fcn" and not (encoder / CONFIG_NAME).exists():
        pictures = _scale_pictures(config, levels, rom, engine, starts if starts.exists() else None)
        error = copy_encoder(run.path / config.encoder, run, pictures)
        _log.info("features as bytes: %s", ", ".join(f"{name} {value:.4f}" for name, value in error.items()))


def _scale_pictures(
    config: DdqnConfig, levels: list[str], rom: Path | None, engine: str, starts: Path | None
) -> npt.NDArray[np.uint8]:
    """Pictures of random play from all along the levels, or from their starts alone: uint8 (N, 84, 84, 3)."""
    env = make_agent_env(
        observation="fcn",
        labels="exact",
        levels=tuple(levels),
        rom=rom,
        engine=engine,
        sticky=0.0,
        max_noops=0,
        stall_limit_steps=20,
        reward=PAPER_REWARD,
        starts=starts,
        start_share=1.0 if starts else 0.0,
    )
    with closing(env):
        env.action_space.seed(config.seed)
        pictures = [env.reset(seed=config.seed)[0]]
        while len(pictures) < SCALE_PICTURES:
            picture, _, terminated, truncated, _ = env.step(env.action_space.sample())
            pictures.append(env.reset()[0] if terminated or truncated else picture)
    return np.stack(pictures)


def _finish(run: RunFolder, best_step: int, engine: str, rom: Path | None) -> None:
    """Evaluate the best network over the starts, and close the run."""
    config = EvaluateConfig(labels="trained")
    result = evaluate(Cast(str(run.path), "", config, engine, rom))
    write_json(run.evaluation_path, {"step": best_step, **headline(result.document)})
    run.write_status(Status("done", os.getpid(), time.time(), 1.0, 0.0))
