"""The plan of an experiment: arms and seeds, evaluations of their agents, and claims; ``plan_file`` reads one."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from core.config.ddqn import DdqnConfig
from core.config.evaluate import EvaluateConfig
from core.config.fields import Config, setting_of
from core.experiment.claims import Claim
from core.experiment.measures import evaluations_of

LINK = "@"
"""What a folder of the settings begins with that is another run of the experiment."""
OWN_LEVEL = "own"
"""The level of an evaluation whose agents each play the levels that they learned."""
_NUMBERED = re.compile(r".+-[0-9]+")
C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True)
class Arm:
    """What is compared: the same settings, once for each seed.

    Attributes:
        name: of the arm; its runs are ``NAME-SEED``.
        about: what it is for.
        group: arms of one name are run together, a seed of each in turn, before the next group begins.
        seeds: in the order in which they run.
        config: its settings, with the first seed; paths as seen from the working directory.
    """

    name: str
    about: str
    group: str
    seeds: tuple[int, ...]
    config: Config

    def config_of(self, seed: int) -> Config:
        """The settings of one of its runs."""
        changes: dict[str, Any] = {"seed": seed}
        return dataclasses.replace(self.config, **changes)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Episodes that agents are to play once they are trained.

    Attributes:
        name, about: which.
        arms: names of those whose agents play.
        checkpoints: their networks that do, one after the other.
        config: how; a link to another run, and ``OWN_LEVEL``, as they are in the plan.
        seeds: of their runs; empty for all.
        players: those without training that play it too: what one gains that has learned nothing.
    """

    name: str
    about: str
    arms: tuple[str, ...]
    checkpoints: tuple[str, ...]
    config: EvaluateConfig
    seeds: tuple[int, ...] = ()
    players: tuple[str, ...] = ()

    def is_of(self, arm: str, seed: int) -> bool:
        """Whether an arm's run of a seed plays it."""
        return arm in self.arms and (not self.seeds or seed in self.seeds)

    def config_of(self, trained: Config) -> EvaluateConfig:
        """How agents of those settings play it; a link as it is in the plan."""
        if self.config.level != OWN_LEVEL:
            return self.config
        changes: dict[str, Any] = {"level": trained.level} if isinstance(trained, DdqnConfig) else {}
        return dataclasses.replace(self.config, **changes)


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of a plan.

    Attributes:
        arm, seed: which.
        config: its settings, paths as seen from the working directory; links to other runs as they are in the plan.
        needs: names of the trials that must be done before.
    """

    arm: str
    seed: int
    config: Config
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Of its run folder."""
        return f"{self.arm}-{self.seed}"

    def path(self, folder: Path) -> Path:
        """Its run folder in that of the experiment."""
        return folder / self.name

    def config_in(self, folder: Path) -> Config:
        """Its settings in an experiment's folder, links followed."""
        return _followed_in(self.config, self.seed, folder)


@dataclass(frozen=True, slots=True)
class TrialEvaluation:
    """One evaluation of one network of a trial.

    Attributes:
        trial: whose.
        evaluation, checkpoint: which.
        config: how it plays; links as they are in the plan.
    """

    trial: Trial
    evaluation: str
    checkpoint: str
    config: EvaluateConfig

    @property
    def name(self) -> str:
        """What it is called, and its place in the experiment's folder."""
        return f"{self.trial.name}/evaluations/{self.evaluation}-{self.checkpoint}"

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the trials that must be done before."""
        return self.trial.name, *(followed(text, self.trial.seed) for _, text in links_of(self.config))

    def path(self, folder: Path) -> Path:
        """Where it is kept in that of the experiment."""
        return folder / self.name

    def config_in(self, folder: Path) -> EvaluateConfig:
        """How it plays in an experiment's folder, links followed."""
        return _followed_in(self.config, self.trial.seed, folder)


@dataclass(frozen=True, slots=True)
class PlayerEvaluation:
    """One evaluation of a player that needs no training.

    Attributes:
        player: one of ``PLAYER_NAMES``.
        evaluation: which.
        config: how it plays.
    """

    player: str
    evaluation: str
    config: EvaluateConfig

    @property
    def name(self) -> str:
        """What it is called, and its place in the experiment's folder."""
        return f"players/{self.player}-{self.evaluation}"

    @property
    def needs(self) -> tuple[str, ...]:
        """It waits for nothing."""
        return ()

    def path(self, folder: Path) -> Path:
        """Where it is kept in that of the experiment."""
        return folder / self.name

    def config_in(self, folder: Path) -> EvaluateConfig:  # as of the other tasks
        """How it plays in an experiment's folder."""
        return self.config


