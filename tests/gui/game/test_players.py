"""Who holds the controller, frame by frame."""

from __future__ import annotations

import gc
import weakref
from itertools import count

import numpy as np

from core.config.evaluate import EvaluateConfig
from core.frame import FRAME_SHAPE, MEMORY_SIZE, Snapshot
from core.game.emulator import LEFT
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP
from gui.game.agent_player import AgentPlayer
from gui.game.players import Players

SNAPSHOT = Snapshot(np.zeros(FRAME_SHAPE, np.uint8))
MEMORY = np.zeros(MEMORY_SIZE, np.uint8)


class Counting:
    """An agent whose best action is the number of frames it has seen, modulo five."""

    def __init__(self) -> None:
        self.stack = np.zeros((4, 84, 84), np.uint8)
        self.calls: list[str] = []
        self.last_actions: list[int] = []
        self._numbers = count()
        self._number = 0

    def reset(self, snapshot: Snapshot) -> None:
        """Noted."""
        self.calls.append("reset")
        self._number = next(self._numbers)

    @property
    def last_action(self) -> int:
        """The last one noted."""
        return self.last_actions[-1] if self.last_actions else 0

    def observe(self, snapshot: Snapshot, action: int) -> None:
        """Noted."""
        self.calls.append("observe")
        self.last_actions.append(action)
        self._number = next(self._numbers)

    def q_values(self) -> np.ndarray:
        """1 for the best action."""
        return np.eye(len(ACTIONS), dtype=np.float32)[self._number % len(ACTIONS)]


def frames(players: Players, number: int) -> list[int]:
    """The buttons of so many frames."""
    pressed = []
    for _ in range(number):
        players.settle(SNAPSHOT)
        pressed.append(players.next_buttons())
        players.watch(SNAPSHOT, MEMORY, pressed[-1])
    return pressed


def with_agent() -> tuple[Players, Counting]:
    players, agent = Players(lambda: LEFT), Counting()
    players.set_agent(AgentPlayer(agent, 1, (True, None)))  # type: ignore[arg-type]
    return players, agent


def test_an_action_is_held_for_four_frames() -> None:
    players, agent = with_agent()
    players.choose("agent")
    buttons = frames(players, 20)
    assert buttons == [action.buttons for action in ACTIONS for _ in range(FRAMES_PER_STEP)]
    assert agent.calls == ["reset"] + ["observe"] * 5
    assert agent.last_actions == [0, 1, 2, 3, 4], "it is told what it did"


def test_it_watches_in_the_same_rhythm_whoever_plays() -> None:
    players, agent = with_agent()
    assert frames(players, 6) == [LEFT] * 6
    players.choose("agent")
    assert frames(players, 2) == [ACTIONS[1].buttons] * 2, "the rest of the step that has begun"
    assert frames(players, 4) == [ACTIONS[2].buttons] * 4
    players.choose("person")
    assert frames(players, 1) == [LEFT]
    assert agent.calls == ["reset"] + ["observe"] * 3


def test_an_episode_begins_after_some_idle_frames() -> None:
    players, agent = with_agent()
    players.choose("agent")
    most = EvaluateConfig().max_noops
    waits = set()
    for _ in range(60):
        players.jump()
        players.begin_episode()
        begun_at, buttons = 0, []
        for frame in range(most + FRAMES_PER_STEP):
            agent.calls.clear()
            buttons += frames(players, 1)
            if agent.calls[:1] == ["reset"]:
                begun_at = frame
        assert not any(buttons[:begun_at])
        assert len(set(buttons[begun_at : begun_at + FRAMES_PER_STEP])) == 1
        waits.add(begun_at)
    assert len(waits) > 10
    assert max(waits) <= most


def test_a_person_does_not_wait() -> None:
    players, _ = with_agent()
    players.choose("agent")
    players.begin_episode()
    players.choose("person")
    assert frames(players, 3) == [LEFT] * 3


def test_an_agent_that_leaves_is_freed_at_once() -> None:
    players, agent = with_agent()
    frames(players, 2 * FRAMES_PER_STEP)
    left = weakref.ref(agent)
    gc.disable()  # a network is a few objects to Python and many megabytes to the machine, so it would come late
    try:
        players.set_agent(None)
        del agent
        assert left() is None
    finally:
        gc.enable()
