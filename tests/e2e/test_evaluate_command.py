"""``--evaluate`` as a user types it, and ``--collect`` with a trained agent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from core.agents.recording import read_recordings
from tests.agent_runs import AgentRuns, make_mapping_run
from tests.e2e.test_command_line import MAIN, Run, refused, run, run_here

SHORT = ("--override", "stall_limit_steps=8")


def test_a_player_without_training_as_json_with_its_episodes_and_a_video(tmp_path: Path) -> None:
    words = ("--episodes", "2", "--sticky", "0.25", "--seed", "3", "--out", "kept", "--video", "play.mp4", "--json")
    result = run(tmp_path, "--evaluate", "random", *words, *SHORT)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert {"mean", "median", "q25", "q75", "max"} <= document["x"].keys()
    assert {"count", "rate", "low", "high"} == document["flags"].keys()
    assert (document["policy"], document["episodes"], document["sticky"], document["seed"]) == ("random", 2, 0.25, 3)
    assert document["kept_in"] == "kept" and document["video"] == "play.mp4"
    recordings = read_recordings(tmp_path / "kept" / "episodes.jsonl")
    assert [recording.summary() for recording in recordings] == document["per_episode"]
    kept = json.loads((tmp_path / "kept" / "evaluation.json").read_text())
    assert kept == {name: value for name, value in document.items() if name not in ("kept_in", "video")}
    frames = int(cv2.VideoCapture(str(tmp_path / "play.mp4")).get(cv2.CAP_PROP_FRAME_COUNT))
    assert frames == 1 + sum(length for _, length in recordings[0].buttons)
    assert "--video: play.mp4 exists" in refused(tmp_path, "--evaluate", "random", "--video", "play.mp4")


def test_a_table_for_people(tmp_path: Path) -> None:
    result = run(tmp_path, "--evaluate", "right-and-jump", "--episodes", "2", *SHORT)
    assert result.returncode == 0, result.stderr
    assert "right-and-jump on 1-1, 2 episodes" in result.stdout
    assert "95% interval" in result.stdout and "median" in result.stdout
    assert not list(tmp_path.iterdir()), "it keeps nothing that was not asked for"


@pytest.mark.parametrize(
    ("flag", "redirection", "encoding"),
    [("-I", "", "ascii"), ("-P", "2>&1 | true", "utf-8"), ("-X utf8=0", ">&- 2>&-", "cp437")],
    ids=["characters that the terminal lacks", "a reader that goes", "nowhere to print"],
)
def test_figures_are_kept_whatever_becomes_of_what_is_printed(
    tmp_path: Path, flag: str, redirection: str, encoding: str
) -> None:
    """And wherever Python looks for modules, in the processes that play too."""
    words = ("--evaluate", "right-and-jump", "--episodes", "2", "--out", "kept", *SHORT)
    program = (sys.executable, *flag.split(), str(MAIN))
    command = ["bash", "-c", f'set -o pipefail; "$@" {redirection}', "bash", *program, *words]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert result.returncode == 0 and b"Traceback" not in result.stderr, result.stderr
    assert json.loads((tmp_path / "kept" / "evaluation.json").read_text())["episodes"] == 2
    assert bool(result.stdout) != bool(redirection)


def test_a_run_keeps_its_evaluations_and_overwrites_none(agent_runs: AgentRuns, tmp_path: Path) -> None:
    shutil.copytree(agent_runs("gray"), tmp_path / "mine")
    for expected in ("1-1-1-starts", "1-1-1-starts-2"):
        result = run(tmp_path, "--evaluate", "mine", "--episodes", "1", "--json", *SHORT)
        assert result.returncode == 0, result.stderr
        assert Path(json.loads(result.stdout)["kept_in"]) == Path("mine") / "evaluations" / expected
    kept = sorted(path.name for path in (tmp_path / "mine" / "evaluations").iterdir())
    assert kept == ["1-1-1-starts", "1-1-1-starts-2"]
    assert "it has best, kept-000100000" in refused(tmp_path, "--evaluate", "mine", "--checkpoint", "last")


def test_an_agent_plays_through_a_mapping(agent_runs: AgentRuns, tmp_path: Path) -> None:
    """What it does then is another thing, and its evaluation says through what it saw."""
    shutil.copytree(agent_runs("gray"), tmp_path / "mine")
    make_mapping_run(tmp_path / "day")
    did = []
    for more in ((), ("--mapping", "day")):
        result = run(tmp_path, "--evaluate", "mine", "--level", "1-1-dark", "--episodes", "1", "--json", *SHORT, *more)
        assert result.returncode == 0, result.stderr
        document = json.loads(result.stdout)
        did.append(read_recordings(tmp_path / document["kept_in"] / "episodes.jsonl")[0].actions)
    assert did[0] != did[1] and Path(document["kept_in"]).name == "1-1-dark-1-starts-through-day"
    kept = json.loads((tmp_path / document["kept_in"] / "evaluation.json").read_text())
    assert kept["mapping"] == "../../../day"
    assert "day2: there is no such folder; a run folder was expected" in refused(
        tmp_path, "--evaluate", "mine", "--mapping", "day2"
    )
    for wrong, message in (("mine", "this is a run of kind 'ddqn', not 'mapping'"), (".", "config.json: the file is")):
        assert message in refused(tmp_path, "--evaluate", "mine", "--mapping", wrong)


def test_a_trained_agent_collects_frames(agent_runs: AgentRuns, tmp_path: Path) -> None:
    shutil.copytree(agent_runs("gray"), tmp_path / "mine")
    words = ("--stacks", "3", "--override", "search_steps=0", "--override", "keep_one_in=2", "--json")
    result = run(tmp_path, "--collect", "data", "--agent", "mine", *words)
    assert result.returncode == 0, result.stderr
    manifest = json.loads(result.stdout)["manifest"]
    assert manifest["config"]["agent"] == "mine" and manifest["stacks"] >= 3
    assert "neither a run folder nor one of" in refused(tmp_path, "--collect", "other", "--agent", "luigi")


@pytest.mark.parametrize(
    ("words", "message", "run"),
    [
        (
            ("--evaluate", "nowhere"),
            "--evaluate: 'nowhere' is neither a run folder nor one of random, right-and-jump",
            run,
        ),
        (("--evaluate", "."), "config.json: the file is missing", run_here),
        (("--evaluate", "random", "--level", "1"), "--level: level '1' is not a level", run_here),
        (("--evaluate", "random", "--rom", "missing.nes"), "missing.nes", run_here),
    ],
)
def test_what_cannot_be_evaluated_is_named(tmp_path: Path, words: tuple[str, ...], message: str, run: Run) -> None:
    assert message in refused(tmp_path, *words, run=run)
