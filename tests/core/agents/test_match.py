"""Two agents side by side: each plays what it plays alone in an evaluation, whoever the other is."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.agents.agent_choice import AgentChoice
from core.agents.episode import EpisodeStart, play_episode
from core.agents.match import Match, MatchStep
from core.agents.match_process import Begin, Begun, MatchFailed, Stepped, StepRequest, serve
from core.agents.players import PolicyPlayer
from core.agents.policy import Agent
from core.agents.recording import Recording, replay_episode
from core.config.evaluate import EvaluateConfig
from core.errors import InputError
from core.game.emulator import Emulator
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.mario_env import MarioEnv
from core.game.rom import Rom
from tests.agent_runs import KEPT, AgentRuns

NOOPS = 5
CONFIG = EvaluateConfig(sticky=0.25, epsilon=0.3, seed=3, stall_limit_steps=20)


def alone(emulator: Emulator, agent: Agent, config: EvaluateConfig) -> Recording:
    """What an evaluation plays."""
    env = MarioEnv(config.level, emulator=emulator, sticky=config.sticky, stall_limit_steps=config.stall_limit_steps)
    start = EpisodeStart(0, NOOPS, config.seed)
    return play_episode(env, PolicyPlayer(agent, start.chance(), config.epsilon), start)


def play(match: Match) -> list[list[MatchStep]]:
    """The turns of both, the first ones included."""
    steps: list[list[MatchStep]] = [[step] for step in match.steps]
    while not match.is_over:
        for seen, step in zip(steps, match.step(), strict=True):
            seen += [step] if step is not None else []
    return steps


def check(steps: list[MatchStep], recording: Recording) -> None:
    """That it was this episode."""
    assert steps[-1].recording == recording
    assert [step.action for step in steps] == [-1, *map(int, recording.actions)]
    assert [(step.x, step.y) for step in steps] == list(recording.path)
    assert steps[-1].total == sum(step.reward for step in steps) == recording.total
    assert [step.end for step in steps[:-1]] == [""] * recording.steps
    for step in steps[1:]:
        assert step.q_values is not None
        assert step.is_random or step.action == step.q_values.argmax()


@pytest.mark.parametrize("config", [CONFIG, replace(CONFIG, sticky=0.0, epsilon=0.0)])
def test_each_plays_as_if_it_were_alone(emulator: RetroEmulator, agent_runs: AgentRuns, config: EvaluateConfig) -> None:
    agents = [Agent.open(agent_runs("segmented")), Agent.open(agent_runs("gray"), KEPT)]
    expected = [alone(emulator, agent, config) for agent in agents]
    assert expected[0].trajectory != expected[1].trajectory
    both = play(Match((emulator, emulator), agents, config, NOOPS))
    for steps, recording in zip(both, expected, strict=True):
        check(steps, recording)


def test_every_frame_is_shown(emulator: RetroEmulator, agent_runs: AgentRuns) -> None:
    agents = [Agent.open(agent_runs("gray")), Agent.open(agent_runs("gray"), KEPT)]
    for steps in play(Match((emulator, emulator), agents, CONFIG, NOOPS)):
        recording = steps[-1].recording
        assert recording is not None
        played = [snapshot.frame for snapshot in replay_episode(recording, emulator)][NOOPS:]
        shown = [frame for step in steps for frame in step.frames]
        assert np.array_equal(shown, played)


def test_fewer_frames_can_be_had(emulator: RetroEmulator, agent_runs: AgentRuns) -> None:
    agents = [Agent.open(agent_runs("gray")) for _ in range(2)]
    all_of_them, again = (
        [step.frames for step in Match((emulator, emulator), agents, CONFIG, NOOPS).step(keep) if step is not None]
        for keep in (4, 1)
    )
    assert [len(frames) for frames in all_of_them + again] == [4, 4, 1, 1]
    assert np.array_equal(all_of_them[0][-1], again[0][0])


def test_an_engine_without_states_has_one_for_each(rom: Rom, agent_runs: AgentRuns) -> None:
    consoles = [NesPyEmulator(rom) for _ in range(2)]
    agents = [Agent.open(agent_runs("segmented"), labels="sprites"), Agent.open(agent_runs("gray"))]
    config = replace(CONFIG, stall_limit_steps=8)
    expected = [alone(console, agent, config) for console, agent in zip(consoles, agents, strict=True)]
    for steps, recording in zip(play(Match(consoles, agents, config, NOOPS)), expected, strict=True):
        check(steps, recording)
    with pytest.raises(InputError, match="nes-py"):
        Match(consoles, [Agent.open(agent_runs("segmented")), agents[1]], config, NOOPS)
    for console in consoles:
        console.close()


# The process


@pytest.fixture
def process() -> Iterator[Connection]:
    """The window's end of the pipe."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=serve, args=(theirs,), daemon=True)
    child.start()
    theirs.close()
    yield ours
    ours.close()  # as if the window had died
    child.join(20)
    assert child.exitcode == 0


def ask(pipe: Connection, request: object) -> Any:
    pipe.send(request)
    assert pipe.poll(60)
    return pipe.recv()


def test_the_process_plays_both(process: Connection, rom: Rom, agent_runs: AgentRuns, tmp_path: Path) -> None:
    pipe = process
    pair = (AgentChoice("a", agent_runs("gray"), "best"), AgentChoice("b", agent_runs("segmented"), "best"))
    for token, engine, sees in ((1, "stable-retro", ("gray", "exact")), (2, "nes-py", ("gray", "sprites"))):
        begun = ask(pipe, Begin(token, pair, CONFIG, NOOPS, engine, rom))
        assert isinstance(begun, Begun), begun
        assert (begun.token, begun.sees) == (token, sees)
        ends = ["", ""]
        while not all(ends):
            answer = ask(pipe, StepRequest(1))
            assert isinstance(answer, Stepped) and answer.token == token
            ends = [old if step is None else step.end for old, step in zip(ends, answer.steps, strict=True)]

    gone = (pair[0], AgentChoice("gone", tmp_path / "gone", "best"))
    failed = ask(pipe, Begin(3, gone, CONFIG, NOOPS, "stable-retro", rom))
    assert isinstance(failed, MatchFailed) and failed.token == 3
    assert str(tmp_path / "gone") in failed.sentence
    pipe.send(StepRequest())  # nothing is under way, so nothing comes back
    assert isinstance(ask(pipe, Begin(4, pair, CONFIG, NOOPS, "stable-retro", rom)), Begun)
