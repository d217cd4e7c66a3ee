"""Keeping what libraries print off the user's terminal."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from core.keras_backend import check_backend


@contextmanager
def stderr_into(file: IO[bytes]) -> Iterator[None]:
    """Whatever this process writes to stderr, C++ code included, goes into a file for a while."""
    sys.stderr.flush()
    terminal = os.dup(2)
    os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(terminal, 2)
        os.close(terminal)


def load_keras() -> None:
    """Import Keras and its backend, if that was not done yet; what they print is shown only when they fail.

    TensorFlow writes its first notices before it reads TF_CPP_MIN_LOG_LEVEL. InputError when the backend is missing.
    """
    if "keras" in sys.modules:
        return
    check_backend()
    with tempfile.TemporaryFile() as notices:
        try:
            with stderr_into(notices):
                import keras  # noqa: F401
        except BaseException:
            notices.seek(0)
            sys.stderr.write(notices.read().decode(errors="replace"))
            raise
