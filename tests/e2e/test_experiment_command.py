"""An experiment from nothing to its report, by the real command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAN = str(ROOT / "experiments" / "tiny.toml")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """``python main.py --experiment experiments/tiny.toml`` with these words, in a folder."""
    command = [sys.executable, str(ROOT / "main.py"), "--experiment", PLAN, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_an_experiment_from_nothing_to_its_report(tmp_path: Path) -> None:
    """Trained, evaluated, judged and told in one command; the next one has nothing to do and tells the same."""
    planned = run(tmp_path, "--dry-run", "--json")
    assert planned.returncode == 0, planned.stderr
    assert {trial["state"] for trial in json.loads(planned.stdout)["trials"]} == {"waiting"}
    assert "left: nobody knows how long for gray, segmented; up to" in planned.stderr
    assert not any(tmp_path.iterdir()), "a dry run makes nothing"

    words = ("--runs", "trials", "--report", "report", "--jobs", "2", "--threads", "1", "--json")
    first = run(tmp_path, *words)
    assert first.returncode == 0, first.stderr
    document = json.loads(first.stdout)
    assert [(one["arm"], one["seed"], one["state"], one["steps"]) for one in document["trials"]] == [
        (arm, seed, "done", 2000) for seed in (1, 2) for arm in ("gray", "segmented")
    ]
    assert {(one["level"], one["episodes"]) for one in document["evaluations"]} == {("1-1-dark", 6)}
    played = [(one["arm"], one["seed"]) for one in document["evaluations"]]
    assert played == [("random", ""), ("gray", 1), ("segmented", 1), ("gray", 2), ("segmented", 2)]
    assert document["claims"][0]["verdict"] == "waiting", "two seeds show nothing"
    assert re.search(
        r"^gray: mean height of the learning curve [\d,]+ pixels \(.* to .*\) over 2 seeds$", first.stderr, re.M
    )
    page = (tmp_path / "report" / "report.html").read_bytes()
    assert page.count(b"<svg") >= 2 and b"Machines: " in page
    for name in ("trials.csv", "arms.csv", "evaluations.csv", "claims.csv", "experiment.json", "gray-2/config.json"):
        assert (tmp_path / "report" / name).is_file(), name

    again = run(tmp_path, *words)
    assert again.returncode == 0 and "begins" not in again.stderr
    assert (tmp_path / "report" / "report.html").read_bytes() == page
    from_itself = run(tmp_path, "--runs", "report", "--report", "copy", "--dry-run")
    assert from_itself.returncode == 0, from_itself.stderr
    assert (tmp_path / "copy" / "report.html").read_bytes() == page, "what it keeps is enough to make it again"
