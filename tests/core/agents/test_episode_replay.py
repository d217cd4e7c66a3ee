"""Looking back over an episode: every frame of it is what was played, however one gets there."""

from __future__ import annotations

import multiprocessing
import zlib
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core.agents.episode_replay as module
from core.agents.episode import EpisodeStart, play_episode
from core.agents.episode_replay import EpisodeReplay, ReplayedFrame, TimelineStep
from core.agents.episode_replay_process import (
    Branch,
    Branched,
    LabelRequest,
    Open,
    Opened,
    ReplayFailed,
    Seek,
    Shown,
    Timeline,
    serve,
)
from core.agents.players import RightAndJumpPlayer
from core.agents.policy import Agent
from core.agents.protocol import environment_settings
from core.agents.recording import Recording, Trajectory, pack_state, run_lengths
from core.config.evaluate import EvaluateConfig
from core.errors import InputError
from core.frame import Snapshot
from core.game import memory as ram
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.actions import ACTIONS
from core.game.env.mario_env import MarioEnv
from core.game.level import Level
from core.game.rom import Rom
from core.segmentation.exact.segmenter import ExactSegmenter
from tests.agent_runs import AgentRuns

NOOPS, STEPS = 3, 40


@pytest.fixture(scope="module")
def played(emulator: RetroEmulator) -> tuple[Recording, list[Snapshot]]:
    """Forty steps of chance after three idle frames, with each of their frames."""
    random = np.random.default_rng(5)
    actions = [int(random.integers(len(ACTIONS))) for _ in range(STEPS)]
    held = [0] * NOOPS + [ACTIONS[action].buttons for action in actions for _ in range(4)]
    snapshots, path = [emulator.enter(Level(1, 1))], Trajectory()
    for number, buttons in enumerate(held):
        if number >= NOOPS and (number - NOOPS) % 4 == 0:
            _add(path, emulator)
        snapshots.append(emulator.step(buttons))
    _add(path, emulator)
    recording = Recording(
        number=0, level="1-1", engine="stable-retro", seed=0, noops=NOOPS, steps=STEPS, x=path.path[-1][0], total=0.0,
        end="", trajectory=path.digest(), actions="".join(map(str, actions)), buttons=run_lengths(held),
        path=tuple(path.path),
    )  # fmt: skip
    return recording, snapshots


def _add(path: Trajectory, emulator: RetroEmulator) -> None:
    variables = ram.read_variables(emulator.memory())
    path.add(variables.x, variables.y)


@settings(max_examples=6)
@given(data=st.data())
def test_every_frame_is_the_one_that_was_played(
    played: tuple[Recording, list[Snapshot]], emulator: RetroEmulator, data: st.DataObject
) -> None:
    recording, snapshots = played
    look = EpisodeReplay(recording, emulator)
    assert look.frames == len(snapshots) - 1
    for _ in range(6):
        if data.draw(st.booleans()):
            look.advance(data.draw(st.integers(1, 50)))
        frame = data.draw(st.integers(0, look.frames))
        moment = look.seek(frame)
        assert moment.frame == frame
        assert np.array_equal(moment.snapshot.frame, snapshots[frame].frame)
    look.advance(look.frames)
    assert look.is_complete
    assert [(step.x, step.y) for step in look.steps] == list(recording.path)
    assert [step.frame for step in look.steps] == [NOOPS + 4 * number for number in range(STEPS + 1)]
    assert look.difference is None


def test_no_ops_that_would_have_killed_were_not_played(emulator: RetroEmulator) -> None:
    """The environment leaves them out; a recording that counted them would be replayed shifted."""
    emulator.enter(Level(1, 1))
    run = ACTIONS[2].buttons
    states = []
    while not ram.is_dead(emulator.memory()):
        states.append(emulator.save_state())
        emulator.step(run, 4)
    env = MarioEnv(emulator=emulator, **environment_settings(EvaluateConfig()))
    start = EpisodeStart(0, 30, 1, "1-1", zlib.compress(states[-4]))
    recording = play_episode(env, RightAndJumpPlayer(np.random.default_rng(1)), start, limit_steps=10)
    assert (recording.noops, recording.steps, recording.frames) == (0, 10, 40)
    look = EpisodeReplay(recording, emulator)
    look.advance(look.frames)
    assert look.difference is None and len(look.steps) == len(recording.path) == 11


