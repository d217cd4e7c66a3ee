"""Full checkpoints of an agent's training: they bring everything back, and a damaged one costs only the time since."""

from __future__ import annotations

import copy
import dataclasses
import errno
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from core.ddqn.training.checkpoints import DdqnCheckpoints
from core.ddqn.training.learner import DdqnLearner
from core.ddqn.training.loop import DdqnLoop, DdqnPosition
from core.ddqn.training.rollout import Rollout, make_games
from core.ddqn.training.run import make_replay
from core.errors import InputError, RunError
from core.runs.checkpoint_files import load_checkpoint, save_checkpoint
from core.runs.run_folder import RunFolder
from tests.core.ddqn.training.tiny_agent import tiny_config

CONFIG = tiny_config(replay_steps=600, layer_norm="yes", dueling="yes")
SAVED = (500, 600)  # agent steps; a segment of 256 entries is completed between them
Arrays = dict[str, npt.NDArray[Any]]


class Parts:
    """A training without its folder: games and networks, which every test shares."""

    def __init__(self) -> None:
        self.rollout = Rollout(make_games(CONFIG, 1), None, np.random.default_rng(3), CONFIG.epsilon_repeat)
        self.learner = DdqnLearner(CONFIG, self.rollout.item_shape, 5)

    def begin(self, run: RunFolder) -> tuple[DdqnLoop, DdqnCheckpoints]:
        """A loop at the beginning, with its checkpoints."""
        replay = make_replay(CONFIG, self.rollout.item_shape)
        self.rollout.reset(CONFIG.seed)
        loop = DdqnLoop(CONFIG, self.rollout, self.learner, replay)
        return loop, DdqnCheckpoints(run, self.learner, self.rollout, replay)

    def resume(self, run: RunFolder) -> DdqnLoop | None:
        """A loop at the newest whole checkpoint."""
        replay = make_replay(CONFIG, self.rollout.item_shape)
        with closing(DdqnCheckpoints(run, self.learner, self.rollout, replay)) as checkpoints:
            position = checkpoints.restore()
        return position and DdqnLoop(CONFIG, self.rollout, self.learner, replay, position=position)


def play(loop: DdqnLoop, until: int) -> None:
    while loop.position.step < until:
        loop.iterate()


def everything(parts: Parts, loop: DdqnLoop) -> tuple[Arrays, dict[str, Any], dict[str, Any]]:
    """All that a training is, times aside."""
    arrays = {**parts.learner.arrays(), **parts.rollout.arrays()}
    return arrays, copy.deepcopy(parts.rollout.state()), {**dataclasses.asdict(loop.position), "wall_time": 0}


def assert_equal(ours: tuple[Arrays, Any, Any], other: tuple[Arrays, Any, Any]) -> None:
    assert ours[1:] == other[1:]
    assert ours[0].keys() == other[0].keys()
    for name, array in ours[0].items():
        np.testing.assert_array_equal(array, other[0][name], err_msg=name)


@pytest.fixture(scope="module")
def parts() -> Iterator[Parts]:
    made = Parts()
    yield made
    made.rollout.close()


@pytest.fixture(scope="module")
def played(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[Arrays, Any, Any]]]:
    """A folder with two checkpoints, and what the training was 40 steps after each."""
    run = RunFolder(tmp_path_factory.mktemp("played"))
    loop, checkpoints = parts.begin(run)
    after = []
    with closing(checkpoints):
        for step in SAVED:
            while loop.position.step < step:
                loop.iterate()
                checkpoints.note()
            save_checkpoint(run.weights_path, parts.learner.weights(), {"step": step})
            loop.position.best_step = step
            checkpoints.save(loop.position)
            play(loop, step + 40)
            after.append(everything(parts, loop))
    return run.path, after


@pytest.fixture
def run(played: tuple[Path, Any], tmp_path: Path) -> RunFolder:
    """A copy of that folder."""
    shutil.copytree(played[0], tmp_path / "run")
    return RunFolder(tmp_path / "run")


def goes_on_from(step: int, parts: Parts, run: RunFolder, played: tuple[Path, Any]) -> bool:
    """Whether the run resumes at a step and is 40 steps later what it was then."""
    loop = parts.resume(run)
    assert loop is not None and loop.position.step == step
    assert load_checkpoint(run.weights_path).state == {"step": step}, "the best network of that moment"
    play(loop, step + 40)
    assert_equal(everything(parts, loop), played[1][SAVED.index(step)])
    return True


def test_the_newest_goes_on_to_the_bit(parts: Parts, run: RunFolder, played: tuple[Path, Any]) -> None:
    assert goes_on_from(600, parts, run, played)


def test_a_best_network_that_the_checkpoint_does_not_know_gives_way(
    parts: Parts, run: RunFolder, played: tuple[Path, Any]
) -> None:
    """It came after the checkpoint, and what led to it is lost; or its file is damaged."""
    before = run.weights_path.read_bytes()
    save_checkpoint(run.weights_path, {"other": np.zeros(3)}, {"step": 640})
    assert goes_on_from(600, parts, run, played)
    assert run.weights_path.read_bytes() == before
    run.weights_path.write_bytes(before[:1000])
    assert goes_on_from(600, parts, run, played)
    assert run.weights_path.read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "changed", "a segment is missing"])
def test_a_damaged_one_is_named_and_the_one_before_is_used(
    parts: Parts, run: RunFolder, played: tuple[Path, Any], caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    newest = run.checkpoints.paths()[-1]
    content = newest.read_bytes()
    if damage == "cut":
        newest.write_bytes(content[:-100])
    elif damage == "changed":
        newest.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        segment = sorted((run.path / "checkpoints" / "replay").iterdir())[-1]
        segment.unlink()
    with caplog.at_level(logging.WARNING, "core"):
        assert goes_on_from(500, parts, run, played)
    named = segment.name if damage == "a segment is missing" else newest.name
    assert named in caplog.text and "the checkpoint before it is used" in caplog.text
    assert [path.name for path in run.checkpoints.paths()] == ["step-000000500.safetensors"]
    assert (newest.with_name(f"damaged-{newest.name}")).exists(), "kept, but never taken for a whole one again"


def test_without_any_whole_one_the_run_is_not_begun_anew_unasked(parts: Parts, run: RunFolder) -> None:
    for path in run.checkpoints.paths():
        path.write_bytes(b"")
    with pytest.raises(InputError, match="no checkpoint there is whole; begin a new run"):
        parts.resume(run)
    assert len(run.checkpoints.paths()) == 2


def test_without_any_there_is_nothing_to_restore(parts: Parts, tmp_path: Path) -> None:
    assert parts.resume(RunFolder(tmp_path)) is None


@pytest.mark.parametrize("what", ["step-", "row-"])
def test_a_full_disk_leaves_the_ones_before(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """While a checkpoint is written, or a segment of the replay."""
    run = RunFolder(tmp_path)
    loop, checkpoints = parts.begin(run)
    fsync = os.fsync

    def full(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().name.startswith(f".{what}"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    with closing(checkpoints):
        play(loop, 120)
        checkpoints.save(loop.position)
        play(loop, 300)
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(RunError, match=r"cannot be written \(No space left on device\)"):
            checkpoints.save(loop.position)
    monkeypatch.undo()
    resumed = parts.resume(run)
    assert resumed is not None and resumed.position.step == 120


def test_a_checkpoint_of_another_kind_is_named(parts: Parts, tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.checkpoints.save_last(5, {"weights": np.zeros(2)}, {"position": dataclasses.asdict(DdqnPosition())})
    with pytest.raises(InputError, match="no checkpoint there is whole"):
        parts.resume(run)
