"""Batches for training a segmentation network, out of a data set kept in memory.

What a batch holds depends only on the settings, the epoch and its number within the epoch, never on what came before: a
run that is resumed in the middle of an epoch goes on exactly as if it had not stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.config.fcn import FcnConfig
from core.dataset.person_labels import counted_records
from core.dataset.record import Record, Split
from core.dataset.store import DataSet
from core.fcn.chosen_levels import chosen_levels
from core.fcn.notation import Architecture
from core.fcn.training.augmentation import draw, random_colours, random_shift, random_window, to_indices
from core.frame import CLASS_MAP_SHAPE, SMALL_SIZE, STACK_FRAMES, ClassMap, shrink_class_map, shrink_frame, to_gray

RARE_SHARE = 0.1  # a class in fewer of the frames than this makes its frames come more often
AHEAD = 4  # batches made in advance, in a thread
_ORDER, _BATCH = 0, 1  # what a random stream is for

Pictures = npt.NDArray[np.uint8]
"""What a network takes in, uint8 (N, H, W, channels)."""


def input_shape(config: FcnConfig) -> tuple[int, int, int]:
    """Height, width and channels of what the network answers to."""
    height, width = (SMALL_SIZE, SMALL_SIZE) if config.size == "84" else CLASS_MAP_SHAPE
    return height, width, 3 if config.input == "colour" else 1


class Batches:
    """Training batches of one run.

    Attributes:
        per_epoch: how many batches an epoch has.
        frames: how many frames an epoch has.
        pixels: pixels of each class in the split, int64 (16,).
    """

    def __init__(self, config: FcnConfig, data: DataSet) -> None:
        records = counted_records(data, "train", chosen_levels(config))
        self._config = config
        self._augment = config.augmentation == "full"
        self._balance = config.loss == "balanced"
        self._window = _window_size(config)
        self._pictures, self._masks = _load(data, config)
        self._chances = repeat_chances(records) if self._balance else None
        self.frames = len(records)
        self.per_epoch = -(-self.frames // config.batch_size)
        self.pixels = np.array([record.pixels for record in records], np.int64).sum(axis=0)

    def epoch(self, epoch: int, begin: int = 0) -> Iterator[tuple[Pictures, ClassMap]]:
        """Batches of an epoch from number ``begin`` on, made ahead in a thread.

        Yields:
            uint8 (N, H, W, channels) and class ids uint8 (N, H, W); the last batch may be smaller.
        """
        order = self._order(epoch)
        with ThreadPoolExecutor(max_workers=1) as pool:
            first = range(begin, min(begin + AHEAD, self.per_epoch))
            waiting = [pool.submit(self._batch, order, epoch, number) for number in first]
            for number in range(begin, self.per_epoch):
                batch = waiting.pop(0).result()
                if number + AHEAD < self.per_epoch:
                    waiting.append(pool.submit(self._batch, order, epoch, number + AHEAD))
                yield batch

    def _order(self, epoch: int) -> npt.NDArray[np.intp]:
        rng = np.random.default_rng((self._config.seed, _ORDER, epoch))
        if self._chances is None:
            return rng.permutation(self.frames)
        return rng.choice(self.frames, size=self.frames, p=self._chances)

    def _batch(self, order: npt.NDArray[np.intp], epoch: int, number: int) -> tuple[Pictures, ClassMap]:
        size = self._config.batch_size
        chosen = order[number * size : (number + 1) * size]
        if not self._augment:
            return self._pictures[chosen], self._masks[chosen]
        rng = np.random.default_rng((self._config.seed, _BATCH, epoch, number))
        pairs = [self._changed(int(index), rng) for index in chosen]
        return np.stack([picture for picture, _ in pairs]), np.stack([mask for _, mask in pairs])

    def _changed(self, index: int, rng: np.random.Generator) -> tuple[Pictures, ClassMap]:
        indices, mask = self._pictures[index], self._masks[index]
        if self._config.size == "84":
            indices, mask = random_shift(indices, mask, rng)
            picture = shrink_frame(draw(indices, random_colours(rng)))
            mask = shrink_class_map(mask)
        else:
            rows, columns = random_window(mask, *self._window, rng, seek_rare=self._balance)
            picture, mask = draw(indices[rows, columns], random_colours(rng)), mask[rows, columns]
        return _channels(picture, self._config), mask


def _window_size(config: FcnConfig) -> tuple[int, int]:
    """Half the frame's sides, rounded down to what the pooling divides (at least one deepest cell)."""
    stride = Architecture.parse(config.architecture).total_stride
    height, width = (max(side // 2 // stride, 1) * stride for side in CLASS_MAP_SHAPE)
    return height, width


def _load(data: DataSet, config: FcnConfig) -> tuple[Pictures, ClassMap]:
    """The training split: what batches take as it is, or with augmentation native colour indices and class maps."""
    if config.augmentation != "full":
        return load_split(data, config, "train")
    records = data.records("train", chosen_levels(config))
    indices = np.empty((len(records), *CLASS_MAP_SHAPE), np.uint8)
    masks = np.empty((len(records), *CLASS_MAP_SHAPE), np.uint8)

    def read(position: int) -> None:
        frame, masks[position] = data.read(records[position], person=True)
        indices[position] = to_indices(frame)

    with ThreadPoolExecutor() as pool:
        for _ in pool.map(read, range(len(records))):
            pass
    return indices, masks


def load_split(data: DataSet, config: FcnConfig, split: Split) -> tuple[Pictures, ClassMap]:
    """Frames as the network sees them, uint8 (N, H, W, channels), and class maps, uint8 (N, H, W).

    A person's class map counts in preference to the automatic one.
    """
    size: Literal["84", "native"] = "84" if config.size == "84" else "native"
    frames, masks = data.load(split, size=size, levels=chosen_levels(config), person=True)
    if config.input == "colour":
        return frames, masks
    return np.stack([to_gray(frame) for frame in frames])[..., None], masks


def load_validation(data: DataSet, config: FcnConfig) -> tuple[Pictures, ClassMap]:
    """The validation split; at native size, where scoring takes long and a stack looks all alike, a frame a stack."""
    pictures, masks = load_split(data, config, "validation")
    every = STACK_FRAMES if config.size == "native" else 1
    return pictures[::every], masks[::every]


def _channels(picture: Pictures, config: FcnConfig) -> Pictures:
    return picture if config.input == "colour" else to_gray(picture)[..., None]


def repeat_chances(records: list[Record]) -> npt.NDArray[np.float64]:
    """Chance of each frame by its rarest class: repeat factor sampling (Gupta, Dollár and Girshick 2019, section 4)."""
    present = np.array([record.pixels for record in records]) > 0
    share = np.maximum(present.mean(axis=0), 1 / len(records))
    factor = np.maximum(1.0, np.sqrt(RARE_SHARE / share))
    repeats = np.where(present, factor, 1.0).max(axis=1)
    return np.asarray(repeats / repeats.sum(), np.float64)
