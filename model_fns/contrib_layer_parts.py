"""What the layers of `tf.contrib.layers` share: their scopes, their variables' names and collections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.layers.layer import Layer
from model_fns.variable_scope import VariableScope, variable_scope
from model_fns.variables import Variable

_NAMES = {  # what tf.layers calls a variable, and what these call it
    "kernel": "weights",
    "bias": "biases",
    "depthwise_kernel": "depthwise_weights",
    "pointwise_kernel": "pointwise_weights",
}


@contextmanager
def layer_scope(scope: Any, default: str, inputs: Any, reuse: Any) -> Iterator[VariableScope]:
    """The variable scope `scope`, or one called `default`, in which variables get the names of tf.contrib."""

    def renamed(getter: Callable[..., Variable], full: str, **arguments: Any) -> Variable:
        prefix, slash, name = full.rpartition("/")
        return getter(f"{prefix}{slash}{_NAMES.get(name, name)}", **arguments)

    with variable_scope(scope, default, [inputs], reuse=reuse, custom_getter=renamed) as inside:
        yield inside


def applied(layer: Layer, inputs: Any, collections: Any, **arguments: Any) -> Tensor:
    """The layer's output. Its variables go to MODEL_VARIABLES and `collections` (names, or lists of names by kind)."""
    outputs: Tensor = layer(inputs, **arguments)
    graph = outputs.graph
    for variable in layer.weights:
        kind = variable.op.name.rpartition("/")[2]
        wanted = collections.get(kind) if isinstance(collections, Mapping) else collections
        wanted = [wanted] if isinstance(wanted, str) else list(wanted or [])
        for name in (GraphKeys.MODEL_VARIABLES, *wanted):
            if variable not in graph.get_collection(name):
                graph.add_to_collection(name, variable)
    return outputs


def finished(outputs: Tensor, normalizer_fn: Any, normalizer_params: Any, activation_fn: Any) -> Tensor:
    """The outputs normalized, then activated, if there is a function for it."""
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    return outputs if activation_fn is None else activation_fn(outputs)
