"""Training an agent: it leaves a run folder that plays, and interruptions change nothing of what it learns."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from core.agents.policy import Agent, list_checkpoints
from core.config.ddqn import DdqnConfig
from core.config.evaluate import EvaluateConfig
from core.ddqn.training.export import export_agent
from core.ddqn.training.loop import DdqnLoop
from core.ddqn.training.run import game_seeds
from core.ddqn.training.train import train_ddqn
from core.errors import InputError, RunError
from core.files import write_json
from core.game.engines.stable_retro import RetroEmulator
from core.game.rom import EUROPE, WORLD, Rom
from core.locations import seen_from
from core.runs.checkpoint_files import load_checkpoint, save_checkpoint
from core.runs.run_folder import RunFolder, Status
from core.runs.run_log import read_rows
from tests.agent_runs import ROOT
from tests.core.ddqn.training.tiny_agent import assert_equal_runs, at_step, timeless_rows, tiny_config
from tests.core.training.exported_once import ExportedOnce


@pytest.fixture(scope="module", autouse=True)
def quick(rom: Rom, emulator: RetroEmulator) -> Iterator[None]:
    """Look for requests at every step; the last evaluation plays two short episodes; trainings make their emulators.

    Equal networks are exported once.
    """
    emulator.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.training.stop.LOOK_EVERY", 0.0)
        short = partial(EvaluateConfig, episodes=2, stall_limit_steps=5)
        patch.setattr("core.ddqn.training.train.EvaluateConfig", short)
        once = ExportedOnce(export_agent, lambda _, item_shape: item_shape)
        patch.setattr("core.ddqn.training.run.export_agent", once)
        yield
    emulator.__init__(rom)  # type: ignore[misc]  # the session's object gets a core again


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    train_ddqn(tiny_config(keep_every_steps=500), folder)
    return RunFolder(folder)


def test_a_finished_run_holds_everything(finished: RunFolder) -> None:
    names = {path.name for path in finished.path.iterdir()}
    assert names >= {
        "config.json", "provenance.json", "agent.json", "status.json", "episodes.csv", "learning.csv",
        "evaluations.csv", "weights.safetensors", "model.onnx", "evaluation.json", "train.log", "checkpoints",
    }  # fmt: skip
    status = finished.status()
    assert status is not None and status.state == "done" and status.progress == 1
    assert [path.name for path in finished.checkpoints.paths()] == [
        "step-000000520.safetensors",
        "step-000000600.safetensors",
    ]
    assert list_checkpoints(finished.path) == ["best", "last", "kept-000000500"]
    assert (finished.provenance()["engine"], finished.provenance()["rom"]) == ("stable-retro", EUROPE.name)


def test_games_of_neighbouring_seeds_are_drawn_apart() -> None:
    """The seed is the unit: what is drawn for a game must not come again in the next run."""
    seeds = [one for seed in range(21, 31) for one in game_seeds(seed, 8)]
    assert len(set(seeds)) == 80 and game_seeds(21, 8) == seeds[:8]


def test_rows_tell_the_whole_training(finished: RunFolder) -> None:
    rows = timeless_rows(finished.path)
    episodes = rows["episodes.csv"]
    assert [row["episode"] for row in episodes] == list(range(1, len(episodes) + 1))
    assert sum(row["length"] for row in episodes) <= 600
    for row in episodes:
        assert row["return"] == pytest.approx(sum(row[name] for name in row if name.startswith("return_")))
    assert [row["step"] for row in rows["evaluations.csv"]] == [250, 500, 600]
    best = max(rows["evaluations.csv"], key=lambda row: (row["flags"], row["mean_progress"], row["step"]))
    assert load_checkpoint(finished.weights_path).state["step"] == best["step"]


def test_the_last_network_is_reported_and_the_best_one_beside_it(finished: RunFolder) -> None:
    scores = json.loads(finished.evaluation_path.read_text())
    assert (scores["step"], scores["checkpoint"], scores["best"]["checkpoint"]) == (600, "last", "best")
    assert scores["best"]["step"] == load_checkpoint(finished.weights_path).state["step"]
    for figures in (scores, scores["best"]):
        assert figures["episodes"] == 2 and 0 <= figures["progress"]["mean"] <= 1
    last = load_checkpoint(finished.checkpoints.folder / "last.safetensors")
    full = load_checkpoint(finished.checkpoints.paths()[-1]).arrays
    assert last.state["step"] == 600
    for name, array in last.arrays.items():
        assert any(np.array_equal(array, other) for other in full.values() if other.shape == array.shape), name
    assert Agent.open(finished.path, "last").checkpoint == "last"


def die(loop: DdqnLoop) -> None:
    """A game's process is killed."""
    mine = psutil.Process().children()
    (game,) = [child for child in mine if child.pid == loop._rollout.envs._workers[0].pid]
    game.kill()


def spoil(loop: DdqnLoop) -> None:
    """The network's weights are no numbers any more."""
    for variable in loop._learner.model.online.trainable_variables:
        variable.assign(np.full(variable.shape, np.nan))


