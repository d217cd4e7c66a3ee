"""``--train ddqn``: train an agent and keep it as a run folder."""

from __future__ import annotations

import dataclasses
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from core.agents.agent_choice import BEST, LAST
from core.agents.encoder import copy_encoder
from core.agents.environment import make_agent_env
from core.config.ddqn import DdqnConfig
from core.config.evaluate import EvaluateConfig
from core.ddqn.initial_agent import with_initial_encoder
from core.ddqn.preflight import preflight
from core.errors import InputError, RunError
from core.evaluation.evaluate import evaluate, headline
from core.evaluation.play import EvaluationSetup
from core.files import write_json
from core.game.engines import make_emulator
from core.game.env.reward import PAPER_REWARD
from core.game.env.vector_env import WorkerError
from core.game.level import parse_levels
from core.keras_backend import check_backend
from core.level_search.find_starts import write_starts
from core.locations import seen_at, seen_from
from core.runs.commands import with_folders
from core.runs.resume import check_resume
from core.runs.run_folder import CONFIG_NAME, ENCODER_NAME, RunFolder
from core.threads import limit_threads
from core.training.notices import load_keras
from core.training.report import tell_done

if TYPE_CHECKING:
    from core.ddqn.training.loop import DdqnPosition

STARTS_NAME = "starts.safetensors"
SCALE_PICTURES = 600  # that the scale of an encoder's features is measured on
CHANGEABLE = (
    "steps",
    "episodes",
    "evaluate_every_steps",
    "checkpoint_every_steps",
    "keep_every_steps",
    "learning_rate",
    "learning_rate_end",
)
"""Settings that a resumed run may change: what was learned so far stays as good as it is."""

_log = logging.getLogger(__name__)


def train_ddqn(
    config: DdqnConfig | None,
    folder: Path,
    *,
    resume: bool = False,
    changes: dict[str, Any] | None = None,
    engine: str = "auto",
    rom: Path | None = None,
    threads: int = 0,
    tensorboard: bool = False,
) -> None:
    """Train an agent or go on with one until it is done or asked to stop; a finished one is exported and evaluated.

    Args:
        config: the settings of a new run, with ``encoder`` as seen from the working directory; a resumed run takes its
            own from the folder.
        folder: the run folder, new or empty; with ``resume`` one that was stopped, interrupted or failed, or one that
            is done and gets more steps.
        resume: go on with the run that is there.
        changes: settings of a resumed run that differ from now on, of those in ``CHANGEABLE``.
        engine, rom: as in ``make_emulator``; a resumed run takes its engine from the folder.
        threads: as in ``limit_threads``; a deterministic run takes 1, which it can only promise where Keras was not
            imported before.
        tensorboard: also write event files for TensorBoard.

    Raises:
        InputError: the settings or the folder cannot be used; nothing that exists is changed.
        RunError: the run began and could not go on (a full disk, a game that died, a loss that is no number).
    """
    folder = Path(folder)
    check_backend()
    if resume:
        run = RunFolder.open(folder)
        config = _changed(run, changes or {})
        found = preflight(_seen_from_here(run, config), folder)
        found.check_settings()
        if found.lack:  # its sizes cannot change any more, and it ran here before
            tqdm.write(f"notice: {found.lack}", file=sys.stderr)
        begun_on = run.provenance()
        engine, revision = _check_engine(str(begun_on.get("engine", "auto")), rom, config)
        if begun_on.get("rom") not in ("", None, revision):
            raise InputError(f"--rom: {folder} was begun on {begun_on['rom']}, not on {revision}; give that one")
        writing = run.writing(check_resume)  # again: it may have changed since
    elif config is None:
        raise InputError("a new run needs its settings")
    else:
        config = with_initial_encoder(config)
        preflight(config, folder).check()
        engine, revision = _check_engine(engine, rom, config)
        config = _seen_from(folder, config)
        writing = RunFolder.creating(folder, config, engine=engine, rom=revision)
    with writing as run, _deaths_in_a_sentence():
        tqdm.write(f"run folder: {folder}", file=sys.stderr)
        limit_threads(threads := 1 if config.deterministic == "yes" else threads)
        if config != run.config(DdqnConfig):
            write_json(run.path / CONFIG_NAME, config.to_json())
        run.clear_stop()
        _prepare(run, config, engine, rom)
        load_keras()  # here, for it takes seconds that a mistake should not have to wait for
        from core.ddqn.training.run import DdqnRun

        with DdqnRun(run, config, engine=engine, rom=rom, threads=threads, tensorboard=tensorboard) as parts:
            if not parts.train():
                return
            parts.export_best()
            parts.export_last()
        _finish(run, config, parts.position, engine, rom)


