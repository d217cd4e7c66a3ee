"""Plans: what they say, in which order they run, and how their mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.errors import InputError
from core.experiment.plan import Plan, TrialEvaluation
from core.experiment.plan_file import read_plan

ROOT = Path(__file__).resolve().parents[3]

PLAN = """
version = 1
name = "small"

[groups]
E1 = "eyes"

[settings.ddqn]
preset = "fast"
steps = 2_000
keep_every_steps = 1_000

[[arms]]
name = "gray"
group = "E1"
seeds = [3, 4, 5]

[[arms]]
name = "fcn"
group = "E1"
seeds = [3, 4]
settings = { observation = "fcn", encoder = "nets/small", n_step = 1 }

[[arms]]
name = "network"
kind = "fcn"
seeds = [1]
settings = { data = "data/small", epochs = 2 }

[[arms]]
name = "on-network"
seeds = [3, 4]
settings = { observation = "fcn", encoder = "@network-1" }

[[arms]]
name = "fork"
seeds = [4]
settings = { observation = "fcn", initial = "@on-network", encoder_frozen = "no" }

[[arms]]
name = "day"
kind = "mapping"
seeds = [3, 4]

[[evaluations]]
name = "dark"
arms = ["gray", "fork"]
checkpoints = ["kept-000001000", "last"]
settings = { level = "1-1-dark", episodes = 5, sticky = 0.25 }

[[evaluations]]
name = "mapped"
arms = ["gray"]
seeds = [3, 4]
settings = { level = "1-1-dark", mapping = "@day" }

[[claims]]
name = "features"
says = "an agent on features learns faster"
measure = "area"
arm = "fcn"
against = "gray"

