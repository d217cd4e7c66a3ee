"""Where an agent looks: how much its Q-values change when a part of what it sees is blurred.

After Greydanus et al. 2018, "Visualizing and Understanding Atari Agents": at each place of a coarse grid what the agent
sees is blended with a blurred copy of itself, by a Gaussian mask around that place, and the place's saliency is half
the squared change of the values. As there, a blurred part is one whose detail is missing, not one that is blackened.

Two things differ. All four frames of the stack are blurred at a place, for what stands still is in each of them, and
blurring it in one alone would make it flicker. And an agent of an FCN's features is asked with features blurred, not
pixels: each place would need four pictures encoded, 50 times the work; a feature's cell sees the pixels around it.
In a segmented picture a blurred gray may be that of another class: there a map tells which things matter, but less
surely how much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Stack = npt.NDArray[np.uint8]
QFunction = Callable[[Stack], npt.NDArray[np.float32]]
"""Stacks uint8 (N, 4, ...) to Q-values float32 (N, actions)."""

PLACES = 12  # a side of the grid: 7 pixels of 84, or 2 cells of a feature map of 21
BATCH = 16  # stacks asked about at once: 5 to 10 ms, after which others may have the processor
_BLUR = 3 / 84  # of a side: standard deviation of the blur (Greydanus et al. 2018: 3 pixels of 80)
_MASK = 5 / 84  # that of the mask (ibid.: 5)


def saliency(
    q_function: QFunction, stack: Stack, action: int | None = None, places: int = PLACES
) -> npt.NDArray[np.float32]:
    """The map of one stack.

    Args:
        q_function: the agent's network.
        stack: what it sees, uint8 (4, H, W) or (4, H, W, channels).
        action: of which Q-value the change counts; None for all of them together.
        places: a side of the grid.

    Returns:
        float32 (places, places), at least 0: half the squared change of the Q-values.
    """
    parts = list(saliency_parts(q_function, stack, action, places))
    return np.concatenate(parts).reshape(places, places)


def saliency_parts(
    q_function: QFunction, stack: Stack, action: int | None = None, places: int = PLACES
) -> Iterator[npt.NDArray[np.float32]]:
    """The same in portions of at most ``BATCH`` places, row by row, so that it can be broken off in between."""
    height, width = stack.shape[1:3]
    masks = _masks(height, width, places)
    plain = stack.astype(np.float32)
    change = _blurred(plain) - plain
    before = q_function(stack[None])[0]
    for start in range(0, len(masks), BATCH):
        mask = masks[start : start + BATCH, None]
        if stack.ndim == 4:
            mask = mask[..., None]
        after = q_function(np.rint(plain + mask * change).astype(np.uint8))
        moved = (after - before)[:, slice(None) if action is None else slice(action, action + 1)]
        yield (0.5 * (moved**2).sum(axis=1)).astype(np.float32)


@lru_cache(maxsize=4)
def _masks(height: int, width: int, places: int) -> npt.NDArray[np.float32]:
    """Gaussians of height 1 around the middle of each cell of the grid, float32 (places * places, height, width)."""
    rows = np.arange(height)[:, None] + 0.5
    columns = np.arange(width)[None, :] + 0.5
    middles = (np.arange(places) + 0.5) / places
    down = np.exp(-0.5 * ((rows - middles * height) / (_MASK * height)) ** 2)
    across = np.exp(-0.5 * ((columns.T - middles * width) / (_MASK * width)) ** 2)
    masks = down.T[:, None, :, None] * across.T[None, :, None, :]
    return masks.reshape(-1, height, width).astype(np.float32)


def _blurred(stack: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Each frame blurred; channels, if any, each by itself."""
    height, width = stack.shape[1:3]
    sigma = (_BLUR * width, _BLUR * height)
    blurred = [cv2.GaussianBlur(frame, (0, 0), sigmaX=sigma[0], sigmaY=sigma[1]) for frame in stack]
    return np.stack(blurred).reshape(stack.shape).astype(np.float32, copy=False)
