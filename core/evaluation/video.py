"""A recorded episode as a video: what the console drew, and beside it what the agent saw and thought."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.agents.policy import Agent
from core.agents.recording import Recording, is_decision, replay_episode
from core.errors import InputError, RunError
from core.files import is_utf8, replace_file
from core.frame import FRAME_HEIGHT, FRAME_WIDTH, FRAMES_PER_SECOND, Frame, Snapshot
from core.game.emulator import Emulator
from core.game.env.actions import ACTIONS

_CODECS = {".mp4": "mp4v", ".webm": "VP80"}
_SCALE = 2
_HEIGHT, _WIDTH = _SCALE * FRAME_HEIGHT, _SCALE * FRAME_WIDTH
_SEEN = 420  # pixels a side of the agent's picture: 5 times 84
_CHOSEN, _OTHER = (90, 220, 120), (150, 150, 150)  # RGB of an action's value


def check_video(path: Path) -> None:
    """InputError when a video cannot be written there."""
    if path.suffix.lower() not in _CODECS:
        raise InputError(f"--video: {path} should end in {' or '.join(_CODECS)}")
    if path.exists():
        raise InputError(f"--video: {path} exists; give a name that is free")
    if not path.parent.is_dir():
        raise InputError(f"--video: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"--video: the folder {path.parent} cannot be written; name another one")
    if not is_utf8(path.absolute()):
        raise InputError(f"--video: the name {path.absolute()} is not UTF-8, which OpenCV needs; name another folder")


def write_video(path: Path, recording: Recording, emulator: Emulator, agent: Agent | None = None) -> int:
    """Play a recording again and write it, 60 frames a second.

    Args:
        path: a new .mp4 (MPEG-4) or .webm (VP8).
        recording: the episode.
        emulator: of the engine that it was played on.
        agent: who played, to show what it saw and its Q-values; None for the console's picture alone.

    Returns:
        The frames written.

    Raises:
        RunError: the system cannot write such a file.
    """
    width = _WIDTH if agent is None else _WIDTH + _SEEN
    codec = cv2.VideoWriter.fourcc(*_CODECS[path.suffix.lower()])
    frames = 0

    def write(temporary: Path) -> None:
        nonlocal frames
        writer = cv2.VideoWriter(str(temporary), codec, FRAMES_PER_SECOND, (width, _HEIGHT))
        try:
            view = None if agent is None else _AgentView(agent, recording)
            for snapshot in replay_episode(recording, emulator):
                picture = cv2.resize(snapshot.frame, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_NEAREST)
                if view is not None:
                    picture = np.hstack((picture, view.draw(frames, snapshot)))
                writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
                frames += 1
        finally:
            writer.release()
        if not temporary.exists() or not temporary.stat().st_size:
            raise RunError(
                f"{path}: the video cannot be written; OpenCV has no encoder for it here, or the disk is full"
            )

    replace_file(path, write, suffix=path.suffix)
    return frames


class _AgentView:
    """The agent's half of the picture, redrawn whenever the agent looks."""

    def __init__(self, agent: Agent, recording: Recording) -> None:
        self._agent, self._recording = agent, recording
        self._told = recording.told()
        self._step = 0
        self._drawn: Frame = np.zeros((_HEIGHT, _SEEN, 3), np.uint8)

    def draw(self, frame: int, snapshot: Snapshot) -> Frame:
        """uint8 (448, 420, 3) RGB for a frame of the replay, counted from 0."""
        if is_decision(frame, self._recording):
            if self._step == 0:
                self._agent.reset(snapshot)
            else:
                self._agent.observe(snapshot, self._told[self._step - 1])
            actions = self._recording.actions
            chosen = int(actions[self._step]) if self._step < len(actions) else -1
            self._drawn = _draw(self._agent.picture, self._agent.q_values(), chosen)
            self._step += 1
        return self._drawn


def _draw(seen: npt.NDArray[np.uint8], values: npt.NDArray[np.float32], chosen: int) -> Frame:
    """What the agent sees above its Q-values, with the action that was taken in another colour."""
    picture: Any = cv2.resize(seen, (_SEEN, _SEEN), interpolation=cv2.INTER_NEAREST)
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    strip = np.zeros((_HEIGHT - _SEEN, _SEEN, 3), np.uint8)
    for index, (action, value) in enumerate(zip(ACTIONS, values, strict=True)):
        colour = _CHOSEN if index == chosen else _OTHER
        left = index * _SEEN // len(ACTIONS) + 3
        for text, bottom in ((action.name, 12), (f"{value:.2f}", 25)):
            cv2.putText(strip, text, (left, bottom), cv2.FONT_HERSHEY_SIMPLEX, 0.34, colour, 1, cv2.LINE_AA)
    return np.vstack((picture, strip)).astype(np.uint8, copy=False)
