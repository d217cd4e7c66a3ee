"""Evaluations: which episodes, what is said of them, and that they can be played again."""

from __future__ import annotations

import dataclasses
import json
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.agents.episode import EpisodeStart, play_episode
from core.agents.players import open_player
from core.agents.policy import Agent
from core.agents.protocol import environment_settings
from core.agents.recording import Recording, Trajectory, is_decision, read_recordings, replay_episode
from core.cli.report import evaluation_report
from core.config.evaluate import EvaluateConfig
from core.errors import InputError, RunError
from core.evaluation.evaluate import ENDS, evaluate, headline, summarise, wilson_interval
from core.evaluation.files import evaluation_name, keep_evaluation, keep_in_new_folder, read_evaluation
from core.evaluation.play import EvaluationSetup, play_all
from core.evaluation.video import check_video, write_video
from core.game import memory as ram
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.mario_env import MarioEnv
from core.game.level import ALL_LEVELS, Level
from tests.agent_runs import KEPT, AgentRuns
from tests.core.game.action_logs import TO_THE_FLAG_OF_1_1
from tests.core.game.action_logs import play as play_log

SHORT = EvaluateConfig(episodes=4, sticky=0.25, stall_limit_steps=20)
Play = Callable[..., Recording]


@pytest.fixture
def play(emulator: RetroEmulator) -> Play:
    """Plays one episode on the session's emulator."""

    def play(who: str, start: EpisodeStart, config: EvaluateConfig = SHORT, **about: str) -> Recording:
        env = MarioEnv(config.level, emulator=emulator, **environment_settings(config))
        player = open_player(who, flag="--evaluate", **about).make(np.random.default_rng(start.seed), config.epsilon)
        return play_episode(env, player, start, config.limit_steps)

    return play


def made_up(number: int, x: int, end: str, trajectory: str = "0") -> Recording:
    """A recording of an episode that nobody played."""
    progress = x / 1000
    return Recording(
        number, "1-1", "stable-retro", 1, 0, 10, x, float(x), end, trajectory, "1", ((1, 4),), progress=progress
    )