Task: TypeAlias = Trial | TrialEvaluation | PlayerEvaluation


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment as it was planned.

    Attributes:
        path: the file.
        name, about: what it is.
        arms, evaluations, claims: in the order of the file.
        text: all of the file.
        groups: what groups of arms are about, a few words each, by name; not all need any.
    """

    path: Path
    name: str
    about: str
    arms: tuple[Arm, ...]
    evaluations: tuple[Evaluation, ...]
    claims: tuple[Claim, ...]
    text: str
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the file, 64 hexadecimal digits: what stands for the plan in its runs."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def heading(self, group: str) -> str:
        """A group with what it is about: "E1: the paper's figure 2"."""
        return f"{group}: {self.groups[group]}" if group in self.groups else group

    def compared(self, group: str) -> tuple[Arm, ...]:
        """Arms of earlier groups with which claims compare those of a group, whose curves say little without them."""
        own = {arm.name for arm in self.arms if arm.group == group}
        pairs = [{claim.arm, claim.against} for claim in self.claims]
        wanted = {name for pair in pairs if pair & own for name in pair - own}
        before = itertools.takewhile(lambda arm: arm.group != group, self.arms)
        return tuple(arm for arm in before if arm.name in wanted)

    def trials(self) -> tuple[Trial, ...]:
        """Every run in the order in which they begin: group by group, inside a group a seed of each arm in turn."""
        groups = dict.fromkeys(arm.group for arm in self.arms)
        return tuple(trial for group in groups for trial in _in_turn([a for a in self.arms if a.group == group]))

    def tasks(self) -> tuple[Task, ...]:
        """All that there is to do: players without training, each trial, and behind it what it is to play."""
        tasks: list[Task] = [
            PlayerEvaluation(player, one.name, one.config) for one in self.evaluations for player in one.players
        ]
        for trial in self.trials():
            tasks += [trial, *self._evaluations_of(trial)]
        return tuple(tasks)

    def seeds_with(self, arm: Arm, measure: str) -> tuple[int, ...]:
        """Those of an arm's runs that are to have a measure: evaluations may be of some only."""
        limits = [one for one in self.evaluations if one.name in evaluations_of(measure)]
        return tuple(seed for seed in arm.seeds if all(one.is_of(arm.name, seed) for one in limits))

    def is_paired(self, claim: Claim) -> bool:
        """Whether the runs of a claim's two arms are, seed by seed, the same, or two ways on from the same agent."""
        if claim.arm == claim.against:
            return True
        begins = {
            arm.name: [getattr(arm.config, name, "") for name in ("initial", "initial_checkpoint")] for arm in self.arms
        }
        link = begins[claim.arm][0]
        return begins[claim.arm] == begins[claim.against] and link.startswith(LINK) and not _NUMBERED.fullmatch(link)

    def _evaluations_of(self, trial: Trial) -> Iterator[TrialEvaluation]:
        for one in self.evaluations:
            if one.is_of(trial.arm, trial.seed):
                for checkpoint in one.checkpoints:
                    yield TrialEvaluation(trial, one.name, checkpoint, one.config_of(trial.config))


def _in_turn(arms: list[Arm]) -> Iterator[Trial]:
    for place in range(max(len(arm.seeds) for arm in arms)):
        for arm in arms:
            if place < len(arm.seeds):
                seed = arm.seeds[place]
                config = arm.config_of(seed)
                yield Trial(arm.name, seed, config, tuple(followed(text, seed) for _, text in links_of(config)))


def _followed_in(config: C, seed: int, folder: Path) -> C:
    """Settings of a run of that seed, its links followed."""
    changes: dict[str, Any] = {name: (folder / followed(text, seed)).as_posix() for name, text in links_of(config)}
    return dataclasses.replace(config, **changes)


def links_of(config: Config) -> list[tuple[str, str]]:
    """Fields that name another run of the experiment, and how they do."""
    folders = [item.name for item in dataclasses.fields(config) if setting_of(item).folder]
    return [(name, text) for name in folders if (text := getattr(config, name)).startswith(LINK)]


def links_in(trial: Trial) -> dict[str, str]:
    """The runs that a trial's settings name, by field."""
    return {name: followed(text, trial.seed) for name, text in links_of(trial.config)}


def followed(link: str, seed: int) -> str:
    """The name of the run that a link means for a trial of that seed: of ``@ARM-SEED`` or ``@ARM``."""
    name = link.removeprefix(LINK)
    return name if _NUMBERED.fullmatch(name) else f"{name}-{seed}"
