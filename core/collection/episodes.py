"""Episodes of a data set: play from a place along a level, and keep one stack of frames in so many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.agents.players import Player
from core.collection.plan import PlanPart
from core.config.collect import CollectConfig
from core.dataset.record import StackOrigin
from core.frame import STACK_FRAMES, Memory, Snapshot
from core.game import memory as ram
from core.game.emulator import Emulator
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP
from core.game.level import Level
from core.game.power import BIG, FIRE, SMALL, set_power
from core.level_search.search import Archive, Cell


@dataclass(frozen=True, slots=True)
class Stack:
    """Four consecutive agent steps in play.

    Attributes:
        snapshots: the last frame of each step.
        steps: agent step of each since the level's start.
        x: position of Mario at each, pixels.
    """

    snapshots: tuple[Snapshot, ...]
    steps: tuple[int, ...]
    x: tuple[int, ...]

    def origin(self, part: PlanPart, *, engine: str, seed: int, episode: int, labelled_by: str) -> StackOrigin:
        """What the index says of it."""
        return StackOrigin(
            level=str(part.level),
            engine=engine,
            seed=seed,
            episode=episode,
            steps=self.steps,
            x=self.x,
            split=part.split,
            labelled_by=labelled_by,
        )


class EpisodePlayer:
    """Plays one level again and again, from places spread evenly along what the search found of it."""

    def __init__(
        self,
        config: CollectConfig,
        emulator: Emulator,
        level: Level,
        archive: Archive,
        player: Player,
        rng: np.random.Generator,
    ) -> None:
        self._config, self._emulator, self._level = config, emulator, level
        self._player, self._rng = player, rng
        self._stretches = archive.stretches()
        self._turn: list[list[Cell]] = []

    def play(self) -> list[Stack]:
        """One episode's stacks, in order; none when it ended too soon."""
        first_step = self._begin()
        every, size = self._config.keep_one_in, STACK_FRAMES
        chosen = int(self._rng.integers(every))
        stacks: list[Stack] = []
        moments: list[tuple[Snapshot, int, int]] = []
        steps_dead = 0
        for step in range(self._config.episode_steps):
            snapshot = self._emulator.step(ACTIONS[self._player.act()].buttons, FRAMES_PER_STEP)
            self._player.observe(snapshot)
            memory = self._memory(snapshot)
            steps_dead += ram.is_dead(memory)
            if not is_shown(snapshot, memory) or steps_dead > self._config.steps_after_death:
                break
            if step // size % every == chosen:
                moments.append((snapshot, first_step + step + 1, ram.player_x(memory)))
            if len(moments) == size:
                stacks.append(Stack(*(tuple(values) for values in zip(*moments, strict=True))))
                moments.clear()
        return stacks

    def _begin(self) -> int:
        """Go to the next place; return the agent steps that lie before it."""
        if not self._stretches:
            self._emulator.enter(self._level)
            steps = 0
        else:
            cell = self._next_cell()
            self._emulator.load_state(cell.state)
            steps = cell.steps
        if self._config.power == "mixed":
            set_power(self._emulator, int(self._rng.choice((SMALL, BIG, FIRE))))
        self._player.start_episode(self._emulator.snapshot())
        return steps

    def _next_cell(self) -> Cell:
        """A cell of the next stretch; every stretch has its turn, in random order, before the first comes again."""
        if not self._turn:
            self._turn = [self._stretches[index] for index in self._rng.permutation(len(self._stretches))]
        cells = self._turn.pop()
        return cells[int(self._rng.integers(len(cells)))]

    def _memory(self, snapshot: Snapshot) -> Memory:
        """The memory that the frame shows; on nes-py the one a frame later, which is the best there is."""
        return self._emulator.memory() if snapshot.memory is None else snapshot.memory


def is_shown(snapshot: Snapshot, memory: Memory) -> bool:
    """Whether the frame shows a level in play: not the title, not a black screen, not a change of area."""
    return ram.is_in_play(memory) and bool(snapshot.frame[_HUD_HEIGHT:].any())


_HUD_HEIGHT = 32  # pixels
