"""Opening an exported network with ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import onnxruntime

from core.errors import InputError
from core.files import is_utf8


def open_session(path: Path, threads: int = 0, spinning: bool = True) -> onnxruntime.InferenceSession:
    """Load a ``model.onnx``, to run on the processor.

    Args:
        path: the file.
        threads: processor threads; 0 for all.
        spinning: whether threads that wait for work keep their cores busy.

    Raises:
        InputError: the file is missing or damaged.
    """
    if not path.is_file():
        raise InputError(f"{path}: the file is missing; it is written when a training keeps a checkpoint")
    onnxruntime.set_default_logger_severity(3)  # it warns that an option is set twice, although it is set once
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spinning)))
    options.log_severity_level = 3
    try:
        model = path if is_utf8(path) else path.read_bytes()  # ONNX Runtime opens no other names
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - ONNX Runtime's exceptions share no base of their own
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: the file cannot be loaded as an ONNX network ({reason})") from None
