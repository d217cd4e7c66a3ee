"""The settings of a mapping's training."""

from __future__ import annotations

from dataclasses import dataclass

from core.config.fields import Config, setting

CYCLE_GAN = "Zhu et al. 2017"


@dataclass(frozen=True)
class MappingConfig(Config):
    """Training a mapping of pictures (``--train mapping``): a CycleGAN from one look of the game to another.

    It learns without pairs: from frames of levels that an agent shall play, and of the level that it knows (Gamrian and
    Goldberg 2019). Pictures are those that agents on gray see, 84 x 84.
    """

    kind = "mapping"

    data: str = setting("", "folder of the data set, made with --collect; its labels are not used", folder="data set")
    from_levels: str = setting("1-1-dark", 'levels of the data set whose pictures are mapped, "1-1-dark,3-1"')
    to_levels: str = setting("1-1", "levels of the data set that they shall look like")
    updates: int = setting(6000, "updates of the networks", unit="updates", low=1, high=10**7)
    batch_size: int = setting(1, "pictures of each look in one update", unit="frames", low=1, high=64, source=CYCLE_GAN)
    learning_rate: float = setting(
        0.0002, "step size of Adam; from half-way on it falls to 0", low=1e-6, high=1.0, source=CYCLE_GAN
    )
    filters: int = setting(16, "channels of a generator's first layer", unit="filters", low=1, high=256, flag=False)
    blocks: int = setting(4, "residual blocks of a generator", unit="blocks", low=0, high=32, flag=False)
    cycle_weight: float = setting(
        10.0, "weight of the error there and back", low=0.0, high=1000.0, source=CYCLE_GAN, flag=False
    )
    identity_weight: float = setting(
        5.0,
        "weight of the error on pictures that look right already",
        low=0.0,
        high=1000.0,
        source=CYCLE_GAN,
        flag=False,
    )
    noise: float = setting(
        12.0,
        "spread of noise on mapped pictures before they are mapped back, so that nothing can be hidden in them",
        unit="gray levels",
        low=0.0,
        high=127.0,
        flag=False,
    )
    seed: int = setting(1, "seed of weights and order", low=0, high=2**31 - 1)
