"""What numpy_input_fn accepts, checked with TensorFlow 1's messages, and how it hands things back.

TensorFlow 1 checks `shuffle` when the input function is made and the arrays when it is called, so there are two
functions here. Both name what came; a message that TensorFlow 1.15 has is kept to the letter, the others are ours.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

# TensorFlow's names for an array that has none; they show in the message about lengths.
_DIRECT_FEATURE_KEY = "__direct_np_input__"
_TARGET_KEY = "__target_key__"


@dataclass(frozen=True, eq=False)
class Component:
    """One array of an input function, [rows, ...], and the key it has in features or labels."""

    key: Hashable
    array: numpy.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class InputArrays:
    """The arrays of x and y, all with the same number of rows, and what x and y looked like.

    `features` and `labels` are each in the order of their keys. `features_are_single` and `labels_are_single` tell an
    array from a dict with one entry; without y, `labels` is empty.
    """

    features: tuple[Component, ...]
    labels: tuple[Component, ...]
    features_are_single: bool
    labels_are_single: bool

    @property
    def components(self) -> tuple[Component, ...]:
        """All arrays: the features, then the labels."""
        return self.features + self.labels

    @property
    def rows(self) -> int:
        """The number of rows that every array has."""
        return len(self.features[0].array)

    def packed(self, values: Sequence[Any]) -> Any:
        """`values`, one for each of `components`, in the shape an input function returns.

        That is features, or (features, labels) where y was given; each of them a dict or, for an array, a single value.
        """
        features = _pack(self.features, values[: len(self.features)], self.features_are_single)
        if not self.labels:
            return features
        return features, _pack(self.labels, values[len(self.features) :], self.labels_are_single)


def check_shuffle(shuffle: object) -> None:
    """Raises ValueError unless `shuffle` is True or False: TensorFlow 1 wants this decision made, not defaulted."""
    if not isinstance(shuffle, bool):
        raise ValueError(
            "shuffle must be provided and explicitly set as boolean "
            f"(it is recommended to set it as True for training); got {shuffle}"
        )


def check_arrays(x: object, y: object = None) -> InputArrays:
    """The arrays of `x` and `y`, each an array or a dict of arrays, once they are known to go together.

    Raises:
        TypeError: `x` is neither, a value is no array, or the keys of one dict cannot be put in order.
        ValueError: `x` or `y` is empty, both have a key, a value has no rows to count, or the lengths differ.
    """
    features = _features(x)
    labels = _labels(y, taken={component.key for component in features})
    arrays = InputArrays(features, labels, not isinstance(x, Mapping), y is not None and not isinstance(y, Mapping))
    _check_lengths(arrays)
    return arrays


def _features(x: object) -> tuple[Component, ...]:
    if isinstance(x, Mapping):
        if not x:
            raise ValueError("x cannot be an empty dict")
        return _sorted_components(x, "x")
    if not isinstance(x, numpy.ndarray):
        raise TypeError(f"x must be a dict or array; got {type(x).__name__}")
    if x.size == 0:
        raise ValueError("x cannot be an empty array")
    return (Component(_DIRECT_FEATURE_KEY, _array(x, "x")),)


def _labels(y: object, taken: set[Hashable]) -> tuple[Component, ...]:
    if y is None:
        return ()
    if not isinstance(y, Mapping):
        return (Component(_TARGET_KEY, _array(y, "y")),)
    if not y:
        raise ValueError("y cannot be empty dict, use None instead.")
    labels = _sorted_components(y, "y")
    duplicates = taken & set(y)
    if duplicates:
        raise ValueError(f"{len(duplicates)} duplicate keys are found in both x and y: {duplicates}")
    return labels


def _sorted_components(arrays: Mapping[Any, Any], name: str) -> tuple[Component, ...]:
    try:
        keys = sorted(arrays)
    except TypeError:
        kinds = ", ".join(sorted({type(key).__name__ for key in arrays}))
        raise TypeError(f"the keys of {name} must be of one type, so that they have an order; got {kinds}.") from None
    return tuple(Component(key, _array(arrays[key], f"{name}[{key!r}]")) for key in keys)


def _array(value: Any, name: str) -> numpy.ndarray[Any, Any]:
    # By its shape and not by its type: the columns of a pandas DataFrame have always been welcome here.
    shape = getattr(value, "shape", None)
    if shape is None:
        raise TypeError(f"{name} must be an array; got {type(value).__name__}. Wrap it in numpy.array(...).")
    if len(shape) == 0:
        raise ValueError(f"{name} must have rows, that is at least one dimension; got a single value.")
    return numpy.asarray(value)


def _check_lengths(arrays: InputArrays) -> None:
    if len({len(component.array) for component in arrays.components}) == 1:
        return
    shapes_of_x = {component.key: component.array.shape for component in arrays.features}
    shapes_of_y: Any = {component.key: component.array.shape for component in arrays.labels} or None
    if arrays.labels_are_single:
        shapes_of_y = arrays.labels[0].array.shape
    raise ValueError(
        "Length of tensors in x and y is mismatched. All elements in x and y must have the same length.\n"
        f"Shapes in x: {shapes_of_x}\n"
        f"Shapes in y: {shapes_of_y}\n"
    )


def _pack(components: tuple[Component, ...], values: Sequence[Any], single: bool) -> Any:
    if single:
        return values[0]
    return {component.key: value for component, value in zip(components, values, strict=True)}
