"""Exceptions that mean something to the user: what was given cannot be used, or a run failed."""

from __future__ import annotations

import os


class InputError(ValueError):
    """Bad input from outside: a flag, a field or a file.

    The message is one clear sentence that names the flag, field or file and what would be right.
    The command line prints it and leaves with status 2; the window shows it.
    """


class RunError(RuntimeError):
    """A run that began well and could not go on: a full disk, a loss that is no number, an export that failed.

    The message is one clear sentence. The command line prints it and leaves with status 1; ``status.json`` keeps it.
    """


def refusal(error: OSError) -> str:
    """What the system refused, in one sentence that begins with the file or folder: "PATH: Permission denied"."""
    reason = error.strerror or str(error) or type(error).__name__
    if not isinstance(error.filename, str | bytes):
        return reason
    return f"{os.fsdecode(error.filename)}: {reason}"


def sentence_of(error: BaseException) -> str:
    """What went wrong, in one sentence: the error's own, the system's refusal, or else its kind."""
    return refusal(error) if isinstance(error, OSError) else str(error) or type(error).__name__