def ask(loop: DdqnLoop) -> None:
    """Somebody kills politely."""
    os.kill(os.getpid(), signal.SIGTERM)


def fill_the_disk(loop: DdqnLoop) -> None:
    """The next file cannot be written."""
    fsync = os.fsync

    def full(_: int) -> None:
        os.fsync = fsync  # type: ignore[assignment]
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    os.fsync = full  # type: ignore[assignment]


NATIVE = "saved_agents/fcn-native"
SMALL = ROOT / "saved_agents" / "fcn-84"
INTERRUPTIONS: list[tuple[int, Callable[[DdqnLoop], None], str]] = [
    (173, ask, ""),
    (290, die, r"environment worker 0 of 1 .*killed by SIGKILL.*--resume goes on from the last checkpoint"),
    (411, fill_the_disk, "cannot be written .No space left on device."),
    (520, spoil, "the loss is no number after .* agent steps; go on from the last checkpoint"),
]


def test_a_run_goes_on_as_if_nothing_had_happened(finished: RunFolder, tmp_path: Path) -> None:
    """Asked to stop; a game's death; a full disk; weights that are no numbers: each time it is resumed."""
    run = RunFolder(tmp_path / "run")
    train: Callable[[], None] = partial(train_ddqn, tiny_config(keep_every_steps=500), run.path)
    for step, action, sentence in INTERRUPTIONS:
        with pytest.MonkeyPatch.context() as patch:
            at_step(patch, step, action)
            if action is die:  # once the last checkpoint is long ago
                at_step(patch, step - 2, lambda loop: patch.setattr("core.ddqn.training.run.SAVE_EVERY", 0.0))
            if sentence:
                with pytest.raises(RunError, match=sentence) as told:
                    train()
                assert "\n" not in str(told.value)
            else:
                train()
        status = run.status()
        assert status is not None
        assert (status.state, status.error) == (("failed", str(told.value)) if sentence else ("stopped", ""))
        if action is die:
            assert run.checkpoints.last_step() == step
        if not sentence:
            assert run.checkpoints.paths()[-1].name == f"step-{step + 1:09d}.safetensors"
        train = partial(train_ddqn, None, run.path, resume=True)
    train()
    assert_equal_runs(run, finished)