[[claims]]
name = "retention"
says = "what it keeps in the dark"
measure = "dark.progress/progress"
arm = "fork"
against = "gray"
least = 0.1
"""


def plan_of(folder: Path, text: str) -> Plan:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return read_plan(path)


@pytest.mark.parametrize("path", sorted((ROOT / "experiments").glob("*.toml")), ids=lambda path: path.stem)
def test_the_plans_of_the_project_can_be_read(path: Path) -> None:
    assert read_plan(path).name == path.stem


def test_a_plan_that_was_saved_on_windows_is_read(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "windows.toml").write_text(PLAN, encoding="utf-8-sig", newline="\r\n")
    assert read_plan(tmp_path / "windows.toml").arms == read_plan(tmp_path / "plan.toml").arms


def test_groups_may_say_what_they_are_about(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, PLAN)
    assert plan.heading("E1") == "E1: eyes" and plan.heading("") == ""
    without = plan_of(tmp_path, PLAN.replace('[groups]\nE1 = "eyes"\n', ""))
    assert without.heading("E1") == "E1" and without.arms == plan.arms


def test_settings_are_the_presets_then_the_shared_then_the_arms(tmp_path: Path) -> None:
    trials = {trial.name: trial.config for trial in plan_of(tmp_path, PLAN).trials()}
    gray, fcn, network = trials["gray-4"], trials["fcn-3"], trials["network-1"]
    assert isinstance(gray, DdqnConfig) and (gray.seed, gray.steps, gray.n_step, gray.observation) == (
        4,
        2000,
        5,
        "gray",
    )
    assert isinstance(fcn, DdqnConfig) and (fcn.n_step, fcn.encoder) == (1, (tmp_path / "nets/small").as_posix())
    assert isinstance(network, FcnConfig) and network.data == (tmp_path / "data/small").as_posix()


def test_folders_are_seen_from_the_plan_also_where_a_link_leads_to_it(tmp_path: Path) -> None:
    """As the system opens them, and where nothing is there, by the names."""
    (tmp_path / "another" / "disk").mkdir(parents=True)
    (tmp_path / "plans").symlink_to(tmp_path / "another" / "disk")
    (tmp_path / "saved").mkdir()
    text = PLAN.replace("nets/small", "../saved")
    assert text != PLAN

    def encoder() -> Path:
        trials = {trial.name: trial.config for trial in plan_of(tmp_path / "plans", text).trials()}
        return Path(trials["fcn-3"].encoder)

    assert encoder().samefile(tmp_path / "saved")
    (tmp_path / "another" / "saved").mkdir()
    assert encoder().samefile(tmp_path / "another" / "saved")


def test_a_group_runs_a_seed_of_each_arm_in_turn(tmp_path: Path) -> None:
    names = [trial.name for trial in plan_of(tmp_path, PLAN).trials()]
    assert names[:6] == ["gray-3", "fcn-3", "gray-4", "fcn-4", "gray-5", "network-1"]


@pytest.mark.parametrize(
    ("settings", "is_paired"),
    [
        ('initial = "@on-network", steps = 4_000', True),
        ('initial = "@on-network", initial_checkpoint = "kept-000001000"', False),  # another network of that agent
        ('initial = "@on-network-3"', False),  # one agent for all seeds
        ('encoder = "@network-1"', False),
    ],
)
def test_two_ways_on_from_one_agent_are_pairs(tmp_path: Path, settings: str, is_paired: bool) -> None:
    another = f'[[arms]]\nname = "another"\nseeds = [4]\nsettings = {{ observation = "fcn", {settings} }}\n'
    text = PLAN.replace("[[evaluations]]", f"{another}\n[[evaluations]]", 1)
    text += '[[claims]]\nname = "c"\nsays = "?"\nmeasure = "area"\narm = "another"\nagainst = "fork"\n'
    plan = plan_of(tmp_path, text)
    assert [plan.is_paired(claim) for claim in plan.claims] == [False, False, is_paired]


def test_a_link_is_to_a_run_of_the_same_experiment(tmp_path: Path) -> None:
    """To the one that is named, or to that of the same seed; it must be done before."""
    trials = {trial.name: trial for trial in plan_of(tmp_path, PLAN).trials()}
    assert trials["on-network-4"].needs == ("network-1",) and trials["fork-4"].needs == ("on-network-4",)
    assert trials["gray-3"].needs == trials["fcn-3"].needs == ()
    config = trials["on-network-3"].config_in(tmp_path / "runs")
    assert isinstance(config, DdqnConfig) and config.encoder == (tmp_path / "runs/network-1").as_posix()
    fork = trials["fork-4"].config_in(tmp_path / "runs")
    assert isinstance(fork, DdqnConfig) and fork.initial == (tmp_path / "runs/on-network-4").as_posix()


def test_evaluations_come_behind_the_trial_that_they_are_of(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, PLAN)
    names = [task.name for task in plan.tasks()]
    own = ["gray-4/evaluations/dark-kept-000001000", "gray-4/evaluations/dark-last"]
    place = names.index("gray-4")
    assert names[place : place + 3] == ["gray-4", *own]
    assert not any(name.startswith("fcn-3/") for name in names)
    task = plan.tasks()[place + 1]
    assert isinstance(task, TrialEvaluation) and task.needs == ("gray-4",) and task.config.level == "1-1-dark"
    everything = plan_of(tmp_path, PLAN.replace('arms = ["gray", "fork"]\n', ""))
    assert everything.evaluations[0].arms == ("gray", "fcn", "on-network", "fork"), "all that are agents"


def test_agents_may_play_what_each_has_learned(tmp_path: Path) -> None:
    text = PLAN.replace('level = "1-1-dark"', 'level = "own"', 1).replace(
        "seeds = [3, 4, 5]", 'seeds = [3, 4, 5]\nsettings = { level = "2-1" }', 1
    )
    tasks = [task for task in plan_of(tmp_path, text).tasks() if isinstance(task, TrialEvaluation)]
    played = {task.trial.arm: task.config.level for task in tasks if task.evaluation == "dark"}
    assert played == {"gray": "2-1", "fork": "1-1"}


def test_evaluations_may_be_of_some_runs_and_need_the_mapping_of_their_seed(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, PLAN)
    mapped = {
        task.name: task for task in plan.tasks() if isinstance(task, TrialEvaluation) and task.evaluation == "mapped"
    }
    assert list(mapped) == ["gray-3/evaluations/mapped-last", "gray-4/evaluations/mapped-last"]
    one = mapped["gray-4/evaluations/mapped-last"]
    assert one.needs == ("gray-4", "day-4") and one.config.mapping == "@day"
    assert one.config_in(tmp_path / "runs").mapping == (tmp_path / "runs/day-4").as_posix()
    gray = plan.arms[0]
    assert plan.seeds_with(gray, "mapped.flags") == plan.seeds_with(gray, "mapped.x/dark.x") == (3, 4)
    assert plan.seeds_with(gray, "dark.flags") == plan.seeds_with(gray, "area") == (3, 4, 5)
    given = plan_of(tmp_path, PLAN.replace("@day", "day-1")).evaluations[1].config.mapping
    assert given == (tmp_path / "day-1").as_posix(), "seen from the plan, as other folders are"


def test_an_arm_may_be_compared_with_itself_by_another_measure(tmp_path: Path) -> None:
    itself = '[[claims]]\nname = "c"\nsays = "?"\nmeasure = "mapped.x"\narm = "gray"\nagainst = "gray"\n'
    plan = plan_of(tmp_path, f'{PLAN}{itself}against_measure = "dark.x"\n')
    assert plan.claims[-1].measures == ("mapped.x", "dark.x") and plan.is_paired(plan.claims[-1])
    assert plan.claims[0].measures == ("area", "area")
    with pytest.raises(
        InputError, match="claim c: gray is compared with itself; name another arm or an against_measure"
    ):
        plan_of(tmp_path, PLAN + itself)
    with pytest.raises(InputError, match="claim c: measure is in pixels and against_measure in %; give them one unit"):
        plan_of(tmp_path, f'{PLAN}{itself}against_measure = "dark.flags"\n')


def test_claims_are_read(tmp_path: Path) -> None:
    first, second = plan_of(tmp_path, PLAN).claims
    assert (first.name, first.measure, first.least, second.least) == ("features", "area", 0.0, 0.1)


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, PLAN)
    assert plan.digest == plan_of(tmp_path, PLAN).digest != plan_of(tmp_path, PLAN + "\n").digest
    assert len(plan.digest) == 64


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("version = 1", "version = 2", "version is 2"),
        ("version = 1", "version = 1\nspeed = 3", "unknown field 'speed'"),
        ('name = "small"', 'name = "a/b"', "name is 'a/b'; a name of at most 64 letters"),
        ('name = "small"', "", "name is missing"),
        ("[settings.ddqn]", "[settings.dqn]", "settings: unknown field 'dqn'"),
        ("steps = 2_000", "stepz = 2_000", "arm gray: unknown field 'stepz'"),
        ("steps = 2_000", "steps = -1", "arm gray: steps"),
        ('preset = "fast"', 'preset = "quick"', "arm gray: preset"),
        ('preset = "fast"', "preset = ['fast']", "arm gray: preset"),
        ("seeds = [3, 4, 5]", "seeds = []", "arm 1: seeds is []"),
        ("seeds = [3, 4, 5]", "seeds = [3, 3]", "arm gray: seeds has 3 twice"),
        ("seeds = [3, 4, 5]", "seeds = [3]\nsettings = { seed = 4 }", "arm gray: settings has seed"),
        ("seeds = [3, 4, 5]", "seeds = [3]\nkind = 'ppo'", "arm 1: kind is 'ppo'"),
        ('name = "fcn"', 'name = "Gray"', "arms gray and Gray would share the run Gray-3"),
        ('name = "fcn"', 'name = "fcn', "cannot be read as TOML"),
        (
            "@network-1",
            "@network-2",
            "encoder is '@network-2', and no arm before it has a run network-2",
        ),
        (
            "@network-1",
            "@gray",
            "encoder is '@gray', and no arm before it has a run gray-3 of kind fcn",
        ),
        ("@on-network", "@fork", "initial is '@fork', and no arm before it has a run fork-4 of kind ddqn"),
        (
            '["gray", "fork"]',
            '["gray", "network"]',
            "dark: arms has 'network'; the arms with agents are gray",
        ),
        ('"1-1-dark"', '"1-2-dark"', "evaluation dark: level 1-2-dark does not exist"),
        ("episodes = 5", "episode = 5", "evaluation dark: unknown field 'episode'"),
        ('name = "dark"', 'name = "dark"\nplayers = ["chance"]', "dark: players has 'chance'; take each of random and"),
        ('name = "dark"', 'name = "dark"\nplayers = ["random", "random"]', "dark: players has 'random'; take each of"),
        ('name = "mapped"', 'name = "mapped"\nplayers = ["random"]', "mapped: players look at nothing, and mapping is"),
        ('measure = "area"', 'measure = "speed"', "claim features: measure is 'speed', not one of area, flags"),
        ('measure = "area"', 'measure = "miou"', "claim features: runs of fcn have no miou; take another measure"),
        ('measure = "area"', 'measure = "x/area@2001"', "claim features: runs of fcn have no area@2001; take another"),
        ('measure = "area"', 'measure = "light.flags"', "claim features: measure is 'light.flags', not one of"),
        ('name = "on-network"', 'name = "fcn"', "two arms are called fcn; rename one"),
        (
            '["kept-000001000", "last"]',
            '["lst"]',
            "evaluation dark: gray will have no network 'lst'; it keeps every 1,000 of 2,000 steps",
        ),
        ('["kept-000001000", "last"]', '["kept-000001500"]', "gray will have no network 'kept-000001500'"),
        (
            'encoder_frozen = "no"',
            "hidden_units = 9",
            "initial is an agent of on-network: its hidden_units is 512, not 9",
        ),
        (
            'encoder_frozen = "no"',
            'initial_checkpoint = "kept-000100000"',
            "on-network will have no network 'kept-0001",
        ),
        ('"dark.progress/progress"', '"dark.gain"', "claim retention: dark has no gain; give it places"),
        ('against = "gray"', 'against = "pixels"', "claim features: against is 'pixels'; the arms are gray, fcn"),
        ("[3, 4]\nsettings = { level", "[3, 3]\nsettings = { level", "evaluation mapped: seeds has one twice"),
        (
            'data = "data/small"',
            'data = "@gray"',
            "arm network: data is '@gray'; it names a data set, and no run is one",
        ),
        (
            'kind = "mapping"',
            'kind = "mapping"\nsettings = { to_levels = "1-1-dark" }',
            "arm day: to_levels: 1-1-dark is in",
        ),
        ('kind = "mapping"', 'kind = "mapping"\nsettings = { from_levels = "9-9" }', "arm day: from_levels: level 9-9"),
        ('arm = "fork"', 'arm = "fcn"', "claim retention: no run of fcn plays dark; name an arm that does"),
        (
            "[3, 4]\nsettings = { level",
            "[4, 6]\nsettings = { level",
            "evaluation mapped: seeds has 6, and gray has no such run",
        ),
        ('"@day"', '"@network-1"', "mapping is '@network-1', and no arm has a run network-1 of kind mapping"),
        ('arms = ["gray"]', 'arms = ["fork"]', "evaluation mapped: seeds has 3, and fork has no such run"),
        ('arms = ["gray"]', 'arms = ["on-network"]', "mapping is for agents on gray, and on-network sees fcn"),
        ('E1 = "eyes"', 'E2 = "eyes"', "plan.toml: groups: unknown field 'E2'"),
        ('E1 = "eyes"', "E1 = 3", "plan.toml: groups: E1 is 3"),
        ('name = "retention"', 'name = "features"', "claims has 'features' twice"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in PLAN
    with pytest.raises(InputError) as caught:
        plan_of(tmp_path, PLAN.replace(old, new, 1))
    assert named in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "plan.toml"))


def test_a_plan_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_plan(tmp_path / "none.toml")
