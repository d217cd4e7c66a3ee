"""Trained agents at play: a run folder's Q-network on ONNX Runtime, with its preprocessor and its stack of frames.

A run folder tells in ``agent.json`` what its agent was made for. Its best Q-network lies in ``model.onnx``, that of its
end in ``checkpoints/last.onnx``, further ones of its training in ``checkpoints/kept-STEP.onnx``.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.agents.agent_choice import BEST, LAST
from core.agents.encoder import FeatureEncoder
from core.agents.frame_stack import FrameStack
from core.agents.preprocessor import Preprocessor, make_preprocessor
from core.classes import CLASS_NAMES
from core.config.ddqn import DdqnConfig
from core.errors import InputError
from core.fcn.notation import MOST_FILTERS
from core.files import write_json
from core.frame import STACK_FRAMES, Snapshot
from core.game.emulator import Emulator
from core.game.env.actions import ACTIONS
from core.game.rom import Rom, load_rom
from core.onnx_session import open_session
from core.runs.json_files import TEXT, check_fields, list_of, read_json, whole
from core.runs.run_folder import ENCODER_NAME, RunFolder, list_exported
from core.segmentation.labeller import check_labels

AGENT_NAME = "agent.json"
LAST_ACTION = "last_action"
"""Name of a Q-network's second input."""
_FIELDS = {"actions": list_of(TEXT), "classes": list_of(TEXT), "item_shape": list_of(whole(1, MOST_FILTERS), 2, 3)}
_KEPT = re.compile(r"kept-\d{9}")