def test_a_finished_run_goes_on_with_more_steps_and_event_files(
    finished: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where memory seems to be short as well: it ran here before, and its sizes cannot change."""
    monkeypatch.setattr("core.ddqn.preflight.free_memory", lambda: 1)
    run = RunFolder(tmp_path / "run")
    shutil.copytree(finished.path, run.path)
    last = load_checkpoint(run.checkpoints.paths()[-1])  # as a program wrote it that compared x
    new = last.state["position"]
    old = {name: value for name, value in new.items() if not name.startswith("best_")}
    old |= {"best_step": new["best_step"], "best_x": 400.0}
    save_checkpoint(last.path, last.arrays, {**last.state, "position": old})
    with (run.path / "episodes.csv").open("a") as file:
        file.write("999,")  # half a row
    train_ddqn(None, run.path, resume=True, changes={"steps": 700}, tensorboard=True)
    assert run.config(DdqnConfig).steps == 700
    assert "notice: the training needs" in capsys.readouterr().err
    before, after = timeless_rows(finished.path), timeless_rows(run.path)
    for name, rows in before.items():
        assert after[name][: len(rows)] == rows
    (path,) = (run.path / "tensorboard").iterdir()
    told: dict[str, list[tuple[int, float]]] = {}
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            told.setdefault(value.tag, []).append((event.step, value.tensor.float_val[0]))
    for log in ("episodes", "evaluations"):
        new = read_rows(run.path / f"{log}.csv")[len(before[f"{log}.csv"]) :]
        column = "x" if log == "episodes" else "mean_x"
        assert told.get(f"{log}/{column}", []) == [(row["step"], pytest.approx(row[column])) for row in new]
    assert len(told["evaluations/mean_x"]) == 1
    best = max(after["evaluations.csv"], key=lambda row: (row["flags"], row["mean_progress"], row["step"]))
    scores = json.loads(run.evaluation_path.read_text())
    assert (scores["step"], scores["best"]["step"]) == (700, best["step"])
    assert not any(part in path.name for part in (os.uname().nodename, "localhost"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "this run is done; to go on, give more steps with --override steps=N"),
        ({"gamma": 0.5}, "gamma: it cannot change in a resumed run, which keeps what it learned with 0.9; only steps"),
        ({"steps": 900, "observation": "fcn"}, "observation: it cannot change"),
    ],
)
def test_a_resumed_run_takes_no_change_that_spoils_it(
    finished: RunFolder, changes: dict[str, Any], sentence: str
) -> None:
    before = (finished.path / "config.json").read_bytes()
    with pytest.raises(InputError, match=sentence):
        train_ddqn(None, finished.path, resume=True, changes=changes)
    assert (finished.path / "config.json").read_bytes() == before


def test_an_agent_goes_on_from_another_one_and_its_encoder_learns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A random encoder, frozen; then an agent that starts there, on another level, with the encoder unfrozen.

    Without evaluations the last network is the best one too, and exported once.
    """
    exported: list[Path] = []

    def export(*given: Any) -> None:
        exported.append(given[-1])
        export_agent(*given)

    monkeypatch.setattr("core.ddqn.training.run.export_agent", export)
    short = {"observation": "fcn", "steps": 40, "warm_up_steps": 20, "evaluate_every_steps": 0, "batch_size": 2}
    runs = tmp_path / "runs"  # a link to another disk, from which the encoder is seen by another way
    (tmp_path / "another" / "disk").mkdir(parents=True)
    runs.symlink_to(tmp_path / "another" / "disk")
    train_ddqn(tiny_config(encoder=str(SMALL), encoder_weights="random", **short), runs / "first")
    first = RunFolder(runs / "first")
    shipped, random = (load_checkpoint(path / "weights.safetensors").arrays for path in (SMALL, first.path / "encoder"))
    assert shipped.keys() == random.keys()
    assert not any(np.array_equal(shipped[name], random[name]) for name in shipped if name.endswith("kernel"))

    train_ddqn(tiny_config(initial=str(first.path), encoder_frozen="no", level="1-1-dark", **short), runs / "next")
    run = RunFolder(runs / "next")
    assert run.config(DdqnConfig).encoder == "../first/encoder"
    for name in ("features.json", "weights.safetensors"):
        assert (run.path / "encoder" / name).read_bytes() == (first.path / "encoder" / name).read_bytes()
    learned = load_checkpoint(run.checkpoints.folder / "last.safetensors").arrays
    before = load_checkpoint(first.checkpoints.folder / "last.safetensors").arrays
    kernels = {name: array for name, array in learned.items() if name.endswith("kernel")}
    assert len(kernels) > len(before) / 2
    for name, array in kernels.items():  # a few steps of Adam away from where it began
        begun = random[name.removeprefix("encoder/")] if name.startswith("encoder/") else before[name]
        assert 0 < np.abs(array - begun).max() < 0.01, name
    scores = json.loads(run.evaluation_path.read_text())
    assert scores["level"] == "1-1-dark"
    assert exported == [first.model_path, run.model_path]
    assert (run.checkpoints.folder / "last.onnx").read_bytes() == run.model_path.read_bytes()

    first.path.rename(tmp_path / "elsewhere")  # what it started from is in its checkpoint
    train_ddqn(None, run.path, resume=True, changes={"steps": 60})
    status = run.status()
    assert status is not None and status.state == "done" and run.config(DdqnConfig).initial == "../first"


def test_an_agent_that_failed_at_once_still_starts_from_the_other_one(finished: RunFolder, tmp_path: Path) -> None:
    own = seen_from(tmp_path / "next", str(finished.path))
    for initial, sentence in ((own, "no.nes"), ("../gone", "--initial: .*gone: there is no such folder")):
        config = dataclasses.replace(finished.config(DdqnConfig), initial=initial)
        run = RunFolder.create(tmp_path / "next", config, engine="auto")
        run.write_status(Status("failed", pid=1, heartbeat=0.0))
        with pytest.raises(InputError, match=sentence):  # the ROM is looked at after the settings
            train_ddqn(None, run.path, resume=True, rom=tmp_path / "no.nes")
        shutil.rmtree(run.path)


def test_a_run_is_written_by_one_process(finished: RunFolder) -> None:
    with finished.writing(), pytest.raises(InputError, match=f"is being written by process {os.getpid()}"):
        train_ddqn(None, finished.path, resume=True, changes={"steps": 900})
    assert finished.config(DdqnConfig).steps == 600


def test_a_run_goes_on_with_the_revision_of_the_game_that_it_began_with(finished: RunFolder, tmp_path: Path) -> None:
    other = shutil.copytree(finished.path, tmp_path / "run")
    write_json(other / "provenance.json", {**finished.provenance(), "rom": WORLD.name})
    with pytest.raises(InputError, match=re.escape(f"--rom: {other} was begun on {WORLD.name}, not on {EUROPE.name}")):
        train_ddqn(None, other, resume=True, changes={"steps": 900})


@pytest.mark.parametrize(
    ("changes", "engine", "sentence"),
    [
        ({}, "nes-py", "--engine: nes-py has no save states, so no checkpoint could hold its games"),
        ({"level": "9-1"}, "auto", "--level: level 9-1 does not exist"),
        ({"observation": "fcn", "encoder": NATIVE}, "auto", f"--encoder: {NATIVE}: an encoder that does not fit"),
        ({"replay_steps": 10**8}, "auto", r"the training needs 707\.\d+ GB of memory and .*fewer replay_steps"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_before_a_folder_is_made(
    tmp_path: Path, changes: dict[str, Any], engine: str, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        train_ddqn(tiny_config(**changes), tmp_path / "run", engine=engine)
    assert not (tmp_path / "run").exists()
