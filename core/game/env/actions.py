"""The agent's actions: Bélignon's five, which only go right."""

from __future__ import annotations

from dataclasses import dataclass

from core.game.emulator import RIGHT, A, B


@dataclass(frozen=True, slots=True)
class Action:
    """What an agent can do.

    Attributes:
        name: the buttons held, in words.
        buttons: raw controller byte.
    """

    name: str
    buttons: int


ACTIONS: tuple[Action, ...] = (
    Action("nothing", 0),
    Action("right", RIGHT),
    Action("right+A", RIGHT | A),
    Action("right+B", RIGHT | B),
    Action("right+A+B", RIGHT | A | B),
)
NO_ACTION = 0
"""What an agent is told as its last action when an episode begins: nothing was held."""
FRAMES_PER_STEP = 4  # emulator frames that one agent step holds its action (Bélignon 2020, after Mnih et al. 2015)


def nearest_action(buttons: int) -> int:
    """The action that stands for what a person held: the same of A and B, which the game's physics depend on.

    Args:
        buttons: raw controller byte.

    Returns:
        Index into ``ACTIONS``; "nothing" when neither right nor A was held.
    """
    if not buttons & (RIGHT | A):
        return NO_ACTION
    wanted = RIGHT | buttons & (A | B)
    return next(index for index, action in enumerate(ACTIONS) if action.buttons == wanted)
