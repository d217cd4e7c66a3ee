"""How evaluations play: starts, levels, and what their games are told."""

from __future__ import annotations

from core.agents.protocol import environment_settings, plan_starts
from core.config.evaluate import DURING_TRAINING_SEED, EvaluateConfig
from core.game.env.reward import PAPER_REWARD
from core.level_search.starts import Start


def test_without_chance_each_number_of_no_ops_is_played_once() -> None:
    starts = plan_starts(EvaluateConfig(episodes=100), deterministic=True)
    assert [start.noops for start in starts] == list(range(31))
    assert [start.number for start in starts] == list(range(31))


def test_fewer_episodes_without_chance_spread_over_the_no_ops() -> None:
    assert [start.noops for start in plan_starts(EvaluateConfig(episodes=4), deterministic=True)] == [0, 10, 20, 30]
    assert [start.noops for start in plan_starts(EvaluateConfig(episodes=1), deterministic=True)] == [0]


def test_with_chance_starts_come_from_the_seed_and_more_of_them_go_on_with_the_same() -> None:
    few, many = (plan_starts(EvaluateConfig(episodes=count), deterministic=False) for count in (50, 400))
    assert many[:50] == few
    assert {start.noops for start in many} == set(range(31))
    assert len({start.seed for start in many}) == 400
    assert plan_starts(EvaluateConfig(episodes=50, seed=2), deterministic=False) != few


def test_levels_take_turns_and_each_has_all_its_episodes() -> None:
    for deterministic in (True, False):
        starts = plan_starts(EvaluateConfig(level="1-1,4-2", episodes=31), deterministic=deterministic)
        assert [start.level for start in starts[:3]] == ["1-1", "4-2", "1-1"]
        assert [start.number for start in starts] == list(range(62))
        assert sum(start.level == "4-2" for start in starts) == 31
    starts = plan_starts(EvaluateConfig(level="1-1,4-2", episodes=31), deterministic=True)
    assert [start.noops for start in starts if start.level == "4-2"] == list(range(31))


def test_places_take_turns_and_each_has_all_its_episodes() -> None:
    places = [Start("1-1", 1, 40 * number, bytes((number,))) for number in range(3)]
    config = EvaluateConfig(episodes=2, places=3)
    for deterministic in (True, False):
        starts = plan_starts(config, deterministic=deterministic, places=places)
        assert [start.state for start in starts] == 2 * [b"\0", b"\1", b"\2"]
        assert [start.number for start in starts] == list(range(6)) and starts[0].level == "1-1"
    starts = plan_starts(config, deterministic=True, places=places)
    assert [start.noops for start in starts] == [0, 0, 0, 30, 30, 30]


def test_the_games_of_every_evaluation_are_told_the_same() -> None:
    """Whatever an agent was trained on: its own reward, and what ended its episodes, say nothing."""
    assert environment_settings(EvaluateConfig(sticky=0.1)) == {
        "sticky": 0.1,
        "max_noops": 30,
        "stall_limit_steps": 250,
        "stall_terminates": False,
        "reward": PAPER_REWARD,
    }


def test_evaluations_of_a_training_play_every_level_equally_often() -> None:
    protocol = EvaluateConfig.during_training("1-1,1-2,1-3", 3, 10)
    assert (protocol.episodes, protocol.sticky, protocol.seed) == (4, 0.25, DURING_TRAINING_SEED)
    assert EvaluateConfig.during_training("1-1", 1, 10).episodes == 10
    assert not protocol.is_deterministic and EvaluateConfig().is_deterministic
