"""What an agent sees of a snapshot: a picture, or what a frozen encoder makes of it; and the stack of the last four."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from core.classes import to_grey_levels
from core.config.fcn import FcnConfig
from core.errors import InputError
from core.fcn.predictor import architecture_of
from core.files import replace_file, write_json
from core.frame import SMALL_SIZE, Snapshot, shrink_class_map, shrink_frame, to_gray
from core.game.rom import Rom
from core.onnx_session import open_session
from core.runs.run_folder import CONFIG_NAME, RunFolder
from core.segmentation.labeller import make_labeller
from core.segmentation.segmenter import Segmenter

STACK_FRAMES = 4  # frames that an agent sees at once (Bélignon 2020, after Mnih et al. 2015)
FEATURES_NAME = "features.json"
_BATCH = 32  # pictures encoded at once while measuring


class Preprocessor(Protocol):
    """Turns a snapshot into the picture that an agent gets.

    Attributes:
        shape: of a picture.
    """

    shape: tuple[int, ...]

    def look(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The picture, a new uint8 of ``shape``."""


def make_preprocessor(observation: str, labels: str, rom: Rom) -> Preprocessor:
    """The eye of a kind of agent.

    Args:
        observation: "gray" (84, 84); "segmented" (84, 84), class i as grey 17 * i; "fcn" (84, 84, 3), the colour
            picture that a ``FeatureEncoder`` takes.
        labels: who segments for "segmented": "exact" or "sprites".
        rom: what the segmenter reads its tables from.

    Raises:
        InputError: another word.
    """
    if observation == "gray":
        return GrayPreprocessor()
    if observation == "segmented":
        return SegmentedPreprocessor(make_labeller(labels, rom))
    if observation == "fcn":
        return ColourPreprocessor()
    raise InputError(f"--observation: {observation!r} is not allowed; choose gray, segmented or fcn")


