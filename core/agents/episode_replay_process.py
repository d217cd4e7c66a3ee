"""A process that replays episodes for the window, which cannot have a second emulator of its own.

The window writes requests into a pipe and reads answers from it. Between requests the process plays the episode on,
in small portions, so that its timeline is known after a second or two while any moment can be asked for meanwhile. It
ends when it reads None, or when the other end of the pipe closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from core.agents.episode_replay import EpisodeReplay, ReplayedFrame, TimelineStep
from core.agents.policy import Agent
from core.agents.process_server import serve_window
from core.agents.recording import Recording
from core.dataset.frozen_frame import FrozenFrame
from core.errors import InputError, sentence_of
from core.game.emulator import Emulator
from core.game.engines import available_engines, make_emulator
from core.game.rom import Rom
from core.segmentation.labeller import make_labeller

_PORTION = 60  # frames played between two looks into the pipe, about 25 ms


@dataclass(frozen=True, slots=True)
class Open:
    """Replay this episode from now on.

    Attributes:
        token: comes back with every answer about it.
        recording: the episode.
        rom: the game.
        run: run folder of the agent to ask, None for none.
        checkpoint: which of its networks.
        mapping: run folder of a mapping that it sees through; None for none.
        labels: who segments, "exact" or "sprites"; sprites where exact labels cannot be had.
        engine: which one plays it again; empty for that of the recording.
    """

    token: int
    recording: Recording
    rom: Rom
    run: Path | None = None
    checkpoint: str = ""
    mapping: Path | None = None
    labels: str = "exact"
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Seek:
    """Send the moment at a frame."""

    frame: int


@dataclass(frozen=True, slots=True)
class Branch:
    """Send the save state of a frame."""

    frame: int


@dataclass(frozen=True, slots=True)
class LabelRequest:
    """Send what a data set needs of a frame."""

    frame: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The episode can be replayed.

    Attributes:
        engine: which one plays it.
        frames: index of its last frame.
        agent_problem: why the agent cannot be asked, one sentence; empty when it can, or none was named.
    """

    token: int
    engine: str
    frames: int
    agent_problem: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """More of the timeline is known.

    Attributes:
        known: frames played so far.
        difference: see ``EpisodeReplay``.
    """

    token: int
    steps: tuple[TimelineStep, ...]
    known: int
    difference: tuple[int, tuple[int, int], tuple[int, int]] | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The moment that was asked for."""

    token: int
    moment: ReplayedFrame


@dataclass(frozen=True, slots=True)
class Branched:
    """The save state that was asked for, to go on from, the frame that it belongs to, and the return up to there."""

    token: int
    frame: int
    state: bytes
    total: float


@dataclass(frozen=True, slots=True)
class ToLabel:
    """What was asked for to be labelled."""

    token: int
    moment: FrozenFrame


@dataclass(frozen=True, slots=True)
class ReplayFailed:
    """Why something cannot be done, one sentence."""

    token: int
    sentence: str


Request: TypeAlias = Open | Seek | Branch | LabelRequest
Answer: TypeAlias = Opened | Timeline | Shown | Branched | ToLabel | ReplayFailed


def serve(connection: Connection) -> None:
    """Answer until the other end closes; the body of the process."""
    serve_window(connection, _ReplayServer(connection).run)


class _ReplayServer:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._emulator: Emulator | None = None
        self._made_for: tuple[str, Rom] | None = None
        self._look: EpisodeReplay | None = None
        self._problem = "no episode is open"  # why there is none
        self._token = 0
        self._told = 0  # steps of the timeline

    def run(self) -> None:
        while True:
            is_busy = self._look is not None and not self._look.is_complete
            if is_busy and not self._connection.poll():
                self._play_on()
                continue
            request: Request | None = self._connection.recv()
            if request is None:
                return
            self._answer(request)

    def _answer(self, request: Request) -> None:
        try:
            if isinstance(request, Open):
                self._open(request)
            elif self._look is None:
                raise InputError(self._problem)  # every request is answered: the window waits for that
            elif isinstance(request, Seek):
                self._send(Shown(self._token, self._look.seek(request.frame)))
                self._tell_course(self._look)  # it may have been further than anything before
            elif isinstance(request, LabelRequest):
                self._send(ToLabel(self._token, self._look.to_label(request.frame)))
            else:
                state = self._look.state(request.frame)
                self._send(Branched(self._token, request.frame, state, self._look.total(request.frame)))
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the window tells, and other episodes can be opened
            self._problem = sentence_of(error)
            self._send(ReplayFailed(self._token, self._problem))

    def _open(self, request: Open) -> None:
        self._token, self._look = request.token, None
        recording = request.recording
        emulator = self._emulator_for(request.engine or recording.engine, request.rom)
        agent, problem = _open_agent(request, None if emulator.has_exact_memory else "sprites")
        segmenter = make_labeller(request.labels if emulator.has_exact_memory else "sprites", request.rom)
        self._look = EpisodeReplay(recording, emulator, agent, segmenter)
        self._told = 0
        self._send(Opened(self._token, emulator.name, self._look.frames, problem))
        self._tell_course(self._look)

    def _emulator_for(self, engine: str, rom: Rom) -> Emulator:
        """The engine wished for where it is installed, else the one that is."""
        engines = available_engines()
        if not engines:
            raise InputError("no emulator is installed; --doctor tells how to get one")
        name = engine if engine in engines else engines[0]
        if self._emulator is None or self._made_for != (name, rom):
            if self._emulator is not None:
                self._emulator.close()
            self._emulator, self._made_for = make_emulator(name, rom), (name, rom)
        return self._emulator

    def _play_on(self) -> None:
        look = self._look
        assert look is not None
        try:
            look.advance(_PORTION)
        except Exception as error:  # noqa: BLE001  # as above
            self._look, self._problem = None, sentence_of(error)
            self._send(ReplayFailed(self._token, self._problem))
            return
        self._tell_course(look)

    def _tell_course(self, look: EpisodeReplay) -> None:
        steps = tuple(look.steps[self._told :])
        self._told += len(steps)
        self._send(Timeline(self._token, steps, look.known, look.difference))

    def _send(self, answer: Answer) -> None:
        self._connection.send(answer)


def _open_agent(request: Open, labels: str | None) -> tuple[Agent | None, str]:
    """The agent to ask, or why it cannot be: the episode can be replayed without it."""
    if request.run is None:
        return None, ""
    try:
        return Agent.open(request.run, request.checkpoint, request.rom, labels, mapping=request.mapping), ""
    except InputError as error:
        return None, str(error)
