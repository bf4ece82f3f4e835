"""State: all that a training has come to - the variables' values, and what else it takes to go on exactly from here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, final

import numpy as np

_ALIGNMENT = 64  # bytes: machine code reads whole cache lines


@final
class VariableArrays(dict[str, np.ndarray]):
    """Variables' values by name, each a contiguous array on a cache-line border that is changed in place.

    `changes` counts how often an array has come, gone or been replaced: who has seen the same number knows them all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.changes = 0
        self._shared: tuple[VariableArrays, int, int] | None = None  # with whom all was the same, and both counts then

    def __setitem__(self, name: str, value: Any) -> None:
        self.changes += 1
        source = np.asarray(value)
        if source.dtype == object:  # strings, which machine code does not touch
            super().__setitem__(name, source.copy())
            return
        raw = np.empty(source.nbytes + _ALIGNMENT, np.uint8)
        offset = -raw.__array_interface__["data"][0] % _ALIGNMENT
        array = raw[offset : offset + source.nbytes].view(source.dtype).reshape(source.shape)
        array[...] = source
        super().__setitem__(name, array)

    def share(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Holds these arrays themselves, which another state holds too."""
        self.changes += 1
        super().update(arrays)

    def is_as(self, other: VariableArrays) -> bool:
        """Whether both hold the same arrays, not only equal ones, under the same names."""
        now = other, other.changes, self.changes
        if self._shared is not None and self._shared[0] is other and self._shared[1:] == now[1:]:
            return True
        same = len(self) == len(other) and all(self.get(name) is array for name, array in other.items())
        self._shared = now if same else None
        return same

    def __delitem__(self, name: str) -> None:
        self.changes += 1
        super().__delitem__(name)

    def _refuse(self, *arguments: Any, **named: Any) -> Any:
        raise TypeError("Variables are set one by one, or shared.")

    pop = popitem = clear = update = setdefault = __ior__ = _refuse  # they would not be counted


@final
class State:
    """The variables of a session, and `resume`: seed, number of runs, and place in the input, ready to be saved."""

    def __init__(self, seed: int | None = None, arrays: Mapping[str, np.ndarray] | None = None) -> None:
        self.arrays = VariableArrays()
        self.arrays.share(arrays or {})
        self.resume: dict[str, Any] = {
            "seed": _random_seed() if seed is None else seed,
            "draws": 0,
            "input": None,
        }

    @property
    def seed(self) -> int:
        return int(self.resume["seed"])

    @property
    def draws(self) -> int:
        """How often a graph ran on this state: random operations draw anew for each."""
        return int(self.resume["draws"])

    def ran(self, times: int) -> None:
        self.resume["draws"] += times


def _random_seed() -> int:
    """31 bits, without the module `secrets`, which imports all of OpenSSL's digests."""
    return int.from_bytes(os.urandom(4), "little") >> 1