class GrayPreprocessor:
    """Luma, shrunk by area: uint8 (84, 84)."""

    shape: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE)

    def look(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The frame in grey."""
        return shrink_frame(to_gray(snapshot.frame))


class ColourPreprocessor:
    """Colours, shrunk by area: uint8 (84, 84, 3)."""

    shape: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE, 3)

    def look(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The frame in colour."""
        return shrink_frame(snapshot.frame)


class SegmentedPreprocessor:
    """The class map in its grey levels, shrunk by nearest neighbour: uint8 (84, 84)."""

    shape: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE)

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter

    def look(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The classes as greys; SegmentationError when the snapshot lacks what the segmenter needs."""
        return to_grey_levels(shrink_class_map(self._segmenter.segment(snapshot)))


class FrameStack:
    """The last four items of each of several games, oldest first.

    Attributes:
        stacks: uint8 (N, 4, *item_shape); changed in place by ``push`` and ``reset``, so copy what must stay.
    """

    def __init__(self, count: int, item_shape: tuple[int, ...]) -> None:
        """Stacks of zeros for ``count`` games."""
        self.stacks = np.zeros((count, STACK_FRAMES, *item_shape), np.uint8)

    def reset(self, index: int, item: npt.NDArray[np.uint8]) -> None:
        """An episode of game ``index`` begins: all four are its first item, uint8 (*item_shape)."""
        self.stacks[index] = item

    def push(self, items: npt.NDArray[np.uint8]) -> None:
        """Take in the next item of every game, uint8 (N, *item_shape), and drop the oldest."""
        self.stacks[:, :-1] = self.stacks[:, 1:]
        self.stacks[:, -1] = items

    def state(self) -> npt.NDArray[np.uint8]:
        """A copy of ``stacks``, for ``restore``."""
        return self.stacks.copy()

    def restore(self, state: npt.NDArray[np.uint8]) -> None:
        """Go back to a saved moment; InputError on an array of another shape or type."""
        if state.shape != self.stacks.shape or state.dtype != np.uint8:
            raise InputError(
                f"the saved stacks are {state.dtype} {state.shape}; these games have uint8 {self.stacks.shape}"
            )
        self.stacks[:] = state


class FeatureEncoder:
    """The encoder of a segmentation network, frozen: pictures in, features as bytes out.

    A feature is at least 0, since the encoder ends with ReLU, pooled or not. A byte is
    ``min(round(feature / scale), 255)`` with a scale of each channel's own, which ``measure_scale`` chose.

    Attributes:
        item_shape: (height, width, channels) of one picture's features.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Load the encoder that ``copy_encoder`` made.

        Args:
            folder: ``RUN/encoder``.
            threads: processor threads; 0 for all.

        Raises:
            InputError: the folder or one of its files is missing or damaged, or they do not fit each other.
        """
        self._session, self.item_shape = _open_encoder(RunFolder.open(folder), threads)
        self._factor = np.float32(1) / _read_scale(Path(folder) / FEATURES_NAME, self.item_shape[-1])

    def encode(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Features of pictures: uint8 (N, 84, 84, 3) to uint8 (N, *item_shape)."""
        features = self._session.run(["features"], {"pixels": pictures})[0]
        return quantise(features, self._factor)


def quantise(features: npt.NDArray[np.float32], factor: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Features as bytes: float32 (..., channels), at least 0, times a factor, float32 (channels,), rounded, to 255."""
    levels = features * factor
    levels += np.float32(0.5)
    return np.minimum(levels, np.float32(255.0), out=levels).astype(np.uint8)


def measure_scale(
    run: Path, pictures: npt.NDArray[np.uint8], threads: int = 0
) -> tuple[npt.NDArray[np.float32], dict[str, float]]:
    """The scale that turns an encoder's features into bytes, and how exact the bytes are.

    The scale is measured on the first two thirds of the pictures, the error on the others, so give them in the order
    in which they were seen, a few hundred of all kinds.

    Args:
        run: run folder of a segmentation network, 84 x 84, colour.
        pictures: uint8 (N, 84, 84, 3), N at least 3.
        threads: processor threads; 0 for all.

    Returns:
        The scale, float32 (channels,): 255 times it is the channel's greatest value seen, or it is 1 where a channel
        was never active. The error: "mean" and "max" of the absolute difference over the channel's greatest value seen,
        "clipped" the share of values above it, and the numbers of pictures, "measured_on" and "tested_on".

    Raises:
        InputError: an encoder that does not fit, or fewer than 3 pictures.
    """
    if len(pictures) < 3:
        raise InputError(f"pictures: {len(pictures)} are too few to measure an encoder on; give at least 3")
    session, _ = _open_encoder(RunFolder.open(run), threads)
    features = np.concatenate(
        [session.run(["features"], {"pixels": pictures[i : i + _BATCH]})[0] for i in range(0, len(pictures), _BATCH)]
    )
    known = 2 * len(pictures) // 3
    greatest = features[:known].max(axis=(0, 1, 2))
    scale = np.where(greatest > 0, greatest / 255, 1).astype(np.float32)
    others = features[known:]
    difference = np.abs(quantise(others, np.float32(1) / scale) * scale - others) / (255 * scale)
    error = {
        "mean": float(difference.mean()),
        "max": float(difference.max()),
        "clipped": float((others > 255 * scale).mean()),
        "measured_on": known,
        "tested_on": len(others),
    }
    return scale, error


def feature_shape(run: Path) -> tuple[int, int, int]:
    """(height, width, channels) of the features that a network's encoder gives; InputError when it does not fit."""
    return _open_encoder(RunFolder.open(run), 1)[1]


def copy_encoder(source: Path, run: RunFolder, pictures: npt.NDArray[np.uint8]) -> dict[str, float]:
    """Make ``RUN/encoder``: the settings, weights and encoder of a segmentation network, and the scale of its features.

    Args:
        source: run folder of the network, 84 x 84, colour.
        run: the agent's run.
        pictures: uint8 (N, 84, 84, 3), what the scale is measured on, as in ``measure_scale``.

    Returns:
        The error of the bytes, as ``measure_scale`` tells it; it is kept in ``features.json``.

    Raises:
        InputError: an encoder that does not fit.
        RunError: the disk is full.
    """
    network = RunFolder.open(source)
    scale, error = measure_scale(source, pictures)
    folder = run.path / "encoder"
    folder.mkdir(exist_ok=True)
    copy = RunFolder(folder)
    replace_file(copy.model_path, lambda temporary: _extract_encoder(network.model_path, temporary))
    replace_file(copy.weights_path, lambda temporary: _copy(network.weights_path, temporary))
    write_json(folder / FEATURES_NAME, {"version": 1, "scale": scale.tolist(), "error": error})
    write_json(folder / CONFIG_NAME, network.config_values())
    return error


def _copy(source: Path, target: Path) -> None:
    try:
        content = source.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{source}: the file is missing; a network's run folder has it") from None
    target.write_bytes(content)


def _extract_encoder(source: Path, target: Path) -> None:
    """The part of an exported network that gives the features: ONNX Runtime would run all of it, asked or not."""
    from onnx import load, save
    from onnx.utils import Extractor

    save(Extractor(load(source)).extract_model(["pixels"], ["features"]), target)


def _open_encoder(run: RunFolder, threads: int) -> tuple[onnxruntime.InferenceSession, tuple[int, int, int]]:
    """The session of a network that can be an agent's encoder, and the shape of its features; InputError otherwise."""
    config = run.config(FcnConfig)
    for name, value, needed in (("size", config.size, "84"), ("input", config.input, "colour")):
        if value != needed:
            raise InputError(f"{run.path}: an encoder that does not fit: its {name} is {value}, an agent's {needed}")
    architecture = architecture_of(config, run)
    last = architecture.steps()[architecture.encoder_length]
    shape = (SMALL_SIZE // last.scale, SMALL_SIZE // last.scale, last.channels_in)
    session = open_session(run.model_path, threads, spinning=False)  # the games need the cores between two batches
    inputs = {item.name: item.shape[1:] for item in session.get_inputs()}
    outputs = {item.name: tuple(item.shape[1:]) for item in session.get_outputs()}
    if inputs.get("pixels") != [SMALL_SIZE, SMALL_SIZE, 3] or outputs.get("features") != shape:
        raise InputError(
            f"{run.model_path}: an encoder that does not fit: config.json tells of an input pixels of "
            f"{SMALL_SIZE} x {SMALL_SIZE} x 3 and an output features of {' x '.join(map(str, shape))}"
        )
    return session, shape


def _read_scale(path: Path, channels: int) -> npt.NDArray[np.float32]:
    """The scale in ``features.json``, float32 (channels,)."""
    try:
        scale = np.array(json.loads(path.read_text(encoding="utf-8"))["scale"], np.float32)
    except FileNotFoundError:
        raise InputError(f"{path}: the file is missing; a run of an fcn agent has it beside its encoder") from None
    except (ValueError, KeyError, TypeError, OSError):
        raise InputError(f"{path}: the file is damaged; the scale of {channels} channels was expected") from None
    if scale.shape != (channels,) or not (np.isfinite(scale).all() and (scale > 0).all()):
        raise InputError(f"{path}: an encoder that does not fit: its scale must be {channels} numbers above 0")
    return scale
