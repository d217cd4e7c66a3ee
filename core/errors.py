"""The one exception that means "the user gave something that cannot be used"."""


class InputError(ValueError):
    """Bad input from outside: a flag, a field or a file.

    The message is one clear sentence that names the flag, field or file and what would be right.
    The command line prints it and leaves with status 2; the window shows it.
    """