class QPolicy:
    """An exported Q-network.

    Attributes:
        item_shape: of one frame of its stacks: (84, 84), or (height, width, channels) for features.
        takes_last_action: whether it was trained with the last action in sight.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Load the network; InputError when the file is missing, damaged or no Q-network for our actions.

        Args:
            path: ``model.onnx`` or a kept checkpoint's.
            threads: processor threads; 0 for all. For one state at a time a single one is as fast.
        """
        self._session = open_session(path, threads, spinning=False)
        inputs = {item.name: item.shape for item in self._session.get_inputs()}
        outputs = {item.name: item.shape for item in self._session.get_outputs()}
        stack, values = inputs.get("stack", []), outputs.get("q_values", [])
        if len(stack) < 4 or stack[1] != STACK_FRAMES or values[1:] != [len(ACTIONS)]:
            raise InputError(
                f"{path}: the file holds no Q-network of this program; expected an input stack of {STACK_FRAMES} "
                f"frames and an output q_values of {len(ACTIONS)}"
            )
        self.item_shape = tuple(int(side) for side in stack[2:])
        self.takes_last_action = LAST_ACTION in inputs

    def q_values(self, stacks: npt.NDArray[np.uint8], last_actions: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Value of each action.

        Args:
            stacks: uint8 (N, 4, *item_shape), oldest frame first.
            last_actions: int32 (N,), indices into ``ACTIONS``; of no effect on a network that does not take them.

        Returns:
            float32 (N, 5).
        """
        inputs = {"stack": stacks, LAST_ACTION: last_actions} if self.takes_last_action else {"stack": stacks}
        values: npt.NDArray[np.float32] = self._session.run(["q_values"], inputs)[0]
        return values


class Agent:
    """A trained agent that watches one game.

    Call ``reset`` with the first snapshot of an episode, and ``observe`` with each agent step's action and the snapshot
    after it.

    Attributes:
        name: the run folder's name.
        observation: "gray", "segmented" or "fcn".
        config: its settings.
        checkpoint: "best", "last" or the name of a kept one.
        labels: who segments for it, "exact" or "sprites"; empty for one that sees no classes.
        picture: the last snapshot, preprocessed: uint8 (84, 84), or (84, 84, 3) for an fcn agent.
    """

    def __init__(
        self,
        name: str,
        config: DdqnConfig,
        checkpoint: str,
        preprocessor: Preprocessor,
        encoder: FeatureEncoder | None,
        policy: QPolicy,
    ) -> None:
        """Put the parts together; ``open`` reads them from a run folder."""
        self.name, self.config, self.checkpoint = name, config, checkpoint
        self.observation = config.observation
        self.labels = config.labels if config.observation == "segmented" else ""
        self.picture: npt.NDArray[np.uint8] = np.zeros(preprocessor.shape, np.uint8)
        self._preprocessor, self._encoder, self._policy = preprocessor, encoder, policy
        self._frames = FrameStack(1, policy.item_shape)

    @classmethod
    def open(
        cls,
        run: Path,
        checkpoint: str = "",
        rom: Rom | None = None,
        labels: str | None = None,
        threads: int = 1,
        mapping: Path | None = None,
    ) -> Agent:
        """Load the agent of a run folder.

        Args:
            run: the folder.
            checkpoint: one of ``list_checkpoints``; empty for the best.
            rom: the game that it will see, which segmenters need; None for the one of gym-super-mario-bros.
            labels: who segments for a segmented agent, "exact" or "sprites"; None for the one of its training.
            threads: processor threads for the networks; 0 for all.
            mapping: as in ``make_preprocessor``.

        Raises:
            InputError: no run of an agent, one that was made for other actions or classes, an unknown checkpoint, or a
                network that is missing, damaged or another than the folder tells.
        """
        folder = RunFolder.open(run)
        config = folder.config(DdqnConfig)
        item_shape = read_agent_json(folder.path)
        path = _model_path(folder, checkpoint)
        policy = QPolicy(path, threads)
        if policy.item_shape != item_shape:
            raise InputError(f"{path}: its frames are {policy.item_shape}, but {AGENT_NAME} tells of {item_shape}")
        encoder = FeatureEncoder(folder.path / ENCODER_NAME, threads) if config.has_frozen_encoder else None
        if encoder is not None and encoder.item_shape != item_shape:
            raise InputError(
                f"{folder.path / ENCODER_NAME}: its features are {encoder.item_shape}, but the agent takes {item_shape}"
            )
        if labels is not None:
            config = DdqnConfig.from_json({**config.to_json(), "labels": labels}, "labels")
        preprocessor = make_preprocessor(config.observation, config.labels, rom or load_rom(None), mapping)
        return cls(folder.path.resolve().name, config, checkpoint or BEST, preprocessor, encoder, policy)

    def check_engine(self, emulator: Emulator) -> None:
        """InputError when the agent needs exact labels and this engine has none."""
        if self.labels:
            check_labels(self.labels, emulator)

    def reset(self, snapshot: Snapshot) -> None:
        """Begin an episode: the whole stack is its first frame."""
        self._frames.reset(0, self._encode(snapshot))

    def observe(self, snapshot: Snapshot, action: int) -> None:
        """See the frame after an agent step of this action; the oldest one is forgotten."""
        self._frames.push(self._encode(snapshot)[None], action)

    def q_values(self) -> npt.NDArray[np.float32]:
        """Value of each action now, float32 (5,)."""
        return self._policy.q_values(self._frames.stacks, self._frames.last_actions)[0]

    @property
    def policy(self) -> QPolicy:
        """Its Q-network, which other threads may ask too."""
        return self._policy

    @property
    def stack(self) -> npt.NDArray[np.uint8]:
        """What the Q-network sees, uint8 (4, *item_shape), oldest frame first; a view until the next frame."""
        return self._frames.stacks[0]

    @property
    def last_action(self) -> int:
        """What it is told to have done last, index into ``ACTIONS``."""
        return int(self._frames.last_actions[0])

    def _encode(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        self.picture = self._preprocessor.observe(snapshot)
        return self.picture if self._encoder is None else self._encoder.encode(self.picture[None])[0]


def write_agent_json(run: Path, item_shape: tuple[int, ...]) -> None:
    """Write what a run's agent is made for; its trainer does so before the first step."""
    about = {"actions": [action.name for action in ACTIONS], "classes": list(CLASS_NAMES), "item_shape": item_shape}
    write_json(run / AGENT_NAME, about)


def list_agents(folder: Path) -> list[tuple[str, Path]]:
    """Names and folders of the trained agents that lie directly in a folder; nothing is loaded."""
    return list_exported(folder, DdqnConfig.kind)


def list_checkpoints(run: Path) -> list[str]:
    """Names of the Q-networks of a run: "best" and "last", when they are there, then the kept ones by step."""
    folder = RunFolder(run)
    names = sorted(path.stem for path in folder.checkpoints.folder.glob("*.onnx") if is_light(path.stem))
    return [BEST] * folder.model_path.is_file() + sorted(names, key=lambda name: name != LAST)


def is_light(name: str) -> bool:
    """Whether a file among a run's checkpoints, by its stem, holds a network alone: the last or a kept one."""
    return name == LAST or _KEPT.fullmatch(name) is not None


def _model_path(folder: RunFolder, checkpoint: str) -> Path:
    if checkpoint in ("", BEST):
        return folder.model_path
    known = list_checkpoints(folder.path)
    if checkpoint not in known:
        raise InputError(f"--checkpoint: {folder.path} has no {checkpoint!r}; it has {', '.join(known) or 'none'}")
    return folder.checkpoints.folder / f"{checkpoint}.onnx"


def read_agent_json(run: Path) -> tuple[int, ...]:
    """The shape of a frame of its stacks; InputError when the agent was made for other actions or classes."""
    path = run / AGENT_NAME
    about = read_json(path)
    if about is None:
        raise InputError(f"{path}: the file is missing; a run of an agent has it from its beginning")
    check_fields(about, path, _FIELDS, allow_others=True)
    for what, ours in (("actions", [action.name for action in ACTIONS]), ("classes", list(CLASS_NAMES))):
        if about[what] != ours:
            raise InputError(
                f"{path}: this agent was made for the {what} {', '.join(about[what])}; "
                f"this program has {', '.join(ours)}"
            )
    return tuple(about["item_shape"])
