"""A process in which two agents play side by side for the window.

The window asks for each agent step, so it keeps the time, and a pause is a question not asked. The process ends when it
reads None, or when the other end of the pipe closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TypeAlias

from core.agents.agent_choice import AgentChoice
from core.agents.match import Match, MatchStep
from core.agents.policy import Agent
from core.agents.process_server import serve_window
from core.config.evaluate import EvaluateConfig
from core.errors import sentence_of
from core.game.emulator import Emulator
from core.game.engines import make_emulator
from core.game.env.actions import FRAMES_PER_STEP
from core.game.rom import Rom


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin two episodes.

    Attributes:
        token: comes back with every answer about them.
        choices: the two.
        config: how they play; ``labels`` is not used: they see what they were trained on, or sprites where exact labels
            cannot be had.
        noops: frames without buttons at the start.
        engine, rom: the game.
    """

    token: int
    choices: tuple[AgentChoice, AgentChoice]
    config: EvaluateConfig
    noops: int
    engine: str
    rom: Rom


@dataclass(frozen=True, slots=True)
class StepRequest:
    """Play an agent step; ``keep`` frames of it are wanted, 1 to 4."""

    keep: int = FRAMES_PER_STEP


@dataclass(frozen=True, slots=True)
class Begun:
    """Both stand at the start.

    Attributes:
        sees: what each does: "gray", "fcn", or who segments for it, "exact" or "sprites".
    """

    token: int
    steps: tuple[MatchStep, MatchStep]
    sees: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stepped:
    """One agent step; None for who had ended before."""

    token: int
    steps: tuple[MatchStep | None, MatchStep | None]


@dataclass(frozen=True, slots=True)
class MatchFailed:
    """Why it cannot go on, one sentence."""

    token: int
    sentence: str


Request: TypeAlias = Begin | StepRequest
Answer: TypeAlias = Begun | Stepped | MatchFailed


def serve(connection: Connection) -> None:
    """Answer until the other end closes; the body of the process."""
    serve_window(connection, _MatchServer(connection).run)


class _MatchServer:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._emulators: tuple[Emulator, Emulator] | None = None
        self._made_for: tuple[str, Rom] | None = None
        self._match: Match | None = None
        self._token = 0

    def run(self) -> None:
        request: Request | None
        while (request := self._connection.recv()) is not None:
            answer: Answer | None
            try:
                answer = self._begin(request) if isinstance(request, Begin) else self._step(request)
            except Exception as error:  # noqa: BLE001  # whatever it is, the window tells, and another match can begin
                self._match, answer = None, MatchFailed(self._token, sentence_of(error))
            if answer is not None:
                self._connection.send(answer)

    def _begin(self, request: Begin) -> Begun:
        self._token, self._match = request.token, None
        emulators = self._emulators_for(request.engine, request.rom)
        labels = None if emulators[0].has_exact_memory else "sprites"
        agents = [
            Agent.open(player.run, player.checkpoint, request.rom, labels, mapping=player.mapping)
            for player in request.choices
        ]
        self._match = Match(emulators, agents, request.config, request.noops)
        first, second = self._match.steps
        sees = [agent.labels or agent.observation for agent in agents]
        return Begun(self._token, (first, second), (sees[0], sees[1]))

    def _step(self, request: StepRequest) -> Stepped | None:
        if self._match is None or self._match.is_over:
            return None
        first, second = self._match.step(request.keep)
        return Stepped(self._token, (first, second))

    def _emulators_for(self, engine: str, rom: Rom) -> tuple[Emulator, Emulator]:
        """Twice the same one where it has save states."""
        if self._emulators is None or self._made_for != (engine, rom):
            for emulator in self._emulators or ():
                emulator.close()
            self._emulators = None
            first = make_emulator(engine, rom)
            self._emulators = first, first if first.has_states else make_emulator(engine, rom)
            self._made_for = engine, rom
        return self._emulators
