"""The elements of a dataset, read without a session."""

from __future__ import annotations

from typing import Any

import numpy as np

from input_fns.data.dataset import Dataset
from input_fns.data.opening import Opening
from input_fns.data.structure import pack
from model_fns.host_program import HostProgram


def elements(dataset: Dataset, most: int = 60, seed: int = 3, start: int = 0) -> list[Any]:
    """The first elements in plain Python: nested structures of numbers, bytes and lists."""
    opening = Opening(_values(dataset), HostProgram, seed, start)
    found = []
    for element in dataset.node.open(opening).elements():
        found.append(pack(dataset.node.structure.nest, [_plain(item) for item in element]))
        if len(found) == most:
            break
    return found


def _plain(item: Any) -> Any:
    plain = item if isinstance(item, bytes) else np.asarray(item).tolist()
    assert not any(isinstance(part, np.ndarray) for part in np.ravel(np.asarray(plain, object)))
    return plain


def _values(dataset: Dataset) -> dict[Any, Any]:
    tensors = list(dataset.node.tensors())
    return dict(zip(tensors, HostProgram(tensors, ())(()), strict=True))
