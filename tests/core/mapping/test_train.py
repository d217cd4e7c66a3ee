"""Training a mapping: it learns, stops, goes on exactly, and leaves a run folder that agents see through."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from core.agents.players import open_player
from core.agents.policy import Agent
from core.agents.preprocessor import make_preprocessor
from core.cli.commands import main
from core.cli.report import evaluation_report, training_report
from core.config.evaluate import EvaluateConfig
from core.config.mapping import MappingConfig
from core.dataset.record import SPLITS, StackOrigin
from core.dataset.store import DataSet
from core.errors import InputError, RunError
from core.evaluation.evaluate import evaluate
from core.evaluation.files import keep_in_new_folder, read_evaluation
from core.evaluation.play import EvaluationSetup
from core.frame import CLASS_MAP_SHAPE, Snapshot, shrink_frame, to_gray
from core.game.rom import Rom
from core.locations import seen_at
from core.mapping.frame_mapping import FrameMapping
from core.mapping.looks import load_pictures, look_records
from core.mapping.preflight import discriminator_weights, generator_weights, preflight
from core.mapping.training import loop as mapping_loop
from core.mapping.training.cycle_gan import CycleGan
from core.mapping.training.export import export_mapping
from core.mapping.training.learner import MappingLearner
from core.mapping.training.networks import build_discriminator, build_generator, scaled, set_weights
from core.mapping.training.train import train_mapping
from core.runs.checkpoint_files import load_checkpoint
from core.runs.commands import train_arguments
from core.runs.run_folder import RunFolder
from core.runs.run_log import read_rows
from tests.agent_runs import AgentRuns
from tests.core.training.exported_once import ExportedOnce

UPDATES = 30


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Look for requests at every update, write rows often, and export equal networks once."""
    with pytest.MonkeyPatch.context() as patch:
        once = ExportedOnce(export_mapping, lambda config: (config.filters, config.blocks))
        patch.setattr("core.mapping.training.export.export_mapping", once)
        patch.setattr("core.training.stop.LOOK_EVERY", 0.0)
        patch.setattr(mapping_loop, "ROW_EVERY", 5)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bright squares on black, in 1-1-dark; the same kind of squares on gray, in 1-1."""
    folder, rng = tmp_path_factory.mktemp("data") / "looks", np.random.default_rng(3)
    with DataSet.create(folder, {"config": {}}) as made:
        for episode, (split, level) in enumerate((s, level) for s in SPLITS for level in ("1-1-dark", "1-1", "2-1")):
            frames = np.full((4, *CLASS_MAP_SHAPE, 3), 0 if level == "1-1-dark" else 130, np.uint8)
            for frame in frames:
                for top, left in rng.integers(0, 176, (6, 2)):
                    frame[top : top + 40, left : left + 40] = 220
            origin = StackOrigin(level, "stable-retro", 3, episode, (0, 1, 2, 3), (9, 9, 9, 9), split, "exact")
            made.append_stack(frames, np.zeros((4, *CLASS_MAP_SHAPE), np.uint8), origin)
    return folder


def settings(folder: Path, **changes: Any) -> MappingConfig:
    few: dict[str, Any] = {"updates": UPDATES, "batch_size": 2, "learning_rate": 0.01, "filters": 2, "blocks": 1}
    return MappingConfig(**{"data": str(folder), **few, **changes})


@pytest.fixture(scope="module")
def finished(data: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run that nothing disturbed, made by the command."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    assert main(train_arguments(settings(data), folder)) == 0
    return RunFolder(folder)


def rows_without_times(run: RunFolder) -> list[dict[str, Any]]:
    times = ("wall_time", "updates_per_second")
    return [{k: v for k, v in row.items() if k not in times} for row in read_rows(run.path / "updates.csv")]


def test_a_finished_run_holds_everything(finished: RunFolder, data: Path) -> None:
    names = {path.name for path in finished.path.iterdir()}
    assert names >= {
        "config.json", "provenance.json", "status.json", "updates.csv", "weights.safetensors", "model.onnx",
        "evaluation.json", "train.log", "checkpoints",
    }  # fmt: skip
    assert finished.status().state == "done" and not list(finished.checkpoints.folder.iterdir())
    found = json.loads(finished.evaluation_path.read_text())
    assert found["training_frames"] == {"from": 4, "to": 4} and (found["frames"], found["updates"]) == (4, UPDATES)
    assert 0 < found["cycle_error"] < 128
    told = training_report(finished.path, "mapping", "done", found)
    assert told.endswith(f"4 test frames come back with a mean error of {found['cycle_error']:.1f} gray levels")
    text = "".join(path.read_text() for path in finished.path.glob("*.json"))
    assert str(data.parent) not in text and str(finished.path) not in text


def test_it_learns(finished: RunFolder) -> None:
    rows = read_rows(finished.path / "updates.csv")
    assert [row["update"] for row in rows] == list(range(5, UPDATES + 1, 5)) and tuple(rows[0]) == mapping_loop.COLUMNS
    for name in ("cycle", "identity"):
        assert rows[-1][name] < 0.7 * rows[0][name]
    rates = [row["learning_rate"] for row in rows]
    assert rates[:3] == [0.01] * 3 and 0 < rates[-1] < rates[-2] < 0.01, "it falls from half-way on"


def test_the_mapping_at_play_is_the_trained_network_on_what_gray_agents_see(
    finished: RunFolder, data: Path, rom: Rom, agent_runs: AgentRuns
) -> None:
    made = DataSet.open(data)
    dark = look_records(settings(data), made, "test")[0]
    assert [record.level for record in dark] == ["1-1-dark"] * 4
    frame, _ = made.read(dark[0])
    seen = make_preprocessor("gray", "exact", rom, finished.path).observe(Snapshot(frame))
    plain = shrink_frame(to_gray(frame))
    assert (load_pictures(made, dark)[0, ..., 0] == plain).all(), "it learned from what such agents see"
    assert seen.shape == (84, 84) and seen.dtype == np.uint8 and (seen == FrameMapping(finished.path).map(plain)).all()
    agent = Agent.open(agent_runs("gray"), mapping=finished.path)
    agent.reset(Snapshot(frame))
    assert (agent.picture == seen).all() and (agent.stack == seen).all()
    brighter = seen[plain == 0].mean() - plain[plain == 0].mean()
    assert brighter > 20, "black ground has become lighter, as that of 1-1 is"


def test_the_exported_network_is_the_trained_one(finished: RunFolder, data: Path) -> None:
    """ONNX Runtime gives from bytes to bytes what Keras gives from -1 to 1."""
    made = DataSet.open(data)
    pictures = load_pictures(made, look_records(settings(data), made, "test")[0])
    generator = build_generator(settings(data), "any")
    set_weights(generator, load_checkpoint(finished.weights_path).arrays, "weights")
    wanted = (generator.predict_on_batch(pictures / np.float32(127.5) - 1)[..., 0] + 1) * 127.5
    mapping = FrameMapping(finished.path)
    found = np.stack([mapping.map(picture) for picture in pictures[..., 0]])
    np.testing.assert_allclose(found, wanted, atol=0.51)


def test_a_run_goes_on_as_if_it_had_not_stopped(
    finished: RunFolder, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped on request between two rows."""
    run, update = RunFolder(tmp_path / "run"), MappingLearner.update

    def disturbed(learner: MappingLearner, *given: Any) -> dict[str, float]:
        if given[2] == 13:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(learner, *given)

    with monkeypatch.context() as patch:
        patch.setattr(MappingLearner, "update", disturbed)
        train_mapping(settings(data), run.path)
    assert run.status().state == "stopped" and run.checkpoints.last_step() == 14 and len(rows_without_times(run)) == 2
    train_mapping(None, run.path, resume=True)
    assert rows_without_times(run) == rows_without_times(finished)
    assert run.weights_path.read_bytes() == finished.weights_path.read_bytes()
    with pytest.raises(InputError, match="nothing to resume; a longer one is a new run with more --updates"):
        train_mapping(None, run.path, resume=True)


