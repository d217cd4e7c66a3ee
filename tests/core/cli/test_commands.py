"""The command line's words: help, mistakes, and what reaches the commands. Nothing heavy runs here."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from core.cli import commands as cli
from core.config.collect import CollectConfig
from core.config.ddqn import PRESETS, DdqnConfig
from core.config.evaluate import EvaluateConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config, flag_of, setting_of
from core.errors import InputError, RunError
from core.runs.run_folder import RunFolder, Status

Calls = list[tuple[Any, ...]]


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    """Status, stdout and stderr of one command."""
    status = cli.main(argv)
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Calls that reach the trainer, which then only makes its folder."""
    calls: Calls = []

    def train_fcn(config: FcnConfig, folder: Path, *, resume: bool = False) -> None:
        calls.append((config, folder, resume))
        if not resume:
            RunFolder.create(folder, config, command=["main.py"])

    monkeypatch.setattr("core.fcn.training.train.train_fcn", train_fcn)
    return calls


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--train"], "--train: '' is not a kind of run; choose one of fcn, ddqn"),
        (["--train", "vgg"], "--train: 'vgg' is not a kind of run; choose one of fcn, ddqn"),
        (["--train", "ddqn", "--level", "9-1"], "--level: level 9-1 does not exist; levels are 1-1 to 8-4"),
        (["--train", "ddqn", "--observation", "fcn", "--encoder", "nowhere"], "--encoder: nowhere: there is no such"),
        (["--train", "ddqn", "--observation", "rgb"], "--observation: 'rgb' is not allowed; choose one of gray, segm"),
        (["--train", "ddqn", "--steps", "0"], "steps: training would never end; give --steps or --episodes"),
        (
            ["--train", "ddqn", "--deterministic", "yes", "--environments", "2"],
            "environments: a deterministic run plays one game; leave the flag out or give 1",
        ),
        (
            ["--train", "ddqn", "--preset", "paper", "--override", "replay_steps=100000000"],
            "the training needs 707.70 GB of memory",
        ),
        (["--train", "ddqn", "--resume", "nowhere"], "nowhere: there is no such folder; a run folder was expected"),
        (["--evaluate"], "--evaluate: expected one argument"),
        (["--evaluate", "no-run"], "--evaluate: 'no-run' is neither a run folder nor one of random, right-and-jump"),
        (["--evaluate", "random", "--level", "9-1"], "--level: level 9-1 does not exist; levels are 1-1 to 8-4"),
        (["--evaluate", "random", "--sticky", "1.5"], "--sticky: 1.5 is too large; the most is 1.0"),
        (["--evaluate", "random", "--labels", "fcn"], "--labels: 'fcn' is not allowed; choose one of trained, exact"),
        (["--evaluate", "random", "--checkpoint", "best"], "--checkpoint: random has none"),
        (["--evaluate", "random", "--video", "play.gif"], "--video: play.gif should end in .mp4 or .webm"),
        (["--evaluate", "random", "--video", "no-folder/play.mp4"], "--video: there is no folder no-folder"),
        (["--evaluate", "random", "--out", "."], "--out: . exists; give a name that is free"),
        (
            ["--evaluate", "random", "--out", f"{__file__}/kept"],
            f"--out: {__file__} is no folder that can be written",
        ),
        (["--train", "fcn", "--epochs", "0"], "--epochs: 0 is too small; the least is 1 epoch"),
        (["--train", "fcn", "--epochs", "many"], "--epochs: 'many' is not a whole number"),
        (["--train", "fcn", "--epochs"], "--epochs: expected one argument"),
        (["--train", "fcn", "--size", "96"], "--size: '96' is not allowed; choose one of 84, native"),
        (["--train", "fcn", "--epoch", "3"], "unrecognized arguments: --epoch"),
        (["--train", "fcn", "--override", "epochs"], "--override: 'epochs' is not FIELD=VALUE"),
        (["--train", "fcn", "--override", "colour=red"], "--override: unknown field 'colour'"),
        (["--train", "fcn", "--override", "epochs=-1"], "--override: epochs: -1 is too small"),
        (["--train", "fcn", "--threads", "-2"], "--threads: '-2' is not a number of threads, 0 to 1024"),
        (["--train", "fcn", "--run", "a", "--resume", "b"], "--resume: not allowed with argument --run"),
        (["--collect"], "--collect: expected one argument"),
        (["--collect", "data", "--engine", "mesen"], "--engine: invalid choice: 'mesen'"),
        (["--collect", "data", "--stacks", "1e3"], "--stacks: '1e3' is not a whole number"),
        (["--collect", "data", "--labels", "fcn"], "--labels: 'fcn' is not allowed; choose one of exact, sprites"),
        (["--segment", "a.npy", "--out", "b.npy"], "the following arguments are required: --segmenter"),
        (["--segment", "a.npy", "--segmenter", "sprites"], "the following arguments are required: --out"),
        (["--segment", "a.npy", "--out", "b.npy", "--segmenter", "exact"], "--segmenter: invalid choice: 'exact'"),
        (["--segment", "a.npy", "--out", "b.npy", "--segmenter", "fcn"], "--network: give the run folder of a network"),
        (
            ["--segment", "a.npy", "--out", "b.npy", "--segmenter", "sprites", "--network", "n"],
            "--network: only --segmenter fcn takes one",
        ),
        (["--train", "fcn", "--doctor"], "--doctor: one command at a time; --train is given too"),
        (["--doctor", "now"], "unrecognized arguments: now"),
    ],
)
def test_a_mistake_gets_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], argv: list[str], message: str
) -> None:
    status, out, err = run(capsys, *argv)
    assert status == 2
    assert out == ""
    assert err.startswith("main.py: ")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "config"),
    [
        (("--train", "fcn"), FcnConfig),
        (("--train", "ddqn"), DdqnConfig),
        (("--collect",), CollectConfig),
        (("--evaluate",), EvaluateConfig),
    ],
)
def test_help_shows_every_setting_with_unit_range_default_and_source(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], config: type[Config]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        cli.main([*words, "--help"])
    assert leaving.value.code == 0
    help_text = " ".join(capsys.readouterr().out.split())
    for item in fields(config):
        about = setting_of(item)
        assert (flag_of(item) if about.flag else item.name) in help_text
        assert about.help in help_text
        for fact in (about.unit, about.source, *map(str, about.choices)):
            assert fact in help_text
        if about.low is not None and about.high is not None:
            assert f"{about.low:,} to {about.high:,}" in help_text
        if item.default != "":
            assert f"default {getattr(config.of({}), item.name)}" in help_text


