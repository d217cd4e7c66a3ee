"""What the window says when something cannot be used."""

from __future__ import annotations

import re

from core.errors import InputError, RunError, sentence_of


def without_flag(sentence: str) -> str:
    """A sentence of the command line for the window, which has no flags."""
    return re.sub(r"^--\w+: ", "", sentence)


def explain(error: BaseException) -> str:
    """One sentence."""
    if isinstance(error, InputError):
        return without_flag(str(error))
    if isinstance(error, RunError):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed; see requirements.txt"
    return f"it could not be used: {sentence_of(error)}"
