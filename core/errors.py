"""Exceptions that mean something to the user: what was given cannot be used, or a run failed."""


class InputError(ValueError):
    """Bad input from outside: a flag, a field or a file.

    The message is one clear sentence that names the flag, field or file and what would be right.
    The command line prints it and leaves with status 2; the window shows it.
    """


class RunError(RuntimeError):
    """A run that began well and could not go on: a full disk, a loss that is no number, an export that failed.

    The message is one clear sentence. The command line prints it and leaves with status 1; ``status.json`` keeps it.
    """
