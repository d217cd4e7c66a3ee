"""What lies in the folders of agents, and a player made from one; called in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from core.agents.agent_choice import AgentChoice
from core.config.mapping import MappingConfig
from core.errors import InputError
from core.game.rom import Rom
from core.runs.run_folder import RunFolder, list_exported
from gui.game.agent_player import AgentPlayer, QFunction
from gui.kit.locations import named_runs
from gui.kit.messages import explain

SEES = {
    "gray": "gray pixels",
    "fcn": "a network's features",
    "exact": "exact classes",
    "sprites": "classes by sprites",
}
"""What an agent sees, by who segments for it, or by its observation."""


@dataclass(frozen=True, slots=True)
class PlayerChoice:
    """What a player is made from; another choice makes another one.

    Attributes:
        agent: whose network it asks.
        made_for: whether the engine gives what exact labels need, and the game.
    """

    agent: AgentChoice
    made_for: tuple[bool, Rom] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenAgent:
    """An agent that is ready to play.

    Attributes:
        choice: which it is.
        agent_player: sits beside the controller.
        about: what it sees and was trained on, in words.
        sees_sprites: whether it has to make do with sprites, although it was trained on exact labels.
        q_function: its network: stacks uint8 (N, 4, ...) and last actions int32 (N,) to Q-values float32 (N, 5),
            from any thread.
    """

    choice: AgentChoice
    agent_player: AgentPlayer
    about: str
    sees_sprites: bool
    q_function: QFunction


@dataclass(frozen=True, slots=True)
class FoundAgents:
    """What lies in the folders of agents.

    Attributes:
        items: names and run folders.
        checkpoints: names of each one's checkpoints, "best" first, by run folder.
        observations: what each of them sees, as in ``DdqnConfig``, by run folder.
        mappings: names and run folders of what those on gray pictures may see through.
        problem: why there are none, one sentence; "" otherwise.
    """

    items: list[tuple[str, Path]]
    checkpoints: dict[Path, list[str]]
    observations: dict[Path, str]
    mappings: list[tuple[str, Path]]
    problem: str = ""


def find_agents(folders: Sequence[Path]) -> FoundAgents:
    """The agents and mappings in some folders; nothing is loaded."""
    try:
        from core.agents.policy import list_agents

        items = named_runs(folders, list_agents)
        mappings = named_runs(folders, partial(list_exported, kind=MappingConfig.kind))
        runs = [run for _, run in items]
        checkpoints, observations = {run: checkpoints_of(run) for run in runs}, {run: _observation(run) for run in runs}
        return FoundAgents(items, checkpoints, observations, mappings)
    except Exception as error:  # noqa: BLE001  # the window shows the reason; nothing else depends on it
        return FoundAgents([], {}, {}, [], explain(error))


def _observation(run: Path) -> str:
    """What an agent sees; "" where its settings cannot be read, which is told when it is chosen."""
    from core.config.ddqn import DdqnConfig

    try:
        return RunFolder(run).config(DdqnConfig).observation
    except InputError:
        return ""


def checkpoints_of(run: Path) -> list[str]:
    """Names of a run folder's checkpoints, "best" first."""
    from core.agents.policy import list_checkpoints

    return list_checkpoints(run)


def checkpoint_words(checkpoint: str) -> str:
    """A checkpoint's name for people: "best", or its agent steps."""
    digits = checkpoint.rpartition("-")[2]
    return f"after {int(digits):,} agent steps" if digits.isdecimal() else checkpoint


def open_agent(choice: PlayerChoice, seed: int) -> tuple[PlayerChoice, OpenAgent | None, str]:
    """The agent of a choice, or the reason why not."""
    try:
        from core.agents.policy import Agent
        from core.config.ddqn import DdqnConfig

        has_exact_memory, rom = choice.made_for
        labels = None if has_exact_memory else "sprites"
        asked = choice.agent
        agent = Agent.open(asked.run, asked.checkpoint, rom, labels, mapping=asked.mapping)
        trained_on = RunFolder.open(choice.agent.run).config(DdqnConfig).labels
    except Exception as error:  # noqa: BLE001  # the window shows the reason
        return choice, None, explain(error)
    agent_player = AgentPlayer(agent, seed, choice.made_for, f"{asked.who} ({asked.checkpoint})")
    has_to = agent.labels not in ("", trained_on)
    return choice, OpenAgent(asked, agent_player, _about(agent, asked.mapping), has_to, agent.policy.q_values), ""


def _about(agent: Any, mapping: Path | None) -> str:
    through = "" if mapping is None else f" through {mapping.name}"
    also = " and its last action" if agent.policy.takes_last_action else ""
    return f"sees {SEES[agent.labels or agent.observation]}{through}{also} · trained on {agent.config.level}"
