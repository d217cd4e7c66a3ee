"""What belongs to an episode goes with it: who played, and the return, back in time and through save states."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.agents.episode_replay import EpisodeReplay
from core.agents.recording import Recording
from core.game.emulator import RIGHT
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from core.game.rom import Rom
from gui.game.agent_player import AgentPlayer
from gui.game.play import Game
from gui.game.players import Players
from gui.game.save_slots import SlotFiles
from tests.gui.game.test_players import Counting


@pytest.fixture
def game(emulator: RetroEmulator, tmp_path: Path) -> Game:
    """1-1 from its start, a person who runs to the right."""
    made = Game(emulator, SlotFiles(tmp_path), Players(lambda: RIGHT))
    made.enter(Level(1, 1))
    return made


def play(game: Game, frames: int) -> list[float]:
    """The return after each frame."""
    returns = []
    for _ in range(frames):
        game.advance()
        returns.append(game.shot().return_)
    return returns


def test_the_return_goes_back_with_the_game(game: Game) -> None:
    returns = play(game, 90)
    assert returns[-1] != 0
    game.back(30)
    assert game.shot().return_ == returns[59]
    assert play(game, 30) == returns[60:]
    game.back(1)
    assert game.shot().return_ == returns[88]


def test_the_return_lies_in_the_save_state(game: Game) -> None:
    saved = play(game, 60)[-1]
    game.save_slot(1)
    later = play(game, 40)[-1]
    game.load_slot(1)
    assert game.shot().return_ == saved
    game.undo_load()
    assert game.shot().return_ == later


@pytest.mark.parametrize("total", [123.5, 0])
def test_a_branch_goes_on_with_the_return_of_its_moment(game: Game, total: float) -> None:
    play(game, 20)
    game.load_state(game.emulator.save_state(), Level(1, 1), total)
    assert game.shot().return_ == total
    game.save_slot(1)
    assert game.load_slot(1).total == total
    play(game, 60)
    recording = game.input_recorder.recording()
    assert (recording.start_total, recording.total) == (total, game.shot().return_)
    assert Recording.from_json(json.loads(json.dumps(recording.to_json()))) == recording


@pytest.mark.parametrize("wait", range(4))
def test_the_step_in_which_an_episode_ends_counts(game: Game, wait: int) -> None:
    """Wherever in it Mario dies; replayed, the return is the same."""
    kept: list[Recording] = []
    game.input_recorder.keep = kept.append
    held = iter([0] * wait)
    game.players = Players(lambda: next(held, RIGHT))
    while not kept:
        game.advance()
    replay = EpisodeReplay(kept[0], game.emulator)
    replay.advance(kept[0].frames)
    assert kept[0].end == "killed" and replay.steps[-1].frame == kept[0].frames
    assert replay.steps[-1].parts.death < 0
    assert kept[0].total == replay.total(kept[0].frames)
    game.enter(Level(1, 1))
    play(game, 30)
    game.back(3)
    kept.append(game.input_recorder.recording())
    replay = EpisodeReplay(kept[-1], game.emulator)
    replay.advance(27)
    assert kept[-1].total == replay.total(27)


def test_a_slot_of_an_older_program_has_no_return(tmp_path: Path, game: Game) -> None:
    game.save_slot(1)
    path = SlotFiles(tmp_path).path(1)
    header, state = path.read_bytes().split(b"\n", 1)
    path.write_bytes(header.replace(b', "total": 0.0', b"") + b"\n" + state)
    assert game.load_slot(1).total == 0.0


def test_an_episode_is_of_those_who_played_it(game: Game, rom: Rom) -> None:
    """Another agent is chosen in its middle: both are named; and the first alone, when it had ended before."""
    kept: list[Recording] = []
    game.input_recorder.keep = kept.append
    first, second = (AgentPlayer(Counting(), 0, (True, rom), name) for name in ("a (best)", "b (best)"))
    game.players.set_agent(first)
    game.players.choose("agent")
    game.reset()
    play(game, 70)
    game.players.set_agent(second)
    assert game.input_recorder.recording().player == "a (best)"
    play(game, 10)
    assert game.input_recorder.recording().player == "a (best) and b (best)"
    game.reset()
    assert [recording.player for recording in kept] == ["a (best) and b (best)"]


def test_going_back_across_a_jump_is_to_the_level_before_it(game: Game) -> None:
    play(game, 40)
    game.enter(Level(4, 2))
    play(game, 3)
    game.load_state(game.emulator.save_state(), Level(4, 2))
    play(game, 2)
    assert game.back(3) and (game.level, game.moment().frame) == (Level(4, 2), 3), "the frame before the state came"
    assert game.back(4) and (game.level, game.shot().frame) == (Level(1, 1), 40)
    assert game.back(10)
    moment = game.moment()
    assert (moment.level, moment.frame, moment.buttons) == ("1-1", 30, bytes([RIGHT]) * 30)
    play(game, 60)
    recording = game.input_recorder.recording()
    assert recording.level == "1-1" and len(recording.start) > 0
    game.reset()
    assert game.moment().level == "1-1"


def test_a_slot_knows_a_level_by_night(game: Game) -> None:
    night = Level(1, 1, dark=True)
    game.enter(night)
    play(game, 5)
    assert game.save_slot(1).level == "1-1-dark"
    game.enter(Level(2, 1))
    game.load_slot(1)
    assert game.level == night and game.moment().level == "1-1-dark"
    game.undo_load()
    assert game.level == Level(2, 1)
    game.back(1)
    assert game.level == night
