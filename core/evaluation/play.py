"""Playing the episodes of an evaluation: which ones, and many of them in worker processes."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2

from core.agents.episode import EpisodeStart, play_episode
from core.agents.players import PlayerSource, open_player
from core.agents.protocol import environment_settings
from core.agents.recording import Recording
from core.config.evaluate import EvaluateConfig
from core.errors import RunError
from core.game.engines import make_emulator
from core.game.env.mario_env import MarioEnv
from core.game.rom import load_rom
from core.stop_signals import ignore_terminal

_MOST_WORKERS = 61 if sys.platform == "win32" else 1024  # Windows waits for no more at once


@dataclass(frozen=True, slots=True)
class EvaluationSetup:
    """Who plays on what, in words that a worker process can be told.

    Attributes:
        who: a run folder, or a player that needs no training.
        checkpoint: of a run; empty for the best.
        config: settings of the evaluation.
        engine, rom: as in ``make_emulator``.
    """

    who: str
    checkpoint: str
    config: EvaluateConfig
    engine: str
    rom: Path | None

    def open_player(self, flag: str = "--evaluate") -> PlayerSource:
        """Load the player; InputError when it cannot be used."""
        labels = None if self.config.labels == "trained" else self.config.labels
        mapping = Path(self.config.mapping) if self.config.mapping else None
        return open_player(
            self.who, flag=flag, checkpoint=self.checkpoint, rom=load_rom(self.rom), labels=labels, mapping=mapping
        )


def is_deterministic(setup: EvaluationSetup, source: PlayerSource) -> bool:
    """Whether equal starts give equal episodes: nothing is left to chance."""
    return source.agent is not None and setup.config.is_deterministic


def play_all(setup: EvaluationSetup, starts: Sequence[EpisodeStart], workers: int) -> Iterator[Recording]:
    """Play episodes in worker processes; they come as they end, each the same whatever the number of workers.

    Raises:
        InputError: what the setup names cannot be used.
        RunError: a worker died.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(starts), _MOST_WORKERS), context, initializer=_begin_worker)
    try:
        futures: list[Future[Recording]] = [pool.submit(_play_in_worker, setup, start) for start in starts]
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool as error:
        raise RunError("a process that played episodes died; its memory may not have sufficed") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_worker() -> None:
    ignore_terminal()
    cv2.setNumThreads(1)  # there are as many workers as cores already
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # the pool's own threads would wait for tasks for ever


def _play_in_worker(setup: EvaluationSetup, start: EpisodeStart) -> Recording:
    env, source = _open_in_worker(setup)
    return play_episode(env, source.make(start.chance(), setup.config.epsilon), start, setup.config.limit_steps)


@lru_cache(maxsize=1)
def _open_in_worker(setup: EvaluationSetup) -> tuple[MarioEnv, PlayerSource]:
    """The game and the player, made at the first episode; the process's end closes them."""
    source = setup.open_player()
    emulator = make_emulator(setup.engine, setup.rom)
    if source.agent is not None:
        source.agent.check_engine(emulator)
    return MarioEnv(emulator=emulator, **environment_settings(setup.config)), source
