"""tf.contrib.slim.utils."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.contrib_shapes import last_dimension, n_positive_integers, two_element_tuple
from model_fns.named_outputs import collect_named_outputs, convert_collection_to_dict, gather_tensors_aliases

__all__ = [
    "collect_named_outputs",
    "convert_collection_to_dict",
    "gather_tensors_aliases",
    "last_dimension",
    "n_positive_integers",
    "two_element_tuple",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
