"""Variables that have no names of their own (an optimiser's, a metric's) as arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
from keras import ops

from core.errors import InputError


def numbered(prefix: str, variables: Sequence[Any]) -> dict[str, npt.NDArray[Any]]:
    """The variables' values under the names PREFIX000, PREFIX001, …"""
    return {f"{prefix}{number:03d}": ops.convert_to_numpy(variable) for number, variable in enumerate(variables)}


def restore_numbered(prefix: str, variables: Sequence[Any], arrays: Mapping[str, npt.NDArray[Any]], where: str) -> None:
    """Put values back; InputError naming the file when one is missing or of another shape."""
    for number, variable in enumerate(variables):
        array = arrays.get(f"{prefix}{number:03d}")
        if array is None or array.shape != tuple(variable.shape):
            raise InputError(f"{where}: the state of the {prefix[:-1]} is missing; this run cannot be resumed")
        variable.assign(array)
