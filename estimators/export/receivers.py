"""Serving input receivers: what a saved model is given, and the features it makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from model_fns.graph.dtypes import string
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import placeholder
from model_fns.ops.examples import parse_example
from model_fns.sparse_tensor import SparseTensor

_SINGLE_FEATURE, _SINGLE_RECEIVER = "feature", "input"


class _Fields(NamedTuple):
    features: Any
    receiver_tensors: dict[str, Tensor]
    receiver_tensors_alternatives: dict[str, Any] | None


class ServingInputReceiver(_Fields):
    """What is given to a saved model.

    Args:
      features: a dict of tensors, or one, which is then called `feature`: what the model function gets.
      receiver_tensors: a dict of placeholders, or one, called `input`: what is fed.
      receiver_tensors_alternatives: a dict of others, by the names of further signatures.
    Raises ValueError for what is none of these.
    """

    __slots__ = ()

    def __new__(
        cls, features: Any, receiver_tensors: Any, receiver_tensors_alternatives: Any = None
    ) -> ServingInputReceiver:
        features = _checked(features, "feature", _SINGLE_FEATURE, (str, int))
        return super().__new__(cls, features, *_receivers(receiver_tensors, receiver_tensors_alternatives))


class TensorServingInputReceiver(_Fields):
    """As ServingInputReceiver, for a model function whose features are one tensor and no dict."""

    __slots__ = ()

    def __new__(
        cls, features: Any, receiver_tensors: Any, receiver_tensors_alternatives: Any = None
    ) -> TensorServingInputReceiver:
        if features is None:
            raise ValueError("features must be defined.")
        _check_tensor(features, None, "feature")
        return super().__new__(cls, features, *_receivers(receiver_tensors, receiver_tensors_alternatives))


def _receivers(tensors: Any, alternatives: Any) -> tuple[dict[str, Tensor], dict[str, Any] | None]:
    found = _checked(tensors, "receiver_tensor", _SINGLE_RECEIVER, (str,))
    if alternatives is None:
        return found, None
    if not isinstance(alternatives, dict):
        raise ValueError(f"receiver_tensors_alternatives must be a dict: {alternatives}.")
    kind = "receiver_tensors_alternative"
    return found, {name: _checked(item, kind, _SINGLE_RECEIVER, (str,)) for name, item in alternatives.items()}


def _checked(tensors: Any, kind: str, single: str, keys: tuple[type, ...]) -> dict[Any, Tensor]:
    if tensors is None:
        raise ValueError(f"{kind}s must be defined.")
    named = tensors if isinstance(tensors, dict) else {single: tensors}
    for name, tensor in named.items():
        if not isinstance(name, keys):
            raise ValueError(f"{kind} keys must be strings: {name}.")
        _check_tensor(tensor, name, kind)
    return dict(named)


def _check_tensor(tensor: Any, name: Any, kind: str) -> None:
    if not isinstance(tensor, Tensor | SparseTensor):
        which = kind if name is None else f"{kind} {name}"
        raise ValueError(f"{which} must be a Tensor or SparseTensor.")


def build_raw_serving_input_receiver_fn(
    features: Mapping[str, Any], default_batch_size: int | None = None
) -> Callable[[], ServingInputReceiver]:
    """A function that makes a placeholder for each of `features` (tensors or arrays), of any batch size by default."""

    def serving_input_receiver_fn() -> ServingInputReceiver:
        receivers = {
            name: placeholder(feature.dtype, [default_batch_size, *list(feature.shape)[1:]], _name(name, feature))
            for name, feature in features.items()
        }
        return ServingInputReceiver(receivers, receivers)

    return serving_input_receiver_fn


def _name(name: str, feature: Any) -> str:
    return feature.op.name if isinstance(feature, Tensor) else name


def build_parsing_serving_input_receiver_fn(
    feature_spec: Mapping[str, Any], default_batch_size: int | None = None
) -> Callable[[], ServingInputReceiver]:
    """A function that makes a placeholder `examples` of serialized tf.train.Example, parsed by `feature_spec`."""

    def serving_input_receiver_fn() -> ServingInputReceiver:
        examples = placeholder(string, [default_batch_size], "input_example_tensor")
        return ServingInputReceiver(parse_example(examples, feature_spec), {"examples": examples})

    return serving_input_receiver_fn
