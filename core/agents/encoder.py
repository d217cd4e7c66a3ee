"""The frozen encoder of a segmentation network, in front of an agent: made, measured, and asked for features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from core.config.fcn import FcnConfig
from core.errors import InputError
from core.fcn.predictor import architecture_of
from core.files import replace_file, write_bytes, write_json
from core.frame import SMALL_SIZE
from core.onnx_session import open_session
from core.runs.json_files import check_fields, list_of, number, read_json, version
from core.runs.run_folder import CONFIG_NAME, ENCODER_NAME, RunFolder

FEATURES_NAME = "features.json"
EPOCHS_NAME = "epochs.csv"
_BATCH = 32  # pictures encoded at once while measuring


class FeatureEncoder:
    """The encoder of a segmentation network, frozen: pictures in, features as bytes out.

    A feature is at least 0, since the encoder ends with ReLU, pooled or not. A byte is
    ``min(round(feature / scale), 255)`` with a scale of each channel's own, which ``measure_scale`` chose.

    Attributes:
        item_shape: (height, width, channels) of one picture's features.
        scale: of the bytes, float32 (channels,).
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
        self.scale = _read_scale(Path(folder) / FEATURES_NAME, self.item_shape[-1])
        self._factor = np.float32(1) / self.scale

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
    """Make ``RUN/encoder``: settings, weights, encoder and curve of a segmentation network, and its features' scale.

    Args:
        source: run folder of the network, 84 x 84, colour; or another agent's encoder, whose scale is kept.
        run: the agent's run.
        pictures: uint8 (N, 84, 84, 3), what the scale is measured on, as in ``measure_scale``.

    Returns:
        The error of the bytes, as ``measure_scale`` tells it; it is kept in ``features.json``. Empty where the scale
        was known.

    Raises:
        InputError: an encoder that does not fit.
        RunError: the disk is full.
    """
    network = RunFolder.open(source)
    features, error = read_json(source / FEATURES_NAME), dict[str, float]()
    if features is None:
        scale, error = measure_scale(source, pictures)
        features = {"version": 1, "scale": scale.tolist(), "error": error}
    else:
        _read_scale(source / FEATURES_NAME, feature_shape(source)[-1])
    folder = run.path / ENCODER_NAME
    folder.mkdir(exist_ok=True)
    copy = RunFolder(folder)
    replace_file(copy.model_path, lambda temporary: _extract_encoder(network.model_path, temporary))
    write_bytes(copy.weights_path, _weights(network.weights_path))
    write_json(folder / FEATURES_NAME, features)
    if (source / EPOCHS_NAME).is_file():  # what it cost to train
        write_bytes(folder / EPOCHS_NAME, (source / EPOCHS_NAME).read_bytes())
    write_json(folder / CONFIG_NAME, network.config_values())
    return error


def _weights(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: the file is missing; a network's run folder has it") from None


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
    values = read_json(path)
    if values is None:
        raise InputError(f"{path}: the file is missing; a run of an fcn agent has it beside its encoder")
    smallest, largest = (float(np.finfo(np.float32).tiny), float(np.finfo(np.float32).max))
    scales = list_of(number(smallest, largest), channels, channels)
    check_fields(values, path, {"scale": scales}, {"version": version(1)}, allow_others=True)
    return np.array(values["scale"], np.float32)
