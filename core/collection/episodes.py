"""Episodes of a data set: play from a place along a level, and keep one stack of frames in so many.

Those that are kept come at even distances and are a fair sample of the play. What is rare in it (a mushroom, a
flagpole) would hardly ever be among them; ``balance`` adds the stacks that show a class of which the part has too few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.agents.players import Player
from core.classes import CLASS_COUNT, MARIO
from core.collection.plan import PlanPart
from core.config.collect import CollectConfig
from core.dataset.record import StackOrigin
from core.frame import STACK_FRAMES, ClassMap, Memory, Snapshot
from core.game import memory as ram
from core.game.emulator import Emulator
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP
from core.game.level import Level
from core.game.power import BIG, FIRE, SMALL, fill_question_blocks, set_power
from core.game.rom import Rom
from core.level_search.search import Archive, Cell

_LEAST_PIXELS = 16  # of a class, for a frame to count as showing it
_FILLED_SHARE = 0.5  # of the question blocks, where power-ups are to be more


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
    """Plays one level again and again, from places spread evenly along what the search found of it.

    Args:
        config: what to play and keep.
        emulator: where to play.
        rom: for the areas' lengths.
        level: which.
        archive: where episodes may begin, an empty one for the level's start; what they see is noted there.
        players: who plays; they take turns, an episode each.
        rng: draws places, powers and which stacks are kept.
        balance: chooses stacks that are kept beside those; None for none.
    """

    def __init__(
        self,
        config: CollectConfig,
        emulator: Emulator,
        rom: Rom,
        level: Level,
        archive: Archive,
        players: Sequence[Player],
        rng: np.random.Generator,
        balance: ClassBalance | None = None,
    ) -> None:
        self._config, self._emulator, self._rom, self._level, self._archive = config, emulator, rom, level, archive
        self._players, self._rng, self._balance = players, rng, balance
        self._stretches = archive.stretches()
        self._turn: list[list[Cell]] = []
        self._episode = 0

    def play(self) -> list[Stack]:
        """One episode's stacks, in order; none when it ended too soon."""
        player = self._players[self._episode % len(self._players)]
        self._episode += 1
        first_step = self._begin(player)
        every = self._config.keep_one_in
        chosen = int(self._rng.integers(every))
        stacks = self._stacks(player, first_step)
        if self._balance is None:
            return [stack for number, stack in enumerate(stacks) if number % every == chosen]
        played = list(stacks)
        kept = self._balance.choose(played, [number % every == chosen for number in range(len(played))])
        return [stack for stack, keep in zip(played, kept, strict=True) if keep]

    def _stacks(self, player: Player, first_step: int) -> Iterator[Stack]:
        """All stacks of the episode that has begun, in order."""
        moments: list[tuple[Snapshot, int, int]] = []
        steps_dead = 0
        for step in range(self._config.episode_steps):
            snapshot = self._emulator.step(ACTIONS[player.act()].buttons, FRAMES_PER_STEP)
            player.observe(snapshot)
            memory = self._memory(snapshot)
            steps_dead += ram.is_dead(memory)
            if not is_shown(snapshot, memory) or ram.has_fallen(memory) or steps_dead > self._config.steps_after_death:
                break
            if not steps_dead:
                self._archive.note_place(self._rom, memory)
            moments.append((snapshot, first_step + step + 1, ram.player_x(memory)))
            if len(moments) == STACK_FRAMES:
                yield Stack(*(tuple(values) for values in zip(*moments, strict=True)))
                moments.clear()

    def _begin(self, player: Player) -> int:
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
        if self._config.power_ups == "more":
            fill_question_blocks(self._emulator, _FILLED_SHARE, self._rng)
        player.start_episode(self._emulator.snapshot())
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


class ClassBalance:
    """Adds a stack to those of an episode, for the class that the fewest stacks of a part show so far.

    It does so while that class has less than its even share of the part. All its stacks show Mario in their last frame,
    so that neither his blinking after a hit nor what follows a death fills them.

    Args:
        stacks: how many the part will have.
        segment: class map of a snapshot; what a stack shows is looked up in its last frame only.
        rng: draws among the stacks that show a class.
    """

    def __init__(self, stacks: int, segment: Callable[[Snapshot], ClassMap], rng: np.random.Generator) -> None:
        self._share = max(1, stacks // CLASS_COUNT)
        self._segment, self._rng = segment, rng
        self._counts = np.zeros(CLASS_COUNT, np.int64)

    def choose(self, stacks: Sequence[Stack], kept: Sequence[bool]) -> list[bool]:
        """Which stacks of an episode to keep: of those that are kept anyway those with Mario, and perhaps one more."""
        shown = [self._shows(stack) for stack in stacks]
        result = [bool(keep and classes[MARIO]) for keep, classes in zip(kept, shown, strict=True)]
        for keep, classes in zip(result, shown, strict=True):
            self._counts += classes & keep
        wanted = self._wanted([classes for classes in shown if classes[MARIO]])
        if wanted is not None:
            having = [index for index, classes in enumerate(shown) if classes[MARIO] and classes[wanted]]
            index = having[int(self._rng.integers(len(having)))]
            self._counts += shown[index] & (not result[index])
            result[index] = True
        return result

    def _wanted(self, shown: Sequence[npt.NDArray[np.bool_]]) -> int | None:
        """The class with the fewest stacks so far of those that are shown; None when it has its share."""
        if not shown:
            return None
        counts = np.where(np.any(shown, axis=0), self._counts, self._share)
        wanted = int(np.argmin(counts))
        return wanted if counts[wanted] < self._share else None

    def _shows(self, stack: Stack) -> npt.NDArray[np.bool_]:
        pixels = np.bincount(self._segment(stack.snapshots[-1]).ravel(), minlength=CLASS_COUNT)
        return pixels >= _LEAST_PIXELS


def is_shown(snapshot: Snapshot, memory: Memory) -> bool:
    """Whether the frame shows a level in play: not the title, not a black screen, not a change of area."""
    return ram.is_in_play(memory) and bool(snapshot.frame[_HUD_HEIGHT:].any())


_HUD_HEIGHT = 32  # pixels
