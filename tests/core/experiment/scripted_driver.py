"""``main.py --experiment`` with trainings of a few lines, for tests of those who start a driver: a real process."""

from __future__ import annotations

import sys
from pathlib import Path

from core.errors import InputError, RunError
from core.experiment.plan_file import read_plan
from core.experiment.runner import Runner

TRAINER = (sys.executable, "-m", "tests.core.runs.scripted_trainer")


def main(words: list[str]) -> int:
    """Run the plan; the exit status of ``main.py``."""
    given = dict(zip(words[::2], words[1::2], strict=False))
    try:
        plan = read_plan(Path(given["--experiment"]))
        Runner(plan, Path(given["--runs"]), jobs=int(given["--jobs"]), program=TRAINER).run()
    except (InputError, RunError) as error:
        print(f"main.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
