"""Does a restored state replay exactly? Random actions from the start of every level, twice, frame by frame.

python -m benchmarks.save_states [--levels all] [--actions 500] [--long 10000] [--json]
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import asdict, dataclass

import numpy as np

from core.game.emulator import Emulator
from core.game.engines import make_emulator
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP
from core.game.level import Level, parse_levels


@dataclass(frozen=True, slots=True)
class ActionReplay:
    """Two plays of the same actions after one restored state.

    Attributes:
        level: where they start.
        actions: agent actions, four emulator frames each.
        frames: emulator frames compared.
        equal: frames on which picture and work RAM were the same both times.
        round_trip: whether saving right after loading gave the same bytes.
    """

    level: str
    actions: int
    frames: int
    equal: int
    round_trip: bool


def random_buttons(actions: int, seed: int) -> list[int]:
    """Controller bytes of random agent actions, mostly running and jumping, one an emulator frame."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(ACTIONS), actions, p=(0.1, 0.1, 0.2, 0.3, 0.3))
    return [ACTIONS[i].buttons for i in chosen for _ in range(FRAMES_PER_STEP)]


def replay(emulator: Emulator, level: Level, actions: int, seed: int = 0) -> ActionReplay:
    """Enter a level, save, and play twice from the saved moment."""
    emulator.enter(level)
    state = emulator.save_state()
    buttons = random_buttons(actions, seed)
    first = _play(emulator, state, buttons)
    second = _play(emulator, state, buttons)
    emulator.load_state(state)
    return ActionReplay(
        level=str(level),
        actions=actions,
        frames=len(first),
        equal=sum(a == b for a, b in zip(first, second, strict=True)),
        round_trip=emulator.save_state() == state,
    )


def _play(emulator: Emulator, state: bytes, buttons: list[int]) -> list[bytes]:
    """A digest of picture and memory after each frame."""
    emulator.load_state(state)
    digests = []
    for held in buttons:
        frame = emulator.step(held).frame
        digests.append(hashlib.blake2b(frame.tobytes() + emulator.memory().tobytes(), digest_size=16).digest())
    return digests


def main() -> None:
    """Replay and print a table, or JSON."""
    parser = argparse.ArgumentParser(description="Replay random actions from save states and compare every frame.")
    parser.add_argument("--levels", default="all", help="levels to play (%(default)s)")
    parser.add_argument("--actions", type=int, default=500, help="actions a level (%(default)s)")
    parser.add_argument("--long", type=int, default=10_000, help="actions of one long replay in 1-1 (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    emulator = make_emulator("stable-retro")
    results = [
        replay(emulator, level, options.actions, seed) for seed, level in enumerate(parse_levels(options.levels))
    ]
    results.append(replay(emulator, Level(1, 1), options.long))
    if options.json:
        print(json.dumps([asdict(result) for result in results], indent=1))
        return
    print("level  actions  frames  equal  byte-equal round trip")
    for r in results:
        print(f"{r.level:5} {r.actions:8} {r.frames:7} {r.equal / r.frames:6.2%}  {'yes' if r.round_trip else 'NO'}")


if __name__ == "__main__":
    main()
