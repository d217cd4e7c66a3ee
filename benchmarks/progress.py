"""What a section measures just now, a line on stderr each, so that a measurement of minutes is not silent."""

from __future__ import annotations

import sys


class Progress:
    """Counts the steps of one section."""

    def __init__(self, section: str, count: int) -> None:
        """``count`` steps will be begun."""
        self._section, self._count = section, count
        self._number = 0

    def begin(self, what: str) -> None:
        """Tell the next step."""
        self._number += 1
        print(f"{self._section}: {self._number} of {self._count}, {what} …", file=sys.stderr, flush=True)
