"""Where an agent looks is found where a toy network looks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from core.agents.policy import QPolicy
from core.agents.saliency import BATCH, QFunction, saliency, saliency_parts
from tests.agent_runs import AgentRuns


def checked(shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """A fine checkerboard: a blur changes it everywhere."""
    rows, columns = np.indices(shape[1:3])
    board = ((rows + columns) % 2 * 255).astype(np.uint8)
    return np.broadcast_to(board[None, ..., *([None] * (len(shape) - 3))], shape).copy()


def eye_at(row: int, column: int, reach: int) -> tuple[QFunction, list[int]]:
    """A network whose second action is worth the contrast of one patch; it counts the stacks it was asked about."""

    def q_values(stacks: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        asked.append(len(stacks))
        patch = stacks[:, :, row - reach : row + reach, column - reach : column + reach].reshape(len(stacks), -1)
        values = np.zeros((len(stacks), 5), np.float32)
        values[:, 1] = patch.astype(np.float32).std(axis=1)
        values[:, 2] = 7
        return values

    asked: list[int] = []
    return q_values, asked


@pytest.mark.parametrize(("shape", "spot", "reach"), [((4, 84, 84), (24, 66), 4), ((4, 21, 21, 3), (6, 16), 1)])
def test_the_patch_that_matters_stands_out(shape: tuple[int, ...], spot: tuple[int, int], reach: int) -> None:
    q_function, asked = eye_at(*spot, reach)
    found = saliency(q_function, checked(shape))
    assert found.shape == (12, 12)
    assert (found >= 0).all()
    assert divmod(int(found.argmax()), 12) == (spot[0] * 12 // shape[1], spot[1] * 12 // shape[2])
    assert found[0, 0] < 1e-3 * found.max()
    assert asked[0] == 1
    assert max(asked) == BATCH
    assert sum(asked) == 1 + 144


def test_only_the_action_asked_about_counts() -> None:
    q_function, _ = eye_at(24, 66, 4)
    stack = checked((4, 84, 84))
    assert np.array_equal(saliency(q_function, stack, action=1), saliency(q_function, stack))
    assert not saliency(q_function, stack, action=2).any()


def test_a_network_that_sees_nothing_looks_nowhere() -> None:
    assert not saliency(lambda stacks: np.ones((len(stacks), 5), np.float32), checked((4, 84, 84))).any()


def test_a_part_can_be_had_alone() -> None:
    q_function, asked = eye_at(24, 66, 4)
    parts = saliency_parts(q_function, checked((4, 84, 84)))
    assert next(parts).shape == (BATCH,)
    assert asked == [1, BATCH]


@pytest.mark.parametrize("kind", ["gray", "fcn"])
def test_a_saved_agent_looks_somewhere(agent_runs: AgentRuns, kind: str) -> None:
    policy = QPolicy(agent_runs(kind) / "model.onnx")
    stack = np.random.default_rng(1).integers(0, 256, (4, *policy.item_shape), np.uint8)
    found = saliency(lambda stacks: policy.q_values(stacks, np.zeros(len(stacks), np.int32)), stack)
    assert np.isfinite(found).all()
    assert found.max() > 0
