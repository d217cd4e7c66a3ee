"""The settings of an agent's training, with its presets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.config.fields import LABELLER_NOTES, PAPER, Config, setting
from core.errors import InputError


@dataclass(frozen=True)
class DdqnConfig(Config):
    """Training a Double DQN agent (``--train ddqn``).

    The fields' defaults are the preset ``paper``; ``of`` begins with ``fast``, as the command line and the window do.
    """

    kind = "ddqn"
    renamed: ClassVar[dict[str, str]] = {"stall_limit_steps": "training_stall_steps"}
    later: ClassVar[dict[str, Any]] = {"overlap": "yes"}
    retired: ClassVar[dict[str, Any]] = {"priority": 0.0}  # prioritised replay; in no preset

    observation: str = setting(
        "gray",
        "what the agent sees: gray pixels, classes as gray levels, or features of a segmentation network's encoder",
        choices=("gray", "segmented", "fcn"),
        source=PAPER,
    )
    encoder: str = setting(
        "saved_agents/fcn-84", "run folder of the network whose encoder an fcn agent uses", folder="network"
    )
    encoder_weights: str = setting(
        "trained",
        "weights that encoder begins with: those its network learned, or random ones, drawn from the seed",
        choices=("trained", "random"),
        source=PAPER,
        flag=False,
    )
    encoder_frozen: str = setting(
        "yes",
        "whether that encoder stays as it is while the agent learns",
        choices=("yes", "no"),
        source=PAPER,
        flag=False,
    )
    initial: str = setting(
        "", "run folder of an agent that learning starts from, encoder included; empty for new weights", folder="agent"
    )
    initial_checkpoint: str = setting("last", "which of its networks: last, best, or one that was kept", flag=False)
    labels: str = setting(
        "exact",
        "who segments for a segmented agent",
        choices=("exact", "sprites"),
        choice_notes=LABELLER_NOTES,
    )
    level: str = setting("1-1", 'levels to play, "1-1,1-2" or "all"; "1-1-dark" by night', source=PAPER)
    preset: str = setting(
        "paper",
        "where the other settings start from",
        choices=("fast", "paper"),
        choice_notes={"fast": "200,000 steps, 30 min", "paper": "10,000 episodes, 15 to 24 h"},
    )
    episodes: int = setting(
        10_000, "training ends after so many; 0 for no limit", unit="episodes", low=0, high=10**7, source=PAPER
    )
    steps: int = setting(
        0, "training ends after so many; 0 for no limit", unit="agent steps", low=0, high=10**9, source=PAPER
    )
    seed: int = setting(1, "seed of weights, play and sampling", low=0, high=2**31 - 1)
    environments: int = setting(
        1, "games played side by side, a process each", unit="games", low=1, high=64, source=PAPER
    )
    deterministic: str = setting(
        "no",
        "whether the same seed gives the same run, bit by bit: one game, one thread, slower",
        choices=("no", "yes"),
    )

    gamma: float = setting(0.9, "discount of an agent step", low=0.0, high=1.0, source=PAPER, flag=False)
    learning_rate: float = setting(0.00025, "step size of Adam", low=1e-7, high=1.0, source=PAPER, flag=False)
    learning_rate_end: float = setting(
        0.0, "what it falls to, in a straight line; 0, or more than that, to stay", low=0.0, high=1.0, flag=False
    )
    learning_rate_steps: int = setting(
        0, "how long that line falls; 0 for the whole run", unit="agent steps", low=0, high=10**9, flag=False
    )
    loss: str = setting("huber", "loss of the temporal-difference error", choices=("huber", "squared"), flag=False)
    batch_size: int = setting(
        32, "transitions in one update", unit="samples", low=1, high=4096, source=PAPER, flag=False
    )
    update_every_steps: int = setting(
        4, "an update each time so many were played", unit="agent steps", low=1, high=10_000, source=PAPER, flag=False
    )
    target_tau: float = setting(
        0.0,
        "share of the online network that the target takes over with each update; 0 to copy it now and then",
        low=0.0,
        high=1.0,
        flag=False,
    )
    target_every_steps: int = setting(
        10_000,
        "target update interval: the target network is copied so often, where target_tau is 0",
        unit="agent steps",
        low=1,
        high=10**7,
        source=PAPER,
        flag=False,
    )
    warm_up_steps: int = setting(
        10_000, "no update before so many were played", unit="agent steps", low=1, high=10**7, source=PAPER, flag=False
    )
    replay_steps: int = setting(
        100_000,
        "capacity of the replay buffer: transitions kept to learn from",
        unit="agent steps",
        low=100,
        high=10**8,
        source=PAPER,
        flag=False,
    )
    epsilon_start: float = setting(1.0, "share of random actions at first", low=0.0, high=1.0, source=PAPER, flag=False)
    epsilon_end: float = setting(
        0.02, "share of random actions in the end", low=0.0, high=1.0, source=PAPER, flag=False
    )
    epsilon_decay: float = setting(
        0.999975,
        "factor of that share for each agent step; 1 for a straight line over epsilon_steps",
        low=0.5,
        high=1.0,
        source=PAPER,
        flag=False,
    )
    epsilon_steps: int = setting(
        100_000,
        "how long the straight line falls, where epsilon_decay is 1",
        unit="agent steps",
        low=1,
        high=10**9,
        flag=False,
    )
    epsilon_repeat: float = setting(
        0.0,
        "exponent of how long a random action is held (zeta distribution, 20 steps at most); 0 for one step",
        low=0.0,
        high=10.0,
        flag=False,
    )
    hidden_units: int = setting(
        512, "size of the dense layer", unit="units", low=1, high=16_384, source=PAPER, flag=False
    )
    features: str = setting(
        "scaled",
        "what an fcn agent's network takes in: each channel over its greatest value, or raw, as the encoder gives it",
        choices=("scaled", "raw"),
        flag=False,
    )
    feature_pooling: str = setting(
        "no",
        "whether an fcn agent's convolution is followed by 2 x 2 max-pooling, for a quarter of the weights",
        choices=("no", "yes"),
        flag=False,
    )
    layer_norm: str = setting(
        "no",
        "whether each hidden layer is normalised before its activation",
        choices=("no", "yes"),
        flag=False,
    )
    dueling: str = setting(
        "no",
        "whether the network adds up the state's value and each action's advantage, for twice the dense layer",
        choices=("no", "yes"),
        flag=False,
    )
    random_shifts: str = setting(
        "no",
        "whether the pictures that a gray agent learns from are shifted at random, by 4 pixels at most",
        choices=("no", "yes"),
        flag=False,
    )
    overlap: str = setting(
        "no",
        "whether the games play on while updates run, so that what acts is one update old",
        choices=("no", "yes"),
        source=PAPER,
        flag=False,
    )
    last_action: str = setting(
        "no",
        "whether the agent is told its last action, one-hot, beside the picture",
        choices=("no", "yes"),
        flag=False,
    )
    n_step: int = setting(
        1, "rewards added up before the target's value", unit="agent steps", low=1, high=50, flag=False
    )
    reward_scale: float = setting(1.0, "factor of every reward", low=1e-6, high=1000.0, flag=False)
    reward_death: float = setting(-300.0, "reward of dying", low=-10_000, high=0.0, source=PAPER, flag=False)
    reward_clock: float = setting(
        -1.0, "reward of a second of game time", low=-1000, high=0.0, source=PAPER, flag=False
    )
    reward_progress: float = setting(
        1.0, "reward of a step in which x grew by 2 pixels or more", low=0.0, high=1000.0, source=PAPER, flag=False
    )
    reward_progress_by: str = setting(
        "step",
        'which "last frame" that is over: the last agent step, or each emulator frame of a step, added up',
        choices=("step", "frame"),
        flag=False,
    )
    reward_pixel: float = setting(0.0, "reward of each pixel that x grew", low=0.0, high=1000.0, flag=False)
    reward_score: float = setting(0.04, "reward of each point scored", low=0.0, high=1000.0, source=PAPER, flag=False)
    reward_goal: float = setting(0.0, "reward of reaching the flag or the axe", low=0.0, high=10_000, flag=False)
    sticky: float = setting(
        0.0, "chance at each frame that the buttons before are held once more", low=0.0, high=1.0, flag=False
    )
    max_noops: int = setting(
        0, "most frames without buttons before an episode", unit="frames", low=0, high=255, flag=False
    )
    training_stall_steps: int = setting(
        0,
        "an episode of the training ends after so many without progress; 0 for never; evaluations have their own",
        unit="agent steps",
        low=0,
        high=10**6,
        flag=False,
    )
    stall: str = setting(
        "truncate",
        "what such an ending means: cut off, with a future all the same, or an end as death is",
        choices=("truncate", "terminate"),
        flag=False,
    )
    reward_stall: float = setting(0.0, "reward of a stall that terminates", low=-10_000, high=0.0, flag=False)
    start_share: float = setting(
        0.0, "share of the episodes that begin at a place found along the level", low=0.0, high=1.0, flag=False
    )
    evaluate_every_steps: int = setting(
        50_000,
        "a greedy evaluation each time so many were played; 0 for never",
        unit="agent steps",
        low=0,
        high=10**9,
        flag=False,
    )
    evaluate_episodes: int = setting(
        10, "length of such an evaluation", unit="episodes", low=1, high=10_000, flag=False
    )
    checkpoint_every_steps: int = setting(
        50_000,
        "a full checkpoint each time so many were played, and every five minutes",
        unit="agent steps",
        low=1,
        high=10**9,
        flag=False,
    )
    keep_every_steps: int = setting(
        0,
        "a light checkpoint to watch later each time so many were played; 0 for never",
        unit="agent steps",
        low=0,
        high=10**9,
        flag=False,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.steps and not self.episodes:
            raise InputError("steps: training would never end; give --steps or --episodes")
        if self.deterministic == "yes" and self.environments != 1:
            raise InputError("environments: a deterministic run plays one game; leave the flag out or give 1")
        if self.random_shifts == "yes" and self.observation != "gray":
            raise InputError("random_shifts: they are for the pictures of a gray agent only; leave the setting out")
        if self.encoder_frozen == "no" and self.observation != "fcn":
            raise InputError("encoder_frozen: only an fcn agent has an encoder; leave the setting out")
        if self.initial and self.encoder_weights == "random":
            raise InputError("encoder_weights: the agent that learning starts from brings its encoder; leave it out")

    @property
    def has_frozen_encoder(self) -> bool:
        """Whether an encoder stands before the Q-network, and is no part of it."""
        return self.observation == "fcn" and self.encoder_frozen == "yes"

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> DdqnConfig:
        """The settings of a new run: what is given, and the preset's for the rest, ``fast`` unless another is given.

        Args:
            given: fields by name; those of ``CHOOSERS`` among them decide on the others: a deterministic run has one
                game.
        """
        preset, observation = str(given.get("preset", DEFAULT_PRESET)), given.get("observation", "gray")
        own = PAPER_BY_OBSERVATION.get(observation, {}) if preset == "paper" else {}
        one_game = {"environments": 1} if given.get("deterministic") == "yes" else {}
        return cls(**{"preset": preset, **PRESETS.get(preset, {}), **own, **one_game, **given})


DEFAULT_PRESET = "fast"
PRESETS: dict[str, dict[str, Any]] = {
    "paper": {},
    "fast": {
        "episodes": 0,
        "steps": 200_000,
        "environments": 8,
        "overlap": "yes",
        "gamma": 0.95,
        "learning_rate_end": 0.00005,
        "loss": "squared",
        "batch_size": 64,
        "update_every_steps": 16,
        "n_step": 5,
        "warm_up_steps": 2_000,
        "target_every_steps": 8_000,
        "epsilon_decay": 1.0,
        "epsilon_steps": 50_000,
        "epsilon_repeat": 2.0,
        "reward_death": -15.0,
        "reward_progress": 0.0,
        "reward_pixel": 0.1,
        "reward_score": 0.0,
        "reward_goal": 15.0,
        "max_noops": 30,
        "training_stall_steps": 60,
        "start_share": 0.5,
        "evaluate_every_steps": 20_000,
        "keep_every_steps": 100_000,
    },
}
"""What each preset of ``DdqnConfig`` sets; what the user gives comes on top."""
PAPER_BY_OBSERVATION: dict[str, dict[str, Any]] = {
    "segmented": {"labels": "sprites"},
    "fcn": {
        "encoder": "saved_agents/fcn-paper-small",
        "features": "raw",
        "replay_steps": 50_000,
        "batch_size": 128,
        "update_every_steps": 16,
    },
}
"""What the preset ``paper`` sets for one observation only (Bélignon 2020): labels by sprite matching; the chosen FCN,
trained the paper's way, its activations as they are, and the transfer agent's memory and batches."""
CHOOSERS = ("preset", "deterministic", "observation")
"""Settings that others' starting points depend on."""
_FOR_FCN = ("encoder", "encoder_weights", "encoder_frozen", "features", "feature_pooling")
NEEDS: dict[str, Callable[[Mapping[str, Any]], object]] = {
    **dict.fromkeys(_FOR_FCN, lambda of: of["observation"] == "fcn"),
    "labels": lambda of: of["observation"] == "segmented",
    "random_shifts": lambda of: of["observation"] == "gray",
    "initial_checkpoint": lambda of: of["initial"],
    "learning_rate_steps": lambda of: of["learning_rate_end"],
    "target_every_steps": lambda of: not of["target_tau"],
    "epsilon_steps": lambda of: of["epsilon_decay"] == 1,
    "reward_progress_by": lambda of: of["reward_progress"],
    "stall": lambda of: of["training_stall_steps"],
    "reward_stall": lambda of: of["training_stall_steps"] and of["stall"] == "terminate",
    "evaluate_episodes": lambda of: of["evaluate_every_steps"],
}
"""Settings of an agent that matter only where others, by name, have certain values."""


def idle_settings(values: Mapping[str, Any]) -> set[str]:
    """The settings that make no difference to an agent's run, for ``values``, all of its settings by name."""
    return {name for name, matters in NEEDS.items() if not matters(values)}
