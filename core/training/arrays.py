"""The variables of Keras objects as plain arrays by name, and back: the form in which weights and states are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
from keras import ops

from core.errors import InputError

OPTIMISER = "optimiser/"


def arrays_of(variables: Mapping[str, Any]) -> dict[str, npt.NDArray[Any]]:
    """The variables' values under their names."""
    return {name: ops.convert_to_numpy(variable) for name, variable in variables.items()}


def set_arrays(variables: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]], where: str, network: str) -> None:
    """Put saved arrays back.

    Args:
        variables: by name.
        arrays: by the same names; others are left alone.
        where: the file they come from.
        network: what they are of, "the Q-network".

    Raises:
        InputError: one is missing or of another shape; the sentence names file, array and shapes.
    """
    for name, variable in variables.items():
        array, shape = arrays.get(name), tuple(variable.shape)
        if array is None or array.shape != shape:
            found = "no" if array is None else f"a {array.shape}"
            raise InputError(f"{where}: {found} {name!r} where {network} has {shape}; it is another's")
        variable.assign(array)


def numbered(prefix: str, variables: Sequence[Any]) -> dict[str, npt.NDArray[Any]]:
    """The values of variables without names of their own (an optimiser's) under the names PREFIX000, PREFIX001, …"""
    return arrays_of({f"{prefix}{number:03d}": variable for number, variable in enumerate(variables)})


def restore_numbered(prefix: str, variables: Sequence[Any], arrays: Mapping[str, npt.NDArray[Any]], where: str) -> None:
    """Put them back; InputError naming the file when one is missing or of another shape."""
    for number, variable in enumerate(variables):
        array = arrays.get(f"{prefix}{number:03d}")
        if array is None or array.shape != tuple(variable.shape):
            raise InputError(f"{where}: the state of the {prefix[:-1]} is missing; this run cannot be resumed")
        variable.assign(array)
