"""The worker that owns the emulator: steps it in time, and carries out what the window asks for.

Commands are its tasks, done between two frames. Frames go out through ``publish``, which must not block; nothing here
ever waits for the window or for a segmenter.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from core.agents.recording import Recording
from core.dataset.frozen_frame import FrozenFrame
from core.errors import InputError, sentence_of
from core.game.emulator import Emulator, EngineError
from core.game.level import Level
from core.game.rom import Rom
from gui.game.agent_player import AgentError, AgentPlayer
from gui.game.play import Game, Shot
from gui.game.players import Player, Players
from gui.game.save_slots import SlotFiles
from gui.kit.clock import FrameClock, Pace, RateMeter
from gui.kit.messages import without_flag
from gui.kit.worker import Workers

Command = Callable[["GameThread"], None]
EmulatorFactory = Callable[[str, Rom], Emulator]
TURBO = 4.0  # times the console's speed while its key is held
_PAUSE_REACH = 30  # frames that the game may have run on while a segmenter looked at one


@dataclass(frozen=True, slots=True)
class GameState:
    """What the window shows of the game thread besides frames.

    Attributes:
        engine: name of the running engine, "" without one.
        rom: the ROM that is played, None without one.
        has_states, has_exact_memory: see ``Emulator``.
        level: the level entered last.
        paused, rewinding: what it is doing.
        player: who holds the controller.
        agent_problem: why the saved agent had to give up, one sentence; "" when it did not.
        problem: why no game runs, one sentence; "" when one does.
    """

    engine: str = ""
    rom: Rom | None = field(default=None, repr=False)
    has_states: bool = False
    has_exact_memory: bool = False
    level: Level = field(default=Level(1, 1))  # frozen
    paused: bool = False
    rewinding: bool = False
    player: Player = "person"
    agent_problem: str = ""
    problem: str = ""


class GameThread:
    """Runs a ``Game``; every method but ``start``, ``post`` and the attributes below is for commands only.

    Attributes:
        speed: times the console's speed, None for unlimited.
        turbo: whether its key is held.
        rate: meter of frames per second.
    """

    def __init__(
        self,
        workers: Workers,
        make_emulator: EmulatorFactory,
        slots: SlotFiles,
        sample: Callable[[], int],
        publish: Callable[[Shot], None],
        report: Callable[[GameState], None],
        notify: Callable[[str], None],
        keep: Callable[[Recording], None] = lambda recording: None,
    ) -> None:
        self.speed: float | None = 1.0
        self.turbo = False
        self.rate = RateMeter()
        self.state = GameState()
        self.game: Game | None = None
        self._make_emulator = make_emulator
        self._slots = slots
        self._publish = publish
        self._report = report
        self._notify = notify
        self._keep = keep
        self._worker = workers.make("game", self._play_or_wait, self._drop_game)
        self._clock, self._pace = FrameClock(), Pace()
        self._has_waited = True
        self._shot_count = 0
        self._players = Players(sample)

    def start(self) -> None:
        """Begin to step and obey."""
        self._worker.start()

    def post(self, command: Command) -> None:
        """Have a command carried out between two frames (from any thread)."""
        self._worker.post(partial(self._carry_out, command))

    def _carry_out(self, command: Command) -> None:
        try:
            command(self)
        except EngineError as error:  # what an engine cannot do is no mistake of the program
            raise InputError(str(error)) from error

    def _play_or_wait(self) -> float | None:
        """The worker's tick: a frame, unless there is none to play before the next command."""
        has_waited, self._has_waited = self._has_waited, self._idle
        if self._idle:
            return None
        if has_waited:
            self._clock.restart()
        self._play_one()
        return 0.0

    @property
    def _idle(self) -> bool:
        return self.game is None or not self.game.started or (self.state.paused and not self.state.rewinding)

    def _play_one(self) -> None:
        try:
            self._move(self._need_game())
        except Exception as error:  # noqa: BLE001  # whatever it is, the window must say so, and another ROM can be opened
            traceback.print_exc()
            self._drop_game()
            self._change(engine="", rom=None, rewinding=False, problem=f"the game has stopped: {error}")

    def _move(self, game: Game) -> None:
        if self.state.rewinding:
            if not game.back():
                self._change(rewinding=False, paused=True)
                self._notify("this is the oldest frame that is kept")
        else:
            self._guard(game.advance)
        self.rate.add()
        shot = self._shot(game)
        self._pace.hold(self._clock.due)  # a frame on which an agent thought comes no later than the others
        self._publish(shot)
        self._clock.wait(TURBO if self.turbo and not self.state.rewinding else self.speed)

    def _change(self, **changes: object) -> None:
        state = replace(self.state, **changes)  # type: ignore[arg-type]
        if state != self.state:
            self.state = state
            self._report(state)

    def _show(self) -> None:
        if self.game is not None and self.game.started:
            self._publish(self._shot(self.game))

    def _shot(self, game: Game) -> Shot:
        if self.state.level != game.level:  # gone back across a jump
            self._change(level=game.level)
        if not self.state.rewinding:
            self._guard(game.settle)
        return game.shot()

    def _guard(self, what: Callable[[], object]) -> None:
        """Do something that asks the saved agent; when that fails, the game goes on without it."""
        try:
            what()
        except AgentError as error:
            self.set_agent(None)
            self._change(agent_problem=f"the agent cannot go on: {error}")

    def _need_game(self) -> Game:
        if self.game is None:
            raise InputError("no game is open; open a ROM first (Game > Open ROM…)")
        return self.game

    def _drop_game(self) -> None:
        game, self.game = self.game, None
        if game is not None:
            self._shot_count = game.shot_count
            game.emulator.close()

    # Commands

    def open(self, engine: str, rom: Path | Rom | None, level: Level) -> None:
        """Start an engine with a ROM in a level, in place of what ran; on failure the state tells the problem.

        A file that is no ROM leaves a game that runs alone, and the user is told.
        """
        from core.game.rom import load_rom

        try:
            loaded = rom if isinstance(rom, Rom) else load_rom(rom)
        except (InputError, OSError) as error:
            if self.game is None or not self.game.started:
                self._change(engine="", rom=None, has_states=False, has_exact_memory=False, problem=sentence_of(error))
            else:
                self._notify(f"{without_flag(sentence_of(error))}; the game goes on")
            return
        self._drop_game()
        try:
            emulator = self._make_emulator(engine, loaded)
        except (InputError, EngineError, RuntimeError, OSError, ImportError) as error:
            self._change(engine="", rom=None, has_states=False, has_exact_memory=False, problem=sentence_of(error))
            return
        self.game = Game(emulator, self._slots, self._players)
        self.game.shot_count = self._shot_count  # serials never go back
        self.game.input_recorder.keep = self._keep
        agent_player = self._players.agent_player
        if agent_player is not None and agent_player.made_for != (emulator.has_exact_memory, loaded):
            self._players.set_agent(None)
        self._change(
            engine=emulator.name,
            rom=loaded,
            has_states=emulator.has_states,
            has_exact_memory=emulator.has_exact_memory,
            rewinding=False,
            player=self._players.player,
            problem="",
        )
        self.enter(level)

    def enter(self, level: Level) -> None:
        """Start a level."""
        self._need_game().enter(level)
        self._change(level=level, rewinding=False)
        self._show()

    def reset(self) -> None:
        """Start the level again."""
        self._need_game().reset()
        self._change(rewinding=False)
        self._show()

    def pause(self, paused: bool) -> None:
        """Stop or go on."""
        self._change(paused=paused, rewinding=False)

    def pause_at(self, shot: Shot) -> None:
        """Pause, and go back to a frame that was published a moment ago if the engine can."""
        if self.state.paused or self.state.rewinding:
            return
        self._change(paused=True)
        if self.game is not None and self.game.back_to(shot.position, _PAUSE_REACH):
            self._show()

    def freeze(self, give: Callable[[FrozenFrame], object]) -> None:
        """Pause, and hand over what there is to label."""
        game = self._need_game()
        self._change(paused=True, rewinding=False)
        give(game.moment())
        self._show()

    def advance(self) -> None:
        """Pause, and play one frame."""
        game = self._need_game()
        self._change(paused=True, rewinding=False)
        self._guard(game.advance)
        self._show()

    def back(self) -> None:
        """Pause, and go one frame back."""
        game = self._need_game()
        self._change(paused=True, rewinding=False)
        if not game.back():
            self._notify("this is the oldest frame that is kept")
        self._show()

    def rewind(self, on: bool) -> None:
        """Run backwards while on; afterwards it is paused or not, as it was."""
        if on and self._need_game().back():  # at once, so that a tap goes one frame back
            self._show()
        self._change(rewinding=on)

    def play(self, player: Player) -> None:
        """Choose who holds the controller; the saved agent only when there is one."""
        if player == "agent" and self._players.agent_player is None:
            raise InputError("no saved agent is ready to play; choose one under Agent")
        self._players.choose(player)
        self._change(player=player)

    def set_agent(self, agent_player: AgentPlayer | None) -> None:
        """Let another saved agent watch, and play if the one before did; without one the person plays."""
        self._players.set_agent(agent_player)
        self._change(player=self._players.player, agent_problem="")
        if self._idle:
            self._show()

    def seed(self, seed: int) -> None:
        """Let chance begin anew with this seed."""
        self._players.seed(seed)

    def restart_episodes(self, on: bool) -> None:
        """Whether the level starts again when an agent's episode has ended."""
        self._players.episodes.restarts = on

    def save_slot(self, slot: int) -> None:
        """Put the present moment into a slot."""
        info = self._need_game().save_slot(slot)
        self._notify(f"saved slot {slot}: {info.level}, x {info.x}, time {info.time}")

    def load_slot(self, slot: int) -> None:
        """Go to the moment in a slot."""
        game = self._need_game()
        info = game.load_slot(slot)
        self._change(level=game.level, rewinding=False)
        self._notify(f"loaded slot {slot}: {info.level}, x {info.x}, time {info.time}")
        self._show()

    def branch(self, state: bytes, level: Level, player: Player, total: float = 0.0) -> None:
        """Go on from a moment of an episode that was replayed; a person finds the game paused there."""
        self._need_game().load_state(state, level, total)
        if player == "agent" and self._players.agent_player is None:
            player = "person"
        self._players.choose(player)
        self._change(level=level, rewinding=False, paused=player == "person", player=player)
        self._show()

    def give_episode(self, give: Callable[[Recording], object]) -> None:
        """Pause, and hand over what was played so far."""
        game = self._need_game()
        self._change(paused=True, rewinding=False)
        give(game.input_recorder.recording())

    def undo_load(self) -> None:
        """Go back to the moment before a slot was loaded."""
        game = self._need_game()
        game.undo_load()
        self._change(level=game.level, rewinding=False)
        self._show()