def test_states_are_bounded(
    played: tuple[Recording, list[Snapshot]], emulator: RetroEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, snapshots = played
    monkeypatch.setattr(module, "MOST_STATES", 3)
    monkeypatch.setattr(module, "INTERVAL", 4)
    look = EpisodeReplay(recording, emulator)
    look.advance(look.frames)
    assert len(look._states.kept) <= 3
    for frame in (0, 101, 30, 159):
        assert np.array_equal(look.seek(frame).snapshot.frame, snapshots[frame].frame)


@pytest.mark.parametrize("kind", ["gray", "segmented", "fcn"])
def test_an_agent_is_asked_as_if_it_had_played(
    played: tuple[Recording, list[Snapshot]], emulator: RetroEmulator, agent_runs: AgentRuns, rom: Rom, kind: str
) -> None:
    recording, snapshots = played
    live, expected, stacks = Agent.open(agent_runs(kind)), [], []
    told = [0, *recording.told()]
    for number, snapshot in enumerate(snapshots[NOOPS::4]):
        if number:
            live.observe(snapshot, told[number])
        else:
            live.reset(snapshot)
        expected.append(live.q_values())
        stacks.append(live.stack.copy())
    look = EpisodeReplay(recording, emulator, Agent.open(agent_runs(kind)), ExactSegmenter(rom))
    for frame in (50, 2, 9, 120):
        moment = look.seek(frame)
        if frame < NOOPS:
            assert moment.stack is None
        else:
            assert moment.stack is not None
            assert np.array_equal(moment.stack, stacks[(frame - NOOPS) // 4])
            assert moment.last_action == told[(frame - NOOPS) // 4]
        assert moment.class_map is not None
        assert np.array_equal(moment.class_map, ExactSegmenter(rom).segment(snapshots[frame]))
    look.advance(look.frames)
    assert np.array_equal(np.array([step.q_values for step in look.steps], np.float32), np.array(expected))


def test_it_goes_on_from_a_save_state(played: tuple[Recording, list[Snapshot]], emulator: RetroEmulator) -> None:
    recording, snapshots = played
    state = EpisodeReplay(recording, emulator).state(60)
    later = replace(recording, start=pack_state(state), noops=0, path=(), buttons=run_lengths(recording.held()[60:]))
    assert np.array_equal(EpisodeReplay(later, emulator).seek(70).snapshot.frame, snapshots[130].frame)
    with pytest.raises(InputError, match="the episode's save state is damaged"):
        EpisodeReplay(replace(later, start="AAAA"), emulator)


def test_the_return_up_to_a_frame(played: tuple[Recording, list[Snapshot]], emulator: RetroEmulator) -> None:
    """With what was earned before a play that began with a save state; at frame 0 there is no step yet."""
    look = EpisodeReplay(replace(played[0], start_total=50.0), emulator)
    assert look.total(0) == 50.0
    look.advance(look.frames)
    assert look.total(look.frames) == pytest.approx(50.0 + sum(step.reward for step in look.steps)) != 50.0
    assert look.total(60) == pytest.approx(50.0 + sum(step.reward for step in look.steps if step.frame <= 60))


def test_another_engine_tells_the_first_difference(
    played: tuple[Recording, list[Snapshot]], nes_py_emulator: NesPyEmulator, emulator: RetroEmulator
) -> None:
    recording, _ = played
    look = EpisodeReplay(recording, nes_py_emulator)
    look.advance(look.frames)
    here = [(step.x, step.y) for step in look.steps]
    first = next(n for n, (a, b) in enumerate(zip(here, recording.path, strict=True)) if a != b)
    assert look.difference == (first, recording.path[first], here[first])
    assert look.seek(30).variables.x == EpisodeReplay(recording, nes_py_emulator).seek(30).variables.x
    from_state = replace(recording, start=pack_state(b"state"))
    with pytest.raises(InputError, match="began with a save state of stable-retro, which nes-py cannot load"):
        EpisodeReplay(from_state, nes_py_emulator)


@pytest.fixture
def process() -> Iterator[Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    started = context.Process(target=serve, args=(theirs,), daemon=True)
    started.start()
    theirs.close()
    yield ours
    ours.close()
    started.join(20)
    assert started.exitcode == 0


def test_the_process_answers_while_it_plays(
    played: tuple[Recording, list[Snapshot]], process: Connection, agent_runs: AgentRuns, rom: Rom
) -> None:
    recording, snapshots = played
    process.send(Open(7, recording, rom, agent_runs("gray")))
    opened = process.recv()
    assert opened == Opened(7, "stable-retro", len(snapshots) - 1)
    process.send(Seek(90))
    process.send(Branch(90))
    steps: list[TimelineStep] = []
    moments: list[ReplayedFrame] = []
    branches: list[bytes] = []
    known = 0
    while known < opened.frames or not (moments and branches):
        answer = process.recv()
        assert answer.token == 7
        if isinstance(answer, Timeline):
            steps += answer.steps
            known = answer.known
        elif isinstance(answer, Shown):
            moments.append(answer.moment)
        else:
            assert isinstance(answer, Branched)
            branches.append(answer.state)
    assert [step.frame for step in steps] == [NOOPS + 4 * number for number in range(STEPS + 1)]
    assert np.array_equal(moments[0].snapshot.frame, snapshots[90].frame)
    process.send(Open(8, replace(recording, level="9-9"), rom))
    failed = process.recv()
    assert failed == ReplayFailed(8, "level 9-9 does not exist; levels are 1-1 to 8-4")
    for request in (Seek(3), Branch(3), LabelRequest(3)):  # a window that waits must hear of it
        process.send(request)
        assert process.recv() == failed
