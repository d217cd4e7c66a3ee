"""When a view says how many of the game's frames it shows: calmly, not with each breath of the machine."""

from __future__ import annotations

_KEEPS_UP = 0.95  # of the game's rate: two meters of a second each differ by a frame or two
_LOOKS = 2  # in a row until the text comes or goes


class RateText:
    """The text of one view, looked at anew a few times a second.

    Attributes:
        text: "31 of 60 frames/s" while the view is slower than the game, "" otherwise.
    """

    def __init__(self) -> None:
        self.text = ""
        self._looks = 0  # in a row that speak for a change

    def look(self, shown: float, game: float) -> None:
        """Compare the view's rate with the game's, frames per second; a game of 0 stands still."""
        is_slow = shown < _KEEPS_UP * game
        if is_slow == bool(self.text):
            self._looks = 0
        else:
            self._looks += 1
        if not game or (not is_slow and self._looks >= _LOOKS):
            self.text, self._looks = "", 0
        elif is_slow and (self.text or self._looks >= _LOOKS):
            self.text = f"{_number(shown)} of {game:.0f} frames/s"
            self._looks = 0


def _number(rate: float) -> str:
    """A rate as people say it: the meter tells nothing of what comes less than twice a second."""
    return f"{rate:.0f}" if rate >= 1 else "1 or fewer"
