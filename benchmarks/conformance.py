"""Do both engines play the same game? Equal inputs, frame by frame, over many levels.

    python -m benchmarks.conformance [--levels 1-1,1-2] [--frames 700] [--json]

nes-py shows what an input did one frame later than stable-retro, and ``enter`` leaves it one frame earlier, so after
equal inputs stable-retro's frame i is compared with nes-py's frame i + 1.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.frame import Frame
from core.game import memory as ram
from core.game.emulator import DOWN, LEFT, RIGHT, A, B, Emulator
from core.game.engines import make_emulator
from core.game.level import Level, parse_levels

LEVELS = "1-1,1-2,1-3,1-4,2-1,2-2,3-1,4-2,5-3,6-3,7-2,8-4"  # every kind of level, and of enemy but a few
_INPUTS = (RIGHT | B, RIGHT | A | B, RIGHT, RIGHT | A, LEFT, LEFT | A, A, B, DOWN, 0)
_WEIGHTS = np.array((6, 6, 3, 3, 1, 1, 1, 1, 1, 2)) / 25


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two engines had in common in one level.

    Attributes:
        level: its name.
        frames: emulator frames compared.
        pixels: share of pixels that were equal, 0 to 1, over all frames.
        variables: share of game variables that were equal, 0 to 1.
        frames_in_play: frames of a level in play, so not black screens and changes of area.
        pixels_in_play: share of pixels that were equal in those.
        unequal: the first frames with any difference, at most ten.
    """

    level: str
    frames: int
    pixels: float
    variables: float
    frames_in_play: int
    pixels_in_play: float
    unequal: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Moment:
    frame: Frame
    variables: tuple[int, ...]
    in_play: bool


def mixed_inputs(frames: int, seed: int) -> list[int]:
    """Controller bytes, one a frame: random buttons, mostly to the right, each held for 3 to 30 frames."""
    rng = np.random.default_rng(seed)
    inputs: list[int] = []
    while len(inputs) < frames:
        inputs += [int(rng.choice(_INPUTS, p=_WEIGHTS))] * int(rng.integers(3, 31))
    return inputs[:frames]


def play(emulator: Emulator, level: Level, inputs: list[int]) -> Iterator[_Moment]:
    """The moment on which a level is entered, then that after each input."""
    snapshot = emulator.enter(level)
    for buttons in (None, *inputs):
        if buttons is not None:
            snapshot = emulator.step(buttons)
        memory = emulator.memory()
        variables = asdict(ram.read_variables(memory))
        yield _Moment(snapshot.frame, tuple(variables.values()), ram.is_in_play(memory))


def compare(retro: Emulator, nes_py: Emulator, level: Level, frames: int, seed: int = 0) -> Comparison:
    """Play the same inputs on stable-retro and on nes-py."""
    inputs = mixed_inputs(frames, seed)
    theirs = play(nes_py, level, inputs)
    next(theirs)
    pixels, variables, in_play = [], [], []
    for ours, other in zip(play(retro, level, inputs), theirs, strict=False):
        pixels.append((ours.frame == other.frame).all(axis=-1).mean())
        variables.append(np.equal(ours.variables, other.variables).mean())
        in_play.append(ours.in_play and other.in_play)
    unequal = np.flatnonzero((np.array(pixels) < 1) | (np.array(variables) < 1))
    return Comparison(
        level=str(level),
        frames=len(pixels),
        pixels=float(np.mean(pixels)),
        variables=float(np.mean(variables)),
        frames_in_play=int(np.sum(in_play)),
        pixels_in_play=float(np.mean(np.array(pixels)[in_play])),
        unequal=tuple(int(i) for i in unequal[:10]),
    )


def main() -> None:
    """Compare and print a table, or JSON."""
    parser = argparse.ArgumentParser(description="Play equal inputs on both engines and compare pixels and variables.")
    parser.add_argument("--levels", default=LEVELS, help="levels to play (%(default)s), or all")
    parser.add_argument("--frames", type=int, default=700, help="emulator frames a level (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    retro, nes_py = make_emulator("stable-retro"), make_emulator("nes-py")
    results = [compare(retro, nes_py, level, options.frames) for level in parse_levels(options.levels)]
    if options.json:
        print(json.dumps([asdict(result) for result in results], indent=1))
    else:
        _print_table(results)


def _print_table(results: list[Comparison]) -> None:
    print("level  frames  pixels     variables  in play  pixels in play  first unequal frames")
    for r in results:
        print(
            f"{r.level:5} {r.frames:7} {r.pixels:9.5%} {r.variables:10.5%} {r.frames_in_play:8} "
            f"{r.pixels_in_play:14.5%}  {', '.join(map(str, r.unequal)) or '-'}"
        )
    print(f"all   {_total(results, 'frames'):7.0f} {_mean(results, 'pixels'):9.5%} {_mean(results, 'variables'):10.5%}")


def _total(results: list[Comparison], name: str) -> float:
    return float(sum(getattr(r, name) for r in results))


def _mean(results: list[Comparison], name: str) -> float:
    weighted: list[Any] = [getattr(r, name) * r.frames for r in results]
    return float(sum(weighted)) / _total(results, "frames")


if __name__ == "__main__":
    main()
