"""Writing a segmentation network as ``model.onnx``."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from core.config.fcn import FcnConfig
from core.fcn.notation import Architecture
from core.fcn.training.batches import input_shape
from core.fcn.training.network import ShuffleDeconvolution, build_for_export, set_weights
from core.files import replace_file
from core.runs.checkpoint_files import load_checkpoint
from core.training.export_onnx import export, export_from_arguments

_MODULE = "core.fcn.training.export"


def export_fcn(config: FcnConfig, weights: Path, target: Path) -> None:
    """Export the segmentation network of a weights file.

    Args:
        config: the settings of its run.
        weights: a checkpoint file with the network's arrays.
        target: where the ONNX file goes; replaced as a whole.

    Raises:
        RunError: the export failed or the file could not be written.
    """
    export(_network, _MODULE, config, input_shape(config), weights, target)
    model = _with_classes(onnx.load(target), config)
    replace_file(target, lambda temporary: onnx.save(model, temporary))


def _with_classes(model: onnx.ModelProto, config: FcnConfig) -> onnx.ModelProto:
    """Have the network choose each pixel's class itself: output "classes", uint8 (N, H, W), in place of "cells".

    It is chosen before the rearrangement, so that bytes are moved and not sixteen times as many floats (native size:
    16.4 in place of 20.2 ms of processor time a frame). Not in Keras: with TensorFlow its argmax looks at the bits of
    floats, for which the conversion to ONNX has no words.
    """
    graph = model.graph
    cells = next(output for output in graph.output if output.name == "cells")
    rows, columns, stride, _, _ = (item.dim_value for item in cells.type.tensor_type.shape.dim[1:])
    last = list(Architecture.parse(config.architecture).steps(input_shape(config)[2]))[-1]
    begin = ShuffleDeconvolution(last, "last").begin
    height, width, _ = input_shape(config)
    constants = {
        "classes/shape": (-1, rows * stride, columns * stride),
        "classes/begin": (begin, begin),
        "classes/end": (begin + height, begin + width),
        "classes/axes": (1, 2),
    }
    graph.initializer.extend(numpy_helper.from_array(np.array(v, np.int64), name) for name, v in constants.items())
    graph.node.extend(
        (
            helper.make_node("ArgMax", ["cells"], ["classes/index"], axis=-1, keepdims=0),
            helper.make_node("Cast", ["classes/index"], ["classes/byte"], to=TensorProto.UINT8),
            helper.make_node("Transpose", ["classes/byte"], ["classes/line"], perm=[0, 1, 3, 2, 4]),
            helper.make_node("Reshape", ["classes/line", "classes/shape"], ["classes/wide"]),
            helper.make_node("Slice", ["classes/wide", "classes/begin", "classes/end", "classes/axes"], ["classes"]),
        )
    )
    graph.output.remove(cells)
    batch = cells.type.tensor_type.shape.dim[0].dim_param or None
    graph.output.append(helper.make_tensor_value_info("classes", TensorProto.UINT8, [batch, height, width]))
    return model


def _network(config: FcnConfig, item_shape: tuple[int, ...], weights: Path) -> keras.Model:
    height, width, channels = item_shape
    model = build_for_export(Architecture.parse(config.architecture), (height, width, channels), config.scaling)
    set_weights(model, load_checkpoint(weights).arrays, str(weights))
    return model


if __name__ == "__main__":
    export_from_arguments(_network, FcnConfig, sys.argv[1:])
