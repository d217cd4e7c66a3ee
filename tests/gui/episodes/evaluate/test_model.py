"""An evaluation that the window starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from core.agents.agent_choice import AgentChoice
from core.config.evaluate import EvaluateConfig
from gui.kit.command_process import CommandProcess
from gui.window.main_window import MainWindow


def test_an_evaluation_plays_the_rom_of_the_window(
    make_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Sequence[str]] = []
    monkeypatch.setattr(CommandProcess, "start", lambda process, about, arguments: asked.append(arguments))
    workbench = make_window(start=False).workbench
    choice = AgentChoice("ours", Path("runs/ours"), "best")
    for rom in ("", "games/hack.nes"):
        workbench.preferences.set("rom", rom)
        workbench.episodes.evaluations.start(choice, EvaluateConfig(), 1)
    packaged, hack = asked
    assert "--rom" not in packaged
    assert hack[hack.index("--rom") + 1] == "games/hack.nes"
