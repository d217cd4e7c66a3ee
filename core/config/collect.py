"""The settings of a collection of frames."""

from __future__ import annotations

from dataclasses import dataclass

from core.config.fields import LABELLER_NOTES, PAPER, Config, setting


@dataclass(frozen=True)
class CollectConfig(Config):
    """Making a data set (``--collect``)."""

    kind = "collect"

    stacks: int = setting(
        830,
        "stacks of 4 frames for training and test; a stack for validation comes on top for every ten of training",
        unit="stacks",
        low=3,
        high=10**6,
        source=PAPER,
    )
    levels: str = setting("1-1", 'levels to play, "1-1,1-2" or "all"', source=PAPER)
    labels: str = setting("exact", "who labels the frames", choices=("exact", "sprites"), choice_notes=LABELLER_NOTES)
    agent: str = setting(
        "random",
        "who plays: random, right-and-jump or the run folder of a trained agent; several, with commas, play in turn",
        source=PAPER,
    )
    seed: int = setting(1, "seed of play, sampling and split", low=0, high=2**31 - 1)
    agent_epsilon: float = setting(
        0.05, "share of random actions of a trained agent", low=0.0, high=1.0, source="Mnih et al. 2015", flag=False
    )
    keep_one_in: int = setting(
        10, "of so many stacks played, one is kept", unit="stacks", low=1, high=1000, source=PAPER, flag=False
    )
    search_steps: int = setting(
        6000,
        "search for places to start from, for each level and split",
        unit="agent steps",
        low=0,
        high=10**6,
        flag=False,
    )
    episode_steps: int = setting(120, "longest play from one place", unit="agent steps", low=4, high=10_000, flag=False)
    steps_after_death: int = setting(
        8, "how long an episode still shows Mario after a death", unit="agent steps", low=0, high=100, flag=False
    )
    balance: str = setting(
        "none",
        "classes: only stacks that show Mario, and from each episode one more, of the class that the fewest show, "
        "while those are less than a sixteenth of the level's split",
        choices=("none", "classes"),
        flag=False,
    )
    power_ups: str = setting(
        "as in the game",
        "what question blocks hold that are on the screen when an episode begins: as in the game, or more: half of "
        "them a mushroom or flower",
        choices=("as in the game", "more"),
        flag=False,
    )
    power: str = setting(
        "as played",
        "Mario's power: as played from small, or mixed: small, big or fire given at random when an episode begins",
        choices=("as played", "mixed"),
        flag=False,
    )