def test_overview_lists_the_commands_that_exist_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.window_arguments(["--help"])
    overview = capsys.readouterr().out
    for flag in (
        "--train fcn|ddqn",
        "--collect DIR",
        "--evaluate RUN",
        "--segment IN",
        "--doctor",
        "--benchmark",
        "--rom",
        "--engine",
    ):
        assert flag in overview


def test_flags_of_the_window() -> None:
    assert cli.window_arguments(["--engine", "nes-py"]) == {"engine": "nes-py", "rom": None, "runs": None}
    given = cli.window_arguments(["--rom", "game.nes", "--runs", "mine"])
    assert given == {"engine": None, "rom": Path("game.nes"), "runs": Path("mine")}


@pytest.fixture
def agents(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Arguments that reach the agents' trainer, which then only makes its folder."""
    calls: list[dict[str, Any]] = []

    def train_ddqn(config: DdqnConfig | None, folder: Path, **given: Any) -> None:
        calls.append({"config": config, **given})
        if config is not None:
            RunFolder.create(folder, config, command=["main.py"])

    monkeypatch.setattr("core.ddqn.training.train.train_ddqn", train_ddqn)
    return calls


def test_an_agents_settings_are_its_presets_but_for_those_given(
    capsys: pytest.CaptureFixture[str], agents: list[dict[str, Any]], tmp_path: Path
) -> None:
    words = ["--preset", "fast", "--steps", "5000", "--override", "gamma=0.5", "--engine", "nes-py", "--tensorboard"]
    assert run(capsys, "--train", "ddqn", *words, "--threads", "2", "--run", str(tmp_path / "run"))[0] == 0
    (given,) = agents
    assert given["config"] == DdqnConfig(**{**PRESETS["fast"], "preset": "fast", "steps": 5000, "gamma": 0.5})
    assert (given["engine"], given["threads"], given["tensorboard"], given["resume"]) == ("nes-py", 2, True, False)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_deterministic_agent_plays_one_game_whatever_its_preset(
    capsys: pytest.CaptureFixture[str], agents: list[dict[str, Any]], tmp_path: Path, preset: str
) -> None:
    words = ["--preset", preset, "--deterministic", "yes", "--run", str(tmp_path / "run")]
    assert run(capsys, "--train", "ddqn", *words)[0] == 0
    assert agents[0]["config"].environments == 1


def test_what_is_given_beside_resume_is_a_change(
    capsys: pytest.CaptureFixture[str], agents: list[dict[str, Any]], tmp_path: Path
) -> None:
    RunFolder.create(tmp_path / "run", DdqnConfig(), command=["main.py"])
    words = ["--resume", str(tmp_path / "run"), "--steps", "9000", "--override", "evaluate_every_steps=100"]
    status, _, err = run(capsys, "--train", "ddqn", *words)
    assert status == 0
    assert agents[0]["config"] is None and agents[0]["resume"]
    assert agents[0]["changes"] == {"steps": 9000, "evaluate_every_steps": 100}
    assert f"go on with: main.py --train ddqn --resume {tmp_path / 'run'}" in err


@pytest.mark.parametrize("argv", [[], ["--rom", "x"], ["--help"], ["x--train"]])
def test_what_opens_the_window_is_no_command(argv: list[str]) -> None:
    assert not cli.is_command(argv)


def test_settings_reach_the_trainer(capsys: pytest.CaptureFixture[str], trained: Calls, tmp_path: Path) -> None:
    words = ["--epochs", "3", "--size=native", "--override", "batch_size=8", "--run", str(tmp_path / "mine"), "--json"]
    status, _, _ = run(capsys, "--train", "fcn", *words)
    assert status == 0
    assert trained == [(FcnConfig(epochs=3, size="native", batch_size=8), tmp_path / "mine", False)]


def test_runs_are_numbered(capsys: pytest.CaptureFixture[str], trained: Calls, tmp_path: Path) -> None:
    for _ in range(3):
        assert run(capsys, "--train", "fcn", "--runs", str(tmp_path))[0] == 0
    names = [folder.name for _, folder, _ in trained]
    assert [name.rpartition("-")[2] for name in names] == ["1", "2", "3"]
    assert len({name.rpartition("-")[0] for name in names}) == 1
    assert all(name.startswith("fcn-2") for name in names)


def test_trainings_that_begin_together_have_folders_of_their_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One begins while the other has not made its run yet; one that cannot be leaves nothing behind."""
    folders: list[Path] = []
    words = ["--train", "fcn", "--runs", str(tmp_path / "new" / "runs")]

    def train_fcn(config: FcnConfig, folder: Path, *, resume: bool = False) -> None:
        folders.append(folder)
        number = len(folders)
        if number == 3:
            raise InputError("--data: name a folder")
        assert run(capsys, *words)[0] == (0 if number == 1 else 2)
        RunFolder.create(folder, config, command=["main.py"])

    monkeypatch.setattr("core.fcn.training.train.train_fcn", train_fcn)
    assert run(capsys, *words)[0] == 0
    assert len(set(folders)) == 3 and sorted((tmp_path / "new" / "runs").iterdir()) == folders[:2]
    shutil.rmtree(tmp_path / "new")
    del folders[2:]
    assert run(capsys, *words)[0] == 2
    assert not (tmp_path / "new").exists()


def test_a_run_is_resumed_with_its_own_settings(
    capsys: pytest.CaptureFixture[str], trained: Calls, tmp_path: Path
) -> None:
    config = FcnConfig(epochs=7, seed=3)
    RunFolder.create(tmp_path / "run", config, command=["main.py"])
    assert run(capsys, "--train", "fcn", "--resume", str(tmp_path / "run"))[0] == 0
    assert trained == [(config, tmp_path / "run", True)]


@pytest.mark.parametrize("words", [["--epochs", "9"], ["--override", "epochs=9"]])
def test_a_resumed_run_takes_no_other_settings(
    capsys: pytest.CaptureFixture[str], trained: Calls, tmp_path: Path, words: list[str]
) -> None:
    RunFolder.create(tmp_path / "run", FcnConfig(), command=["main.py"])
    status, _, err = run(capsys, "--train", "fcn", "--resume", str(tmp_path / "run"), *words)
    assert status == 2
    assert f"{words[0]}: a resumed run keeps the settings in its config.json" in err
    assert not trained


@pytest.mark.parametrize(
    "content", [None, "{", "[]", '{"version": 99, "kind": "fcn"}', '{"version": 1, "kind": "ddqn"}']
)
def test_a_folder_that_is_no_run_is_not_resumed(
    capsys: pytest.CaptureFixture[str], trained: Calls, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    status, _, err = run(capsys, "--train", "fcn", "--resume", str(tmp_path))
    assert status == 2
    assert "config.json" in err
    assert not trained


def test_a_failed_run_has_status_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def train_fcn(config: FcnConfig, folder: Path, *, resume: bool = False) -> None:
        raise RunError("the loss is no number any more")

    monkeypatch.setattr("core.fcn.training.train.train_fcn", train_fcn)
    status, out, err = run(capsys, "--train", "fcn", "--run", str(tmp_path / "run"), "--json")
    assert status == 1
    assert out == ""
    assert "main.py: the loss is no number any more\n" in err


def test_a_full_disk_has_status_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def collect(config: CollectConfig, folder: Path, *, engine: str, rom: Path | None) -> None:
        raise OSError(28, "No space left on device", "frames/000001.png")

    monkeypatch.setattr("core.collection.collect.collect", collect)
    status, _, err = run(capsys, "--collect", "data")
    assert status == 1
    assert err == "main.py: frames/000001.png: No space left on device\n"


def test_interrupted_work_has_status_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def collect(config: CollectConfig, folder: Path, *, engine: str, rom: Path | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.collection.collect.collect", collect)
    assert run(capsys, "--collect", "data") == (1, "", "main.py: stopped\n")


def test_engine_and_rom_reach_the_collector(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Calls = []

    def collect(config: CollectConfig, folder: Path, *, engine: str, rom: Path | None) -> None:
        calls.append((config, folder, engine, rom))

    manifest = {"stacks": 3, "episodes": 1, "splits": {}, "coverage": {}}
    monkeypatch.setattr("core.collection.collect.collect", collect)
    monkeypatch.setattr("core.dataset.manifest.read_manifest", lambda folder: manifest)
    words = ["--levels", "1-1,1-2", "--engine", "nes-py", "--rom", "game.nes", "--labels", "sprites"]
    assert run(capsys, "--collect", "data", *words)[0] == 0
    config = CollectConfig(levels="1-1,1-2", labels="sprites")
    assert calls == [(config, Path("data"), "nes-py", Path("game.nes"))]


def test_what_exists_is_not_written_over(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out.npy"
    out.write_bytes(b"precious")
    status, _, err = run(capsys, "--segment", "in.npy", "--segmenter", "sprites", "--out", str(out))
    assert status == 2
    assert f"--out: {out} exists" in err
    assert out.read_bytes() == b"precious"


def test_json_is_one_document_whatever_libraries_print(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    evaluation = {"frames": 4, "accuracy": 0.9, "miou": 0.5, "classes": {"mario": {"pixels": 3, "iou": 0.5}}}

    def train_fcn(config: FcnConfig, folder: Path, *, resume: bool = False) -> None:
        run = RunFolder.create(folder, config, command=["main.py"])
        run.evaluation_path.write_text(json.dumps(evaluation))
        run.write_status(Status("done", os.getpid(), 0.0))
        print("a library's notice")
        os.write(1, b"a notice from below Python\n")

    monkeypatch.setattr("core.fcn.training.train.train_fcn", train_fcn)
    assert cli.main(["--train", "fcn", "--run", str(tmp_path / "run"), "--json"]) == 0
    out, err = capfd.readouterr()
    assert json.loads(out) == {"run": str(tmp_path / "run"), "state": "done", "evaluation": evaluation}
    assert "mIoU 0.500" in err
    assert "a library's notice" in err
    assert "a notice from below Python" in err


@pytest.mark.parametrize(("threads", "expected"), [("3", "3"), ("0", None)])
def test_threads_are_set_before_training_begins(
    capsys: pytest.CaptureFixture[str],
    trained: Calls,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    threads: str,
    expected: str | None,
) -> None:
    monkeypatch.setattr(os, "environ", {})
    assert run(capsys, "--train", "fcn", "--run", str(tmp_path / "run"), "--threads", threads)[0] == 0
    assert os.environ.get("OMP_NUM_THREADS") == expected