def test_a_loss_that_is_no_number_ends_the_run(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = dict.fromkeys(("cycle", "identity", "adversarial", "critic"), float("nan"))
    monkeypatch.setattr(MappingLearner, "update", lambda *_: nothing)
    with pytest.raises(RunError, match="no number at update 1; try a smaller --learning-rate"):
        train_mapping(settings(data), tmp_path / "run")
    assert RunFolder(tmp_path / "run").status().state == "failed"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"from_levels": "9-9"}, "--from-levels: level 9-9 does not exist"),
        (
            {"from_levels": "3-1"},
            r"--from-levels: .*looks has no frames of 3-1 to train with; it has 1-1, 1-1-dark, 2-1",
        ),
        ({"to_levels": "2-1,1-1-dark"}, "--to-levels: 1-1-dark is in from_levels too; a mapping needs two looks"),
        ({"data": ""}, "--data: name the folder of a data set"),
    ],
)
def test_bad_input_gets_a_sentence_and_no_folder(
    data: Path, tmp_path: Path, changes: dict[str, Any], named: str
) -> None:
    config = settings(data, **changes)
    with pytest.raises(InputError, match=named):
        train_mapping(config, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    assert set(preflight(config, tmp_path).problems) == set(changes)


def test_a_run_whose_data_lost_a_look_does_not_go_on(data: Path, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", settings(data, from_levels="4-1", data="../looks"))
    shutil.copytree(data, tmp_path / "looks")
    with pytest.raises(InputError, match="run: from_levels: .*looks has no frames of 4-1 to train with"):
        train_mapping(None, run.path, resume=True)


def test_disk_is_reckoned_from_the_networks_that_there_will_be(data: Path, tmp_path: Path) -> None:
    for filters, blocks in ((2, 0), (3, 2)):
        config = settings(data, filters=filters, blocks=blocks)
        assert generator_weights(config) == build_generator(config, "g").count_params()
        assert discriminator_weights(config) == build_discriminator(config, "d").count_params()
    found = preflight(config, tmp_path)
    assert not found.problems and 0 < found.disk < 10**7 and found.memory > 10**8


def test_a_mapping_is_for_agents_on_gray(finished: RunFolder, rom: Rom, agent_runs: AgentRuns, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="mapping: it maps gray pictures, and this agent sees fcn"):
        make_preprocessor("fcn", "exact", rom, finished.path)
    with pytest.raises(InputError, match="--mapping: random looks at nothing"):
        open_player("random", flag="--evaluate", mapping=finished.path)
    with pytest.raises(InputError, match="this is a run of kind 'ddqn', not 'mapping'"):
        FrameMapping(agent_runs("gray"))
    shutil.copytree(finished.path, tmp_path / "other")
    shutil.copy(agent_runs("gray") / "model.onnx", tmp_path / "other")
    with pytest.raises(InputError, match="the file holds no mapping of gray pictures of 84 x 84"):
        FrameMapping(tmp_path / "other")


def test_an_evaluation_says_what_the_agent_saw_through(
    finished: RunFolder, agent_runs: AgentRuns, tmp_path: Path
) -> None:
    config = EvaluateConfig(episodes=1, stall_limit_steps=5, mapping=str(finished.path), level="1-1-dark")
    mapped = evaluate(EvaluationSetup(str(agent_runs("gray")), "", config, "stable-retro", None), workers=1)
    folder = keep_in_new_folder(tmp_path / "evaluations", mapped.document, mapped.recordings)
    assert folder.name == "1-1-dark-1-starts-through-finished"
    document = read_evaluation(folder)
    assert not Path(document["mapping"]).is_absolute() and seen_at(folder, document["mapping"]).samefile(finished.path)
    assert "through finished" in evaluation_report(document)


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_generators_and_discriminators_learn_from_their_own_part_of_the_loss(data: Path) -> None:
    """A step of plain gradient descent moves the discriminators as their part alone does, and that part nobody else."""

    class OfDiscriminators(CycleGan):
        def compute_loss(self, x: Any = None, *_: Any, **__: Any) -> Any:
            first, second = (scaled(ops.convert_to_tensor(one)) for one in x[:2])
            there, here = ops.stop_gradient(self.forward(first)), ops.stop_gradient(self.back(second))
            pairs = ((self.critic_to, second, there), (self.critic_from, first, here))
            real_and_mapped = [(critic(real), critic(mapped)) for critic, real, mapped in pairs]
            squares = [ops.mean((real - 1) ** 2) + ops.mean(mapped**2) for real, mapped in real_and_mapped]
            return 0.5 * (squares[0] + squares[1])

    made, moved = DataSet.open(data), []
    pictures = [load_pictures(made, records) for records in look_records(settings(data), made, "train")]
    none = [np.zeros(one.shape, np.float32) for one in pictures]
    for kind in (CycleGan, OfDiscriminators):
        keras.utils.set_random_seed(1)
        model = kind(settings(data))
        networks = (model.critic_to, model.critic_from, model.forward, model.back)
        before = [network.get_weights() for network in networks]
        model.compile(optimizer=keras.optimizers.SGD(0.1), jit_compile=False)
        model.train_on_batch((*pictures, *none))
        after = [network.get_weights() for network in networks]
        moved.append([[b - a for a, b in zip(*two, strict=True)] for two in zip(before, after, strict=True)])
    both, alone = moved
    for whole, own in zip(both[:2], alone[:2], strict=True):
        assert max(np.abs(step).max() for step in own) > 1e-4
        for step, wanted in zip(whole, own, strict=True):
            np.testing.assert_allclose(step, wanted, atol=1e-6)
    assert not any(step.any() for network in alone[2:] for step in network)
    assert all(any(step.any() for step in network) for network in both[2:])
