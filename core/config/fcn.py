"""The settings of a segmentation network's training."""

from __future__ import annotations

from dataclasses import dataclass

from core.config.fields import PAPER, Config, setting


@dataclass(frozen=True)
class FcnConfig(Config):
    """Training a segmentation network (``--train fcn``)."""

    kind = "fcn"

    data: str = setting("", "folder of the data set, made with --collect", folder="data set")
    levels: str = setting(
        "all", 'levels of the data set to learn from, "1-1,1-2" or "all"; the test has all in any case', flag=False
    )
    architecture: str = setting("fcn_f16-k3_s2_f32-k3_f32-k3_s2_d8", "network in the paper's notation", source=PAPER)
    size: str = setting("84", "pixels a side: 84, or native for 224 x 240", choices=("84", "native"), source=PAPER)
    input: str = setting("colour", "what the network sees", choices=("colour", "gray"), source=PAPER)
    scaling: str = setting(
        "unit", "pixel values inside the network: unit 0 to 1, centred -1 to 1", choices=("unit", "centred")
    )
    initial: str = setting(
        "",
        "run folder of a finished network to start from, of the same architecture, input and scaling; empty for none",
        folder="network",
    )
    epochs: int = setting(30, "passes over the training split", unit="epochs", low=1, high=10_000, source=PAPER)
    batch_size: int = setting(4, "frames in one update", unit="frames", low=1, high=1024)
    learning_rate: float = setting(0.001, "step size of Adam at the start", low=1e-6, high=1.0, source=PAPER)
    schedule: str = setting("constant", "how the step size falls", choices=("constant", "cosine"))
    loss: str = setting("plain", "plain cross-entropy, or balanced for rare classes", choices=("plain", "balanced"))
    augmentation: str = setting("none", "changes made to training frames", choices=("none", "full"))
    checkpoint_rule: str = setting("last", "which epoch's weights are kept", choices=("last", "best"))
    seed: int = setting(1, "seed of weights, order and augmentation", low=0, high=2**31 - 1)