def _check_engine(engine: str, rom: Path | None, config: DdqnConfig) -> tuple[str, str]:
    """Names of the engine and of the game's revision.

    InputError for an engine that cannot serve a training, or not enter one of the levels.
    """
    with closing(make_emulator(engine, rom)) as emulator:
        if not emulator.has_states:
            raise InputError(
                f"--engine: {emulator.name} has no save states, so no checkpoint could hold its games; "
                "agents are trained on stable-retro"
            )
        for level in parse_levels(config.level):
            emulator.enter(level)
        revision = emulator.rom.revision
        return emulator.name, revision.name if revision else ""


def _encoder_of(run: RunFolder, config: DdqnConfig) -> Path:
    """The run's copy of its encoder, or while there is none, what it is to be copied from."""
    copy = run.path / ENCODER_NAME
    return copy if (copy / CONFIG_NAME).exists() else seen_at(run.path, config.encoder)


def _seen_from_here(run: RunFolder, config: DdqnConfig) -> DdqnConfig:
    """A run's settings with paths as seen from here; the agent that it started from only while it is needed."""
    has_begun = not config.initial or run.checkpoints.last_step() is not None
    initial = "" if has_begun else str(seen_at(run.path, config.initial))
    return dataclasses.replace(config, encoder=str(_encoder_of(run, config)), initial=initial)


def _seen_from(folder: Path, config: DdqnConfig) -> DdqnConfig:
    """The settings with paths as seen from the run folder, so that nothing inside names a place on this machine."""
    return with_folders(config, lambda path: seen_from(folder, path))


def _changed(run: RunFolder, changes: dict[str, Any]) -> DdqnConfig:
    """The settings of a run from now on; InputError for changes that cannot be, and for a run with nothing to do."""
    config = run.config(DdqnConfig)
    check_resume(run)
    wrong = [name for name, value in changes.items() if name not in CHANGEABLE and value != getattr(config, name)]
    if wrong:
        raise InputError(
            f"{wrong[0]}: it cannot change in a resumed run, which keeps what it learned with "
            f"{getattr(config, wrong[0])}; only {', '.join(CHANGEABLE)} can"
        )
    changed = dataclasses.replace(config, **changes)
    status = run.status()
    if status is not None and status.state == "done" and changed == config:
        raise InputError(f"{run.path}: this run is done; to go on, give more steps with --override steps=N")
    return changed


@contextmanager
def _deaths_in_a_sentence() -> Iterator[None]:
    """A worker's death ends the run with one sentence; the log has all of it."""
    try:
        yield
    except WorkerError as error:
        _log.exception("a game is gone")
        first, *more = str(error).strip().splitlines()
        sentence = f"{first} {more[-1]}" if more else first
        raise RunError(f"{sentence}; --resume goes on from the last checkpoint") from error


def _prepare(run: RunFolder, config: DdqnConfig, engine: str, rom: Path | None) -> None:
    """Files that the games and eyes need, unless an earlier session made them."""
    levels = [str(level) for level in parse_levels(config.level)]
    starts, encoder = run.path / STARTS_NAME, run.path / ENCODER_NAME
    if config.start_share and not starts.exists():
        write_starts(starts, levels, rom, engine, config.seed)
    if config.observation == "fcn" and not (encoder / CONFIG_NAME).exists():
        pictures = _scale_pictures(config, levels, rom, engine, starts if starts.exists() else None)
        with _encoder_source(run, config) as network:
            error = copy_encoder(network, run, pictures)
        _log.info("features as bytes: %s", ", ".join(f"{name} {value:.4f}" for name, value in error.items()))


@contextmanager
def _encoder_source(run: RunFolder, config: DdqnConfig) -> Iterator[Path]:
    """The network that the run's encoder is copied from: the one of its settings, or one like it, made for a moment."""
    source = seen_at(run.path, config.encoder)
    if config.encoder_weights == "trained":
        yield source
        return
    load_keras()
    from core.ddqn.training.random_network import write_random_network

    with tempfile.TemporaryDirectory() as folder:
        write_random_network(source, Path(folder), config.seed)
        yield Path(folder)


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


def _finish(run: RunFolder, config: DdqnConfig, position: DdqnPosition, engine: str, rom: Path | None) -> None:
    """Evaluate the last network, by which the run is reported, and the best one; over all starts of all levels."""
    protocol = EvaluateConfig(level=config.level)

    def figures(checkpoint: str, step: int) -> dict[str, Any]:
        result = evaluate(EvaluationSetup(str(run.path), checkpoint, protocol, engine, rom))
        return {"step": step, **headline(result.document)}

    last = figures(LAST, position.step)
    is_last = position.best_step == position.step
    best = {**last, "checkpoint": BEST} if is_last else figures(BEST, position.best_step)
    write_json(run.evaluation_path, {**last, BEST: best})
    tell_done(run)
