"""The whole learner, loop and replay included, on a world small enough to know its optimal policy.

The world is a grid with a goal and a pit. Its values are computed by value iteration, which knows nothing of networks;
the agent sees pictures, plays several worlds side by side, and must find them.
"""

from __future__ import annotations

from typing import Any, cast

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from core.agents.frame_stack import FrameStack
from core.config.ddqn import DdqnConfig
from core.ddqn.training.learner import DdqnLearner
from core.ddqn.training.loop import DdqnLoop
from core.ddqn.training.rollout import Rollout
from core.ddqn.training.run import make_replay
from core.game.env.reward import REWARD_PARTS

MAP = (
    "...G",
    ".#.P",
    "....",
)
MOVES = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))  # five actions, as in the game: stay, up, down, left, right
ENDS = {"G": 1.0, "P": -1.0}  # reward of stepping there, which ends the episode
COST = -0.2  # reward of any other step
GAMMA = 0.9
LONGEST = 10  # steps, after which an episode is cut off
WORLDS = 4
ITEM_SHAPE = (4, 4, 2)

Cell = tuple[int, int]
CELLS: list[Cell] = [
    (row, column) for row, line in enumerate(MAP) for column, letter in enumerate(line) if letter == "."
]


def move(cell: Cell, action: int) -> tuple[Cell, float, bool]:
    """Where an action leads, its reward, and whether the episode ends there."""
    row, column = cell[0] + MOVES[action][0], cell[1] + MOVES[action][1]
    if not (0 <= row < len(MAP) and 0 <= column < len(MAP[0])) or MAP[row][column] == "#":
        return cell, COST, False
    letter = MAP[row][column]
    return (row, column), ENDS.get(letter, COST), letter in ENDS


def picture(cell: Cell) -> npt.NDArray[np.uint8]:
    """What the agent sees, uint8 (4, 4, 2): its row and its column as lines of light."""
    item = np.zeros(ITEM_SHAPE, np.uint8)
    item[cell[0], :, 0] = 255
    item[:, cell[1], 1] = 255
    return item


def optimal_values() -> dict[Cell, npt.NDArray[np.float64]]:
    """Q-values of the optimal policy, float64 (5,) a cell."""
    values = {cell: np.zeros(len(MOVES)) for cell in CELLS}
    for _ in range(100):
        values = {
            cell: np.array(
                [
                    reward if ended else reward + GAMMA * values[after].max()
                    for after, reward, ended in (move(cell, action) for action in range(len(MOVES)))
                ]
            )
            for cell in CELLS
        }
    return values


class Worlds:
    """Stands where a training has its ``VectorMarioEnv``."""

    num_envs = WORLDS
    single_observation_space = gym.spaces.Box(0, 255, ITEM_SHAPE, np.uint8)
    single_action_space = gym.spaces.Discrete(len(MOVES))

    def reset(self, seed: int) -> tuple[npt.NDArray[np.uint8], dict[str, Any]]:
        self.rng = np.random.default_rng(seed)
        self.cells = [self.start() for _ in range(WORLDS)]
        self.steps = [0] * WORLDS
        return np.stack([picture(cell) for cell in self.cells]), {}

    def start(self) -> Cell:
        return CELLS[int(self.rng.integers(len(CELLS)))]

    def step_async(self, actions: npt.NDArray[np.int64]) -> None:
        self.actions = actions

    def step_wait(self) -> tuple[Any, ...]:
        results = [move(cell, int(action)) for cell, action in zip(self.cells, self.actions, strict=True)]
        final = np.stack([picture(cell) for cell, _, _ in results])
        steps = np.array(self.steps) + 1
        rewards = np.array([reward for _, reward, _ in results])
        terminated = np.array([ended for _, _, ended in results])
        truncated = (steps >= LONGEST) & ~terminated
        ended = terminated | truncated
        self.cells = [self.start() if over else cell for (cell, _, _), over in zip(results, ended, strict=True)]
        self.steps = np.where(ended, 0, steps).tolist()
        infos = {"final_obs": final} if ended.any() else {}
        zeros = np.zeros(WORLDS, np.int64)
        infos |= dict.fromkeys(("world", "stage", "x", "progress", "start_x", "dead"), zeros)
        infos |= {"steps": steps, "flag": rewards > 0, "from_start": ended}
        infos["reward_parts"] = {part: rewards if part == "progress" else 0.0 * rewards for part in REWARD_PARTS}
        return np.stack([picture(cell) for cell in self.cells]), rewards, terminated, truncated, infos


def train(seed: int) -> DdqnLearner:
    config = DdqnConfig(
        seed=seed,
        environments=WORLDS,
        episodes=0,
        steps=2_800,
        gamma=GAMMA,
        learning_rate=0.003,
        learning_rate_end=0.0003,
        batch_size=128,
        update_every_steps=4,
        target_every_steps=60,
        warm_up_steps=400,
        replay_steps=4_000,
        epsilon_end=0.3,
        epsilon_decay=1.0,
        epsilon_steps=1_600,
    )
    rng = np.random.default_rng(seed)
    rollout = Rollout(cast(Any, Worlds()), None, rng)
    rollout.reset(seed)
    learner = DdqnLearner(config, ITEM_SHAPE, len(MOVES))
    loop = DdqnLoop(config, rollout, learner, make_replay(config, ITEM_SHAPE))
    while not loop.is_finished():
        loop.iterate()
    assert loop.position.updates > 500
    return learner


def play(learner: DdqnLearner, start: Cell) -> float:
    """Discounted return of a greedy episode."""
    stack, cell, total = FrameStack(1, ITEM_SHAPE), start, 0.0
    stack.reset(0, picture(cell))
    for step in range(LONGEST):
        action = int(learner.q_values(stack.stacks, stack.last_actions).argmax())
        cell, reward, ended = move(cell, action)
        total += GAMMA**step * reward
        if ended:
            break
        stack.push(picture(cell)[None], action)
    return total


def first_values(learner: DdqnLearner) -> npt.NDArray[np.float32]:
    """Q-values where an episode begins, (cells, 5)."""
    stack = FrameStack(len(CELLS), ITEM_SHAPE)
    for index, cell in enumerate(CELLS):
        stack.reset(index, picture(cell))
    return learner.q_values(stack.stacks, stack.last_actions)


def test_the_optimal_policy_is_learned() -> None:
    expected = optimal_values()
    learner = train(seed=1)
    returns = [play(learner, cell) for cell in CELLS]
    np.testing.assert_allclose(returns, [expected[cell].max() for cell in CELLS], rtol=1e-9)
    errors = np.abs(first_values(learner) - np.stack([expected[cell] for cell in CELLS]))
    assert errors.mean() < 0.05