# ---- what is said of them


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [  # R's prop.test(correct = FALSE); the first four are in Newcombe (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_wilson_interval(count: int, total: int, low: float, high: float) -> None:
    assert wilson_interval(count, total) == pytest.approx((low, high), abs=5e-5)


def test_figures_over_episodes() -> None:
    recordings = [made_up(0, 100, "fell"), made_up(1, 200, "stalled"), made_up(2, 600, "flag", "1")]
    metrics = summarise(recordings, deterministic=False)
    assert metrics["x"] == {
        "mean": 300, "error": pytest.approx(152.7525), "median": 200, "q25": 150, "q75": 400, "min": 100, "max": 600
    }  # fmt: skip
    assert metrics["flags"]["count"] == 1 and metrics["flags"]["rate"] == pytest.approx(1 / 3)
    assert (metrics["flags"]["low"], metrics["flags"]["high"]) == wilson_interval(1, 3)
    assert metrics["ends"] == dict.fromkeys(ENDS, 0) | {"fell": 1, "stalled": 1, "flag": 1}
    assert metrics["trajectories"] == 2
    whole = summarise(recordings, deterministic=True)
    assert whole["flags"] == metrics["flags"] | {"low": None, "high": None}
    assert metrics["progress"]["mean"] == pytest.approx(0.3) and metrics["progress"]["max"] == 0.6
    assert metrics["paper_return"] == metrics["return"], "the same under the name that it had"
    for name in ("progress", "x", "paper_return", "steps"):
        assert whole[name] == metrics[name] | {"error": None}, "all that there are have a mean, not an estimate of one"


# ---- episodes of agents


@pytest.mark.parametrize(
    ("who", "about"),
    [("random", {}), ("right-and-jump", {}), ("gray", {}), ("segmented", {"checkpoint": KEPT}), ("fcn", {})],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_episode_is_played_again_frame_by_frame(
    agent_runs: AgentRuns, play: Play, emulator: RetroEmulator, who: str, about: dict[str, str]
) -> None:
    name = str(agent_runs(who)) if who in ("gray", "segmented", "fcn") else who
    recording = play(name, EpisodeStart(0, 7, 11), **about)
    assert recording.end in ENDS and recording.steps == len(recording.actions) > 5
    assert sum(frames for _, frames in recording.buttons) == 7 + 4 * recording.steps
    again = Recording.from_json(json.loads(json.dumps(recording.to_json())))
    trajectory, x, frames = Trajectory(), -1, 0
    for frame, _ in enumerate(replay_episode(again, emulator)):
        if is_decision(frame, again):
            now = ram.read_variables(emulator.memory())
            trajectory.add(now.x, now.y)
            x = now.x
        frames += 1
    assert frames == 1 + 7 + 4 * recording.steps
    assert (x, trajectory.digest()) == (recording.x, recording.trajectory)
    assert play(name, EpisodeStart(0, 7, 11), **about) == recording


def test_an_episode_from_a_place_along_the_level_tells_what_it_gained(play: Play, emulator: RetroEmulator) -> None:
    """To the middle of 1-1, then 10 steps by somebody else; it ends at the limit and is played again from there."""
    emulator.enter(Level(1, 1))
    for _ in play_log(emulator, TO_THE_FLAG_OF_1_1[:250]):
        pass
    place, state = ram.player_x(emulator.memory()), emulator.save_state()
    config = dataclasses.replace(SHORT, limit_steps=10, max_noops=0)
    recording = play("right-and-jump", EpisodeStart(0, 0, 5, "1-1", zlib.compress(state)), config)
    assert recording.path[0][0] == place and 0.3 < recording.start_progress < 0.8
    assert recording.end == "limit" and recording.steps == 10
    again = Recording.from_json(json.loads(json.dumps(recording.to_json())))
    for _ in replay_episode(again, emulator):
        pass
    assert again == recording and ram.player_x(emulator.memory()) == recording.x > place
    gained = (recording.progress or 0.0) - recording.start_progress
    figures = summarise([recording, recording], deterministic=False)
    assert figures["gain"]["mean"] == pytest.approx(gained, abs=1e-4) and 0 < gained < 0.2
    assert figures["ends"]["limit"] == 2 and "gain" not in summarise([made_up(0, 1, "fell")], deterministic=True)


@pytest.mark.usefixtures("emulator_slot")
def test_an_evaluation_from_places_plays_each_of_them(chancy: EvaluationSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.level_search.places.SEARCH_STEPS", 150)
    config = dataclasses.replace(chancy.config, level="1-1-dark", episodes=2, places=3, limit_steps=8)
    result = evaluate(dataclasses.replace(chancy, who="random", config=config), workers=2)
    assert (result.document["places"], result.document["limit_steps"], result.document["episodes"]) == (3, 8, 6)
    begun = [recording.path[0][0] for recording in result.recordings]
    assert begun[0] < begun[2] and {recording.level for recording in result.recordings} == {"1-1-dark"}
    assert len({recording.start for recording in result.recordings}) == 3
    assert evaluation_name(result.document) == "1-1-dark-6-episodes-sticky0.25-places3-limit_steps8-seed1"
    assert "progress gained (%)" in evaluation_report(result.document)


def test_chance_comes_from_the_seed(play: Play) -> None:
    played = [play("random", EpisodeStart(0, 3, seed)) for seed in (1, 1, 2)]
    assert played[0] == played[1]
    assert played[0].trajectory != played[2].trajectory


def test_random_actions_of_an_agent_are_as_many_as_asked_for(agent_runs: AgentRuns, play: Play) -> None:
    run, start = str(agent_runs("gray")), EpisodeStart(0, 0, 5)
    greedy = play(run, start, dataclasses.replace(SHORT, sticky=0.0))
    mixed = play(run, start, dataclasses.replace(SHORT, sticky=0.0, epsilon=1.0))
    assert len(set(mixed.actions)) == 5
    assert greedy.actions[:20] != mixed.actions[:20]


def test_a_stuck_episode_ends(emulator: RetroEmulator) -> None:
    env = MarioEnv(emulator=emulator, stall_limit_steps=6)

    class Idle:
        def start_episode(self, snapshot: object) -> None: ...
        def observe(self, snapshot: object) -> None: ...
        def act(self) -> int:
            return 0

    recording = play_episode(env, Idle(), EpisodeStart(0, 0, 1))
    assert (recording.end, recording.steps, recording.actions) == ("stalled", 6, "000000")


# ---- whole evaluations, in workers


@pytest.fixture(scope="module")
def chancy(agent_runs: AgentRuns) -> EvaluationSetup:
    """A segmented agent with sticky actions."""
    return EvaluationSetup(str(agent_runs("segmented")), "", SHORT, "auto", None)


def test_the_number_of_workers_does_not_matter(chancy: EvaluationSetup) -> None:
    one, two = evaluate(chancy, 1), evaluate(chancy, 2)
    assert one.document == two.document and one.recordings == two.recordings and not one.notice
    assert [recording.number for recording in two.recordings] == [0, 1, 2, 3]
    document = one.document
    assert document["labels"] == "exact" and document["observation"] == "segmented"
    assert document["flags"]["low"] == 0 and document["flags"]["high"] == pytest.approx(wilson_interval(0, 4)[1])
    assert document["per_episode"][2]["x"] == one.recordings[2].x
    assert document["per_episode"][2]["progress"] == one.recordings[2].progress
    assert 0 < document["progress"]["mean"] < 1 and "levels" not in document
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert headline(document)["x"] == document["x"] and "per_episode" not in headline(document)
    text = evaluation_report(document)
    assert f"progress (%) {100 * document['progress']['mean']:.1f}" in " ".join(text.split())
    assert "segmented on 1-1, 4 episodes, sticky 0.25" in text and "flag: 0 of 4, 0.0% (95% interval 0.0% to" in text


def test_a_deterministic_agent_gets_no_interval(agent_runs: AgentRuns) -> None:
    config = dataclasses.replace(SHORT, sticky=0.0, episodes=9, max_noops=2)
    evaluation = evaluate(EvaluationSetup(str(agent_runs("fcn")), "", config, "auto", None), 2)
    assert [recording.noops for recording in evaluation.recordings] == [0, 1, 2]
    assert "only 3 episodes differ" in evaluation.notice and "9 episodes" in evaluation.notice
    assert evaluation.document["flags"] == {"count": 0, "rate": 0.0, "low": None, "high": None}
    assert 1 <= evaluation.document["trajectories"] <= 3
    assert "no interval" in evaluation_report(evaluation.document)


def test_an_episode_that_could_not_wait_counts_once(agent_runs: AgentRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where an enemy comes to the place where it begins."""

    def play(setup: EvaluationSetup, starts: list[EpisodeStart], workers: int) -> Iterator[Recording]:
        for recording in play_all(setup, starts, workers):
            yield dataclasses.replace(recording, noops=recording.noops % 2)

    monkeypatch.setattr("core.evaluation.evaluate.play_all", play)
    config = dataclasses.replace(SHORT, sticky=0.0, episodes=9, max_noops=2)
    evaluation = evaluate(EvaluationSetup(str(agent_runs("gray")), "", config, "auto", None), 1)
    assert [(recording.number, recording.noops) for recording in evaluation.recordings] == [(0, 0), (1, 1)]
    assert evaluation.document["episodes"] == 2 and "only 2 episodes differ" in evaluation.notice


def test_several_levels_have_figures_each_and_together() -> None:
    config = EvaluateConfig(level="1-1,1-2", episodes=2, sticky=0.25, stall_limit_steps=4)
    evaluation = evaluate(EvaluationSetup("random", "", config, "auto", None), 1)
    assert [recording.level for recording in evaluation.recordings] == ["1-1", "1-2", "1-1", "1-2"]
    document = evaluation.document
    assert (document["level"], document["episodes"]) == ("1-1,1-2", 4)
    assert list(document["levels"]) == ["1-1", "1-2"]
    means = [figures["progress"]["mean"] for figures in document["levels"].values()]
    assert document["progress"]["mean"] == pytest.approx(np.mean(means), abs=1e-4)
    assert headline(document)["levels"] == document["levels"]
    text = evaluation_report(document)
    assert "random on 1-1,1-2, 4 episodes" in text and f"  1-2: progress {means[1]:.1%}" in text


def test_exact_labels_need_an_engine_that_has_them(chancy: EvaluationSetup) -> None:
    with pytest.raises(InputError, match="--labels: exact needs stable-retro; on nes-py choose --labels sprites"):
        evaluate(dataclasses.replace(chancy, engine="nes-py"), 1)


# ---- files


def test_an_evaluation_is_kept_and_read_again(tmp_path: Path) -> None:
    recordings = [made_up(0, 100, "fell"), made_up(1, 200, "stalled")]
    document = {"level": "1-1", "episodes": 2, **summarise(recordings, deterministic=False)}
    keep_evaluation(tmp_path / "kept", document, recordings)
    assert json.loads((tmp_path / "kept" / "evaluation.json").read_text()) == document
    assert read_recordings(tmp_path / "kept" / "episodes.jsonl") == recordings
    assert read_evaluation(tmp_path / "kept") == document
    with pytest.raises(RunError, match="kept: the folder cannot be made"):
        keep_evaluation(tmp_path / "kept", document, recordings)


def test_an_evaluation_is_named_after_its_settings_and_overwrites_none(tmp_path: Path) -> None:
    about = {"level": "1-1", "episodes": 31, "deterministic": True, "sticky": 0.0, "epsilon": 0.0, "seed": 1}
    about |= {"labels": "", "checkpoint": "best"}
    assert evaluation_name(about) == "1-1-31-starts"
    assert evaluation_name({**about, "checkpoint": "last"}) == "1-1-31-starts-last"
    assert evaluation_name({**about, "level": "1-1,1-2"}) == "1-1,1-2-31-starts"
    assert evaluation_name({**about, "level": ",".join(map(str, ALL_LEVELS))}) == "32-levels-31-starts"
    about |= {"episodes": 100, "deterministic": False, "sticky": 0.25, "labels": "exact", "checkpoint": KEPT}
    name = f"1-1-100-episodes-sticky0.25-seed1-exact-{KEPT}"
    for expected in (name, f"{name}-2", f"{name}-3"):
        assert keep_in_new_folder(tmp_path, about, [made_up(0, 100, "fell")]) == tmp_path / expected
        assert read_recordings(tmp_path / expected / "episodes.jsonl")


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_video_shows_every_frame(play: Play, emulator: RetroEmulator, tmp_path: Path, suffix: str) -> None:
    recording = play("right-and-jump", EpisodeStart(0, 2, 3), dataclasses.replace(SHORT, stall_limit_steps=3))
    path = tmp_path / f"play{suffix}"
    short = dataclasses.replace(recording, buttons=((0, 2), (131, 10)))
    assert write_video(path, short, emulator) == 13
    shown = frames_of(path)
    assert [frame.shape for frame in shown] == [(448, 480, 3)] * 13
    *_, last = replay_episode(short, emulator)
    ours = cv2.cvtColor(last.frame, cv2.COLOR_RGB2BGR).repeat(2, axis=0).repeat(2, axis=1)
    assert np.abs(shown[-1].astype(int) - ours).mean() < 12, "compressed, but the same picture"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_video_of_an_agent_shows_what_it_saw(
    agent_runs: AgentRuns, play: Play, emulator: RetroEmulator, tmp_path: Path
) -> None:
    run = agent_runs("gray")
    recording = play(str(run), EpisodeStart(0, 5, 3), dataclasses.replace(SHORT, stall_limit_steps=3))
    agent = Agent.open(run)
    write_video(tmp_path / "play.mp4", recording, emulator, agent)
    last = frames_of(tmp_path / "play.mp4")[-1]
    assert last.shape == (448, 900, 3)
    seen = agent.picture.repeat(5, axis=0).repeat(5, axis=1)
    assert np.abs(last[:420, 480:].mean(axis=-1) - seen).mean() < 12
    assert last[420:, 480:].max() > 100, "Q-values below it"


def frames_of(path: Path) -> list[np.ndarray]:
    """A video's frames, BGR."""
    video = cv2.VideoCapture(str(path))
    frames = []
    while (read := video.read())[0]:
        frames.append(read[1])
    video.release()
    return frames


def test_a_video_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "play.mp4").touch()
    with pytest.raises(InputError, match=r"--video: .*play.mp4 exists; give a name that is free"):
        check_video(tmp_path / "play.mp4")


def test_a_folder_that_takes_no_video_is_named_before_anything_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    latin = tmp_path / os.fsdecode(b"caf\xe9")
    latin.mkdir()
    with pytest.raises(InputError, match="is not UTF-8, which OpenCV needs"):
        check_video(latin / "play.mp4")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    with pytest.raises(InputError, match=f"the folder {tmp_path} cannot be written"):
        check_video(tmp_path / "play.mp4")
