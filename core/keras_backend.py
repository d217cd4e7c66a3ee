"""Which of Keras' backends trains, and whether it is installed. Only the standard library is needed here."""

from __future__ import annotations

import importlib.util
import os

from core.errors import InputError

VARIABLE = "KERAS_BACKEND"
_DEFAULT = "tensorflow"
_COMMANDS = {
    _DEFAULT: "pip install -r requirements.txt",
    "jax": "pip install jax",
    "torch": "pip install torch",
}
"""The backends that can train, and what installs them."""


def backend() -> str:
    """The backend that the user chose, or TensorFlow; what it is called, not whether it is there."""
    return os.environ.get(VARIABLE) or _DEFAULT


def missing_backend() -> tuple[str, str] | None:
    """What is wrong with the backend, as a sentence, and the command that helps; None when nothing is."""
    name = backend()
    if name not in _COMMANDS:
        return f"{VARIABLE}: {name!r} cannot train; choose one of {', '.join(_COMMANDS)}", f"unset {VARIABLE}"
    if importlib.util.find_spec(name) is None:
        chosen = f"{VARIABLE}: {name}" if name != _DEFAULT else f"{name}, Keras' backend,"
        return f"{chosen} is not installed", _COMMANDS[name]
    return None


def check_backend() -> None:
    """InputError with the command that helps when Keras cannot train here."""
    found = missing_backend()
    if found is not None:
        raise InputError("; ".join(found))
