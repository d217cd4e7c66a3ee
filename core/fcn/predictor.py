"""A trained segmentation network at play: ONNX Runtime, no training framework."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.config.fcn import FcnConfig
from core.errors import InputError
from core.fcn.notation import Architecture
from core.frame import CLASS_MAP_SHAPE, SMALL_SIZE, ClassMap, Frame, Snapshot, shrink_frame, to_gray
from core.onnx_session import open_session
from core.runs.run_folder import CONFIG_NAME, RunFolder, list_exported


class FcnPredictor:
    """Segments snapshots with the network of a run folder.

    Attributes:
        kind: "fcn".
        name: the run folder's name.
        architecture: the network.
        size: "84" (class maps are (84, 84)) or "native" ((224, 240)).
        input: "colour" or "gray".
        shape: height and width of its class maps.
    """

    kind: Literal["fcn"] = "fcn"

    def __init__(self, run: Path | str, threads: int = 0, *, spinning: bool = True) -> None:
        """Load the network.

        Args:
            run: the run folder.
            threads: processor threads; 0 for all.
            spinning: whether threads that wait for work keep their cores busy: a little faster alone, but the window
                has other work for these cores.

        Raises:
            InputError: no run folder, a future version, or a ``model.onnx`` that is missing, damaged or of another
                network than ``config.json`` tells.
        """
        folder = RunFolder.open(run)
        config = folder.config(FcnConfig)
        self.name = folder.path.resolve().name
        self.architecture = architecture_of(config, folder)
        self.size = config.size
        self.input = config.input
        self.shape = (SMALL_SIZE, SMALL_SIZE) if config.size == "84" else CLASS_MAP_SHAPE
        self._channels = 3 if config.input == "colour" else 1
        self._session = open_session(folder.model_path, threads, spinning)
        self._check_model(folder.model_path)
        self._gives_classes = any(output.name == "classes" for output in self._session.get_outputs())
        self._frame: Frame | None = None
        self._last: npt.NDArray[np.float32] | None = None

    def segment(self, snapshot: Snapshot) -> ClassMap:
        """Class of each pixel, a new uint8 of ``shape``."""
        if not self._gives_classes:  # exported before networks chose the class themselves
            return self.logits(snapshot.frame).argmax(axis=-1).astype(np.uint8)
        self._frame, self._last = snapshot.frame, None
        classes: ClassMap = self._session.run(["classes"], {"pixels": self.prepare(snapshot.frame)[None]})[0][0]
        return classes

    def probabilities(self, snapshot: Snapshot | None = None) -> npt.NDArray[np.float32]:
        """Probability of each class at each pixel, float32 (16, H, W), of a snapshot or of the last one segmented.

        ValueError when nothing was segmented yet.
        """
        if snapshot is not None:
            self.logits(snapshot.frame)
        logits = self._last_logits()
        shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        return np.ascontiguousarray(shares.transpose(2, 0, 1))

    def probabilities_at(self, row: int, column: int) -> npt.NDArray[np.float32]:
        """Probability of each class at one pixel of the last snapshot segmented, float32 (16,).

        ValueError when nothing was segmented yet.
        """
        scores = self._last_logits()[row, column]
        shares: npt.NDArray[np.float32] = np.exp(scores - scores.max())
        return shares / shares.sum()

    def logits(self, frame: Frame) -> npt.NDArray[np.float32]:
        """Scores of a frame, uint8 (224, 240, 3), before the softmax: float32 (H, W, 16)."""
        self._frame = frame
        self._last = self._session.run(["logits"], {"pixels": self.prepare(frame)[None]})[0][0]
        return self._last

    def _last_logits(self) -> npt.NDArray[np.float32]:
        """Those of the last frame segmented, made now if only its classes were asked for."""
        if self._last is not None:
            return self._last
        if self._frame is None:
            raise ValueError("nothing was segmented yet; give a snapshot")
        return self.logits(self._frame)

    def features(self, frame: Frame) -> npt.NDArray[np.float32]:
        """What the encoder makes of a frame, uint8 (224, 240, 3): float32 (h, w, channels)."""
        features: npt.NDArray[np.float32] = self._session.run(["features"], {"pixels": self.prepare(frame)[None]})[0][0]
        return features

    def prepare(self, frame: Frame) -> npt.NDArray[np.uint8]:
        """The network's input for a frame, uint8 (224, 240, 3): uint8 (H, W, channels)."""
        picture = shrink_frame(frame) if self.size == "84" else frame
        return picture if self.input == "colour" else to_gray(picture)[..., None]

    def _check_model(self, path: Path) -> None:
        inputs = {item.name: item.shape[1:] for item in self._session.get_inputs()}
        outputs = {item.name for item in self._session.get_outputs()}
        expected = [*self.shape, self._channels]
        if inputs.get("pixels") != expected or not {"logits", "features"} <= outputs:
            raise InputError(
                f"{path}: the file holds another network than config.json tells; expected an input pixels of "
                f"{expected} and outputs logits and features"
            )


def architecture_of(config: FcnConfig, folder: RunFolder) -> Architecture:
    """The network that the settings of a run folder name; InputError naming the file when they name none."""
    try:
        return Architecture.parse(config.architecture)
    except InputError as error:
        raise InputError(f"{folder.path / CONFIG_NAME}: {error}") from None


def list_networks(folder: Path) -> list[tuple[str, Path]]:
    """Names and folders of the segmentation networks that lie directly in a folder, exported; nothing is loaded."""
    return list_exported(folder, FcnConfig.kind)
